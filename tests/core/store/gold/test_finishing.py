"""Sentences of the pool are finished: one step, which settles copies, parts no texts and documents, and is undone."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.errors import UserError
from core.domain.generators import run_to_end
from core.domain.settings import TrainSettings
from core.domain.spans import SPLITS, Sentence, Span
from core.store.changes import GoldChange
from core.store.gold.finishing import fit_spans
from core.store.gold.section_changes import left_pool
from core.store.gold.step_list import StepFilter
from core.store.predictions import EpochKey
from core.store.project import open_project
from tests.building import add_run, add_sentences, predicted, project_with_sentences

NFD = "\u1102\u1161리는 부산에 산다"
SPANS = (Span(0, 2, "PS"), Span(4, 6, "LC"))
POOL = {
    "p-1": "나리는 부산에 산다",
    "p-2": NFD,
    "p-3": "  나리는 부산에 산다 ",
    "p-4": "비가 온다",
    "p-5": "눈이 온다",
    "in-dev": "오늘은 아무 일도 없었다. ",
    "in-train": "이순신은 조선 수군을 이끌었다.",
}


@pytest.fixture
def project(tmp_path):
    with project_with_sentences(tmp_path / "p.spandesk") as project:
        add_sentences(project, [("pool", Sentence.unchecked(name, text, ())) for name, text in POOL.items()])
        project.database.write("UPDATE sentence SET judged = 'no' WHERE split = 'pool'")
        yield project


def number_of(project, name):
    return project.sentences.by_id(name).number


def finish(project, name, spans=SPANS, **options):
    return project.pool.finish(number_of(project, name), spans, **options)


def state(project, *names):
    return [(stored.split, stored.gold) for stored in map(project.sentences.by_id, names)]


def test_copies_are_settled_in_one_step_with_spans_that_fit_each(project, tmp_path):
    done = finish(project, "p-1", seconds=4.0)
    after = [
        ("train", SPANS),
        ("train", (Span(0, 3, "PS"), Span(5, 7, "LC"))),
        ("train", (Span(2, 4, "PS"), Span(6, 8, "LC"))),
    ]
    assert (done.split, done.copies, done.change.kind, done.change.corpus) == ("train", 2, "finish", True)
    number = number_of(project, "p-1")
    assert done.change.golds[number] == GoldChange((), SPANS)
    assert state(project, "p-1", "p-2", "p-3") == after
    assert project.reviews.of([number], None)[number].is_reviewed
    assert project.reviews.pace() == 4.0
    step = project.corrections.next_steps().undo
    assert (step.kind, step.sentences, step.section, step.spans) == ("finish", 3, "train", 6)
    project.close()
    with open_project(tmp_path / "p.spandesk") as again:
        for _ in range(2):
            assert again.problems() == []
            again.corrections.undo()
            assert state(again, "p-1", "p-2", "p-3") == [("pool", ())] * 3
            assert not again.reviews.of([number], None)[number].is_reviewed
            assert again.problems() == []
            again.corrections.redo()
            assert state(again, "p-1", "p-2", "p-3") == after
        [listed] = again.steps.list_matching(StepFilter())
        assert (listed.step.kind, listed.corrections) == ("finish", 3)


def test_a_sentence_without_entities_is_finished_too(project):
    finish(project, "p-4", ())
    assert state(project, "p-4") == [("train", ())]
    assert project.corrections.next_steps().undo.kind == "finish"
    project.corrections.undo()
    assert state(project, "p-4") == [("pool", ())]
    assert project.problems() == []


def test_what_was_finished_is_not_taken_for_corrected_and_not_measured_as_without_entities(project):
    add_run(project, {"p-1": predicted((0, 2, "PS", 0.9))})
    project.batches.add("random", None, 1.0, [])
    assert finish(project, "p-1", order="random").split == "dev"
    assert not project.sentences.by_id("p-1").corrected
    assert project.sentences.to_take_to_train() == []
    counts = [project.predictions.counts(EpochKey(1, 1), "dev", gold) for gold in ("imported", "corrected")]
    assert counts[0] == counts[1]
    assert counts[0]["PS"].right == 1
    project.corrections.correct(number_of(project, "p-1"), SPANS[:1])
    assert project.sentences.to_take_to_train() == [number_of(project, "p-1")]
    assert project.problems() == []


def test_a_renamed_label_is_followed_into_and_out_of_the_pool(project):
    finish(project, "p-1")
    run_to_end(project.labels.rename("PS", "PERSON"))
    assert not project.sentences.by_id("p-1").corrected
    assert project.problems() == []
    project.corrections.undo()
    project.corrections.undo()
    assert state(project, "p-1") == [("pool", ())]
    assert project.problems() == []


def test_a_revert_of_it_brings_the_sentence_back_to_the_pool(project):
    finish(project, "p-1")
    step = project.corrections.next_steps().undo.number
    finish(project, "p-4", ())
    other = project.corrections.next_steps().undo.number
    project.corrections.revert(steps=[step, other])
    assert state(project, "p-1", "p-3", "p-4") == [("pool", ())] * 3
    assert project.corrections.next_steps().undo.kind == "revert"
    assert project.problems() == []
    project.corrections.undo()
    assert state(project, "p-1", "p-4") == [("train", SPANS), ("train", ())]
    assert project.problems() == []


def test_undo_takes_a_sentence_back_to_the_pool_from_where_a_training_took_it(project):
    project.batches.add("random", None, 1.0, [])
    finish(project, "p-4", (), order="random")
    run = project.runs.start(TrainSettings())
    project.sentences.move_to_train([number_of(project, "p-4")], run)
    project.runs.end(run, "finished")
    project.corrections.undo()
    assert state(project, "p-4") == [("pool", ())]
    assert project.problems() == []
    project.corrections.redo()
    assert state(project, "p-4") == [("train", ())]
    assert project.problems() == []


def test_only_the_random_order_and_only_what_is_drawn_goes_to_dev(project):
    add_sentences(project, [("pool", Sentence.unchecked(f"r-{n}", f"{n}번 버스가 왔다", ())) for n in range(40)])
    project.batches.add("random", None, 0.5, [])
    there = {n: finish(project, f"r-{n}", (), order="random").split for n in range(40)}
    assert 10 < sum(split == "dev" for split in there.values()) < 30
    for _ in range(40):
        project.corrections.undo()
    assert {finish(project, f"r-{n}", (), order="uncertain").split for n in range(40)} == {"train"}
    for _ in range(40):
        project.corrections.undo()
    assert there == {n: finish(project, f"r-{n}", (), order="random").split for n in reversed(range(40))}


def test_a_document_and_equal_texts_never_get_onto_both_sides(project):
    project.batches.add("random", None, 1.0, [])
    project.sentences.add("train", [], "x")
    project.database.write("INSERT INTO document VALUES (1, 1, 'one'), (2, 1, 'two')")
    project.database.write("UPDATE sentence SET document = 1 WHERE id IN ('p-4', 'news-1')")
    project.database.write("UPDATE sentence SET document = 2 WHERE id IN ('p-1', 'news-3')")
    assert finish(project, "p-4", (), order="random").split == "train"
    assert finish(project, "in-train", (), order="random").split == "train"
    with pytest.raises(UserError, match="its text or its document is in dev"):
        finish(project, "p-3")
    assert finish(project, "p-3", [Span(2, 4, "PS")], order="random").split == "dev"
    with pytest.raises(UserError, match="in-dev would go to train"):
        finish(project, "in-dev", ())
    assert finish(project, "p-5", (), order="random").split == "dev"


def test_what_cannot_be_finished_is_refused_and_nothing_changes(project):
    for name, spans, reason in (
        ("news-1", (), "news-1 is in train, not in the pool"),
        ("p-1", [Span(0, 99, "PS")], "reaches past the text"),
        ("p-1", [Span(0, 2, "XX")], "not in the tag set"),
    ):
        with pytest.raises(UserError, match=reason):
            finish(project, name, spans)
    assert not project.corrections.can_undo


def test_spans_fit_a_text_in_another_normal_form_and_back():
    plain, other = POOL["p-1"], f"\n {NFD}"
    there = fit_spans(SPANS, plain, other)
    assert [other[span.start : span.end] for span in there] == ["\u1102\u1161리", "부산"]
    assert fit_spans(there, other, plain) == SPANS


def test_a_sentence_is_skipped_and_comes_back_also_by_undo(project):
    numbers = [number_of(project, name) for name in ("p-4", "p-5")]
    project.pool.skip(numbers)
    assert project.pool.skipped() == {*numbers}
    step = project.corrections.next_steps().undo
    assert (step.kind, step.sentences) == ("skip", 2)
    assert not project.pool.skip(numbers)
    project.pool.come_back([numbers[0]])
    assert project.pool.skipped() == {numbers[1]}
    step = project.corrections.next_steps().undo
    assert (step.kind, step.sentence_id) == ("come back", "p-4")
    project.corrections.undo()
    assert project.pool.skipped() == {*numbers}
    project.pool.finish(numbers[0], [])
    assert project.pool.count_skipped() == 1, "a finished one is not counted"
    project.pool.come_back()
    assert project.pool.skipped() == frozenset()
    assert project.problems() == []


def test_a_rejected_suggestion_is_remembered_under_the_name_of_its_label(project):
    number, other = number_of(project, "p-1"), number_of(project, "p-4")
    project.pool.reject(number, SPANS[:1])
    project.pool.reject(other, [Span(0, 1, "DT")])
    step = project.corrections.next_steps().undo
    assert (step.kind, step.sentence_id, step.old_label, step.string) == ("reject", "p-4", "DT", "비")
    assert project.pool.rejected(number) == {SPANS[0]}
    project.pool.reject(number, SPANS[:1], rejected=False)
    assert project.pool.rejected(number) == frozenset()
    project.corrections.undo()
    assert project.pool.rejected(number) == {SPANS[0]}
    assert project.problems() == []


turns = st.one_of(
    st.tuples(st.just("finish"), st.sampled_from(sorted(POOL)), st.sampled_from(["random", None])),
    st.tuples(st.just("correct"), st.sampled_from(["p-1", "p-4", "news-3"]), st.booleans()),
    st.tuples(st.sampled_from(["undo", "redo", "train", "rename"]), st.none(), st.none()),
    st.tuples(st.just("revert"), st.integers(0, 5), st.booleans()),
    st.tuples(st.just("aside"), st.sampled_from(["p-4", "news-3"]), st.none()),
)


def take(project, kind, of, how):
    """One turn of a person, or of a training."""
    if kind == "finish":
        project.pool.finish(number_of(project, of), (), order=how)
    elif kind == "correct":
        stored = project.sentences.by_id(of)
        if stored.split in SPLITS:
            label = stored.gold[0].label if stored.gold else project.sentences.labels()[0]
            project.corrections.correct(stored.number, [Span(0, 1, label)] if how else [])
    elif kind == "revert":
        steps = [each.step.number for each in project.steps.list_matching(StepFilter())]
        step = steps[of % len(steps)] if steps else 0
        if how:
            project.corrections.revert(steps=[step])
        else:
            moves = [each.move for each in project.steps.moves_of(step, StepFilter())]
            entries = [each.number for each in project.steps.corrections_of(step, StepFilter())]
            project.corrections.revert(*entries[:1], moves=moves[:1])
    elif kind == "aside":
        run_to_end(project.moves.move_in_slices([number_of(project, of)], "aside"))
    elif kind == "rename":
        old, new = ("PS", "PERSON") if "PS" in project.sentences.labels() else ("PERSON", "PS")
        run_to_end(project.labels.rename(old, new))
    elif kind == "train":
        moved = project.sentences.to_take_to_train()
        run = project.runs.start(TrainSettings())
        project.sentences.move_to_train(moved, run)
        project.runs.end(run, "finished")
    else:
        getattr(project.corrections, kind)()


@given(st.lists(turns, max_size=12))
def test_whatever_is_done_and_undone_what_nobody_judged_is_in_no_split(tmp_path_factory, turns):
    with project_with_sentences(tmp_path_factory.mktemp("turns") / "p.spandesk") as project:
        add_sentences(project, [("pool", Sentence.unchecked(name, text, ())) for name, text in POOL.items()])
        project.database.write("UPDATE sentence SET judged = 'no' WHERE split = 'pool'")
        project.batches.add("random", None, 0.5, [])
        for turn in turns:
            with suppress(UserError):
                take(project, *turn)
            assert project.problems() == []
            in_splits = "SELECT s.id FROM sentence AS s WHERE judged = 'no' AND split IN ('train', 'dev', 'test')"
            assert project.database.rows(f"{in_splits} AND {left_pool('s')} IS NULL") == []
            assert [stored.id for stored in project.sentences.each("pool") if stored.gold] == []
