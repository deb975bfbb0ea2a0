"""The form for the settings of a run."""

from collections.abc import Iterable, Sequence
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.domain.settings import DEFAULT_ENCODER, DEVICES, RANGES, UNITS, TrainSettings, Unit, preset
from gui.preferences import Preferences
from gui.train.advanced import AdvancedFields
from gui.train.fields import HEADING_HEIGHT, EncoderField, NumberField, Rows, WheelGuard, choice, whole_number
from gui.widgets.text_labels import PlainLabel

_MAX_SEED = 2**31 - 1


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
        self.unit = choice(UNITS)
        self.epochs = whole_number(1, 1000)
        self.batch_size = whole_number(1, 4096)
        self.learning_rate = NumberField(RANGES["learning_rate"])
        self.seed = whole_number(0, _MAX_SEED)
        self.device = choice(DEVICES)
        self.limited = QCheckBox("Limit")
        self.limited.setAccessibleName("Limit sentences")
        self.limit = whole_number(1, 10_000_000)
        self.advanced = AdvancedFields()
        self.fold = _fold_button()
        self.ceilings = QPushButton("Compare tagging units…")
        self.ceilings.setToolTip("Measure the F1 that perfect tags would reach on dev with each unit, for every type")
        self.show_ceilings = QPushButton("Show comparison")
        self.show_ceilings.setToolTip("Open the table of the tagging units that was measured last")
        self.show_ceilings.hide()
        self._rows = Rows()
        self._guard = WheelGuard(self)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._lay_out()
        self._connect()
        self.show_settings(TrainSettings.of_preset(DEFAULT_ENCODER), ())

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        heading = PlainLabel("Settings")
        heading.setProperty("role", "heading")
        heading.setMinimumHeight(HEADING_HEIGHT)
        layout.addWidget(heading)
        layout.addWidget(self.encoder)
        layout.addLayout(self._rows)
        self._add_rows()
        foot = QHBoxLayout()
        foot.addWidget(self.fold)
        foot.addStretch(1)
        foot.addWidget(self.show_ceilings)
        foot.addWidget(self.ceilings)
        layout.addLayout(foot)
        layout.addWidget(self.advanced)
        self.advanced.hide()

    def _add_rows(self) -> None:
        rows = self._rows
        rows.add(
            "Tagging unit",
            self.unit,
            "unit that gets one tag",
            "subword: a piece of the encoder's tokenizer; morpheme: the same, cut where morphemes meet (이순신+은);"
            " syllable: a character",
        )
        rows.add("Epochs", self.epochs, "passes over the corpus", "How often the training sentences are gone through")
        rows.add("Batch size", self.batch_size, "sentences a step", "Sentences that one step learns from")
        rows.add(
            "Learning rate",
            self.learning_rate,
            "of the encoder, at its peak",
            "AdamW's rate for the encoder after warm-up, a number between 0 and 1 such as 5e-5; falls to 0 by the end",
        )
        rows.add(
            "Seed",
            self.seed,
            "same seed gives the same result",
            "Starts the random numbers: order of batches, new weights",
        )
        rows.add(
            "Device",
            self.device,
            "auto takes the fastest",
            "What computes: the processor (cpu), an NVIDIA card (cuda), an Apple GPU (mps)",
        )
        rows.add(
            self.limited,
            self.limit,
            "sentences of each split",
            "Train and measure on at most so many sentences of each split, to try settings quickly",
        )

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
            return f"Encoder: {problem}"
        if (problem := self.learning_rate.problem()) is not None:
            return f"Learning rate: {problem}"
        return self.advanced.problem()

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


def _fold_button() -> QToolButton:
    button = QToolButton()
    button.setText("Advanced")
    button.setCheckable(True)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    button.setArrowType(Qt.ArrowType.RightArrow)
    button.setToolTip(
        "Layers, patience, layer decay, rates, weight decay, warm-up, dropout, gradient norm, precision, start weights"
    )
    return button
