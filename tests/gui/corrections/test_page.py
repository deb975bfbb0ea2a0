"""The Corrections page in the real window: the steps, their sentences, and the way back."""

import time
from datetime import datetime, timedelta

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtTest import QTest

from core.domain.generators import run_to_end
from core.domain.spans import Span
from core.store.gold.step_list import StepFilter
from gui.corrections import step_model
from gui.corrections.step_model import AFTER, BEFORE, CHANGE, CONTEXT, WHEN, WHO
from gui.look.theme import LIGHT
from tests.building import TEXTS, project_with_run
from tests.gui.driving import LEFT, NONE, click, wait_for_job


@pytest.fixture
def page(window, tmp_path):
    project_with_run(tmp_path / "p.spandesk").close()
    window.open_project(tmp_path / "p.spandesk")
    click(window.rail.button("corrections"))
    return window.pages["corrections"]


@pytest.fixture
def session(page, window):
    return window.context.session


def number_of(session, name):
    return session.project.sentences.by_id(name).number


def gold_of(session, name):
    return session.project.sentences.by_id(name).gold


def child(page, step, row, column=CHANGE):
    return page.model.index(row, column, page.model.index(step, 0))


def cells(page, index):
    return [index.siblingAtColumn(column).data() for column in (CHANGE, CONTEXT, BEFORE, AFTER)]


def row_cells(page, row):
    return cells(page, page.model.index(row, 0))


def choose(page, *rows):
    """Select these steps as with the mouse and Ctrl."""
    page.tree.clearSelection()
    for row in rows:
        index = page.model.index(row, CHANGE)
        modifier = Qt.KeyboardModifier.ControlModifier if page.tree.selectionModel().hasSelection() else NONE
        page.tree.scrollTo(index)
        QTest.mouseClick(page.tree.viewport(), LEFT, modifier, page.tree.visualRect(index).center())


def test_without_corrections_it_leads_to_inspect(page, window):
    assert page.empty.isVisible()
    click(page.empty.button)
    assert window.stack.currentWidget() is window.pages["inspect"]


def test_in_a_small_window_change_and_context_share_the_room(page, session, window, qtbot):
    window.resize(960, 600)
    session.correct(1, ())
    qtbot.waitUntil(page.tree.isVisible)
    assert abs(page.tree.columnWidth(CHANGE) - page.tree.columnWidth(CONTEXT)) <= 1
    assert page.tree.columnWidth(CONTEXT) >= 180
    assert page.tree.header().length() <= page.tree.viewport().width()


def test_a_step_is_one_row_and_shows_what_changed_in_its_context(page, session):
    session.correct(number_of(session, "news-3"), [Span(0, 3, "PS"), Span(4, 9, "DT")])
    session.correct_together({number_of(session, name): [] for name in ("news-4", "talk-1")})
    assert row_cells(page, 0) == ["Remove 4 spans", "2 sentences", "", ""]
    assert row_cells(page, 1) == [
        "Move the edge of 세종은 in news-3", "세종은 1443년 한글을 만들었다.", "세종 PS", "세종은 PS",
    ]  # fmt: skip
    assert page.model.rowCount() == 2


def test_a_step_of_several_opens_to_its_sentences(page, session):
    session.correct_together({number_of(session, name): [] for name in ("news-4", "talk-1")})
    assert page.model.rowCount(page.model.index(0, 0)) == 0
    page.tree.expand(page.model.index(0, 0))
    assert [cells(page, child(page, 0, row)) for row in (0, 1)] == [
        ["news-4", "한국은행이 부산에서 회의를 열었다.", "한국은행 OG, 부산 LC", "–"],
        ["talk-1", "민서야 😀 오후 3시에 보자!", "민서 PS, 오후 3시 TI", "–"],
    ]
    assert child(page, 0, 0).parent() == page.model.index(0, 0)


def test_an_undone_step_looks_undone_and_what_undid_it_has_no_row(page, session):
    session.correct(number_of(session, "news-3"), [])
    title = page.model.index(0, CHANGE)
    session.undo()
    assert page.model.rowCount() == 1
    assert title.data() == "Remove 2 spans (undone)"
    assert title.data(Qt.ItemDataRole.FontRole).strikeOut()
    choose(page, 0)
    assert not page.revert.isEnabled()
    assert page.explanation.text() == "What is selected is undone already."
    session.redo()
    assert title.data() == "Remove 2 spans"
    assert page.revert.isEnabled()


def test_several_steps_are_reverted_at_once_and_one_undo_takes_that_back(page, session):
    before = {name: gold_of(session, name) for name in ("news-3", "news-4", "talk-1")}
    session.correct(number_of(session, "news-3"), [])
    session.correct(number_of(session, "talk-2"), [])
    session.correct_together({number_of(session, name): [] for name in ("news-4", "talk-1")})
    choose(page, 0, 2)
    assert page.explanation.text().startswith("Revert gives 3 sentences the gold from before; their later changes")
    click(page.revert)
    assert {name: gold_of(session, name) for name in before} == before
    assert gold_of(session, "talk-2") == ()
    assert row_cells(page, 0)[:2] == ["Revert 3 sentences", "3 sentences"]
    session.undo()
    assert all(gold_of(session, name) == () for name in before)
    assert session.project.problems() == []


def test_one_sentence_of_a_step_is_reverted_alone(page, session):
    before = gold_of(session, "talk-1")
    session.correct_together({number_of(session, name): [] for name in ("news-4", "talk-1")})
    page.tree.expand(page.model.index(0, 0))
    page.tree.selectionModel().select(
        child(page, 0, 1), QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
    )
    click(page.revert)
    assert (gold_of(session, "talk-1"), gold_of(session, "news-4")) == (before, ())


def test_a_revert_that_changes_nothing_says_so(page, session, window):
    session.correct(number_of(session, "news-3"), [])
    choose(page, 0)
    click(page.revert)
    choose(page, 1)
    click(page.revert)
    assert page.model.rowCount() == 2
    assert window.job_strip.notice.text().startswith("Nothing to revert")


def test_a_renamed_label_is_not_reverted(page, session, window, qtbot):
    session.rename_label("PS", "PERSON")
    wait_for_job(qtbot, window.context.runner)
    choose(page, 0)
    assert row_cells(page, 0)[0] == "Rename PS to PERSON"
    assert not page.revert.isEnabled()
    assert page.explanation.text().startswith("Renamed and merged labels are not reverted")


def test_a_large_step_is_reverted_as_a_job(page, session, window, qtbot, monkeypatch):
    monkeypatch.setattr("core.store.gold.corrections.LARGE", 2)
    before = {name: gold_of(session, name) for name, *_ in TEXTS}
    session.publish(run_to_end(session.project.corrections.correct_in_slices({n: []} for n in range(1, 8))))
    choose(page, 0)
    click(page.revert)
    assert window.context.runner.job is not None
    wait_for_job(qtbot, window.context.runner)
    assert {name: gold_of(session, name) for name in before} == before
    session.undo()
    wait_for_job(qtbot, window.context.runner)
    assert all(gold_of(session, name) == () for name in before)


def test_times_are_those_of_the_clock_on_the_wall(page, session, monkeypatch):
    session.correct(number_of(session, "talk-1"), [])
    made = datetime.fromisoformat(session.project.steps.list_matching(StepFilter())[0].made_at)
    monkeypatch.setenv("TZ", "KST-9")
    time.tzset()
    try:
        shown = page.model.index(0, WHEN).data()
        exact = page.model.index(0, WHEN).data(Qt.ItemDataRole.ToolTipRole)
    finally:
        monkeypatch.undo()
        time.tzset()
    assert shown == f"{made + timedelta(hours=9):%Y-%m-%d %H:%M}"
    assert exact == f"{made + timedelta(hours=9):%Y-%m-%d %H:%M:%S}"


def test_it_counts_what_differs_once_it_is_seen(page, session, window):
    session.correct(number_of(session, "talk-1"), [])
    assert page.said.text() == "1 sentence differs from the gold as imported."
    click(window.rail.button("inspect"))
    session.correct(number_of(session, "talk-2"), [])
    assert page.model.rowCount() == 1
    click(window.rail.button("corrections"))
    assert page.said.text() == "2 sentences differ from the gold as imported."
    assert page.model.rowCount() == 2


def test_headers_are_over_the_beginning_of_their_columns(page):
    assert page.tree.header().defaultAlignment() & Qt.AlignmentFlag.AlignLeft


@pytest.mark.parametrize("by", ["button", "double click"])
def test_a_correction_leads_to_its_sentence(page, session, window, by):
    session.correct(number_of(session, "talk-1"), [])
    choose(page, 0)
    if by == "button":
        click(page.show_sentence)
    else:
        at = page.tree.visualRect(page.model.index(0, CHANGE)).center()
        QTest.mouseDClick(page.tree.viewport(), LEFT, NONE, at)
    inspect = window.pages["inspect"]
    assert window.stack.currentWidget() is inspect
    assert inspect.detail.position.text().endswith("talk-1")
    assert list(inspect.model.numbers) == [number_of(session, "talk-1")]
    assert inspect.filters.search.text() == ""
    assert inspect.filters.asked.text() == "sentence talk-1  ✕"


def test_nothing_can_be_reverted_before_a_row_is_chosen(page, session):
    session.correct(number_of(session, "talk-1"), [])
    assert not page.revert.isEnabled()
    assert not page.show_sentence.isEnabled()
    assert page.explanation.text().startswith("Select changes to revert them")
    choose(page, 0)
    assert page.revert.isEnabled()
    assert page.show_sentence.isEnabled()


def test_the_list_is_filtered_and_says_when_nothing_fits(page, session):
    session.correct(number_of(session, "news-3"), [Span(0, 2, "OG"), Span(4, 9, "DT")])
    session.correct_together({number_of(session, name): [] for name in ("talk-1", "news-5")})
    filters = page.filters
    filters.split.setCurrentIndex(filters.split.findData("test"))
    assert [row_cells(page, row)[:2] for row in range(page.model.rowCount())] == [
        ["Remove 3 spans", "대구에서 축제가 열렸다."]
    ]
    filters.split.setCurrentIndex(0)
    filters.label.setCurrentIndex(filters.label.findData("OG"))
    assert page.model.rowCount() == 1
    filters.text.setText("없는 말")
    filters.text.returnPressed.emit()
    assert page.nothing.isVisible()
    assert not page.empty.isVisible()
    session.correct(number_of(session, "talk-2"), [])
    assert page.nothing.isVisible()
    filters.clear()
    assert page.model.rowCount() == 3


@pytest.fixture
def many(session, monkeypatch):
    """Forty steps of one sentence, read ten at a time."""
    monkeypatch.setattr(step_model, "_AT_ONCE", 10)
    number = number_of(session, "news-3")
    for at in range(40):
        session.project.corrections.correct(number, [Span(0, 1 + at % 3, "PS")])
    session.project.corrections.correct_together({n: [] for n in range(1, 8)})
    return number


def scroll_to_end(page):
    while page.model.canFetchMore(page.model.index(-1, -1)):
        page.model.fetchMore(page.model.index(-1, -1))


def test_selection_and_scroll_stay_after_a_revert(page, session, many):
    page.refresh()
    scroll_to_end(page)
    assert page.model.rowCount() == 41
    choose(page, 30)
    chosen = page.model.step(page.tree.currentIndex()).step.number
    top = page.model.step(page.tree.indexAt(page.tree.viewport().rect().topLeft())).step.number
    click(page.revert)
    assert page.model.step(page.tree.currentIndex()).step.number == chosen
    assert page.model.step(page.tree.indexAt(page.tree.viewport().rect().topLeft())).step.number in (top, top + 1)
    assert page.model.rowCount() == 42
    session.undo()
    assert page.model.step(page.tree.currentIndex()).step.number == chosen


def test_steps_and_their_sentences_are_read_as_they_are_scrolled_to(page, session, many, monkeypatch):
    page.refresh()
    assert page.model.rowCount() < 41
    monkeypatch.setattr(step_model, "_AT_ONCE", 3)
    step = page.model.index(0, 0)
    page.model.fetchMore(step)
    assert page.model.rowCount(step) == 3
    page.model.fetchMore(step)
    page.model.fetchMore(step)
    assert page.model.rowCount(step) == 7
    assert not page.model.canFetchMore(step)


def test_what_is_open_stays_open_when_another_step_comes(page, session):
    session.correct_together({number_of(session, name): [] for name in ("news-4", "talk-1")})
    opened = page.model.index(0, 0)
    page.tree.expand(opened)
    session.correct(number_of(session, "news-3"), [])
    assert page.tree.isExpanded(page.model.index(1, 0))
    assert page.model.rowCount(page.model.index(1, 0)) == 2


def test_the_page_works_with_answers_that_come_late(page, session, qtbot, late_answers):
    qtbot.waitUntil(lambda: not page.model._query.is_waiting)
    session.correct_together({number_of(session, name): [] for name in ("news-4", "talk-1")})
    session.correct(number_of(session, "news-3"), [])
    qtbot.waitUntil(lambda: page.model.rowCount() == 2)
    page.tree.expand(page.model.index(1, 0))
    session.undo()
    qtbot.waitUntil(lambda: page.model.rowCount(page.model.index(1, 0)) == 2)
    qtbot.waitUntil(lambda: page.model.index(0, 0).data().endswith("(undone)"))
    page.filters.split.setCurrentIndex(page.filters.split.findData("test"))
    session.redo()
    qtbot.waitUntil(page.nothing.isVisible)
    session.close_project()
    assert page.model.rowCount() == 0


def test_a_selected_row_with_the_keys_is_one_even_colour(page, session):
    session.correct(number_of(session, "news-3"), [])
    choose(page, 0)
    page.tree.setFocus()
    rect = page.tree.visualRect(page.model.index(0, WHEN))
    image = page.tree.viewport().grab().toImage()
    right_end = {image.pixelColor(page.tree.viewport().width() - 2, y).name() for y in range(rect.top(), rect.bottom())}
    assert right_end == {LIGHT.selection}


def test_the_first_correction_has_the_keys_when_the_page_is_shown(late_answers, window, tmp_path, qtbot):
    project_with_run(tmp_path / "p.spandesk").close()
    window.open_project(tmp_path / "p.spandesk")
    session, page = window.context.session, window.pages["corrections"]
    with qtbot.waitActive(window):
        window.activateWindow()
    window.show_page("corrections")
    window.show_page("inspect")
    session.correct(number_of(session, "news-3"), [])
    window.show_page("corrections")
    qtbot.waitUntil(page.tree.isVisible)
    assert page.tree.hasFocus()


def test_moves_are_listed_and_their_sentences_shown_wherever_they_are(page, session, window, qtbot):
    session.correct(number_of(session, "news-4"), [])
    session.move_sentences([number_of(session, "news-3")], "aside", "번역투")
    session.move_sentences([number_of(session, name) for name in ("news-1", "news-4")], "test")
    assert [row_cells(page, row)[:2] for row in range(3)] == [
        ["Move 2 sentences to test", "2 sentences"],
        ["Set news-3 aside", "번역투"],
        ["Remove 2 spans", "한국은행이 부산에서 회의를 열었다."],
    ]
    page.filters.group.setCurrentIndex(page.filters.group.findData("moves"))
    assert page.model.rowCount() == 2
    choose(page, 0)
    assert not page.show_sentence.isEnabled()
    choose(page, 1)
    click(page.show_sentence)
    inspect = window.pages["inspect"]
    qtbot.waitUntil(lambda: "set aside: 번역투 · news-3" in inspect.detail.position.text())
    session.undo()
    assert page.filters.filter.group == "moves"
    page.filters.clear()
    qtbot.waitUntil(lambda: page.model.rowCount() == 3)


def test_a_move_is_reverted_whole_or_by_sentence_unless_a_sentence_has_moved_on(page, session, window):
    session.move_sentences([number_of(session, name) for name in ("news-1", "news-4")], "test")
    page.tree.expand(page.model.index(0, 0))
    assert cells(page, child(page, 0, 0)) == ["news-1", "이순신은 조선 수군을 이끌었다.", "train", "test"]
    page.tree.selectionModel().select(
        child(page, 0, 0), QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
    )
    assert page.explanation.text().startswith("Revert moves 1 sentence back, unless it was moved again since.")
    click(page.revert)
    sentences = session.project.sentences
    assert [sentences.by_id(name).split for name in ("news-1", "news-4")] == ["train", "test"]
    assert row_cells(page, 0)[0] == "Revert news-1"
    session.move_sentences([number_of(session, "news-4")], "aside")
    choose(page, 2)
    assert page.explanation.text().startswith("Revert moves 2 sentences back, except those that were moved again")
    click(page.revert)
    assert "sentence news-4 was moved again since" in window.banner.text.text()
    session.undo()
    choose(page, 2)
    click(page.revert)
    assert sentences.by_id("news-4").split == "dev"
    choose(page, 0)
    click(page.revert)
    assert sentences.by_id("news-4").split == "test", "a revert is reverted, too"


def test_who_made_a_step_is_shown_and_filtered_by_once_anybody_is_known(page, session):
    session.correct(number_of(session, "news-3"), [])
    assert page.tree.isColumnHidden(WHO)
    assert not page.filters.author.isVisible()
    session.sign("지민")
    session.correct(number_of(session, "news-4"), [])
    session.move_sentences([number_of(session, "news-5")], "deleted")
    assert not page.tree.isColumnHidden(WHO)
    assert [page.model.index(row, WHO).data() for row in range(3)] == ["지민", "지민", ""]
    author = page.filters.author
    assert [author.itemText(at) for at in range(author.count())] == ["Anyone", "지민", "No name"]
    for name, changes in (("지민", ["Delete news-5", "Remove 2 spans"]), ("", ["Remove 2 spans"])):
        author.setCurrentIndex(author.findData(name))
        assert [row_cells(page, row)[0] for row in range(page.model.rowCount())] == changes
