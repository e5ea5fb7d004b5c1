"""What ends a benchmark early."""


class BenchmarkError(Exception):
    """A server did not start, answered wrongly or could not be measured."""
