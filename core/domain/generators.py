"""Work that reports its progress by yielding, and ends with a result."""

import queue
import threading
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Step = TypeVar("Step")
Event = TypeVar("Event")
Result = TypeVar("Result")


def run_to_end(work: Generator[Step, None, Result], take: Callable[[Step], object] = lambda step: None) -> Result:
    """Run the work to its end and return its result; where it raises, or `take` does, the work is closed.

    Args:
        take: is given each step that the work yields.
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
    """The work with another report in place of each step that it yields; closed, it closes the work."""
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
    """Work that yields how much was done since the last time, as one that yields how much is done so far."""
    done = 0

    def add(step: int) -> int:
        nonlocal done
        done += step
        return done

    return map_progress(work, add)


class _Closed(Exception):  # noqa: N818 - a way out, and no error
    """The generator that the work reports to was closed."""


def yield_reports(work: Callable[[Callable[[int], None]], Result]) -> Generator[int, None, Result]:
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
