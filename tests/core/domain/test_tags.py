"""Tags to spans and back."""

from hypothesis import given
from hypothesis import strategies as st

from core.domain.spans import Span
from core.domain.tags import TagSet, spans_of, tags_of
from tests.core.metrics.test_comparison import lanes

TAG_SET = TagSet(("A", "B"))
CHARACTERS = [(i, i + 1) for i in range(16)]


@given(lanes())
def test_spans_on_units_survive_the_round_trip(gold):
    assert spans_of(tags_of(gold, CHARACTERS, TAG_SET), CHARACTERS, TAG_SET) == list(gold)


@given(st.lists(st.integers(0, 4), min_size=1, max_size=16))
def test_an_inside_tag_without_a_begin_is_not_a_span(tags):
    spans = spans_of(tags, CHARACTERS[: len(tags)], TAG_SET)
    assert [span.start for span in spans] == [i for i, tag in enumerate(tags) if TAG_SET.is_begin(tag)]
    for span in spans:
        assert all(tags[i] == TAG_SET.inside(span.label) for i in range(span.start + 1, span.end))


def test_a_span_takes_every_unit_that_it_touches():
    assert tags_of([Span(1, 4, "A")], [(0, 2), (2, 3), (3, 6), (6, 8)], TAG_SET) == [1, 2, 2, 0]


def test_labels_outside_the_tag_set_leave_no_tag():
    assert tags_of([Span(0, 1, "ZZ")], CHARACTERS[:2], TAG_SET) == [0, 0]


def test_names_follow_the_numbers():
    assert TAG_SET.names == ("O", "B-A", "I-A", "B-B", "I-B")
    assert [TAG_SET.names[TAG_SET.begin(x)] for x in "AB"] == ["B-A", "B-B"]
    assert TAG_SET.label(4) == "B"
