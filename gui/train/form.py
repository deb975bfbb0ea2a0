"""The form for the settings of a run."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QPushButton,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.domain.settings import DEFAULT_ENCODER, RANGES, Preset, TrainSettings, Unit, preset
from core.messages.catalogue import mark, say
from gui.preferences import Preferences
from gui.train.fields import (
    DEVICE_TITLES,
    HEADING_HEIGHT,
    PRECISION_TITLES,
    UNIT_TITLES,
    EncoderField,
    FieldRows,
    NumberField,
    WheelGuard,
    choice,
    fit_width,
    optional_number,
    whole_number,
)
from gui.widgets.flow import FlowLayout
from gui.widgets.text_labels import PlainLabel

_MAX_SEED = 2**31 - 1


class _FieldRow(NamedTuple):
    """What a row of the form says: templates."""

    title: str
    hint: str
    purpose: str


_ROWS = {
    "unit": _FieldRow(
        mark("Tagging unit"),
        mark("unit that gets one tag"),
        mark(
            "subword: a piece of the encoder's tokenizer; morpheme: the same, cut where morphemes meet (이순신+은);"
            " syllable: a character"
        ),
    ),
    "epochs": _FieldRow(mark("Epochs"), mark("passes over the corpus"), mark("Passes over the training sentences")),
    "batch_size": _FieldRow(mark("Batch size"), mark("sentences a step"), mark("Sentences that one step learns from")),
    "learning_rate": _FieldRow(
        mark("Learning rate"),
        mark("of the encoder, at its peak"),
        mark(
            "AdamW's rate for the encoder after warm-up, a number between 0 and 1 such as 5e-5; falls to 0 by the end"
        ),
    ),
    "seed": _FieldRow(
        mark("Seed"),
        mark("same seed gives the same result"),
        mark("Seed of the random numbers: order of batches, new weights"),
    ),
    "device": _FieldRow(
        mark("Device"),
        mark("auto takes the fastest"),
        mark("What computes: the processor (cpu), an NVIDIA card (cuda), an Apple GPU (mps)"),
    ),
}

_LIMIT_ROW = _FieldRow(
    mark("Limit"),
    mark("sentences of each split"),
    mark("Train and measure on at most so many sentences of each split, to try settings quickly"),
)

_ADVANCED_ROWS = {
    "layers": _FieldRow(
        mark("Layers"),
        mark("of the encoder, from below"),
        mark("Keep only so many of the encoder's layers: fewer are faster, and can be better for finding entities"),
    ),
    "patience": _FieldRow(
        mark("Patience"),
        mark("epochs without a better F1"),
        mark("Stop when so many epochs in a row brought no better F1 on dev"),
    ),
    "layer_decay": _FieldRow(
        mark("Layer decay"),
        mark("of the rate, per layer"),
        mark("Each encoder layer learns at this share of the rate of the layer above it; 1 gives all the same rate"),
    ),
    "head_learning_rate": _FieldRow(
        mark("Head rate"),
        mark("empty: as the encoder's"),
        mark("Learning rate of the linear layer; empty takes the encoder's or 1e-3, whichever is larger"),
    ),
    "crf_learning_rate": _FieldRow(
        mark("CRF rate"), mark("of transitions"), mark("Learning rate of the CRF's transition scores")
    ),
    "weight_decay": _FieldRow(
        mark("Weight decay"), mark("of AdamW"), mark("How strongly AdamW pulls weights towards 0; 0.01 is usual")
    ),
    "warmup_ratio": _FieldRow(
        mark("Warm-up"), mark("share of all steps"), mark("Share of all steps (0–1) in which the rate rises from 0")
    ),
    "dropout": _FieldRow(
        mark("Dropout"),
        mark("share of values"),
        mark("Share of the encoder's outputs (0–1) blanked while training"),
    ),
    "max_gradient_norm": _FieldRow(
        mark("Gradient norm"),
        mark("longer ones are cut"),
        mark("Gradients longer than this (L2 norm) are shortened to it, so that one bad batch does no harm"),
    ),
    "augmentation": _FieldRow(
        mark("Augmentation"),
        mark("share of sentences"),
        mark(
            "In this share of the training sentences (0–1), drawn anew in each epoch, entities are replaced by others"
            " of their type, so that the tagger learns from the words around them"
        ),
    ),
    "precision": _FieldRow(
        mark("Precision"),
        mark("auto takes the fastest"),
        mark("Numbers that the network trains with; tagging is always done in float32"),
    ),
    "compile": _FieldRow(
        mark("Compile"),
        mark("slow start, then faster"),
        mark("Let torch compile the encoder; pays on large corpora, needs a C++ compiler"),
    ),
    "from_run": _FieldRow(
        mark("Start from"),
        mark("weights to begin with"),
        mark("The run whose last weights the new run starts from"),
    ),
}
"""The lesser half of the settings, by the names that `TrainSettings` gives them."""

_MAY_BE_EMPTY = "head_learning_rate"
_NUMBERS = [n for n in _ADVANCED_ROWS if isinstance(getattr(TrainSettings(), n), float) or n == _MAY_BE_EMPTY]


class SettingsForm(QWidget):
    """Shows settings and makes them.

    Signals:
        changed: some field has another value.
        ceilings_asked: the user wants to know how far each tagging unit can go.
    """

    changed = Signal()
    ceilings_asked = Signal()

    def __init__(self, preferences: Preferences) -> None:
        super().__init__()
        self.encoder = EncoderField(preferences)
        self.unit = choice(UNIT_TITLES)
        self.epochs = whole_number(1, 1000)
        self.batch_size = whole_number(1, 4096)
        self.learning_rate = NumberField(RANGES["learning_rate"])
        self.seed = whole_number(0, _MAX_SEED)
        self.device = choice(DEVICE_TITLES)
        self.limited = QCheckBox(say(_LIMIT_ROW.title))
        self.limited.setAccessibleName(say("Limit sentences"))
        self.limit = whole_number(1, 10_000_000)
        self.advanced = AdvancedFields()
        self.fold = _fold_button()
        self.ceilings = QPushButton(say("Compare tagging units…"))
        self.ceilings.setToolTip(
            say("Measure the F1 that perfect tags would reach on dev with each unit, for every type")
        )
        self.show_ceilings = QPushButton(say("Show comparison"))
        self.show_ceilings.setToolTip(say("Open the table of the tagging units that was measured last"))
        self.show_ceilings.hide()
        self._rows = FieldRows()
        self._guard = WheelGuard(self)
        self._lay_out()
        self._connect()
        self.show_settings(TrainSettings.of_preset(DEFAULT_ENCODER), ())

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        heading = PlainLabel(say("Settings"))
        heading.setProperty("role", "heading")
        heading.setMinimumHeight(HEADING_HEIGHT)
        layout.addWidget(heading)
        layout.addWidget(self.encoder)
        layout.addLayout(self._rows)
        _add_rows(self._rows, _ROWS, self)
        self._rows.add(self.limited, self.limit, say(_LIMIT_ROW.hint), say(_LIMIT_ROW.purpose))
        foot = FlowLayout()
        for button in (self.fold, self.ceilings, self.show_ceilings):
            foot.addWidget(button)
        layout.addLayout(foot)
        layout.addWidget(self.advanced)
        self.advanced.hide()

    def _connect(self) -> None:
        self._guard.guard(*self._spins(), self.device, self.unit, self.encoder.box)
        self.encoder.preset_chosen.connect(self._take_preset)
        self.limited.toggled.connect(self.limit.setEnabled)
        self.fold.toggled.connect(self._unfold)
        self.ceilings.clicked.connect(self.ceilings_asked)
        self.encoder.changed.connect(self._check)
        self.learning_rate.textChanged.connect(self._check)
        self.limited.toggled.connect(self._check)
        self.advanced.changed.connect(self._check)
        for spin in self._spins():
            spin.valueChanged.connect(self._check)
        for box in (self.device, self.unit):
            box.currentIndexChanged.connect(self._check)

    def _spins(self) -> Iterable[QSpinBox]:
        return self.epochs, self.batch_size, self.seed, self.limit

    def show_settings(self, settings: TrainSettings, runs: Sequence[int]) -> None:
        """Fill every field.

        Args:
            runs: those whose weights can be the start.
        """
        with QSignalBlocker(self):
            self.encoder.show_encoder(settings.encoder)
            self._show_pace(settings.epochs, settings.batch_size, settings.learning_rate)
            self._show_unit(settings.unit)
            self.seed.setValue(settings.seed)
            self.device.setCurrentIndex(self.device.findData(settings.device))
            self.limited.setChecked(settings.limit is not None)
            self.limit.setValue(settings.limit or 1000)
            self.limit.setEnabled(settings.limit is not None)
            self.advanced.show_runs(runs)
            self.advanced.show_settings(settings)
        self._check()

    def show_runs(self, runs: Sequence[int]) -> None:
        """Offer the weights of these runs as the start."""
        self.advanced.show_runs(runs)

    def problem(self) -> str | None:
        """The first thing that keeps the form from making settings."""
        if (problem := self.encoder.problem()) is not None:
            return say("{field}: {problem}", field=say("Encoder"), problem=problem)
        return _first_problem([self.learning_rate, *self.advanced.numbers.values()])

    def settings(self) -> TrainSettings:
        """The settings as the form shows them; only where there is no problem."""
        values: dict[str, Any] = {
            "encoder": self.encoder.encoder(),
            "unit": self.unit.currentData(),
            "epochs": self.epochs.value(),
            "batch_size": self.batch_size.value(),
            "learning_rate": self.learning_rate.value(),
            "seed": self.seed.value(),
            "device": self.device.currentData(),
            "limit": self.limit_value(),
        }
        return TrainSettings(**values, **self.advanced.values())

    def limit_value(self) -> int | None:
        return self.limit.value() if self.limited.isChecked() else None

    def _take_preset(self, encoder: str) -> None:
        chosen = preset(encoder)
        self._show_pace(chosen.epochs, chosen.batch_size, chosen.learning_rate)
        self._show_unit(chosen.unit)
        self.advanced.show_preset(chosen)

    def _show_pace(self, epochs: int, batch_size: int, learning_rate: float) -> None:
        self.epochs.setValue(epochs)
        self.batch_size.setValue(batch_size)
        self.learning_rate.show_value(learning_rate)

    def _show_unit(self, unit: Unit) -> None:
        self.unit.setCurrentIndex(self.unit.findData(unit))

    def _unfold(self, is_open: bool) -> None:
        self.fold.setArrowType(Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow)
        self.advanced.setVisible(is_open)

    def _check(self) -> None:
        self._rows.show_problem(self.learning_rate, self.learning_rate.problem())
        self.changed.emit()


class AdvancedFields(QWidget):
    """The settings that few runs change.

    Attributes:
        numbers: the fields of those that are ratios or rates, by name.

    Signals:
        changed: some field has another value.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.layers = optional_number(48, say("all"))
        self.patience = optional_number(1000, say("off"))
        self.precision = choice(PRECISION_TITLES)
        self.compile = QCheckBox(say("by torch"))
        self.numbers = {name: NumberField(RANGES[name], optional=name == _MAY_BE_EMPTY) for name in _NUMBERS}
        self.numbers[_MAY_BE_EMPTY].setPlaceholderText(say("auto"))
        self.from_run = choice({})
        self._rows = FieldRows()
        self._guard = WheelGuard(self)
        self._guard.guard(self.from_run, self.layers, self.patience, self.precision)
        _add_rows(self._rows, _ADVANCED_ROWS, self, self.numbers)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(self._rows)
        self.show_runs(())
        self._connect()

    def _connect(self) -> None:
        self.from_run.currentIndexChanged.connect(self.changed)
        self.precision.currentIndexChanged.connect(self.changed)
        self.compile.toggled.connect(self.changed)
        for box in (self.layers, self.patience):
            box.valueChanged.connect(self.changed)
        for field in self.numbers.values():
            field.textChanged.connect(self._check)

    def show_runs(self, runs: Sequence[int]) -> None:
        """Offer the weights of these runs as the start; what was chosen stays chosen if it is among them."""
        chosen = self.from_run.currentData()
        with QSignalBlocker(self.from_run):
            self.from_run.clear()
            self.from_run.addItem(say("encoder"), None)
            for run in runs:
                self.from_run.addItem(say("run {run}", run=run), run)
            self._choose_run(chosen)
        fit_width(self.from_run)

    def show_settings(self, settings: TrainSettings) -> None:
        self.layers.setValue(settings.layers or 0)
        self.patience.setValue(settings.patience or 0)
        self.precision.setCurrentIndex(self.precision.findData(settings.precision))
        self.compile.setChecked(settings.compile)
        for name, field in self.numbers.items():
            field.show_value(getattr(settings, name))
        self._choose_run(settings.from_run)

    def values(self) -> dict[str, Any]:
        """The settings by name."""
        numbers = {name: field.value() for name, field in self.numbers.items()}
        return {
            **numbers,
            "layers": self.layers.value() or None,
            "patience": self.patience.value() or None,
            "precision": self.precision.currentData(),
            "compile": self.compile.isChecked(),
            "from_run": self.from_run.currentData(),
        }

    def show_preset(self, chosen: Preset) -> None:
        """What suits an encoder."""
        self.layers.setValue(chosen.layers or 0)
        self.numbers["augmentation"].show_value(chosen.augmentation)
        self.numbers["layer_decay"].show_value(chosen.layer_decay)

    def _choose_run(self, run: int | None) -> None:
        self.from_run.setCurrentIndex(max(0, self.from_run.findData(run)))

    def _check(self) -> None:
        for field in self.numbers.values():
            self._rows.show_problem(field, field.problem())
        self.changed.emit()


def _add_rows(
    rows: FieldRows, words: Mapping[str, _FieldRow], form: QWidget, numbers: Mapping[str, QWidget] | None = None
) -> None:
    """A row for each setting; its field is among the numbers, or the form's attribute of its name."""
    for name, row in words.items():
        field = (numbers or {}).get(name) or getattr(form, name)
        rows.add(say(row.title), field, say(row.hint), say(row.purpose))


def _first_problem(fields: Iterable[NumberField]) -> str | None:
    for field in fields:
        if (problem := field.problem()) is not None:
            return say("{field}: {problem}", field=field.accessibleName(), problem=problem)
    return None


def _fold_button() -> QToolButton:
    button = QToolButton()
    button.setText(say("Advanced"))
    button.setCheckable(True)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    button.setArrowType(Qt.ArrowType.RightArrow)
    button.setToolTip(
        say("Layers, patience, layer decay, rates, weight decay, warm-up, dropout, gradient norm, start weights")
    )
    return button
