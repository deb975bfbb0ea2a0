"""What a screen reader is told of the window, and that the focus can be seen."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QScrollArea, QWidget

from gui.look.theme import LIGHT
from tests.building import project_with_run


@pytest.fixture
def opened(window, qtbot, tmp_path):
    project_with_run(tmp_path / "p.spandesk").close()
    window.open_project(tmp_path / "p.spandesk")
    with qtbot.waitActive(window):
        window.activateWindow()
    return window


def name_of(widget):
    return QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)


def is_for_keys_or_clicks(widget):
    takes_keys = widget.focusPolicy() & Qt.FocusPolicy.TabFocus and not isinstance(widget, QScrollArea)
    return takes_keys or isinstance(widget, QAbstractButton)


def test_everything_that_takes_keys_or_clicks_has_a_name_in_words(opened):
    unnamed = set()
    for page in opened.pages:
        opened.show_page(page)
        for widget in opened.findChildren(QWidget):
            is_own = not widget.objectName().startswith("qt_") and not isinstance(
                widget.parent(), QLineEdit | QComboBox
            )
            if is_own and widget.isVisible() and is_for_keys_or_clicks(widget):
                has_words = any(character.isalnum() for character in name_of(widget))
                if not has_words:
                    unnamed.add((page, type(widget).__name__, widget.toolTip()))
    assert unnamed == set()


def test_a_row_of_the_list_says_what_it_shows(opened):
    page = opened.pages["inspect"]
    number = opened.context.session.project.sentences.by_id("talk-2").number
    opened.context.session.correct(number, ())
    page.listing.reviewing.mark(number, reviewed=True)
    page.listing.reviewing.note(number, "ask")
    index = page.model.index(page.model.row_of(number), 0)
    said = index.data(Qt.ItemDataRole.AccessibleTextRole)
    assert said.startswith("오늘은 아무 일도 없었다.")
    for words in ("talk-2", "dev", "2 errors", "corrected", "reviewed", "note"):
        assert words in said
    assert "1 error" in page.model.index(2, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert "no error" in page.model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)


def test_the_focus_is_seen_in_the_list_the_table_and_around_the_whole_of_what_is_seen_of_a_sentence(opened):
    opened.show_page("inspect")
    page = opened.pages["inspect"]
    scroller = page.detail.scroller
    for part, seen in (
        (page.list.view, page.list.view),
        (page.detail.table, page.detail.table),
        (page.detail.canvas, scroller),
    ):
        part.setFocus()
        image = seen.grab().toImage()
        middle = image.width() // 2, image.height() // 2
        edges = [(0, middle[1]), (image.width() - 1, middle[1]), (middle[0], 0), (middle[0], image.height() - 1)]
        assert [image.pixelColor(x, y).name() for x, y in edges] == [LIGHT.accent] * 4
        page.filters.search.setFocus()
        assert seen.grab().toImage().pixelColor(*edges[3]).name() != LIGHT.accent


def test_undo_and_redo_and_what_went_wrong_are_announced(opened, monkeypatch):
    announced = []
    monkeypatch.setattr("gui.shell.bars.announce", lambda _, words: announced.append(words()))
    session = opened.context.session
    session.correct(session.project.sentences.by_id("talk-2").number, ())
    opened.undo.trigger()
    opened.redo.trigger()
    assert announced == ["Undone: Remove DT from 오늘 in talk-2", "Redone: Remove DT from 오늘 in talk-2"]
    session.problem.emit("the disk is full")
    assert announced[2:] == ["The disk is full"]
