from dataclasses import replace

import pytest

from core.domain.spans import Span
from core.metrics.comparison import Comparison
from core.store.sentence_selection import ALL_ERRORS, FixedSet, Selection
from gui.inspect.filter import Filter, filter_of, is_random_sample
from gui.inspect.page import concerns
from tests.building import predicted

ORGANIZATION = Span(0, 4, "OG")
TAKEN_FOR_LOCATION = Comparison("type", ORGANIZATION, predicted((0, 4, "LC", 0.5))[0])
RIGHT = Comparison("right", ORGANIZATION, predicted((0, 4, "OG", 0.5))[0])


def test_no_kind_chosen_means_every_kind_of_error():
    assert Filter().selection == Selection()
    assert Filter().with_errors(True).selection.outcomes == ALL_ERRORS


def test_a_kind_finds_spans_that_are_wrong_in_both_ways_too():
    chosen = Filter().with_kind("edge", True).with_kind("missed", True)
    assert set(chosen.selection.outcomes) == {"edge", "both", "missed"}


def test_the_last_kind_taken_away_leaves_all_sentences():
    assert Filter().with_kind("edge", True).with_kind("edge", False) == Filter()


def test_what_another_page_asks_for_is_shown_exactly_and_ends_with_the_first_own_button():
    asked = Selection(split="test", outcomes=("edge", "both", "type", "spurious"), predicted_label="AF", text="서울")
    state = filter_of(asked)
    assert state.selection == asked
    assert state.with_errors(True).selection == Selection(split="test", outcomes=ALL_ERRORS, text="서울")


def test_what_the_buttons_can_say_is_said_by_the_buttons():
    assert filter_of(Selection(outcomes=ALL_ERRORS)) == Filter().with_errors(True)
    assert filter_of(Selection(text="news-4", corrected=True)).asked is None


def test_a_comparison_concerns_a_selection_by_outcome_and_labels():
    assert concerns(Selection(), TAKEN_FOR_LOCATION)
    assert not concerns(Selection(), RIGHT)
    assert concerns(Selection(gold_label="OG"), RIGHT)
    assert concerns(Selection(outcomes=ALL_ERRORS, predicted_label="LC"), TAKEN_FOR_LOCATION)
    assert not concerns(Selection(outcomes=ALL_ERRORS, gold_label="LC"), TAKEN_FOR_LOCATION)
    assert concerns(Selection(outcomes=ALL_ERRORS, label="LC"), TAKEN_FOR_LOCATION)
    assert concerns(Selection(label="OG"), TAKEN_FOR_LOCATION)
    assert not concerns(Selection(label="LC"), TAKEN_FOR_LOCATION), "the gold has none"
    assert not concerns(Selection(outcomes=("missed",)), TAKEN_FOR_LOCATION)


SAMPLE = Selection(outcomes=ALL_ERRORS, review="open", order="random")


def test_a_random_sample_is_asked_for_by_the_buttons():
    state = filter_of(SAMPLE)
    assert (state.asked, state.errors, state.review, state.order) == (None, True, "open", "random")
    assert state.selection == SAMPLE
    assert state.is_queue
    assert not Filter().is_queue


def test_without_a_run_an_order_by_what_it_made_is_given_up():
    assert Filter(order="uncertain").without_run().order == "import"
    assert Filter(order="random").without_run().order == "random"


@pytest.mark.parametrize(
    "narrower",
    [
        {"order": "import"},
        {"order": "suspicious"},
        {"outcomes": ("missed",)},
        {"label": "PS"},
        {"text": "서울"},
        {"review": "noted"},
        {"corrected": True},
        {"history": "never"},
        {"among": FixedSet("found", frozenset())},
    ],
)
def test_a_list_that_is_narrowed_by_anything_else_is_no_random_sample(narrower):
    assert is_random_sample(SAMPLE)
    assert is_random_sample(Selection("test", order="random"))
    assert not is_random_sample(replace(SAMPLE, **narrower))
