"""The Corpus page's tables: counts lead to their sentences, files are listed, checks are counted when looked at."""

import json

import pytest
from PySide6.QtCore import Qt

from core.domain.spans import Sentence, Span
from core.store.project import open_project
from tests.building import add_sentences, project_with_sentences
from tests.gui.driving import click, wait_for_job


@pytest.fixture
def page(window, tmp_path):
    project_with_sentences(tmp_path / "p.spandesk").close()
    with open_project(tmp_path / "p.spandesk") as project:
        spanned = Sentence("x", "부산 간다", (Span(0, 3, "LC"),))
        add_sentences(project, [("train", spanned), ("train", Sentence("y", "부산 간다", ()))])
    window.open_project(tmp_path / "p.spandesk")
    return window.pages["corpus"]


def cells(table):
    return [
        [table.item(row, column).text() for column in range(table.columnCount())] for row in range(table.rowCount())
    ]


def test_a_count_leads_to_its_sentences(page, window, qtbot):
    asked = []
    window.context.session.inspection_asked.connect(asked.append)
    names = [row[0] for row in cells(page.summary)]
    row = next(at for at, name in enumerate(names) if name.startswith("LC"))
    page.summary.cellClicked.emit(row, 1)
    assert (asked[0].split, asked[0].label) == ("train", "LC")
    assert window.stack.currentWidget() is window.pages["inspect"]
    assert window.context.session.context.gold == "corrected", "what is counted is listed"
    window.show_page("corpus")
    page.summary.cellClicked.emit(row, 3)
    page.summary.cellClicked.emit(row, 0)
    assert len(asked) == 2, "a name leads nowhere"


def test_only_counts_that_lead_somewhere_can_be_chosen_and_have_a_hand(page, qtbot):
    def cursor(row, column):
        qtbot.mouseMove(page.summary.viewport(), page.summary.visualItemRect(page.summary.item(row, column)).center())
        return page.summary.viewport().cursor().shape()

    assert cells(page.summary)[1][0] == "Spans"
    assert cursor(0, 1) == Qt.CursorShape.PointingHandCursor
    assert cursor(1, 1) == Qt.CursorShape.ArrowCursor
    assert page.summary.item(0, 1).flags() & Qt.ItemFlag.ItemIsSelectable
    assert not page.summary.item(1, 1).flags() & Qt.ItemFlag.ItemIsSelectable


def test_checks_are_counted_when_they_are_looked_at_and_follow_corrections(page, window):
    assert page.contents.checks.rowCount() == 0
    click(page.contents.views[2])
    assert cells(page.contents.checks) == [
        ["Repeated in its split", "2", "–", "–"],
        ["Shared with another split", "–", "–", "–"],
        ["Repeated with other gold spans", "2", "–", "–"],
        ["Span with a blank at its edge", "1", "–", "–"],
        ["Without a gold span", "1", "–", "–"],
    ]
    session = window.context.session
    session.correct(session.project.sentences.by_id("x").number, [Span(0, 2, "LC")])
    assert cells(page.contents.checks)[3][1] == "–"
    asked = []
    session.inspection_asked.connect(asked.append)
    page.contents.checks.cellClicked.emit(0, 1)
    assert {each.id for each in session.project.sentences.by_number(sorted(asked[0].among.numbers))} == {"x", "y"}


def test_files_are_listed_with_day_format_and_encoding_and_an_import_can_be_dropped(page, window, qtbot, tmp_path):
    path = tmp_path / "more.jsonl"
    records = [{"id": f"m{number}", "text": f"{number}번 서울", "label": []} for number in range(3)]
    path.write_text("\n".join(json.dumps(each, ensure_ascii=False) for each in records), encoding="utf-16")
    window.take_files([path])
    page.form.target.setCurrentText("train")
    click(page.form.start)
    wait_for_job(qtbot, window.context.runner)
    click(page.contents.views[1])
    files = page.contents.files
    first = cells(files)[0]
    assert first[0] == "more.jsonl"
    assert first[2:] == ["3", "0", "–", "JSON Lines", "UTF-16"]
    assert not page.contents.drop.isEnabled()
    files.selectRow(0)
    click(page.contents.drop)
    project = window.context.session.project
    assert project.sentences.by_id("m0").split == "deleted"
    assert project.sentences.count("train") == 4
    assert cells(files)[0][2] == "0 of 3"
    files.selectRow(0)
    assert not page.contents.drop.isEnabled(), "nothing of it is left"
    window.context.session.undo()
    assert project.sentences.by_id("m0").split == "train"
    assert cells(files)[0][2] == "3"
    window.context.session.move_sentences([project.sentences.by_id("m1").number], "deleted", "wrong")
    assert cells(files)[0][2] == "2 of 3"
