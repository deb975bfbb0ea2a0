"""Moves between splits, pool, set aside and deleted: steps that are undone, beside trainings that move sentences."""

from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.errors import UserError
from core.domain.generators import run_to_end
from core.domain.settings import TrainSettings
from core.domain.spans import SECTIONS, Sentence, Span
from core.store.gold.moves import Loss
from core.store.gold.step_list import StepFilter
from core.store.predictions import EpochKey
from core.store.project import open_project
from core.store.sentences import section_then
from tests.building import TEXTS, add_run, add_sentences, predicted, project_with_run, project_with_sentences

KEY = EpochKey(1, 2)


@pytest.fixture
def project(tmp_path):
    with project_with_run(tmp_path / "p.spandesk") as project:
        yield project


def number_of(project, name):
    return project.sentences.by_id(name).number


def move(project, to, *names, reason=""):
    return run_to_end(project.moves.move_in_slices([number_of(project, name) for name in names], to, reason))


def sections(project):
    return {stored.id: stored.split for stored in project.sentences.each_anywhere()}


def train(project):
    """Begin a run as a training does, which takes corrected dev sentences to train."""
    moved = project.sentences.to_take_to_train()
    run = project.runs.start(TrainSettings())
    project.sentences.move_to_train(moved, run)
    project.runs.end(run, "finished")
    return run


BEFORE = {name: split for name, split, *_ in TEXTS}


@pytest.mark.parametrize("at_once", [2, 250])
@pytest.mark.parametrize("to", SECTIONS)
def test_a_move_is_one_step_that_is_undone_and_redone_also_after_a_restart(project, tmp_path, to, at_once):
    with patch("core.store.gold.moves.LARGE", at_once), patch("core.store.gold.corrections.LARGE", at_once):
        change = move(project, to, *BEFORE)
        moved = {name for name, split in BEFORE.items() if split != to}
        assert (change.kind, change.corpus, len(change.sentences)) == ("move", True, len(moved))
        assert set(sections(project).values()) == {to}
        assert project.corrections.is_large() == (at_once == 2)
        counts = project.sentences.label_counts()
        project.close()
        with open_project(tmp_path / "p.spandesk") as again:
            assert again.problems() == []
            change = again.corrections.undo()
            assert (change.kind, change.corpus, len(change.sentences)) == ("undo", True, len(moved))
            assert sections(again) == BEFORE
            assert not again.corrections.can_undo
            assert run_to_end(again.corrections.redo_in_slices()).corpus
            assert set(sections(again).values()) == {to}
            assert again.sentences.label_counts() == counts
            assert again.problems() == []


def test_a_sentence_that_is_there_already_does_not_move(project):
    assert not move(project, "dev", "news-3")
    assert not move(project, "back", "news-3")
    assert not project.corrections.can_undo


def test_what_was_set_aside_or_deleted_comes_back_to_where_it_was(project):
    move(project, "aside", "news-1", "news-3", reason="번역투")
    assert project.moves.reasons([number_of(project, name) for name in BEFORE]) == {
        number_of(project, name): "번역투" for name in ("news-1", "news-3")
    }
    move(project, "deleted", "news-3", "news-4")
    move(project, "back", "news-3", "news-4")
    assert {**sections(project), "news-1": "train"} == {**BEFORE, "news-3": "aside"}
    assert why_outside(project) == {"news-1": "번역투", "news-3": "번역투"}
    move(project, "back", "news-1", "news-3")
    assert sections(project) == BEFORE
    assert project.problems() == []
    for _ in range(4):
        project.corrections.undo()
    assert sections(project) == BEFORE


def why_outside(project):
    reasons = project.moves.reasons([number_of(project, name) for name in BEFORE])
    return {name: reasons[number_of(project, name)] for name in BEFORE if number_of(project, name) in reasons}


def test_who_takes_back_a_bringing_back_finds_the_reason_again(project):
    move(project, "aside", "news-1", reason="번역투")
    move(project, "back", "news-1")
    project.corrections.undo()
    assert why_outside(project) == {"news-1": "번역투"}
    project.corrections.redo()
    assert why_outside(project) == {}
    step = project.corrections.next_steps().undo
    project.corrections.revert(steps=[step.number])
    assert why_outside(project) == {"news-1": "번역투"}
    move(project, "deleted", "news-1", reason="중복")
    move(project, "aside", "news-1")
    assert why_outside(project) == {}
    project.corrections.undo()
    assert why_outside(project) == {"news-1": "중복"}


def test_what_was_set_aside_after_it_was_deleted_comes_back_to_its_split(project):
    move(project, "deleted", "news-3")
    move(project, "aside", "news-3")
    move(project, "back", "news-3")
    assert sections(project) == BEFORE


def test_of_what_nobody_judged_only_what_a_person_looked_at_here_is_judged(project):
    everything = [number_of(project, name) for name in BEFORE]
    project.database.write("UPDATE sentence SET split = 'pool', judged = 'no' WHERE id <> 'news-1'")
    assert project.moves.count_unjudged(everything, "train") == len(BEFORE) - 1
    assert project.moves.count_unjudged(everything, "aside") == 0
    project.corrections.correct(number_of(project, "news-2"), ())
    project.reviews.mark(number_of(project, "news-3"), reviewed=True)
    move(project, "aside", "news-4")
    move(project, "deleted", "news-4", "news-1")
    assert project.moves.count_unjudged(everything, "train") == len(BEFORE) - 3
    move(project, "train", "news-4")
    move(project, "deleted", "news-4")
    assert project.moves.count_unjudged([number_of(project, "news-4")], "train") == 0
    project.corrections.undo()
    project.corrections.undo()
    project.corrections.undo()
    move(project, "pool", "news-4", "news-1")
    assert project.moves.count_unjudged([number_of(project, name) for name in ("news-4", "news-1")], "dev") == 1


@pytest.mark.parametrize(
    ("to", "kind", "section"),
    [("test", "move", "test"), ("aside", "set aside", "aside"), ("deleted", "delete", "deleted"), ("back", None, None)],
)
def test_a_step_says_what_it_moved_where_and_why(project, to, kind, section):
    move(project, "aside", "news-4")
    move(project, to, "news-4", "talk-1", reason="까닭")
    step = project.corrections.next_steps().undo
    if kind is None:
        kind, section, names = "bring back", "dev", ("news-4",)
    else:
        names = ("news-4", "talk-1") if to != "aside" else ("talk-1",)
    assert (step.kind, step.section, step.reason, step.sentences) == (kind, section, "까닭", len(names))
    assert (step.sentence_id, step.sentence) == (names[0], number_of(project, names[0]))


@pytest.mark.parametrize("at_once", [2, 250])
def test_moves_are_reverted_beside_corrections_as_one_step(project, at_once):
    with patch("core.store.gold.corrections.LARGE", at_once):
        move(project, "test", "news-1", "news-3", "news-4")
        move(project, "aside", "news-3", "talk-1")
        first, second = [each.step.number for each in reversed(project.steps.list_matching(StepFilter()))]
        project.corrections.correct(number_of(project, "news-4"), [])
        change = project.corrections.revert(project.corrections.last_number(), steps=[first, second])
        assert (change.kind, change.corpus) == ("revert", True)
        assert sections(project) == BEFORE
        step = project.corrections.next_steps().undo
        assert (step.kind, step.sentences) == ("revert", 4)
        project.corrections.undo()
        assert sections(project)["news-3"] == "aside"
        assert project.sentences.by_id("news-4").gold == ()
        assert project.problems() == []


def test_a_sentence_that_was_moved_again_since_stays_and_one_alone_is_refused(project):
    move(project, "test", "news-1", "news-4")
    move(project, "aside", "news-4", reason="번역투")
    [later, earlier] = [each.step.number for each in project.steps.list_matching(StepFilter())]
    [_, moved] = project.steps.moves_of(earlier, StepFilter())
    assert (moved.sentence_id, moved.before, moved.after) == ("news-4", "dev", "test")
    with pytest.raises(UserError, match="the sentence news-4 was moved again since"):
        project.corrections.revert(moves=[moved.move])
    assert project.corrections.next_steps().undo.number == later
    project.corrections.revert(steps=[earlier])
    assert sections(project) == {**BEFORE, "news-4": "aside"}
    assert not project.corrections.revert(moves=[project.steps.moves_of(earlier, StepFilter())[0].move])
    assert project.problems() == []


def test_an_import_is_dropped_and_its_sentences_can_come_back(project):
    project.sentences.add("train", [Sentence("typed-1", "부산은 항구다.", (Span(0, 2, "LC"),))], "scratch")
    project.database.write("UPDATE sentence SET import = 1 WHERE id = 'typed-1'")
    run_to_end(project.moves.move_in_slices(project.moves.of_import(1), "deleted"))
    assert sections(project) == {**BEFORE, "typed-1": "deleted"}
    assert project.moves.of_import(1) == []
    assert len(project.sentences.imports()) == 1
    project.corrections.undo()
    assert sections(project) == {**BEFORE, "typed-1": "train"}
    with pytest.raises(UserError, match="has no import 7"):
        project.moves.of_import(7)


def test_a_share_keeps_equal_texts_and_documents_together(tmp_path):
    with project_with_sentences(tmp_path / "p.spandesk") as project:
        texts = [f"문장 {i % 40}이다." for i in range(60)]
        add_sentences(project, [("train", Sentence(f"s-{i}", text)) for i, text in enumerate(texts)])
        project.database.write("INSERT INTO import VALUES (1, 'f', 'f', '', 60, 0, '[]', 0, 0, '', '', '', '')")
        project.database.write_many("INSERT INTO document VALUES (?, 1, ?)", [(n, f"d-{n}") for n in range(1, 6)])
        project.database.write("UPDATE sentence SET document = (number - 8) % 5 + 1 WHERE number BETWEEN 28 AND 47")
        drawn = project.moves.draw_share("train", 0.5, seed=3)
        assert drawn == project.moves.draw_share("train", 0.5, seed=3)
        assert drawn != project.moves.draw_share("train", 0.5, seed=4)
        assert 20 <= len(drawn) <= 42
        for column in ("document", "text"):
            rows = project.database.rows(
                f"SELECT {column}, number FROM sentence WHERE split = 'train' AND {column} IS NOT NULL"
            )
            taken = {value for value, number in rows if number in set(drawn)}
            assert not taken & {value for value, number in rows if number not in set(drawn)}
        assert project.moves.draw_share("aside", 0.5, seed=1) == []
        assert len(project.moves.draw_share("dev", 1, seed=1)) == 4
        with pytest.raises(UserError, match="the share 0 must be above 0"):
            project.moves.draw_share("dev", 0, seed=1)


def test_a_step_says_what_runs_lose_by_it(project):
    add_run(project, {"news-3": predicted((0, 2, "PS", 0.9))})
    move(project, "aside", "news-1", "news-3", "news-4")
    step = project.corrections.next_steps().undo.number
    assert project.moves.losses(step) == [Loss(1, 2), Loss(2, 1)]
    move(project, "train", "news-5")
    assert project.moves.losses(project.corrections.next_steps().undo.number) == []


def test_scores_are_of_dev_as_it_is_and_never_of_what_a_run_was_trained_on(project):
    then = project.predictions.matches_then(KEY, "dev")
    project.predictions.save(KEY, {number_of(project, "news-1"): ()})  # evaluated on train
    move(project, "dev", "news-1", "news-2", "news-5")
    move(project, "deleted", "news-3")
    assert project.predictions.count(KEY, "dev") == 3
    assert [example.id for example in project.predictions.examples(KEY, "dev", "corrected")] == [
        "news-4", "talk-1", "talk-2",
    ]  # fmt: skip
    assert project.predictions.lacking(KEY, "dev") == [number_of(project, "news-5")], "the run did not see it"
    for section in SECTIONS:
        assert project.predictions.count_lacking(KEY, section) == len(project.predictions.lacking(KEY, section))
    gold = sum(count.support for count in project.predictions.counts(KEY, "dev", "corrected").values())
    assert gold == 5
    later = add_run(project, {"news-1": ()})
    assert project.predictions.count(EpochKey(later, 1), "dev") == 1
    assert list(project.predictions.pairs(KEY, EpochKey(later, 1), "dev", "corrected")) == []
    assert project.predictions.matches_then(KEY, "dev") == then
    assert not project.predictions.has_any(KEY, "test")


def test_a_run_is_resumed_on_the_sentences_that_it_began_with(project):
    run = project.runs.start(TrainSettings())
    before = project.runs.training_sentences(run)
    move(project, "deleted", "news-1")
    move(project, "train", "news-3", "news-5")
    move(project, "dev", "news-2")
    assert project.runs.training_sentences(run) == before
    assert [sentence.id for sentence in project.runs.training_sentences(project.runs.start(TrainSettings()))] == [
        "news-3", "news-5",
    ]  # fmt: skip


def test_an_undo_keeps_what_a_training_did_since(project):
    move(project, "dev", "news-5", "news-1")
    for name in ("news-5", "news-1", "news-3"):
        project.corrections.correct(number_of(project, name), [])
    train(project)
    assert sections(project) == {**BEFORE, **dict.fromkeys(("news-5", "news-1", "news-3"), "train")}
    for _ in range(4):
        project.corrections.undo()
    assert sections(project) == {**BEFORE, "news-5": "train", "news-3": "train"}
    assert project.problems() == []
    for _ in range(4):
        project.corrections.redo()
    assert sections(project) == {**BEFORE, **dict.fromkeys(("news-5", "news-1", "news-3"), "train")}
    assert project.problems() == []


def test_a_training_does_not_take_again_what_a_person_moved_back(project):
    project.corrections.correct(number_of(project, "news-3"), [])
    train(project)
    move(project, "dev", "news-3")
    project.corrections.correct(number_of(project, "news-4"), [])
    train(project)
    assert sections(project) == {**BEFORE, "news-4": "train"}
    project.corrections.undo()
    project.corrections.undo()
    assert sections(project) == {**BEFORE, "news-3": "train", "news-4": "train"}
    assert project.problems() == []


def test_a_run_without_results_gives_back_what_nobody_moved_since(project):
    for name in ("news-3", "news-4"):
        project.corrections.correct(number_of(project, name), [])
    run = train(project)
    move(project, "test", "news-4")
    project.sentences.move_back(run)
    assert sections(project) == {**BEFORE, "news-4": "test"}
    assert project.problems() == []
    project.corrections.undo()
    assert sections(project) == {**BEFORE, "news-4": "train"}
    assert project.problems() == []


def test_what_is_outside_of_the_splits_is_neither_trained_nor_measured_on(project):
    for section in ("pool", "aside", "deleted"):
        move(project, section, *BEFORE)
        run = project.runs.start(TrainSettings())
        assert project.runs.training_sentences(run) == []
        for split in ("train", "dev", "test"):
            assert list(project.sentences.each(split)) == []
            assert project.predictions.lacking(KEY, split) == []
            assert project.predictions.count_lacking(KEY, split) == 0
            assert project.predictions.count(KEY, split) == 0
            assert project.predictions.matches(KEY, split, "corrected") == {}
        assert project.sentences.to_take_to_train() == []
        assert list(project.sentences.each()) == []


turns = st.one_of(
    st.tuples(st.just("move"), st.sampled_from([*SECTIONS, "back"]), st.sets(st.sampled_from(sorted(BEFORE)))),
    st.tuples(st.sampled_from(["train", "undo", "redo", "fail"]), st.none(), st.none()),
    st.tuples(st.just("correct"), st.none(), st.sampled_from(sorted(BEFORE))),
)


@given(st.lists(turns, max_size=14))
def test_the_section_of_a_sentence_when_a_run_began_is_known_ever_after(tmp_path_factory, turns):
    known = {}
    with project_with_sentences(tmp_path_factory.mktemp("then") / "p.spandesk") as project:
        for kind, to, of in turns:
            if kind == "move":
                move(project, to, *of)
            elif kind == "correct":
                number = number_of(project, of)
                project.corrections.correct(
                    number, [] if project.sentences.by_number([number])[0].gold else [Span(0, 1, "PS")]
                )
            elif kind in ("train", "fail"):
                before = sections(project)
                run = train(project)
                if kind == "train":
                    known[run] = sections(project)
                else:
                    project.sentences.move_back(run)
                    assert sections(project) == before
            else:
                getattr(project.corrections, kind)()
            assert project.problems() == []
            for run, expected in known.items():
                rows = project.database.rows(f"SELECT id, {section_then(run)} FROM sentence AS s")
                assert dict(rows) == expected
