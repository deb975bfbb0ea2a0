"""The settings that few runs change."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QVBoxLayout, QWidget

from core.domain.settings import PRECISIONS, RANGES, Preset, TrainSettings
from gui.look.theme import scaled
from gui.train.fields import FIELD_WIDTH, NumberField, Rows, WheelGuard, choice, optional_number


class AdvancedFields(QWidget):
    """Shows and makes the lesser half of the settings.

    Signals:
        changed: some field has another value.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.layers = optional_number(48, "all")
        self.patience = optional_number(1000, "off")
        self.precision = choice(PRECISIONS)
        self.compile = QCheckBox("by torch")
        self.head_learning_rate = NumberField(RANGES["head_learning_rate"], optional=True)
        self.head_learning_rate.setPlaceholderText("auto")
        self.layer_decay = NumberField(RANGES["layer_decay"])
        self.crf_learning_rate = NumberField(RANGES["crf_learning_rate"])
        self.weight_decay = NumberField(RANGES["weight_decay"])
        self.warmup_ratio = NumberField(RANGES["warmup_ratio"])
        self.augmentation = NumberField(RANGES["augmentation"])
        self.dropout = NumberField(RANGES["dropout"])
        self.max_gradient_norm = NumberField(RANGES["max_gradient_norm"])
        self.from_run = QComboBox()
        self.from_run.setFixedWidth(scaled(FIELD_WIDTH))
        self._rows = Rows()
        self._guard = WheelGuard(self)
        self._guard.guard(self.from_run, self.layers, self.patience, self.precision)
        self._add_rows()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(self._rows)
        self.show_runs(())
        self.from_run.currentIndexChanged.connect(self.changed)
        self.precision.currentIndexChanged.connect(self.changed)
        self.compile.toggled.connect(self.changed)
        for box in (self.layers, self.patience):
            box.valueChanged.connect(self.changed)
        for field in self._numbers().values():
            field.textChanged.connect(self._check)

    def _numbers(self) -> dict[str, NumberField]:
        """The fields by the names that the settings give them."""
        names = (
            "layer_decay",
            "head_learning_rate",
            "crf_learning_rate",
            "weight_decay",
            "warmup_ratio",
            "dropout",
            "max_gradient_norm",
            "augmentation",
        )
        return {name: getattr(self, name) for name in names}

    def _add_rows(self) -> None:
        add = self._rows.add
        add(
            "Layers",
            self.layers,
            "of the encoder, from below",
            "Keep only so many of the encoder's layers: fewer are faster, and can be better for finding entities",
        )
        add(
            "Patience",
            self.patience,
            "epochs without a better F1",
            "Stop when so many epochs in a row brought no better F1 on dev",
        )
        add(
            "Layer decay",
            self.layer_decay,
            "of the rate, per layer",
            "Each encoder layer learns at this share of the rate of the layer above it; 1 gives all the same rate",
        )
        add(
            "Head rate",
            self.head_learning_rate,
            "empty: as the encoder's",
            "Learning rate of the linear layer; empty takes the encoder's or 1e-3, whichever is larger",
        )
        add("CRF rate", self.crf_learning_rate, "of transitions", "Learning rate of the CRF's transition scores")
        add("Weight decay", self.weight_decay, "of AdamW", "How strongly AdamW pulls weights towards 0; 0.01 is usual")
        add(
            "Warm-up",
            self.warmup_ratio,
            "share of all steps",
            "Share of all steps (0–1) in which the rate rises from 0",
        )
        add("Dropout", self.dropout, "share of values", "Share of the encoder's outputs (0–1) blanked while training")
        add(
            "Gradient norm",
            self.max_gradient_norm,
            "longer ones are cut",
            "Gradients longer than this (L2 norm) are shortened to it, so that one bad batch does no harm",
        )
        add(
            "Augmentation",
            self.augmentation,
            "share of sentences",
            "In this share of the training sentences (0–1), drawn anew in each epoch, entities are replaced by others"
            " of their type, so that the tagger learns from what stands around them",
        )
        add(
            "Precision",
            self.precision,
            "auto takes the fastest",
            "Numbers that the network trains with; tagging is always done in float32",
        )
        add(
            "Compile",
            self.compile,
            "slow start, then faster",
            "Let torch compile the encoder; pays on large corpora, needs a C++ compiler",
        )
        add(
            "Start from",
            self.from_run,
            "weights to begin with",
            "A run whose last weights are the start of the new one",
        )

    def show_runs(self, runs: Sequence[int]) -> None:
        """Offer the weights of these runs as the start; what was chosen stays chosen if it is among them."""
        chosen = self.from_run.currentData()
        with QSignalBlocker(self.from_run):
            self.from_run.clear()
            self.from_run.addItem("encoder", None)
            for run in runs:
                self.from_run.addItem(f"run {run}", run)
            self._choose_run(chosen)

    def show_settings(self, settings: TrainSettings) -> None:
        self.layers.setValue(settings.layers or 0)
        self.patience.setValue(settings.patience or 0)
        self.precision.setCurrentIndex(self.precision.findData(settings.precision))
        self.compile.setChecked(settings.compile)
        for name, field in self._numbers().items():
            field.show_value(getattr(settings, name))
        self._choose_run(settings.from_run)

    def problem(self) -> str | None:
        """The first thing that is wrong."""
        for field in self._numbers().values():
            if (problem := field.problem()) is not None:
                return f"{field.accessibleName()}: {problem}"
        return None

    def values(self) -> dict[str, Any]:
        """The settings by name."""
        numbers = {name: field.value() for name, field in self._numbers().items()}
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
        self.augmentation.show_value(chosen.augmentation)
        self.layer_decay.show_value(chosen.layer_decay)

    def _choose_run(self, run: int | None) -> None:
        self.from_run.setCurrentIndex(max(0, self.from_run.findData(run)))

    def _check(self) -> None:
        for field in self._numbers().values():
            self._rows.show_problem(field, field.problem())
        self.changed.emit()
