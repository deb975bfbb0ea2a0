"""Maps of characters in SentencePiece's form, which the normaliser `Precompiled` of `tokenizers` takes.

A map is the size of a trie in bytes, the trie, and the texts that the characters become, a zero byte after each. The
trie holds the characters' UTF-8 as a double array (Aoe 1989) in the layout of Darts-clone. Its unit at a place p says
in bits 31–10 where its branches start, as p ^ base: what follows byte b has its unit at base ^ b. Bits 7–0 are the
byte that leads to the unit. Bit 8 says that a character ends with it; then the unit at base has bit 31 and the text's
place.
"""

import struct
from collections.abc import Mapping
from itertools import count

_BASE_SHIFT = 10
_ENDS_CHARACTER = 1 << 8
_IS_TEXT = 1 << 31
_LAST_BYTE = 0xFF


def characters_map(texts: Mapping[str, str]) -> bytes:
    """The map of single characters to texts; neither may hold U+0000."""
    units, places = _branches(texts)
    first_text = (max(units) | _LAST_BYTE) + 1  # past all branches, where no byte leads
    written = bytearray()
    for base, (character, text) in enumerate(texts.items(), first_text):
        place = places[character.encode()]
        units[place] |= (place ^ base) << _BASE_SHIFT | _ENDS_CHARACTER
        units[base] = len(written) | _IS_TEXT
        written += text.encode() + b"\0"
    size = (max(units) | _LAST_BYTE) + 1  # a reader looks at base ^ b for any byte b
    return struct.pack(f"<{size + 1}I", 4 * size, *(units.get(place, 0) for place in range(size))) + bytes(written)


def _branches(characters: Mapping[str, str]) -> tuple[dict[int, int], dict[bytes, int]]:
    """The units of the trie by their places, the texts aside, and the place that each beginning of UTF-8 leads to.

    Each base is the first that no other unit has and whose branches are free.
    """
    units, places, bases = {0: 0}, {b"": 0}, set()
    for beginning, following in _followers(characters).items():
        base = next(b for b in count(1) if b not in bases and not any(b ^ byte in units for byte in following))
        bases.add(base)
        units[places[beginning]] |= (places[beginning] ^ base) << _BASE_SHIFT
        for byte in following:
            units[base ^ byte] = byte
            places[beginning + bytes([byte])] = base ^ byte
    return units, places


def _followers(characters: Mapping[str, str]) -> dict[bytes, set[int]]:
    """For each beginning of a character's UTF-8 the bytes that come next; short beginnings first."""
    found: dict[bytes, set[int]] = {}
    for encoded in map(str.encode, characters):
        for length in range(len(encoded)):
            found.setdefault(encoded[:length], set()).add(encoded[length])
    return dict(sorted(found.items(), key=lambda item: len(item[0])))
