import threading

import pytest
from PySide6.QtCore import QObject

from gui import asking
from gui.asking import Asker


@pytest.fixture
def asker(qapp, monkeypatch):
    """One that never waits."""
    monkeypatch.setattr(asking, "PATIENCE", 0)
    parent = QObject()
    asker = Asker(parent)
    asker.heard = []
    asker.answered.connect(asker.heard.append)
    yield asker
    asker.drop()


class Held:
    """A question that is answered only when the test says so."""

    def __init__(self, answer):
        self.answer = answer
        self.may_end = threading.Event()
        self.has_ended = threading.Event()

    def __call__(self):
        assert threading.current_thread() is not threading.main_thread()
        self.may_end.wait()
        self.has_ended.set()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def end(self):
        self.may_end.set()
        assert self.has_ended.wait(30)


def test_a_quick_answer_comes_before_asking_returns(asker, monkeypatch):
    monkeypatch.setattr(asking, "PATIENCE", 60)
    asker.ask(lambda: 7)
    assert asker.heard == [7]
    assert not asker.is_waiting


def test_a_slow_answer_comes_later(asker, qtbot):
    question = Held(7)
    asker.ask(question)
    assert asker.is_waiting
    assert asker.heard == []
    question.end()
    qtbot.waitUntil(lambda: asker.heard == [7])


def test_of_several_questions_the_newest_is_answered(asker, qtbot):
    first, second = Held("first"), Held("second")
    asker.ask(first)
    asker.ask(second)
    first.end()
    qtbot.wait(3 * asking._LOOK_INTERVAL)
    assert asker.heard == []
    second.end()
    qtbot.waitUntil(lambda: asker.heard == ["second"])


def test_nothing_is_heard_of_what_was_dropped(asker, qtbot):
    for question in (Held("gone"), Held(ValueError("of a project that is closed"))):
        asker.ask(question)
        asker.drop()
        question.end()
        qtbot.wait(3 * asking._LOOK_INTERVAL)
    assert asker.heard == []


def test_a_fault_is_one_of_the_window(asker, qtbot):
    question = Held(ValueError("a bug"))
    with qtbot.captureExceptions() as caught:
        asker.ask(question)
        question.end()
        qtbot.waitUntil(lambda: bool(caught))
    assert str(caught[0][1]) == "a bug"
