"""The form of a particle that fits the word before it, by how the word sounds at its end."""

import pytest

from core.messages.korean import PAIR, choose_particle, word_ending

SYLLABLES = [chr(code) for code in range(ord("가"), ord("힣") + 1)]


def name_final(syllable):
    """The final consonant of a syllable by its decomposition, as Unicode has it."""
    import unicodedata

    jamo = unicodedata.normalize("NFD", syllable)
    return jamo[2] if len(jamo) == 3 else ""


def test_every_syllable_takes_the_forms_of_its_final():
    for syllable in SYLLABLES:
        final = name_final(syllable)
        assert choose_particle(syllable, "이/가") == ("이" if final else "가")
        assert choose_particle(syllable, "을/를") == ("을" if final else "를")
        assert choose_particle(syllable, "은/는") == ("은" if final else "는")
        assert choose_particle(syllable, "으로/로") == ("으로" if final not in ("", "\u11af") else "로")


@pytest.mark.parametrize(
    ("word", "forms"),
    [
        ("서울", "이 을 은 과 로"),
        ("경기", "가 를 는 와 로"),
        ("부산", "이 을 은 과 으로"),
        ("0", "이 을 은 과 으로"),
        ("1", "이 을 은 과 로"),
        ("2", "가 를 는 와 로"),
        ("3", "이 을 은 과 으로"),
        ("4", "가 를 는 와 로"),
        ("5", "가 를 는 와 로"),
        ("6", "이 을 은 과 으로"),
        ("7", "이 을 은 과 로"),
        ("8", "이 을 은 과 로"),
        ("9", "가 를 는 와 로"),
        ("10", "이 을 은 과 으로"),
        ("1,000", "이 을 은 과 으로"),
        ("100,000,000", "이 을 은 과 으로"),
        ("1,000,000,000,000", "가 를 는 와 로"),
        ("0.83", "이 을 은 과 으로"),
        ("12%", "가 를 는 와 로"),
        ("PS", "가 를 는 와 로"),
        ("LC", "가 를 는 와 로"),
        ("TM", "이 을 은 과 으로"),
        ("URL", "이 을 은 과 로"),
        ("model", "이 을 은 과 로"),
        ("file", "이 을 은 과 로"),
        ("train", "이 을 은 과 으로"),
        ("tiny", "가 를 는 와 로"),
        ("starter", "가 를 는 와 로"),
        ("test", "가 를 는 와 로"),
        ("book", "이 을 은 과 으로"),
    ],
)
def test_words_digits_and_latin_letters(word, forms):
    pairs = ("이/가", "을/를", "은/는", "과/와", "으로/로")
    assert " ".join(choose_particle(word, pair) for pair in pairs) == forms


@pytest.mark.parametrize("word", ["“서울”", "서울 (1)", "서울…", "[서울]", "서울 ", "서울".encode().decode()])
def test_marks_that_close_a_word_have_no_sound(word):
    assert word_ending(word) == "ㄹ"


def test_decomposed_syllables_sound_as_composed_ones():
    import unicodedata

    assert choose_particle(unicodedata.normalize("NFD", "부산"), "이/가") == "이"


@pytest.mark.parametrize(
    ("pair", "both"), [("이/가", "이(가)"), ("을/를", "을(를)"), ("으로/로", "(으)로"), ("이나/나", "(이)나")]
)
@pytest.mark.parametrize("word", ["", "…", "東京", "Москва"])
def test_where_the_sound_is_not_known_both_forms_are_written(word, pair, both):
    assert choose_particle(word, pair) == both


def test_a_pair_is_taken_in_either_order():
    assert choose_particle("부산", "로/으로") == "으로"
    assert choose_particle("경기", "가/이") == "가"


def test_only_pairs_of_particles_are_pairs():
    assert PAIR.fullmatch("은/는")
    assert not PAIR.fullmatch("은/가")
    assert not PAIR.fullmatch(",")
