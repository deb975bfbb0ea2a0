"""What the entities of a file's record are to be, from the gold that was imported from it and the gold of today."""

from collections.abc import Callable, Iterable, Sequence

from core.domain.errors import UserError
from core.domain.spans import Span
from core.formats.records import CannotFollowError, Record, StatedSpan, WantedSpan, stated_spans
from core.services.gold_reading import Rules
from core.services.span_reading import OFFSETS, Offsets, keep_flat, read_spans

Edges = tuple[int, int]


def want_spans(
    record: Record, imported: Sequence[Span], gold: Sequence[Span], rules: Rules | None
) -> tuple[WantedSpan, ...]:
    """The entities of a record with the gold of its sentence, in what the file's offsets count.

    An entity with the label that it was imported with keeps the label that the file has for it, also if its edges have
    moved.

    Args:
        imported: the gold that the record became, with the labels of its time.
        rules: by which it was imported; None: they are not known.

    Raises:
        CannotFollowError: what was imported is not what the record alone states, or the import would read a label of
            the gold as another.
    """
    stated = stated_spans(record)
    offsets, read = _read_as_imported(record, imported, rules)
    places = _places_by_edges(read)
    origins = _find_origins(imported, gold)
    convert = _make_converter(record.text, offsets, stated, read)
    wanted = []
    for span in gold:
        origin = origins.get(span)
        before = None if origin is None else _with_surface(record, read, stated, places[_edges(origin)])
        is_kept = before is not None and origin is not None and origin.label == span.label
        label = before.label if before is not None and is_kept else _label_in_file(span.label, rules)
        surface = record.text[span.start : span.end]
        wanted.append(WantedSpan(convert(span.start), convert(span.end), label, surface, before))
    taken = {places[_edges(span)] for span in imported}
    left_out = [place for place in range(len(read)) if place not in taken]
    for place in left_out if _remain_left_out([read[place] for place in left_out], read, imported, gold, rules) else ():
        before = _with_surface(record, read, stated, place)
        wanted.append(WantedSpan(*before[:3], before.surface or "", before))
    return tuple(sorted(wanted, key=lambda each: each[:3]))


def _edges(span: Span) -> Edges:
    return span.start, span.end


def _read_as_imported(
    record: Record, imported: Iterable[Span], rules: Rules | None
) -> tuple[Offsets, tuple[Span, ...]]:
    """The record's spans, read by the offsets by which they are what was imported."""
    edges = {_edges(span) for span in imported}
    for offsets in OFFSETS if rules is None else (rules.offsets,):
        try:
            read = read_spans(record.text, stated_spans(record), offsets)
        except UserError:
            continue
        if edges <= {_edges(span) for span in read}:
            return offsets, read
    raise CannotFollowError(UserError("its gold was joined from several records of the file"))


def _places_by_edges(read: Sequence[Span]) -> dict[Edges, int]:
    """Where in the record the spans are; of several with the same edges the one that an import keeps."""
    places: dict[Edges, int] = {}
    for place in sorted(range(len(read)), key=lambda place: read[place]):
        places.setdefault(_edges(read[place]), place)
    return places


def _find_origins(imported: Sequence[Span], gold: Sequence[Span]) -> dict[Span, Span]:
    """The imported span that a span of the gold is or was made of: that with its edges, or else a lost one that it
    overlaps as the only one, or as the only one with its label.
    """
    by_edges = {_edges(span): span for span in imported}
    origins = {span: by_edges[_edges(span)] for span in gold if _edges(span) in by_edges}
    lost = [span for span in imported if span not in origins.values()]
    new = [span for span in gold if span not in origins]
    for before in lost:
        overlapping = [span for span in new if span.overlaps(before)]
        made_of_it = [span for span in overlapping if span.label == before.label] or overlapping
        if len(made_of_it) == 1:
            origins.setdefault(made_of_it[0], before)
    return origins


def _make_converter(
    text: str, offsets: Offsets, stated: Sequence[StatedSpan], read: Sequence[Span]
) -> Callable[[int], int]:
    """What turns a place in the text into what the file's offsets count."""
    if offsets == "utf-16":
        return lambda place: len(text[:place].encode("utf-16-le")) // 2
    shift = stated[0].start - read[0].start if offsets == "surface" and stated else 0
    return lambda place: place + shift


def _with_surface(record: Record, read: Sequence[Span], stated: Sequence[StatedSpan], place: int) -> StatedSpan:
    return stated[place]._replace(surface=record.text[read[place].start : read[place].end])


def _label_in_file(label: str, rules: Rules | None) -> str:
    """What the import reads as a label of the gold: the label itself, unless it reads that as another.

    Raises:
        CannotFollowError: it reads nothing as that.
    """
    renamed = dict(rules.label_map) if rules else {}
    if renamed.get(label, label) == label:
        return label
    for other, mapped in renamed.items():
        if mapped == label:
            return other
    raise CannotFollowError(
        UserError(
            "the file's label {label} was imported as {mapped}, so {label} would be read as that",
            label=label,
            mapped=renamed[label],
        )
    )


def _remain_left_out(
    left_out: Sequence[Span], read: Sequence[Span], imported: Sequence[Span], gold: Sequence[Span], rules: Rules | None
) -> bool:
    """Whether overlapping spans that the import left out can stay in the file, since it would leave them out again.

    Raises:
        CannotFollowError: it leaves nothing out, so they were lost in another way.
    """
    if not left_out:
        return False
    if rules is not None and rules.overlaps == "reject":
        raise CannotFollowError(UserError("its gold was joined from several records of the file"))
    edges = {_edges(span) for span in imported}
    is_outermost = {_edges(span) for span in keep_flat(read, outermost=True)} == edges
    outermost = is_outermost if rules is None else rules.overlaps == "outermost"
    return set(keep_flat([*gold, *left_out], outermost=outermost)) == set(gold)
