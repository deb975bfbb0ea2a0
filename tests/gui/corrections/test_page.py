"""The Corrections page in the real window: the log, and the way back."""

import time
from datetime import datetime, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from core.domain.spans import Span
from tests.building import project_with_run
from tests.gui.driving import LEFT, NONE, click


@pytest.fixture
def page(window, tmp_path):
    project_with_run(tmp_path / "p.spandesk").close()
    window.open_project(tmp_path / "p.spandesk")
    click(window.rail.button("corrections"))
    return window.pages["corrections"]


def cells(page, row):
    return [page.model.data(page.model.index(row, column)) for column in (0, 2, 3, 4, 5)]


def choose(page, row):
    index = page.model.index(row, 1)
    QTest.mouseClick(page.table.viewport(), LEFT, NONE, page.table.visualRect(index).center())


def test_without_corrections_it_leads_to_inspect(page, window):
    assert page.empty.isVisible()
    click(page.empty.button)
    assert window.stack.currentWidget() is window.pages["inspect"]


def test_what_an_entry_takes_back_fits_on_one_line(page):
    assert page.table.fontMetrics().horizontalAdvance("revert of #10000") + 16 <= page.table.columnWidth(5)
    assert not page.table.wordWrap()


def test_in_a_small_window_before_and_after_share_the_room(page, window, qtbot):
    window.resize(960, 600)
    window.context.session.correct(1, ())
    qtbot.waitUntil(page.table.isVisible)
    assert abs(page.table.columnWidth(3) - page.table.columnWidth(4)) <= 1
    assert page.table.columnWidth(4) >= 130


def test_it_tells_what_changed_and_reverts_the_newest_of_a_sentence(page, window):
    session = window.context.session
    number = session.project.sentences.by_id("news-3").number
    session.correct(number, [Span(0, 3, "PS"), Span(4, 9, "DT")])
    session.correct(number, [Span(4, 9, "DT")])
    assert [cells(page, row) for row in (0, 1)] == [
        ["2", "news-3", "세종은 PS", "–", ""],
        ["1", "news-3", "세종 PS", "세종은 PS", ""],
    ]
    choose(page, 0)
    click(page.revert)
    assert session.project.sentences.by_id("news-3").gold == (Span(0, 3, "PS"), Span(4, 9, "DT"))
    assert page.model.rowCount() == 3
    session.undo()
    assert session.project.sentences.by_id("news-3").gold == (Span(4, 9, "DT"),)
    assert cells(page, 0) == ["4", "news-3", "세종은 PS", "–", "undo of #3"]


def test_an_older_correction_is_reverted_with_the_later_ones(page, window):
    session = window.context.session
    before = session.project.sentences.by_id("news-3")
    session.correct(before.number, [Span(0, 3, "PS")])
    session.correct(before.number, [])
    choose(page, 1)
    assert "#1" in page.revert.toolTip()
    assert "later corrections are undone with it" in page.revert.toolTip()
    click(page.revert)
    assert session.project.sentences.by_id("news-3").gold == before.gold
    choose(page, 2)
    assert not page.revert.isEnabled()
    assert "has the gold from before" in page.revert.toolTip()


def test_times_are_those_of_the_clock_on_the_wall(page, window, monkeypatch):
    session = window.context.session
    session.correct(session.project.sentences.by_id("talk-1").number, [])
    made = datetime.fromisoformat(session.project.corrections.listed(0, 1)[0].made_at)
    monkeypatch.setenv("TZ", "KST-9")
    time.tzset()
    try:
        shown = page.model.data(page.model.index(0, 1))
    finally:
        monkeypatch.undo()
        time.tzset()
    assert shown == f"{made + timedelta(hours=9):%Y-%m-%d %H:%M:%S}"


def test_it_counts_what_differs_once_it_is_seen(page, window):
    session = window.context.session
    session.correct(session.project.sentences.by_id("talk-1").number, [])
    assert page.said.text() == "1 sentence differs from the gold as imported."
    click(window.rail.button("inspect"))
    session.correct(session.project.sentences.by_id("talk-2").number, [])
    assert page.model.rowCount() == 1
    click(window.rail.button("corrections"))
    assert page.said.text() == "2 sentences differ from the gold as imported."
    assert page.model.rowCount() == 2


def test_headers_stand_over_the_beginning_of_their_columns(page):
    assert page.table.horizontalHeader().defaultAlignment() & Qt.AlignmentFlag.AlignLeft


def test_a_correction_leads_to_its_sentence(page, window):
    session = window.context.session
    session.correct(session.project.sentences.by_id("talk-1").number, [])
    choose(page, 0)
    click(page.show_sentence)
    inspect = window.pages["inspect"]
    assert window.stack.currentWidget() is inspect
    assert inspect.detail.position.text().endswith("talk-1")
    assert list(inspect.model.numbers) == [session.project.sentences.by_id("talk-1").number]
    assert inspect.filters.search.text() == ""
    assert inspect.filters.asked.text() == "sentence talk-1  ✕"


def test_nothing_can_be_reverted_before_a_row_is_chosen(page, window):
    session = window.context.session
    session.correct(session.project.sentences.by_id("talk-1").number, [])
    assert not page.revert.isEnabled()
    assert not page.show_sentence.isEnabled()
    choose(page, 0)
    assert page.revert.isEnabled()


def test_selection_and_scroll_stay_after_a_revert(page, window):
    session = window.context.session
    number = session.project.sentences.by_id("news-3").number
    for at in range(40):
        session.correct(number, [Span(0, 1 + at % 3, "PS")])
    page.table.selectRow(30)
    page.table.scrollTo(page.model.index(30, 0))
    chosen, top = page._current().number, page.table.rowAt(0)
    shown = page.model.correction(top).number
    click(page.revert)
    assert page._current().number == chosen
    assert page.model.correction(page.table.rowAt(0)).number in (shown, shown + 1)
    assert page.model.rowCount() == 41
    assert cells(page, 0)[0] == "41"
    session.undo()
    assert page._current().number == chosen
