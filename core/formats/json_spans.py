"""Entities in JSON, in the shapes in which programs write them.

Sources: doccano (`[start, end, label]`, objects with `start_offset`), Prodigy (objects with `start`, a span's `text`),
transformers' token classification pipeline (`entity_group`, `entity`), Hugging Face datasets (an object of lists), and
the output of our own `predict` (`[start, end, label, probability]`).
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from core.domain.errors import UserError
from core.domain.spans import Span
from core.formats.records import UNPLACED, StatedSpan
from core.messages.catalogue import join_words, mark

Names = Mapping[int, str]
"""What the numbers stand for that a file has for labels or tags."""

KNOWN_TAG_NAMES: dict[str, tuple[str, ...]] = {
    "klue": (*(f"{part}-{label}" for label in ("DT", "LC", "OG", "PS", "QT", "TI") for part in "BI"), "O"),
    "conll2003": ("O", *(f"{part}-{label}" for label in ("PER", "ORG", "LOC", "MISC") for part in "BI")),
}
"""The names of the tags of data sets of the Hugging Face hub, by the number of each."""

EDGES = (
    ("start", "end"),
    ("start_offset", "end_offset"),
    ("begin", "end"),
    ("start_char", "end_char"),
    ("start_pos", "end_pos"),
)
LABELS = ("label", "labels", "entity_group", "entity", "type")
SURFACES = ("text", "form", "surface")
_MENTIONS = (*SURFACES, "word", "mention", "name", "entity")
"""Keys of what an entity without offsets covers, as language models write them."""
_TOKEN_PLACES = frozenset({"token_start", "token_end"})
PROBABILITIES = frozenset({"probability", "score"})
_PIECE = re.compile(r"([BI])-(.+)", re.DOTALL)
"""The tag of a piece of an entity, as transformers' pipeline gives it without aggregation."""


class Entities(NamedTuple):
    """The entities of one text.

    Attributes:
        extras: what is said of some of them besides, with their `start` and `end`.
        are_predicted: whether all have a probability, so that a model found them.
    """

    spans: tuple[StatedSpan, ...] = ()
    extras: tuple[dict[str, Any], ...] = ()
    are_predicted: bool = False


def names_of_numbers(given: Iterable[str]) -> Names:
    """The names that a user gave: one after the other from 0, some as `12=PS`, or a list that is known by its name."""
    names: dict[int, str] = {}
    listed = tuple(given)
    for place, name in enumerate(KNOWN_TAG_NAMES.get(listed[0], listed) if len(listed) == 1 else listed):
        number, equals, label = name.partition("=")
        if equals and number.strip().isdecimal():
            names[int(number)] = label.strip()
        else:
            names[place] = name.strip()
    return names


def has_span_shape(value: Any) -> bool:
    """Whether a value looks like a list of entities with at least one."""
    if isinstance(value, dict):
        return any(isinstance(value.get(start), list) and end in value for start, end in EDGES)
    return isinstance(value, list) and any(map(_is_span, value))


def _is_span(item: Any) -> bool:
    if isinstance(item, dict):
        return any(start in item and end in item for start, end in EDGES) and any(key in item for key in LABELS)
    if not isinstance(item, list) or len(item) < 3:
        return False
    kinds = tuple(map(type, item[:3]))
    return kinds in ((int, int, str), (str, int, int), (int, int, int))


def has_mention_shape(value: Any) -> bool:
    """Whether a value is a list of entities of which all say what they cover, and not where."""
    return isinstance(value, list) and bool(value) and all(map(_is_mention, value))


def _is_mention(item: Any) -> bool:
    if not isinstance(item, dict) or any(item.get(key) is not None for edges in EDGES for key in edges):
        return False
    surface = _find_mention(item)
    return bool(surface) and any(key in item for key in LABELS if key != surface)


def _find_mention(item: dict[str, Any]) -> str:
    """The key of what an entity without offsets covers; empty if it has none."""
    return next((key for key in _MENTIONS if isinstance(item.get(key), str) and item[key].strip()), "")


def read_entities(value: Any, text: str, names: Names) -> Entities:
    """The entities of a text from a list of them, or from an object of lists.

    Raises:
        UserError: one of them is none, or its label is a number without a name.
    """
    items = transpose(value) if isinstance(value, dict) else value
    spans: list[StatedSpan] = []
    extras: list[dict[str, Any]] = []
    for item in items:
        span, besides = read_item(item, names)
        spans.append(span)
        if besides:
            extras.append({"start": span.start, "end": span.end, **besides})
    are_predicted = 0 < len(spans) == sum(not PROBABILITIES.isdisjoint(each) for each in extras)
    if items and all(isinstance(item, dict) and is_piece(item) for item in items):
        return Entities(tuple(_join_pieces(spans, text)), (), are_predicted)
    return Entities(tuple(spans), tuple(extras), are_predicted)


def read_plain_entities(value: Any) -> tuple[StatedSpan, ...] | None:
    """The entities of a list of `[start, end, label]` or of objects of just these, by far the most frequent shapes;
    None for any other value.
    """
    if type(value) is not list:
        return None
    spans = []
    for item in value:
        if type(item) is list and len(item) == 3:
            start, end, label = item
        elif type(item) is dict and len(item) == 3:
            start, end, label = item.get("start"), item.get("end"), item.get("label")
        else:
            return None
        if type(start) is not int or type(end) is not int or type(label) is not str:
            return None
        spans.append(StatedSpan(start, end, label))
    return tuple(spans)


def span_of(item: Any) -> Span:
    """The valid span of a parsed `[start, end, label]`.

    Raises:
        UserError: it is not a valid span.
    """
    spans = read_plain_entities([item])
    if spans is None or not isinstance(item, list):
        raise _no_span(item)
    return Span(*spans[0][:3])


def read_item(item: Any, names: Names) -> tuple[StatedSpan, dict[str, Any]]:
    """The span of an item of any shape, and what the item says besides."""
    if isinstance(item, dict):
        return _span_of_object(item, names)
    match item:
        case [str() as label, start, end] if type(start) is type(end) is int:
            return StatedSpan(start, end, label), {}
        case [str() as label, start, end, int() | float() as probability] if type(start) is type(end) is int:
            return StatedSpan(start, end, label), {"probability": probability}
        case [start, end, str() | int() as label] if type(start) is type(end) is int:
            return StatedSpan(start, end, _label(label, names)), {}
        case [start, end, str() | int() as label, int() | float() as probability] if type(start) is type(end) is int:
            return StatedSpan(start, end, _label(label, names)), {"probability": probability}
        case [start, end, str() | int() as label, str() as surface] if type(start) is type(end) is int:
            return StatedSpan(start, end, _label(label, names), surface), {}
    raise _no_span(item)


def _no_span(item: Any) -> UserError:
    return UserError("{item:.80} is not [start, end, label]", item=json.dumps(item, ensure_ascii=False, default=str))


def _span_of_object(item: dict[str, Any], names: Names) -> tuple[StatedSpan, dict[str, Any]]:
    if _is_mention(item):
        surface_key = _find_mention(item)
        label_key = next(key for key in LABELS if key in item and key != surface_key)
        return StatedSpan(UNPLACED, UNPLACED, _label(item[label_key], names), item[surface_key]), {}
    edges = next((edges for edges in EDGES if edges[0] in item and edges[1] in item), ("", ""))
    start, end = item.get(edges[0]), item.get(edges[1])
    label_key = next((key for key in LABELS if key in item), "")
    if type(start) is not int or type(end) is not int or not label_key:
        raise UserError(
            "{item:.80} does not have a start, an end and a label",
            item=json.dumps(item, ensure_ascii=False, default=str),
        )
    label = item[label_key]
    if isinstance(label, list):
        if len(label) != 1:
            raise UserError(
                "the entity {start}–{end} has {number} labels; it can have only one",
                start=start,
                end=end,
                number=len(label),
            )
        label = label[0]
    surface_key = next((key for key in SURFACES if isinstance(item.get(key), str)), "")
    used = {*edges, label_key, surface_key} | _TOKEN_PLACES
    besides = {key: value for key, value in item.items() if key not in used and value is not None}
    return StatedSpan(start, end, _label(label, names), item.get(surface_key)), besides


def _label(label: Any, names: Names) -> str:
    if isinstance(label, str):
        return label
    if type(label) is int:
        return name_of(label, names)
    raise UserError("the label {label} is not a string", label=json.dumps(label, ensure_ascii=False, default=str))


WITHOUT_NAMES = mark(
    "its labels are numbers without names; name the tags (--tag-names on the command line): from 0 in their order"
    " (O,B-PS,I-PS), by their number (12=PS,13=LC), or by the data set ({known})"
)


def name_of(number: int, names: Names) -> str:
    """What a number stands for.

    Raises:
        UserError: there are no names, or it has none.
    """
    if number in names:
        return names[number]
    if names:
        raise UserError(
            "the number {number} has no name; those from {first} to {last} have one",
            number=number,
            first=min(names),
            last=max(names),
        )
    raise UserError(WITHOUT_NAMES, known=join_words(KNOWN_TAG_NAMES))


def transpose(lists: dict[str, Any]) -> list[dict[str, Any]]:
    """The objects of an object of lists, which Hugging Face datasets make of a list of objects."""
    columns = {key: value for key, value in lists.items() if isinstance(value, list)}
    lengths = {key: len(value) for key, value in columns.items()}
    if len(set(lengths.values())) != 1:
        (first, count), (second, other) = _two_that_differ(lengths)
        raise UserError(
            "it has {count} values of {first} but {other} of {second}",
            count=count,
            first=first,
            other=other,
            second=second,
        )
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _two_that_differ(lengths: dict[str, int]) -> tuple[tuple[str, int], tuple[str, int]]:
    first, *others = lengths.items()
    return first, next(other for other in others if other[1] != first[1])


def is_piece(item: dict[str, Any]) -> bool:
    return isinstance(item.get("entity"), str) and "label" not in item and bool(_PIECE.fullmatch(item["entity"]))


def _join_pieces(pieces: Iterable[StatedSpan], text: str) -> list[StatedSpan]:
    """The entities of tagged pieces: a piece inside an entity continues the one before it if only blanks are between.

    Pieces outside of entities are not listed, so what lies between two pieces tells whether there were any.
    """
    joined: list[StatedSpan] = []
    for piece in pieces:
        begins, label = piece.label.split("-", 1)
        last = joined[-1] if joined else None
        if begins == "I" and last and last.label == label and not text[last.end : piece.start].strip():
            joined[-1] = last._replace(end=piece.end)
        else:
            joined.append(StatedSpan(piece.start, piece.end, label))
    return joined
