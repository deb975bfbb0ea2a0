"""The top of the Metrics page: which run, what its figures are of, and what can be done with them."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from core.domain.settings import preset
from core.domain.spans import Split
from core.messages.catalogue import join_words, mark, say, say_count
from core.store.predictions import EpochKey
from core.store.project import Project
from core.store.runs import Run
from core.store.sources import Source
from gui.metrics.epoch_figures import EpochFigures
from gui.text.wording import SOURCE_KINDS, STATUS_WORDS, name_epoch, wrap_tooltip
from gui.widgets.choosers import chip, chooser
from gui.widgets.flow import FlowLayout
from gui.widgets.text_labels import PlainLabel, hint_label

COPY, COPIED = mark("Copy as Markdown"), mark("Copied ✓")
CONFIRMATION = 2_000
"""Milliseconds for which the copy button says that it did."""


class MetricsHeader(QWidget):
    """Labels and controls only; the page fills and connects them."""

    def __init__(self) -> None:
        super().__init__()
        self.title = PlainLabel()
        self.title.setProperty("role", "title")
        self.title.setWordWrap(True)
        self.hint = hint_label()
        self.hint.setWordWrap(True)
        self.split = chooser(say("Split"), say("The split whose sentences are scored"))
        self.other = chooser(say("Compare with"), say("Another epoch or run, on the sentences that both predicted"))
        self.scores = chip(say("Scores"), say("Precision, recall and F1 of every type in every epoch"))
        self.errors = chip(say("Errors"), say("The kinds of errors of each type, and which types are taken for which"))
        self.changes = chip(
            say("Changes"), say("What changed from another epoch or run, whether it may be chance, and why")
        )
        self.calibration = chip(
            say("Calibration"), say("Whether the probability of a span says how likely it is right")
        )
        self.evaluate = QPushButton(say("Evaluate on test"))
        self.copy = CopyButton()
        self._lay_out()

    def _lay_out(self) -> None:
        self._splitting = (_label(say("Scored on"), self.split), self.split)
        self._comparing = (_label(say("Compare with"), self.other), self.other)
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(self.title)
        words.addWidget(self.hint)
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addLayout(words, 1)
        for button in (self.evaluate, self.copy):
            top.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        choices = FlowLayout(gap=8)
        views = QButtonGroup(self)
        for view in (self.scores, self.errors, self.changes, self.calibration):
            views.addButton(view)
        self.scores.setChecked(True)
        for group in (views.buttons(), self._splitting, self._comparing):
            choices.add_group(*group)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.setSpacing(8)
        layout.addLayout(top)
        layout.addLayout(choices)

    def offer_splits(self, splits: Sequence[Split], current: Split) -> None:
        """The splits with predictions; hidden where there is nothing to choose."""
        self.split.offer([(split, split) for split in splits], current)
        for widget in self._splitting:
            widget.setVisible(len(splits) > 1)

    def offer_others(self, project: Project, others: Sequence[EpochKey], current: EpochKey | None) -> None:
        """What the epoch can be compared with; hidden where there is no other, or one epoch alone is shown."""
        items = [(name_epoch(project, key), key) for key in others]
        self.other.offer([(say("nothing"), None), *items], current)
        for widget in self._comparing:
            widget.setVisible(bool(others) and not (self.errors.isChecked() or self.calibration.isChecked()))


class CopyButton(QPushButton):
    """Says for a moment that it copied."""

    def __init__(self) -> None:
        super().__init__(say(COPY))
        self._timer = QTimer(self, interval=CONFIRMATION, singleShot=True)
        self._timer.timeout.connect(lambda: self.setText(say(COPY)))

    def offer(self, *, possible: bool) -> None:
        self.setEnabled(possible)
        purpose = say("Copy what is shown as Markdown tables, with the run, the epoch and the gold")
        obstacle = say("The current epoch has not tagged any of these sentences; choose another epoch above")
        self.setToolTip(wrap_tooltip(purpose if possible else obstacle))

    def confirm(self) -> None:
        self.setMinimumWidth(self.width())
        self.setText(say(COPIED))
        self._timer.start()


def _label(text: str, buddy: QWidget) -> QLabel:
    label = PlainLabel(text)
    label.setBuddy(buddy)
    return label


def describe_run(run: Run) -> str:
    """`Run 3 · KoELECTRA small v3 · 800 training and 200 dev sentences · finished`."""
    if run.is_crosscheck:
        return say_count(
            "Run {run} · {encoder} · cross-check of {count:,} training sentence in {folds} folds · {status}",
            "Run {run} · {encoder} · cross-check of {count:,} training sentences in {folds} folds · {status}",
            run.train_sentences,
            run=run.number,
            encoder=_name_encoder(run),
            folds=run.settings.folds,
            status=say(STATUS_WORDS[run.status]),
        )
    return say_count(
        "Run {run} · {encoder} · {train:,} training and {count:,} dev sentence · {status}",
        "Run {run} · {encoder} · {train:,} training and {count:,} dev sentences · {status}",
        run.dev_sentences,
        run=run.number,
        encoder=_name_encoder(run),
        train=run.train_sentences,
        status=say(STATUS_WORDS[run.status]),
    )


def _name_encoder(run: Run) -> str:
    return say(preset(run.settings.encoder).title).split(" (")[0]


def describe_source(project: Project, source: Source, run: Run | None) -> str:
    """`Run 3 · KoELECTRA small v3 · …`, or of another source its name, kind and number of sentences."""
    if run is not None:
        return describe_run(run)
    newest = EpochKey(source.number, project.runs.epoch_number(source.number, None))
    return say_count(
        "{source} · {kind} · {count:,} sentence",
        "{source} · {kind} · {count:,} sentences",
        project.predictions.count_all(newest),
        source=source.heading,
        kind=say(SOURCE_KINDS[source.kind]),
    )


def describe_base(run: Run | None, epochs: Sequence[EpochFigures], split: Split, lacking: int) -> str:
    """How many sentences the figures are of, and why they may be others than the run was measured on.

    Args:
        run: None: the source is not a run.
        lacking: how many sentences of the split have no prediction.
    """
    counts = [figures.sentences for figures in epochs]
    if len(set(counts)) > 1:
        numbers = [say("{count:,} in epoch {epoch}", count=each.sentences, epoch=each.key.epoch) for each in epochs]
        return say(
            "Scored on different numbers of {split} sentences: {numbers}. Changes are shown between equal ones only.",
            split=split,
            numbers=join_words(numbers),
        )
    line = _describe_scored(run, counts[0] if counts else 0, split)
    if not lacking:
        return line
    more = say_count(
        "{count:,} more has no prediction of this epoch.", "{count:,} more have no prediction of this epoch.", lacking
    )
    return f"{line} {more}"


def _describe_scored(run: Run | None, scored: int, split: Split) -> str:
    moved = 0 if run is None else run.dev_sentences - scored
    if run is not None and split == "dev" and moved > 0:
        return say_count(
            "{count:,} of {whole:,} dev sentences has moved to train since; all figures here are of the other"
            " {scored:,}.",
            "{count:,} of {whole:,} dev sentences have moved to train since; all figures here are of the other"
            " {scored:,}.",
            moved,
            whole=run.dev_sentences,
            scored=scored,
        )
    if run is not None and run.is_crosscheck:
        return say_count(
            "Scored on {count:,} {split} sentence, tagged by a model that was not trained on it.",
            "Scored on {count:,} {split} sentences, each tagged by a model that was not trained on it.",
            scored,
            split=split,
        )
    return say_count(
        "Scored on {count:,} {split} sentence.", "Scored on {count:,} {split} sentences.", scored, split=split
    )


def describe_golds(imported: EpochFigures, corrected: EpochFigures) -> str:
    """How the same predictions score on either gold; empty where no correction makes a difference."""
    if imported.matches == corrected.matches:
        return ""
    return say(
        "{epoch}: micro F1 {imported:.3f} on the gold as imported, {corrected:.3f} as corrected.",
        epoch=corrected.epoch_title,
        imported=imported.report.micro.f1,
        corrected=corrected.report.micro.f1,
    )


def describe_evaluation(project: Project, key: EpochKey) -> str:
    """What the button for test does now."""
    return say_count(
        "Tag the {count:,} test sentence with {epoch}, and score it",
        "Tag the {count:,} test sentences with {epoch}, and score them",
        project.sentences.count("test"),
        epoch=name_epoch(project, key),
    )
