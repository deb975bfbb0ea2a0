"""The bars above and below the pages: what all of them look at, a banner, and the strip of the job under way."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QProgressBar, QPushButton, QToolButton, QWidget

from core.messages.catalogue import mark, say
from core.services.next_step import NextStep, Place
from core.store.changes import ChangeSet
from core.store.project import Project
from core.store.runs import Run, Status
from core.store.sources import Source
from gui.background import Job, JobRunner
from gui.context import Context
from gui.look.theme import scaled
from gui.sentence.accessible import announce
from gui.session import Session
from gui.text.progress import status_of
from gui.text.step_descriptions import Notice
from gui.text.wording import wrap_tooltip
from gui.widgets.choosers import chooser
from gui.widgets.text_labels import ElidedLabel, PlainLabel

OUTCOME_STAYS = 10_000
"""Milliseconds for which the outcome of a job stays, before the next step takes its place."""

NOTICE_TIME = 12_000
"""Milliseconds that a notice is shown."""


class JobStrip(QFrame):
    """Follows the job runner; says the next step while no job runs.

    Signals:
        sentence_asked: the sentence of the notice is to be shown.
        step_asked: the place of the next step is to be shown; a `NextStep`.
    """

    sentence_asked = Signal(int)
    step_asked = Signal(object)

    def __init__(self, runner: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("jobStrip")
        self._runner = runner
        self._next_step: NextStep | None = None
        self._outcome = QTimer(self, singleShot=True, interval=OUTCOME_STAYS)
        self._outcome.timeout.connect(self._rest)
        self.text = ElidedLabel()
        self.go = QPushButton()
        self.go.setProperty("flat", True)
        self.go.clicked.connect(lambda: self.step_asked.emit(self._next_step))
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
        layout.addWidget(self.go)
        layout.addWidget(self.bar)
        layout.addWidget(self.stop)
        self.setFixedHeight(scaled(40))
        self.notice.hide()
        self._rest()
        self.hide_notice()
        runner.started.connect(self._follow)

    def show_next_step(self, step: NextStep | None, *, at_once: bool = False) -> None:
        """Say what can be done next, where no job says how far it is or, unless `at_once`, how it just ended; None: the
        window is ready for whatever the person wants.
        """
        self._next_step = step
        if self._runner.job is None and (at_once or not self._outcome.isActive()):
            self._rest()

    def _rest(self) -> None:
        self._outcome.stop()
        step = self._next_step
        self.text.show_text(say(IDLE) if step is None else step.text)
        self.go.setText("" if step is None else say(_PLACES[step.place]))
        self.bar.hide()
        self.stop.hide()
        self._show_way()

    def _show_way(self) -> None:
        """Offer to go where the next step is done, while nothing else is said."""
        is_resting = self._runner.job is None and not self._outcome.isActive() and not self.notice.isVisibleTo(self)
        self.go.setVisible(is_resting and self._next_step is not None)

    def _follow(self, job: Job) -> None:
        self._outcome.stop()
        self.text.show()
        self._show_way()
        self.text.show_text(job.title)
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
        self.text.show_text(say("{job} · {status}", job=job.title, status=status.text))
        self.bar.setRange(0, 0 if status.share is None else 1000)
        if status.share is not None:
            self.bar.setValue(round(status.share * 1000))

    def _show_outcome(self, text: str) -> None:
        self._rest()
        self.text.show_text(text)
        self._outcome.start()
        self._show_way()

    def show_notice(self, notice: Notice) -> None:
        """Show for a while, and announce, what was done: instead of the last job's line, or beside a running one."""
        self._sentence = notice.sentence
        self.notice.show_text(notice.words)
        self.notice.show()
        self.show_sentence.setVisible(notice.sentence is not None)
        self.text.setVisible(self._runner.job is not None)
        self._passing.start()
        self._show_way()
        announce(self.notice, lambda: notice.words)

    def hide_notice(self) -> None:
        self._passing.stop()
        self.notice.hide()
        self.show_sentence.hide()
        self.text.show()
        self._show_way()

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


_PLACES: dict[Place, str] = {
    "corpus": mark("Go to Corpus"),
    "pool": mark("Go to the pool"),
    "train": mark("Go to Train"),
    "inspect": mark("Go to Inspect"),
    "sources": mark("Go to Sources"),
}


_GOLD_TITLES = {"corrected": mark("Gold: corrected"), "imported": mark("Gold: as imported")}


_OPENS_MENU = mark("Open another project, or close this one")


class ContextBar(QFrame):
    """Shows and changes the session's context.

    Args:
        menu: what the project's name opens.
        actions: buttons at the right.

    Signals:
        picked: the person chose a run, an epoch or a gold and is done here.
    """

    picked = Signal()

    def __init__(self, session: Session, menu: QMenu, actions: list[QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("contextBar")
        self._session = session
        self.project_name = QToolButton()
        self.project_name.setProperty("title", True)
        self.project_name.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.project_name.setToolTip(say(_OPENS_MENU))
        self.project_name.setMenu(menu)
        self.source = chooser(say("Source"), say("The run, or the other source, whose predictions are shown"))
        self.source.setPlaceholderText(say("Choose a source"))
        self.epoch = chooser(say("Epoch"), say("The epoch or version whose predictions are shown"))
        self.gold = chooser(say("Gold"), say("The gold that predictions are compared with"))
        for gold, title in _GOLD_TITLES.items():
            self.gold.addItem(say(title), gold)
        self._lay_out(actions)
        self.source.activated.connect(lambda: session.set_context(source=self.source.currentData()))
        self.epoch.activated.connect(lambda: session.set_context(epoch=self.epoch.currentData()))
        self.gold.activated.connect(lambda: session.set_context(gold=self.gold.currentData()))
        for box in (self.source, self.epoch, self.gold):
            box.picked.connect(self.picked)
        session.project_changed.connect(self._show_project)
        session.context_changed.connect(self._show_context)
        session.changed.connect(self._follow)

    def _lay_out(self, actions: list[QAction]) -> None:
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 8, 12, 8)
        layout.setSpacing(8)
        layout.addWidget(self.project_name)
        layout.addSpacing(16)
        for box in (self.source, self.epoch, self.gold):
            layout.addWidget(box)
        layout.addStretch(1)
        for action in actions:
            button = QToolButton()
            button.setDefaultAction(action)
            layout.addWidget(button)

    def _show_project(self, project: Project | None) -> None:
        self.project_name.setText(project.name if project else "")
        self.project_name.setToolTip(wrap_tooltip(str(project.folder) if project else "", say(_OPENS_MENU)))
        self._show_context(self._session.context)

    def _follow(self, change: ChangeSet) -> None:
        if change.runs:
            self._show_context(self._session.context)

    def _show_context(self, context: Context) -> None:
        project = self._session.project
        runs = {run.number: run for run in project.runs.list_all()} if project else {}
        sources = [s for s in project.sources.list_all() if not s.is_run or s.number in runs] if project else []
        epochs = project.sources.epoch_numbers(context.source) if project and context.source else []
        shown = next((source for source in sources if source.number == context.source), None)
        self.source.offer([(_title(each, runs.get(each.number)), each.number) for each in sources], context.source)
        template = _EPOCH if shown is None or shown.is_run else _VERSION
        self.epoch.offer([(say(template, number=number), number) for number in epochs], context.epoch)
        self.gold.setCurrentIndex(self.gold.findData(context.gold))
        has_choice = context.source is not None or any(run.status != "running" for run in runs.values())
        has_epochs = bool(epochs) and (len(epochs) > 1 or template is _EPOCH)
        for box, is_useful in ((self.source, has_choice), (self.epoch, has_epochs), (self.gold, bool(epochs))):
            box.setVisible(is_useful)


_STATUS_TITLES: dict[Status, str] = {
    "running": mark("Run {number} (running)"),
    "finished": mark("Run {number}"),
    "stopped": mark("Run {number} (stopped)"),
    "failed": mark("Run {number} (failed)"),
}
_CROSSCHECK_TITLES: dict[Status, str] = {
    "running": mark("Run {number} (cross-check, running)"),
    "finished": mark("Run {number} (cross-check)"),
    "stopped": mark("Run {number} (cross-check, stopped)"),
    "failed": mark("Run {number} (cross-check, failed)"),
}


_EPOCH, _VERSION = mark("Epoch {number}"), mark("Version {number}")


def _title(source: Source, run: Run | None) -> str:
    """A run that has no name is called by its number and state."""
    if run is None or source.name:
        return source.heading
    titles = _CROSSCHECK_TITLES if run.is_crosscheck else _STATUS_TITLES
    return say(titles[run.status], number=run.number)
