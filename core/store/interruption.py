"""Interrupt database reads whose result is no longer needed, from another thread."""

import sqlite3
import threading
from collections.abc import Generator
from contextlib import contextmanager


class InterruptedReadError(Exception):
    """The read was interrupted, since its result is no longer needed."""


_STEPS = 2_000_000
"""SQLite VM instructions, some tens of milliseconds, between two checks for an interruption."""


class Interruption:
    """A flag by which one thread permanently interrupts the reads of another."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self.is_set = False

    def set(self) -> None:
        """Interrupt the current query and all later ones."""
        with self._lock:
            self.is_set = True
            if self._connection is not None:
                self._connection.interrupt()

    def check(self) -> None:
        """Raise if interrupted; for use between queries.

        Raises:
            InterruptedReadError: it was interrupted.
        """
        if self.is_set:
            raise InterruptedReadError

    @contextmanager
    def reaching(self, connection: sqlite3.Connection) -> Generator[None, None, None]:
        """Let `set` interrupt the reads of this connection in the block.

        Raises:
            InterruptedReadError: it was interrupted.
        """
        with self._lock:
            if self.is_set:
                raise InterruptedReadError
            outer, self._connection = self._connection, connection
        # `Connection.interrupt` has no effect on a query that is about to start.
        connection.set_progress_handler(lambda: self.is_set, _STEPS)
        try:
            yield
        except sqlite3.OperationalError as error:
            if self.is_set:
                raise InterruptedReadError from error
            raise
        finally:
            connection.set_progress_handler(None, 0)
            with self._lock:
                self._connection = outer


_of_thread = threading.local()


@contextmanager
def interruptible(interruption: Interruption) -> Generator[None, None, None]:
    """Make all reads of the calling thread in the block interruptible."""
    _of_thread.interruption = interruption
    try:
        yield
    finally:
        del _of_thread.interruption


@contextmanager
def reading(connection: sqlite3.Connection) -> Generator[None, None, None]:
    """Wrap a read of the calling thread, which may be interruptible."""
    interruption: Interruption | None = getattr(_of_thread, "interruption", None)
    if interruption is None:
        yield
    else:
        with interruption.reaching(connection):
            yield
