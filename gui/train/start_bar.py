"""What stands under the form: what will be trained on, what speaks against it, and the buttons."""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QPushButton, QVBoxLayout

from core.analysis.findings import no_entity_in_words
from core.domain.labels import in_display_order
from core.domain.spans import Split
from core.store.project import Project
from core.store.runs import Run
from gui.look.theme import set_property
from gui.text.train import Compared
from gui.text.words import counted, listed
from gui.train.crosscheck import PastRuns, past_runs_of
from gui.train.retrain import Retraining, compared_with_base, move_box, retraining_of
from gui.widgets.text_labels import PlainLabel


@dataclass(frozen=True, slots=True)
class Corpus:
    """What there is to train and to measure on.

    Attributes:
        corrected_dev: how many of the dev sentences a person has corrected.
        train_spans, dev_spans: how many gold spans of each label.
    """

    train: int
    dev: int
    corrected_dev: int
    train_spans: Mapping[str, int] = field(default_factory=dict)
    dev_spans: Mapping[str, int] = field(default_factory=dict)

    @property
    def can_move(self) -> bool:
        """Whether dev sentences remain when the corrected ones move to train."""
        return 0 < self.corrected_dev < self.dev


def corpus_of(project: Project) -> Corpus:
    sentences = project.sentences
    counts = sentences.label_counts()
    return Corpus(
        train=sentences.count("train"),
        dev=sentences.count("dev"),
        corrected_dev=len(sentences.corrected_in("dev")),
        train_spans=_of_split(counts, "train"),
        dev_spans=_of_split(counts, "dev"),
    )


@dataclass(frozen=True, slots=True)
class Counted:
    """What the page shows of the project.

    Attributes:
        has_sentences: whether there are any, of whichever split.
        resumable: the last run, if it was stopped or failed before all its epochs were done.
        with_weights: the runs that a training can start from.
    """

    has_sentences: bool
    corpus: Corpus
    retraining: Retraining | None
    resumable: int | None
    with_weights: tuple[int, ...]
    past: PastRuns


def count_corpus(project: Project, shown: Run | None) -> Generator[Counted, None, Compared | None]:
    """Read what there is to train on, and then how a retrain that is shown compares; for a thread that may wait."""
    runs = project.runs.list_all()
    yield Counted(
        project.sentences.has_any(),
        corpus_of(project),
        retraining_of(project),
        _resumable(runs),
        tuple(project.runs.with_epochs()),
        past_runs_of(project, runs),
    )
    return None if shown is None else compared_with_base(project, shown)


def _resumable(runs: Sequence[Run]) -> int | None:
    last = next((run for run in reversed(runs) if not run.is_crosscheck), None)
    return last.number if last is not None and last.status in ("stopped", "failed") else None


def _of_split(counts: Mapping[tuple[Split, str], int], split: Split) -> dict[str, int]:
    return {label: number for (of, label), number in counts.items() if of == split}


@dataclass(frozen=True, slots=True)
class Readiness:
    """What will be trained on.

    Attributes:
        summary: one line.
        warnings: what the user may want to mend first.
        hindrance: why training cannot start; None where it can.
        wants_corpus: whether the Corpus page is the way out.
    """

    summary: str
    warnings: tuple[str, ...] = ()
    hindrance: str | None = None
    wants_corpus: bool = False


def readiness(corpus: Corpus, *, limit: int | None, moves: bool) -> Readiness:
    """What a training would find now.

    Args:
        limit: as in the settings.
        moves: whether corrected dev sentences move to train first.
    """
    hindrance = _hindrance(corpus)
    return Readiness(
        summary=_summary(corpus, limit, corpus.corrected_dev if moves else 0),
        warnings=_warnings(corpus) if hindrance is None else (),
        hindrance=hindrance,
        wants_corpus=hindrance is not None,
    )


def _summary(corpus: Corpus, limit: int | None, moving: int) -> str:
    spans = counted(sum(corpus.train_spans.values()), "span")
    train = f"{counted(corpus.train, 'training sentence')} with {spans}"
    text = ", ".join((train, counted(corpus.dev, "dev sentence"), counted(len(corpus.train_spans), "type")))
    if moving:
        text += f"; {counted(moving, 'corrected dev sentence')} move{'s' if moving == 1 else ''} to train"
    return text if limit is None else f"{text}; at most {limit:,} of each, corrected ones first"


def _hindrance(corpus: Corpus) -> str | None:
    if not corpus.train:
        return "There are no training sentences: import some into train."
    if not corpus.dev:
        return "There are no dev sentences to measure on: import some into dev, or split the corpus."
    if not corpus.train_spans:
        return "The training sentences hold no span: import or correct some first."
    return None


def _warnings(corpus: Corpus) -> tuple[str, ...]:
    if not corpus.dev_spans:
        return (no_entity_in_words("dev"),)
    unseen = in_display_order(set(corpus.dev_spans) - set(corpus.train_spans))
    if not unseen:
        return ()
    verb = "occurs" if len(unseen) == 1 else "occur"
    return (f"{listed(unseen)} {verb} in dev but in no training sentence, and cannot be learned.",)


class StartBar(QFrame):
    """Summary, warnings, Train and Stop.

    Signals:
        start_asked, resume_asked, stop_asked, corpus_asked: a button was pressed.
        changed: the choice about corrected dev sentences is another.
    """

    start_asked = Signal()
    resume_asked = Signal()
    stop_asked = Signal()
    corpus_asked = Signal()
    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.summary = PlainLabel(wraps=True)
        self.warnings = PlainLabel(wraps=True)
        self.reason = PlainLabel(wraps=True)
        self.reason.setProperty("role", "small")
        self.corpus = QPushButton("Go to Corpus")
        self.move_dev: QCheckBox = move_box()
        self.start = QPushButton("Train")
        self.start.setProperty("primary", True)
        self.resume = QPushButton()
        self.resume.setToolTip("Resume from the last saved step; the result is that of an uninterrupted run")
        self.stop = QPushButton("Stop")
        self.stop.setToolTip("End the training after the step under way; finished epochs are kept")
        self._lay_out()
        self.start.clicked.connect(self.start_asked)
        self.resume.clicked.connect(self.resume_asked)
        self.stop.clicked.connect(self.stop_asked)
        self.corpus.clicked.connect(self.corpus_asked)
        self.move_dev.toggled.connect(self.changed)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 12, 20, 16)
        layout.setSpacing(8)
        for widget in (self.summary, self.move_dev, self.warnings):
            layout.addWidget(widget)
        layout.addWidget(self.corpus, 0, Qt.AlignmentFlag.AlignLeft)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        self.start.setMinimumWidth(96)
        self.stop.setMinimumWidth(96)
        buttons.addWidget(self.start)
        buttons.addWidget(self.resume)
        buttons.addWidget(self.stop)
        buttons.addWidget(self.reason, 1)
        layout.addLayout(buttons)

    def show_readiness(self, found: Readiness) -> None:
        self.summary.setText(found.summary)
        texts = [*found.warnings, *([found.hindrance] if found.hindrance else [])]
        self.warnings.setText("\n".join(f"⚠ {text}" for text in texts))
        self.warnings.setVisible(bool(texts))
        set_property(self.warnings, "role", "error" if found.hindrance else "hint")
        self.corpus.setVisible(found.wants_corpus)

    def show_buttons(self, *, reason: str | None, is_training: bool, is_stopping: bool) -> None:
        """Enable what can be done.

        Args:
            reason: why nothing can be started now.
        """
        self.start.setEnabled(reason is None)
        self.reason.setText(reason or "")
        self.stop.setVisible(is_training)
        self.stop.setEnabled(not is_stopping)
        self.stop.setText("Stopping…" if is_stopping else "Stop")

    def show_resumable(self, run: int | None) -> None:
        """Offer to resume a run; None offers nothing."""
        self.resume.setVisible(run is not None)
        self.resume.setText(f"Resume run {run}")

    def make_primary(self, is_primary: bool) -> None:
        """Whether Train is the button that the eye should land on."""
        set_property(self.start, "primary", is_primary)
