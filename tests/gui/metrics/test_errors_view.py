"""What the tables of errors say and where their numbers lead, without widgets."""

import pytest

from core.metrics.comparison import SpanMatch
from core.metrics.report import build_report, count_spans
from core.store.predictions import EpochKey
from core.store.sentence_selection import Selection
from core.store.sources import Source
from gui.look.palette import contrast, mixed
from gui.look.theme import DARK, LIGHT
from gui.metrics.epoch_figures import EpochFigures
from gui.metrics.errors_view import build_confusion_table, build_kinds_table
from gui.metrics.table_model import EMPTY
from gui.metrics.table_painting import heat_share

VERDICTS = {
    SpanMatch("right", "PS", "PS"): 10,
    SpanMatch("edge", "PS", "PS"): 2,
    SpanMatch("type", "PS", "LC"): 3,
    SpanMatch("both", "PS", "LC"): 1,
    SpanMatch("missed", "PS", None): 4,
    SpanMatch("spurious", None, "PS"): 5,
    SpanMatch("missed", "LC", None): 1,
}


def figures(matches):
    counts = count_spans(matches)
    return EpochFigures(EpochKey(1, 2), Source(1, "training"), "test", matches, counts, build_report(counts), 9)


def named(table, name):
    [cells] = [cells for row, cells in zip(table.rows, table.cells, strict=True) if row.name == name]
    return cells


KINDS, PAIRS = build_kinds_table(figures(VERDICTS)), build_confusion_table(figures(VERDICTS))


def test_the_kinds_of_errors_of_each_type_and_of_all():
    assert [(column.group, column.title) for column in KINDS.columns] == [
        ("", "Right"),
        ("Wrong", "edge"),
        ("Wrong", "type"),
        ("Wrong", "both"),
        ("", "Missed"),
        ("", "Spurious"),
    ]
    assert [column.starts_group for column in KINDS.columns] == [True, True, False, False, True, True]
    assert [cell.value for cell in named(KINDS, "PS")] == [10, 2, 3, 1, 4, 5]
    assert [cell.value for cell in named(KINDS, "LC")] == [0, 0, 0, 0, 1, 0]
    assert [cell.value for cell in named(KINDS, "all")] == [10, 2, 3, 1, 5, 5]


def test_the_confusion_table_has_what_was_missed_last_and_what_is_spurious_below():
    assert [(column.group, column.title) for column in PAIRS.columns] == [
        ("Predicted as", "PS"),
        ("Predicted as", "LC"),
        ("", "Missed"),
    ]
    assert [cell.value for cell in named(PAIRS, "PS")] == [12, 4, 4]
    assert [cell.value for cell in named(PAIRS, "LC")] == [0, 0, 1]
    assert [cell.value for cell in named(PAIRS, "spurious")] == [5, 0, None]


def test_the_ground_is_as_deep_as_the_share_of_the_types_spans():
    assert [cell.heat for cell in named(KINDS, "PS")] == [0.0, 2 / 20, 3 / 20, 1 / 20, 4 / 20, 5 / 17]
    assert [cell.heat for cell in named(PAIRS, "PS")] == [0.0, 4 / 20, 4 / 20]
    assert [cell.heat for cell in named(PAIRS, "spurious")] == [5 / 17, 0.0, None]


def test_words_name_the_whole():
    assert [cell.words for cell in named(KINDS, "PS")][1:] == [
        "2 of 20 gold spans of PS: wrong edge",
        "3 of 20 gold spans of PS: wrong type",
        "1 of 20 gold spans of PS: wrong edge + type",
        "4 of 20 gold spans of PS: missed",
        "5 of 17 predicted spans of PS: spurious",
    ]
    assert named(KINDS, "all")[4].words == "5 of 21 gold spans: missed"
    assert [cell.words for cell in named(PAIRS, "PS")] == [
        "12 of 20 gold spans of PS: predicted as PS, edges right or wrong",
        "4 of 20 gold spans of PS: taken for LC, edges right or wrong",
        "4 of 20 gold spans of PS: missed",
    ]
    assert named(PAIRS, "spurious")[0].words == "5 of 17 predicted spans of PS: spurious"


def test_numbers_lead_to_their_sentences_under_their_epoch_and_split():
    link = named(KINDS, "PS")[1].link
    assert (link.key, link.title) == (EpochKey(1, 2), "gold PS with a wrong edge")
    assert link.selection == Selection("test", outcomes=("edge",), gold_label="PS")
    assert named(KINDS, "PS")[5].link.selection == Selection("test", outcomes=("spurious",), predicted_label="PS")
    assert named(KINDS, "all")[4].link.selection == Selection("test", outcomes=("missed",))
    taken = Selection("test", outcomes=("type", "both"), gold_label="PS", predicted_label="LC")
    assert named(PAIRS, "PS")[1].link.selection == taken
    assert named(PAIRS, "PS")[1].link.title == "gold PS taken for LC"
    assert named(PAIRS, "LC")[1].link is None


def test_nothing_gives_no_rows():
    assert build_kinds_table(figures({})) == build_confusion_table(figures({})) == EMPTY


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_numbers_are_legible_on_the_deepest_ground(theme):
    assert contrast(theme.text, mixed(theme.error, theme.surface, heat_share(1.0))) >= 5.5
