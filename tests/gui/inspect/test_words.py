import pytest

from core.store.selection import ALL_ERRORS, Selection
from gui.inspect.words import label_names, selection_words


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
    assert selection_words(selection) == words


def test_a_label_of_the_users_own_has_no_second_name():
    assert label_names("PS") == "PS  인물 · person"
    assert label_names("MINE") == "MINE"
