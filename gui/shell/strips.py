"""The strip at the bottom: the job under way, how far it is, the button that stops it, and notices in passing."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QPushButton, QSizePolicy, QToolButton, QWidget

from core.messages.catalogue import mark, say, say_count
from core.store.project import Project
from gui.background import Job, JobRunner
from gui.look.theme import scaled
from gui.sentence.accessible import announce
from gui.session import Notice
from gui.text.progress import status_of
from gui.train.readiness import last_finished
from gui.widgets.text_labels import ElidedLabel, PlainLabel

OUTCOME_STAYS = 10_000
"""Milliseconds for which the outcome of a job stays, before the next step takes its place."""

NOTICE_TIME = 12_000
"""Milliseconds that a notice is shown."""


class JobStrip(QFrame):
    """Follows the job runner; says the next step while no job runs.

    Signals:
        sentence_asked: the sentence of the notice is to be shown.
    """

    sentence_asked = Signal(int)

    def __init__(self, runner: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("jobStrip")
        self._runner = runner
        self._next_step = say(IDLE)
        self._outcome = QTimer(self, singleShot=True, interval=OUTCOME_STAYS)
        self._outcome.timeout.connect(self._rest)
        self.text = PlainLabel()
        self.text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.bar = QProgressBar(textVisible=False)
        self.bar.setFixedSize(200, 8)
        self.stop = QPushButton(say("Stop"))
        self.stop.clicked.connect(self._cancel)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 4, 12, 4)
        layout.setSpacing(12)
        self.notice = ElidedLabel()
        self.show_sentence = QPushButton(say("Show sentence"))
        self.show_sentence.setProperty("flat", True)
        self.show_sentence.clicked.connect(self._ask_sentence)
        self._sentence: int | None = None
        self._passing = QTimer(self, singleShot=True, interval=NOTICE_TIME)
        self._passing.timeout.connect(self.hide_notice)
        layout.addWidget(self.notice, 2)
        layout.addWidget(self.show_sentence)
        layout.addWidget(self.text, 1)
        layout.addWidget(self.bar)
        layout.addWidget(self.stop)
        self.setFixedHeight(scaled(40))
        self._rest()
        self.hide_notice()
        runner.started.connect(self._follow)

    def show_next_step(self, text: str, *, at_once: bool = False) -> None:
        """Say what can be done next, where no job says how far it is or, unless `at_once`, how it just ended."""
        self._next_step = text
        if self._runner.job is None and (at_once or not self._outcome.isActive()):
            self._rest()

    def _rest(self) -> None:
        self._outcome.stop()
        self.text.setText(self._next_step)
        self.bar.hide()
        self.stop.hide()

    def _follow(self, job: Job) -> None:
        self._outcome.stop()
        self.text.show()
        self.text.setText(job.title)
        self.bar.setRange(0, 0)
        self.bar.show()
        self.stop.setText(say("Stop"))
        self.stop.setEnabled(True)
        self.stop.show()
        job.reported.connect(lambda event: self._show(job, event))
        job.stopping.connect(self._show_stopping)
        job.finished.connect(lambda _: self._show_outcome(say("{job} · finished", job=job.title)))
        job.cancelled.connect(lambda: self._show_outcome(say("{job} · stopped", job=job.title)))
        job.failed.connect(lambda _: self._show_outcome(say("{job} · failed", job=job.title)))

    def _show(self, job: Job, event: object) -> None:
        status = status_of(event)
        if status is None:
            return
        self.text.setText(say("{job} · {status}", job=job.title, status=status.text))
        self.bar.setRange(0, 0 if status.share is None else 1000)
        if status.share is not None:
            self.bar.setValue(round(status.share * 1000))

    def _show_outcome(self, text: str) -> None:
        self._rest()
        self.text.setText(text)
        self._outcome.start()

    def show_notice(self, notice: Notice) -> None:
        """Show for a while, and announce, what was done: instead of the last job's line, or beside a running one."""
        self._sentence = notice.sentence
        self.notice.show_text(notice.words)
        self.notice.show()
        self.show_sentence.setVisible(notice.sentence is not None)
        self.text.setVisible(self._runner.job is not None)
        self._passing.start()
        announce(self.notice, lambda: notice.words)

    def hide_notice(self) -> None:
        self._passing.stop()
        self.notice.hide()
        self.show_sentence.hide()
        self.text.show()

    def _ask_sentence(self) -> None:
        if self._sentence is not None:
            self.sentence_asked.emit(self._sentence)

    def _cancel(self) -> None:
        if self._runner.job is not None:
            self._runner.job.cancel()

    def _show_stopping(self) -> None:
        self.stop.setText(say("Stopping…"))
        self.stop.setEnabled(False)


class Banner(QFrame):
    """Hidden until it has something to say; stays until it is closed or another word takes its place."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self.text = PlainLabel(wraps=True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        close = QToolButton()
        close.setText("✕")
        close.setToolTip(say("Close this message"))
        close.setAccessibleName(say("Close this message"))
        close.clicked.connect(self.hide)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 8, 8, 8)
        layout.addWidget(self.text, 1)
        layout.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    def show_text(self, text: str) -> None:
        words = text[:1].upper() + text[1:]
        self.text.setText(words)
        self.show()
        announce(self.text, lambda: words)


IDLE = mark("Ready")


def next_step(project: Project | None) -> str:
    """`17 corrected since run 3: retrain`, or that the window is ready for whatever the person wants."""
    if project is None:
        return say(IDLE)
    if not project.sentences.has_any():
        return say("No sentences yet: add corpus files")
    run = last_finished(project)
    changed = len(project.corrections.sentences_changed_since(run.last_correction)) if run is not None else 0
    if run is None or not changed:
        return say(IDLE)
    return say_count(
        "{count:,} sentence corrected since run {run}: retrain",
        "{count:,} sentences corrected since run {run}: retrain",
        changed,
        run=run.number,
    )
