"""Files in a bucket are in the backup too, and go into a folder or a bucket again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from tests.backup.files import members
from tests.backup.places import DEFINITION, Place
from tests.end_to_end.pictures import png
from tests.support.buckets import Bucket, BucketServer, running_bucket_server
from tests.support.stores import Kept, KeptInBucket


@pytest.fixture
def store() -> Iterator[BucketServer]:
    """A server of this test's own, which it may kill."""
    with running_bucket_server() as server:
        yield server


@pytest.fixture
def served(store: BucketServer, tmp_path: Path) -> tuple[Place, Bucket]:
    """A place with an entry and its picture, which is in a bucket."""
    place, bucket = Place(tmp_path / "old"), store.bucket()
    with place.serving(**leading(bucket)) as serving:
        serving.add(serving.ada(), "one", 10)
    return place, bucket


def leading(bucket: Bucket) -> Mapping[str, Any]:
    """The variables that lead to it."""
    return KeptInBucket(bucket).environment


def test_files_of_a_bucket_are_restored_wherever_they_shall_be(
    served: tuple[Place, Bucket], kept: Kept, tmp_path: Path
) -> None:
    place, bucket = served
    file = tmp_path / "a.tar"
    place.run("backup", file, "--definition", DEFINITION, **leading(bucket))
    assert png(shade=10) in members(file).values()
    new, env = Place(tmp_path / "new"), dict[str, Any](kept.environment)
    assert "restored" in new.run("restore", file, **env)
    with new.serving(**env) as serving:
        assert serving.pictures(serving.ada()) == {"one": png(shade=10)}


def test_files_for_a_bucket_need_no_room_on_the_disk(served: tuple[Place, Bucket], tmp_path: Path) -> None:
    place, bucket = served
    file, new = tmp_path / "a.tar", Place(tmp_path / "new")
    place.run("backup", file, "--definition", DEFINITION, **leading(bucket))
    room = sum(len(content) for name, content in members(file).items() if not name.startswith("assets/"))
    with patch("app.backup.restore.free_room", return_value=room):
        assert "not enough room" in new.run("restore", file, status=1)
        assert "restored" in new.run("restore", file, **leading(bucket))


def test_restore_into_the_same_bucket_mends_what_is_damaged(
    served: tuple[Place, Bucket], tmp_path: Path
) -> None:
    place, bucket = served
    place.run("backup", tmp_path / "a.tar", "--definition", DEFINITION, **leading(bucket))
    (key,) = bucket.keys()
    bucket.write(key, b"damaged")
    place.run("restore", tmp_path / "a.tar", "--yes-overwrite", **leading(bucket))
    assert (bucket.keys(), bucket.read(key)) == ([key], png(shade=10))


def test_lost_file_of_a_bucket_is_told(served: tuple[Place, Bucket], tmp_path: Path) -> None:
    place, bucket = served
    (key,) = bucket.keys()
    bucket.remove(key)
    said = place.run("backup", tmp_path / "a.tar", "--definition", DEFINITION, **leading(bucket))
    assert f"the file {key.rpartition('/')[2]} is lost or damaged in the store" in said


def test_backup_and_restore_without_their_store_leave_nothing(
    served: tuple[Place, Bucket], tmp_path: Path
) -> None:
    place, bucket = served
    place.run("backup", tmp_path / "a.tar", "--definition", DEFINITION, **leading(bucket))
    bucket.server.kill()
    said = place.run("backup", tmp_path / "b.tar", status=1, **leading(bucket))
    assert said.endswith("The store of files can't be reached.\n")
    assert not list(tmp_path.glob("*b.tar*"))
    new = Place(tmp_path / "new")
    said = new.run("restore", tmp_path / "a.tar", status=1, **leading(bucket))
    assert said.endswith("The store of files can't be reached.\n")
    assert [path for path in new.data.rglob("*") if path.is_file()] == []
