"""Every sentence that is said, from one catalogue: English templates in the code, their translations by gettext.

A sentence is one template with named fields and, where it counts, both of its English forms; never glued from parts.
A field is formatted as by `str.format` (`{count:,}`), and can be followed by the Korean particle that fits it:
`{label:이/가}`, `{count:, 을/를}`.
"""

import gettext
import re
import string
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from core.messages.korean import PAIR, choose_particle

DOMAIN = "spandesk"
"""The name of the catalogue's files: `LANGUAGE/LC_MESSAGES/spandesk.mo`."""

PSEUDO = "pseudo"
"""A language for tests: `⟦áććééñtééd, lóóñgéér sééñtééñćééś⟧`, so that what no catalogue translates is seen."""

_TRANSLATIONS = Path(__file__).parents[2] / "resources" / "translations"


def say(template: str, /, **fields: object) -> str:
    """The sentence in the language in use."""
    return _fill(_language.gettext(template), fields)


def say_count(one: str, many: str, /, count: int, **fields: object) -> str:
    """The sentence in the form that fits the count, which is its field `count` too."""
    return _fill(_language.ngettext(one, many, count), {"count": count, **fields})


def say_as(context: str, template: str, /, **fields: object) -> str:
    """The sentence, where one English wording has several translations: the context tells them apart."""
    return _fill(_language.pgettext(context, template), fields)


def mark(template: str) -> str:
    """The template as it is, found by extraction here and said elsewhere: `say(TITLES[name])`."""
    return template


def translate(template: str) -> str:
    """The template in the language in use, for a library that fills it itself."""
    return _language.gettext(template)


def translate_count(one: str, many: str, count: int) -> str:
    """The form of a library's template that fits a count."""
    return _language.ngettext(one, many, count)


def join_words(words: Iterable[object]) -> str:
    """The words as a list without an end: `PS, LC, OG`."""
    joined = ""
    for word in words:
        joined = say("{words}, {word}", words=joined, word=word) if joined else str(word)
    return joined


def use_language(code: str, translations: Path = _TRANSLATIONS) -> None:
    """Say everything in a language from now on, and in English what its catalogue lacks.

    Args:
        code: `en`, `pseudo`, or the name of a folder of translations.

    Raises:
        FileNotFoundError: there is no catalogue of that language.
    """
    global _language
    if code == "en":
        _language = gettext.NullTranslations()
    elif code == PSEUDO:
        _language = _PseudoTranslations()
    else:
        _language = gettext.translation(DOMAIN, translations, [code])


class _PseudoTranslations(gettext.NullTranslations):
    """Translates every template into itself, accented, a third longer and in white square brackets."""

    def gettext(self, message: str) -> str:
        return _disguise(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return _disguise(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:
        return _disguise(message)


_ACCENTS = str.maketrans("abcdefghijklmnopqrstuvwxyz", "áƀćđéƒǧĥíǰķĺɱñóƥʠŕśťúṽẃẋýž")
_KEPT = re.compile(r"(<[^<>]*>|&\w+;|%(?:\(\w+\))?[srd])")
"""Markup and the fields of a library's own templates, which stay as they are."""


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
    """Formats fields as `str.format` does, but for the particle that a format may end with."""

    def format_field(self, value: Any, format_spec: str) -> str:
        spec, _, pair = format_spec.rpartition(" ")
        if not PAIR.fullmatch(pair):
            return str(super().format_field(value, format_spec))
        text = str(super().format_field(value, spec))
        return text + choose_particle(text, pair)


def _fill(template: str, fields: Mapping[str, object]) -> str:
    return _FORMATTER.vformat(template, (), fields)


_FORMATTER = _Formatter()
_language: gettext.NullTranslations = gettext.NullTranslations()
