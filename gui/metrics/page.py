"""The Metrics page: the per-entity table of a run, epochs side by side, and the way to the sentences behind it."""

from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QSplitter, QStackedLayout, QStackedWidget, QVBoxLayout, QWidget

from core.domain.spans import Split
from core.messages.catalogue import mark, say, say_count
from core.services import evaluate
from core.services.tag_source import explain_fixed
from core.store.changes import ChangeSet
from core.store.predictions import EpochKey
from core.store.project import Project
from core.store.runs import Run
from core.store.sentence_selection import ALL_ERRORS, Selection
from core.store.sentences import Gold
from core.store.sources import Source
from gui.background import Job, LatestQuery
from gui.context import epoch_keys, offered_epochs
from gui.metrics.calibration_view import CalibrationPanel
from gui.metrics.changes_view import ChangesPanel, ChangesQuestion
from gui.metrics.charts import ScoreChart
from gui.metrics.epoch_figures import EpochFigures, FiguresCache, FiguresRequest, build_f1_lines
from gui.metrics.errors_view import ErrorsPanel
from gui.metrics.findings import EstimateQuestion, FindingsBar, VerdictsLine
from gui.metrics.header import MetricsHeader, describe_base, describe_evaluation, describe_golds, describe_source
from gui.metrics.scores_view import ComparisonPanel, EpochQuestion, KlueLine, build_epochs_table
from gui.metrics.table_model import MetricModel, SentenceCounter, SentencesLink, markdown_table
from gui.metrics.table_painting import MetricDelegate
from gui.metrics.table_view import MetricView
from gui.text.progress import FLEETING
from gui.text.wording import STATUS_WORDS, name_epoch, wrap_tooltip
from gui.widgets.page import EmptyState, Page, PageContext, column_of

_SIDE_WIDTH = 320
_GOLD_WORDS: dict[Gold, str] = {"corrected": mark("corrected"), "imported": mark("imported")}


class _Shown(NamedTuple):
    """What the page shows: a source, which is perhaps a run, and its epochs."""

    source: Source
    run: Run | None
    keys: tuple[EpochKey, ...]


class MetricsPage(Page):
    """Follows the session; counts anew only while it is seen."""

    id, title, icon = "metrics", mark("Metrics"), "metrics"

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._cache: FiguresCache | None = None
        self._split: Split = "dev"
        self._revealed: EpochKey | None = None
        self._shown_source: int | None = None
        self._counter = SentenceCounter(context.session, self)
        self._query = LatestQuery(self)
        self._query.answered.connect(lambda _: self.refresh_when_seen())
        self._placed = set[QWidget]()
        self.head = MetricsHeader()
        self.model = MetricModel(self._counter)
        self.table = MetricView(
            self.model, MetricDelegate(self.model, context.look), say("Precision, recall and F1 of every type")
        )
        self.klue = KlueLine()
        self.verdicts = VerdictsLine()
        self.findings = FindingsBar()
        self.chart = ScoreChart(context.look)
        self.comparison = ComparisonPanel(context.look)
        self.errors = ErrorsPanel(self._counter, context.look)
        self.changes = ChangesPanel(self._counter, context.look)
        self.calibration = CalibrationPanel(self._counter, context.look)
        self.empty = EmptyState("", "", say("Go to Train"))
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        scores = column_of(self.table, self.klue, grows=self.table)
        scores.setProperty("panel", True)
        self._side = QSplitter(Qt.Orientation.Vertical)
        self._body = QSplitter(Qt.Orientation.Horizontal)
        for splitter, first, second in (
            (self._side, self.chart, self.comparison),
            (self._body, scores, self._side),
        ):
            splitter.addWidget(first)
            splitter.addWidget(second)
            splitter.setChildrenCollapsible(splitter is self._body)
        self._side.setProperty("panel", True)
        self._body.setStretchFactor(0, 3)
        self._body.setStretchFactor(1, 2)
        self._views = QStackedWidget()
        for view in (self._body, self.errors, self.changes, self.calibration):
            self._views.addWidget(view)
        top = QWidget()
        column = QVBoxLayout(top)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self.head, self.findings):
            column.addWidget(widget)
        content = column_of(top, self._views, self.verdicts, grows=self._views)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(content)

    def _connect(self) -> None:
        session, runner = self._context.session, self._context.runner
        session.project_changed.connect(self._take_project)
        session.context_changed.connect(lambda _: self.refresh_when_seen())
        session.changed.connect(self._take_change)
        runner.started.connect(self._follow_job)
        self.empty.button.clicked.connect(lambda: session.show_page("train"))
        self.head.split.activated.connect(lambda _: self._choose_split(self.head.split.currentData()))
        self.head.other.activated.connect(lambda _: self._choose_other(self.head.other.currentData()))
        self.head.evaluate.clicked.connect(self._evaluate)
        self.head.copy.clicked.connect(self._copy)
        for tables in (self.table, self.errors, self.changes, self.calibration, self.findings):
            tables.opened.connect(self._open)
        self.verdicts.sample_asked.connect(self._judge_sample)
        for chip in (self.head.errors, self.head.changes, self.head.calibration):
            chip.toggled.connect(lambda _: self.refresh_when_seen())
        for view in (self.table, self.comparison.view):
            view.row_pointed.connect(self.chart.emphasise)
        self._take_project(session.project)

    def _take_project(self, project: Project | None) -> None:
        self._query.cancel()
        self._shown_source = None
        self._figures = FiguresCache(project) if project else None
        self._forget_counted()
        self.findings.forget()
        self._split, self._revealed = "dev", None
        self.refresh_when_seen()

    def _take_change(self, change: ChangeSet) -> None:
        self.verdicts.forget()
        if change.sentences or change.corpus or change.runs:
            self._forget_figures()
        if change.corpus or change.runs:
            self.findings.forget()
        self.refresh_when_seen()

    def _forget_figures(self) -> None:
        project = self._context.session.project
        self._figures = FiguresCache(project) if project is not None else None
        self._forget_counted()

    def _forget_counted(self) -> None:
        for counting in (self._counter, self.klue, self.changes, self.calibration, self.verdicts):
            counting.forget()

    def refresh(self) -> None:
        self._query.cancel()
        project, number = self._context.session.project, self._context.session.context.source
        if project is None or number is None or self._figures is None:
            self._show_empty(
                say("No metrics yet"), say("Train on the corpus: this page then shows the scores of every epoch.")
            )
            return
        source, keys = project.sources.by_number(number), epoch_keys(project, number)
        run = project.runs.by_number(number) if source.is_run else None
        if keys:
            self._show_when_counted(project, self._figures, _Shown(source, run, tuple(keys)))
        elif run is not None:
            self._show_empty(say("{run} has no finished epoch yet", run=source.heading), _describe_unfinished(run))
        else:
            self._show_empty(say("{source} has tagged nothing yet", source=source.heading), "", can_train=False)

    def _show_when_counted(self, project: Project, cache: FiguresCache, shown: _Shown) -> None:
        """Show a source at once where its figures are known, or else have them counted on another thread first."""
        current, gold = self._current_key() or shown.keys[-1], self._context.session.context.gold
        other = self._context.session.baseline.resolve(project, current)
        wanted = FiguresRequest(shown.keys, shown.source.kind, self._split, gold, current, other)
        self._query.cancel()
        if cache.is_prepared(wanted):
            self._shown_source = shown.source.number
            self._show_source(project, cache, shown)
            return
        if shown.source.number != self._shown_source:
            self._show_empty(shown.source.heading, say("Counting its spans …"), can_train=False)
        self._query.submit(lambda: cache.prepare(wanted))

    def _chosen_view(self) -> QWidget:
        views = {
            self.head.errors: self.errors,
            self.head.changes: self.changes,
            self.head.calibration: self.calibration,
        }
        return next((view for chip, view in views.items() if chip.isChecked()), self._body)

    def _show_empty(self, title: str, hint: str, *, can_train: bool = True) -> None:
        self._shown_source = None
        self.empty.button.setVisible(can_train)
        self.empty.title.setText(title)
        self.empty.hint.setText(hint)
        self._stack.setCurrentIndex(0)

    def _show_source(self, project: Project, cache: FiguresCache, shown: _Shown) -> None:
        gold = self._context.session.context.gold
        splits = cache.offered_splits(shown.keys, shown.source.kind)
        if self._split not in splits:
            self._split = splits[0]
        figures = [cache.of(key, self._split, gold) for key in cache.scored(shown.keys, self._split)]
        self._show_head(project, cache, shown, figures)
        self.head.offer_splits(splits, self._split)
        self.table.show_table(build_epochs_table(figures, self._current_key()))
        self.chart.show_lines(build_f1_lines(figures))
        self._show_comparison(project, cache)
        self._show_epoch(project, cache)
        if figures:
            self.findings.show_source(project, shown.run, figures, self._current_key() or figures[-1].key)
        self._views.setCurrentWidget(self._chosen_view())
        self._enable_evaluate()
        self._stack.setCurrentIndex(1)
        self._place_splitters()
        self._reveal_current()

    def _show_head(self, project: Project, cache: FiguresCache, shown: _Shown, figures: list[EpochFigures]) -> None:
        self.head.title.setText(describe_source(project, shown.source, shown.run))
        current = self._current_key() or figures[-1].key
        tagged = cache.sentences(current, self._split)
        self.head.copy.offer(possible=tagged > 0)
        if tagged or self._split == "dev" or shown.run is None:
            lacking = project.sentences.count(self._split) - tagged
            golds = (cache.of(current, self._split, "imported"), cache.of(current, self._split, "corrected"))
            lines = (describe_base(shown.run, figures, self._split, lacking), describe_golds(*golds))
            self.head.hint.setText(" ".join(filter(None, lines)))
        else:
            self.head.hint.setText(
                say(
                    "Epoch {epoch} has not tagged the test sentences yet; “Evaluate on test” does that.",
                    epoch=current.epoch,
                )
            )

    def _show_comparison(self, project: Project, cache: FiguresCache) -> None:
        """What is compared with another epoch: two runs beside the scores, or what changed."""
        current, gold = self._current_key(), self._context.session.context.gold
        if current is None:
            return
        other = self._context.session.baseline.resolve(project, current)
        self.head.offer_others(project, offered_epochs(project, current), other)
        if self.head.changes.isChecked():
            self._show_changes(project, cache, other, current)
            return
        self.comparison.setVisible(other is not None)
        if other is not None:
            before = cache.of(other, self._split, gold, current)
            self.comparison.show_figures(before, cache.of(current, self._split, gold, other))

    def _show_changes(self, project: Project, cache: FiguresCache, before: EpochKey | None, current: EpochKey) -> None:
        if before is None:
            self.changes.show_nothing()
            return
        gold = self._context.session.context.gold
        question = ChangesQuestion(before, current, self._split, gold)
        self.changes.show_question(project, question, cache.of(current, self._split, gold, before))

    def _show_epoch(self, project: Project, cache: FiguresCache) -> None:
        """What is of the current epoch alone."""
        current, gold = self._current_key(), self._context.session.context.gold
        if current is not None:
            if self.head.errors.isChecked():
                self.errors.show_figures(cache.of(current, self._split, gold))
            self.klue.setVisible(cache.sentences(current, self._split) > 0)
            self.klue.show_epoch(project, EpochQuestion(current, self._split, gold))
            self.verdicts.show_epoch(
                project, EstimateQuestion(current, self._split), offers=self.head.errors.isChecked()
            )
            if self.head.calibration.isChecked():
                self.calibration.show_question(project, EpochQuestion(current, self._split, gold))

    def _place_splitters(self) -> None:
        """Once for each view, when it is first shown and what is in it is known: each part gets the room that it needs,
        unless a handle was moved in an earlier session.
        """
        view = self._chosen_view()
        if view in self._placed:
            return
        self._placed.add(view)
        parts: dict[QWidget, tuple[Callable[[QSize], None], dict[str, QSplitter]]] = {
            self._body: (self._fit_scores, {"": self._body, " side": self._side}),
            self.errors: (self.errors.fit, {" errors": self.errors}),
            self.changes: (self.changes.fit, {" changes": self.changes}),
            self.calibration: (self.calibration.fit, {" calibration": self.calibration.splitter}),
        }
        fit, splitters = parts[view]
        fit(QSize(self.width(), self.height() - self.head.heightForWidth(self.width())))
        for name, splitter in splitters.items():
            self._context.preferences.keep_splitter(f"metrics{name}", splitter)

    def _fit_scores(self, room: QSize) -> None:
        """Give the table what it needs of the room, and chart and comparison the rest."""
        wanted = self.table.fitting_width(room - QSize(_SIDE_WIDTH, self.klue.sizeHint().height()))
        self._body.setSizes([wanted, room.width() - wanted - self._body.handleWidth()])
        height = self._side.height() - self._side.handleWidth()
        beside = self.comparison.least_height(room.width() - wanted)
        chart = min(max(self.chart.height_for_names, 2 * height // 5), 3 * height // 5, height - beside)
        self._side.setSizes([chart, height - chart])

    def _reveal_current(self) -> None:
        current = self._current_key()
        if current is not None and current != self._revealed:
            self._revealed = current
            self.table.reveal_current()

    def _current_key(self) -> EpochKey | None:
        """The epoch that is looked at; the run's last where none is chosen, as when a run has just got its first."""
        project, context = self._context.session.project, self._context.session.context
        if context.key is not None or project is None or context.source is None:
            return context.key
        return next(reversed(epoch_keys(project, context.source)), None)

    def _choose_split(self, split: Split) -> None:
        self._split = split
        self.refresh_when_seen()

    def _choose_other(self, other: EpochKey | None) -> None:
        if self._current_key() is not None:
            self._context.session.set_comparison(other)
        self.refresh_when_seen()

    def _open(self, link: SentencesLink) -> None:
        session = self._context.session
        other = None
        if session.project is not None and self.head.changes.isChecked():
            other = session.baseline.resolve(session.project, link.key)
        session.inspect(link.selection, epoch=link.key.epoch, other=other)

    def _judge_sample(self) -> None:
        """Show what is left of a random sample of the sentences with an error, for verdicts."""
        current = self._current_key()
        if current is not None:
            selection = Selection(self._split, outcomes=ALL_ERRORS, review="open", order="random")
            self._context.session.inspect(selection, epoch=current.epoch, gold="corrected")

    def _copy(self) -> None:
        current = self._current_key()
        if current is not None and self._figures is not None:
            QGuiApplication.clipboard().setText(self._markdown(self._figures, current))
            self.head.copy.confirm()

    def _markdown(self, cache: FiguresCache, current: EpochKey) -> str:
        """What is shown, with what it is of."""
        gold, view = self._context.session.context.gold, self._chosen_view()
        name = cache.of(current, self._split, gold).name
        heading = say_count(
            "{epoch}, on {count:,} {split} sentence, gold as {gold}",
            "{epoch}, on {count:,} {split} sentences, gold as {gold}",
            cache.sentences(current, self._split),
            epoch=name[:1].upper() + name[1:],
            split=self._split,
            gold=say(_GOLD_WORDS[gold]),
        )
        parts = [f"### {heading}", self.head.title.text()]
        if isinstance(view, ErrorsPanel | ChangesPanel | CalibrationPanel):
            return "\n\n".join([*parts, *view.markdown()]) + "\n"
        parts += [markdown_table(self.model), self.klue.describe()]
        if not self.comparison.isHidden():
            parts += self.comparison.markdown()
        return "\n\n".join(filter(None, parts)) + "\n"

    def _evaluate(self) -> None:
        project, key, gold = self._context.session.project, self._current_key(), self._context.session.context.gold
        if project is None or key is None:
            return
        job = self._context.runner.start(
            say("Evaluating {epoch} on test", epoch=name_epoch(project, key)),
            lambda: evaluate.evaluate_epoch(project, key.source, key.epoch, "test", gold),
            fleeting=FLEETING,
        )
        job.finished.connect(lambda _: self._take_evaluation(project, key.source))
        job.cancelled.connect(lambda: self._context.session.publish_runs(project, key.source))
        self._context.session.report_failure(job)

    def _take_evaluation(self, project: Project, run: int) -> None:
        if self._context.session.context.source == run:
            self._split = "test"
        self._context.session.publish_runs(project, run)

    def _follow_job(self, job: Job) -> None:
        job.ended.connect(self._enable_evaluate)
        self._enable_evaluate()

    def _enable_evaluate(self) -> None:
        project, key, job = self._context.session.project, self._current_key(), self._context.runner.job
        purpose = ""
        if project is None or key is None:
            obstacle = say("The run has no finished epoch to evaluate")
        elif not (source := project.sources.by_number(key.source)).tags_more:
            obstacle = explain_fixed(source)
        elif not project.sentences.count("test"):
            obstacle = say("The project has no test sentences; import some into the test split first")
        elif job is not None:
            obstacle = say("Wait until “{job}” has ended, or stop it", job=job.title)
        else:
            obstacle, purpose = "", describe_evaluation(project, key)
        self.head.evaluate.setEnabled(not obstacle)
        self.head.evaluate.setToolTip(wrap_tooltip(obstacle or purpose))


def _describe_unfinished(run: Run) -> str:
    if run.status == "running":
        return say("The scores appear here when its first epoch ends. The Train page shows the progress.")
    return say(
        "{run}: {status}. Choose another run above, or train a new one.",
        run=say("Run {run}", run=run.number),
        status=say(STATUS_WORDS[run.status]),
    )
