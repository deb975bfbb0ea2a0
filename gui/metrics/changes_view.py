"""The view of changes: by how much each score moved, and which errors were fixed, are new, or remain."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from PySide6.QtCore import QLineF, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen

from core.analysis.bootstrap import Interval
from core.analysis.changes import FATES, Changes, Fate, compare_epochs
from core.domain.labels import in_display_order
from core.domain.scores import AVERAGES
from core.domain.spans import SentenceNumber, Split
from core.messages.catalogue import mark, say, say_count
from core.metrics.comparison import OUTCOMES, Outcome
from core.store.predictions import EpochKey
from core.store.project import Project
from core.store.sentence_selection import FixedSet, Selection
from core.store.sentences import Gold
from gui.look.theme import LIST_SIZE, Look, font
from gui.metrics.epoch_figures import EpochFigures, KeptAnswers
from gui.metrics.errors_view import all_types_row
from gui.metrics.scores_view import METRIC_TITLES, NOTHING_IN_COMMON, average_row
from gui.metrics.table_model import (
    EMPTY,
    Metric,
    MetricCell,
    MetricColumn,
    MetricModel,
    MetricRow,
    MetricTable,
    SentenceCounter,
    SentencesLink,
)
from gui.metrics.table_painting import CountDelegate, MetricDelegate
from gui.metrics.table_view import TablesPanel, TitledTable
from gui.text.wording import VERDICTS, name_epoch
from gui.widgets.tables import RIGHT

_METRICS: tuple[Metric, ...] = ("precision", "recall", "f1")
_FATE_TITLES: dict[Fate, str] = {"fixed": mark("Fixed"), "broken": mark("New"), "kept": mark("Remaining")}
_FATE_PURPOSES: dict[Fate, str] = {
    "fixed": mark("Errors that the other epoch makes and this one does not"),
    "broken": mark("Errors that this epoch makes and the other one does not"),
    "kept": mark("Gold spans wrong in both, and spurious spans that both predicted"),
}
_FATE_SETS: dict[Fate, tuple[str, str]] = {
    "fixed": (mark("fixed errors"), mark("fixed errors ({name})")),
    "broken": (mark("new errors"), mark("new errors ({name})")),
    "kept": (mark("remaining errors"), mark("remaining errors ({name})")),
}
"""What sentences with such errors have in common: with all of them, and with those of a type or kind."""
_KINDS: tuple[Outcome, ...] = tuple(outcome for outcome in OUTCOMES if outcome != "right")


def build_moves_table(changes: Changes, now: EpochFigures) -> MetricTable:
    """The change of precision, recall and F1 of each type and average."""
    if not changes.scores:
        return EMPTY
    farthest = max(abs(bound) for change in changes.scores.values() for at in change.intervals for bound in at)
    columns = tuple(_move_column(now, metric, farthest) for metric in _METRICS)
    averages = [average_row(name) for name in AVERAGES if name in changes.scores]
    rows = (*map(MetricRow, _labels(changes, now)), *averages)
    cells = tuple(tuple(_move_cell(changes, row, metric, now) for metric in _METRICS) for row in rows)
    return MetricTable(rows, columns, cells)


def _move_column(now: EpochFigures, metric: Metric, farthest: float) -> MetricColumn:
    title = say(METRIC_TITLES[metric])
    purpose = say("Change of {metric}, plotted to ±{farthest:.3f}", metric=title, farthest=farthest)
    return MetricColumn(metric, now, title, f"±{farthest:.3f}", purpose, starts_group=True)


def _labels(changes: Changes, now: EpochFigures) -> tuple[str, ...]:
    return in_display_order([name for name in changes.scores if name not in AVERAGES], now.tag_set)


def _move_cell(changes: Changes, row: MetricRow, metric: Metric, now: EpochFigures) -> MetricCell:
    change = changes.scores[row.name]
    before, after = getattr(change.before, metric), getattr(change.after, metric)
    interval: Interval = getattr(change, metric)
    label = row.name if row.is_type else None
    moved = [number for fate in ("fixed", "broken") for number in changes.errors_of(fate, label=label)]
    title = say("fixed and new errors ({name})", name=label) if label else say("fixed and new errors")
    words = "\n".join(_describe_move(row, metric, before, after, interval))
    return MetricCell(after - before, None, words, _link(now, moved, title), interval=interval)


def _describe_move(row: MetricRow, metric: Metric, before: float, after: float, interval: Interval) -> Iterator[str]:
    name, low, high = say(METRIC_TITLES[metric]), interval.low, interval.high
    if row.is_type:
        yield say(
            "{metric} of {label}: {before:.3f} → {after:.3f}", metric=name, label=row.name, before=before, after=after
        )
    else:
        yield say(
            "{metric}, {average}: {before:.3f} → {after:.3f}",
            metric=name,
            average=row.title,
            before=before,
            after=after,
        )
    if interval.excludes_zero:
        yield say(
            "95 % interval of the change: {low:+.3f} to {high:+.3f}, statistically significant", low=low, high=high
        )
    else:
        yield say("95 % interval of the change: {low:+.3f} to {high:+.3f}, may be chance", low=low, high=high)
    yield say("The interval covers the choice of sentences, not the run's own chance")


def build_type_fates_table(changes: Changes, now: EpochFigures) -> MetricTable:
    """How many errors of each type were fixed, are new, and remain."""
    labels, every = _labels(changes, now), all_types_row()
    rows = [_fate_cells(changes, now, label, label=label) for label in labels]
    if not labels:
        return EMPTY
    return _fates_table(now, [*map(MetricRow, labels), every], [*rows, _fate_cells(changes, now)])


def build_kind_fates_table(changes: Changes, now: EpochFigures) -> MetricTable:
    """How many errors of each kind were fixed, are new, and remain."""
    rows = [MetricRow(kind, say(VERDICTS[kind])) for kind in _KINDS]
    cells = [_fate_cells(changes, now, row.title, outcome=kind) for kind, row in zip(_KINDS, rows, strict=True)]
    return _fates_table(now, rows, cells) if changes.scores else EMPTY


def _fates_table(now: EpochFigures, rows: Sequence[MetricRow], cells: Sequence[tuple[MetricCell, ...]]) -> MetricTable:
    columns = tuple(
        MetricColumn(
            "count", now, say("Errors"), say(_FATE_TITLES[fate]), say(_FATE_PURPOSES[fate]), starts_group=not at
        )
        for at, fate in enumerate(FATES)
    )
    return MetricTable(tuple(rows), columns, tuple(cells))


def _fate_cells(
    changes: Changes, now: EpochFigures, name: str = "", *, label: str | None = None, outcome: Outcome | None = None
) -> tuple[MetricCell, ...]:
    """A row: of a type or a kind, whose name is given, or of all."""
    numbers = {fate: changes.errors_of(fate, label=label, outcome=outcome) for fate in FATES}
    whole = sum(map(len, numbers.values()))
    return tuple(_fate_cell(now, name, fate, found, whole) for fate, found in numbers.items())


def _fate_cell(now: EpochFigures, name: str, fate: Fate, numbers: Sequence[SentenceNumber], whole: int) -> MetricCell:
    words = say_count(
        "{fate}: {number:,} of {count:,} error that either epoch makes",
        "{fate}: {number:,} of {count:,} errors that either epoch makes",
        whole,
        fate=say(_FATE_TITLES[fate]),
        number=len(numbers),
    )
    of_all, of_one = _FATE_SETS[fate]
    title = say(of_one, name=name) if name else say(of_all)
    heat = len(numbers) / whole if fate == "broken" and whole else None
    return MetricCell(len(numbers), None, words, _link(now, numbers, title), heat)


def _link(now: EpochFigures, numbers: Sequence[SentenceNumber], title: str) -> SentencesLink | None:
    if not numbers:
        return None
    return SentencesLink(now.key, Selection(now.split, among=FixedSet(title, frozenset(numbers))), title)


_PLOT, _GAP, _DOT = 64, 8, 3.0


class MoveDelegate(MetricDelegate):
    """A change is in colour only where its interval lies on one side of zero; else the eye may pass over it."""

    def width(self, column: MetricColumn) -> int:
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
        painter.drawText(number, RIGHT, format_move(cell))
        self._paint_interval(painter, inner.adjusted(number.width() + _GAP, 0, 0, 0), cell, colour)

    def _colour(self, cell: MetricCell) -> QColor:
        if cell.interval is None or not cell.interval.excludes_zero:
            return QColor(self.look.theme.muted)
        return QColor(self.look.theme.right if cell.interval.low > 0 else self.look.theme.error)

    def _paint_interval(self, painter: QPainter, plot: QRect, cell: MetricCell, colour: QColor) -> None:
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
        """The change that half the plot's width shows: the farthest bound of the table."""
        bounds = (bound for row in self.model.table.cells for cell in row for bound in cell.interval or ())
        return max(map(abs, bounds), default=0.0) or 1.0


def format_move(cell: MetricCell) -> str:
    """`+0.021`, and `0.000` for what rounds to it."""
    shown = f"{cell.value or 0.0:+.3f}"
    return shown[1:] if shown[1:] == "0.000" else shown


_COUNT_PADDING = 10
NOTHING = mark("Choose another epoch or run above to see what changed.")


class ChangesQuestion(NamedTuple):
    """Which epochs are compared, on what."""

    before: EpochKey
    after: EpochKey
    split: Split
    gold: Gold


class ChangesPanel(TablesPanel):
    """The changes of scores, beside two tables of errors; what was compared is kept until `forget`."""

    def __init__(self, counter: SentenceCounter, look: Look) -> None:
        scores = TitledTable(say("What changed"), "", MoveDelegate(MetricModel(counter), look), names="korean")
        super().__init__(Qt.Orientation.Horizontal, scores)
        self.scores = scores
        self._now: EpochFigures | None = None
        self._names = "", ""
        self._changes = KeptAnswers[ChangesQuestion](self)
        self._changes.counting.connect(lambda: self._show(None, say("Comparing the sentences …")))
        self._changes.answered.connect(self._show_changes)
        self.forget = self._changes.forget
        self.types, self.kinds = (
            TitledTable(
                title, caption, CountDelegate(MetricModel(counter), look, padding=_COUNT_PADDING), names="korean"
            )
            for title, caption in (
                (say("Errors by type"), say("Under the gold type, or under the predicted one of a spurious span")),
                (say("Errors by kind"), say("Fixed: by their old kind. New and remaining: by their current kind.")),
            )
        )
        self._errors = TablesPanel(Qt.Orientation.Vertical, self.types, self.kinds)
        self._errors.opened.connect(self.opened)
        self.addWidget(self._errors)

    def show_nothing(self) -> None:
        """There is no epoch to compare with."""
        self.forget()
        self._show(None, say(NOTHING))
        self._errors.hide()

    def show_question(self, project: Project, question: ChangesQuestion, now: EpochFigures) -> None:
        """Show what changed, as soon as it is known.

        Args:
            now: the later epoch's figures on the sentences that both predicted.
        """
        self._errors.show()
        self._now = now
        self._names = name_epoch(project, question.before), name_epoch(project, question.after)
        self._changes.ask(question, lambda: compare_epochs(project.predictions.pairs(*question)))

    def _show_changes(self, changes: Changes) -> None:
        if not changes.sentences:
            self._show(None, say(NOTHING_IN_COMMON))
        else:
            assert self._now is not None
            split = self._now.split
            base = say_count(
                "On {count:,} {split} sentence.", "On {count:,} {split} sentences.", changes.sentences, split=split
            )
            self._show(changes, f"{base} {describe_intervals(split)}")

    def _show(self, changes: Changes | None, caption: str) -> None:
        self.scores.describe(caption)
        now = self._now
        builders = (build_moves_table, build_type_fates_table, build_kind_fates_table)
        for table, build in zip((self.scores, self.types, self.kinds), builders, strict=True):
            table.view.show_table(EMPTY if changes is None or now is None else build(changes, now))
        asked = self._changes.question
        if asked is None:
            self.scores.title.setText(say("What changed"))
        else:
            before, after = self._names
            self.scores.title.setText(say("What changed from {before} to {after}", before=before, after=after))

    def markdown(self) -> list[str]:
        """The tables and how to read them, or why there are none."""
        return [*super().markdown(), *self._errors.markdown(), self.scores.caption.text()]

    def fit(self, room: QSize) -> None:
        """Give the scores what they need of the room, and the errors the rest."""
        wanted = 3 * room.width() // 5  # in the smallest window, what its three columns need
        self.setSizes([wanted, room.width() - wanted - self.handleWidth()])
        self._errors.setSizes([11 * room.height() // 20, 9 * room.height() // 20])


def describe_intervals(split: Split) -> str:
    """What the intervals of changes are, and what they leave out."""
    return say(
        "Bars: 95 % interval (bootstrap over {split} sentences), coloured if it excludes zero. It covers the choice of"
        " {split} sentences, not the run's own chance: training again with another seed changes the scores, too.",
        split=split,
    )
