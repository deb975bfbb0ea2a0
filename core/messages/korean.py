"""Choose the form of a Korean particle after a word: 서울이, 경기가; 부산으로, 서울로, 경기로.

Source: the rules of 한글 맞춤법 and 표준어 규정 for particles with two forms; the sounds of Latin words are guessed.
"""

import re
import unicodedata
from typing import Literal

Ending = Literal["vowel", "ㄹ", "consonant"]
"""The sound that a word ends in, which decides the particles after it: 는/은, 라/이라; 로 also after ㄹ."""

_FIRST_SYLLABLE, _LAST_SYLLABLE, _FINALS = "가", "힣", 28
_FINAL_L = 8
"""Of the 28 finals, the number of ㄹ."""
DIGITS = "영일이삼사오육칠팔구"
"""The digits as they are read; for particles, 0 also at the end of 10, 100, 1,000 and 10,000 (십, 백, 천, 만), as all
of these end in a consonant."""
_TRILLION = re.compile(r"(?<![.\d])[1-9]\d{0,3}0{12}")
"""A number that closes in 조, the one unit that ends in a vowel."""

_LETTERS: dict[str, Ending] = {"L": "ㄹ", "R": "ㄹ", "M": "consonant", "N": "consonant"}
"""The letters whose Korean names, 엘 알 엠 엔, do not end in a vowel."""
_LATIN_L = re.compile("(?:l|le)$")
_LATIN_CONSONANT = re.compile("(?:m|n|ng|[aeiou][mn]e|[aeiou][bckpt]|[aeiou]pe|ck)$")
"""Ends of English words that a Korean speaker hears with a final consonant: item, train, line, set, type, back."""

_WITH_FINAL = ("이", "을", "은", "과", "아", "으로", "이나", "이라", "이란", "이랑")
"""The form after a consonant, of every particle that has two."""
_WITHOUT_FINAL = ("가", "를", "는", "와", "야", "로", "나", "라", "란", "랑")
_FORMS = dict(zip(_WITH_FINAL, _WITHOUT_FINAL, strict=True))

PAIR = re.compile("|".join(f"{one}/{other}|{other}/{one}" for one, other in _FORMS.items()))
"""Both forms of a particle as a template asks for them: `이/가`, `로/으로`."""


def choose_particle(word: str, pair: str) -> str:
    """The form of a particle after a word; both, as in `이(가)`, if the spelling does not show the sound.

    Args:
        pair: as `PAIR` matches it.
    """
    after_final, after_vowel = sorted(pair.split("/"), key=_WITHOUT_FINAL.__contains__)
    ending = word_ending(word)
    if ending is None:
        added = after_final.removesuffix(after_vowel)
        return f"({added}){after_vowel}" if added != after_final else f"{after_final}({after_vowel})"
    return after_vowel if ending == "vowel" or (ending == "ㄹ" and after_vowel == "로") else after_final


def word_ending(word: str) -> Ending | None:
    """The sound that a word ends in, ignoring closing marks; None if the spelling does not show it."""
    text = unicodedata.normalize("NFC", word).rstrip()
    while text and text[-1] != "%" and not text[-1].isalnum():
        text = text[:-1]
    if not text:
        return None
    last = text[-1]
    if last == "%":  # 퍼센트
        return "vowel"
    if last in "0123456789":
        return "vowel" if _closes_in_trillion(text) else syllable_ending(DIGITS[int(last)])
    if is_syllable(last):
        return syllable_ending(last)
    return _latin_ending(text) if last.isascii() else None


def syllable_ending(syllable: str) -> Ending:
    """The sound that a Hangul syllable ends in."""
    final = (ord(syllable) - ord(_FIRST_SYLLABLE)) % _FINALS
    return "ㄹ" if final == _FINAL_L else "consonant" if final else "vowel"


def is_syllable(character: str) -> bool:
    """Whether a character is a whole Hangul syllable."""
    return _FIRST_SYLLABLE <= character <= _LAST_SYLLABLE


def _closes_in_trillion(text: str) -> bool:
    digits = text.replace(",", "")
    return any(found.end() == len(digits) for found in _TRILLION.finditer(digits))


def _latin_ending(text: str) -> Ending:
    word = text[len(text.rstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")) :]
    if word.isupper():
        return _LETTERS.get(word[-1], "vowel")
    if _LATIN_L.search(word.lower()):
        return "ㄹ"
    return "consonant" if _LATIN_CONSONANT.search(word.lower()) else "vowel"
