"""The Corpus page's views: what is counted leads to its sentences, files are listed, counting waits to be looked at."""

import json

import pytest
from PySide6.QtCore import Qt

from core.domain.events import Reading
from core.domain.spans import Sentence, Span
from core.store.project import open_project
from gui.background import LatestQuery
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
    assert len(asked) == 2


def test_the_name_of_a_type_leads_to_its_strings_and_a_count_of_a_string_to_its_sentences(page, window):
    session, strings = window.context.session, page.contents.strings
    asked = []
    session.inspection_asked.connect(asked.append)
    row = next(at for at, name in enumerate(cells(page.summary)) if name[0].startswith("LC"))
    page.summary.cellClicked.emit(row, 0)
    assert strings.isVisible()
    assert strings.label.currentData() == "LC"
    assert strings.said.text() == "5 strings"
    assert cells(strings.table)[2] == ["부산 ", "1", "–", "–", "20.0%", ""]
    strings.table.cellClicked.emit(2, 1)
    assert asked[0].among.words == "LC: 부산 "
    assert {each.id for each in session.project.sentences.by_number(sorted(asked[0].among.numbers))} == {"x"}


def test_strings_follow_the_chosen_type_and_corrections_and_show_the_other_types_of_a_string(page, window):
    session, strings = window.context.session, page.contents.strings
    session.correct(session.project.sentences.by_id("y").number, [Span(0, 2, "OG")])
    session.correct(session.project.sentences.by_id("x").number, [Span(0, 2, "LC")])
    click(page.contents.tabs[strings])
    strings.label.setCurrentIndex(strings.label.findData("OG"))
    assert [row for row in cells(strings.table) if row[0] == "부산"] == [["부산", "1", "–", "–", "33.3%", "LC 2"]]
    session.correct(session.project.sentences.by_id("x").number, [])
    assert strings.label.currentData() == "OG"
    assert [row[5] for row in cells(strings.table) if row[0] == "부산"] == ["LC 1"]


def test_a_bar_of_the_histogram_leads_to_the_sentences_of_its_lengths(page, window):
    session, lengths = window.context.session, page.contents.lengths
    click(page.contents.tabs[lengths])
    asked = []
    session.inspection_asked.connect(asked.append)
    [segment] = [each for each in lengths.chart.segments if each.words == "train: 2 sentences with 5 to 5 characters"]
    lengths.chart.opened.emit(segment.link)
    numbers = session.project.selections.numbers(asked[0], None, "corrected")
    assert {each.id for each in session.project.sentences.by_number(numbers)} == {"x", "y"}


def test_counting_stops_when_its_view_is_left_and_begins_anew_when_it_is_seen_again(page, monkeypatch):
    checks, started = page.contents.checks, []
    monkeypatch.setattr(LatestQuery, "submit", lambda query, question: started.append(query))
    monkeypatch.setattr(LatestQuery, "cancel", lambda query: started.remove(query) if query in started else None)
    click(page.contents.tabs[checks])
    assert started == [checks._query]
    checks._report(Reading(1, 4))
    assert checks.said.text() == "Counting… 25%"
    click(page.contents.tabs[page.contents.files])
    assert started == []
    click(page.contents.tabs[checks])
    assert started == [checks._query]


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
    checks = page.contents.checks
    assert checks.table.item(0, 1) is None
    click(page.contents.tabs[checks])
    assert cells(checks.table) == [
        ["Repeated in its split", "2", "–", "–"],
        ["Shared with another split", "–", "–", "–"],
        ["Repeated with other gold spans", "2", "–", "–"],
        ["Span with a blank at its edge", "1", "–", "–"],
        ["Without a gold span", "1", "–", "–"],
    ]
    session = window.context.session
    session.correct(session.project.sentences.by_id("x").number, [Span(0, 2, "LC")])
    assert cells(checks.table)[3][1] == "–"
    asked = []
    session.inspection_asked.connect(asked.append)
    checks.table.cellClicked.emit(0, 1)
    assert {each.id for each in session.project.sentences.by_number(sorted(asked[0].among.numbers))} == {"x", "y"}


def test_files_are_listed_with_day_format_and_encoding_and_an_import_can_be_dropped(page, window, qtbot, tmp_path):
    path = tmp_path / "more.jsonl"
    records = [{"id": f"m{number}", "text": f"{number}번 서울", "label": [], "judged": "yes"} for number in range(3)]
    path.write_text("\n".join(json.dumps(each, ensure_ascii=False) for each in records), encoding="utf-16")
    window.take_files([path])
    page.form.target.setCurrentText("train")
    click(page.form.start)
    wait_for_job(qtbot, window.context.runner)
    files = page.contents.files
    click(page.contents.tabs[files])
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
