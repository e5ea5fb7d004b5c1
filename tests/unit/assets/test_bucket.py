"""Which bucket the settings and the environment lead to, and which variables cannot be right."""

from __future__ import annotations

import sys

import pytest

from app.assets.bucket import open_bucket
from app.server.opening import open_store
from app.settings import SettingsError, load

KEYS = {"AWS_ACCESS_KEY_ID": "canary", "AWS_SECRET_ACCESS_KEY": "canary"}


@pytest.mark.parametrize(
    ("url", "bucket", "prefix"),
    [
        ("s3://my-files", "my-files", None),
        ("s3://my-files/", "my-files", None),
        ("s3://my.files/some/place/", "my.files", "some/place"),
    ],
)
def test_bucket_and_prefix_of_an_address(url: str, bucket: str, prefix: str | None) -> None:
    opened = open_bucket(url, KEYS)
    assert repr(opened) == f'S3Store(bucket="{bucket}"' + (f', prefix="{prefix}")' if prefix else ")")


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"AWS_ACCESS_KEY_ID": "canary"}, "go together; one of them is missing"),
        ({"AWS_SECRET_ACCESS_KEY": "canary"}, "go together; one of them is missing"),
        ({**KEYS, "AWS_ENDPOINT_URL": "http://canary"}, "AWS_ENDPOINT_URL is a plain http:// URL"),
        ({**KEYS, "AWS_ENDPOINT_URL_S3": "http://canary"}, "AWS_ENDPOINT_URL_S3 is a plain http:// URL"),
        ({**KEYS, "AWS_ENDPOINT_URL": "http://canary", "AWS_ALLOW_HTTP": "false"}, "set AWS_ALLOW_HTTP=true"),
        ({**KEYS, "AWS_ENDPOINT_URL": "canary"}, "AWS_ENDPOINT_URL should be an https:// URL."),
        ({**KEYS, "AWS_VIRTUAL_HOSTED_STYLE_REQUEST": "canary"}, "a variable AWS_.. of the environment"),
    ],
)
def test_variables_that_cannot_be_right_are_told(environment: dict[str, str], told: str) -> None:
    with pytest.raises(SettingsError) as refused:
        open_bucket("s3://files", environment)
    assert told in refused.value.message
    assert "canary" not in refused.value.message


def test_plain_http_is_there_for_who_asks_for_it() -> None:
    open_bucket("s3://files", {**KEYS, "AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_ALLOW_HTTP": "true"})


def test_package_that_is_missing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "app.assets.bucket")
    monkeypatch.setitem(sys.modules, "obstore.store", None)
    settings = load(env_file=None, assets="s3://files")
    with pytest.raises(SettingsError, match=r"not installed: pip install 'actionql\[s3\]'"):
        open_store(settings, 1)
