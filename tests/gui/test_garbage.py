"""Garbage is collected on the window's thread, and never what stays for ever."""

import gc

import pytest
from PySide6.QtCore import QObject

from gui.garbage import GarbageCollector


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


def test_cycles_that_come_later_are_collected(collector):
    class Cycle:
        ended = 0

        def __init__(self):
            self.own = self

        def __del__(self):
            Cycle.ended += 1

    for _ in range(gc.get_threshold()[0] + 1):
        Cycle()
    collector.collect()
    assert Cycle.ended > 0
