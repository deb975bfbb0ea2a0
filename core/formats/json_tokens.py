"""JSON records of tokens with tags: `{"tokens": ["나리는", "갔다"], "ner_tags": ["B-PS", "O"]}`.

Tags are names (see `word_tags`) or numbers with names. Source: https://huggingface.co/docs/datasets, and the data set
`klue` there, whose tokens are characters and blanks, and whose `sentence` is not the text but KLUE's markup of it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from core.domain.errors import UserError
from core.formats.json_spans import Entities, Names, name_of
from core.formats.klue import mark_up
from core.formats.records import StatedSpan
from core.formats.word_tags import BadTagError, find_ranges, parse_tag

TOKEN_KEYS = ("tokens", "words")
TAG_KEYS = ("ner_tags", "tags", "bio_tags", "ner", "labels", "label")

_MARKUP = re.compile(r"<([^<>]*):[^<>:\s]+>")

Extent = tuple[int, int]
"""Where a token begins and ends in the text."""


class Tokens(NamedTuple):
    """The tokens of a record, and the members that tag them."""

    key: str
    words: list[str]
    tag_keys: list[str]


class TokenText(NamedTuple):
    """The text that tokens make.

    Attributes:
        keys: the members that say nothing but this text.
        markup: of the text by its entities, if a member has it.
        fault: why the tokens are not those of the text.
    """

    text: str
    extents: Sequence[Extent]
    keys: tuple[str, ...]
    markup: str = ""
    fault: UserError | None = None


def find_tokens(members: Mapping[str, Any]) -> Tokens | None:
    """The tokens of a record, if it has a list of strings under a usual key."""
    for key in TOKEN_KEYS:
        words = members.get(key)
        if isinstance(words, list) and words and all(isinstance(word, str) for word in words):
            return Tokens(key, words, [each for each in TAG_KEYS if _are_tags(each, members.get(each), len(words))])
    return None


def _are_tags(key: str, value: Any, count: int) -> bool:
    if not isinstance(value, list) or key == "ner_tags":
        return isinstance(value, list)
    if all(isinstance(tag, str) and parse_tag(tag) for tag in value):
        return bool(value)
    return len(value) == count and all(type(tag) is int for tag in value)


def read_token_text(members: Mapping[str, Any], tokens: Tokens, text_keys: Iterable[str]) -> TokenText:
    """The text of tokens: what a member states if its tokens make it; without one, the tokens joined by blanks, or by
    nothing if blanks are tokens or all tokens are characters.
    """
    stated = {key: members[key] for key in text_keys if isinstance(members.get(key), str)}
    for key, text in stated.items():
        extents = _place_words(tokens.words, text)
        if extents is not None:
            return TokenText(text, extents, _repeating_keys(text, tokens, (key,)))
    text, extents = _join_words(tokens.words)
    for key, other in stated.items():
        if _MARKUP.sub(r"\1", other) == text:
            return TokenText(text, extents, _repeating_keys(text, tokens, (key,)), other)
    for key, other in stated.items():
        return TokenText(other, (), (key,), fault=UserError('its tokens do not make the text under "{key}"', key=key))
    return TokenText(text, extents, _repeating_keys(text, tokens, ()))


def _repeating_keys(text: str, tokens: Tokens, keys: tuple[str, ...]) -> tuple[str, ...]:
    """The keys of a text, and that of tokens that are just its words or characters, which nobody need keep."""
    return (*keys, tokens.key) if tokens.words in (text.split(" "), list(text)) else keys


def _place_words(words: Sequence[str], text: str) -> list[Extent] | None:
    """Where the words are in a text that has nothing else but blanks between them."""
    extents, at = [], 0
    for word in words:
        if not text.startswith(word, at):
            at = _end_of_blanks(text, at)
            if not text.startswith(word, at):
                return None
        extents.append((at, at + len(word)))
        at += len(word)
    return extents if _end_of_blanks(text, at) == len(text) else None


def _end_of_blanks(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _join_words(words: Sequence[str]) -> tuple[str, list[Extent]]:
    is_by_character = any(word.isspace() for word in words) or all(len(word) == 1 for word in words)
    gap = 0 if is_by_character else 1
    extents, at = [], 0
    for word in words:
        extents.append((at, at + len(word)))
        at += len(word) + gap
    return (" " * gap).join(words), extents


def read_tags(tags: list[Any], tokens: Tokens, found: TokenText, names: Names) -> Entities:
    """The entities that the tags of tokens encode; an I that continues nothing begins one, as in IOB1.

    Raises:
        UserError: the tags do not fit the tokens, one is none, or a number has no name.
    """
    if found.fault is not None:
        raise found.fault
    if len(tags) != len(tokens.words):
        raise UserError("it has {count} tokens but {other} tags", count=len(tokens.words), other=len(tags))
    try:
        ranges = find_ranges([_tag(place, tag, names) for place, tag in enumerate(tags)], is_iob1=True)
    except BadTagError as error:
        raise UserError(
            "the token {number}, {token!r:.40}: {reason}",
            number=error.place + 1,
            token=tokens.words[error.place],
            reason=error.reason,
        ) from error
    extents = found.extents
    spans = tuple([StatedSpan(extents[first][0], extents[last - 1][1], label) for first, last, label in ranges])
    _check_markup(found, spans)
    return Entities(spans)


def _tag(place: int, tag: Any, names: Names) -> str:
    if isinstance(tag, str):
        return tag
    try:
        return name_of(tag, names)
    except UserError as error:
        raise (BadTagError(place, error) if names else error) from error


def _check_markup(found: TokenText, spans: tuple[StatedSpan, ...]) -> None:
    if found.markup and found.markup != mark_up(found.text, spans):
        raise UserError(
            "its tags mark it as {marked:.80}, but the file says {stated:.80}",
            marked=mark_up(found.text, spans),
            stated=found.markup,
        )
