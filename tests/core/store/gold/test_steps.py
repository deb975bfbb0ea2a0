"""What a step did, in fields: derived from the log, before it is undone and after it was."""

import pytest

from core.domain.generators import run_to_end
from core.domain.spans import Sentence, Span
from core.metrics.comparison import compare_spans
from core.store.gold import steps
from core.store.gold.relabelling import Replacement
from core.store.gold.step_list import StepFilter
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
    assert run_to_end(project.labels.rename("LC", "PLACE")).kind == "relabel"
    assert fields(project.corrections.next_steps().undo, *said) == ("rename", "LC", "PLACE", 4, spans)
    run_to_end(project.labels.merge("TI", "DT"))
    assert fields(project.corrections.next_steps().undo, *said) == ("merge", "TI", "DT", 1, 1)
    run_to_end(project.labels.replace(Replacement("PLACE", "OG", text="부산")))
    assert fields(project.corrections.next_steps().undo, *said) == ("relabel", "PLACE", "OG", 1, 1)


def test_a_remark_is_a_step_of_its_own_kind(project):
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


def test_a_correction_with_a_mark_is_described_by_the_correction(project):
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
    assert run_to_end(project.labels.rename("NEW", "NEWER")).kind == "labels"
    assert project.runs.end(1, "stopped").kind == "run"


# The list of steps


def listed(project, *chosen, **more):
    return [each.step.number for each in project.steps.list_matching(StepFilter(*chosen, **more))]


def test_the_list_has_steps_that_changed_gold_and_says_which_of_them_are_undone(project):
    news, talk = number_of(project, "news-3"), number_of(project, "talk-1")
    project.corrections.correct(news, [])
    project.reviews.mark(news, reviewed=True)
    project.corrections.correct_together({news: [Span(0, 1, "PS")], talk: []})
    project.labels.add("NEW")
    project.corrections.undo()
    project.corrections.undo()
    older = project.corrections.last_number() + 1
    project.corrections.correct(talk, [])
    third, second, first = project.steps.list_matching(StepFilter())
    assert [each.is_undone for each in (third, second, first)] == [False, True, False]
    assert third.step.number == older
    assert [each.corrections for each in (third, second, first)] == [1, 2, 1]
    assert (first.first.sentence_id, first.first.after) == ("news-3", ())
    assert project.steps.undone() >= {second.step.number}
    assert [each.sentence_id for each in project.steps.corrections_of(second.step.number, StepFilter())] == [
        "news-3",
        "talk-1",
    ]
    project.corrections.undo()
    project.corrections.redo()
    assert not project.steps.list_matching(StepFilter(), limit=1)[0].is_undone
    assert [each.step.kind for each in project.steps.list_matching(StepFilter())] == ["unlabel", "correct", "unlabel"]


def test_the_list_is_read_in_parts(project):
    number = number_of(project, "news-3")
    for start in range(6):
        project.corrections.correct(number, [Span(start, start + 1, "PS")])
    every = listed(project)
    assert len(every) == 6
    parts = [project.steps.list_matching(StepFilter(), before=before, limit=2) for before in (None, every[1], every[3])]
    assert [each.step.number for part in parts for each in part] == every
    assert [each.step.number for each in project.steps.list_matching(StepFilter(), after=every[2])] == every[:2]
    project.corrections.correct_together({n: [] for n in range(1, 8)})
    step, *_ = listed(project)
    first, *rest = project.steps.corrections_of(step, StepFilter())
    assert project.steps.corrections_of(step, StepFilter(), after=first.number, limit=2) == rest[:2]
    assert {each.sentence for each in (first, *rest)} == set(range(1, 8))


def test_the_list_is_filtered_by_what_was_done_label_split_and_text(project):
    news, talk, test = (number_of(project, name) for name in ("news-3", "talk-1", "news-5"))
    project.corrections.correct(news, [Span(0, 2, "OG"), Span(4, 9, "DT")])
    project.corrections.correct_together({talk: [Span(0, 2, "PS")], test: []})
    project.reviews.note(news, "확인")
    run_to_end(project.labels.rename("LC", "PLACE"))
    relabelled, several, one = listed(project)
    project.corrections.revert(steps=[one])
    revert, *_ = listed(project)
    assert listed(project, "reverts") == [revert]
    assert listed(project, "labels") == [relabelled]
    assert listed(project, "corrections") == [several, one]
    assert listed(project, "verdicts") == []
    assert listed(project, label="DT") == [], "it stayed as it was"
    assert listed(project, label="OG") == [revert, one]
    assert listed(project, label="TI") == [several]
    assert listed(project, split="test") == [several]
    assert listed(project, text="세종") == [revert, one]
    assert listed(project, text="TALK-1") == [several]
    assert listed(project, text="확인") == [revert, one]
    [found] = project.steps.list_matching(StepFilter(split="test"))
    assert (found.corrections, found.first.sentence_id, found.step.sentences) == (1, "news-5", 2)
    assert [each.sentence_id for each in project.steps.corrections_of(several, StepFilter(label="TI"))] == ["talk-1"]


def test_a_verdict_with_its_correction_is_listed_as_such(project):
    stored = project.sentences.by_id("news-4")
    key = EpochKey(1, 1)
    [wrong] = [
        e for e in compare_spans(stored.gold, project.predictions.of(key, [stored.number])[stored.number]) if e.is_error
    ]
    project.reviews.judge(stored.number, key, wrong, "gold")
    [found] = project.steps.list_matching(StepFilter("verdicts"))
    assert (found.step.kind, found.corrections) == ("verdict", 1)
    assert listed(project, "corrections") == []


def test_moves_are_listed_by_group_text_split_and_author(project):
    project.corrections.correct(number_of(project, "news-3"), [])
    project.corrections.sign("지민")
    for names, to in ((("news-3", "news-1"), "deleted"), (("news-4",), "train")):
        run_to_end(project.moves.move_in_slices([number_of(project, name) for name in names], to))
    project.corrections.undo()

    def listed(**chosen):
        found = project.steps.list_matching(StepFilter(**chosen))
        return [(each.step.kind, each.step.sentences, each.author, each.is_undone) for each in found]

    moved, deleted = ("move", 1, "지민", True), ("delete", 2, "지민", False)
    corrected = ("unlabel", 1, "", False)
    assert listed() == [moved, deleted, corrected]
    assert listed(group="moves") == listed(author="지민") == [moved, deleted]
    assert listed(group="corrections") == listed(author="") == listed(label="PS") == [corrected]
    assert listed(text="세종은") == [deleted, corrected]
    assert listed(split="dev") == [moved]
    assert project.steps.authors() == ["지민"]
