"""The view of calibration: two charts of how many spans of each probability are right."""

import math
from collections.abc import Iterator

from PySide6.QtCore import QPointF, QRectF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from core.analysis.calibration import (
    Calibration,
    calibrate,
)
from core.domain.labels import in_display_order
from core.messages.catalogue import mark, say
from core.metrics.comparison import Outcome
from core.store.project import Project
from gui.background import LatestQuery
from gui.look.palette import mixed
from gui.look.theme import TAG_SIZE, Look, font
from gui.metrics.calibration import BIN_NAMES, CalibrationShown
from gui.metrics.charts import Segment, SegmentChart, paint_legend_entry, paint_outcome
from gui.metrics.scores_view import EpochQuestion
from gui.metrics.table_model import SentenceCounter, format_markdown
from gui.widgets.choosers import chooser
from gui.widgets.text_labels import PlainLabel, hint_label

_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 16, 16, 40
_LEAST, _MOST = 3.5, 10.0
"""Radius in pixels of the dot of a bin with hardly any span, and of one with all of them."""
_MIDDLE = Qt.AlignmentFlag.AlignCenter


class ReliabilityDiagram(SegmentChart):
    """A dot a bin, larger the more spans it has; on the diagonal probabilities are the shares of right spans."""

    def __init__(self, counter: SentenceCounter, look: Look) -> None:
        super().__init__(counter, look, say("Share of right spans by probability"))
        self._shown: CalibrationShown | None = None

    def show_calibration(self, shown: CalibrationShown | None) -> None:
        """Show these spans; None shows none."""
        self._shown = shown
        self.refresh()

    def minimumSizeHint(self) -> QSize:
        return QSize(240, 240)

    def place_segments(self) -> Iterator[Segment]:
        if self._shown is None:
            return
        bins = self._shown.bins
        total = max(sum(found.spans for found in bins), 1)
        for column, found in enumerate(bins):
            if found.spans:
                radius = _LEAST + (_MOST - _LEAST) * math.sqrt(found.spans / total)
                middle = self._at(found.confidence, found.accuracy)
                rect = QRectF(middle.x() - radius, middle.y() - radius, 2 * radius, 2 * radius)
                yield Segment(rect, 0, column, self._shown.describe_bin(column), self._shown.links[column, None])

    @property
    def _plot(self) -> QRectF:
        """The largest square that there is room for."""
        side = max(min(self.width() - _LEFT - _RIGHT, self.height() - _TOP - _BOTTOM), 1)
        return QRectF(_LEFT, _TOP, side, side)

    def _at(self, x: float, y: float) -> QPointF:
        plot = self._plot
        return QPointF(plot.left() + x * plot.width(), plot.bottom() - y * plot.height())

    def draw(self, painter: QPainter) -> None:
        self._draw_axes(painter)
        if self._shown is None:
            return
        for segment in self.segments:
            found = self._shown.bins[segment.column]
            is_too_sure = found.confidence > found.accuracy
            ink = self.look.theme.error if is_too_sure else self.look.theme.accent
            painter.setPen(QPen(QColor(mixed(ink, self.look.theme.surface, 0.6)), 2))
            painter.drawLine(self._at(found.confidence, found.confidence), self._at(found.confidence, found.accuracy))
        for segment in self.segments:
            found = self._shown.bins[segment.column]
            ink = self.look.theme.error if found.confidence > found.accuracy else self.look.theme.accent
            painter.setPen(QPen(QColor(self.look.theme.surface), 1.5))
            painter.setBrush(QColor(ink))
            painter.drawEllipse(segment.rect)

    def _draw_axes(self, painter: QPainter) -> None:
        plot, theme = self._plot, self.look.theme
        painter.setFont(font(TAG_SIZE, tabular=True))
        for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
            words = f"{tick:g}".removeprefix("0") or "0"
            x, y = self._at(tick, 0).x(), self._at(0, tick).y()
            painter.setPen(QPen(QColor(theme.line), 1))
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
            painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
            painter.setPen(QColor(theme.muted))
            painter.drawText(
                QRectF(16, y - 8, _LEFT - 22, 16), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, words
            )
            painter.drawText(QRectF(x - 20, plot.bottom() + 4, 40, 14), _MIDDLE, words)
        painter.setPen(QPen(QColor(theme.edge), 1, Qt.PenStyle.DashLine))
        painter.drawLine(self._at(0, 0), self._at(1, 1))
        painter.setPen(QColor(theme.muted))
        painter.drawText(QRectF(plot.left(), plot.bottom() + 20, plot.width(), 16), _MIDDLE, say("mean probability"))
        painter.save()
        painter.translate(8, plot.center().y())
        painter.rotate(-90)
        painter.drawText(QRectF(-60, -8, 120, 16), _MIDDLE, say("share that is right"))
        painter.restore()
        near_top = QRectF(plot.left() + 6, plot.top() + 4, plot.width() - 12, 16)
        painter.drawText(near_top, Qt.AlignmentFlag.AlignLeft, say("under-confident"))
        near_end = QRectF(plot.left(), plot.bottom() - 20, plot.width() - 6, 16)
        painter.drawText(near_end, Qt.AlignmentFlag.AlignRight, say("over-confident"))


_BARS_LEFT, _BARS_RIGHT, _BARS_TOP, _BARS_BOTTOM = 52, 12, 44, 40
_LOOKS: tuple[Outcome, Outcome] = ("right", "both")
"""The outcomes whose looks the bars of right and of wrong spans have."""
_WORDS = (mark("right"), mark("wrong"))


class Histogram(SegmentChart):
    """Two bars a bin. Their heights go by the square root, so that a few spans are seen beside thousands."""

    def __init__(self, counter: SentenceCounter, look: Look) -> None:
        super().__init__(counter, look, say("Right and wrong predicted spans by probability"))
        self._shown: CalibrationShown | None = None

    def show_calibration(self, shown: CalibrationShown | None) -> None:
        """Show these spans; None shows none."""
        self._shown = shown
        self.refresh()

    def minimumSizeHint(self) -> QSize:
        return QSize(420, 240)

    def place_segments(self) -> Iterator[Segment]:
        if self._shown is None:
            return
        plot, bins = self._plot, self._shown.bins
        top = self._highest
        step = plot.width() / len(bins)
        width = max(2.0, step * 0.42)
        for column, found in enumerate(bins):
            for row, count in enumerate((found.right, found.wrong)):
                if not count:
                    continue
                height = max(2.0, plot.height() * math.sqrt(count / top))
                left = plot.left() + step * column + step * 0.06 + row * (width + 1)
                rect = QRectF(left, plot.bottom() - height, width, height)
                words = self._shown.describe_bar(column, is_right=not row)
                yield Segment(rect, row, column, words, self._shown.links[column, not row])

    @property
    def _plot(self) -> QRectF:
        return QRectF(
            _BARS_LEFT, _BARS_TOP, self.width() - _BARS_LEFT - _BARS_RIGHT, self.height() - _BARS_TOP - _BARS_BOTTOM
        )

    @property
    def _highest(self) -> int:
        assert self._shown is not None
        return max((max(found.right, found.wrong) for found in self._shown.bins), default=0) or 1

    def draw(self, painter: QPainter) -> None:
        at = QPointF(_BARS_LEFT, 4)
        for look, words in zip(_LOOKS, _WORDS, strict=True):
            at = QPointF(paint_legend_entry(painter, at, look, say(words), self.look.theme), 4)
        if self._shown is None:
            return
        self._draw_axes(painter)
        for segment in self.segments:
            paint_outcome(painter, segment.rect, _LOOKS[segment.row], self.look.theme)
            self._draw_count(painter, segment)

    def _draw_axes(self, painter: QPainter) -> None:
        plot = self._plot
        painter.setFont(font(TAG_SIZE, tabular=True))
        for tick in ticks(self._highest):
            y = plot.bottom() - plot.height() * math.sqrt(tick / self._highest)
            painter.setPen(QPen(QColor(self.look.theme.line), 1))
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
            painter.setPen(QColor(self.look.theme.muted))
            place = QRectF(0, y - 8, _BARS_LEFT - 6, 16)
            painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, f"{tick:,}")
        step = plot.width() / len(BIN_NAMES)
        for column, words in enumerate(BIN_NAMES):
            place = QRectF(plot.left() + column * step, plot.bottom() + 4, step, 14)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, words)
        place = QRectF(plot.left(), plot.bottom() + 20, plot.width(), 16)
        painter.drawText(
            place,
            Qt.AlignmentFlag.AlignCenter,
            say("probability of the predicted span; heights by the square root of the count"),
        )

    def _draw_count(self, painter: QPainter, segment: Segment) -> None:
        assert self._shown is not None
        found = self._shown.bins[segment.column]
        number = format_compact(found.right if segment.row == 0 else found.wrong)
        small = font(TAG_SIZE, tabular=True)
        width = QFontMetricsF(small).horizontalAdvance(number)
        if width > segment.rect.width() * 1.3:
            return
        place = QRectF(segment.rect.center().x() - width, segment.rect.top() - 15, 2 * width, 14)
        painter.setFont(small)
        painter.setPen(QColor(self.look.theme.text))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, number)


def ticks(highest: int) -> list[int]:
    """0, a round number near the highest, and two lower ones, evenly apart by the square root."""
    return sorted({0, *(_rounded(highest // part) for part in (1, 4, 25) if highest >= part)})


def _rounded(number: int) -> int:
    size: int = 10 ** (len(str(number)) - 1)
    return number // size * size


def format_compact(number: int) -> str:
    """`812`, `1.2k`, `31k`."""
    if number < 1_000:
        return str(number)
    return f"{number / 1_000:.1f}k" if number < 9_950 else f"{number / 1_000:.0f}k"


class CalibrationPanel(QWidget):
    """Two charts of one epoch; what was counted is kept until `forget`.

    Signals:
        opened: a part with sentences behind it was chosen; its `SentencesLink`.
    """

    opened = Signal(object)

    def __init__(self, counter: SentenceCounter, look: Look) -> None:
        super().__init__()
        self._look = look
        self._tag_set: tuple[str, ...] = ()
        self._asked: EpochQuestion | None = None
        self._known: dict[EpochQuestion, Calibration] = {}
        self._label: str | None = None
        self._shown: CalibrationShown | None = None
        self._query = LatestQuery(self)
        self._query.answered.connect(self._take)
        self.title = PlainLabel()
        self.title.setProperty("role", "heading")
        self.caption = hint_label(wraps=True)
        self.label = chooser(say("Type"), say("The type whose spans are shown"))
        self.histogram = Histogram(counter, look)
        self.reliability = ReliabilityDiagram(counter, look)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self._lay_out()
        for chart in (self.histogram, self.reliability):
            chart.opened.connect(self.opened)
        self.label.activated.connect(lambda _: self._choose(self.label.currentData()))

    def _lay_out(self) -> None:
        self.setProperty("panel", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.title, 1)
        head.addWidget(PlainLabel(say("Type")))
        head.addWidget(self.label)
        words = QVBoxLayout()
        words.setContentsMargins(16, 0, 16, 0)
        words.setSpacing(4)
        words.addLayout(head)
        words.addWidget(self.caption)
        self.splitter.setChildrenCollapsible(False)
        for chart in (self.histogram, self.reliability):
            self.splitter.addWidget(chart)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 12, 0, 8)
        layout.setSpacing(12)
        layout.addLayout(words)
        layout.addWidget(self.splitter, 1)

    def forget(self) -> None:
        """Count everything anew from now on, and nothing until asked."""
        self._query.cancel()
        self._known.clear()
        self._asked = None

    def show_question(self, project: Project, question: EpochQuestion) -> None:
        """Show an epoch's calibration, as soon as it is counted."""
        if question == self._asked:
            return
        self._query.cancel()
        self._asked, self._tag_set = question, project.sentences.labels()
        self.title.setText(say("Calibration in epoch {epoch}", epoch=question.key.epoch))
        if question in self._known:
            self._show()
        else:
            self._show_charts(None, say("Counting the spans …"))
            self._query.submit(lambda: calibrate(project.predictions.examples(*question)))

    def _take(self, calibration: Calibration) -> None:
        assert self._asked is not None
        self._known[self._asked] = calibration
        self._show()

    def _choose(self, label: str | None) -> None:
        self._label = label
        self._show()

    def _show(self) -> None:
        if self._asked not in self._known:
            return
        calibration = self._known[self._asked]
        if self._label not in calibration.labels:
            self._label = None
        self._offer(calibration.labels)
        shown = CalibrationShown(calibration, self._asked, self._label)
        self._show_charts(shown, shown.summary)

    def _offer(self, labels: tuple[str, ...]) -> None:
        types = [self._look.theme.entity_type(label) for label in in_display_order(labels, self._tag_set)]
        items = [(say("All types"), None), *((" ".join(dict.fromkeys((t.label, t.korean))), t.label) for t in types)]
        with QSignalBlocker(self.label):
            self.label.clear()
            for title, value in items:
                self.label.addItem(title, value)
            self.label.setCurrentIndex([value for _, value in items].index(self._label))

    def markdown(self) -> list[str]:
        """The summary, and the bins as a table."""
        parts = [f"**{self.title.text()}**", self.caption.text()]
        if self._shown is not None and (rows := self._shown.table()):
            titles = (say("Probability"), say("Spans"), say("Mean probability"), say("Right"), say("Share right"))
            parts.append(format_markdown(titles, rows))
        return parts

    def _show_charts(self, shown: CalibrationShown | None, words: str) -> None:
        self._shown = shown
        self.caption.setText(words)
        for chart in (self.histogram, self.reliability):
            chart.show_calibration(shown)

    def fit(self, room: QSize) -> None:
        """Give the diagram its square, and the histogram the rest."""
        square = min(room.height() - 120, 2 * room.width() // 5)
        self.splitter.setSizes([room.width() - square - self.splitter.handleWidth(), square])
