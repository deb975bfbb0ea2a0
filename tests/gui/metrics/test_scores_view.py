"""What the cells say and where they lead, without widgets."""

import pytest
from PySide6.QtWidgets import QApplication

from core.analysis.bootstrap import Interval
from core.analysis.changes import Changes, ScoreChange
from core.domain.spans import Span
from core.metrics import strict
from core.metrics.report import Counts, build_report
from core.metrics.strict import klue_figures
from core.store.changes import ChangeSet
from core.store.predictions import EpochKey
from core.store.sentence_selection import ALL_ERRORS, Selection
from core.store.sources import Source
from gui.metrics.changes_view import build_moves_table
from gui.metrics.epoch_figures import EpochFigures
from gui.metrics.scores_view import PENDING, build_comparison_table, build_epochs_table
from gui.metrics.table_painting import format_change
from tests.building import project_with_run


def figures(run: int, epoch: int, counts: dict[str, Counts], sentences: int = 10) -> EpochFigures:
    return EpochFigures(
        EpochKey(run, epoch), Source(run, "training"), "dev", {}, counts, build_report(counts), sentences
    )


ONE = figures(1, 1, {"PS": Counts(2, 4, 5), "LC": Counts(1, 1, 1)})
TWO = figures(1, 2, {"PS": Counts(4, 5, 5), "LC": Counts(0, 1, 1), "QT": Counts(0, 1, 0)})


def cell(table, row: str, column: int):
    [at] = [number for number, known in enumerate(table.rows) if known.name == row]
    return table.cells[at][column]


def test_rows_are_types_then_averages_and_support_comes_once():
    table = build_epochs_table([ONE, TWO], EpochKey(1, 2))
    assert [row.name for row in table.rows] == ["PS", "LC", "QT", "micro", "macro", "weighted"]
    assert [(c.group, c.title) for c in table.columns] == [
        *(("Epoch 1", title) for title in ("P", "R", "F1")),
        *(("Epoch 2", title) for title in ("P", "R", "F1")),
        ("", "Support"),
    ]
    assert [column.is_current for column in table.columns] == [False] * 3 + [True] * 3 + [False]


def test_values_and_changes_are_those_of_the_reports():
    table = build_epochs_table([ONE, TWO], EpochKey(1, 2))
    assert cell(table, "PS", 0).value == 0.5
    assert cell(table, "PS", 0).change is None
    assert cell(table, "PS", 3).value == 0.8
    assert cell(table, "PS", 3).change == pytest.approx(0.3)
    assert cell(table, "LC", 3).change == -1.0
    assert cell(table, "QT", 0).value is None
    assert cell(table, "QT", 3).change is None
    assert cell(table, "micro", 5).value == TWO.report.micro.f1
    assert cell(table, "macro", 6).value == 6


def test_words_name_the_spans_and_the_change():
    table = build_epochs_table([ONE, TWO], None)
    assert cell(table, "PS", 3).words == "Precision of PS: 0.800\nRight: 4 of 5 predicted spans\n+0.300 from epoch 1"
    assert cell(table, "PS", 4).words == "Recall of PS: 0.800\nFound: 4 of 5 gold spans\n+0.400 from epoch 1"
    assert cell(table, "weighted", 2).words.startswith("F1, weighted avg: 0.")
    assert cell(table, "QT", 0).words == "No QT here, neither in the gold nor predicted"


def test_links_lead_to_the_errors_of_the_metric():
    table = build_epochs_table([ONE, TWO], None)
    link = cell(table, "PS", 0).link
    assert link.key == EpochKey(1, 1)
    assert link.selection == Selection(outcomes=ALL_ERRORS, predicted_label="PS")
    assert cell(table, "PS", 1).link.selection == Selection(outcomes=ALL_ERRORS, gold_label="PS")
    assert cell(table, "PS", 2).link.selection == Selection(outcomes=ALL_ERRORS, label="PS")
    assert cell(table, "PS", 6).link.selection == Selection(gold_label="PS")
    assert cell(table, "micro", 0).link.selection == Selection(outcomes=("edge", "type", "both", "spurious"))
    assert cell(table, "micro", 1).link.selection == Selection(outcomes=("edge", "type", "both", "missed"))
    assert cell(table, "macro", 1).link.title == "gold spans not found"
    assert cell(table, "micro", 2).link.selection == Selection(outcomes=ALL_ERRORS)
    assert cell(table, "micro", 6).link.selection == Selection()


def test_a_number_without_sentences_has_no_link():
    table = build_epochs_table([ONE, TWO], None)
    assert cell(table, "LC", 0).link is None, "its one prediction is right"
    assert cell(table, "QT", 0).link is None, "it does not occur"
    assert cell(table, "QT", 4).link is None, "there is no gold of it to miss"
    assert cell(table, "QT", 3).link is not None


def test_epochs_on_other_sentences_are_not_compared():
    table = build_epochs_table([ONE, figures(1, 2, dict(TWO.counts), sentences=9)], None)
    assert all(column.before is None for column in table.columns)


def test_a_comparison_is_metric_by_metric():
    table = build_comparison_table(ONE, figures(3, 2, dict(TWO.counts)))
    assert [(c.group, c.title) for c in table.columns][:3] == [("F1", "Run 1"), ("F1", "Run 3"), ("Precision", "Run 1")]
    assert cell(table, "PS", 3).change == pytest.approx(0.3)
    assert "+0.300 from run 1" in cell(table, "PS", 3).words
    assert all(cell.link is None for row in table.cells for cell in row)


def test_scores_and_changes_tell_the_same_change():
    """0.8735 is 0.022 above 0.8515 though one would read 0.873 and 0.852; both pages subtract what is not rounded."""
    before, now = (figures(run, 1, {"PS": Counts(right, 2_000, 2_000)}) for run, right in ((1, 1_703), (2, 1_747)))
    change = cell(build_comparison_table(before, now), "PS", 3).change
    intervals = [Interval(0.0, 0.1)] * 3
    changed = ScoreChange(before.report.labels["PS"], now.report.labels["PS"], *intervals)
    moved = build_moves_table(Changes(10, {"PS": changed}, {}), now).cells[0][0].value
    assert moved == change
    assert (format_change(change), f"{moved:+.3f}") == (".022", "+0.022")
    assert "+0.022 from run 1" in cell(build_comparison_table(before, now), "PS", 3).words


def test_a_change_that_rounds_to_nothing_is_none():
    before, now = (figures(run, 1, {"PS": Counts(right, 9_000, 9_000)}) for run, right in ((1, 8_000), (2, 8_001)))
    words = cell(build_comparison_table(before, now), "PS", 3).words
    assert "Unchanged from run 1" in words


def test_no_epoch_gives_an_empty_table():
    assert build_epochs_table([], None).columns == ()


def test_one_span_is_counted_in_the_singular():
    table = build_epochs_table([figures(1, 1, {"PS": Counts(1, 1, 1)})], None)
    assert "Right: 1 of 1 predicted span" in cell(table, "PS", 0).words
    assert "Found: 1 of 1 gold span" in cell(table, "PS", 1).words
    assert cell(table, "PS", 3).words == "1 gold span of PS"


def expected(desk, epoch, gold="corrected"):
    figures = klue_figures(desk.project.predictions.examples(EpochKey(1, epoch), "dev", gold))
    return [f"{value:.3f}" for value in figures.as_json().values()]


def shown(desk):
    return [desk.page.klue.entity.text(), desk.page.klue.character.text()]


def test_the_figures_of_the_current_epoch_come_when_they_are_counted(late_answers, desk, qtbot):
    klue, seen = desk.page.klue, []
    qtbot.waitUntil(lambda: shown(desk) == expected(desk, 2))
    show_epoch = klue.show_epoch
    klue.show_epoch = lambda *asked: (show_epoch(*asked), seen.append(shown(desk)))
    desk.session.set_context(epoch=1)
    qtbot.waitUntil(lambda: klue.epoch.text() == "KLUE, epoch 1")
    assert seen == [[PENDING, PENDING]]
    qtbot.waitUntil(lambda: shown(desk) == expected(desk, 1))
    desk.session.set_context(epoch=2)
    assert shown(desk) == expected(desk, 2), "it was counted before"


def test_a_large_corpus_is_counted_in_parts(open_desk, qtbot, monkeypatch):
    monkeypatch.setattr(strict, "_PART", 1)
    desk = open_desk()
    qtbot.waitUntil(lambda: shown(desk) == expected(desk, 2))


def test_a_correction_counts_anew_and_each_gold_has_its_own(desk, qtbot):
    sentence = desk.project.sentences.by_id("talk-1")
    before = expected(desk, 2)
    desk.session.correct(sentence.number, [Span(0, 2, "PS"), Span(6, 8, "TI")])
    qtbot.waitUntil(lambda: shown(desk) == expected(desk, 2))
    assert shown(desk) != before
    desk.session.set_context(gold="imported")
    qtbot.waitUntil(lambda: shown(desk) == before)


def test_the_tooltips_say_what_the_figures_are_and_whence(desk):
    for label in (desk.page.klue.entity, desk.page.klue.character):
        assert "KLUE: Korean Language" in label.toolTip().replace("\n", " ")
        assert max(map(len, label.toolTip().splitlines())) < 60


def test_another_project_takes_the_place_of_one_that_is_being_counted(desk, qtbot, tmp_path):
    project_with_run(tmp_path / "other.spandesk").close()
    desk.session.set_context(epoch=1)
    desk.session.open(tmp_path / "other.spandesk")
    qtbot.waitUntil(lambda: shown(desk) == expected(desk, 2))


def test_a_closed_project_is_not_counted_on(late_answers, desk):
    desk.session.set_context(epoch=1)
    desk.session.close()
    QApplication.sendPostedEvents()
    assert shown(desk) == [PENDING, PENDING]


def test_an_epoch_without_predictions_of_the_split_has_no_figures(desk):
    desk.project.database.write("DELETE FROM prediction WHERE epoch = 1", [])
    desk.session.publish(ChangeSet("run", runs=(1,)))
    desk.session.set_context(epoch=1)
    assert desk.page.klue.isHidden()
