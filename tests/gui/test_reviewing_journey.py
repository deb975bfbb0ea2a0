"""What should I look at next, in the real window: a random sample is judged by keys, and Metrics tells what it says."""

import shutil

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from core.store.predictions import EpochKey
from core.store.project import open_project
from core.store.sentence_selection import ALL_ERRORS, Selection
from tests.building import FIRST_EPOCH, add_run, project_with_sentences
from tests.gui.driving import click, press_key

CTRL = Qt.KeyboardModifier.ControlModifier
KEY = EpochKey(1, 1)
Key = Qt.Key


def test_a_random_sample_is_judged_and_told(window, qtbot, tmp_path):
    with project_with_sentences(tmp_path / "p.spandesk") as project:
        add_run(project, FIRST_EPOCH)
    with qtbot.waitActive(window):
        window.activateWindow()
    window.open_project(tmp_path / "p.spandesk")
    order = _ask_for_the_sample(window, qtbot)
    _judge(window, order)
    _mark_and_note(window)
    _read_the_estimate(window, qtbot)
    _find_all_of_it_in_a_copy(window, tmp_path)


def _ask_for_the_sample(window, qtbot):
    """Metrics offers a sample beside the errors; returns the ids in its order."""
    click(window.rail.button("metrics"))
    metrics, project = window.pages["metrics"], window.context.session.project
    click(metrics.head.errors)
    qtbot.waitUntil(metrics.verdicts.isVisible)
    metrics.verdicts.line.linkActivated.emit("#")
    inspect = window.pages["inspect"]
    assert window.stack.currentWidget() is inspect
    numbers = project.selections.numbers(Selection(outcomes=ALL_ERRORS, order="random"), KEY, "corrected")
    assert list(inspect.model.numbers) == numbers
    assert inspect.filters.pace.text() == "4 to review"
    return [stored.id for stored in project.sentences.by_number(numbers)]


def _judge(window, order):
    """Every error of the sample by one key; the one with OG taken for LC is the gold's."""
    project, detail = window.context.session.project, window.pages["inspect"].detail
    errors = {"news-3": 2, "news-4": 1, "talk-1": 2, "talk-2": 1}
    for name in order:
        assert detail.position.text().endswith(name)
        for at in range(errors[name]):
            key = Key.Key_2 if name == "news-4" else Key.Key_3 if (name, at) == ("talk-1", 1) else Key.Key_1
            press_key(key, CTRL)
        number = project.sentences.by_id(name).number
        assert project.reviews.of([number], KEY)[number].is_reviewed
    assert project.sentences.by_id("news-4").gold[0].label == "LC"
    assert detail.reviewed.progress.text() == "4 of 4"
    assert window.pages["inspect"].filters.pace.text().startswith("0 to review · about 1 s each")
    rows = project.database.rows("SELECT blame, sampled, seconds >= 0 FROM verdict")
    assert sorted(rows) == [("ambiguous", 1, 1), ("gold", 1, 1), *[("model", 1, 1)] * 4]


def _mark_and_note(window):
    """Take a mark away and back, write a note, and find it."""
    inspect, project = window.pages["inspect"], window.context.session.project
    number = inspect.listing.current
    press_key(Key.Key_R, CTRL)
    assert not project.reviews.of([number], KEY)[number].is_reviewed
    QTest.keyClick(window, Key.Key_Z, CTRL)
    assert project.reviews.of([number], KEY)[number].is_reviewed
    press_key(Key.Key_N, CTRL)
    QTest.keyClicks(inspect.detail.note, "ask the annotators")
    press_key(Key.Key_Return)
    assert project.reviews.of([number], KEY)[number].note == "ask the annotators"
    click(inspect.filters.all)
    inspect.filters.search.setText("annotators")
    inspect.filters.search.returnPressed.emit()
    inspect.filters.reviews.setCurrentIndex(0)
    inspect.filters.reviews.activated.emit(0)
    assert list(inspect.model.numbers) == [number]


def _read_the_estimate(window, qtbot):
    click(window.rail.button("metrics"))
    line, estimate = window.pages["metrics"].verdicts.line, "16.7% (16.7%–16.7%) of 6 errors are gold errors"
    qtbot.waitUntil(lambda: f"By 6 verdicts in 4 sampled sentences, {estimate}" in line.text())


def _find_all_of_it_in_a_copy(window, tmp_path):
    project = window.context.session.project
    estimate = project.reviews.estimate(KEY, "dev")
    assert (estimate.verdicts, estimate.sentences) == ({"model": 4, "gold": 1, "ambiguous": 1}, 4)
    assert project.problems() == []
    window.context.session.close()
    shutil.copytree(tmp_path / "p.spandesk", tmp_path / "copy.spandesk")
    with open_project(tmp_path / "copy.spandesk") as copy:
        assert copy.reviews.estimate(KEY, "dev") == estimate
        assert len(copy.reviews.reviewed_in("dev")) == 4
        assert copy.selections.numbers(Selection(review="noted"), KEY, "corrected")
        assert copy.corrections.can_undo
