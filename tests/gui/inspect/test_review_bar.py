"""Marks, notes, verdicts and queues on the Inspect page, and what is stored of them."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from core.analysis.verdicts import SpanPair
from core.domain.spans import Span
from core.metrics.signals import Signals
from core.store.predictions import EpochKey
from core.store.project import open_project
from core.store.sentence_selection import ALL_ERRORS, Selection
from gui.inspect.review_bar import ComparisonBar
from gui.look.theme import scaled
from gui.sentence.delegate import SENTENCE_ROLE
from tests.building import FIRST_EPOCH, add_run, project_with_sentences

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
Key = Qt.Key
KEY = EpochKey(1, 1)
UNCERTAINTY = {"talk-2": 4.0, "news-4": 3.0, "news-3": 2.0, "talk-1": 1.0}


def project_with_signals(folder):
    """One epoch with every kind of error; the least certain sentences are others than the first ones."""
    project = project_with_sentences(folder)
    add_run(project, FIRST_EPOCH)
    signals = {}
    for name, uncertainty in UNCERTAINTY.items():
        stored = project.sentences.by_id(name)
        signals[stored.number] = Signals(uncertainty, uncertainty, 0.5, stored.gold, (None,) * len(stored.gold))
    project.signals.save(KEY, signals)
    return project


@pytest.fixture
def judging(bench_over):
    return bench_over(project_with_signals)


def choose(combo, text):
    exact = combo.findText(text)
    combo.setCurrentIndex(exact if exact >= 0 else combo.findText(text, Qt.MatchFlag.MatchStartsWith))
    combo.activated.emit(combo.currentIndex())


def said(bench, name):
    number = bench.project.sentences.by_id(name).number
    return bench.project.reviews.of([number], KEY)[number]


def row(bench, name):
    model = bench.page.model
    return model.data(model.index(bench.listed().index(name), 0), SENTENCE_ROLE)


def verdict_cells(bench):
    rows = bench.page.detail.table.rows
    return [rows.index(at, 5).data() for at in range(rows.rowCount())]


def sampled(bench):
    return [row[0] for row in bench.project.database.rows("SELECT sampled FROM verdict ORDER BY number")]


# Verdicts


def test_one_key_judges_and_goes_on(judging):
    judging.go_to("news-3")
    judging.key(Key.Key_Tab)
    judging.key(Key.Key_1, CTRL)
    assert said(judging, "news-3").verdicts == {SpanPair(Span(0, 2, "PS"), Span(0, 3, "PS")): "model"}
    assert (judging.shown(), judging.canvas.selection.label) == ("news-3", "DT")
    assert verdict_cells(judging) == ["model wrong", ""]
    judging.key(Key.Key_3, CTRL)
    assert said(judging, "news-3").is_reviewed
    assert row(judging, "news-3").reviewed
    assert (judging.shown(), judging.canvas.selection.label) == ("news-4", "OG")
    judging.key(Key.Key_2, CTRL)
    assert judging.gold("news-4") == [(0, 4, "LC"), (6, 8, "LC")]
    assert judging.shown() == "talk-1"
    assert judging.page.filters.errors.text() == "Errors 3"
    judging.go_to("news-4")
    assert verdict_cells(judging) == ["gold corrected", ""]
    judging.session.undo()
    assert judging.gold("news-4") == [(0, 4, "OG"), (6, 8, "LC")]
    assert not said(judging, "news-4").verdicts
    assert not said(judging, "news-4").is_reviewed
    assert verdict_cells(judging) == ["", ""]
    assert judging.project.corrections.count() == 2, "the correction and its undo"


def test_a_button_judges_too(judging):
    judging.go_to("news-4")
    buttons = judging.page.detail.verdicts.buttons
    assert [button.text() for button in buttons] == ["Model wrong", "Gold wrong: use prediction", "Ambiguous"]
    judging.click(buttons[2])
    assert list(said(judging, "news-4").verdicts.values()) == ["ambiguous"]


def test_without_a_selected_error_or_on_the_imported_gold_there_is_no_verdict(judging):
    judging.go_to("news-3")
    actions = judging.page.detail.verdicts.keyed.values()
    assert [action.isEnabled() for action in actions] == [False] * 3, "it has two errors"
    judging.key(Key.Key_Tab)
    assert [action.isEnabled() for action in actions] == [True] * 3
    judging.session.set_context(gold="imported")
    assert [action.isEnabled() for action in actions] == [False] * 3


def test_after_the_last_verdict_it_says_so(judging):
    judging.go_to("talk-2")
    judging.key(Key.Key_1, CTRL)
    assert judging.shown() == "talk-2"
    assert judging.page.detail.notice.text() == "No further error without a verdict in this list"


def test_verdicts_in_the_random_order_alone_are_a_sample(judging):
    filters = judging.page.filters
    judging.go_to("talk-2")
    judging.key(Key.Key_1, CTRL)
    choose(filters.orders, "Random sample")
    choose(filters.labels, "OG")
    judging.go_to("news-4")
    judging.key(Key.Key_1, CTRL)
    choose(filters.labels, "All types")
    judging.click(filters.errors)
    choose(filters.reviews, "Not reviewed")
    judging.page.list.choose(0)
    judging.key(Key.Key_Tab)
    judging.key(Key.Key_1, CTRL)
    assert sampled(judging) == [0, 0, 1]


# Reviewed marks


def test_the_mark_is_turned_by_key_and_button(judging):
    mark = judging.page.detail.reviewed
    judging.go_to("news-4")
    assert (mark.button.text(), mark.progress.text()) == ("Mark as reviewed", "0 of 4")
    judging.key(Key.Key_R, CTRL)
    assert said(judging, "news-4").is_reviewed
    assert (mark.button.text(), mark.button.isChecked(), mark.progress.text()) == ("✓ Reviewed", True, "1 of 4")
    judging.click(mark.button)
    assert not said(judging, "news-4").is_reviewed
    assert (mark.button.text(), mark.button.isChecked(), mark.progress.text()) == ("Mark as reviewed", False, "0 of 4")
    judging.session.undo()
    assert mark.progress.text() == "1 of 4"
    judging.key(Key.Key_R, CTRL | SHIFT)
    assert judging.shown() == "talk-1"
    judging.session.undo()
    assert judging.shown() == "news-4", "undo leads to what it changed"


def test_passing_on_with_the_last_error_marks_the_sentence_in_the_same_step(judging):
    judging.go_to("news-3")
    judging.key(Key.Key_Return, CTRL)
    assert not said(judging, "news-3").is_reviewed
    while judging.shown() == "news-3":
        judging.key(Key.Key_Return, CTRL)
    assert said(judging, "news-3").is_reviewed
    judging.key(Key.Key_Return, CTRL)
    assert judging.gold("news-4")[0] == (0, 4, "LC")
    assert said(judging, "news-4").is_reviewed
    judging.session.undo()
    assert judging.gold("news-4")[0] == (0, 4, "OG")
    assert not said(judging, "news-4").is_reviewed


# Notes


def test_a_note_is_written_kept_and_found(judging):
    judging.go_to("talk-1")
    judging.key(Key.Key_N, CTRL)
    note = judging.page.detail.note
    assert QApplication.focusWidget() is note
    QTest.keyClicks(note, "1 ask")
    judging.key(Key.Key_Return)
    assert said(judging, "talk-1").note == "1 ask"
    assert QApplication.focusWidget() is judging.canvas
    assert row(judging, "talk-1").noted
    assert judging.gold("talk-1") == [(0, 2, "PS"), (6, 11, "TI")], "digits do not label there"
    judging.go_to("news-3")
    assert note.text() == ""
    judging.page.filters.search.setText("ask")
    judging.page.filters.search.returnPressed.emit()
    assert judging.listed() == ["talk-1"]
    assert note.text() == "1 ask"
    judging.session.undo()
    assert note.text() == ""


def test_escape_leaves_the_note_as_it_was(judging):
    judging.key(Key.Key_N, CTRL)
    QTest.keyClicks(judging.page.detail.note, "no")
    judging.key(Key.Key_Escape)
    assert judging.page.detail.note.text() == ""
    assert QApplication.focusWidget() is judging.canvas
    assert not judging.project.corrections.can_undo


def test_a_note_is_stored_when_one_goes_on_or_closes_the_project(judging):
    judging.go_to("news-3")
    judging.key(Key.Key_N, CTRL)
    QTest.keyClicks(judging.page.detail.note, "first")
    judging.key(Key.Key_Down, CTRL)
    assert judging.shown() == "news-4"
    assert said(judging, "news-3").note == "first"
    QTest.keyClicks(judging.page.detail.note, "second")
    folder = judging.project.folder
    judging.session.close()
    with open_project(folder) as project:
        number = project.sentences.by_id("news-4").number
        assert project.reviews.of([number], KEY)[number].note == "second"


# Queues


def test_the_least_certain_come_first(judging):
    queue = judging.page.filters
    judging.go_to("talk-1")
    assert not queue.pace.isVisible()
    choose(queue.orders, "Least certain first")
    assert judging.listed() == list(UNCERTAINTY)
    assert judging.shown() == "talk-2", "a queue begins at its beginning"
    assert queue.pace.text() == "4 to review"
    judging.key(Key.Key_1, CTRL)
    assert judging.shown() == "news-4", "the next one of the queue"
    assert queue.pace.text() == "3 to review · about 1 s each"
    judging.key(Key.Key_Right, CTRL)
    assert judging.shown() == "news-3"
    judging.key(Key.Key_Left, CTRL)
    judging.key(Key.Key_Left, CTRL)
    assert judging.shown() == "talk-2"
    judging.session.undo()
    assert queue.pace.text().startswith("4 to review")
    choose(queue.orders, "In order of import")
    assert judging.listed() == ["news-3", "news-4", "talk-1", "talk-2"]
    assert not queue.pace.isVisible()


def test_what_is_corrected_is_no_longer_left_and_an_undo_brings_it_back(judging):
    queue, session = judging.page.filters, judging.session
    choose(queue.orders, "Least certain first")
    number = judging.project.sentences.by_id("news-3").number
    session.correct(number, ())
    assert queue.pace.text() == "3 to review"
    session.mark(number, reviewed=True)
    assert queue.pace.text().startswith("3 to review"), "one sentence counts once"
    session.undo()
    assert queue.pace.text().startswith("3 to review")
    session.undo()
    assert queue.pace.text().startswith("4 to review")


def test_the_button_of_all_sentences_is_lit_only_where_all_are_listed(judging):
    filters = judging.page.filters
    assert filters.all.isChecked()
    judging.session.inspect(Selection("dev", order="suspicious"))
    assert len(judging.listed()) == 4
    assert filters.all.isChecked()
    judging.session.correct(judging.project.sentences.by_id("news-3").number, ())
    judging.session.inspect(Selection("dev", order="suspicious"))
    assert len(judging.listed()) == 3, "what was corrected has no suspicion any more"
    assert not filters.all.isChecked()
    judging.click(filters.all)
    assert len(judging.listed()) == 4
    assert filters.all.isChecked()
    assert filters.filter.order == "import"


def test_a_queue_can_be_asked_for(judging):
    judging.session.inspect(Selection(outcomes=ALL_ERRORS, review="open", order="random"))
    filters = judging.page.filters
    assert not filters.asked.isVisible()
    assert filters.errors.isChecked()
    assert (filters.orders.currentText(), filters.reviews.currentText()) == (
        "Random sample",
        "Not reviewed",
    )
    assert judging.canvas.selection is not None, "an error is selected at once"


def test_reviewed_sentences_and_those_with_a_note(judging):
    judging.go_to("talk-1")
    judging.key(Key.Key_R, CTRL)
    reviews = judging.page.filters.reviews
    for text, names in (("Reviewed", ["talk-1"]), ("Not reviewed", ["news-3", "news-4", "talk-2"]), ("With note", [])):
        choose(reviews, text)
        assert judging.listed() == names
    judging.click(judging.page.list.show_all)
    assert len(judging.listed()) == 4


def test_without_a_run_only_import_and_chance_order_the_list(bench_over):
    bench = bench_over(project_with_sentences)
    orders = bench.page.filters.orders
    enabled = [orders.itemText(at) for at in range(orders.count()) if orders.model().item(at).isEnabled()]
    assert enabled == ["In order of import", "Random sample"]
    choose(orders, "Random sample")
    assert sorted(bench.listed()) == ["news-3", "news-4", "talk-1", "talk-2"]
    assert not any(button.isVisible() for button in bench.page.detail.verdicts.buttons)


# What cannot be stored now


@pytest.fixture
def busy(judging):
    """A change of many sentences is under way, so that nothing else can be stored."""
    work = judging.project.labels.rename("PS", "PERSON")
    next(work)
    yield judging
    work.close()


def test_a_note_that_cannot_be_stored_now_is_kept(busy):
    problems = []
    busy.session.problem.connect(problems.append)
    note = busy.page.detail.note
    busy.go_to("news-3")
    busy.key(Key.Key_N, CTRL)
    QTest.keyClicks(note, "ask")
    busy.go_to("news-4")
    assert note.text() == ""
    assert "many sentences" in problems[-1]
    assert said(busy, "news-3").note == ""
    busy.go_to("news-3")
    assert note.text() == "ask"


def test_a_kept_note_is_stored_when_it_can_be(judging):
    work = judging.project.labels.rename("PS", "PERSON")
    next(work)
    note = judging.page.detail.note
    judging.go_to("news-3")
    judging.key(Key.Key_N, CTRL)
    QTest.keyClicks(note, "ask")
    judging.key(Key.Key_Return)
    work.close()
    judging.go_to("news-4")
    assert said(judging, "news-3").note == "ask"
    assert note.text() == ""


def test_a_mark_that_cannot_be_stored_is_not_shown(busy):
    busy.go_to("news-3")
    button = busy.page.detail.reviewed.button
    busy.click(button)
    assert not button.isChecked()
    busy.key(Key.Key_R, CTRL | SHIFT)
    assert busy.shown() == "news-3"


def test_a_long_name_of_a_source_makes_the_pane_no_wider(qtbot):
    bar = ComparisonBar()
    qtbot.addWidget(bar)
    bar.offer(EpochKey(1, 1), {EpochKey(2, 1): "이름 " * 100}, None)
    assert bar.sizeHint().width() < scaled(420)
