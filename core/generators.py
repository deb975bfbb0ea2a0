"""Work that tells its progress by yielding, and ends with a result."""

import queue
import threading
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
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


class _Closed(Exception):  # noqa: N818 - a way out, and no error
    """The generator that the work reports to was closed."""


def reporting(work: Callable[[Callable[[int], None]], Result]) -> Generator[int, None, Result]:
    """Work that reports how far it is by calling a function, as one that yields it.

    Args:
        work: runs on a thread of its own, at most two reports ahead; once the generator is closed, the next raises.
    """
    reports: queue.Queue[int | None] = queue.Queue(1)
    is_closed = threading.Event()

    def report(done: int) -> None:
        reports.put(done)
        if is_closed.is_set():
            raise _Closed

    def run() -> Result:
        try:
            return work(report)
        finally:
            reports.put(None)  # on this thread: the one that reads must never wait for room

    with ThreadPoolExecutor(1, "reporting") as pool:
        future = pool.submit(run)
        try:
            while (done := reports.get()) is not None:
                yield done
        except BaseException:  # also Ctrl+C: the work waits for its reports to be taken
            is_closed.set()
            while reports.get() is not None:
                pass
            raise
    return future.result()
