import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.languages.korean.morphemes import MORPHEME_CLASSES, SEPARATOR, morpheme_classes, split_into_morphemes
from core.languages.korean.normalise import normalise_text

TEXTS = st.text(st.sampled_from("이순신은 한산도에서 했다샀는데요😀👨\u200d👩.,abc 2024\t\u3000␟뷁"), max_size=40)


def split(text):
    (separated,) = split_into_morphemes([normalise_text(text)])
    return separated


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("이순신은 조선의 무신이다.", "이순신␟은 조선␟의 무신␟이␟다␟."),
        ("했다", "했␟다"),
        ("😀 삼성전자가 Galaxy를 샀다", "😀 삼성전자␟가 Galaxy␟를 샀␟다"),
    ],
)
def test_separators_are_between_morphemes(text, parts):
    assert split(text).text == parts


@given(TEXTS.map(lambda text: text.replace(SEPARATOR, "")))
def test_nothing_but_separators_is_added_and_every_character_keeps_its_place(text):
    read, separated = normalise_text(text), split(text)
    kept = [i for i, character in enumerate(separated.text) if character != SEPARATOR]
    assert "".join(separated.text[i] for i in kept) == read.text
    assert all(text[separated.starts[i] : separated.ends[i]] for i in kept)
    for i, character in enumerate(separated.text):
        if character == SEPARATOR:
            assert separated.starts[i] == separated.ends[i]
            assert not separated.text[i - 1].isspace()
            assert not separated.text[i + 1].isspace()


@given(TEXTS)
def test_separators_of_the_text_itself_are_left_out(text):
    separated, read = split(text), normalise_text(text)
    own = {read.starts[i] for i, character in enumerate(read.text) if character == SEPARATOR}
    assert own.isdisjoint(separated.starts[i] for i in range(len(separated.text)) if separated.text[i] != SEPARATOR)


def test_decomposed_text_is_split_where_composed_text_is():
    decomposed = split(unicodedata.normalize("NFD", "이순신은"))
    assert decomposed.text == "이순신␟은"
    assert decomposed.original(4, 5) == (8, 11)


def test_classes_show_the_kind_of_morpheme_and_its_first_character():
    (classes,) = morpheme_classes([normalise_text("이순신은 갔다")])
    assert classes[0] % 2 == 0
    assert classes[1:3] == [classes[0] + 1] * 2
    assert classes[3] % 2 == 0
    assert classes[3] != classes[0]
    assert classes[4] == 0


@given(TEXTS)
def test_every_character_has_a_class_in_range(text):
    read = normalise_text(text)
    (classes,) = morpheme_classes([read])
    assert len(classes) == len(read.text)
    assert all(0 <= number < MORPHEME_CLASSES for number in classes)
