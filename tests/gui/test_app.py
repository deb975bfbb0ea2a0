"""Garbage is collected on the window's thread, and never what stays for ever."""

import gc

import pytest
from PySide6.QtCore import QObject

from core.services.engine import loading
from gui.app import GarbageCollector


@pytest.fixture
def collector(qapp):
    parent = QObject()
    collector = GarbageCollector(parent)
    yield collector
    collector.stop()
    gc.unfreeze()


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
