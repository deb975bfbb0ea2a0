import pytest

from core.domain.labels import entity_type
from core.store.sentence_selection import ALL_ERRORS, Selection
from gui.inspect.filter_bar import describe_pace, describe_selection
from gui.text.wording import label_names


@pytest.mark.parametrize(
    ("selection", "words"),
    [
        (Selection(), ""),
        (Selection(outcomes=ALL_ERRORS), "errors"),
        (Selection(outcomes=ALL_ERRORS, predicted_label="AF"), "AF · wrong predictions (precision)"),
        (
            Selection(outcomes=("edge", "type", "both", "spurious"), predicted_label="AF"),
            "AF · wrong predictions (precision)",
        ),
        (Selection(outcomes=ALL_ERRORS, gold_label="AF"), "AF · gold not found (recall)"),
        (Selection(outcomes=ALL_ERRORS, label="AF"), "AF · errors"),
        (Selection(gold_label="AF"), "AF in the gold"),
        (Selection(label="AF"), "AF in the gold"),
        (Selection(predicted_label="AF"), "AF predicted"),
        (
            Selection(gold_label="OG", predicted_label="LC", outcomes=("type", "both")),
            "OG taken for LC · wrong type, wrong edge + type",
        ),
        (Selection(gold_label="OG", predicted_label="OG", outcomes=("right",)), "OG · right"),
        (Selection(outcomes=("missed",)), "missed"),
        (Selection(outcomes=("edge", "type", "both", "spurious")), "wrong predictions (precision)"),
        (Selection(outcomes=("edge", "type", "both", "missed")), "gold not found (recall)"),
        (Selection(sentence_id="news-0412"), "sentence news-0412"),
    ],
)
def test_a_selection_in_words(selection, words):
    assert describe_selection(selection) == words


def test_a_label_of_the_users_own_has_no_second_name():
    assert label_names(entity_type("PS")) == "PS  인물 · person"
    assert label_names(entity_type("MINE")) == "MINE"


@pytest.mark.parametrize(
    ("left", "seconds", "words"),
    [
        (1_132, None, "1,132 to review"),
        (132, 11.4, "132 to review · about 11 s each"),
        (1, 0.2, "1 to review · about 1 s each"),
        (2, 150, "2 to review · about 2 min each"),
    ],
)
def test_how_much_is_left(left, seconds, words):
    assert describe_pace(left, seconds) == words
