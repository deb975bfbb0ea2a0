"""What a step did, in fields: derived from the log, before it is undone and after it was."""

import pytest

from core.domain.generators import run_to_end
from core.domain.spans import Sentence, Span
from core.metrics.comparison import compare_spans
from core.store.gold import steps
from core.store.gold.relabelling import Replacement
from core.store.predictions import EpochKey
from core.store.project import open_project
from tests.building import add_sentences, project_with_run


@pytest.fixture
def project(tmp_path):
    with project_with_run(tmp_path / "p.spandesk") as project:
        yield project


def number_of(project, name):
    return project.sentences.by_id(name).number


def fields(step, *names):
    return tuple(getattr(step, name) for name in names)


@pytest.mark.parametrize(
    ("gold", "kind", "old", "new", "string", "spans"),
    [
        ([(0, 2, "PS"), (4, 9, "DT"), (11, 13, "FD")], "label", None, "FD", "글을", 1),
        ([(4, 9, "DT")], "unlabel", "PS", None, "세종", 1),
        ([], "unlabel", None, None, None, 2),
        ([(0, 2, "OG"), (4, 9, "DT")], "relabel", "PS", "OG", "세종", 1),
        ([(0, 3, "PS"), (4, 9, "DT")], "resize", "PS", "PS", "세종은", 1),
        ([(0, 3, "OG"), (4, 9, "DT")], "correct", "PS", "OG", "세종은", 1),
        ([(0, 2, "OG")], "correct", None, None, None, 2),
    ],
)
def test_a_correction_says_what_became_of_its_spans(project, gold, kind, old, new, string, spans):
    project.corrections.correct(number_of(project, "news-3"), [Span(*span) for span in gold])
    step = project.corrections.next_steps().undo
    assert step.sentence_id == "news-3"
    assert step.sentence == number_of(project, "news-3")
    assert fields(step, "kind", "old_label", "new_label", "string") == (kind, old, new, string)
    assert fields(step, "sentences", "spans") == (1, spans)


def test_identical_strings_that_get_a_label_at_once_are_one_step_of_that_string(project):
    rows = [("train", Sentence(f"north-{i}", "북한이 말했다.", ())) for i in range(2)]
    add_sentences(project, rows)
    golds = {number_of(project, f"north-{i}"): [Span(0, 2, "OG")] for i in range(2)}
    assert project.corrections.correct_together(golds).kind == "correct"
    step = project.corrections.next_steps().undo
    assert fields(step, "kind", "spans", "string", "new_label", "sentences") == ("label", 2, "북한", "OG", 2)


@pytest.mark.parametrize("large", [2, 250])
def test_changes_of_labels_say_which_and_in_how_many_sentences(project, monkeypatch, large):
    monkeypatch.setattr("core.store.gold.corrections.LARGE", large)
    monkeypatch.setattr(steps, "EXAMINED", large)
    spans = 4 if large == 250 else None
    said = ("kind", "old_label", "new_label", "sentences", "spans")
    assert run_to_end(project.labels.renaming("LC", "PLACE")).kind == "relabel"
    assert fields(project.corrections.next_steps().undo, *said) == ("rename", "LC", "PLACE", 4, spans)
    run_to_end(project.labels.merging("TI", "DT"))
    assert fields(project.corrections.next_steps().undo, *said) == ("merge", "TI", "DT", 1, 1)
    run_to_end(project.labels.replacing(Replacement("PLACE", "OG", text="부산")))
    assert fields(project.corrections.next_steps().undo, *said) == ("relabel", "PLACE", "OG", 1, 1)


def test_what_was_said_of_a_sentence_is_a_step_of_its_own_kind(project):
    number, key = number_of(project, "talk-2"), EpochKey(1, 1)
    assert project.reviews.mark(number, reviewed=True).kind == "review"
    assert fields(project.corrections.next_steps().undo, "kind", "is_reviewed", "spans") == ("mark", True, 0)
    project.reviews.mark(number, reviewed=False)
    assert fields(project.corrections.next_steps().undo, "kind", "is_reviewed") == ("unmark", False)
    project.reviews.note(number, "오늘은?")
    assert fields(project.corrections.next_steps().undo, "kind", "note") == ("note", "오늘은?")
    project.reviews.note(number, "")
    assert fields(project.corrections.next_steps().undo, "kind", "note") == ("note", "")
    [wrong] = compare_spans(project.sentences.by_id("talk-2").gold, ())
    assert project.reviews.judge(number, key, wrong, "gold").kind == "correct"
    step = project.corrections.next_steps().undo
    assert fields(step, "kind", "blame", "is_reviewed", "old_label") == ("verdict", "gold", True, "DT")
    assert project.sentences.by_id("talk-2").gold == ()


def test_a_correction_with_a_mark_is_told_by_the_correction(project):
    assert project.reviews.finish_sentence(number_of(project, "news-3"), [Span(4, 9, "DT")]).kind == "correct"
    assert fields(project.corrections.next_steps().undo, "kind", "is_reviewed", "string") == ("unlabel", True, "세종")


def test_undo_redo_and_revert_say_what_they_are_and_the_step_stays_the_same(tmp_path):
    with project_with_run(tmp_path / "p.spandesk") as project:
        assert project.corrections.next_steps().undo is None
        project.corrections.correct(number_of(project, "news-3"), [])
        first = project.corrections.next_steps().undo
        assert project.corrections.undo().kind == "undo"
        assert (project.corrections.next_steps().undo, project.corrections.next_steps().redo) == (None, first)
    with open_project(tmp_path / "p.spandesk") as project:
        assert project.corrections.next_steps().redo == first
        assert project.corrections.redo().kind == "redo"
        assert (project.corrections.next_steps().undo, project.corrections.next_steps().redo) == (first, None)
        assert project.corrections.revert(first.number).kind == "revert"
        step = project.corrections.next_steps().undo
        assert fields(step, "kind", "sentence_id", "spans") == ("revert", "news-3", 2)


def test_other_mutations_say_what_they_are(project):
    new = Sentence("scratch-1", "독도", ())
    assert project.sentences.add("train", [new], "scratch").kind == "import"
    assert project.labels.add("NEW").kind == "labels"
    assert run_to_end(project.labels.renaming("NEW", "NEWER")).kind == "labels"
    assert project.runs.end(1, "stopped").kind == "run"
