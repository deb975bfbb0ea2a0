"""All user-facing text: English templates in the code, translated by gettext.

A sentence is one template with named fields, with both English forms if it has a count; it is never glued from
parts. A field is formatted as by `str.format` (`{count:,}`), and can be followed by the Korean particle that fits
it: `{label:이/가}`, `{count:, 을/를}`.
"""

import gettext
import re
import string
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from core.messages.korean import PAIR, choose_particle

DOMAIN = "spandesk"
"""The name of the catalogue's files: `LANGUAGE/LC_MESSAGES/spandesk.mo`."""

PSEUDO = "pseudo"
"""A language for tests: `⟦áććééñtééd, lóóñgéér sééñtééñćééś⟧`; text that bypasses the catalogue stands out."""

_TRANSLATIONS = Path(__file__).parents[2] / "resources" / "translations"


def say(template: str, /, **fields: object) -> str:
    """The sentence in the current language."""
    return _fill(_language.gettext(template), fields)


def say_count(one: str, many: str, /, count: int, **fields: object) -> str:
    """The sentence in the plural form for a count, which is also its field `count`."""
    return _fill(_language.ngettext(one, many, count), {"count": count, **fields})


def say_as(context: str, template: str, /, **fields: object) -> str:
    """The sentence in a context, for English words that have several translations."""
    return _fill(_language.pgettext(context, template), fields)


def mark(template: str) -> str:
    """Mark a template for extraction and return it unchanged, to be passed to `say` later: `say(TITLES[name])`."""
    return template


def translate(template: str) -> str:
    """The template in the current language, for a library that fills in the fields itself."""
    return _language.gettext(template)


def translate_count(one: str, many: str, count: int) -> str:
    """The plural form of a library's template for a count."""
    return _language.ngettext(one, many, count)


def join_words(words: Iterable[object]) -> str:
    """Join words with commas: `PS, LC, OG`."""
    joined = ""
    for word in words:
        joined = say("{words}, {word}", words=joined, word=word) if joined else str(word)
    return joined


def use_language(code: str, translations: Path = _TRANSLATIONS) -> None:
    """Switch to a language; templates that its catalogue lacks stay English.

    Args:
        code: `en`, `pseudo`, or the name of a folder of translations.

    Raises:
        FileNotFoundError: there is no catalogue for that language.
    """
    global _language
    if code == "en":
        _language = gettext.NullTranslations()
    elif code == PSEUDO:
        _language = _PseudoTranslations()
    else:
        _language = gettext.translation(DOMAIN, translations, [code])


class _PseudoTranslations(gettext.NullTranslations):
    """Translates every template to itself with accents, a third longer and in white square brackets."""

    def gettext(self, message: str) -> str:
        return _disguise(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return _disguise(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:
        return _disguise(message)


_ACCENTS = str.maketrans("abcdefghijklmnopqrstuvwxyz", "áƀćđéƒǧĥíǰķĺɱñóƥʠŕśťúṽẃẋýž")
_KEPT = re.compile(r"(<[^<>]*>|&\w+;|%(?:\(\w+\))?[srd])")
"""Markup and the fields of library templates, which are not translated."""


def _disguise(template: str) -> str:
    parts = []
    for text, field, spec, conversion in _FORMATTER.parse(template):
        for piece in _KEPT.split(text):
            accented = re.sub("[aeiou]", r"\g<0>\g<0>", piece).translate(_ACCENTS)
            parts.append(piece if _KEPT.fullmatch(piece) else accented.replace("{", "{{").replace("}", "}}"))
        if field is not None:
            parts.append(f"{{{field}{f'!{conversion}' if conversion else ''}{f':{spec}' if spec else ''}}}")
    disguised = "".join(parts)
    return disguised if disguised == template else f"⟦{disguised}⟧"


class _Formatter(string.Formatter):
    """Formats fields like `str.format`, and adds the Korean particle that a format may end with."""

    def format_field(self, value: Any, format_spec: str) -> str:
        spec, _, pair = format_spec.rpartition(" ")
        if not PAIR.fullmatch(pair):
            return str(super().format_field(value, format_spec))
        text = str(super().format_field(value, spec))
        return text + choose_particle(text, pair)


def _fill(template: str, fields: Mapping[str, object]) -> str:
    return _FORMATTER.vformat(template, (), fields) if _has_particles(template) else template.format_map(fields)


@lru_cache
def _has_particles(template: str) -> bool:
    """Whether a field asks for a particle; `str.format`, which is far faster, does for all others."""
    specs = [spec for _, _, spec, _ in _FORMATTER.parse(template) if spec]
    return any(PAIR.fullmatch(spec.rpartition(" ")[2]) for spec in specs)


_FORMATTER = _Formatter()
_language: gettext.NullTranslations = gettext.NullTranslations()
