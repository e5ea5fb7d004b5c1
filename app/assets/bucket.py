"""The bucket that the settings name, and what its store says when it refuses, in plain words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import S3Store

from app.settings import SettingsError

if TYPE_CHECKING:
    from obstore.store import S3Config

VARIABLES = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_S3",
    "AWS_VIRTUAL_HOSTED_STYLE_REQUEST",
)
"""What may stand in `.env`; in the environment itself the library finds these and all others."""
_CODE = re.compile(r"<Code>(\w{1,60})</Code>")


def open_bucket(url: str, environment: Mapping[str, str]) -> S3Store:
    """The bucket of an address `s3://bucket/prefix`, with the store and the credentials of the environment.

    Nothing is asked of the store yet. Raises SettingsError for variables that cannot be right.
    """
    _check(environment)
    bucket, _, prefix = url.removeprefix("s3://").partition("/")
    given = {name: environment[name] for name in VARIABLES if environment.get(name)}
    # Not every store knows the deletion of several objects at once.
    config = cast("S3Config", {**given, "aws_disable_bulk_delete": True})
    try:
        return S3Store(
            bucket,
            prefix=prefix.strip("/") or None,
            config=config,
            client_options={
                "allow_http": _allows_http(environment),
                "connect_timeout": timedelta(seconds=3),
                # Between two pieces of an answer: how long a whole one takes depends on who reads it.
                "read_timeout": timedelta(seconds=60),
                "timeout": timedelta(hours=12),
            },
            retry_config={
                "max_retries": 3,
                "retry_timeout": timedelta(seconds=8),
                "backoff": {"max_backoff": timedelta(seconds=1)},
            },
        )
    except BaseError:
        # Its text may repeat a value.
        raise SettingsError(
            "ACTIONQL_ASSETS: a variable AWS_.. of the environment is not as the store of files wants it."
        ) from None


def _check(environment: Mapping[str, str]) -> None:
    key, secret = (bool(environment.get(name)) for name in VARIABLES[:2])
    if key != secret:
        raise SettingsError(
            "ACTIONQL_ASSETS: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY go together; one of them is missing."
        )
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT"):
        endpoint = environment.get(name, "https://")
        if not endpoint.startswith(("https://", "http://")):
            raise SettingsError(f"{name} should be an https:// URL.")
        if endpoint.startswith("http://") and not _allows_http(environment):
            raise SettingsError(
                f"{name} is a plain http:// URL, over which files travel for all to read: use https://, or set "
                "AWS_ALLOW_HTTP=true for a store on this machine or in a closed network."
            )


def _allows_http(environment: Mapping[str, str]) -> bool:
    return environment.get("AWS_ALLOW_HTTP", "").lower() in ("true", "1")


def fault(error: Exception) -> str:
    """Why a store failed: its own code, as `AccessDenied`, where it gave one; never an address or a key."""
    if found := _CODE.search(str(error)):
        return found[1]
    if isinstance(error, PermissionDeniedError | UnauthenticatedError):
        return "AccessDenied"
    text = str(error).partition("\n")[0].lower()
    if "metadata" in text or "credential" in text:
        return "NoCredentials"
    if "redirect" in text:
        return "OtherRegion"
    return "OutOfReach"


def refusal(error: Exception, operation: str) -> str:
    """What a store did not do, and what to look at."""
    code = fault(error)
    return _REMEDIES.get(code, f"the server may not {operation} the bucket ({code}).")


_KEYS = "look at AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
_REMEDIES = {
    "NoSuchBucket": "there is no such bucket: make it, or look at AWS_ENDPOINT_URL and AWS_REGION.",
    "NoCredentials": "there are no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
    "InvalidAccessKeyId": f"the store does not know the access key: {_KEYS}",
    "SignatureDoesNotMatch": f"the store does not take the secret key: {_KEYS}",
    "OtherRegion": "the bucket is in another region: look at AWS_REGION.",
    "OutOfReach": "the store can't be reached: look at AWS_ENDPOINT_URL and AWS_REGION.",
}
