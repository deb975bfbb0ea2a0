"""The Corrections page in the real window: the log, and the way back."""

import pytest
from PySide6.QtTest import QTest

from core.spans import Span
from tests.building import project_with_run
from tests.gui.driving import LEFT, NONE, click


@pytest.fixture
def page(window, tmp_path):
    project_with_run(tmp_path / "p.spandesk").close()
    window.open_project(tmp_path / "p.spandesk")
    click(window.rail.button("Corrections"))
    return window.pages["Corrections"]


def cells(page, row):
    return [page.model.data(page.model.index(row, column)) for column in (1, 2, 3, 4)]


def choose(page, row):
    index = page.model.index(row, 1)
    QTest.mouseClick(page.table.viewport(), LEFT, NONE, page.table.visualRect(index).center())


def test_without_corrections_it_leads_to_inspect(page, window):
    assert page.empty.isVisible()
    click(page.empty.button)
    assert window.stack.currentWidget() is window.pages["Inspect"]


def test_it_tells_what_changed_and_reverts_the_newest_of_a_sentence(page, window):
    session = window.context.session
    number = session.project.sentences.by_id("news-3").number
    session.correct(number, [Span(0, 3, "PS"), Span(4, 9, "DT")])
    session.correct(number, [Span(4, 9, "DT")])
    assert [cells(page, row) for row in (0, 1)] == [
        ["news-3", "세종은 PS", "–", ""],
        ["news-3", "세종 PS", "세종은 PS", ""],
    ]
    choose(page, 1)
    assert not page.revert.isEnabled()
    choose(page, 0)
    click(page.revert)
    assert session.project.sentences.by_id("news-3").gold == (Span(0, 3, "PS"), Span(4, 9, "DT"))
    assert page.model.rowCount() == 3
    session.undo()
    assert session.project.sentences.by_id("news-3").gold == (Span(4, 9, "DT"),)


def test_a_correction_leads_to_its_sentence(page, window):
    session = window.context.session
    session.correct(session.project.sentences.by_id("talk-1").number, [])
    choose(page, 0)
    click(page.show_sentence)
    inspect = window.pages["Inspect"]
    assert window.stack.currentWidget() is inspect
    assert inspect.detail.position.text().endswith("talk-1")
