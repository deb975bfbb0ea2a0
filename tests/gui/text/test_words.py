"""Counts, lists and lines in words."""

import pytest

from core.domain.spans import Span
from gui.text.words import counted, listed, words_of, wrapped


@pytest.mark.parametrize(("number", "words"), [(0, "0 spans"), (1, "1 span"), (2, "2 spans"), (1964, "1,964 spans")])
def test_one_is_singular_and_thousands_are_set_apart(number, words):
    assert counted(number, "span") == words


def test_lists():
    assert [listed(["PS"]), listed(["PS", "LC"]), listed(["PS", "LC", "OG"])] == ["PS", "PS and LC", "PS, LC and OG"]


def test_spans_are_named_by_their_words_and_labels():
    assert words_of("세종은 왕", [Span(0, 2, "PS"), Span(4, 5, "CV")]) == "세종 PS, 왕 CV"
    assert words_of("세종은 왕", []) == "–"


def test_a_tooltip_has_short_lines_and_keeps_its_paragraphs():
    lines = wrapped("one " * 40, "two").splitlines()
    assert max(map(len, lines)) < 60
    assert lines[-1] == "two"
