"""The Train page: settings, start and stop, retraining with corrections, and the training as it goes."""

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QSplitter, QStackedLayout, QVBoxLayout, QWidget

from core.domain.errors import UserError
from core.domain.settings import DEFAULT_ENCODER, TrainSettings
from core.messages.catalogue import mark, say
from core.services import engine
from core.services.learning_curve import LearningCurve, measure_curve
from core.store.predictions import EpochKey
from core.store.project import Project
from core.store.runs import Run
from gui.background import Job, LatestQuery
from gui.context import Context
from gui.look.theme import scaled
from gui.train.ceilings_and_crosscheck import (
    Ceilings,
    CeilingsWindow,
    Crosscheck,
    CrosscheckPanel,
    Crosschecks,
    MeasuresCeilings,
    purpose_line,
)
from gui.train.form import SettingsForm
from gui.train.learning_curve_panel import LearningCurvePanel
from gui.train.monitor import Monitor
from gui.train.readiness import ProjectCounts, Readiness, RunComparison, check_readiness, count_project
from gui.train.start_panels import RetrainPanel, StartBar
from gui.train.training_job import ResumesTraining, StartsTraining, Training, TrainingEnd
from gui.widgets.page import EmptyState, Page, PageContext, rule


class TrainPage(Page):
    """Trains runs of the open project and shows how they go."""

    id, title, icon = "train", mark("Train"), "train"

    def __init__(
        self,
        context: PageContext,
        training: StartsTraining = engine.train_run,
        resuming: ResumesTraining = engine.resume_run,
        measuring: MeasuresCeilings = engine.measure_ceilings,
        crosschecking: Crosschecks = engine.crosscheck,
    ) -> None:
        super().__init__()
        self._session, self._runner = context.session, context.runner
        self.training = Training(context.session, context.runner, training, resuming, self.isVisible, self)
        self.ceilings = Ceilings(context.session, context.runner, measuring, self)
        self.crosscheck = Crosscheck(context.session, context.runner, crosschecking, self)
        self.form = SettingsForm(context.preferences)
        self.retrain = RetrainPanel()
        self.crosscheck_panel = CrosscheckPanel()
        self.curve = LearningCurvePanel(context.look)
        self.start_bar = StartBar()
        self.monitor = Monitor(context.look, context.preferences)
        self.empty = EmptyState(
            say("Nothing to train on yet"),
            say("A run learns from the train split and is measured on the dev split. Import a corpus first."),
            say("Go to Corpus"),
        )
        self._counted: ProjectCounts | None = None
        self._query = LatestQuery(self)
        self._curve_query = LatestQuery(self)
        self._run_looked_at: int | None = None
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
        column.addWidget(self.curve)
        column.addWidget(self.crosscheck_panel)
        column.addStretch(1)
        scroll = QScrollArea(widgetResizable=True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(body)
        left = QWidget()
        left.setMinimumWidth(scaled(400))
        layout = QVBoxLayout(left)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(scroll, 1)
        layout.addWidget(rule())
        layout.addWidget(self.start_bar)
        return left

    def _connect(self) -> None:
        session = self._session
        session.project_changed.connect(self._show_project)
        session.changed.connect(lambda _: self._follow_change())
        session.context_changed.connect(self._follow_context)
        self._query.reported.connect(self._show_counted)
        self._query.answered.connect(self._show_compared)
        self._curve_query.answered.connect(self.curve.show_curve)
        self._runner.started.connect(self._follow_job)
        self.form.changed.connect(self._show_readiness)
        self.retrain.changed.connect(self._show_readiness)
        self.retrain.asked.connect(self._retrain)
        self.start_bar.changed.connect(self._show_readiness)
        self.start_bar.start_asked.connect(self._train)
        self.start_bar.resume_asked.connect(self._resume)
        self.form.ceilings_asked.connect(self._measure_ceilings)
        self.crosscheck_panel.asked.connect(self._crosscheck)
        self.crosscheck_panel.findings_asked.connect(self.crosscheck.show_findings)
        self.form.show_ceilings.clicked.connect(self._show_ceilings)
        self.ceilings.found.connect(lambda: self.form.show_ceilings.show())
        self.start_bar.stop_asked.connect(self.training.stop)
        for asked in (self.start_bar.corpus_asked, self.empty.button.clicked):
            asked.connect(lambda: session.show_page("corpus"))
        self.monitor.metrics_asked.connect(self._show_metrics)
        self.training.began.connect(self._show_began)
        self.training.reported.connect(lambda event: self.monitor.follow(event, self.training.epochs))
        self.training.ended.connect(self._show_ending)

    # What there is to train on

    def _show_project(self, project: Project | None) -> None:
        self.monitor.clear()
        self.form.show_ceilings.hide()
        self._run_looked_at = self._session.context.source
        self._counted = None
        self._curve_query.cancel()
        self.curve.hide()
        if project is None:
            self._query.cancel()
            self._stack.setCurrentWidget(self.empty)
            return
        runs = _trained_runs(project)
        settings = runs[-1].settings if runs else TrainSettings.of_preset(DEFAULT_ENCODER)
        self.form.show_settings(settings, project.runs.keeping_weights())
        if runs:
            self._show_stored(project, runs[-1])
        else:
            self.monitor.show_idle(say("No run yet"), None)
        self._show_room(project.sentences.has_any())
        self._follow_change()

    def _show_room(self, has_sentences: bool) -> None:
        self._stack.setCurrentIndex(1 if has_sentences else 0)

    def _show_stored(self, project: Project, run: Run) -> None:
        try:
            self.monitor.show_stored(run, project.runs.epochs(run.number))
        except UserError as error:
            self.monitor.clear()
            self.monitor.show_idle(
                say("Run {run} cannot be shown: {reason}.", run=run.number, reason=error), run.number
            )

    def _follow_context(self, context: Context) -> None:
        """Show another run that is looked at, unless one trains."""
        project, number = self._session.project, context.source
        if project is None or number is None or number == self._run_looked_at:
            return
        self._run_looked_at = number
        if not project.sources.by_number(number).is_run:
            return
        run = project.runs.by_number(number)
        if self.training.job is None and not run.is_crosscheck and number != self.monitor.run:
            self._show_stored(project, run)
            self._follow_change()

    def _follow_change(self) -> None:
        """Count anew; what was counted before the page was hidden is not offered again."""
        self._query.cancel()
        self._counted = self._counted if self.isVisible() else None
        self.refresh_when_seen()

    def refresh(self) -> None:
        """Look at the corpus anew, on another thread: while a training loads torch, each read here would stall."""
        project = self._session.project
        if project is None:
            return
        shown = self.monitor.stored
        self._query.submit(lambda: count_project(project, shown))
        if self.training.job is None:
            self._curve_query.submit(lambda: _read_curve(project))
        self._show_readiness()

    def _show_counted(self, counted: ProjectCounts) -> None:
        """Offer a retrain where there is something to gain; while a run trains nothing is offered."""
        self._counted = counted
        self._show_room(counted.has_sentences)
        self.form.show_runs(counted.with_weights)
        if self.training.job is None:
            self.retrain.show_found(counted.retraining)
        self._show_readiness()

    def _show_compared(self, compared: RunComparison | None) -> None:
        if compared is not None:
            self.monitor.show_compared(compared)

    def _moves(self) -> bool:
        if self.retrain.found is not None:
            return self.retrain.moves
        return self._counted is not None and self._counted.corpus.can_move and self.start_bar.move_dev.isChecked()

    def _show_readiness(self) -> None:
        counted, busy, job = self._counted, self._busy(), self.training.job
        found = Readiness(say("Counting the sentences …"))
        if counted is not None:
            found = check_readiness(counted.corpus, limit=self.form.limit_value(), moves=self._moves())
            self._show_crosscheck(counted)
        has_panel = self.retrain.found is not None
        self.start_bar.move_dev.setVisible(counted is not None and counted.corpus.can_move and not has_panel)
        self.start_bar.show_readiness(found)
        self.start_bar.make_primary(not has_panel)
        self.retrain.button.setEnabled(busy is None and found.hindrance is None)
        self.start_bar.show_resumable(None if counted is None or self._runner.job is not None else counted.resumable)
        has_dev = counted is not None and counted.corpus.dev > 0
        self.form.ceilings.setEnabled(busy is None and has_dev and self.form.encoder.problem() is None)
        self.start_bar.show_buttons(
            reason=busy or found.hindrance or self.form.problem(),
            is_training=job is not None,
            is_stopping=job is not None and job.is_stopping,
        )

    def _show_crosscheck(self, counted: ProjectCounts) -> None:
        """Say what a cross-check would do, and what the last one found."""
        corpus, past, problem = counted.corpus, counted.past, self.form.problem()
        hindrance = self._busy() or (None if corpus.train_spans else say(_NO_SPANS)) or problem
        sentences = min(corpus.train, self.form.limit_value() or corpus.train)
        seconds = past.expected_seconds(self.form.settings(), sentences) if problem is None else None
        self.crosscheck_panel.show_purpose(purpose_line(sentences, seconds), hindrance)
        self.crosscheck_panel.show_last(past)

    def _busy(self) -> str | None:
        """Why no training can start whatever the settings."""
        if (job := self._runner.job) is not None:
            return say("“{job}” is running", job=job.title)
        return None if self._counted is not None else say("Wait for the count")

    # Training

    def _train(self) -> None:
        self._start(replace(self.form.settings(), move_corrected_dev=self._moves()), None)

    def _retrain(self) -> None:
        found = self.retrain.found
        if found is not None:
            self._start(replace(found.base.settings, move_corrected_dev=self.retrain.moves), found.key)

    def _start(self, settings: TrainSettings, base: EpochKey | None) -> None:
        if (
            self._session.run_reporting_errors(lambda: self.training.start(settings, base=base))
            and self.training.job is not None
        ):
            self.retrain.show_training(self.training.job.title, is_compared=base is not None)

    def _resume(self) -> None:
        if self._counted is not None and (run := self._counted.resumable) is not None:
            self._session.run_reporting_errors(lambda: self.training.resume(run))

    def _crosscheck(self) -> None:
        self._session.run_reporting_errors(lambda: self.crosscheck.start(self.form.settings()))

    def _measure_ceilings(self) -> None:
        if self._session.run_reporting_errors(lambda: self.ceilings.measure(self.form.encoder.encoder())):
            self.form.show_ceilings.hide()

    def _show_ceilings(self) -> None:
        if self.ceilings.measured is not None:
            CeilingsWindow(*self.ceilings.measured, self).show()

    def _follow_job(self, job: Job) -> None:
        job.stopping.connect(self._show_readiness)
        job.ended.connect(self._show_readiness)
        self._show_readiness()

    def _show_began(self, settings: TrainSettings) -> None:
        assert self.training.job is not None
        self.monitor.begin(self.training.job.title, settings)
        self._show_readiness()

    def _show_ending(self, ending: TrainingEnd) -> None:
        """Who watched the run to its end is shown its last epoch; who was elsewhere sees it on Metrics."""
        self.monitor.end(ending)
        self._follow_change()
        if ending.is_finished and ending.run is not None:
            if self.isVisible():
                self._session.set_context(source=ending.run, epoch=self._last_epoch(ending.run))
            else:
                self._session.announce_run(ending.run)

    def _show_metrics(self, run: int) -> None:
        self._session.show_page("metrics", source=run, epoch=self._last_epoch(run))

    def _last_epoch(self, run: int) -> int | None:
        project = self._session.project
        return project.runs.epoch_number(run, None) if project is not None else None


def _read_curve(project: Project) -> LearningCurve:
    """The learning curve; none where a run of it is damaged, which the monitor says."""
    try:
        return measure_curve(project)
    except UserError:
        return LearningCurve()


_NO_SPANS = mark("The training sentences contain no entity to learn from")


def _trained_runs(project: Project) -> list[Run]:
    return [run for run in project.runs.list_all() if not run.is_crosscheck]
