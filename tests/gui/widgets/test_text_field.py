"""The lines of a text field, and what stands in it while a syllable is composed."""

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QMimeData
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication

from gui.widgets.text_fields import FieldLine, TextField, lines_of, sound

BREAKS = "\u2028\u2029"


@pytest.fixture
def field(qtbot):
    field = TextField()
    qtbot.addWidget(field)
    return field


def texts(field):
    return [line.text for line in field.lines]


@given(st.text(alphabet=st.sampled_from("가나 😀\u00a0\x85\v" + BREAKS)))
def test_every_character_that_is_no_blank_is_in_one_line_and_stays_as_it_is(raw):
    lines = lines_of(raw)
    assert "".join("".join(line.text.split()) for line in lines) == "".join(raw.split())
    for line in lines:
        assert raw[line.start : line.end].strip() == line.text == line.text.strip() != ""
        assert not set(line.text) & set(BREAKS)
    assert all(left.end <= right.start for left, right in pairwise(lines))


def test_what_qt_itself_would_rewrite_stays(field):
    nfd = unicodedata.normalize("NFD", "세종은 왔다")
    field.setPlainText(f"서울\u00a0시 😀 끝\r\n\r\n  {nfd}  \n")
    assert texts(field) == ["서울\u00a0시 😀 끝", nfd]


def test_halves_of_characters_become_one_that_can_be_stored():
    assert sound("가\ud83d나") == "가\ufffd나"
    assert sound("\ud83d\ude00") == "😀"


def test_a_syllable_is_seen_while_it_is_composed_where_it_stands(field):
    field.setPlainText("😀\n은 왔다")
    cursor = field.textCursor()
    cursor.setPosition(3)
    field.setTextCursor(cursor)
    edits = []
    field.edited.connect(lambda: edits.append(texts(field)))
    for composed in ("ㅅ", "세", "셎"):
        QApplication.sendEvent(field, QInputMethodEvent(composed, []))
    assert [*dict.fromkeys(after[1] for after in edits)] == ["ㅅ은 왔다", "세은 왔다", "셎은 왔다"]
    commit = QInputMethodEvent("조", [])
    commit.setCommitString("세")
    QApplication.sendEvent(field, commit)
    assert texts(field) == ["😀", "세조은 왔다"]
    assert field.toPlainText() == "😀\n세은 왔다", "nothing that is composed is in the document yet"
    end = QInputMethodEvent()
    end.setCommitString("종")
    QApplication.sendEvent(field, end)
    assert texts(field) == ["😀", "세종은 왔다"]


@pytest.mark.parametrize("removed", [0, 1, 2])
@pytest.mark.parametrize("end", ["", "\n"])
def test_a_line_goes_with_its_end_and_comes_back(field, removed, end):
    lines = ["😀 하나", "둘 😀", "셋"]
    field.setPlainText("\n".join(lines) + end)
    field.remove(field.lines[removed])
    assert texts(field) == [line for at, line in enumerate(lines) if at != removed]
    assert field.blockCount() <= 2 + bool(end)
    field.undo()
    assert texts(field) == lines


def test_a_line_that_is_not_there_any_more_takes_nothing_with_it(field):
    field.setPlainText("하나\n둘")
    field.remove(FieldLine("옛 줄", 0, 3))
    assert texts(field) == ["하나", "둘"]


def test_pasted_text_comes_without_its_looks(field):
    rich = QMimeData()
    rich.setHtml("<b>서울</b>에<br>갔다")
    rich.setText("서울에\n갔다")
    field.insertFromMimeData(rich)
    assert texts(field) == ["서울에", "갔다"]


def test_a_line_is_added_below_what_is_there(field):
    field.add_line("하나")
    field.add_line("둘")
    assert texts(field) == ["하나", "둘"]
