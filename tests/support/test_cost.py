"""What a test is told of the cost of its work."""

from __future__ import annotations

from tests.support.cost import cost


def test_cost_is_that_of_the_block_alone() -> None:
    sorted(str(number) for number in range(500_000))
    with cost() as little:
        pass
    with cost() as much:
        sorted(str(number) for number in range(500_000))
    assert 0 <= little.seconds < much.seconds / 10
