"""Work that tells its progress by yielding, and ends with a result."""

from collections.abc import Generator
from typing import TypeVar

Result = TypeVar("Result")


def exhausted(work: Generator[object, None, Result]) -> Result:
    """What the work returns in the end; its progress is passed over."""
    while True:
        try:
            next(work)
        except StopIteration as stop:
            result: Result = stop.value
            return result
