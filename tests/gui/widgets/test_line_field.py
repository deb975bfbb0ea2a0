import pytest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget

from gui.widgets.text_fields import LineField
from tests.gui.driving import commit, compose


class InputMethod:
    """The platform's part: it knows what it composes, and where the focus is when it commits that."""

    def __init__(self, does_commit):
        self.composed, self._does_commit, self.resets = "", does_commit, 0

    def compose(self, syllable):
        self.composed = syllable
        compose(QApplication.focusWidget(), syllable)

    def commit(self):
        if self._does_commit and self.composed:
            syllable, self.composed = self.composed, ""
            commit(QApplication.focusWidget(), syllable)

    def reset(self):
        self.composed = ""
        self.resets += 1

    def end_late(self):
        """What some input methods do long after the click that ended the composition."""
        if self.composed:
            syllable, self.composed = self.composed, ""
            commit(QApplication.focusWidget(), syllable)


@pytest.fixture(params=[True, False], ids=["commits", "ignores commit"])
def method(request, monkeypatch):
    method = InputMethod(request.param)
    monkeypatch.setattr("gui.widgets.text_fields.QGuiApplication.inputMethod", lambda: method)
    return method


@pytest.fixture
def field(qtbot):
    window = QWidget()
    field, other = LineField("Search"), QLineEdit()
    column = QVBoxLayout(window)
    column.addWidget(field)
    column.addWidget(other)
    qtbot.addWidget(window)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    field.setFocus()
    field.other, field.shown_in = other, window
    return field


def test_the_syllable_on_its_way_is_seen_where_the_cursor_stands(field, method):
    field.setText("😀한국")
    field.setCursorPosition(3)  # in UTF-16 units: after 한
    method.compose("글")
    assert field.text() == "😀한국"
    assert field.seen_text == "😀한글국"
    assert field.is_composing


def test_every_step_of_a_composition_is_told(field, method, qtbot):
    seen = []
    field.edited.connect(lambda: seen.append(field.seen_text))
    for syllable in ("ㄱ", "그", "글"):
        method.compose(syllable)
    commit(field, "글")
    assert seen[:3] == ["ㄱ", "그", "글"]
    assert set(seen[3:]) == {"글"}
    assert not field.is_composing


def test_a_composition_is_committed_once_and_never_later(field, method):
    field.setText("한")
    method.compose("글")
    field.commit_composition()
    assert (field.text(), field.seen_text) == ("한글", "한글")
    method.end_late()
    field.commit_composition()
    assert field.text() == "한글"


def test_the_syllable_stays_with_the_field_that_loses_the_focus(field, method):
    method.compose("글")
    field.other.setFocus()
    method.end_late()
    assert (field.text(), field.other.text()) == ("글", "")


def test_the_syllable_stays_when_the_field_is_hidden(field, method):
    method.compose("글")
    field.hide()
    assert field.text() == "글"


def test_another_text_drops_what_is_being_composed(field, method):
    method.compose("글")
    field.show_text("다른 것")
    method.end_late()
    assert (field.text(), field.seen_text) == ("다른 것", "다른 것")


def test_a_field_that_is_not_composing_leaves_the_input_method_alone(field, method):
    field.setText("한글")
    field.commit_composition()
    field.show_text("다른 것")
    assert method.resets == 0
