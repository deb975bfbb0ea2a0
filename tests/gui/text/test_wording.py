"""Spans and lines in words."""

from core.domain.spans import Span
from gui.text.wording import format_spans, wrap_tooltip


def test_spans_are_named_by_their_words_and_labels():
    assert format_spans("세종은 왕", [Span(0, 2, "PS"), Span(4, 5, "CV")]) == "세종 PS, 왕 CV"
    assert format_spans("세종은 왕", []) == "–"


def test_a_tooltip_has_short_lines_and_keeps_its_paragraphs():
    lines = wrap_tooltip("one " * 40, "two").splitlines()
    assert max(map(len, lines)) < 60
    assert lines[-1] == "two"
