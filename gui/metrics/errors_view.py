"""The view of errors: how the spans of each type err, as a table and as bars, and which types are taken for which."""

from collections.abc import Iterator
from typing import Literal

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QButtonGroup, QFrame, QScrollArea

from core.domain.labels import in_display_order
from core.messages.catalogue import mark, say, say_count
from core.metrics.comparison import OUTCOMES, Outcome
from core.metrics.confusion import Confusion, ErrorKinds, build_confusion, count_error_kinds
from core.metrics.report import Counts
from core.store.sentence_selection import Selection, behind_outcome, behind_pair
from gui.look.theme import LIST_SIZE, SMALL_SIZE, Look, font, scaled
from gui.metrics.charts import CountedChart, legend_entry_width, paint_legend_entry, paint_number, paint_outcome
from gui.metrics.epoch_figures import EpochFigures
from gui.metrics.table_model import (
    EMPTY,
    MetricCell,
    MetricColumn,
    MetricModel,
    MetricRow,
    MetricTable,
    SentenceCounter,
    SentencesLink,
)
from gui.metrics.table_painting import CountDelegate, chip_width, paint_chip
from gui.metrics.table_view import ROW_HEIGHT, TablesPanel, TitledTable
from gui.text.wording import VERDICTS
from gui.widgets.choosers import chip
from gui.widgets.segment_chart import Segment
from gui.widgets.tables import LEFT, RIGHT


def all_types_row() -> MetricRow:
    """The row of all types together."""
    return MetricRow("all", say("all types"))


_COLUMNS: dict[Outcome, tuple[str, str, str]] = {
    "right": ("", mark("Right"), mark("Gold spans that were found with both edges and the type right")),
    "edge": (
        mark("Wrong"),
        mark("edge"),
        mark("Gold spans that were found with the right type and another start or end"),
    ),
    "type": (mark("Wrong"), mark("type"), mark("Gold spans that were found with both edges right and another type")),
    "both": (
        mark("Wrong"),
        mark("both"),
        mark("Gold spans that a predicted span of another type overlaps, with another start or end"),
    ),
    "missed": ("", mark("Missed"), mark("Gold spans that no predicted span is paired with")),
    "spurious": (
        "",
        mark("Spurious"),
        mark("Predicted spans that no gold span is paired with, under the predicted type"),
    ),
}
"""Group, title and purpose of the column of each outcome."""


_OF_ALL: dict[Outcome, str] = {
    "right": mark("right spans"),
    "edge": mark("gold spans with a wrong edge"),
    "type": mark("gold spans taken for another type"),
    "both": mark("gold spans wrong in edge and type"),
    "missed": mark("missed spans"),
    "spurious": mark("spurious spans"),
}


_OF_TYPE: dict[Outcome, str] = {
    "right": mark("right {label}"),
    "edge": mark("gold {label} with a wrong edge"),
    "type": mark("gold {label} taken for another type"),
    "both": mark("gold {label} wrong in edge and type"),
    "missed": mark("missed {label}"),
    "spurious": mark("spurious {label}"),
}
"""The titles of the sentences behind each outcome, of all types and of one."""


def build_kinds_table(figures: EpochFigures) -> MetricTable:
    """How often each outcome occurs in each type, and in all of them together."""
    kinds = count_error_kinds(figures.matches)
    if not kinds:
        return EMPTY
    columns = tuple(_kind_column(figures, outcome) for outcome in OUTCOMES)
    labels = in_display_order(kinds, figures.tag_set)
    rows = [(MetricRow(label), kinds[label], figures.counts[label]) for label in labels]
    rows.append((all_types_row(), sum(kinds.values(), ErrorKinds()), figures.total))
    cells = tuple(tuple(_kind_cell(figures, *row, outcome) for outcome in OUTCOMES) for row in rows)
    return MetricTable(tuple(row for row, _, _ in rows), columns, cells)


def _kind_column(figures: EpochFigures, outcome: Outcome) -> MetricColumn:
    group, title, purpose = _COLUMNS[outcome]
    starts_group = outcome not in ("type", "both")
    return MetricColumn("count", figures, say(group) if group else "", say(title), say(purpose), starts_group)


def _kind_cell(figures: EpochFigures, row: MetricRow, kind: ErrorKinds, counts: Counts, outcome: Outcome) -> MetricCell:
    number: int = getattr(kind, outcome)
    label = row.name if row.is_type else None
    side: Side = "predicted" if outcome == "spurious" else "gold"
    whole = counts.predicted if outcome == "spurious" else counts.support
    title = say(_OF_TYPE[outcome], label=label) if label else say(_OF_ALL[outcome])
    words = say(
        "{number:,} of {spans}: {outcome}",
        number=number,
        spans=_count_spans(side, whole, label),
        outcome=say(VERDICTS[outcome]),
    )
    heat = 0.0 if outcome == "right" else number / max(whole, 1)
    return _cell(figures, number, words, behind_outcome(outcome, label, figures.split), title, heat)


Side = Literal["gold", "predicted"]


def _count_spans(side: Side, count: int, label: str | None) -> str:
    if side == "gold":
        if label is None:
            return say_count("{count:,} gold span", "{count:,} gold spans", count)
        return say_count("{count:,} gold span of {label}", "{count:,} gold spans of {label}", count, label=label)
    if label is None:
        return say_count("{count:,} predicted span", "{count:,} predicted spans", count)
    return say_count("{count:,} predicted span of {label}", "{count:,} predicted spans of {label}", count, label=label)


def build_confusion_table(figures: EpochFigures) -> MetricTable:
    """Gold types by predicted types; after them what was missed, and below what is spurious."""
    pairs = build_confusion(figures.matches)
    if not pairs.labels:
        return EMPTY
    labels = in_display_order(pairs.labels, figures.tag_set)
    columns = tuple(_predicted_column(figures, label, is_first=not at) for at, label in enumerate(labels))
    rows = (*(MetricRow(label) for label in labels), MetricRow("spurious", say(VERDICTS["spurious"])))
    cells = tuple(
        tuple(_pair_cell(figures, pairs, gold, predicted) for predicted in (*labels, None)) for gold in (*labels, None)
    )
    return MetricTable(rows, (*columns, _kind_column(figures, "missed")), cells)


def _predicted_column(figures: EpochFigures, label: str, *, is_first: bool) -> MetricColumn:
    purpose = say("Predicted {label}", label=label)
    return MetricColumn("count", figures, say("Predicted as"), label, purpose, starts_group=is_first, is_type=True)


def _pair_cell(figures: EpochFigures, pairs: Confusion, gold: str | None, predicted: str | None) -> MetricCell:
    if gold is None and predicted is None:
        return MetricCell(None, None, say("Spans neither in the gold nor predicted are not counted"), None)
    number = pairs.count(gold, predicted)
    counts = figures.counts[gold or predicted or ""]
    whole = counts.support if gold else counts.predicted
    spans = _count_spans("gold" if gold else "predicted", whole, gold or predicted)
    words, title = _describe_pair(gold, predicted, number, spans)
    heat = 0.0 if gold == predicted else number / max(whole, 1)
    return _cell(figures, number, words, behind_pair(gold, predicted, figures.split), title, heat)


def _describe_pair(gold: str | None, predicted: str | None, number: int, spans: str) -> tuple[str, str]:
    """What so many of the spans are, and the title of the sentences that have them."""
    if gold is None or predicted is None:
        outcome: Outcome = "spurious" if gold is None else "missed"
        words = say("{number:,} of {spans}: {outcome}", number=number, spans=spans, outcome=say(VERDICTS[outcome]))
        return words, say(_OF_TYPE[outcome], label=gold or predicted)
    fields = {"number": number, "spans": spans, "predicted": predicted}
    if gold == predicted:
        words = say("{number:,} of {spans}: predicted as {predicted}, edges right or wrong", **fields)
        return words, say("gold {label} predicted as {label}", label=gold)
    words = say("{number:,} of {spans}: taken for {predicted}, edges right or wrong", **fields)
    return words, say("gold {gold} taken for {predicted}", gold=gold, predicted=predicted)


def _cell(figures: EpochFigures, number: int, words: str, selection: Selection, title: str, heat: float) -> MetricCell:
    link = SentencesLink(figures.key, selection, title) if number else None
    return MetricCell(number, None, words, link, heat)


_MARGIN, _GAP, _KEY_HEIGHT = 16, 8, 22
_LONGEST = 2.0
"""Gold spans of a type that a bar has room for; what is beyond that is cut off, and says so."""
_LEAST_BAR = 200
_SPURIOUS = OUTCOMES.index("spurious")


class KindBars(CountedChart):
    """One bar a type: the gold spans by outcome are its length, and the spurious ones come behind its end."""

    def __init__(self, counter: SentenceCounter, look: Look) -> None:
        super().__init__(counter, look, say("Kinds of errors of each type as bars"))
        self._table = EMPTY

    def show_table(self, table: MetricTable) -> None:
        """Show a table of kinds: a column for each outcome, in their order."""
        self._table = table
        self.refresh()

    def minimumSizeHint(self) -> QSize:
        width = self._names_width() + _LEAST_BAR + 2 * _MARGIN
        return QSize(width, round(self._top()) + len(self._table.rows) * scaled(ROW_HEIGHT) + _GAP)

    def place_segments(self) -> Iterator[Segment]:
        unit, height = self._unit(), scaled(ROW_HEIGHT)
        for row, cells in enumerate(self._table.cells):
            gold, left = self._gold(row), self._left()
            top = self._top() + row * height + 4
            for column, cell in enumerate(cells):
                count = self._count(row, column)
                if column == _SPURIOUS:
                    left = self._left() + (unit if gold else 0) + 3
                end = min(left + unit * count / max(gold, 1), self.width() - _MARGIN)
                if count:
                    rect = QRectF(left, top, max(end - left, 1.5), height - 8)
                    yield Segment(rect, row, column, cell.words, cell.link)
                left = end

    def _left(self) -> float:
        return _MARGIN + self._names_width()

    def _unit(self) -> float:
        """The pixels that all gold spans of a type take."""
        rows = range(len(self._table.rows))
        longest = max((1 + self._count(row, _SPURIOUS) / max(self._gold(row), 1) for row in rows), default=1.0)
        return max(self.width() - self._left() - _MARGIN - 3, 1.0) / min(longest, _LONGEST)

    def _names_width(self) -> int:
        """What chip, name and number of gold spans take before the bar."""
        metrics = QFontMetrics(font(LIST_SIZE, tabular=True))
        names = [row.title or self.look.theme.entity_type(row.name).korean for row in self._table.rows]
        widest = max((metrics.horizontalAdvance(name) for name in names), default=0)
        return self._chip() + widest + metrics.horizontalAdvance("00,000") + 3 * _GAP

    def _chip(self) -> int:
        return chip_width([row.name for row in self._table.rows if row.is_type]) + _GAP

    def _keys(self) -> Iterator[tuple[Outcome, QPointF]]:
        """The place of each entry of the legend: in one line, or in as many as it takes."""
        at = QPointF(_MARGIN, 0)
        for outcome in OUTCOMES:
            width = legend_entry_width(say(VERDICTS[outcome]))
            if at.x() + width > self.width() and at.x() > _MARGIN:
                at = QPointF(_MARGIN, at.y() + scaled(_KEY_HEIGHT))
            yield outcome, QPointF(at)
            at = QPointF(at.x() + width, at.y())

    def _top(self) -> float:
        return max(at.y() for _, at in self._keys()) + scaled(_KEY_HEIGHT) + _GAP

    def draw(self, painter: QPainter) -> None:
        if not self._table.rows:
            return
        for outcome, at in self._keys():
            paint_legend_entry(painter, at, outcome, say(VERDICTS[outcome]), self.look.theme)
        for row in range(len(self._table.rows)):
            self._draw_names(painter, row)
        for segment in self.segments:
            outcome = OUTCOMES[segment.column]
            paint_outcome(painter, segment.rect, outcome, self.look.theme)
            count, gold = self._count(segment.row, segment.column), max(self._gold(segment.row), 1)
            cut = "›" if self._unit() * count / gold > segment.rect.width() + 2 else ""
            paint_number(painter, segment.rect, f"{count:,}{cut}", outcome, self.look.theme)
        self._draw_end_of_gold(painter)

    def _count(self, row: int, column: int) -> int:
        return int(self._table.cells[row][column].value or 0)

    def _gold(self, row: int) -> int:
        """The gold spans of a row's type."""
        return sum(self._count(row, column) for column in range(_SPURIOUS))

    def _draw_names(self, painter: QPainter, at: int) -> None:
        row = self._table.rows[at]
        height = scaled(ROW_HEIGHT)
        line = QRect(_MARGIN, round(self._top()) + at * height, self._names_width() - _GAP, height)
        if row.is_type:
            chip = self._chip() - _GAP
            paint_chip(painter, QPoint(line.left(), line.center().y()), chip, row.name, self.look.theme)
        elif at:
            painter.setPen(QColor(self.look.theme.line))
            painter.drawLine(0, line.top(), self.width(), line.top())
        painter.setFont(font(LIST_SIZE))
        painter.setPen(QColor(self.look.theme.text))
        korean = self.look.theme.entity_type(row.name).korean
        name = row.title or ("" if korean == row.name else korean)
        painter.drawText(line.adjusted(self._chip() if row.is_type else 0, 0, 0, 0), LEFT, name)
        painter.setFont(font(SMALL_SIZE, tabular=True))
        painter.setPen(QColor(self.look.theme.muted))
        painter.drawText(line, RIGHT, f"{self._gold(at):,}")

    def _draw_end_of_gold(self, painter: QPainter) -> None:
        x = self._left() + self._unit() + 1.5
        painter.setPen(QPen(QColor(self.look.theme.edge), 1))
        painter.drawLine(QPointF(x, self._top()), QPointF(x, self._top() + len(self._table.rows) * scaled(ROW_HEIGHT)))


_PADDING = 8
_AS_TABLE = mark("Gold spans by outcome, spurious ones by predicted type")
_AS_BARS = mark("A bar is the gold spans of a type, with their number before it; spurious ones follow after its end")


class KindsPanel(TitledTable):
    """Two views of one table, one of which is shown."""

    def __init__(self, counter: SentenceCounter, look: Look) -> None:
        delegate = CountDelegate(MetricModel(counter), look, padding=_PADDING)
        super().__init__(say("Kinds of errors"), say(_AS_TABLE), delegate, names="korean")
        self.bars = KindBars(counter, look)
        self.bars.opened.connect(self.view.opened)
        self.as_table = chip(say("Table"), say("The numbers"))
        self.as_bars = chip(say("Bars"), say("The shares of each type, at a glance"))
        choice = QButtonGroup(self)
        for button in (self.as_table, self.as_bars):
            choice.addButton(button)
            self.head.addWidget(button)
        self.as_table.setChecked(True)
        scroller = QScrollArea(widgetResizable=True)
        scroller.setFrameShape(QFrame.Shape.NoFrame)
        scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroller.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroller.setWidget(self.bars)
        self.body.addWidget(scroller)
        self.as_bars.toggled.connect(self._show_bars)

    def _show_bars(self, is_shown: bool) -> None:
        caption = _AS_BARS if is_shown else _AS_TABLE
        self.describe(say(caption))
        self.body.setCurrentIndex(int(is_shown))

    def show_table(self, table: MetricTable, title: str) -> None:
        super().show_table(table, title)
        self.bars.show_table(table)


_PAIRS_PADDING = 5


class ErrorsPanel(TablesPanel):
    """Both tables of one epoch, the first one as bars if asked for."""

    def __init__(self, counter: SentenceCounter, look: Look) -> None:
        kinds = KindsPanel(counter, look)
        confusion = TitledTable(
            say("Confusion of types"),
            say("Gold types in rows, predicted types in columns; on the diagonal the edges may be wrong"),
            CountDelegate(MetricModel(counter), look, padding=_PAIRS_PADDING),
            names="label",
        )
        confusion.title.setMinimumHeight(kinds.as_table.sizeHint().height())  # both headings on one line
        super().__init__(Qt.Orientation.Horizontal, kinds, confusion)
        self.kinds, self.confusion = kinds, confusion

    def show_figures(self, figures: EpochFigures) -> None:
        """Show the errors of an epoch."""
        epoch = figures.key.epoch
        self.kinds.show_table(build_kinds_table(figures), say("Kinds of errors in epoch {epoch}", epoch=epoch))
        self.confusion.show_table(
            build_confusion_table(figures), say("Confusion of types in epoch {epoch}", epoch=epoch)
        )

    def fit(self, room: QSize) -> None:
        """Give both tables what they need of the room; what is left makes longer bars of the first one."""
        least, others = (table.view.fitting_width(room) for table in (self.kinds, self.confusion))
        wanted = max(least, min(room.width() - others - _MARGIN, 2 * least))
        self.setSizes([wanted, room.width() - wanted - self.handleWidth()])
