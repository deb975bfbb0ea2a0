"""Records of JSON in all dialects: which member is the text, which the entities, and what is said besides.

Every record is read by what it contains, since files are joined and tools write several shapes. Sources: doccano,
Prodigy, Hugging Face datasets, transformers, and our own `export` and `predict`.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from core.domain.errors import UserError
from core.domain.spans import Judged
from core.formats.json_spans import (
    Entities,
    Names,
    has_mention_shape,
    has_span_shape,
    read_entities,
    read_plain_entities,
)
from core.formats.json_tokens import TAG_KEYS, TOKEN_KEYS, Tokens, TokenText, find_tokens, read_tags, read_token_text
from core.formats.records import Holding, Record, Rejected, StatedSpan, reject, stated_spans
from core.formats.source_files import Source
from core.formats.word_tags import parse_tag
from core.messages.catalogue import join_words

TEXT_KEYS = ("text", "sentence", "data", "content")
GOLD_KEYS = dict.fromkeys(("label", "labels", "spans", "entities", "annotations", "annotation", "ner", "ents"))
"""Ordered for messages."""
_CLASS_KEYS = frozenset({"label", "labels"})
"""Keys under which a record may also have the class of its whole text."""
_DOCUMENT_KEYS = frozenset({"document", "doc_id", "document_id"})
_ANNOTATOR_KEYS = frozenset({"annotator", "_annotator_id"})
_OF_DOCCANO = "Comments"
"""A member of all records of doccano, which lists texts that nobody opened as those without entities."""
_JUDGED: tuple[Judged, ...] = ("yes", "no", "partly")
_MANUAL_VIEWS = ("ner_manual", "spans_manual")
"""Prodigy's interfaces in which a person marks all entities of a text, and not only answers for one."""
_OWN_FIRST = ["id", "text", "label"]
"""The first members of a record that `to_members` has made."""
_GOLD_BY_ANOTHER_NAME = re.compile(r"annotation|entit|label|span|(?:^|_)(?:ner?|bio|iob|tags?)(?:_|$)", re.IGNORECASE)
"""Keys under which other programs write entities in other shapes."""
_TOKEN_KEYS = frozenset(TOKEN_KEYS)
SPAN_EXTRAS = "span_extras"
EXTRAS = "extras"
_OURS = frozenset({*GOLD_KEYS, *TAG_KEYS, *_DOCUMENT_KEYS, *_ANNOTATOR_KEYS, "id", "text", "judged", "answer"})
"""Keys that a reader would take for something else, were an extra written under them."""
IsTaken = Callable[[str, Any], bool]
"""Whether a reader would take an extra for something else, by its key and value."""

HELD: frozenset[Holding] = frozenset(
    {"ids", "documents", "extras", "judged", "annotators", "whitespace", "line ends", "half words"}
)
"""What comes back from records that `to_members` has written."""

HALF_CHARACTER = UserError("an escape such as \\ud83d is half a character without its other half")


class Body(NamedTuple):
    """The text of a record, the members that state it, and its tokens if they have tags or are its only text."""

    text: str
    keys: tuple[str, ...]
    tokens: Tokens | None = None
    token_text: TokenText | None = None


class _Gold(NamedTuple):
    """The entities of a record, and the members that state them."""

    entities: Entities
    keys: list[str]
    judged: Judged
    says_judged: bool
    refused: tuple[StatedSpan, ...] = ()


def has_text(members: Any) -> bool:
    """Whether a JSON value looks like a record."""
    if not isinstance(members, dict):
        return False
    return any(isinstance(members.get(key), str) for key in TEXT_KEYS) or find_tokens(members) is not None


def is_ours(members: Mapping[str, Any]) -> bool:
    """Whether a record seems to be one of `to_members`."""
    return list(members)[: len(_OWN_FIRST)] == _OWN_FIRST


def has_half_character(members: Any) -> bool:
    """Whether a JSON value contains half of a surrogate pair, which no text can."""
    try:
        json.dumps(members, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False


def read_record(
    source: Source, number: int, line: int | None, members: Mapping[str, Any], names: Names
) -> Record | Rejected:
    """The record that the members of a JSON object make.

    Args:
        number, line: its place in the file and where it begins, from 1.
        names: what numbers stand for that are written for labels.
    """
    known_id = ""
    try:
        known_id = _read_id(members)
        body = read_body(members)
    except UserError as error:
        return reject(source, line, error, known_id)
    text = body.text
    used = {"id", *body.keys}
    annotator, document = _take(members, _ANNOTATOR_KEYS, used), _take(members, _DOCUMENT_KEYS, used)
    try:
        gold = _read_gold(members, body, names)
    except UserError as error:
        rejected = reject(source, line, error, known_id)
        return Record(number, text, rejected, known_id, line, document=document, annotator=annotator)
    used.update(gold.keys)
    extras: dict[str, Any] = {}
    if not members.keys() <= used:
        extras = show_extras({key: value for key, value in members.items() if key not in used}, _is_taken)
    spans, span_extras, _ = gold.entities
    if span_extras:
        extras[SPAN_EXTRAS] = list(span_extras)
    about_gold = gold.says_judged, gold.refused
    return Record(number, text, spans, known_id, line, gold.judged, document, annotator, extras, *about_gold)


def to_members(record: Record) -> dict[str, Any]:
    """The members of a record in our own dialect, which `read_record` reads as the same record."""
    members: dict[str, Any] = {
        "id": record.id,
        "text": record.text,
        "label": [[span.start, span.end, span.label] for span in stated_spans(record)],
    }
    if record.document:
        members["document"] = record.document
    if record.annotator:
        members["annotator"] = record.annotator
    if record.judged != "yes" or not record.gold:
        members["judged"] = record.judged
    return members | hide_extras(record.extras, _is_taken)


def hide_extras(extras: Mapping[str, Any], is_taken: IsTaken) -> dict[str, Any]:
    """Extras as members of a record, with those together under one key that a reader would take for something else."""
    hidden = {key: value for key, value in extras.items() if key == EXTRAS or is_taken(key, value)}
    shown = {key: value for key, value in extras.items() if key not in hidden}
    return shown | {EXTRAS: hidden} if hidden else shown


def show_extras(members: dict[str, Any], is_taken: IsTaken) -> dict[str, Any]:
    """The extras that `hide_extras` has made members of."""
    hidden = members.get(EXTRAS)
    if not isinstance(hidden, dict) or not hidden:
        return members
    if not all(key == EXTRAS or is_taken(key, value) for key, value in hidden.items()):
        return members
    return {key: value for key, value in members.items() if key != EXTRAS} | hidden


def _is_taken(key: str, value: Any) -> bool:
    return key in _OURS or holds_entities(key, value)


def _read_id(members: Mapping[str, Any]) -> str:
    """The record's own id; empty if it has none."""
    value = members.get("id")
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise UserError("the id {id!r} is neither a string nor a whole number", id=value)
    return str(value)


def read_body(members: Mapping[str, Any]) -> Body:
    tokens = None if _TOKEN_KEYS.isdisjoint(members) else find_tokens(members)
    if tokens is None or not tokens.tag_keys:
        if members.get("text") and type(members["text"]) is str:
            return Body(members["text"], ("text",))
        keys = [key for key in TEXT_KEYS if isinstance(members.get(key), str)]
        if keys:
            key = next((key for key in keys if members[key]), keys[0])
            return Body(members[key], (key,))
        if tokens is None:
            raise UserError('it has no string under "text" (or {others})', others=join_words(TEXT_KEYS[1:]))
    found = read_token_text(members, tokens, TEXT_KEYS)
    return Body(found.text, found.keys, tokens, found)


def _take(members: Mapping[str, Any], keys: frozenset[str], used: set[str]) -> str:
    """The first string or whole number under one of the keys, as a string; empty if there is none."""
    if keys.isdisjoint(members):
        return ""
    for key, value in members.items():
        if key in keys and value and isinstance(value, str | int) and not isinstance(value, bool):
            used.add(key)
            return str(value)
    return ""


def _read_gold(members: Mapping[str, Any], body: Body, names: Names) -> _Gold:
    """The entities of a record.

    Raises:
        UserError: they cannot be read, or are not meant to be used.
    """
    found = [key for key in members if key in GOLD_KEYS]
    if body.tokens is None and len(found) == 1 and (plain := read_plain_entities(members[found[0]])):
        return _judge(members, Entities(plain), found)
    shaped = [key for key in found if has_span_shape(members[key]) or has_mention_shape(members[key])]
    states = {key: read_entities(members[key], body.text, names) for key in shaped}
    tagged = _read_tags(members, body, names, may_lack_names=bool(states))
    states |= tagged
    if not states:
        return _judge(members, Entities(), _keys_without_entities(members, found))
    _check_agreement(states)
    _check_token_places(members)
    keys = [*states, *(key for key in found if is_empty(members[key]))]
    return _judge(members, next(iter(states.values())), keys, is_tagged=bool(tagged))


def _read_tags(members: Mapping[str, Any], body: Body, names: Names, *, may_lack_names: bool) -> dict[str, Entities]:
    """The entities by the keys of tags; numbers without names say nothing where the entities are stated elsewhere."""
    if body.tokens is None or body.token_text is None:
        return {}
    keys = body.tokens.tag_keys
    named = [key for key in keys if names or not any(type(tag) is int for tag in members[key])]
    used = named if named or may_lack_names else keys
    return {key: read_tags(members[key], body.tokens, body.token_text, names) for key in used}


def _check_agreement(states: Mapping[str, Entities]) -> None:
    """Refuse entities under two keys that differ."""
    first, *others = states
    for other in others:
        if sorted(span[:3] for span in states[first].spans) != sorted(span[:3] for span in states[other].spans):
            raise UserError("its entities under {first} and under {other} differ", first=first, other=other)


def _check_token_places(members: Mapping[str, Any]) -> None:
    """Refuse entities of Prodigy that begin or end elsewhere than the tokens that they name; `token_end` is the last.

    A span that ends within a token names none.
    """
    tokens = members.get("tokens")
    if not isinstance(tokens, list) or not any(isinstance(token, dict) for token in tokens):
        return
    for span in members.get("spans") or ():
        match span:
            case {"start": start, "end": end, "token_start": int(first), "token_end": int(last)}:
                edges = _edge(tokens, first, "start"), _edge(tokens, last, "end")
                if edges != (start, end):
                    raise UserError(
                        "the entity {start}–{end} names the tokens {first} to {last}, which are at {begin}–{stop}",
                        start=start,
                        end=end,
                        first=first,
                        last=last,
                        begin=edges[0],
                        stop=edges[1],
                    )


def _edge(tokens: list[Any], place: int, key: str) -> Any:
    token = tokens[place] if 0 <= place < len(tokens) else None
    return token.get(key) if isinstance(token, dict) else None


def _keys_without_entities(members: Mapping[str, Any], found: Iterable[str]) -> list[str]:
    """The keys by which a record says that it has no entities.

    Raises:
        UserError: there seem to be entities in a shape that nobody knows.
    """
    empty = []
    for key in found:
        value = members[key]
        if is_empty(value):
            empty.append(key)
        elif not _is_class(key, value):
            if isinstance(value, list):
                read_entities(value, "", {})
            raise UserError('what is under "{key}" is not a list of [start, end, label]', key=key)
    if empty and (others := [key for key, value in members.items() if holds_entities(key, value)]):
        raise UserError(
            "{key} is empty, but {others:.80} seems to contain entities; move them to {key}, or remove {others:.80}",
            key=empty[0],
            others=join_words(others),
        )
    if not empty and (others := [key for key, value in members.items() if may_be_gold(key, value)]):
        raise UserError(
            'it has none of {known}, but {others:.80}; write its entities as "label": [[start, end,'
            ' "PS"], …], or "label": [], "judged": "yes" if it has none',
            known=join_words(GOLD_KEYS),
            others=join_words(others),
        )
    return empty


def is_empty(value: Any) -> bool:
    return value is None or value == [] or value == {}


def _is_class(key: str, value: Any) -> bool:
    """Whether a value is the class of a text, or several."""
    if key not in _CLASS_KEYS:
        return False
    if isinstance(value, str):
        return not value.lstrip().startswith(("[", "(", "{"))
    return isinstance(value, int | float) or (isinstance(value, list) and all(isinstance(each, str) for each in value))


def may_be_gold(key: str, value: Any) -> bool:
    """Whether a member under a key that is not one of entities may state some all the same."""
    if key in GOLD_KEYS or key == SPAN_EXTRAS or not isinstance(value, list | dict):
        return False
    return bool(_GOLD_BY_ANOTHER_NAME.search(key)) or has_span_shape(value)


def holds_entities(key: str, value: Any) -> bool:
    """Whether a member that may state entities does so by its value: spans, other structures, or tags."""
    if not may_be_gold(key, value):
        return False
    if isinstance(value, dict):
        return any(isinstance(each, list) and each for each in value.values())
    is_tagged = all(isinstance(each, str) and parse_tag(each) for each in value) and {*value} != {"O"}
    return any(isinstance(each, list | dict) for each in value) or (is_tagged and bool(value))


def _judge(members: Mapping[str, Any], entities: Entities, keys: list[str], *, is_tagged: bool = False) -> _Gold:
    """Find out whether a person decided what the entities are, which tags say, since O is one.

    Raises:
        UserError: a person rejected them, or passed over them.
    """
    if (said := members.get("judged")) in _JUDGED:
        return _Gold(entities, [*keys, "judged"], said, True)
    answer = members.get("answer")
    if answer == "reject" and entities.spans and _is_binary(members, entities):
        return _Gold(Entities(), [*keys, "answer"], "partly", True, entities.spans)
    if answer in ("reject", "ignore"):
        raise UserError("its answer in Prodigy is {answer}, and only accepted ones are read", answer=answer)
    if answer == "accept" and (keys or members.get("_view_id") in _MANUAL_VIEWS):
        return _Gold(entities, [*keys, "answer"], "partly" if _is_binary(members, entities) else "yes", True)
    if keys and members[keys[0]] is None and all(members[key] is None for key in keys):
        return _Gold(entities, keys, "no", True)
    is_unseen = not entities.spans and _OF_DOCCANO in members and not is_tagged
    return _Gold(entities, keys, "no" if entities.are_predicted or not keys or is_unseen else "yes", is_tagged)


def _is_binary(members: Mapping[str, Any], entities: Entities) -> bool:
    """Whether a person only answered for one entity and did not mark all, as in Prodigy's `ner.teach`."""
    view = members.get("_view_id")
    return view == "ner" if view else len(entities.spans) == 1 and "tokens" not in members
