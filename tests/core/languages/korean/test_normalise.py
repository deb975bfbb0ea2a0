import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from core.languages.korean.normalise import to_nfc

HANGUL = st.text(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3))
JAMO = st.characters(min_codepoint=0x1100, max_codepoint=0x11FF)
MARKS = st.sampled_from("゙゚ཱཱིུ̧̣̇̀́̈́가각ᆨᅡ ae😀Åか")
TEXTS = st.text(st.one_of(JAMO, MARKS, st.characters(exclude_categories=["Cs"])), max_size=30)


@given(TEXTS)
def test_text_is_what_unicodedata_says(text):
    assert to_nfc(text).text == unicodedata.normalize("NFC", text)


@given(TEXTS)
def test_extents_tile_the_original_in_order(text):
    normalised = to_nfc(text)
    extents = list(dict.fromkeys(zip(normalised.starts, normalised.ends, strict=True)))
    assert [start for start, _ in extents] == [0, *(end for _, end in extents)][:-1] if extents else not text
    assert (extents[-1][1] if extents else 0) == len(text)


@given(TEXTS)
def test_each_extent_normalises_to_its_characters(text):
    normalised = to_nfc(text)
    extents = dict.fromkeys(zip(normalised.starts, normalised.ends, strict=True))
    assert "".join(unicodedata.normalize("NFC", text[start:end]) for start, end in extents) == normalised.text


@given(HANGUL)
def test_decomposed_hangul_maps_back_to_its_jamo(text):
    decomposed = unicodedata.normalize("NFD", text)
    normalised = to_nfc(decomposed)
    assert normalised.text == text
    assert [decomposed[a:b] for a, b in zip(normalised.starts, normalised.ends, strict=True)] == [
        unicodedata.normalize("NFD", syllable) for syllable in text
    ]


def test_original_extent_of_a_stretch():
    decomposed = unicodedata.normalize("NFD", "한😀글")
    normalised = to_nfc(decomposed)
    assert normalised.original(1, 3) == (3, 7)
    assert decomposed[3:7] == "😀" + unicodedata.normalize("NFD", "글")
