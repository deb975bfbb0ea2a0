"""The settings: a window of its own, open beside the main one, in which every change takes effect at once."""

from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QValidator
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QRadioButton,
    QSpinBox,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.domain.spans import PredictedSpan, Span
from core.messages.catalogue import mark, say
from gui.look.theme import GREATEST_SIZE, LEAST_SIZE, Appearance, ThemeChoice, scaled
from gui.preferences import Preferences
from gui.sentence.canvas import SentenceCanvas
from gui.session import Session
from gui.settings.key_table import KeysSection
from gui.widgets.choosers import chip, indent
from gui.widgets.page import PageContext
from gui.widgets.text_fields import LineField
from gui.widgets.text_labels import PlainLabel, hint_label

Section = Literal["keys", "look", "person"]


class SettingsWindow(QDialog):
    """Three sections, one of them shown."""

    def __init__(self, context: PageContext, appearance: Appearance, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(say("Settings"))
        self.keys, self.look = KeysSection(context.keymap), LookSection(appearance)
        self.person = PersonSection(context.session, context.preferences)
        self._stack = QStackedWidget()
        self._group = QButtonGroup(self)
        self.sections: dict[Section, QToolButton] = {}
        row = QHBoxLayout()
        row.setSpacing(4)
        sections: dict[Section, tuple[str, QWidget]] = {
            "keys": (say("Keys"), self.keys),
            "look": (say("Appearance"), self.look),
            "person": (say("You"), self.person),
        }
        for name, (title, section) in sections.items():
            self._stack.addWidget(section)
            self.sections[name] = self._chip(title, section)
            row.addWidget(self.sections[name])
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(12)
        column.addLayout(row)
        column.addWidget(self._stack, 1)
        self.sections["keys"].setChecked(True)
        self.resize(760, 600)
        self.keys.search.setFocus()

    def _chip(self, title: str, section: QWidget) -> QToolButton:
        button = chip(title)
        button.clicked.connect(lambda: self._stack.setCurrentWidget(section))
        self._group.addButton(button)
        return button


_CHOICES: dict[ThemeChoice, str] = {
    "system": mark("Follow system"),
    "light": mark("Light"),
    "dark": mark("Dark"),
}
_TEXT = "이순신은 조선 수군을 이끌고 옥포에서 왜군을 물리쳤다."
_GOLD = (Span(0, 3, "PS"), Span(5, 7, "LC"))
_PREDICTED = (PredictedSpan(Span(0, 3, "PS"), 0.98), PredictedSpan(Span(16, 18, "LC"), 0.61))


_DIGITS = 3
"""That can be typed."""


class SizeBox(QSpinBox):
    """A size of text; any number can be typed, and the nearest that is possible is taken."""

    def __init__(self) -> None:
        super().__init__(minimum=LEAST_SIZE, maximum=GREATEST_SIZE)
        self.setCorrectionMode(QSpinBox.CorrectionMode.CorrectToNearestValue)
        self.setSuffix(say(" px"))
        indent(self)

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Let a number beyond the bounds be typed, too; `fixup` brings it back."""
        [state, *_] = super().validate(text, position)
        digits = text.removesuffix(self.suffix()).strip()
        if state == QValidator.State.Invalid and digits.isdecimal() and len(digits) <= _DIGITS:
            state = QValidator.State.Intermediate
        return state, text, position

    def fixup(self, text: str) -> str:
        digits = text.removesuffix(self.suffix()).strip()
        if not digits.isdecimal():
            return text
        return f"{max(self.minimum(), min(int(digits), self.maximum()))}{self.suffix()}"


class PersonSection(QWidget):
    """Who corrects the gold: the name that every step is stored with."""

    def __init__(self, session: Session, preferences: Preferences) -> None:
        super().__init__()
        self._session = session
        self._preferences = preferences
        self.name = LineField(say("No name"), clearable=True)
        self.name.setAccessibleName(say("Your name"))
        self.name.setMaxLength(64)
        self.name.setFixedWidth(scaled(240))
        self.name.show_text(preferences.author())
        self.name.edited.connect(self._remember)
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.addRow(PlainLabel(say("Your name")), self.name)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addLayout(form)
        column.addWidget(
            hint_label(
                say("Your corrections, moves, notes and verdicts are stored with it, and Corrections shows it."),
                wraps=True,
            )
        )
        column.addStretch(1)

    def _remember(self) -> None:
        name = self.name.seen_text.strip()
        self._preferences.remember_author(name)
        self._session.sign(name)


class LookSection(QWidget):
    """Every choice is seen at once."""

    def __init__(self, appearance: Appearance) -> None:
        super().__init__()
        self.themes: dict[ThemeChoice, QRadioButton] = {
            choice: QRadioButton(say(text)) for choice, text in _CHOICES.items()
        }
        self.text_size = SizeBox()
        self.sample = SentenceCanvas(appearance.look)
        self.sample.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.sample.show_sentence(_TEXT, _GOLD, _PREDICTED)
        self._lay_out()
        self.themes[appearance.choice].setChecked(True)
        self.text_size.setValue(appearance.look.sentence_size)
        for choice, button in self.themes.items():
            button.clicked.connect(lambda _=False, choice=choice: appearance.choose_theme(choice))
        self.text_size.valueChanged.connect(appearance.choose_size)

    def _size_row(self) -> QHBoxLayout:
        reach = hint_label(
            say("{least} to {greatest} px; its labels grow with it", least=LEAST_SIZE, greatest=GREATEST_SIZE)
        )
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self.text_size)
        row.addWidget(reach)
        row.addStretch(1)
        return row

    def _lay_out(self) -> None:
        group = QButtonGroup(self)
        row = QHBoxLayout()
        row.setSpacing(16)
        for button in self.themes.values():
            group.addButton(button)
            row.addWidget(button)
        row.addStretch(1)
        self.text_size.setAccessibleName(say("Text size of the large sentence"))
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(12)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.FieldsStayAtSizeHint)
        form.addRow(PlainLabel(say("Theme")), row)
        form.addRow(PlainLabel(say("Text size of the large sentence")), self._size_row())
        frame = QFrame()
        frame.setProperty("panel", True)
        QVBoxLayout(frame).addWidget(self.sample)
        hint = hint_label(say("Preview: gold labels on the text, predictions below"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(16)
        column.addLayout(form)
        column.addWidget(hint)
        column.addWidget(frame)
        column.addStretch(1)
