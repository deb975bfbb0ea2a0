"""The shapes of a word: without its particle, with it, and whole."""

import unicodedata

import pytest

from core.languages.korean.words import word_shapes


def shapes(text, index=0):
    boundaries = range(len(text) + 1)
    return [text[start:end] for start, end in word_shapes(text, index, boundaries)]


@pytest.mark.parametrize(
    ("word", "noun"),
    [
        ("미화와", "미화"),
        ("이순신은", "이순신"),
        ("서울에서는", "서울"),
        ("제주도에", "제주도"),
        ("고양이가", "고양이"),
        ("국무회의에서", "국무회의"),
        ("대만을", "대만"),
        ("을지로에서", "을지로"),
        ("파리로", "파리"),
        ("서울로", "서울"),
        ("회장이라고", "회장"),
        ("KBS가", "KBS"),
        ("中은", "中"),
        ("2024년부터", "2024년"),
        ("삼성전자만이", "삼성전자"),
        ("나라가", "나라"),
        ("바다가", "바다"),
        ("오징어를", "오징어"),
        ("회의에", "회의"),
        ("사람이", "사람"),
        ("이연걸이", "이연걸"),
        ("우리나라는", "우리나라"),
        ("길고양이에게", "길고양이"),
        ("어린이라고", "어린이"),
        ("쌍둥이는", "쌍둥이"),
        ("정치가가", "정치가"),
        ("고속도로로", "고속도로"),
    ],
)
def test_a_particle_is_left_out_first_and_taken_then(word, noun):
    assert shapes(word) == [noun, word]


@pytest.mark.parametrize(
    "word",
    [
        "우크라이나",
        "캐나다",
        "제주도",
        "한국인",
        "국무회의",
        "민주주의",
        "마을",
        "작가",
        "회의",
        "사과",
        "한은",
        "도서관",
        "고양이",
        "들고양이",
        "어린이",
        "호랑이",
        "손잡이",
        "종이",
        "의자",
        "우리나라",
        "을지로",
        "경부고속도로",
        "정치가",
        "애호가",
    ],
)
def test_the_end_of_a_name_is_not_a_particle(word):
    assert shapes(word) == [word]


def test_quotes_and_brackets_are_left_out_until_the_last():
    assert shapes("“이순신”이라고") == ["이순신", "이순신”이라고", "“이순신”이라고"]
    assert shapes("(서울),") == ["서울", "(서울),"]
    assert shapes("삼성전자(005930)는") == ["삼성전자", "삼성전자(005930)", "삼성전자(005930)는"]
    assert shapes("삼성전자(005930)는", 6) == ["005930", "삼성전자(005930)", "삼성전자(005930)는"]
    assert shapes("(주)삼성은", 3) == ["삼성", "(주)삼성", "(주)삼성은"]
    assert shapes("보아텡(AC밀란)이", 4) == ["AC밀란", "보아텡(AC밀란)", "보아텡(AC밀란)이"]
    assert shapes("박상민(51)", 3) == ["박상민(51)"], "on a bracket"
    assert shapes("...") == ["..."]
    assert shapes("그는 갔다", 2) == []


def test_a_decomposed_word_is_cut_at_a_whole_syllable():
    text = unicodedata.normalize("NFD", "미화와 갔다")
    noun = unicodedata.normalize("NFD", "미화")
    boundaries = (0, 2, 4, 6, 7, 10, 12)
    assert [text[start:end] for start, end in word_shapes(text, 0, boundaries)] == [noun, text[:6]]
