"""Garbage is collected on the window's thread, and never what stays for ever."""

import gc
import threading

import pytest
from PySide6.QtCore import Qt, QTimer

from core.services.engine import loading


def test_what_was_loaded_before_is_not_looked_at_by_any_collection(collector):
    assert gc.get_freeze_count() > 10_000
    assert not gc.isenabled()


class Cycle:
    ended = 0

    def __init__(self):
        self.own = self

    def __del__(self):
        Cycle.ended += 1


@pytest.fixture
def cycles():
    """Enough for a collection to be due."""
    Cycle.ended = 0
    for _ in range(gc.get_threshold()[0] + 1):
        Cycle()


def test_cycles_that_come_later_are_collected(collector, cycles):
    collector.collect()
    assert Cycle.ended > 0


def test_nothing_is_collected_while_libraries_are_imported(collector, cycles):
    with loading():
        collector.collect()
        assert Cycle.ended == 0
    collector.collect()
    assert Cycle.ended > 0


class Knot:
    """Garbage with a timer, which no other thread may destroy."""

    def __init__(self):
        self.own = self
        self.timer = QTimer()
        self.timer.destroyed.connect(note_thread, Qt.ConnectionType.DirectConnection)


destroyed_on = []


def note_thread():
    destroyed_on.append(threading.current_thread())


@pytest.mark.parametrize(
    "work", [lambda: gc.collect(), lambda: [[] for _ in range(100_000)]], ids=["asked for", "automatic"]
)
def test_no_other_thread_destroys_what_belongs_to_the_window(collector, work):
    destroyed_on.clear()
    Knot()
    worker = threading.Thread(target=work)
    worker.start()
    worker.join()
    assert destroyed_on == []
    gc.collect()
    assert destroyed_on == [threading.current_thread()]
