"""What views ask about the epoch that is looked at is counted once, until it is forgotten."""

import threading

import pytest
from PySide6.QtCore import QObject

from gui.metrics.epoch_figures import KeptAnswers


@pytest.fixture
def answers(qapp):
    parent = QObject()
    kept = KeptAnswers[str](parent)
    kept.heard = []
    kept.counting.connect(lambda: kept.heard.append("…"))
    kept.answered.connect(kept.heard.append)
    return kept, parent


def test_an_answer_is_counted_once_until_it_is_forgotten(answers):
    kept, _ = answers
    kept.ask("a", lambda: 1)
    kept.ask("a", lambda: pytest.fail("it was asked last"))
    kept.ask("b", lambda: 2)
    kept.ask("a", lambda: pytest.fail("it is known"))
    assert kept.heard == ["…", 1, "…", 2, 1]
    kept.forget()
    assert kept.question is None
    kept.ask("a", lambda: 3)
    assert kept.heard[5:] == ["…", 3]


def test_the_answer_to_a_question_that_was_replaced_is_not_heard(answers, late_answers, qtbot):
    kept, _ = answers
    may_end = threading.Event()
    kept.ask("slow", lambda: may_end.wait() and 1)
    kept.ask("quick", lambda: 2)
    assert not kept.is_answered
    may_end.set()
    qtbot.waitUntil(lambda: kept.is_answered)
    assert kept.heard == ["…", "…", 2]
