"""The pool on the Inspect page: suggestions are taken or rejected, sentences finished, skipped and brought back."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from core.domain.spans import Sentence, Span
from core.store.batches import BatchEntry
from core.store.predictions import EpochKey
from gui.inspect.filter import Filter
from gui.inspect.list_pane import ListPlace
from gui.sentence.span_selection import of_gold, of_predicted
from tests.building import FIRST_EPOCH, add_run, add_sentences, predicted, project_with_sentences
from tests.gui.driving import LEFT, NONE

CTRL, SHIFT, ALT = (getattr(Qt.KeyboardModifier, f"{name}Modifier") for name in ("Control", "Shift", "Alt"))
Key = Qt.Key
POOL = {"p-1": "나리는 부산에 산다", "p-2": "비가 온다", "p-3": "눈이 서울에 온다"}
SUGGESTED = {"p-1": predicted((0, 2, "PS", 0.9), (4, 6, "LC", 0.8)), "p-2": (), "p-3": predicted((3, 5, "LC", 0.7))}
ACCEPTED = [(0, 2, "PS"), (4, 6, "LC")]


def project_with_pool(folder):
    project = project_with_sentences(folder)
    add_sentences(project, [("pool", Sentence.unchecked(name, text, ())) for name, text in POOL.items()])
    project.database.write("UPDATE sentence SET judged = 'no' WHERE split = 'pool'")
    add_run(project, FIRST_EPOCH)
    numbers = {name: project.sentences.by_id(name).number for name in POOL}
    project.predictions.save(EpochKey(1, 1), {numbers[name]: spans for name, spans in SUGGESTED.items()})
    entries = [BatchEntry(numbers["p-3"], "random"), BatchEntry(numbers["p-1"], "uncertain", 1.25, similar=2)]
    project.batches.add("uncertain", EpochKey(1, 1), 0.1, entries)
    return project


@pytest.fixture
def pool(bench_over):
    """The page on the pool, its first sentence large."""
    bench = bench_over(project_with_pool)
    bench.page.return_to(ListPlace(Filter(split="pool"), None))
    return bench


def section(bench, name):
    return bench.project.sentences.by_id(name).split


def done(bench):
    bench.key(Key.Key_R, CTRL | SHIFT)


def test_suggestions_are_hints_and_nothing_is_gold_unasked(pool):
    assert (pool.listed(), pool.shown()) == (["p-1", "p-2", "p-3"], "p-1")
    assert not any(comparison.is_error for comparison in pool.canvas.comparisons)
    assert [mark.is_unjudged for mark in pool.canvas.scene.marks] == [True, True]
    filters = pool.page.filters
    assert not any(widget.isVisible() for widget in (filters.errors, filters.orders, *filters.kinds.values()))
    assert pool.gold("p-1") == []
    suggested_by = pool.page.detail.reviewed.suggested_by
    assert (suggested_by.isVisible(), suggested_by.text()) == (True, "Suggestions: run 1, epoch 1")
    pool.page.return_to(ListPlace(Filter(split="dev"), None))
    assert not suggested_by.isVisible()


def test_all_are_taken_with_one_key_and_done_with_another_and_undo_brings_the_sentence_back(pool):
    pool.key(Key.Key_Return, CTRL | SHIFT)
    assert (pool.gold("p-1"), section(pool, "p-1")) == (ACCEPTED, "pool")
    done(pool)
    assert (section(pool, "p-1"), pool.shown(), pool.listed()) == ("train", "p-2", ["p-2", "p-3"])
    done(pool)
    assert (section(pool, "p-2"), pool.gold("p-2"), pool.shown()) == ("train", [], "p-3")
    pool.session.undo()
    assert (section(pool, "p-2"), pool.shown(), pool.listed()) == ("pool", "p-2", ["p-2", "p-3"])
    pool.session.undo()
    assert (section(pool, "p-1"), pool.shown(), pool.gold("p-1")) == ("pool", "p-1", ACCEPTED)
    assert pool.project.problems() == []


def test_one_after_the_other_and_the_last_one_finishes_the_sentence(pool):
    for _ in range(3):
        pool.key(Key.Key_Return, CTRL)
    assert (section(pool, "p-1"), pool.gold("p-1"), pool.shown()) == ("train", ACCEPTED, "p-2")


def test_all_are_taken_and_the_sentence_is_done_with_one_key_which_one_undo_takes_back(pool):
    pool.key(Key.Key_Return, SHIFT)
    assert (section(pool, "p-1"), pool.gold("p-1"), pool.shown()) == ("train", ACCEPTED, "p-2")
    pool.session.undo()
    assert (section(pool, "p-1"), pool.gold("p-1"), pool.shown()) == ("pool", [], "p-1")


def test_without_suggestions_that_key_finishes_and_outside_of_the_pool_it_does_nothing(pool):
    action = pool.page.detail.actions_by_name["accept all and go on"]
    pool.go_to("p-2")
    pool.key(Key.Key_Return, SHIFT)
    assert (section(pool, "p-2"), pool.gold("p-2")) == ("train", [])
    pool.page.return_to(ListPlace(Filter(split="dev"), None))
    assert not action.isEnabled()


def test_a_suggestion_is_selected_by_a_click_and_relabelled_by_a_digit(pool):
    QTest.mouseClick(pool.canvas, LEFT, NONE, pool.point(4))
    assert pool.canvas.selection == of_predicted(Span(4, 6, "LC"))
    pool.key(Key.Key_3)
    assert pool.gold("p-1") == [(4, 6, "OG")]


def test_a_suggestion_whose_edge_moves_becomes_gold_with_it_in_one_step(pool):
    pool.key(Key.Key_Tab)
    pool.key(Key.Key_Left, ALT | SHIFT)
    assert pool.gold("p-1") == [], "the start has nowhere to go"
    pool.key(Key.Key_Right, SHIFT)
    assert (pool.gold("p-1"), pool.canvas.selection) == ([(0, 3, "PS")], of_gold(Span(0, 3, "PS")))
    pool.session.undo()
    assert pool.gold("p-1") == []
    pool.session.correct(pool.page.listing.current, [Span(0, 3, "OG")])
    pool.canvas.select(of_predicted(Span(0, 2, "PS")))
    pool.key(Key.Key_Right, SHIFT)
    assert pool.gold("p-1") == [(0, 3, "OG")], "own spans stay"


def test_own_spans_stay_and_overlapping_suggestions_stay_hints(pool):
    pool.session.correct(pool.page.listing.current, [Span(0, 3, "OG")])
    assert pool.page.detail.notice.text() == "1 suggestion overlaps yours"
    action = pool.page.detail.actions_by_name["accept all"]
    assert action.isEnabled()
    pool.key(Key.Key_Return, CTRL | SHIFT)
    assert pool.gold("p-1") == [(0, 3, "OG"), (4, 6, "LC")]
    assert not action.isEnabled(), "what is left overlaps"
    assert [mark.span for mark in pool.canvas.scene.marks if mark.is_unjudged] == [Span(0, 2, "PS")]
    assert not pool.page.detail.actions_by_name["accept all"].isEnabled(), "none is left that can be taken"


def test_a_rejected_suggestion_stays_away_until_that_is_undone(pool):
    pool.key(Key.Key_Tab)
    pool.key(Key.Key_Delete)
    assert [comparison.predicted.span for comparison in pool.canvas.comparisons] == [Span(4, 6, "LC")]
    pool.key(Key.Key_Return, CTRL | SHIFT)
    assert pool.gold("p-1") == [(4, 6, "LC")]
    pool.session.undo()
    pool.session.undo()
    assert len(pool.canvas.comparisons) == 2


def test_a_skipped_sentence_comes_back(pool):
    pool.key(Key.Key_S, CTRL | SHIFT)
    assert (pool.shown(), section(pool, "p-1")) == ("p-2", "pool")
    pool.go_to("p-1")
    assert pool.page.actions_by_name["skip"].iconText() == "Come back"
    pool.click(pool.page.detail.reviewed.skip)
    assert not pool.project.pool.skipped()
    assert pool.page.actions_by_name["skip"].iconText() == "Skip"


def test_a_batch_lists_what_is_open_of_it_in_its_order_and_why_each_was_chosen(pool):
    pool.page.return_to(ListPlace(Filter(split="pool", batch=1), None))
    assert (pool.listed(), pool.shown()) == (["p-3", "p-1"], "p-3")
    assert pool.page.detail.reviewed.reason.text() == "chosen at random"
    pool.key(Key.Key_S, CTRL | SHIFT)
    assert pool.shown() == "p-1"
    assert pool.page.detail.reviewed.reason.text() == "uncertain: 1.25, like 2 others"
    pool.page.refresh()
    assert pool.listed() == ["p-1"]


def test_elsewhere_the_marks_are_as_ever(pool):
    pool.page.return_to(ListPlace(Filter(split="dev"), None))
    marks = pool.page.detail.reviewed
    assert (marks.button.isVisible(), marks.done.isVisible(), marks.skip.isVisible()) == (True, False, False)
    assert not pool.page.actions_by_name["skip"].isEnabled()
    assert pool.page.filters.orders.isVisible()


def test_the_next_batch_is_chosen_and_listed_above_the_list(pool):
    panel = pool.page.next_batch
    assert panel.isVisible()
    assert (panel.batch.text(), panel.tag.isVisible(), panel.come_back.isVisible()) == (
        "Batch 1 · 2 left",
        False,
        False,
    )
    assert panel.order.currentText() == "Random", "nothing has scores of the pool"
    panel.count.setValue(2)
    pool.click(panel.next)
    assert (len(pool.listed()), panel.batch.text(), panel.batch.isChecked()) == (2, "Batch 2 · 2 left", True)
    assert pool.page.detail.reviewed.reason.text() == "chosen at random"
    done(pool)
    done(pool)
    assert pool.page.list.none.text().startswith("This batch is done")
    assert panel.progress.text().startswith("2 labelled today, 2 in all")
    pool.click(panel.batch)
    assert len(pool.listed()) == 1


def test_why_no_batch_can_be_chosen_is_said_and_what_is_skipped_comes_back(pool):
    panel = pool.page.next_batch
    pool.key(Key.Key_S, CTRL | SHIFT)
    panel.order.setCurrentIndex(panel.order.findText("Dictionary hits"))
    pool.click(panel.next)
    assert panel.notice.text().startswith("No dictionary has tagged the pool; add one as a source")
    assert panel.come_back.text() == "1 skipped: come back"
    pool.click(panel.come_back)
    assert not panel.come_back.isVisible()
    assert not pool.project.pool.skipped()


def test_untagged_sentences_are_named_with_the_way_out(pool):
    add_sentences(pool.project, [("pool", Sentence.unchecked("p-4", "바람이 분다", ()))])
    pool.page.refresh()
    assert pool.page.next_batch.tag.text() == "Tag 1 untagged"
    pool.page.return_to(ListPlace(Filter(split="dev"), None))
    assert not pool.page.next_batch.isVisible()


def test_the_source_that_was_chosen_for_suggestions_is_shown_at_once(pool):
    other = add_run(pool.project, FIRST_EPOCH)
    number = pool.page.listing.current
    pool.project.predictions.save(EpochKey(other, 1), {number: predicted((0, 3, "OG", 0.5))})
    assert len(pool.canvas.comparisons) == 2
    pool.session.publish(pool.project.sources.suggest_with(other))
    assert [each.predicted.span for each in pool.canvas.comparisons] == [Span(0, 3, "OG")]
