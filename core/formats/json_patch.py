"""JSON records in all dialects with other entities: every member that states them follows, or is removed.

Everything else stays as it is written: the order of the members, blanks, escapes, numbers.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from core.domain.errors import UserError
from core.formats.cut_words import CutWords
from core.formats.json_records import (
    GOLD_KEYS,
    SPAN_EXTRAS,
    is_empty,
    may_be_gold,
    read_body,
    read_record,
)
from core.formats.json_span_edits import SpanEdits
from core.formats.json_spans import Names, has_span_shape, is_piece, read_entities
from core.formats.json_text import Container, Item
from core.formats.klue import mark_up
from core.formats.patching import find_wanted, retag, with_gold
from core.formats.records import (
    CannotFollowError,
    Edit,
    Piece,
    Record,
    Rejected,
    WantedSpan,
    WriteOptions,
    screen,
    stated_spans,
)
from core.formats.source_files import Source
from core.formats.word_tags import BadTagError, WordRange, find_ranges, find_style

Values = Callable[[], Iterator[Any]]
"""The records of a file from its beginning, parsed; other values may be among them."""

_PLAIN_LIST = "label"
"""Under which entities are written where no record of the file has any."""
_SHAPES: Mapping[str, Any] = {"spans": {"start": 0, "end": 0, "label": ""}}
"""How an entity is written where no record of the file has one, unless it is `[start, end, label]`."""


class _Examples(NamedTuple):
    """Entities of another record by their keys."""

    by_key: Mapping[str, Any]

    def key_for(self, empty: Sequence[str]) -> str:
        """Of the empty members of a record the one that is to state entities, or else a new one."""
        keys = [key for key in empty if key in self.by_key] or list(empty) or list(self.by_key)
        return keys[0] if keys else _PLAIN_LIST

    def entity_for(self, key: str) -> Any:
        return self.by_key.get(key, next(iter(self.by_key.values()), _SHAPES.get(key)))


class JsonPatch:
    """Rewrites the records of one file.

    Args:
        values: to look for a record with entities, where one without is to get some.
    """

    def __init__(self, source: Source, names: Names, values: Values, edit: Edit, options: WriteOptions) -> None:
        self._source = source
        self.names = names
        self._values = values
        self._edit = edit
        self.words = CutWords(options.cut_words)
        self._examples: _Examples | None = None

    def patch(self, text: str, value: Any, record: Record | Rejected) -> Piece:
        """The text of a record, as it is or with the entities that it should have."""
        record = screen(self._source, record)
        try:
            wanted = None if isinstance(record, Rejected) else find_wanted(record, self._edit)
            if wanted is None or isinstance(record, Rejected):
                return Piece(text)
            rewriting = _Rewriting(self, text, value, record, wanted)
            new = rewriting.run()
        except CannotFollowError as error:
            return Piece(text, refused=error.reason)
        return Piece(text, new, removed=tuple(rewriting.edits.removed))

    def examples(self) -> _Examples:
        """Entities of the first record that has some."""
        if self._examples is None:
            found = (_find_examples(value) for value in self._values())
            self._examples = _Examples(next(filter(None, found), {}))
        return self._examples

    def read(self, text: str, record: Record) -> Record | Rejected:
        """Read a record again from a new text."""
        return read_record(self._source, record.number, record.line, json.loads(text), self.names)

    def notices(self) -> tuple[str, ...]:
        """What could not be written as it is, a sentence each."""
        return self.words.notices()


def _find_examples(value: Any) -> dict[str, Any]:
    """An entity of a record for each of its members that has some."""
    if not isinstance(value, dict):
        return {}
    lists = {key: value[key] for key in GOLD_KEYS if isinstance(value.get(key), list) and has_span_shape(value[key])}
    return {
        key: entities[0]
        for key, entities in lists.items()
        if not (isinstance(entities[0], dict) and is_piece(entities[0]))
    }


class _Rewriting:
    """One record on its way to other entities."""

    def __init__(
        self, file: JsonPatch, text: str, members: Mapping[str, Any], record: Record, wanted: Sequence[WantedSpan]
    ) -> None:
        self._file = file
        self._root = Container.parse(text)
        self._members = members
        self._record = record
        self._body = read_body(members)
        tokens = members.get("tokens")
        self.edits = SpanEdits(wanted, file.names, self._root.find_style(), tokens if isinstance(tokens, list) else ())

    def run(self) -> str:
        """The new text.

        Raises:
            CannotFollowError: the record cannot state the entities.
            UserError: an entity cuts a token, and that is refused.
        """
        if len({item.key for item in self._root.items}) < len(self._root.items):
            raise CannotFollowError(UserError("it has two members with the same key"))
        _check_relations(self._members, self._record, self.edits.wanted)
        stating = [item for item in self._root.items if self._states(item.key)]
        ranges = self._fit_to_tokens(may_cut=bool(stating))
        for item in stating:
            item.text = self.edits.rewrite(item.text, self._members[item.key])
        for item in list(self._root.items):
            self._rewrite_copy(item, ranges, is_copy=bool(stating))
        empty = [item for item in self._root.items if item.key in GOLD_KEYS and is_empty(self._members[item.key])]
        if self.edits.wanted and not stating and (empty or not self._tag_keys()):
            self._state_newly(empty)
        new = str(self._root)
        self._check(new, self._expected(ranges if not stating else None))
        return new

    def _states(self, key: str) -> bool:
        """Whether a member lists the entities that the record has now."""
        value = self._members[key]
        if key in self._tag_keys() or not (key in GOLD_KEYS or may_be_gold(key, value)) or not has_span_shape(value):
            return False
        try:
            spans = read_entities(value, self._record.text, self._file.names).spans
        except (UserError, TypeError):
            return False
        return sorted(span[:3] for span in spans) == sorted(span[:3] for span in stated_spans(self._record))

    def _tag_keys(self) -> Sequence[str]:
        return self._body.tokens.tag_keys if self._body.tokens is not None else ()

    def _fit_to_tokens(self, *, may_cut: bool) -> list[WordRange] | None:
        """The entities as ranges of tokens, where the record has tokens with tags; None: they do not fit.

        Where only tags state the entities, those that cut tokens are refused, widened or left out.
        """
        if self._body.token_text is None or not self._tag_keys():
            return None
        starts, ends = zip(*self._body.token_text.extents, strict=True) if self._body.token_text.extents else ((), ())
        fitted = with_gold(self._record, self.edits.wanted)
        if may_cut:
            try:
                return CutWords("refuse").find_ranges(fitted, starts, ends)
            except UserError:
                return None
        return self._file.words.find_ranges(fitted, starts, ends)

    def _rewrite_copy(self, item: Item, ranges: list[WordRange] | None, *, is_copy: bool) -> None:
        """Have a member follow that states the entities in another way.

        Args:
            is_copy: whether a list states them besides, so that tags that cannot follow are removed.
        """
        value, body = self._members[item.key], self._body
        if item.key in self._tag_keys():
            if ranges is None or not self._retag(item, value, ranges):
                if not is_copy:
                    raise CannotFollowError(UserError("its tags are numbers, and one that it needs has no name"))
                self._root.fill([other for other in self._root.items if other is not item], self.edits.style)
                self.edits.removed.append(item.key)
        elif body.token_text is not None and body.token_text.markup and value == body.token_text.markup:
            item.text = self.edits.style.write(
                mark_up(body.text, stated_spans(with_gold(self._record, self.edits.wanted)))
            )
        elif item.key == SPAN_EXTRAS and isinstance(value, list) and all(isinstance(each, dict) for each in value):
            item.text = self.edits.move_details(item.text, value)

    def _retag(self, item: Item, value: Sequence[Any], ranges: list[WordRange]) -> bool:
        """Write the tags anew; returns whether that is possible."""
        names = self._file.names
        numbers = {name: number for number, name in names.items()}
        if any(type(tag) is int and tag not in names for tag in value):
            return False
        tags = [names[tag] if type(tag) is int else tag for tag in value]
        style = find_style([*tags, *names.values()])
        try:
            before = find_ranges(tags, is_iob1=True)
        except BadTagError:
            return False
        container = Container.parse(item.text)
        new = retag(tags, before, ranges, style)
        for element, tag, old, written in zip(container.items, new, tags, value, strict=True):
            if tag == old:
                continue
            if type(written) is int and tag not in numbers:
                return False
            element.text = str(numbers[tag]) if type(written) is int else self.edits.style.write(tag)
        item.text = str(container)
        return True

    def _state_newly(self, empty: Sequence[Item]) -> None:
        """State entities in a record that has none yet, in one of its empty members if there are such."""
        examples = self._file.examples()
        key = examples.key_for([item.key for item in empty])
        text = self.edits.write_list(examples.entity_for(key))
        found = next((item for item in empty if item.key == key), None)
        if found is not None:
            found.text = text
        else:
            style = self.edits.style
            self._root.fill([*self._root.items, Item(text, "", f"{style.write(key)}{style.colon}", key)], style)

    def _expected(self, ranges: list[WordRange] | None) -> list[tuple[int, int, str]]:
        """What the entities are as they are written: widened to tokens where only tags state them."""
        token_text = self._body.token_text
        if ranges is None or token_text is None:
            return [span[:3] for span in self.edits.wanted]
        extents = token_text.extents
        return [(extents[first][0], extents[end - 1][1], label) for first, end, label in ranges]

    def _check(self, new: str, expected: list[tuple[int, int, str]]) -> None:
        """Make sure that the new text says what it should, whatever else the record says."""
        again = self._file.read(new, self._record)
        found = again.gold if isinstance(again, Record) else again
        if isinstance(found, Rejected):
            raise CannotFollowError(
                UserError("with its new entities it would be rejected: {reason}", reason=found.reason)
            )
        if sorted(span[:3] for span in found) != expected:
            raise CannotFollowError(UserError("something else in it states its entities, and would contradict"))


def _check_relations(members: Mapping[str, Any], record: Record, wanted: Sequence[WantedSpan]) -> None:
    """Refuse to remove or move entities that relations may name.

    Raises:
        CannotFollowError: it has relations, and one of its entities is to go.
    """
    if not members.get("relations"):
        return
    same = {each.origin[:2] for each in wanted if each.origin is not None and each.origin[:2] == each[:2]}
    if any(span[:2] not in same for span in stated_spans(record)):
        raise CannotFollowError(UserError("it has relations between its entities, which cannot follow"))
