"""What the tables of changes say: by how much each score moved, and what became of the errors."""

from collections.abc import Generator, Sequence
from typing import NamedTuple

from PySide6.QtCore import QLineF, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from core.analysis.bootstrap import Interval
from core.analysis.changes import FATES, Changes, Fate, ScoreChange
from core.domain.labels import in_display_order
from core.domain.scores import AVERAGES
from core.domain.spans import SentenceNumber, Split
from core.metrics.comparison import OUTCOMES, Outcome
from core.store.predictions import EpochKey
from core.store.project import Project
from core.store.sentence_selection import FixedSet, Selection
from core.store.sentences import Gold
from gui.background import LatestQuery
from gui.look.theme import LIST_SIZE, Look, font
from gui.metrics.epoch_figures import Figures
from gui.metrics.errors_view import ALL
from gui.metrics.table_model import (
    EMPTY,
    Behind,
    Cell,
    Column,
    Link,
    Metric,
    MetricModel,
    Row,
    Table,
    comparison_table,
    figure,
    markdown_table,
)
from gui.metrics.table_painting import CountDelegate, MetricDelegate
from gui.metrics.table_view import MetricView, TitledTable
from gui.text.inspect import VERDICTS
from gui.text.metrics import comparison_line, how_to_read, sentences
from gui.text.words import name_epoch
from gui.widgets.text_labels import PlainLabel, hint_label

_METRICS: tuple[tuple[Metric, str], ...] = (("precision", "Precision"), ("recall", "Recall"), ("f1", "F1"))
_FATES: dict[Fate, tuple[str, str, str]] = {
    "fixed": ("Fixed", "fixed errors", "Errors that the other epoch makes and this one does not"),
    "broken": ("Broken", "new errors", "Errors that this epoch makes and the other one does not"),
    "kept": ("Kept", "kept errors", "Gold spans wrong in both, and spurious spans that both predicted"),
}
"""Title of the column of each fate, what it counts, and what that means."""
_KINDS: tuple[Outcome, ...] = tuple(outcome for outcome in OUTCOMES if outcome != "right")


def scores_table(changes: Changes, now: Figures) -> Table:
    """The change of precision, recall and F1 of each type and average."""
    if not changes.scores:
        return EMPTY
    farthest = max(abs(bound) for change in changes.scores.values() for at in change.intervals for bound in at)
    columns = tuple(
        Column(metric, now, title, f"±{farthest:.3f}", True, purpose=f"Change of {title}, plotted to ±{farthest:.3f}")
        for metric, title in _METRICS
    )
    averages = [Row(name, f"{name} avg") for name in AVERAGES if name in changes.scores]
    rows = (*map(Row, _labels(changes, now)), *averages)
    cells = tuple(
        tuple(_score_cell(changes, row, changes.scores[row.name], metric, title, now) for metric, title in _METRICS)
        for row in rows
    )
    return Table(rows, columns, cells)


def _labels(changes: Changes, now: Figures) -> tuple[str, ...]:
    return in_display_order([name for name in changes.scores if name not in AVERAGES], now.tag_set)


def _score_cell(changes: Changes, row: Row, change: ScoreChange, metric: Metric, title: str, now: Figures) -> Cell:
    before, after = getattr(change.before, metric), getattr(change.after, metric)
    interval: Interval = getattr(change, metric)
    name = row.title or row.name
    verdict = "excludes zero" if interval.excludes_zero else "includes zero, so the change may be chance"
    words = (
        f"{title} of {name}: from {figure(before)} to {figure(after)}; the 95 % interval of the change,"
        f" {interval.low:+.3f} to {interval.high:+.3f}, {verdict}. It covers the choice of sentences, not the run's own"
        " chance"
    )
    label = row.name if row.is_type else None
    moved = [number for fate in ("fixed", "broken") for number in changes.errors_of(fate, label=label)]
    link = _link(now, moved, f"fixed and new errors{f': {label}' if label else ''}")
    return Cell(after - before, None, words, link, interval=interval)


def types_table(changes: Changes, now: Figures) -> Table:
    """How many errors of each type were fixed, broken and kept."""
    labels = _labels(changes, now)
    rows = [_fate_cells(changes, now, Row(label), label=label) for label in labels]
    return _fates_table(now, [*map(Row, labels), ALL], [*rows, _fate_cells(changes, now, ALL)]) if labels else EMPTY


def kinds_table(changes: Changes, now: Figures) -> Table:
    """How many errors of each kind were fixed, broken and kept."""
    rows = {kind: Row(kind, VERDICTS[kind]) for kind in _KINDS}
    cells = [_fate_cells(changes, now, row, outcome=kind) for kind, row in rows.items()]
    return _fates_table(now, [*rows.values()], cells) if changes.scores else EMPTY


def _fates_table(now: Figures, rows: Sequence[Row], cells: Sequence[tuple[Cell, ...]]) -> Table:
    columns = tuple(
        Column("count", now, "Errors", title, starts_group=not at, purpose=purpose)
        for at, (title, _, purpose) in enumerate(_FATES.values())
    )
    return Table(tuple(rows), columns, tuple(cells))


def _fate_cells(
    changes: Changes, now: Figures, row: Row, *, label: str | None = None, outcome: Outcome | None = None
) -> tuple[Cell, ...]:
    numbers = {fate: changes.errors_of(fate, label=label, outcome=outcome) for fate in FATES}
    whole = sum(map(len, numbers.values()))
    return tuple(_fate_cell(now, row, fate, found, whole) for fate, found in numbers.items())


def _fate_cell(now: Figures, row: Row, fate: Fate, numbers: Sequence[SentenceNumber], whole: int) -> Cell:
    what = f"{_FATES[fate][1]}{'' if row is ALL else f': {row.title or row.name}'}"
    words = f"{what}: {len(numbers):,} of {whole:,} that either epoch makes"
    heat = len(numbers) / whole if fate == "broken" and whole else None
    return Cell(len(numbers), None, words, _link(now, numbers, what), heat)


def _link(now: Figures, numbers: Sequence[SentenceNumber], words: str) -> Link | None:
    if not numbers:
        return None
    selection = Selection(now.split, among=FixedSet(words, frozenset(numbers)))
    return Link(now.key, selection, f"with {words}")


_PLOT, _GAP, _DOT = 84, 12, 3.0
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class MoveDelegate(MetricDelegate):
    """A change is in colour only where its interval lies on one side of zero; else the eye may pass over it."""

    padding = 12

    def width(self, column: Column) -> int:
        return self._number_width() + _GAP + _PLOT + 2 * self.padding

    @staticmethod
    def _number_width() -> int:
        return QFontMetrics(font(LIST_SIZE, bold=True, tabular=True)).horizontalAdvance("+0.000")

    def paint_number(self, painter: QPainter, inner: QRect, index: QModelIndex | QPersistentModelIndex) -> None:
        cell = self.model.cell(index)
        colour = self._colour(cell)
        number = QRect(inner)
        number.setWidth(self._number_width())
        painter.setFont(font(LIST_SIZE, bold=cell.interval is not None and cell.interval.excludes_zero, tabular=True))
        painter.setPen(colour)
        painter.drawText(number, _RIGHT, written(cell))
        self._paint_interval(painter, inner.adjusted(number.width() + _GAP, 0, 0, 0), cell, colour)

    def _colour(self, cell: Cell) -> QColor:
        if cell.interval is None or not cell.interval.excludes_zero:
            return QColor(self.look.theme.muted)
        return QColor(self.look.theme.right if cell.interval.low > 0 else self.look.theme.error)

    def _paint_interval(self, painter: QPainter, plot: QRect, cell: Cell, colour: QColor) -> None:
        """A line from bound to bound with a dot at the change, and zero in the middle."""
        if cell.interval is None or cell.value is None:
            return
        middle, scale = plot.center().y() + 0.5, self._scale()

        def x(value: float) -> float:
            return plot.center().x() + 0.5 + value / scale * (plot.width() / 2 - _DOT)

        painter.setPen(QColor(self.look.theme.edge))
        painter.drawLine(QLineF(x(0), plot.top() + 4, x(0), plot.bottom() - 4))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colour, 1.5))
        painter.drawLine(QLineF(x(cell.interval.low), middle, x(cell.interval.high), middle))
        painter.setBrush(colour)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawEllipse(QLineF(x(cell.value), middle, x(cell.value), middle).p1(), _DOT, _DOT)

    def _scale(self) -> float:
        """What half the plot's width stands for: the farthest bound of the table."""
        bounds = (bound for row in self.model.table.cells for cell in row for bound in cell.interval or ())
        return max(map(abs, bounds), default=0.0) or 1.0


def written(cell: Cell) -> str:
    """`+0.021`, and `0.000` for what rounds to it."""
    shown = f"{cell.value or 0.0:+.3f}"
    return shown[1:] if shown[1:] == "0.000" else shown


class ComparisonPanel(QWidget):
    """A compact table of both runs, F1 first."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.title = PlainLabel()
        self.title.setProperty("role", "heading")
        self.said = hint_label()
        self.said.setWordWrap(True)
        self.model = MetricModel(lambda _: 0)
        delegate = MetricDelegate(self.model, look)
        self.view = MetricView(self.model, delegate, "F1, precision and recall of both runs", names="korean")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 12, 0, 0)
        layout.setSpacing(8)
        words = QVBoxLayout()
        words.setContentsMargins(16, 0, 16, 0)
        words.setSpacing(4)
        words.addWidget(self.title)
        words.addWidget(self.said)
        layout.addLayout(words)
        layout.addWidget(self.view, 1)

    def markdown(self) -> list[str]:
        """The table with its heading and on how many sentences it is."""
        return [f"**{self.title.text()}**", self.said.text(), markdown_table(self.model)]

    def show_figures(self, before: Figures, now: Figures) -> None:
        """Show both epochs' figures, which are on the same sentences."""
        titles = [name_epoch(figures.key) for figures in (now, before)]
        self.title.setText(f"{titles[0].capitalize()}, against {titles[1]}")
        self.said.setText(comparison_line(before, now))
        self.view.show_table(comparison_table(before, now))
        self.view.setVisible(bool(now.sentences))


_COUNT_PADDING = 14
NOTHING = "Choose another epoch or run above to see what moved."


class Question(NamedTuple):
    """Which epochs are held against each other, on what."""

    before: EpochKey
    after: EpochKey
    split: Split
    gold: Gold


class ChangesPanel(QSplitter):
    """Three tables; what was compared is kept until `forget`.

    Signals:
        opened: a number with sentences behind it was chosen; its `Link`.
    """

    opened = Signal(object)

    def __init__(self, behind: Behind, look: Look) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._asked: Question | None = None
        self._now: Figures | None = None
        self._known: dict[Question, Changes] = {}
        self._query = LatestQuery(self)
        self._query.answered.connect(self._take)
        self.scores = TitledTable("What moved", "", MoveDelegate(MetricModel(behind), look), names="korean")
        self.types, self.kinds = (
            TitledTable(title, said, CountDelegate(MetricModel(behind), look, padding=_COUNT_PADDING), names="korean")
            for title, said in (
                ("What became of the errors, by type", "Under the gold type, or the predicted one of a spurious span"),
                ("By kind of error", "Fixed: by their old kind. Broken and kept: by their current kind."),
            )
        )
        self._errors = QSplitter(Qt.Orientation.Vertical)
        for table in (self.types, self.kinds):
            self._errors.addWidget(table)
        self.addWidget(self.scores)
        self.addWidget(self._errors)
        for splitter in (self, self._errors):
            splitter.setChildrenCollapsible(False)
        for table in self._tables:
            table.view.opened.connect(self.opened)
        self.setProperty("panel", True)

    @property
    def _tables(self) -> tuple[TitledTable, TitledTable, TitledTable]:
        return self.scores, self.types, self.kinds

    def forget(self) -> None:
        """Compare everything anew from now on, and nothing until asked."""
        self._query.cancel()
        self._known.clear()
        self._asked = None

    def show_nothing(self) -> None:
        """There is no epoch to hold against."""
        self.forget()
        self._show(None, NOTHING)
        self._errors.hide()

    def show_question(self, project: Project, question: Question, now: Figures) -> None:
        """Show what moved, as soon as it is found out.

        Args:
            now: the later epoch's figures on the sentences that both predicted.
        """
        if question == self._asked:
            return
        self._query.cancel()
        self._errors.show()
        self._asked, self._now = question, now
        if question in self._known:
            self._show_changes(self._known[question])
        else:
            self._show(None, "Comparing the sentences …")
            self._query.submit(lambda: _comparing(project, question))

    def _take(self, changes: Changes) -> None:
        assert self._asked is not None
        self._known[self._asked] = changes
        self._show_changes(changes)

    def _show_changes(self, changes: Changes) -> None:
        if not changes.sentences:
            self._show(None, "The two predicted no sentence in common, so there is nothing to compare.")
        else:
            assert self._now is not None
            self._show(changes, f"On {sentences(changes.sentences, self._now.split)}. {how_to_read(self._now.split)}")

    def _show(self, changes: Changes | None, said: str) -> None:
        self.scores.said.setText(said)
        now = self._now
        made = (scores_table, types_table, kinds_table)
        for table, make in zip(self._tables, made, strict=True):
            table.view.show_table(EMPTY if changes is None or now is None else make(changes, now))
        asked = self._asked
        between = "" if asked is None else f" from {name_epoch(asked.before)} to {name_epoch(asked.after)}"
        self.scores.title.setText(f"What moved{between}")

    def markdown(self) -> list[str]:
        """What moved and what became of the errors, or why nothing is shown."""
        parts = [part for table in self._tables for part in table.markdown()]
        return [*parts, self.scores.said.text()]

    def fit(self, room: QSize) -> None:
        """Give the scores what they need of the room, and the errors the rest."""
        wanted = 11 * room.width() // 20
        self.setSizes([wanted, room.width() - wanted - self.handleWidth()])
        self._errors.setSizes([11 * room.height() // 20, 9 * room.height() // 20])


def _comparing(project: Project, question: Question) -> Generator[int, None, Changes]:
    from core.analysis.changes import compare_epochs

    return (yield from compare_epochs(project.predictions.pairs(*question)))
