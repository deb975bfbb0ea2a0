"""Lists of entities in JSON with other entities: each keeps its shape and what it says besides.

What repeats an entity's offsets, label or surface follows; what cannot follow (the tokens that it names, a
probability) is removed.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.domain.errors import UserError
from core.formats.json_spans import EDGES, LABELS, PROBABILITIES, SURFACES, Names, is_piece, read_item, transpose
from core.formats.json_text import Container, Item, JsonStyle, write_list
from core.formats.records import CannotFollowError, StatedSpan, WantedSpan

_STARTS = frozenset(start for start, _ in EDGES)
_ENDS = frozenset(end for _, end in EDGES)
_TOKEN_START, _TOKEN_END = "token_start", "token_end"


@dataclass(slots=True)
class SpanEdits:
    """Writes the entities of one record.

    Attributes:
        wanted: what the entities are to be, in order of position.
        names: what numbers stand for that are written for labels.
        tokens: those of Prodigy, which its entities name by their numbers.
        removed: what was removed of entities because it cannot follow.
    """

    wanted: Sequence[WantedSpan]
    names: Names
    style: JsonStyle
    tokens: Sequence[Any] = ()
    removed: list[str] = field(default_factory=list)

    def rewrite(self, text: str, value: Any, example: Any = None) -> str:
        """A list of entities, or an object of lists, with the wanted ones.

        Args:
            example: an entity of another record, by which one in an empty list is written.

        Raises:
            CannotFollowError: the entities are in pieces, or a label has no number.
        """
        if isinstance(value, dict):
            return self._rewrite_columns(text, value)
        if any(isinstance(item, dict) and is_piece(item) for item in value):
            raise CannotFollowError(UserError("its entities are in pieces, which cannot be corrected"))
        container = Container.parse(text)
        before = [(item.text, read, self._read(read)) for item, read in zip(container.items, value, strict=True)]
        order = _match([span for _, _, span in before], self.wanted)
        ids = [item["id"] for item in value if _has_number(item)]
        last = max(ids, default=example["id"] - 1 if _has_number(example) else -1)
        items = []
        for place, wanted in order:
            if place is not None:
                items.append(Item(self._edit(*before[place], wanted), container.items[place].gap))
            else:
                last += 1
                items.append(Item(self._write_new(before[:1], example, wanted, last)))
        container.fill(items, self.style)
        return str(container)

    def write_list(self, example: Any) -> str:
        """A new list of the wanted entities."""
        return write_list(
            [self._write_new([], example, wanted, place) for place, wanted in enumerate(self.wanted)], self.style
        )

    def move_details(self, text: str, value: Sequence[Any]) -> str:
        """A list of what is said of entities besides, each item with the `start` and `end` of its entity."""
        container = Container.parse(text)
        moved = {wanted.origin[:2]: wanted for wanted in self.wanted if wanted.origin}
        items = []
        for item, details in zip(container.items, value, strict=True):
            wanted = moved.get((details.get("start"), details.get("end")))
            if wanted is not None and wanted.origin is not None:
                object_ = Container.parse(item.text)
                self._edit_members(object_, details, wanted.origin, wanted)
                items.append(Item(str(object_), item.gap))
        container.fill(items, self.style)
        return str(container)

    def _read(self, item: Any) -> StatedSpan:
        return read_item(item, self.names)[0]

    def _edit(self, text: str, item: Any, span: StatedSpan, wanted: WantedSpan) -> str:
        """An entity as it is to be."""
        if span[:3] == wanted[:3]:
            return text
        container = Container.parse(text)
        if isinstance(item, dict):
            self._edit_members(container, item, wanted.origin or span, wanted)
        else:
            self._edit_places(container, item, wanted)
        return str(container)

    def _write_new(
        self, before: Sequence[tuple[str, Any, StatedSpan]], example: Any, wanted: WantedSpan, number: int
    ) -> str:
        """A new entity in the shape of one of the same list, or of another record's."""
        if before:
            text, item, span = before[0]
        else:
            item = [0, 0, ""] if example is None else example
            text, span = self.style.write(item), self._read(item)
        container = Container.parse(text)
        if not isinstance(item, dict):
            self._edit_places(container, item, wanted, is_new=True)
            return str(container)
        surface = span.surface if span.surface is not None else ""
        kept = [each for each in container.items if _is_stated(each.key, item, surface)]
        container.fill(kept, self.style)
        removed = len(self.removed)
        self._edit_members(container, item, span, wanted)
        del self.removed[removed:]
        for each in container.items:
            if each.key == "id":
                each.text = str(number)
        return str(container)

    def _edit_places(
        self, container: Container, item: Sequence[Any], wanted: WantedSpan, *, is_new: bool = False
    ) -> None:
        """Edit `[start, end, label]`, `[label, start, end]`, or one of these with a surface or a probability."""
        start, end, label = (1, 2, 0) if isinstance(item[0], str) else (0, 1, 2)
        items = container.items
        items[start].text, items[end].text = str(wanted.start), str(wanted.end)
        if is_new or item[label] != wanted.label:
            items[label].text = self._label(item[label], wanted.label)
        if len(item) > 3 and isinstance(item[3], str):
            items[3].text = self.style.write(wanted.surface)
        elif len(item) > 3:
            del items[3]
            self.removed += [] if is_new else ["probability"]

    def _edit_members(
        self, container: Container, item: Mapping[str, Any], span: StatedSpan, wanted: WantedSpan
    ) -> None:
        places = self._find_tokens(wanted)
        surface = span.surface
        kept = []
        for member in container.items:
            key, value = member.key, item[member.key]
            if key in PROBABILITIES or (key in places and places[key] is None):
                self.removed.append(key)
                continue
            if key in places:
                member.text = str(places[key])
            elif key in _STARTS and value == span.start:
                member.text = str(wanted.start)
            elif key in _ENDS and value == span.end:
                member.text = str(wanted.end)
            elif key in LABELS and key != "id" and self._says(value, span.label):
                if not self._says(value, wanted.label):
                    member.text = self._write_label(value, wanted.label)
            elif isinstance(value, str) and value == surface and key != "id":
                member.text = self.style.write(wanted.surface)
            kept.append(member)
        container.fill(kept, self.style)

    def _says(self, value: Any, label: str) -> bool:
        """Whether a member's value is a label, alone or in a list, by its name or number."""
        named = value[0] if isinstance(value, list) and len(value) == 1 else value
        return named == label or (type(named) is int and self.names.get(named) == label)

    def _write_label(self, value: Any, label: str) -> str:
        if isinstance(value, list):
            return write_list([self._label(value[0], label)], self.style)
        return self._label(value, label)

    def _label(self, before: Any, label: str) -> str:
        """A label as the one before it is written: by its name, or by its number."""
        if type(before) is not int:
            return self.style.write(label)
        number = next((number for number, name in self.names.items() if name == label), None)
        if number is None:
            raise CannotFollowError(
                UserError(
                    "the label {label} has no number in the file; name the tags (--tag-names on the command line)",
                    label=label,
                )
            )
        return str(number)

    def _find_tokens(self, wanted: WantedSpan) -> dict[str, int | None]:
        """The numbers of the first and the last token of an entity; None where it cuts a token."""
        first = _find(self.tokens, "start", wanted.start)
        last = _find(self.tokens, "end", wanted.end)
        is_whole = first is not None and last is not None
        return {_TOKEN_START: first if is_whole else None, _TOKEN_END: last if is_whole else None}

    def _rewrite_columns(self, text: str, value: Mapping[str, Any]) -> str:
        """An object of lists: each row is edited as an object, and written into the lists again."""
        root = Container.parse(text)
        rows = transpose(dict(value))
        order = _match([self._read(row) for row in rows], self.wanted)
        columns: dict[str, list[Item]] = {item.key: [] for item in root.items if isinstance(value[item.key], list)}
        example = rows[0] if rows else {key: "" if key in LABELS else 0 for key in columns}
        lists = {item.key: Container.parse(item.text) for item in root.items if item.key in columns}
        for place, wanted in order:
            if place is None:
                row = json.loads(self._write_new([], example, wanted, len(rows)))
            elif self._read(rows[place])[:3] == wanted[:3]:
                for key, items in columns.items():
                    items.append(lists[key].items[place])
                continue
            else:
                container = Container.parse(self.style.write(rows[place]))
                self._edit_members(container, rows[place], wanted.origin or self._read(rows[place]), wanted)
                row = json.loads(str(container))
            for key, items in columns.items():
                items.append(Item(self.style.write(row.get(key))))
        for item in root.items:
            if item.key in lists:
                lists[item.key].fill(columns[item.key], self.style)
                item.text = str(lists[item.key])
        return str(root)


def _is_stated(key: str, item: Mapping[str, Any], surface: str) -> bool:
    """Whether an entity has a member that a new one has too."""
    is_surface = isinstance(item[key], str) and (key in SURFACES or (surface != "" and item[key] == surface))
    is_number = key == "id" and _has_number(item)
    return key in (*_STARTS, *_ENDS, *LABELS, _TOKEN_START, _TOKEN_END) or is_surface or is_number


def _has_number(item: Any) -> bool:
    return isinstance(item, dict) and type(item.get("id")) is int


def _find(tokens: Iterable[Any], key: str, place: int) -> int | None:
    """The number of the token that begins or ends there."""
    return next((i for i, token in enumerate(tokens) if isinstance(token, dict) and token.get(key) == place), None)


def _match(before: Sequence[StatedSpan], wanted: Sequence[WantedSpan]) -> list[tuple[int | None, WantedSpan]]:
    """The wanted entities in the order in which they are written: with the place of what they were, or None."""
    left = list(wanted)
    order: list[tuple[int | None, WantedSpan]] = []
    for place, span in enumerate(before):
        found = next((each for each in left if each.origin is not None and each.origin[:3] == span[:3]), None)
        if found is not None:
            left.remove(found)
            order.append((place, found))
    for new in left:
        at = next((at for at, (_, other) in enumerate(order) if other.start > new.start), len(order))
        order.insert(at, (None, new))
    return order
