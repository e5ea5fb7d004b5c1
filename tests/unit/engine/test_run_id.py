"""The ids of runs: uuids that sort by their time."""

from __future__ import annotations

from time import sleep, time
from uuid import RFC_4122, UUID

from app.engine.run_id import new_run_id


def test_run_id_is_a_uuid_of_version_7_with_the_milliseconds_of_its_making() -> None:
    before = int(time() * 1000)
    text = new_run_id()
    made = UUID(text)
    assert (made.version, made.variant, str(made)) == (7, RFC_4122, text)
    assert before <= made.int >> 80 <= int(time() * 1000)


def test_run_ids_sort_by_their_time_and_differ_within_it() -> None:
    first = [new_run_id() for _ in range(1_000)]
    sleep(0.002)
    assert len(set(first)) == len(first)
    assert max(first) < new_run_id()
