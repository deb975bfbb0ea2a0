from core.domain.spans import PredictedSpan, Span
from core.metrics.comparison import compare_spans
from gui.sentence.span_selection import TextSelection, difference_of, following, kept, of_gold, of_predicted, stops

RIGHT, MISSED, SHORT, LONG, SPURIOUS = (
    Span(0, 2, "PS"),
    Span(3, 5, "OG"),
    Span(6, 8, "LC"),
    Span(6, 9, "LC"),
    Span(10, 12, "DT"),
)
GOLD = (RIGHT, MISSED, SHORT)
COMPARISONS = compare_spans(GOLD, [PredictedSpan(span, 0.9) for span in (RIGHT, LONG, SPURIOUS)])


def test_stops_are_all_spans_in_order_and_agreement_is_one_stop():
    everything = [of_gold(RIGHT), of_gold(MISSED), of_gold(SHORT), of_predicted(LONG), of_predicted(SPURIOUS)]
    assert list(stops(COMPARISONS, errors_only=False)) == everything
    assert list(stops(COMPARISONS, errors_only=True)) == everything[1:]


def test_going_on_is_round_and_round():
    places = stops(COMPARISONS, errors_only=False)
    assert following(places, None, 1) == places[0]
    assert following(places, None, -1) == places[-1]
    assert following(places, places[-1], 1) == places[0]
    assert following(places, places[0], -1) == places[-1]
    assert following((), None, 1) is None


def test_going_on_from_a_range_is_to_its_neighbours():
    places = stops(COMPARISONS, errors_only=False)
    between = TextSelection("range", 5, 6)
    assert following(places, between, 1) == of_gold(SHORT)
    assert following(places, between, -1) == of_gold(MISSED)


def test_a_selection_survives_a_new_label_and_not_a_lost_span():
    assert kept(of_gold(RIGHT), [Span(0, 2, "OG")], []) == of_gold(Span(0, 2, "OG"))
    assert kept(of_gold(RIGHT), [Span(0, 3, "PS")], []) is None
    assert kept(of_predicted(LONG), [], [LONG]) == of_predicted(LONG)
    assert kept(TextSelection("range", 1, 2), [], []) == TextSelection("range", 1, 2)


def test_an_acceptance_means_the_selected_difference_or_the_only_one():
    assert difference_of(COMPARISONS, None) is None
    assert difference_of(COMPARISONS, of_gold(RIGHT)) is None
    chosen = difference_of(COMPARISONS, of_gold(SHORT))
    assert chosen is not None
    assert chosen == difference_of(COMPARISONS, of_predicted(LONG))
    only = compare_spans([RIGHT], [PredictedSpan(RIGHT, 1), PredictedSpan(SPURIOUS, 1)])
    assert difference_of(only, None) == only[1]
