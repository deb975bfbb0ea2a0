"""Fields of the settings form: numbers as text, and rows that say beside the field what is wrong with it."""

import math
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QLineEdit, QSpinBox, QWidget

from core.domain.settings import Range
from gui.plain_label import PlainLabel
from gui.spin_boxes import indent
from gui.theme import set_property
from gui.train.words import rate_text

FIELD_WIDTH = 112

HEADING_HEIGHT = 30
"""Pixels; that of a button, so that headings stand in line with one beside a button."""


class NumberField(QLineEdit):
    """A number as text, in the form 5e-5 or 0.1; wrong input stays and is explained."""

    def __init__(self, values: Range, *, optional: bool = False) -> None:
        super().__init__()
        self._values, self._optional = values, optional
        self.setFixedWidth(FIELD_WIDTH)

    def value(self) -> float | None:
        """The number; None where the field is empty or wrong."""
        return None if self.problem() is not None else _number(self.text())

    def show_value(self, value: float | None) -> None:
        self.setText("" if value is None else rate_text(value) if 0 < value < 0.01 else f"{value:g}")

    def problem(self) -> str | None:
        """What is wrong with the text."""
        number = _number(self.text())
        if number is None:
            return None if self._optional and not self.text().strip() else "write a number, as in 5e-5"
        return None if number in self._values else str(self._values)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def choice(values: Sequence[str]) -> QComboBox:
    """A list of values to choose one from."""
    box = QComboBox()
    box.setFixedWidth(FIELD_WIDTH)
    for value in values:
        box.addItem(value, value)
    return box


def whole_number(low: int, high: int) -> QSpinBox:
    """A spin box for a count."""
    box = QSpinBox(minimum=low, maximum=high)
    box.setGroupSeparatorShown(True)
    box.setFixedWidth(FIELD_WIDTH)
    indent(box)
    return box


def optional_number(high: int, absent: str) -> QSpinBox:
    """A spin box for a count from 1 that may be left out; then it shows what is done in its place."""
    box = whole_number(0, high)
    box.setSpecialValueText(absent)
    return box


class Rows(QGridLayout):
    """Rows of name, field and note. The note is a hint until the field has a problem; so nothing moves when it has."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setContentsMargins(0, 0, 0, 0)
        self.setHorizontalSpacing(12)
        self.setVerticalSpacing(8)
        self.setColumnMinimumWidth(0, 96)
        self.setColumnStretch(2, 1)
        self._hints: dict[QWidget, tuple[QLabel, str]] = {}
        self._names: dict[QWidget, QLabel] = {}

    def add(self, name: str | QWidget, field: QWidget, hint: str, purpose: str) -> None:
        """One more row; a name that is a widget stands in place of the label."""
        row = self.rowCount()
        label = PlainLabel(name) if isinstance(name, str) else name
        label.setToolTip(purpose)
        field.setToolTip(purpose)
        field.setAccessibleName(name if isinstance(name, str) else name.accessibleName())
        note = PlainLabel(hint)
        note.setProperty("role", "small")
        if isinstance(label, QLabel):
            label.setBuddy(field)
        self._hints[field] = note, hint
        self.addWidget(label, row, 0)
        self.addWidget(field, row, 1)
        self.addWidget(note, row, 2)

    def show_problem(self, field: QWidget, problem: str | None) -> None:
        note, hint = self._hints[field]
        note.setText(problem or hint)
        mark_wrong(field, note, is_wrong=problem is not None)


def mark_wrong(field: QWidget, note: QLabel, *, is_wrong: bool) -> None:
    """Give a field and its note the look of an error, or take it away."""
    set_property(field, "error", is_wrong)
    set_property(note, "role", "error" if is_wrong else "small")


class WheelGuard(QObject):
    """Lets the wheel scroll the form: a field that the pointer happens to pass over keeps its value."""

    def guard(self, *fields: QWidget) -> None:
        for field in fields:
            field.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            field.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.Wheel or not isinstance(watched, QWidget) or watched.hasFocus():
            return False
        event.ignore()
        return True
