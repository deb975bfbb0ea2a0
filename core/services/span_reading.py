"""Read the spans that a corpus file states: what their offsets count, and whether they cover what the file says."""

from collections.abc import Iterator, Sequence
from typing import Literal, get_args

from core.domain.errors import UserError
from core.domain.spans import Sentence, Span
from core.formats.records import UNPLACED, Record, Rejected, StatedSpan, reject
from core.formats.source_files import Source

Offsets = Literal["characters", "utf-16", "surface"]
OFFSETS: tuple[Offsets, ...] = get_args(Offsets)

_SHIFTS = (0, *(sign * shift for shift in range(1, 9) for sign in (-1, 1)))
"""The shifts of offsets that are tried where spans say what they cover."""


def make_sentence(source: Source, record: Record | Rejected) -> Sentence | Rejected:
    """The sentence that a record is, whatever the project; or why it is none."""
    if isinstance(record, Rejected):
        return record
    if isinstance(record.gold, Rejected):
        return record.gold
    try:
        return Sentence(record.id, record.text, read_spans(record.text, record.gold))
    except UserError as error:
        return reject(source, record.line, error, record.id)


def read_spans(text: str, stated: Sequence[StatedSpan], offsets: Offsets = "characters") -> tuple[Span, ...]:
    """The spans that a file states, in its order; where it says what a span covers, both must agree.

    Args:
        offsets: what the offsets count; for "surface" they are shifted, all by the same, until all spans cover theirs.

    Raises:
        UserError: a span is empty, begins before the text or inside a character, has no label, or does not cover what
            the file says; or several shifts make all of them cover it; or the file does not say where it is.
    """
    if any(span.start == span.end == UNPLACED for span in stated):
        raise UserError("its entities have no offsets; such a file can be added as a source, not imported")
    if offsets == "utf-16":
        stated = [
            span._replace(start=_from_utf16(text, span.start), end=_from_utf16(text, span.end)) for span in stated
        ]
    elif offsets == "surface":
        shift = _find_shift(text, stated)
        stated = [span._replace(start=span.start + shift, end=span.end + shift) for span in stated]
    return tuple([_read_span(span, text) for span in stated])


def place_mentions(text: str, stated: Sequence[StatedSpan]) -> tuple[list[StatedSpan], list[str]]:
    """The spans with places for those that say only what they cover, and the strings that are not in the text so often.

    The k-th mention of a string is its k-th occurrence that overlaps no other span; longer strings take theirs first.
    """
    placed = {at: span for at, span in enumerate(stated) if span.start != UNPLACED}
    missing: list[str] = []
    for at, span in sorted(enumerate(stated), key=lambda each: -len(each[1].surface or "")):
        surface = span.surface
        if at in placed or surface is None:
            continue
        free = (
            start
            for start in _find_all(text, surface)
            if not any(start < other.end and other.start < start + len(surface) for other in placed.values())
        )
        if (start := next(free, None)) is None:
            missing.append(surface)
        else:
            placed[at] = span._replace(start=start, end=start + len(surface))
    return [placed[at] for at in sorted(placed)], missing


def _find_all(text: str, surface: str) -> Iterator[int]:
    start = text.find(surface)
    while start >= 0:
        yield start
        start = text.find(surface, start + 1)


def _from_utf16(text: str, units: int) -> int:
    """The number of characters in some UTF-16 units of a text; past its end, one for each unit.

    Raises:
        UserError: they end inside a character.
    """
    if units <= 0:
        return units
    data = text.encode("utf-16-le")
    try:
        return len(data[: 2 * units].decode("utf-16-le")) + max(0, units - len(data) // 2)
    except UnicodeDecodeError as error:
        raise UserError("the offset {units} is inside a character, if it counts UTF-16 units", units=units) from error


def _find_shift(text: str, stated: Sequence[StatedSpan]) -> int:
    """The shift by which all spans cover what the file says; 0 if they do so as they are, or by no shift.

    Raises:
        UserError: they do so by several.
    """
    fitting = [shift for shift in _SHIFTS if _covers_surfaces(text, stated, shift)] or [0]
    if fitting[0] != 0 and len(fitting) > 1:
        raise UserError(
            "its spans cover what the file says if they are shifted by {first:+} or by {second:+}; which is right"
            " cannot be known",
            first=fitting[0],
            second=fitting[1],
        )
    return fitting[0]


def _covers_surfaces(text: str, stated: Sequence[StatedSpan], shift: int) -> bool:
    return all(
        span.start + shift >= 0 and text[span.start + shift : span.end + shift] == span.surface for span in stated
    )


def _read_span(stated: StatedSpan, text: str) -> Span:
    span = Span(stated.start, stated.end, stated.label)
    if stated.surface is None or span.end > len(text) or text[span.start : span.end] == stated.surface:
        return span
    raise UserError(
        "the text at {begin}–{end} is {text!r}, but the file says {form!r}",
        begin=span.start,
        end=span.end,
        text=text[span.start : span.end],
        form=stated.surface,
    )


def keep_flat(spans: Sequence[Span], *, outermost: bool) -> list[Span]:
    """The spans without those that overlap a longer one, or a shorter one; of equally long ones the first is kept."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda span: ((span.start - span.end) * (1 if outermost else -1), span)):
        if not any(span.overlaps(other) for other in kept):
            kept.append(span)
    return kept
