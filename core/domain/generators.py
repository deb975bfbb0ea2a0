"""Helpers for generators that yield progress and return a result."""

import queue
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Step = TypeVar("Step")
Event = TypeVar("Event")
Result = TypeVar("Result")
Item = TypeVar("Item")


def run_to_end(work: Generator[Step, None, Result], take: Callable[[Step], object] = lambda step: None) -> Result:
    """Run a generator to completion and return its result; it is closed if it or `take` raises.

    Args:
        take: called with each value that the generator yields.
    """
    try:
        while True:
            try:
                step = next(work)
            except StopIteration as stop:
                result: Result = stop.value
                return result
            take(step)
    finally:
        work.close()


def map_progress(work: Generator[Step, None, Result], make: Callable[[Step], Event]) -> Generator[Event, None, Result]:
    """Map each value that a generator yields; closing the result closes the generator."""
    try:
        while True:
            try:
                step = next(work)
            except StopIteration as stop:
                result: Result = stop.value
                return result
            yield make(step)
    finally:
        work.close()


def accumulate_progress(work: Generator[int, None, Result]) -> Generator[int, None, Result]:
    """Turn a generator that yields increments into one that yields the running total."""
    done = 0

    def add(step: int) -> int:
        nonlocal done
        done += step
        return done

    return map_progress(work, add)


class _Closed(Exception):  # noqa: N818 - a way out, and no error
    """Ends the work of a generator that was closed."""


def yield_reports(work: Callable[[Callable[[int], None]], Result]) -> Generator[int, None, Result]:
    """Turn work that reports its progress to a callback into a generator that yields it.

    Args:
        work: runs on its own thread, at most two reports ahead; after the generator is closed, its next report raises.
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
            reports.put(None)  # here and not on the reading thread, which must never block on a full queue

    with ThreadPoolExecutor(1, "reporting") as pool:
        future = pool.submit(run)
        try:
            while (done := reports.get()) is not None:
                yield done
        except BaseException:  # also Ctrl+C: the work blocks until its reports are read
            is_closed.set()
            while reports.get() is not None:
                pass
            raise
    return future.result()


def cut_into_parts(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """The items, `size` at a time; the last part has what is left, which may be nothing."""
    part: list[Item] = []
    for item in items:
        part.append(item)
        if len(part) == size:
            yield part
            part = []
    yield part
