"""The list while its sentences are still looked for."""

import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from core.domain.generators import run_to_end
from core.domain.spans import Span
from core.store.sentence_selection import Selection
from tests.building import project_with_run
from tests.gui.driving import click

Key = Qt.Key


class Gate:
    """Holds back every list that the project is asked for, until it is opened."""

    def __init__(self, project, monkeypatch):
        self._numbers = project.selections.numbers
        self.is_open = threading.Event()
        self.searched, self.threads = [], []
        monkeypatch.setattr(project.selections, "numbers", self._held)

    def _held(self, selection, *rest):
        self.threads.append(threading.current_thread())
        self.is_open.wait()
        self.searched.append(selection.text)
        return self._numbers(selection, *rest)

    def let_end(self):
        self.is_open.set()
        for thread in self.threads:
            thread.join(30)


@pytest.fixture
def held(bench, late_answers, monkeypatch, qtbot):
    """The page, whose next lists are held back."""
    qtbot.waitUntil(lambda: bench.page.model.rowCount() > 0)
    gate = Gate(bench.project, monkeypatch)
    yield gate
    gate.let_end()


def search(bench, text):
    bench.page.filters.search.setText(text)
    bench.page.filters.search.returnPressed.emit()


def test_the_list_stays_until_the_new_one_is_there(bench, held, qtbot):
    bench.page.listing._patience.setInterval(0)
    search(bench, "부산")
    assert len(bench.listed()) == 4
    assert bench.shown() == "news-3"
    qtbot.waitUntil(bench.page.list.busy.isVisible)
    bench.key(Key.Key_Down)
    assert bench.shown() == "news-4", "meanwhile it can be walked through"
    held.let_end()
    qtbot.waitUntil(lambda: bench.listed() == ["news-4"])
    assert bench.page.detail.position.text() == "1 of 1 · dev · news-4"
    assert not bench.page.list.busy.isVisible()
    assert threading.main_thread() not in held.threads


def test_under_quick_typing_the_last_word_counts(bench, held, qtbot):
    search(bench, "부")
    qtbot.waitUntil(lambda: bool(held.threads))
    for text in ("부산", "세종"):
        search(bench, text)
    held.let_end()
    qtbot.waitUntil(lambda: bench.listed() == ["news-3"])
    assert held.searched == ["부", "세종"], "what was overtaken before its turn is not searched"
    assert bench.page.filters.filter.text == "세종"


def test_a_correction_meanwhile_is_counted(bench, held, qtbot):
    number = bench.project.sentences.by_id("news-3").number
    click(bench.page.filters.errors)
    bench.session.correct(number, (Span(0, 1, "PS"),))
    held.let_end()
    qtbot.waitUntil(lambda: bench.page.filters.errors.text() == "Errors 3")
    assert bench.listed() == ["news-3", "talk-1", "talk-2"]


def test_what_another_page_asks_for_is_sought_once_it_is_there(bench, held, qtbot):
    bench.session.inspect(Selection(outcomes=("spurious",), predicted_label="QT"))
    assert bench.canvas.selection is None
    held.let_end()
    qtbot.waitUntil(lambda: bench.listed() == ["talk-2"])
    assert (bench.canvas.selection.kind, bench.canvas.selection.label) == ("predicted", "QT")


def test_another_run_meanwhile_does_not_lose_the_filter(bench, held, qtbot):
    search(bench, "부산")
    bench.session.set_context(epoch=1)
    held.let_end()
    qtbot.waitUntil(lambda: bench.listed() == ["news-4"])
    assert bench.page.filters.errors.text() == "Errors 4"


def test_a_project_can_be_closed_meanwhile(bench, held, qtbot, tmp_path):
    search(bench, "부산")
    bench.session.close()
    held.let_end()
    QApplication.sendPostedEvents(None, 0)
    assert bench.page.empty.isVisible()
    assert bench.page.model.rowCount() == 0
    project_with_run(tmp_path / "other.spandesk").close()
    bench.session.open(tmp_path / "other.spandesk")
    qtbot.waitUntil(lambda: bench.page.model.rowCount() == 4)
    assert bench.shown() == "news-3"


def test_a_mark_meanwhile_is_counted(bench, held, qtbot):
    number = bench.project.sentences.by_id("news-3").number
    read, early = bench.project.reviews.reviewed_in, bench.project.reviews.reviewed_in("dev")

    def reviewed_in(split):
        """What stood there before the mark, for the question that was asked before it."""
        return early if len(held.threads) == 1 else read(split)

    bench.project.reviews.reviewed_in = reviewed_in
    bench.page.listing.reload()
    qtbot.waitUntil(lambda: bool(held.threads))
    bench.session.mark(number, reviewed=True)
    held.let_end()
    qtbot.waitUntil(lambda: bench.page.listing._unanswered is None)
    assert bench.page.listing.progress == "1 of 4"
    assert bench.page.detail.reviewed.progress.text() == "1 of 4"


def test_what_is_judged_before_the_random_order_is_there_is_no_sample(bench, held, qtbot):
    queue = bench.page.filters
    queue.orders.setCurrentIndex(queue.orders.findData("random"))
    queue.orders.activated.emit(queue.orders.currentIndex())
    assert not bench.page.listing.is_random_sample
    held.let_end()
    qtbot.waitUntil(lambda: bench.page.listing.is_random_sample)


def test_a_filter_by_a_label_that_was_renamed_is_gone(bench, qtbot):
    labels = bench.page.filters.labels
    labels.setCurrentIndex(labels.findData("PS"))
    labels.activated.emit(labels.currentIndex())
    assert bench.listed() == ["news-3", "talk-1"]
    bench.session.publish(run_to_end(bench.project.labels.rename("PS", "PERSON")))
    assert bench.page.filters.filter.label is None
    assert labels.currentData() is None
    assert len(bench.listed()) == 4


def test_words_that_are_being_typed_outlive_another_filter(bench):
    bench.page.filters.search.setText("부산")
    click(bench.page.filters.corrected)
    assert bench.page.filters.search.text() == "부산"
    click(bench.page.filters.corrected)
    assert bench.listed() == ["news-4"]


def test_a_correction_from_another_page_leaves_the_sentence_that_is_shown(bench):
    bench.page.hide()
    bench.session.correct(bench.project.sentences.by_id("talk-1").number, ())
    assert bench.shown() == "news-3"
    bench.page.show()
    bench.session.undo()
    assert bench.shown() == "talk-1", "an undo that is looked at leads to what it changed"
