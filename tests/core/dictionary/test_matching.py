"""What a dictionary matches: edges, particles, blanks, overlaps, ambiguity and expressions that never end."""

import time
import unicodedata
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dictionary import matching
from core.dictionary.entries import DictionaryEntry, parse_entry
from core.dictionary.matching import DictionaryMatcher, count_matches, match_texts
from core.domain.generators import run_to_end
from core.domain.spans import Span
from core.languages.korean.particle_cuts import CutPlace, judge_cut
from core.languages.korean.words import find_word_starts


def matcher(*lines):
    return DictionaryMatcher([parse_entry(line, number) for number, line in enumerate(lines, 1)], "names.txt")


def found(text, *lines):
    """The matched strings with their labels."""
    [matches] = matcher(*lines).match([text])
    return [(text[match.start : match.end], "|".join(match.labels)) for match in matches]


PLACES = {
    "a clear particle": ("이순신은 왔다", "이순신", ["이순신"]),
    "several particles": ("부산에서는 비가 온다", "부산", ["부산"]),
    "the end of the text": ("그는 이순신", "이순신", ["이순신"]),
    "brackets and quotes": ("“나리”는 (부산)에 갔다", "나리", ["나리"]),
    "part of a compound": ("서울시청은 크다", "서울", []),
    "the end of a compound": ("남서울은 크다", "서울", []),
    "a doubtful particle": ("나리도 갔다", "나리", ["나리"]),
    "a noun that looks like a particle": ("제주도에 갔다", "제주", []),
    "a noun that only begins alike": ("고양이가 운다", "고양", []),
    "people of a country": ("그는 한국인이다", "한국", []),
    "이다 in one syllable": ("수도인 서울", "수도", ["수도"]),
    "a long noun that Kiwi does not know": ("김나리온이 왔다", "김나리온", ["김나리온"]),
    "a month, which ends in a unit": ("5월에 만난다", "5월", ["5월"]),
    "a stem of one syllable": ("오는 10일에 만난다", "오", []),
    "a number before a unit": ("12일에 만난다", "12", []),
    "a particle in the last syllable": ("나린 갔다", "나리", []),
    "a string that Kiwi would cut": ("구원은 크다", "구원", ["구원"]),
    "a particle that does not fit": ("강화을 갔다", "강화", []),
    "an emoji before": ("😀나리는 갔다", "나리", ["나리"]),
    "an emoji inside": ("가온😀나라", "가온 나라", []),
    "another script": ("KBS는 AI기술을 쓴다", "KBS", ["KBS"]),
    "another script before a noun": ("KBS는 AI기술을 쓴다", "AI", []),
    "a percentage": ("실업률은 3.1%로 떨어졌다", "3.1%", ["3.1%"]),
    "no-break and double blanks": ("국립\u00a0중앙  도서관에 갔다", "국립 중앙 도서관", ["국립\u00a0중앙  도서관"]),
    "a line end": ("국립\n중앙 도서관에 갔다", "국립 중앙 도서관", ["국립\n중앙 도서관"]),
    "decomposed text": (
        unicodedata.normalize("NFD", "어제 이순신은 왔다"),
        "이순신",
        [unicodedata.normalize("NFD", "이순신")],
    ),
    "an expression": ("2024년부터 2025년대까지", "/\\d{4}년/", ["2024년"]),
    "an expression on decomposed text": (
        unicodedata.normalize("NFD", "나리시에 갔다"),
        "/[가-힣]+시/",
        [unicodedata.normalize("NFD", "나리시")],
    ),
    "an expression with outer blanks": ("값은 30 원 이다", "/\\s\\d+\\s/", ["30"]),
    "empty matches of an expression": ("나리는 갔다", "/(?=나)/", []),
}


@pytest.mark.parametrize(("text", "string", "expected"), PLACES.values(), ids=PLACES)
def test_places(text, string, expected):
    assert found(text, f"{string}\tPS") == [(place, "PS") for place in expected]


OVERLAPS = {
    "the longest at one place": ("서울 시청 앞", ["서울\tLC", "서울 시청\tOG"], [("서울 시청", "OG")]),
    "a longer one further right": (
        "서울 시청 앞 광장에서",
        ["서울\tLC", "서울 시청\tOG", "시청 앞 광장\tLC"],
        [("서울", "LC"), ("시청 앞 광장", "LC")],
    ),
    "the first of two as long": ("나리 다온 가온", ["나리 다온\tPS", "다온 가온\tOG"], [("나리 다온", "PS")]),
    "two labels": ("서울은 크다", ["서울\tLC", "서울\tOG"], [("서울", "LC|OG")]),
    "two labels for a string and an expression": ("5월에", ["/\\d월/\tDT", "5월\tTI"], [("5월", "TI|DT")]),
    "one entry twice": ("서울은 크다", ["서울\tLC", "서울\tLC"], [("서울", "LC")]),
    "a refused longer one gives way": (
        "대한 제주도에",
        ["대한\tOG", "대한 제주\tLC"],
        [("대한", "OG")],
    ),
}


@pytest.mark.parametrize(("text", "lines", "expected"), OVERLAPS.values(), ids=OVERLAPS)
def test_overlaps(text, lines, expected):
    assert found(text, *lines) == expected
    assert [place for place, _ in found(text, *lines[::-1])] == [place for place, _ in expected]


def test_an_ambiguous_place_has_no_span():
    [[one], [two]] = matcher("서울\tLC", "서울\tOG", "부산\tLC").match(["서울은", "부산은"])
    assert (one.labels, one.span) == (("LC", "OG"), None)
    assert two.span == Span(0, 2, "LC")


def test_results_do_not_depend_on_what_is_matched_together():
    texts = ["나리도 갔다", "제주도에 갔다", "이순신은 왔다", "고양이가 운다"] * 3
    known = matcher("나리\tPS", "제주\tLC", "이순신\tPS", "고양\tLC")
    assert list(match_texts(known, texts)) == [known.match([text])[0] for text in texts]


def test_counts_by_entry():
    known = matcher("서울\tLC", "서울\tOG", "부산\tLC", "/[가-힣]+산/\tLC", "대전\tLC")
    counts = run_to_end(count_matches(known, ["서울은 크다", "부산과 서울"]))
    assert {entry.written + " " + entry.label: number for entry, number in counts.items()} == Counter(
        {"서울 LC": 2, "서울 OG": 2, "부산 LC": 1, "/[가-힣]+산/ LC": 1}
    )


ENDLESS = "/(가|가가)+$/\tPS"


def test_an_expression_that_never_ends_is_named_and_switched_off(monkeypatch):
    monkeypatch.setattr(matching._TimedPattern, "LONGEST", 0.05)
    known, began = matcher("나리\tPS", ENDLESS, "/\\d+년/\tDT"), time.perf_counter()
    texts = ["가" * 40 + "나", "나리는 2024년에 갔다", "가가"]
    assert [[match.labels for match in matches] for matches in known.match(texts)] == [[], [("PS",), ("DT",)], []]
    assert time.perf_counter() - began < 20
    [stopped] = known.switched_off
    assert (stopped.file, stopped.line) == ("names.txt", 2)
    assert stopped.reason == "the expression /(가|가가)+$/ takes too long and was switched off; make it simpler"


def test_an_expression_that_takes_too_long_in_all_is_switched_off(monkeypatch):
    monkeypatch.setattr(matching._TimedPattern, "LONGEST_ON_AVERAGE", 0.0)
    monkeypatch.setattr(matching._TimedPattern, "ALLOWANCE", 0.0)
    known = matcher("/\\d+년/\tDT")
    known.match(["2024년"])
    assert len(known.switched_off) == 1


@given(
    st.lists(st.text("가나는 A1", min_size=1, max_size=4).map(lambda s: " ".join(s.split())).filter(bool), max_size=8),
    st.text("가나는 A1(", max_size=12),
)
def test_no_place_of_a_string_is_missed(strings, text):
    known = DictionaryMatcher([DictionaryEntry(string, "PS") for string in strings], "")
    text = " ".join(text.split())
    expected = {
        (start, start + len(string))
        for string in strings
        for start in find_word_starts(text)
        if text.startswith(string, start) and judge_cut(CutPlace(text, start, start + len(string))) != "no"
    }
    assert {(each.start, each.end) for each in known.find_candidates(text)} == expected
