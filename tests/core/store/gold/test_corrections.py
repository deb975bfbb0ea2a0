"""Corrections: committed at once, undone and redone across restarts, never lost."""

import contextlib
import sqlite3

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.errors import UserError
from core.domain.generators import run_to_end
from core.domain.spans import Sentence, Span
from core.store.gold.corrections import LARGE
from core.store.gold.remarks import TextPlace
from core.store.gold.step_list import StepFilter
from core.store.gold.undo_stacks import Stacks, follow, steps_of
from core.store.project import create_project, open_project
from tests.building import add_sentences, project_with_run, project_with_sentences
from tests.core.store.failing import full_disk


@pytest.fixture
def project(tmp_path):
    with project_with_run(tmp_path / "p.spandesk") as project:
        yield project


def gold_of(project, name):
    return project.sentences.by_id(name).gold


def number_of(project, name):
    return project.sentences.by_id(name).number


def test_a_correction_is_on_disk_at_once_and_says_what_changed(project):
    number = number_of(project, "news-3")
    change = project.corrections.correct(number, [Span(4, 9, "DT")])
    assert change.sentences == (number,)
    stored = project.sentences.by_id("news-3")
    assert stored.gold == (Span(4, 9, "DT"),)
    assert stored.imported == (Span(0, 2, "PS"), Span(4, 9, "DT"))
    assert stored.corrected
    [listed] = project.steps.list_matching(StepFilter())
    logged = listed.first
    assert (logged.before, logged.after, logged.kind) == (stored.imported, stored.gold, "correct")


def test_the_same_gold_again_is_not_a_correction(project):
    stored = project.sentences.by_id("news-3")
    assert not project.corrections.correct(stored.number, stored.gold)
    assert project.corrections.count() == 0


@pytest.mark.parametrize(
    ("spans", "reason"),
    [
        ([(0, 99, "PS")], "reaches past the text"),
        ([(0, 2, "PS"), (1, 3, "LC")], "overlap"),
        ([(0, 2, "NOPE")], "not in the tag set"),
    ],
)
def test_spans_that_do_not_fit_change_nothing(project, spans, reason):
    before = gold_of(project, "news-3")
    with pytest.raises(UserError, match=reason):
        project.corrections.correct(number_of(project, "news-3"), [Span(*span) for span in spans])
    assert gold_of(project, "news-3") == before
    assert project.corrections.count() == 0


def test_undo_and_redo_reach_back_over_a_restart(tmp_path):
    folder = tmp_path / "p.spandesk"
    with project_with_sentences(folder) as project:
        number = number_of(project, "news-3")
        original = gold_of(project, "news-3")
        project.corrections.correct(number, [Span(4, 9, "DT")])
        project.corrections.correct(number, [Span(0, 2, "OG"), Span(4, 9, "DT")])
        project.corrections.undo()
    with open_project(folder) as project:
        assert gold_of(project, "news-3") == (Span(4, 9, "DT"),)
        project.corrections.redo()
        assert gold_of(project, "news-3") == (Span(0, 2, "OG"), Span(4, 9, "DT"))
        project.corrections.undo()
        project.corrections.undo()
        assert gold_of(project, "news-3") == original
        assert not project.corrections.can_undo
        assert not project.corrections.undo()


def test_a_new_correction_ends_redo(project):
    project.corrections.correct(number_of(project, "news-3"), [])
    project.corrections.undo()
    project.corrections.correct(number_of(project, "news-4"), [])
    assert not project.corrections.can_redo
    assert not project.corrections.redo()


def test_a_revert_takes_later_corrections_of_the_sentence_back_too_and_can_be_undone(project):
    number, original = number_of(project, "news-3"), gold_of(project, "news-3")
    project.corrections.correct(number, [Span(4, 9, "DT")])
    project.corrections.correct(number, [])
    project.corrections.correct(number_of(project, "news-4"), [])
    first = project.steps.list_matching(StepFilter())[-1].first
    assert project.corrections.revert(first.number).sentences == (number,)
    assert gold_of(project, "news-3") == original
    assert gold_of(project, "news-4") == ()
    assert not project.corrections.revert(first.number)
    project.corrections.undo()
    assert gold_of(project, "news-3") == ()


def test_comparisons_follow_every_change_of_the_gold(project):
    number = number_of(project, "talk-1")
    project.corrections.correct(number, [Span(0, 2, "PS"), Span(6, 8, "TI")])
    assert project.problems() == []
    project.corrections.undo()
    assert project.problems() == []


def test_what_changed_since_a_correction_leaves_out_what_was_taken_back(project):
    project.corrections.correct(number_of(project, "news-1"), [])
    since = project.corrections.last_number()
    project.corrections.correct(number_of(project, "news-3"), [])
    project.corrections.correct(number_of(project, "news-4"), [])
    project.corrections.undo()
    assert project.corrections.sentences_changed_since(since) == [number_of(project, "news-3")]
    assert project.corrections.golds_at(since)[number_of(project, "news-3")] == (Span(0, 2, "PS"), Span(4, 9, "DT"))


def test_several_sentences_are_one_step(tmp_path):
    golds = {"news-3": (Span(0, 2, "OG"),), "news-4": (), "talk-1": (Span(0, 2, "PS"), Span(6, 11, "TI"))}
    with project_with_run(tmp_path / "p.spandesk") as project:
        before = {name: gold_of(project, name) for name in golds}
        change = project.corrections.correct_together({number_of(project, name): golds[name] for name in golds})
        assert change.sentences == (number_of(project, "news-3"), number_of(project, "news-4")), "talk-1 has it"
        assert {name: gold_of(project, name) for name in golds} == golds
    with open_project(tmp_path / "p.spandesk") as project:
        assert project.corrections.undo().sentences == change.sentences
        assert {name: gold_of(project, name) for name in golds} == before
        assert not project.corrections.can_undo
        assert project.problems() == []
        assert project.corrections.redo().sentences == change.sentences
        assert {name: gold_of(project, name) for name in golds} == golds
        assert project.corrections.count() == 6


def test_a_step_is_all_or_nothing(project):
    good, bad = number_of(project, "news-3"), number_of(project, "news-4")
    with pytest.raises(UserError, match="reaches past the text"):
        project.corrections.correct_together({good: (), bad: (Span(0, 99, "PS"),)})
    assert gold_of(project, "news-3") != ()
    assert project.corrections.count() == 0


def test_a_step_is_all_or_nothing_when_the_disk_fails(project, monkeypatch):
    refresh = project.predictions.refresh

    def fail_at_the_end(numbers):
        refresh(numbers)
        raise full_disk()

    monkeypatch.setattr(project.predictions, "refresh", fail_at_the_end)
    with pytest.raises(UserError, match=r"was not saved \(the disk of .* is full; free some space"):
        project.corrections.correct_together({number_of(project, name): () for name in ("news-3", "news-4")})
    assert gold_of(project, "news-3") != ()
    assert not project.corrections.can_undo


def test_one_correction_of_a_step_is_reverted_alone(project):
    names = ("news-3", "news-4")
    before = gold_of(project, "news-4")
    project.corrections.correct_together({number_of(project, name): () for name in names})
    [listed] = project.steps.list_matching(StepFilter())
    newest = project.steps.corrections_of(listed.step.number, StepFilter())[-1]
    assert newest.sentence_id == "news-4"
    project.corrections.revert(newest.number)
    assert (gold_of(project, "news-3"), gold_of(project, "news-4")) == ((), before)
    project.corrections.undo()
    project.corrections.undo()
    assert gold_of(project, "news-3") != ()


def test_several_steps_are_reverted_in_one_and_undo_brings_all_of_them_back(project):
    corrections, names = project.corrections, ("news-3", "news-4", "talk-1")
    imported = {name: gold_of(project, name) for name in names}
    first = corrections.last_number() + 1
    corrections.correct(number_of(project, "news-3"), [])
    second = corrections.last_number() + 1
    corrections.correct_together({number_of(project, name): [Span(0, 1, "PS")] for name in names})
    corrections.correct(number_of(project, "news-4"), [])
    corrected = {name: gold_of(project, name) for name in names}
    change = corrections.revert(steps=[second, first])
    assert (change.kind, change.sentences) == ("revert", tuple(number_of(project, name) for name in names))
    assert {name: gold_of(project, name) for name in names} == imported
    step = corrections.next_steps().undo
    assert (step.kind, step.sentences) == ("revert", 3)
    corrections.undo()
    assert {name: gold_of(project, name) for name in names} == corrected
    assert corrections.revert(steps=[second]).golds[number_of(project, "news-3")].after == ()
    assert gold_of(project, "news-4") == imported["news-4"]
    assert project.problems() == []


def test_what_a_revert_of_several_cannot_give_back_changes_nothing(project):
    corrections = project.corrections
    project.labels.add("NEW")
    corrections.correct(number_of(project, "news-3"), [Span(0, 1, "NEW")])
    corrections.correct(number_of(project, "news-4"), [])
    corrections.correct(number_of(project, "news-3"), [])
    steps = [each.step.number for each in project.steps.list_matching(StepFilter())][:2]
    project.labels.delete("NEW")
    with pytest.raises(UserError, match="NEW has left the tag set"):
        corrections.revert(steps=steps)
    with pytest.raises(UserError, match="NEW has left the tag set"):
        run_to_end(corrections.revert_in_slices(steps=steps))
    assert (gold_of(project, "news-3"), gold_of(project, "news-4")) == ((), ())
    assert corrections.is_settled
    assert project.problems() == []


def test_a_renamed_label_is_not_given_its_old_name_by_a_revert(project):
    corrections = project.corrections
    step = corrections.last_number() + 1
    run_to_end(project.labels.rename("PS", "PERSON"))
    assert not corrections.revert(steps=[step])
    assert not run_to_end(corrections.revert_in_slices(step, step + 1))
    assert gold_of(project, "news-3")[0].label == "PERSON"


@pytest.mark.parametrize("size", [1, 3, 100])
def test_a_large_revert_in_slices_has_the_same_result(project, monkeypatch, size):
    monkeypatch.setattr("core.store.gold.corrections.LARGE", size)
    corrections = project.corrections
    before = {stored.id: stored.gold for stored in project.sentences.each()}
    run_to_end(corrections.correct_in_slices([{stored.number: ()} for stored in project.sentences.each()]))
    [listed] = project.steps.list_matching(StepFilter())
    assert corrections.is_large_revert(steps=[listed.step.number]) == (size < 100)
    assert not run_to_end(corrections.revert_in_slices())
    changed = []
    work = corrections.revert_in_slices(steps=[listed.step.number])
    with contextlib.suppress(StopIteration):
        while True:
            changed.append(next(work))
    assert changed[-1] == 7
    assert {stored.id: stored.gold for stored in project.sentences.each()} == before
    corrections.undo()
    assert all(stored.gold == () for stored in project.sentences.each())
    assert project.problems() == []


def test_strings_and_places_are_dismissed_each_for_itself_and_undone(tmp_path):
    place = TextPlace(3, 0, 2)
    with project_with_run(tmp_path / "p.spandesk") as project:
        corrections, dismissed = project.corrections, project.dismissals
        assert corrections.dismiss("string", ["서울", "부산"], dismissed=True).kind == "dismiss"
        assert corrections.dismiss("place", [place, TextPlace(4, 0, 4)], dismissed=True).dismissals
        assert not corrections.dismiss("place", [place], dismissed=True)
        assert corrections.dismiss("place", [place], dismissed=False)
        assert dismissed.strings("string") == {"서울", "부산"}
        assert dismissed.strings("particle") == set()
        assert dismissed.places() == {TextPlace(4, 0, 4)}
        step = corrections.next_steps().undo
        assert (step.kind, step.sentence_id, step.string, step.spans) == ("question places", "news-3", "세종", 1)
    with open_project(tmp_path / "p.spandesk") as project:
        corrections, dismissed = project.corrections, project.dismissals
        assert corrections.undo().dismissals
        assert dismissed.places() == {place, TextPlace(4, 0, 4)}
        corrections.undo()
        corrections.undo()
        assert (dismissed.places(), dismissed.strings("string")) == (set(), set())
        corrections.redo()
        assert dismissed.strings("string") == {"서울", "부산"}
        assert project.problems() == []


steps = st.lists(st.sampled_from(["news-3", "news-4", "both", "undo", "redo"]), max_size=12)


@settings(max_examples=25)
@given(steps)
def test_the_log_replays_to_the_same_stacks_and_gold(tmp_path_factory, steps):
    folder = tmp_path_factory.mktemp("log") / "p.spandesk"
    states, at = [{}], 0
    with project_with_sentences(folder) as project:
        for turn, step in enumerate(steps):
            if step == "undo":
                project.corrections.undo()
                at = max(at - 1, 0)
            elif step == "redo":
                project.corrections.redo()
                at = min(at + 1, len(states) - 1)
            else:
                gold = (Span(turn % 8, turn % 8 + 1, "PS"),)
                names = ("news-3", "news-4") if step == "both" else (step,)
                if project.corrections.correct_together({number_of(project, name): gold for name in names}):
                    states = [*states[: at + 1], {**states[at], **dict.fromkeys(names, gold)}]
                    at += 1
    with open_project(folder) as project:
        for name in ("news-3", "news-4"):
            stored = project.sentences.by_id(name)
            assert stored.gold == states[at].get(name, stored.imported)
        assert project.corrections.can_undo == (at > 0)
        assert project.corrections.can_redo == (at < len(states) - 1)


def stacks_of(log):
    stacks = follow(Stacks(), log)
    return list(steps_of(stacks.done)), list(steps_of(stacks.undone)), stacks.irregular


def test_stacks_of_a_log():
    log = [(1, "correct", None), (2, "correct", None), (3, "undo", 2), (4, "redo", 2), (5, "undo", 2), (6, "revert", 1)]
    assert stacks_of(log) == ([6, 1], [], ())
    assert stacks_of(log[:5]) == ([1], [2], ())


@pytest.mark.parametrize(
    ("log", "stacks"),
    [
        ([(1, "undo", 1)], ([], [], (1,))),
        ([(1, "correct", None), (2, "redo", 1)], ([1], [], (2,))),
        ([(1, "correct", None), (2, "redo", 1), (3, "undo", 1)], ([], [1], (2,))),
        ([(1, "correct", None), (2, "correct", None), (3, "undo", 1), (4, "undo", 2)], ([], [2, 1], (3,))),
        ([(1, "correct", None), (2, "undo", None), (3, "undo", 1)], ([], [1], (2,))),
    ],
)
def test_a_log_that_no_program_would_write_has_stacks_as_well_and_says_where_it_is_odd(log, stacks):
    assert stacks_of(log) == stacks


def test_a_log_from_before_there_were_steps_is_undone_as_ever(tmp_path):
    folder = tmp_path / "p.spandesk"
    with project_with_sentences(folder) as project:
        project.corrections.correct(number_of(project, "news-3"), [])
        project.corrections.correct(number_of(project, "news-4"), [])
    connection = sqlite3.connect(folder / "project.db")
    connection.executescript(
        "DROP INDEX correction_by_step; ALTER TABLE correction DROP COLUMN step;"
        "DELETE FROM _sqlite_migrations WHERE name = '0002_steps_of_several_corrections'; PRAGMA user_version = 1"
    )
    connection.close()
    with open_project(folder) as project:
        assert project.corrections.undo().sentences == (number_of(project, "news-4"),)
        assert project.corrections.correct_together({number_of(project, n): () for n in ("news-4", "talk-1")})
        project.corrections.undo()
        project.corrections.undo()
        assert gold_of(project, "news-3") == (Span(0, 2, "PS"), Span(4, 9, "DT"))
        assert not project.corrections.can_undo


# Change-sets


def test_a_change_says_its_kind_and_the_gold_before_and_after(project):
    number, before, after = number_of(project, "news-3"), gold_of(project, "news-3"), (Span(0, 2, "OG"),)
    made = project.corrections.correct(number, after)
    assert (made.kind, made.golds) == ("correct", {number: (before, after)})
    undone = project.corrections.undo()
    assert (undone.kind, undone.golds) == ("undo", {number: (after, before)})
    redone = project.corrections.redo()
    assert (redone.kind, redone.golds) == ("redo", {number: (before, after)})
    reverted = project.corrections.revert(project.corrections.last_number())
    assert (reverted.kind, reverted.golds) == ("revert", {number: (after, before)})
    marked = project.reviews.mark(number, reviewed=True)
    assert (marked.kind, marked.reviews, marked.golds) == ("review", (number,), {})


@pytest.mark.parametrize("sentences", [LARGE, LARGE + 1])
def test_a_large_change_is_small_in_memory(tmp_path, sentences):
    with create_project(tmp_path / "large.spandesk") as project:
        add_sentences(project, [("dev", Sentence(f"s{at}", "세종", (Span(0, 2, "PS"),))) for at in range(sentences)])
        numbers = [stored.number for stored in project.sentences.each()]
        golds = [{number: (Span(0, 2, "OG"),)} for number in numbers]
        made = run_to_end(project.corrections.correct_in_slices(golds))
        undone = run_to_end(project.corrections.undo_in_slices())
        for change in (made, undone):
            assert list(change.sentences) == numbers
            assert change.corpus == (sentences > LARGE)
            assert list(change.golds) == ([] if change.corpus else numbers)
