"""The Train page: settings, start and stop, retraining with corrections, and the training as it goes."""

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSplitter, QStackedLayout, QVBoxLayout, QWidget

from core import engine
from core.scoring.metrics import Report
from core.settings import DEFAULT_ENCODER, TrainSettings, Unit
from core.store.changes import ChangeSet
from core.store.project import Project
from core.store.runs import Run
from gui.background import Job
from gui.pages import EmptyState, PageContext
from gui.train.ceilings import Ceilings, CeilingsWindow, MeasuresCeilings
from gui.train.crosschecking import (
    Crosscheck,
    CrosscheckPanel,
    Crosschecks,
    expected_seconds,
    last_crosscheck,
    purpose_line,
    result_line,
)
from gui.train.form import SettingsForm
from gui.train.monitor import Monitor
from gui.train.readiness import Corpus, corpus_of, readiness
from gui.train.retrain_panel import RetrainPanel
from gui.train.retraining import ResumesTraining, StartsTraining, retraining_of
from gui.train.start_bar import StartBar
from gui.train.training import Ending, Training


class TrainPage(QWidget):
    """Trains runs of the open project and shows how they go."""

    def __init__(
        self,
        context: PageContext,
        training: StartsTraining = engine.training,
        resuming: ResumesTraining = engine.resuming,
        measuring: MeasuresCeilings = engine.measuring_ceilings,
        crosschecking: Crosschecks = engine.crosschecking,
    ) -> None:
        super().__init__()
        self._session, self._runner = context.session, context.runner
        self.training = Training(context.session, context.runner, training, resuming, self)
        self.ceilings = Ceilings(context.session, context.runner, measuring, self)
        self.crosscheck = Crosscheck(context.session, context.runner, crosschecking, self)
        self.form = SettingsForm(context.preferences)
        self.retrain = RetrainPanel()
        self.crosscheck_panel = CrosscheckPanel()
        self.start_bar = StartBar()
        self.monitor = Monitor(context.theme, context.preferences)
        self.empty = EmptyState(
            "There is nothing to train on yet",
            "A run learns from the train split and is measured on the dev split. Import a corpus first.",
            "Go to Corpus",
        )
        self._corpus = Corpus(0, 0, 0)
        self._is_stale = True
        self._lay_out(context)
        self._connect()
        self._show_project(context.session.project)

    def _lay_out(self, context: PageContext) -> None:
        splitter = QSplitter(Qt.Orientation.Horizontal, childrenCollapsible=False)
        splitter.addWidget(self._left())
        splitter.addWidget(self.monitor)
        splitter.setSizes([460, 740])
        splitter.setStretchFactor(1, 1)
        context.preferences.keep_splitter("train", splitter)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(splitter)

    def _left(self) -> QWidget:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(20, 12, 20, 16)
        column.setSpacing(16)
        column.addWidget(self.retrain)
        column.addWidget(self.form)
        column.addWidget(self.crosscheck_panel)
        column.addStretch(1)
        scroll = QScrollArea(widgetResizable=True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(body)
        left = QWidget()
        left.setMinimumWidth(400)
        layout = QVBoxLayout(left)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(scroll, 1)
        layout.addWidget(_rule())
        layout.addWidget(self.start_bar)
        return left

    def _connect(self) -> None:
        session = self._session
        session.project_changed.connect(self._show_project)
        session.changed.connect(self._follow)
        self._runner.started.connect(self._follow_job)
        self.form.changed.connect(self._show_readiness)
        self.retrain.changed.connect(self._show_readiness)
        self.retrain.asked.connect(self._retrain)
        self.start_bar.changed.connect(self._show_readiness)
        self.start_bar.start_asked.connect(self._train)
        self.start_bar.resume_asked.connect(self._resume)
        self.form.ceilings_asked.connect(self._measure_ceilings)
        self.crosscheck_panel.asked.connect(self._crosscheck)
        self.crosscheck_panel.look_asked.connect(self.crosscheck.look_at)
        self.ceilings.found.connect(self._show_ceilings)
        self.start_bar.stop_asked.connect(self.training.stop)
        for asked in (self.start_bar.corpus_asked, self.empty.button.clicked):
            asked.connect(lambda: session.page_asked.emit("Corpus"))
        self.monitor.metrics_asked.connect(self._show_metrics)
        self.training.began.connect(self._show_began)
        self.training.reported.connect(self.monitor.follow)
        self.training.ended.connect(self._show_ending)

    # What there is to train on

    def _show_project(self, project: Project | None) -> None:
        self.monitor.clear()
        if project is None:
            self._stack.setCurrentWidget(self.empty)
            return
        runs = _trained_runs(project)
        settings = runs[-1].settings if runs else TrainSettings.of_preset(DEFAULT_ENCODER)
        self.form.show_settings(settings, project.runs.with_epochs())
        self.monitor.show_idle(*_last_result(project, runs))
        if runs:
            last = runs[-1]
            self.monitor.recall(f"Run {last.number}", last.settings, project.runs.epochs(last.number))
        self._refresh()

    def _follow(self, change: ChangeSet) -> None:
        project = self._session.project
        if project is not None and change.runs:
            self.form.show_runs(project.runs.with_epochs())
            self._show_crosscheck()
        if change.corpus or change.sentences:
            self._refresh()
        else:
            self._show_corrections()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._is_stale:
            self._refresh()

    def _refresh(self) -> None:
        """Look at the corpus anew, at once where the page is seen."""
        self._is_stale = not self.isVisible()
        project = self._session.project
        if self._is_stale or project is None:
            return
        self._corpus = corpus_of(project)
        self._stack.setCurrentIndex(1 if project.sentences.has_any() else 0)
        self._show_corrections()
        self._show_readiness()

    def _show_corrections(self) -> None:
        """Offer a retrain where there is something to gain; while a run trains the offer stays as it was."""
        project = self._session.project
        if project is not None and self.training.job is None and not self._is_stale:
            self.retrain.show_found(retraining_of(project))
            self._show_readiness()

    def _moves(self) -> bool:
        if self.retrain.found is not None:
            return self.retrain.moves
        return self._corpus.can_move and self.start_bar.move_dev.isChecked()

    def _show_readiness(self) -> None:
        found = readiness(self._corpus, limit=self.form.limit_value(), moves=self._moves())
        has_panel = self.retrain.found is not None
        self.start_bar.move_dev.setVisible(self._corpus.can_move and not has_panel)
        self.start_bar.show_readiness(found)
        self.start_bar.make_primary(not has_panel)
        busy = self._busy()
        self.retrain.button.setEnabled(busy is None and found.hindrance is None)
        job = self.training.job
        self.start_bar.show_resumable(self._resumable(), is_busy=self._runner.job is not None)
        self.form.ceilings.setEnabled(busy is None and self._corpus.dev > 0 and self.form.encoder.problem() is None)
        self._show_crosscheck()
        self.start_bar.show_buttons(
            reason=busy or found.hindrance or self.form.problem(),
            is_training=job is not None,
            is_stopping=job is not None and job.is_stopping,
        )

    def _show_crosscheck(self) -> None:
        """Say what a cross-check would do, and what the last one found."""
        project = self._session.project
        if project is None or self._is_stale:
            return
        hindrance = self._busy() or (None if self._corpus.train_spans else _NO_SPANS) or self.form.problem()
        sentences = min(self._corpus.train, self.form.limit_value() or self._corpus.train)
        settings = self.form.settings() if self.form.problem() is None else None
        seconds = expected_seconds(project, settings, sentences) if settings is not None else None
        self.crosscheck_panel.show_purpose(purpose_line(sentences, seconds), hindrance)
        last = last_crosscheck(project)
        self.crosscheck_panel.show_last(last, result_line(project, last) if last is not None else "")

    def _busy(self) -> str | None:
        """Why no training can start whatever the settings."""
        job = self._runner.job
        return None if job is None else f"“{job.title}” is running"

    # Training

    def _train(self) -> None:
        settings = replace(self.form.settings(), move_corrected_dev=self._moves())
        self._session.attempt(lambda: self.training.start(settings))

    def _retrain(self) -> None:
        found = self.retrain.found
        if found is not None:
            settings = replace(found.base.settings, move_corrected_dev=self.retrain.moves)
            self._session.attempt(lambda: self.training.start(settings, base=found.key))

    def _resume(self) -> None:
        if (run := self._resumable()) is not None:
            self._session.attempt(lambda: self.training.resume(run))

    def _resumable(self) -> int | None:
        """The last run, if it was stopped or failed before all its epochs were done."""
        project = self._session.project
        runs = _trained_runs(project) if project is not None else []
        return runs[-1].number if runs and runs[-1].status in ("stopped", "failed") else None

    def _crosscheck(self) -> None:
        self._session.attempt(lambda: self.crosscheck.start(self.form.settings()))

    def _measure_ceilings(self) -> None:
        self._session.attempt(lambda: self.ceilings.measure(self.form.encoder.encoder()))

    def _show_ceilings(self, found: tuple[str, dict[Unit, Report]]) -> None:
        CeilingsWindow(*found, self).show()

    def _follow_job(self, job: Job) -> None:
        job.stopping.connect(self._show_readiness)
        job.ended.connect(self._show_readiness)
        self._show_readiness()

    def _show_began(self, settings: TrainSettings) -> None:
        assert self.training.job is not None
        self.monitor.begin(self.training.job.title, settings)
        self._show_readiness()

    def _show_ending(self, ending: Ending) -> None:
        """Who watched the run to its end is shown its last epoch; who was elsewhere sees it on Metrics."""
        self.monitor.end(ending)
        if ending.is_finished and ending.run is not None:
            if self.isVisible():
                self._look_at(ending.run)
            else:
                self._session.announce_run(ending.run)

    def _show_metrics(self, run: int) -> None:
        self._look_at(run)
        self._session.page_asked.emit("Metrics")

    def _look_at(self, run: int) -> None:
        project = self._session.project
        if project is not None:
            self._session.look_at(run=run, epoch=project.runs.epoch_number(run, None))


_NO_SPANS = "The training sentences hold no entity to learn from"


def _trained_runs(project: Project) -> list[Run]:
    return [run for run in project.runs.listed() if not run.is_crosscheck]


def _last_result(project: Project, runs: list[Run]) -> tuple[str, int | None]:
    """What the last run came to, and the run if it has metrics."""
    if not runs:
        return "No run yet", None
    epochs = project.runs.epochs(runs[-1].number)
    line = f"Run {runs[-1].number} {runs[-1].status}"
    if epochs:
        line += f": F1 {epochs[-1].report['corrected']['micro']['f1']:.4f} after epoch {epochs[-1].number}"
    return line, runs[-1].number if epochs else None


def _rule() -> QFrame:
    rule = QFrame()
    rule.setProperty("rule", True)
    return rule
