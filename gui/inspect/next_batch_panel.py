"""What to label next, above the list of the pool: an order, a size, the next batch, and how far labelling is."""

from dataclasses import dataclass, replace

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QPushButton, QSpinBox, QVBoxLayout, QWidget

from core.domain.generators import run_to_end
from core.messages.catalogue import join_words, mark, say, say_count
from core.services.next_batch import NextBatch, make_batch
from core.services.source_choice import find_pool_tagger, propose_order
from core.services.tag_source import tag_source
from core.store.batches import BATCH_ORDERS, Batch, BatchOrder, count_since_midnight
from core.store.predictions import EpochKey
from core.store.project import Project
from gui.background import JobRunner, LatestQuery
from gui.context import Context
from gui.inspect.filter_bar import FilterBar
from gui.session import Session
from gui.text.progress import FLEETING, duration
from gui.text.wording import wrap_tooltip
from gui.widgets.choosers import Chooser, chip, chooser
from gui.widgets.flow import FlowLayout
from gui.widgets.text_labels import ElidedLabel

_ORDERS: dict[BatchOrder, tuple[str, str]] = {
    "informative": (
        mark("Most informative"),
        mark("Least certain first, without texts that are nearly the same as others: teaches a run most"),
    ),
    "uncertain": (mark("Least certain"), mark("First the sentences whose tags the run is least sure of")),
    "random": (
        mark("Random"),
        mark("A fixed random order; a share of it goes to dev, which stays a fair sample so"),
    ),
    "dictionary": (mark("Dictionary hits"), mark("First the sentences in which a dictionary finds most")),
}
SIZE = 50
AT_ONCE = 10_000
"""Sentences of a project up to which a batch is chosen without a job."""


@dataclass(frozen=True, slots=True)
class PoolFigures:
    """What the panel says of the pool.

    Attributes:
        batch: the one that is listed, or else the newest.
        skipped: how many sentences were skipped.
        order: the best order of the next one that works.
        source, untagged: what could tag sentences that it has not tagged yet, and how many these are.
    """

    batch: Batch | None
    skipped: int
    order: BatchOrder
    source: str
    untagged: int
    progress: str


def read_figures(project: Project, context: Context, number: int | None) -> PoolFigures:
    """Read what the panel says; takes up to some tenths of a second in a large pool."""
    key = find_pool_tagger(project, context.key)
    return PoolFigures(
        project.batches.newest() if number is None else project.batches.by_number(number),
        project.pool.count_skipped(),
        propose_order(project),
        project.sources.by_number(key.source).title if key is not None else "",
        project.predictions.count_lacking(key, "pool") if key is not None else 0,
        describe_progress(project),
    )


class NextBatchPanel(QWidget):
    """Chooses batches of the session's project and lists them by the filter bar; hidden outside of the pool.

    Signals:
        picked: the person is done here.
        bring_back_asked: what was skipped is to be offered again.
    """

    picked = Signal()
    bring_back_asked = Signal()

    def __init__(self, session: Session, runner: JobRunner, filters: FilterBar) -> None:
        super().__init__()
        self._session, self._runner, self._filters = session, runner, filters
        self._notices: tuple[str, ...] = ()
        self._has_chosen = False
        self.order: Chooser = chooser(say("Order of the next batch"), "")
        for order, (words, meaning) in _ORDERS.items():
            self.order.addItem(say(words), order)
            self.order.setItemData(self.order.count() - 1, wrap_tooltip(say(meaning)), Qt.ItemDataRole.ToolTipRole)
        self.count = QSpinBox(minimum=1, maximum=10_000, value=SIZE)
        self.count.setAccessibleName(say("Sentences of the next batch"))
        self.count.setToolTip(say("Sentences of the next batch"))
        self.next = QPushButton(say("Next batch"))
        self.batch = chip("", say("Only what is open of the newest batch, or the whole pool"))
        self.come_back = QPushButton()
        self.tag = QPushButton()
        self.notice, self.progress = ElidedLabel(), ElidedLabel()
        self._query = LatestQuery(self)
        self._query.answered.connect(self._show)
        session.closing.connect(self._query.cancel)
        self._lay_out()
        self.next.clicked.connect(self._choose_next)
        self.batch.clicked.connect(self._show_batch)
        self.come_back.clicked.connect(self.bring_back_asked)
        self.tag.clicked.connect(self._tag_pool)
        self.order.currentIndexChanged.connect(lambda _: self._take_order(by_person=True))
        self.order.picked.connect(self.picked)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 0, 12, 8)
        layout.setSpacing(6)
        flow = FlowLayout()
        flow.add_group(self.order, self.count, self.next)
        flow.add_group(self.batch, self.come_back, self.tag)
        layout.addLayout(flow)
        for label in (self.notice, self.progress):
            label.setProperty("role", "small")
            layout.addWidget(label)
        self.come_back.setProperty("flat", True)

    def begin(self, project: Project | None) -> None:
        """Begin anew with another project."""
        self._notices, self._has_chosen = (), False

    def _propose(self, order: BatchOrder) -> None:
        """Show the best order that works, unless a person chose another one."""
        if not self._has_chosen:
            with QSignalBlocker(self.order):
                self.order.setCurrentIndex(BATCH_ORDERS.index(order))
            self._take_order(by_person=False)

    def _take_order(self, *, by_person: bool) -> None:
        self._has_chosen |= by_person
        order: BatchOrder = self.order.currentData()
        self.order.setToolTip(wrap_tooltip(say(_ORDERS[order][1])))

    def refresh(self) -> None:
        """Say how far labelling is, once that is read; hidden outside of the pool."""
        project, shown, context = self._session.project, self._filters.filter, self._session.context
        self.setVisible(project is not None and shown.split == "pool")
        if project is not None and shown.split == "pool":
            self._query.submit(lambda: read_figures(project, context, shown.batch))

    def _show(self, figures: PoolFigures) -> None:
        batch = figures.batch
        self._propose(figures.order)
        self.batch.setVisible(batch is not None)
        self.batch.setChecked(self._filters.filter.batch is not None)
        if batch is not None:
            self.batch.setText(say("Batch {number} · {left:,} left", number=batch.number, left=len(batch.open)))
        self.come_back.setVisible(figures.skipped > 0)
        self.come_back.setText(
            say_count("{count:,} skipped: come back", "{count:,} skipped: come back", figures.skipped)
        )
        self.tag.setVisible(figures.untagged > 0)
        self.tag.setText(say_count("Tag {count:,} untagged", "Tag {count:,} untagged", figures.untagged))
        self.tag.setToolTip(
            wrap_tooltip(
                say("Have {source} suggest spans for the sentences that it has not tagged yet", source=figures.source)
            )
        )
        self.progress.show_text(figures.progress)
        self.notice.show_text(" ".join(self._notices))
        self.notice.setVisible(bool(self._notices))

    def _choose_next(self) -> None:
        project, order = self._session.project, self.order.currentData()
        if project is None:
            return
        work = make_batch(project, self.count.value(), order)
        if project.sentences.last_number() <= AT_ONCE:
            self._session.run_reporting_errors(lambda: self._take(run_to_end(work)), self._show_problem)
        else:
            self._session.run_reporting_errors(lambda: self._start(project, order), self._show_problem)

    def _start(self, project: Project, order: BatchOrder) -> None:
        size = self.count.value()
        job = self._runner.start(
            say("Choosing the next batch"), lambda: make_batch(project, size, order), fleeting=FLEETING
        )
        job.finished.connect(self._take)
        job.failed.connect(lambda error: self._show_problem(str(error)))

    def _take(self, found: NextBatch) -> None:
        """List the new batch, and say what there is to know of it."""
        self._notices = found.notices
        if found.batch is not None:
            self._list_batch(found.batch.number)
            self.picked.emit()
        self.refresh()

    def _show_problem(self, words: str) -> None:
        self._notices = (words[:1].upper() + words[1:] + ".",)
        self.refresh()

    def _show_batch(self, on: bool) -> None:
        project = self._session.project
        newest = project.batches.newest() if project is not None else None
        self._list_batch(newest.number if on and newest is not None else None)
        self.picked.emit()

    def _list_batch(self, number: int | None) -> None:
        self._filters.show_filter(replace(self._filters.filter, batch=number))
        self._filters.changed.emit()

    def _tag_pool(self) -> None:
        project = self._session.project
        key = find_pool_tagger(project, self._session.context.key) if project is not None else None
        if project is not None and key is not None:
            self._session.run_reporting_errors(lambda: self._start_tagging(project, key))

    def _start_tagging(self, project: Project, key: EpochKey) -> None:
        epoch = key.epoch if project.sources.by_number(key.source).is_run else None
        job = self._runner.start(
            say("Tagging the pool"), lambda: tag_source(project, key.source, "pool", epoch), fleeting=FLEETING
        )
        self._session.report_failure(job)
        job.ended.connect(lambda: self._session.publish_runs(project, key.source, moved=True, kind="source"))


def describe_progress(project: Project) -> str:
    """How much was labelled today and in all, the pace, and how long the rest of the pool would take."""
    labelled, pace = count_since_midnight(project.batches), project.reviews.pace()
    words = [say("{today:,} labelled today, {total:,} in all", today=labelled.recently, total=labelled.total)]
    if pace is not None:
        each, rest = duration(max(pace, 1)), duration(pace * project.sentences.count("pool"))
        words.append(say("{pace} each, {time} for the rest of the pool", pace=each, time=rest))
    return join_words(words)
