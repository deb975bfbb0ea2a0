"""The kinds of errors of each type as bars: what the table says, at a glance."""

from collections.abc import Iterator

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetrics, QFontMetricsF, QPainter, QPen

from core.metrics.comparison import OUTCOMES, Outcome
from gui.look.palette import mixed
from gui.look.theme import LIST_SIZE, SMALL_SIZE, TAG_SIZE, Look, Theme, font
from gui.metrics.chart_parts import Segment, SegmentChart
from gui.metrics.table_model import EMPTY, Behind, Table
from gui.metrics.table_painting import chip_width, paint_chip
from gui.sentence.painting import wave
from gui.text.inspect import VERDICTS

ROW_HEIGHT = 25
_MARGIN, _GAP, _KEY_HEIGHT = 16, 8, 22
_LONGEST = 2.0
"""Gold spans of a type that a bar has room for; what is beyond that is cut off, and says so."""
_LEAST_BAR = 200
_SPURIOUS = OUTCOMES.index("spurious")
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class KindBars(SegmentChart):
    """One bar a type: the gold spans by outcome are its length, and behind its end stand the spurious ones."""

    def __init__(self, behind: Behind, look: Look) -> None:
        super().__init__(behind, look, "Kinds of errors of each type as bars")
        self._table = EMPTY

    def show_table(self, table: Table) -> None:
        """Show a table of kinds: a column for each outcome, in their order."""
        self._table = table
        self.refresh()

    def minimumSizeHint(self) -> QSize:
        width = self._names_width() + _LEAST_BAR + 2 * _MARGIN
        return QSize(width, round(self._top()) + len(self._table.rows) * ROW_HEIGHT + _GAP)

    def placed(self) -> Iterator[Segment]:
        unit = self._unit()
        for row, cells in enumerate(self._table.cells):
            gold, left = self._gold(row), self._left()
            top = self._top() + row * ROW_HEIGHT + 4
            for column, cell in enumerate(cells):
                count = self._count(row, column)
                if column == _SPURIOUS:
                    left = self._left() + (unit if gold else 0) + 3
                end = min(left + unit * count / max(gold, 1), self.width() - _MARGIN)
                if count:
                    rect = QRectF(left, top, max(end - left, 1.5), ROW_HEIGHT - 8)
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
        """Where each entry of the legend stands: in one line, or in as many as it takes."""
        at = QPointF(_MARGIN, 0)
        for outcome in OUTCOMES:
            width = key_width(VERDICTS[outcome])
            if at.x() + width > self.width() and at.x() > _MARGIN:
                at = QPointF(_MARGIN, at.y() + _KEY_HEIGHT)
            yield outcome, QPointF(at)
            at = QPointF(at.x() + width, at.y())

    def _top(self) -> float:
        return max(at.y() for _, at in self._keys()) + _KEY_HEIGHT + _GAP

    def draw(self, painter: QPainter) -> None:
        if not self._table.rows:
            return
        for outcome, at in self._keys():
            paint_key(painter, at, outcome, VERDICTS[outcome], self.look.theme)
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
        line = QRect(_MARGIN, round(self._top()) + at * ROW_HEIGHT, self._names_width() - _GAP, ROW_HEIGHT)
        if row.is_type:
            chip = self._chip() - _GAP
            paint_chip(painter, QPoint(line.left(), line.center().y() - 8), chip, row.name, self.look.theme)
        elif at:
            painter.setPen(QColor(self.look.theme.line))
            painter.drawLine(0, line.top(), self.width(), line.top())
        painter.setFont(font(LIST_SIZE))
        painter.setPen(QColor(self.look.theme.text))
        korean = self.look.theme.entity_type(row.name).korean
        name = row.title or ("" if korean == row.name else korean)
        painter.drawText(line.adjusted(self._chip() if row.is_type else 0, 0, 0, 0), _LEFT, name)
        painter.setFont(font(SMALL_SIZE, tabular=True))
        painter.setPen(QColor(self.look.theme.muted))
        painter.drawText(line, _RIGHT, f"{self._gold(at):,}")

    def _draw_end_of_gold(self, painter: QPainter) -> None:
        x = self._left() + self._unit() + 1.5
        painter.setPen(QPen(QColor(self.look.theme.edge), 1))
        painter.drawLine(QPointF(x, self._top()), QPointF(x, self._top() + len(self._table.rows) * ROW_HEIGHT))


_HATCHES: dict[Outcome, Qt.BrushStyle] = {
    "edge": Qt.BrushStyle.BDiagPattern,
    "type": Qt.BrushStyle.VerPattern,
    "both": Qt.BrushStyle.DiagCrossPattern,
}
_WAVES_APART = 5


def ground_of(outcome: Outcome, theme: Theme) -> str:
    """What lies under the pattern of an outcome."""
    if outcome == "right":
        return mixed(theme.right, theme.surface, 0.28)
    return mixed(theme.error, theme.surface, 0.14) if outcome in _HATCHES else theme.surface


def paint_outcome(painter: QPainter, rect: QRectF, outcome: Outcome, theme: Theme) -> None:
    """Fill a rectangle as the outcome looks: even, hatched, striped, crossed, dashed around, or in waves."""
    painter.save()
    painter.fillRect(rect, QColor(ground_of(outcome, theme)))
    painter.setClipRect(rect)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    ink = QColor(mixed(theme.error, theme.surface, 0.6))
    if outcome in _HATCHES:
        painter.fillRect(rect, QBrush(ink, _HATCHES[outcome]))
    elif outcome == "missed":
        pen = QPen(QColor(theme.error), 1.2)
        pen.setDashPattern([3.0, 2.5])
        painter.setPen(pen)
        painter.drawRect(rect.adjusted(0.5, 0.5, -0.5, -0.5))
    elif outcome == "spurious":
        painter.setPen(QPen(ink, 1))
        for step in range(int(rect.height()) // _WAVES_APART + 1):
            y = rect.top() + 2.5 + step * _WAVES_APART
            painter.drawPath(wave(rect.left(), max(rect.right(), rect.left() + 8), y, height=2))
    painter.restore()


def paint_number(painter: QPainter, rect: QRectF, number: str, outcome: Outcome, theme: Theme) -> None:
    """Write a number into a pattern, on a ground of its own; nothing where it does not fit."""
    small = font(TAG_SIZE, tabular=True)
    width = QFontMetricsF(small).horizontalAdvance(number) + 6
    if width > rect.width() - 2:
        return
    spot = QRectF(rect.center().x() - width / 2, rect.top() + 2, width, rect.height() - 4)
    painter.fillRect(spot, QColor(ground_of(outcome, theme)))
    painter.setFont(small)
    painter.setPen(QColor(theme.text))
    painter.drawText(spot, Qt.AlignmentFlag.AlignCenter, number)


def paint_key(painter: QPainter, at: QPointF, outcome: Outcome, words: str, theme: Theme) -> float:
    """One entry of a legend, swatch and words; returns where it ends."""
    swatch = QRectF(at.x(), at.y() + 2, 16, 12)
    paint_outcome(painter, swatch, outcome, theme)
    painter.setFont(font(TAG_SIZE))
    painter.setPen(QColor(theme.muted))
    width = key_width(words)
    painter.drawText(
        QRectF(swatch.right() + 5, at.y(), width, 16), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words
    )
    return at.x() + width


def key_width(words: str) -> float:
    """What an entry of a legend takes, with the gap behind it."""
    return 16 + 5 + QFontMetricsF(font(TAG_SIZE)).horizontalAdvance(words) + 14
