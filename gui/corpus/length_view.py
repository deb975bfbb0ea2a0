"""The view of how long sentences are: a histogram for each split, whose bars lead to their sentences."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from core.domain.spans import SPLITS, Split
from core.messages.catalogue import say, say_count
from core.store.corpus_counts import LengthCounts
from core.store.project import Project
from core.store.sentence_selection import Selection
from gui.corpus.counted_view import CountedView
from gui.look.palette import mixed
from gui.look.theme import SMALL_SIZE, TAG_SIZE, Look, font, scaled
from gui.widgets.segment_chart import TEXT_HEIGHT, Segment, SegmentChart, write_below
from gui.widgets.tables import LEFT

_MOST_BINS = 40
_COVERED = 0.995
"""The share of sentences that have bins of one width; what is longer is in the last one."""


@dataclass(frozen=True, slots=True)
class LengthBin:
    """The sentences with so many characters; `most` is None for all longer ones."""

    least: int
    most: int | None
    counts: Mapping[Split, int]

    @property
    def term(self) -> str:
        """The search for these sentences; see `core.store.documents.SearchTerm`."""
        return f"length:>{self.least - 1}" if self.most is None else f"length:{self.least}-{self.most}"


def bin_lengths(counts: LengthCounts) -> list[LengthBin]:
    """Sort sentences into at most some tens of bins, 1, 2, 5, 10, 20, 50, … characters wide."""
    total = _sum_lengths(counts)
    if not total:
        return []
    every, usual = sorted(total), _length_at(_COVERED, total)
    width = next(width for width in _widths() if usual < width * _MOST_BINS)
    beyond = (usual // width + 1) * width
    starts = range(every[0] // width * width, beyond, width)
    bins = [LengthBin(each, each + width - 1, _count_between(counts, each, each + width - 1)) for each in starts]
    if every[-1] >= beyond:
        bins.append(LengthBin(beyond, None, _count_between(counts, beyond, every[-1])))
    return bins


def _widths() -> Iterator[int]:
    size = 1
    while True:
        yield from (size, 2 * size, 5 * size)
        size *= 10


def _sum_lengths(counts: LengthCounts) -> dict[int, int]:
    total: dict[int, int] = {}
    for lengths in counts.values():
        for length, count in lengths.items():
            total[length] = total.get(length, 0) + count
    return total


def _length_at(share: float, counts: Mapping[int, int]) -> int:
    """The least length that so large a share of the sentences does not exceed."""
    lengths = sorted(counts)
    wanted = share * sum(counts.values())
    sums = accumulate(counts[length] for length in lengths)
    return next(length for length, reached in zip(lengths, sums, strict=True) if reached >= wanted)


def _count_between(counts: LengthCounts, least: int, most: int) -> dict[Split, int]:
    return {
        split: sum(count for length, count in lengths.items() if least <= length <= most)
        for split, lengths in counts.items()
    }


class LengthsView(CountedView):
    """Shows the histograms."""

    def __init__(self, look: Look) -> None:
        self.chart = LengthChart(look)
        super().__init__(self.chart)
        self.chart.opened.connect(self.linked)

    def count(self, project: Project) -> object:
        return project.counts.lengths()

    def show_counts(self, counts: LengthCounts) -> None:
        self.chart.show_lengths(counts)

    def clear(self) -> None:
        self.chart.show_lengths({})


_SIDE, _GAP, _FOOT = 12, 10, 40
"""Pixels beside the bars, between the histograms of two splits, and below the last one."""
_LEAST_HEIGHT = 24


class LengthChart(SegmentChart):
    """A histogram for each split that has sentences, one below the other, as high as its own highest bar."""

    def __init__(self, look: Look) -> None:
        super().__init__(look, say("Sentences by number of characters"))
        self._counts: LengthCounts = {}
        self._bins: list[LengthBin] = []
        self._splits: list[Split] = []

    def show_lengths(self, counts: LengthCounts) -> None:
        """Show these sentences."""
        self._counts, self._bins = counts, bin_lengths(counts)
        self._splits = [split for split in SPLITS if counts.get(split)]
        self.refresh()

    def minimumSizeHint(self) -> QSize:
        return QSize(scaled(320), len(self._splits) * scaled(_LEAST_HEIGHT + TEXT_HEIGHT) + scaled(_FOOT))

    def _plot(self, row: int) -> QRectF:
        """Where the bars of a split are."""
        top = _GAP + scaled(TEXT_HEIGHT)
        band = (self.height() - scaled(_FOOT)) / len(self._splits)
        return QRectF(_SIDE, row * band + top, self.width() - 2 * _SIDE, band - top)

    def place_segments(self) -> Iterator[Segment]:
        for row, split in enumerate(self._splits):
            plot, step = self._plot(row), (self.width() - 2 * _SIDE) / len(self._bins)
            highest = max(each.counts[split] for each in self._bins)
            for column, each in enumerate(self._bins):
                if count := each.counts[split]:
                    height = max(2.0, plot.height() * count / highest)
                    rect = QRectF(plot.left() + column * step + 1, plot.bottom() - height, max(step - 2, 1), height)
                    yield Segment(rect, row, column, _describe_bar(split, each), Selection(split, text=each.term))

    def draw(self, painter: QPainter) -> None:
        theme = self.look.theme
        for segment in self.segments:
            painter.fillRect(segment.rect, QColor(mixed(theme.accent, theme.surface, 0.5)))
        for row, split in enumerate(self._splits):
            plot = self._plot(row)
            painter.setPen(QPen(QColor(theme.line), 1))
            painter.drawLine(plot.bottomLeft(), plot.bottomRight())
            painter.setPen(QColor(theme.text))
            painter.setFont(font(SMALL_SIZE, tabular=True))
            caption = QRectF(plot.left(), plot.top() - scaled(TEXT_HEIGHT) - 2, plot.width(), scaled(TEXT_HEIGHT))
            painter.drawText(caption, LEFT, _describe_split(split, self._counts[split]))
        if self._splits:
            self._draw_scale(painter)

    def _draw_scale(self, painter: QPainter) -> None:
        """The least length of every bin, as far as there is room, where its bar begins."""
        plot, step = self._plot(len(self._splits) - 1), (self.width() - 2 * _SIDE) / len(self._bins)
        painter.setPen(QColor(self.look.theme.muted))
        painter.setFont(font(TAG_SIZE, tabular=True))
        widest = QFontMetricsF(painter.font()).horizontalAdvance(f"{self._bins[-1].least}+") + scaled(8)
        for place in range(0, len(self._bins), math.ceil(widest / step)):
            each = self._bins[place]
            words = f"{each.least}+" if each.most is None else f"{each.least}"
            write_below(painter, QPointF(plot.left() + (place + 0.5) * step, plot.bottom() + 4), words)
        below = plot.bottom() + 4 + scaled(TEXT_HEIGHT)
        write_below(painter, QPointF(plot.center().x(), below), say("characters"))


def _describe_split(split: Split, lengths: Mapping[int, int]) -> str:
    return say_count(
        "{split} · {count:,} sentence · median {median:,} characters, longest {longest:,}",
        "{split} · {count:,} sentences · median {median:,} characters, longest {longest:,}",
        sum(lengths.values()),
        split=split,
        median=_length_at(0.5, lengths),
        longest=max(lengths),
    )


def _describe_bar(split: Split, each: LengthBin) -> str:
    if each.most is None:
        return say_count(
            "{split}: {count:,} sentence with {least:,} characters or more",
            "{split}: {count:,} sentences with {least:,} characters or more",
            each.counts[split],
            split=split,
            least=each.least,
        )
    return say_count(
        "{split}: {count:,} sentence with {least:,} to {most:,} characters",
        "{split}: {count:,} sentences with {least:,} to {most:,} characters",
        each.counts[split],
        split=split,
        least=each.least,
        most=each.most,
    )
