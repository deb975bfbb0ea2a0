import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.spans import PredictedSpan, Span
from core.metrics.comparison import Comparison, compare_spans
from gui.look.theme import SENTENCE_SIZE, font
from gui.sentence.layout import TextLayout
from gui.sentence.mouse import target_at
from gui.sentence.painting import MARGIN, large_style
from gui.sentence.scene import arrange, probability, tag_words

pytestmark = pytest.mark.usefixtures("qapp")

TEXT = "이순신은 1592년 5월 조선 수군을 이끌고 옥포 앞바다에서 왜군을 크게 물리쳤다."
LABELS = st.sampled_from(["PS", "OG", "LC", "OGG_ECONOMY"])


@st.composite
def annotations(draw):
    cuts = sorted(draw(st.sets(st.integers(0, len(TEXT)), max_size=16)))
    return tuple(Span(start, end, draw(LABELS)) for start, end in itertools.pairwise(cuts) if draw(st.booleans()))


def scene_of(gold, predicted, width=300, other=None):
    sides = [
        None if side is None else compare_spans(gold, [PredictedSpan(s, 0.5) for s in side])
        for side in (predicted, other)
    ]
    layout = TextLayout(TEXT, font(SENTENCE_SIZE), width)
    return arrange(layout, sides[0], large_style(), predicted=True, other=sides[1])


@given(annotations(), annotations(), st.none() | annotations(), st.integers(150, 800))
def test_tags_never_overlap_one_another_or_any_text(gold, predicted, other, width):
    scene = scene_of(gold, predicted, width, other)
    rects = [mark.tag.rect.adjusted(0.1, 0.1, -0.1, -0.1) for mark in scene.marks]
    assert not any(one.intersects(other) for one, other in itertools.combinations(rects, 2))
    text = [
        rect
        for cell in scene.layout.cells_of(0, len(scene.layout.text))
        for rect in scene.text_rects(cell.start, cell.end)
    ]
    assert not any(rect.intersects(cell) for rect in rects for cell in text)


@given(annotations(), annotations())
def test_everything_is_within_the_widget(gold, predicted):
    scene = scene_of(gold, predicted, 400)
    for mark in scene.marks:
        assert mark.tag.rect.left() >= MARGIN
        assert mark.tag.rect.right() <= MARGIN + 400 + 4
        assert mark.tag.rect.top() >= 0
        assert mark.tag.rect.bottom() <= scene.height


@given(annotations(), annotations())
def test_every_span_has_its_mark(gold, predicted):
    marks = scene_of(gold, predicted).marks
    assert sorted(mark.span for mark in marks if mark.lane == "gold") == list(gold)
    assert sorted(mark.span for mark in marks if mark.lane == "predicted" and mark.span) == list(predicted)


def said(gold, predicted):
    found = compare_spans([gold] if gold else [], [PredictedSpan(predicted, 0.61)] if predicted else [])
    return " ".join(words.text for words in tag_words(found[0], "predicted"))


def test_tags_say_what_is_wrong():
    assert said(Span(0, 2, "OG"), Span(0, 2, "OG")) == "OG .61"
    assert said(Span(0, 2, "OG"), Span(0, 2, "LC")) == "OG → LC .61"
    assert said(Span(0, 2, "OG"), Span(0, 3, "OG")) == "OG .61 edge"
    assert said(Span(0, 2, "OG"), Span(0, 3, "LC")) == "OG → LC .61 edge"
    assert said(Span(0, 2, "OG"), None) == "missed"
    assert said(None, Span(0, 2, "OG")) == "OG .61 spurious"


@pytest.mark.parametrize(("value", "shown"), [(0.0, ".00"), (0.984, ".98"), (0.994, ".99"), (0.997, "1.0"), (1, "1.0")])
def test_probabilities_are_short(value, shown):
    assert probability(value) == shown


@given(annotations(), annotations(), annotations())
def test_another_epoch_has_a_lane_of_its_own_below(gold, predicted, other):
    scene, without = scene_of(gold, predicted, other=other), scene_of(gold, predicted)
    assert sorted(mark.span for mark in scene.marks if mark.lane == "other" and mark.span) == list(other)
    assert [mark.span for mark in scene.marks if mark.lane != "other"] == [mark.span for mark in without.marks]
    assert scene.height > without.height
    for mark in scene.marks:
        line = scene.lines[mark.pieces[0].line]
        if mark.lane == "predicted":
            assert mark.tag.rect.bottom() <= line.other_top
        elif mark.lane == "other":
            assert line.other_top <= mark.tag.rect.top()
            assert mark.tag.rect.bottom() <= line.bottom


def test_the_other_epochs_spans_cannot_be_taken():
    scene = scene_of([Span(0, 3, "PS")], [], other=[Span(4, 9, "DT")])
    [tag] = [mark.tag.rect for mark in scene.marks if mark.lane == "other" and mark.span]
    assert target_at(scene, tag.center(), None).span is None


def test_only_the_characters_that_differ_are_hatched():
    assert scene_of([Span(0, 3, "PS")], [Span(1, 4, "PS")]).differing == ((0, 1), (3, 4))
    assert scene_of([Span(0, 3, "PS")], [Span(0, 3, "OG")]).differing == ()
    assert scene_of([Span(0, 3, "PS")], []).differing == ()


def test_without_a_run_there_is_no_lane_for_one():
    layout = TextLayout(TEXT, font(SENTENCE_SIZE), 300)
    gold = [Comparison("right", Span(0, 3, "PS"), None)]
    with_lane, without_lane = (arrange(layout, gold, large_style(), predicted=predicted) for predicted in (True, False))
    assert without_lane.height < with_lane.height
    assert [mark.lane for mark in without_lane.marks] == ["gold"]


def test_a_tag_between_leaves_the_room_of_a_wide_one_to_its_right():
    scene = scene_of((Span(15, 16, "PS"), Span(16, 17, "PS"), Span(17, 18, "OGG_ECONOMY")), (), 150)
    rects = [mark.tag.rect.adjusted(0.1, 0.1, -0.1, -0.1) for mark in scene.marks]
    assert not any(one.intersects(other) for one, other in itertools.combinations(rects, 2))
