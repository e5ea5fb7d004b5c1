"""Before anything is timed: all servers answer the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import httpx

from scripts.benchmark.calls import BY_REST, RECORDS, Call
from scripts.benchmark.errors import BenchmarkError
from scripts.benchmark.rows import COMMENTS, Size
from scripts.benchmark.subjects import Subject


def verify(subjects: Sequence[Subject], works: Iterable[str], size: Size) -> None:
    """Raises `BenchmarkError` if two servers answer a work differently or an answer is not of the size it should be."""
    with httpx.Client(timeout=30) as client:
        for work in works:
            asked = [one for one in subjects if work in one.calls]
            for value in (1, 17, size.products):
                answers = {one.name: _ask(client, one, one.calls[work], value) for one in asked}
                for name, answer in answers.items():
                    _check_size(work, name, answer, size)
                for one in asked:
                    if work in BY_REST:
                        same = _ask(client, one, one.calls[BY_REST[work]], value)
                        answers = {"REST": _like(same, answers[one.name]), "GraphQL": same}
                _check_equal(work, value, answers)


def verify_closed(subjects: Sequence[Subject], work: str) -> None:
    """Raises `BenchmarkError` if a server answers somebody who says nothing of himself."""
    with httpx.Client(timeout=30) as client:
        for one in subjects:
            call = one.calls[work]
            path, body = call.request(1)
            headers = {name: value for name, value in call.headers.items() if name != "Authorization"}
            answer = client.request(call.method, one.server.url + path, content=body, headers=headers)
            if b'"errors"' not in answer.content:
                raise BenchmarkError(f"{one.name} answers {work} to anybody: {answer.text[:1000]}")


def _like(example: Any, answer: Any) -> Any:
    """Of a record those properties that the example has: by REST the whole of it is answered."""
    return {name: answer[name] for name in example} if isinstance(answer, dict) else answer


def _ask(client: httpx.Client, subject: Subject, call: Call, value: int) -> Any:
    path, body = call.request(value)
    answer = client.request(call.method, subject.server.url + path, content=body, headers=call.headers)
    try:
        if answer.status_code == 200 and b'"errors"' not in answer.content:
            return call.read(answer.content)
    except (KeyError, TypeError, ValueError):
        pass
    raise BenchmarkError(f"{subject.name}: {call.work}: {answer.status_code} {answer.text[:1000]}")


def _check_size(work: str, name: str, answer: Any, size: Size) -> None:
    if answer is None:
        raise BenchmarkError(f"{name}: {work} answered nothing")
    if work in ("list", "nested", "rest_list") and len(answer) != RECORDS:
        raise BenchmarkError(f"{name}: {work} answered {len(answer)} records, not {RECORDS}")
    if work == "nested" and size.comments == COMMENTS:
        counts = {len(record["comments"]) for record in answer}
        if counts != {COMMENTS}:
            raise BenchmarkError(f"{name}: nested answered {sorted(counts)} comments each, not {COMMENTS}")


def _check_equal(work: str, value: int, answers: dict[str, Any]) -> None:
    (first, expected), *others = answers.items()
    for name, answer in others:
        if answer != expected:
            raise BenchmarkError(
                f"{work} ({value}): {first} and {name} answer differently:\n"
                f"{str(expected)[:1000]}\n{str(answer)[:1000]}"
            )
