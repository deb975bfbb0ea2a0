"""Edits of one sentence's gold; every function returns a new valid gold, or the same object if nothing changes."""

import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

from core.domain.spans import Span

Edge = Literal["start", "end"]
GoldSpans = tuple[Span, ...]


def with_span(spans: GoldSpans, span: Span) -> GoldSpans:
    """The gold with a span added; spans that it overlaps are removed."""
    if span in spans:
        return spans
    return tuple(sorted((*(other for other in spans if not other.overlaps(span)), span)))


def without_span(spans: GoldSpans, span: Span) -> GoldSpans:
    """The gold without a span."""
    return tuple(other for other in spans if other != span) if span in spans else spans


def with_label(spans: GoldSpans, span: Span, label: str) -> GoldSpans:
    """The gold with the label of one span changed."""
    return _replace(spans, span, Span(span.start, span.end, label))


def with_edge(spans: GoldSpans, span: Span, edge: Edge, position: int, text: str) -> GoldSpans:
    """The gold with one edge of a span moved and blanks at its edges trimmed.

    The edge stops at neighbouring spans, the ends of the text and its own other edge; a span of blanks is refused.
    """
    if span not in spans:
        return spans
    start, end = span.start, span.end
    if edge == "start":
        start = _clamp(position, _end_before(spans, span), span.end - 1)
    else:
        end = _clamp(position, span.start + 1, _start_after(spans, span, len(text)))
    inside = trim_blanks(start, end, text)
    return spans if inside is None else _replace(spans, span, Span(*inside, span.label))


def with_edges(spans: GoldSpans, span: Span, start: int, end: int, text: str) -> GoldSpans:
    """The gold with both edges of a span moved, under the same rules as `with_edge`."""
    if span not in spans:
        return spans
    low, high = _end_before(spans, span), _start_after(spans, span, len(text))
    start = _clamp(start, low, high - 1)
    inside = trim_blanks(start, _clamp(end, start + 1, high), text)
    return spans if inside is None else _replace(spans, span, Span(*inside, span.label))


def overlapping_spans(spans: GoldSpans, start: int, end: int) -> GoldSpans:
    """The spans that overlap a range."""
    return tuple(span for span in spans if span.start < end and start < span.end)


def ends_in_blank(text: str, edge: Edge, position: int) -> bool:
    """Whether a span with this edge at a position would begin or end with a blank."""
    at = position if edge == "start" else position - 1
    return 0 <= at < len(text) and text[at].isspace()


def trim_blanks(start: int, end: int, text: str) -> tuple[int, int] | None:
    """The range, given in either direction, without blanks at its edges; None if it contains only blanks."""
    start, end = max(0, min(start, end)), min(len(text), max(start, end))
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return (start, end) if start < end else None


def word_at(text: str, index: int) -> tuple[int, int] | None:
    """The range of the eojeol (from blank to blank) around a character; None on a blank or outside the text."""
    if not 0 <= index < len(text) or text[index].isspace():
        return None
    return extend_to_words(index, index + 1, text)


def extend_to_words(start: int, end: int, text: str) -> tuple[int, int]:
    """The range extended to whole eojeols."""
    while start > 0 and not text[start - 1].isspace():
        start -= 1
    while end < len(text) and not text[end].isspace():
        end += 1
    return start, end


def strip_punctuation(start: int, end: int, text: str, boundaries: Sequence[int]) -> tuple[int, int]:
    """The range without punctuation and symbols at its edges; unchanged if it contains nothing else.

    Args:
        boundaries: the boundaries of grapheme clusters, so that none is split.
    """
    inside = boundaries[bisect_left(boundaries, start) : bisect_right(boundaries, end)]
    characters = list(pairwise(inside))
    words = [place for place in characters if unicodedata.category(text[place[0]])[0] not in "PSZ"]
    return (words[0][0], words[-1][1]) if words else (start, end)


def next_word(text: str, position: int, step: int) -> tuple[int, int] | None:
    """The first eojeol that begins at or after a position, or with step -1 the last that ends at or before it."""
    places = range(max(0, position), len(text)) if step > 0 else range(min(position, len(text)) - 1, -1, -1)
    beside = -1 if step > 0 else 1
    for at in places:
        before = at + beside
        is_edge = not 0 <= before < len(text) or text[before].isspace()
        if not text[at].isspace() and is_edge:
            return word_at(text, at)
    return None


def _replace(spans: GoldSpans, old: Span, new: Span) -> GoldSpans:
    if old == new or old not in spans:
        return spans
    return tuple(new if span == old else span for span in spans)


def _end_before(spans: GoldSpans, span: Span) -> int:
    return max((other.end for other in spans if other.end <= span.start), default=0)


def _start_after(spans: GoldSpans, span: Span, length: int) -> int:
    return min((other.start for other in spans if other.start >= span.end), default=length)


def _clamp(value: int, lowest: int, highest: int) -> int:
    return max(lowest, min(value, highest))
