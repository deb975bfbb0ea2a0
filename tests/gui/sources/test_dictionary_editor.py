"""A dictionary is edited in the window: lines typed with live counts, problems named, saved as one step and tagged."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from core.domain.spans import Sentence
from core.services.dictionary_draft import DraftLine
from core.services.dictionary_source import read_entries
from core.store.predictions import EpochKey
from core.store.project import open_project
from gui.sources.draft_model import GOLD, LABEL, NOTE, POOL, STRING
from tests.building import add_sentences, project_with_run
from tests.gui.driving import click, commit, compose, press_key, wait_for_job

Key = Qt.Key


@pytest.fixture
def opened(window, qtbot, tmp_path):
    with project_with_run(tmp_path / "p.spandesk") as project:
        add_sentences(project, [("pool", Sentence("pool-1", "부산은 부산이다", ()))])
    window.open_project(tmp_path / "p.spandesk")
    with qtbot.waitActive(window):
        window.activateWindow()
    window.show_page("sources")
    return window


@pytest.fixture
def editor(opened):
    opened.pages["sources"].add_dictionary.trigger()
    return opened.pages["sources"].editor


def cells(editor, row):
    return [editor.model.index(row, column).data() for column in range(NOTE + 1)]


def type_line(editor, text):
    """Type into the blank line; the last syllable is still being composed."""
    editor.table.go_to(editor.model.rowCount() - 1)
    editor.table.setFocus()
    press_key(Key.Key_Return)
    field = QApplication.focusWidget()
    commit(field, text[:-1])
    compose(field, text[-1])
    editor.count()
    return field


def test_lines_are_typed_with_live_counts_saved_and_tag_the_pool(opened, editor, qtbot, tmp_path):
    page, project = opened.pages["sources"], opened.context.session.project
    type_line(editor, "부산")
    assert cells(editor, 0) == ["부산", "PS", "2", "0", "1", "0 of 1", ""], "while it is being typed"
    editor.model.setData(editor.model.index(0, LABEL), "LC")
    editor.count()
    assert cells(editor, 0)[GOLD] == "1 of 1"
    press_key(Key.Key_Return)
    qtbot.waitUntil(lambda: editor.table.hasFocus())
    assert editor.table.currentIndex().row() == 1, "the next line"
    type_line(editor, "/[/")
    assert cells(editor, 1)[LABEL] == "LC", "as the line before"
    assert cells(editor, 1)[NOTE].startswith("the expression /[/ is not valid")
    assert not editor.start.isEnabled()
    assert editor.said.text() == "1 entry · counted in all 7 sentences · 1 line has a problem: line 2"
    press_key(Key.Key_Escape)
    assert editor.model.lines[1].written == "", "Esc brings back what was there"
    press_key(Key.Key_Delete)
    editor.count()
    assert editor.model.lines == (("부산", "LC"),)
    assert editor.said.text() == "1 entry · counted in all 7 sentences"
    editor.table.go_to(0)
    assert [place.current for place in editor.places.places] == ["not judged", "not judged", "부산 LC"]

    editor.name.setText("도시")
    assert editor.tags_pool.isChecked()
    click(editor.start)
    wait_for_job(qtbot, opened.context.runner)
    assert not editor.isVisible()
    assert page.table.current.source.title == "도시"
    assert project.predictions.count_spans(EpochKey(2, 1)) == 2
    opened.context.session.close_project()
    with open_project(tmp_path / "p.spandesk") as project:
        assert project.problems() == []


def test_saving_is_a_new_version_and_what_is_typed_stays_when_the_project_is_closed(opened, editor, qtbot, tmp_path):
    page, project = opened.pages["sources"], opened.context.session.project
    QApplication.clipboard().setText("부산\tLC\n한국은행\tOG\n")
    press_key(Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    editor.count()
    click(editor.start)
    wait_for_job(qtbot, opened.context.runner)
    click(page.panel.edit)
    assert [cells(editor, row)[STRING] for row in range(2)] == ["부산", "한국은행"]
    assert cells(editor, 0)[POOL] == "2"
    editor.table.go_to(1)
    press_key(Key.Key_Delete)
    editor.count()
    click(editor.start)
    wait_for_job(qtbot, opened.context.runner)
    assert project.sources.epoch_numbers(2) == [1, 2]
    assert [entry.text for entry in read_entries(project, 2)] == ["부산"]
    click(page.panel.edit)
    type_line(editor, "세종")
    opened.context.session.close_project()
    with open_project(tmp_path / "p.spandesk") as project:
        assert [entry.text for entry in read_entries(project, 2)] == ["부산", "세종"]


def test_cancelled_edits_store_nothing_and_a_line_is_found(opened, editor):
    for text in ("서울", "부산", "대구"):
        type_line(editor, text)
    editor.sought.setText("부")
    editor.sought.setFocus()
    press_key(Key.Key_Return)
    assert editor.table.currentIndex().row() == 1
    click(editor.cancel)
    assert not editor.isVisible()
    assert [each.number for each in opened.context.session.project.sources.list_all()] == [1]


def test_a_new_dictionary_that_is_being_typed_is_stored_once_when_the_window_closes(opened, editor, qtbot, tmp_path):
    type_line(editor, "부산")
    with qtbot.waitSignal(opened.closed):
        opened.close()
    with open_project(tmp_path / "p.spandesk") as project:
        assert [source.kind for source in project.sources.list_all()] == ["training", "dictionary"]
        assert [entry.text for entry in read_entries(project, 2)] == ["부산"]


def test_an_entry_that_is_half_edited_when_the_project_is_closed_stays_as_it_was(opened, editor, qtbot, tmp_path):
    editor.model.add([DraftLine("부산", "LC"), DraftLine("여수", "LC")])
    editor.count()
    click(editor.start)
    wait_for_job(qtbot, opened.context.runner)
    click(opened.pages["sources"].panel.edit)
    editor.model.setData(editor.model.index(0, STRING), "/부산[/")
    editor.model.add([DraftLine("강릉", "LC")])
    opened.context.session.close_project()
    with open_project(tmp_path / "p.spandesk") as project:
        assert {entry.text for entry in read_entries(project, 2)} == {"부산", "여수", "강릉"}


def test_a_label_that_is_gone_meanwhile_loses_no_entry(opened, editor):
    session = opened.context.session
    session.add_label("shop")
    type_line(editor, "부산")
    editor.model.setData(editor.model.index(0, LABEL), "shop")
    editor.model.add([DraftLine("여수", "LC")])
    editor.count()
    assert editor.start.isEnabled()
    session.delete_label("shop")
    click(editor.start)
    assert editor.isVisible()
    assert not editor.start.isEnabled()
    assert "not in the tag set" in cells(editor, 0)[NOTE]
    assert len(session.project.sources.list_all()) == 1
