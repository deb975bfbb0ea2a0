from hypothesis import given
from hypothesis import strategies as st
from tokenizers.normalizers import Precompiled

from core.model.encoders.unpacking import characters_map

CHARACTERS = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
TEXTS = st.text(CHARACTERS, max_size=3)


@given(st.dictionaries(CHARACTERS, TEXTS, min_size=1), st.lists(CHARACTERS))
def test_every_character_becomes_its_text_and_no_other_changes(texts, others):
    normaliser = Precompiled(characters_map(texts))
    for character in [*texts, *others]:
        assert normaliser.normalize_str(character) == texts.get(character, character)


def test_neighbours_of_many_characters_stay():
    texts = {chr(code): "가" for code in range(0x100, 0x3000, 3)}
    normaliser = Precompiled(characters_map(texts))
    for code in range(1, 0x3100):
        assert normaliser.normalize_str(chr(code)) == texts.get(chr(code), chr(code))
