"""Marks, notes and verdicts: kept with the project, undone together with corrections, across restarts."""

import shutil
import sqlite3

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.analysis.verdicts import SpanPair, pair_of
from core.domain.errors import UserError
from core.domain.generators import run_to_end
from core.domain.spans import Sentence, Span
from core.metrics.comparison import compare_spans
from core.store.gold.reviews import NOTHING_SAID, JudgementContext, Reviewed
from core.store.gold.step_list import StepFilter
from core.store.predictions import EpochKey
from core.store.project import open_project
from core.store.sentence_selection import ALL_ERRORS, Selection
from tests.building import add_run, add_sentences, predicted, project_with_run, project_with_sentences
from tests.core.store.failing import full_disk

KEY = EpochKey(1, 1)


@pytest.fixture
def project(tmp_path):
    with project_with_run(tmp_path / "p.spandesk") as project:
        yield project


def number_of(project, name):
    return project.sentences.by_id(name).number


def said(project, name):
    number = number_of(project, name)
    return project.reviews.of([number], KEY)[number]


def gold_of(project, name):
    return project.sentences.by_id(name).gold


def errors(project, name):
    stored = project.sentences.by_id(name)
    tagged = project.predictions.of(KEY, [stored.number])[stored.number]
    return [comparison for comparison in compare_spans(stored.gold, tagged) if comparison.is_error]


def ids(project, **conditions):
    numbers = project.selections.numbers(Selection(**conditions), KEY, "corrected")
    return [stored.id for stored in project.sentences.by_number(numbers)]


def judge(project, name, blame, at=0, watch=JudgementContext()):  # noqa: B008
    return project.reviews.judge(number_of(project, name), KEY, errors(project, name)[at], blame, watch)


def test_a_mark_is_not_a_correction_and_can_be_removed(project):
    number = number_of(project, "news-3")
    change = project.reviews.mark(number, reviewed=True)
    assert (change.sentences, change.reviews) == ((), (number,))
    assert said(project, "news-3") == Reviewed(True)
    assert not project.reviews.mark(number, reviewed=True), "it is already"
    assert project.reviews.reviewed_in("dev") == {number}
    assert project.reviews.reviewed_in("train") == set()
    assert (project.corrections.count(), project.steps.list_matching(StepFilter())) == (0, [])
    project.reviews.mark(number, reviewed=False)
    assert said(project, "news-3") == NOTHING_SAID
    assert project.problems() == []


def test_a_note_is_found_and_replaced(project):
    number = number_of(project, "talk-2")
    project.reviews.note(number, "  날짜인지 물어볼 것 100% ")
    assert said(project, "talk-2").note == "날짜인지 물어볼 것 100%"
    assert ids(project, text="물어볼") == ids(project, text="100%") == ids(project, review="noted") == ["talk-2"]
    assert not project.reviews.note(number, "날짜인지 물어볼 것 100%")
    project.reviews.note(number, "done")
    assert ids(project, text="물어볼") == []
    project.corrections.undo()
    assert ids(project, text="물어볼") == ["talk-2"]
    project.reviews.note(number, "")
    assert ids(project, review="noted") == ids(project, text="물어볼") == []


def test_reviewed_and_open_sentences_are_selected(project):
    project.reviews.mark(number_of(project, "talk-1"), reviewed=True)
    assert ids(project, review="reviewed") == ["talk-1"]
    assert ids(project, review="open") == ["news-3", "news-4", "talk-2"]


def test_the_model_is_wrong(project):
    judge(project, "talk-1", "model")
    [missed, spurious] = errors(project, "talk-1")
    assert said(project, "talk-1") == Reviewed(False, "", {pair_of(missed): "model"})
    judge(project, "talk-1", "ambiguous", at=1)
    assert said(project, "talk-1").verdicts == {pair_of(missed): "model", pair_of(spurious): "ambiguous"}
    assert said(project, "talk-1").is_reviewed, "all of it was judged"
    assert project.corrections.count() == 0
    judge(project, "talk-1", "ambiguous")
    assert said(project, "talk-1").verdicts[pair_of(missed)] == "ambiguous", "the last word holds"
    assert project.reviews.of([number_of(project, "talk-1")], EpochKey(1, 2)) == {
        number_of(project, "talk-1"): Reviewed(True)
    }


@pytest.mark.parametrize(
    ("name", "at", "after"),
    [
        ("news-3", 0, [(0, 3, "PS"), (4, 9, "DT")]),
        ("news-3", 1, [(0, 2, "PS")]),
        ("news-4", 0, [(0, 4, "LC"), (6, 8, "LC")]),
        ("talk-1", 1, [(0, 2, "PS"), (6, 11, "TI"), (12, 14, "OG")]),
    ],
)
def test_a_verdict_of_wrong_gold_corrects_it_in_one_step(project, name, at, after):
    before = gold_of(project, name)
    change = judge(project, name, "gold", at)
    assert change.sentences == change.reviews == (number_of(project, name),)
    assert [(s.start, s.end, s.label) for s in gold_of(project, name)] == after
    assert set(said(project, name).verdicts.values()) == {"gold"}
    project.corrections.undo()
    assert (gold_of(project, name), said(project, name)) == (before, NOTHING_SAID)
    project.corrections.redo()
    assert set(said(project, name).verdicts.values()) == {"gold"}
    assert [(s.start, s.end, s.label) for s in gold_of(project, name)] == after
    assert project.problems() == []


def test_passing_on_is_one_step_too(project):
    number = number_of(project, "talk-2")
    change = project.reviews.finish_sentence(number, [], seconds=4.0)
    assert change.sentences == change.reviews == (number,)
    assert (gold_of(project, "talk-2"), said(project, "talk-2").is_reviewed) == ((), True)
    assert not project.reviews.finish_sentence(number, [])
    project.corrections.undo()
    assert (gold_of(project, "talk-2"), said(project, "talk-2").is_reviewed) == ((Span(0, 2, "DT"),), False)
    assert not project.corrections.can_undo
    with pytest.raises(UserError, match="reaches past the text"):
        project.reviews.finish_sentence(number, [Span(0, 99, "DT")])
    assert not said(project, "talk-2").is_reviewed


def test_no_remark_is_stored_if_the_step_fails(project, monkeypatch):
    def fail(step, remarks):
        raise full_disk()

    monkeypatch.setattr(project.corrections._remarks, "write", fail)
    before = gold_of(project, "news-3")
    with pytest.raises(UserError, match=r"not saved \(the disk of .* is full"):
        judge(project, "news-3", "gold")
    assert (gold_of(project, "news-3"), said(project, "news-3")) == (before, NOTHING_SAID)
    assert not project.corrections.can_undo


def test_the_log_of_corrections_does_not_list_remarks(project):
    project.reviews.mark(number_of(project, "news-3"), reviewed=True)
    project.corrections.correct(number_of(project, "news-3"), [])
    project.reviews.note(number_of(project, "news-3"), "why")
    [listed] = project.steps.list_matching(StepFilter())
    assert (listed.corrections, listed.first.after) == (1, ())
    assert project.corrections.count() == 1
    assert project.corrections.sentences_changed_since(0) == [number_of(project, "news-3")]


def test_the_pace_is_the_median_of_the_last_sentences(project):
    assert project.reviews.pace() is None
    for name, seconds in (("news-3", 4.0), ("talk-2", 9.0)):
        project.reviews.mark(number_of(project, name), reviewed=True, seconds=seconds)
    judge(project, "talk-1", "model", watch=JudgementContext(seconds=2.0))
    judge(project, "talk-1", "model", at=1, watch=JudgementContext(seconds=3.0))
    assert project.reviews.pace() == 5.0, "both verdicts on one sentence are its time"


def test_a_copy_of_the_folder_contains_everything(tmp_path):
    with project_with_run(tmp_path / "p.spandesk") as project:
        judge(project, "news-4", "gold")
        project.reviews.note(number_of(project, "news-4"), "memo")
        before = said(project, "news-4")
    shutil.copytree(tmp_path / "p.spandesk", tmp_path / "copy.spandesk")
    with open_project(tmp_path / "copy.spandesk") as project:
        assert said(project, "news-4") == before
        assert before == Reviewed(True, "memo", {SpanPair(Span(0, 4, "OG"), Span(0, 4, "LC")): "gold"})


@pytest.fixture
def sampling(tmp_path):
    """Sixty dev sentences, each with one disagreement, and their random order."""
    with project_with_sentences(tmp_path / "p.spandesk") as project:
        texts = [Sentence(f"s-{at}", "세종은 한글을", (Span(0, 2, "PS"),)) for at in range(60)]
        add_sentences(project, [("dev", sentence) for sentence in texts])
        add_run(project, {sentence.id: predicted((0, 3, "PS", 0.5)) for sentence in texts})
        errors_at_random = Selection(outcomes=ALL_ERRORS, order="random")
        yield project, project.selections.numbers(errors_at_random, KEY, "corrected")


def judge_number(project, number, blame, *, sampled):
    name = project.sentences.by_number([number])[0].id
    judge(project, name, blame, watch=JudgementContext(sampled=sampled))


def test_an_estimate_uses_only_the_random_sample(sampling):
    project, order = sampling
    assert project.reviews.estimate(KEY, "dev") is None
    for number in order[40:50]:
        judge_number(project, number, "gold", sampled=False)
    assert project.reviews.estimate(KEY, "dev") is None, "these were not met by chance"
    for at, number in enumerate(order[:20]):
        judge_number(project, number, "gold" if at % 5 == 0 else "model", sampled=True)
    found = project.reviews.estimate(KEY, "dev")
    assert (found.sentences, found.verdicts) == (20, {"model": 16, "gold": 4, "ambiguous": 0})
    assert (found.population.sentences, found.population.disagreements) == (60, 60), "mended ones are of it as before"
    assert found.share.value == pytest.approx(0.2)
    assert found.gold_errors.value == pytest.approx(12)
    assert (found.f1_imported, found.f1.value) == (0.0, pytest.approx(0.2))
    assert found.f1.interval.low < 0.2 < found.f1.interval.high
    project.corrections.undo()
    assert project.reviews.estimate(KEY, "dev").sentences == 19
    assert project.reviews.estimate(KEY, "test") is None


def test_sentences_that_moved_to_train_for_a_later_run_stay_in_the_sample(sampling):
    project, order = sampling
    for at, number in enumerate(order[:20]):
        judge_number(project, number, "gold" if at % 5 == 0 else "model", sampled=True)
    before = project.reviews.estimate(KEY, "dev")
    later = add_run(project, {})
    project.sentences.move_to_train(project.sentences.corrected_in("dev"), later)
    assert project.sentences.count_moved(later) == 4
    assert project.reviews.estimate(KEY, "dev") == before
    assert before.share.value == pytest.approx(0.2)
    assert project.reviews.estimate(KEY, "train") is None, "they were no training sentences then"


def test_a_corrected_sentence_in_the_sample_counts_without_a_verdict(sampling):
    project, order = sampling
    project.corrections.correct(order[0], [Span(0, 3, "PS")])
    judge_number(project, order[1], "model", sampled=True)
    assert project.reviews.estimate(KEY, "dev").verdicts == {"model": 1, "gold": 1, "ambiguous": 0}


def test_skipped_sentences_end_the_sample(sampling):
    project, order = sampling
    for number in (*order[:9], *order[10:19], order[50]):
        judge_number(project, number, "model", sampled=True)
    assert project.reviews.estimate(KEY, "dev").sentences == 18


steps = st.lists(st.sampled_from(["mark", "note", "model", "gold", "correct", "pass", "undo", "redo"]), max_size=14)


def _do(project, step, turn):
    """Do one thing to one of two sentences; what it changed."""
    name = ("news-3", "talk-1")[turn % 2]
    number = number_of(project, name)
    if step == "mark":
        return project.reviews.mark(number, reviewed=not said(project, name).is_reviewed)
    if step == "note":
        return project.reviews.note(number, f"note {turn}")
    if step == "pass":
        return project.reviews.finish_sentence(number, gold_of(project, name)[:1])
    if step in ("model", "gold") and errors(project, name):
        return judge(project, name, step, at=turn % len(errors(project, name)))
    return project.corrections.correct(number, (Span(turn % 8, turn % 8 + 1, "PS"),))


def _state(project):
    return [(gold_of(project, name), said(project, name)) for name in ("news-3", "talk-1")]


@settings(max_examples=25)
@given(steps)
def test_undo_and_redo_restore_remarks_across_restarts(tmp_path_factory, steps):
    folder = tmp_path_factory.mktemp("log") / "p.spandesk"
    project = project_with_run(folder)
    states, at = [_state(project)], 0
    for turn, step in enumerate(steps):
        if turn % 3 == 2:
            project.close()
            project = open_project(folder)
        if step == "undo":
            project.corrections.undo()
            at = max(at - 1, 0)
        elif step == "redo":
            project.corrections.redo()
            at = min(at + 1, len(states) - 1)
        elif _do(project, step, turn):
            states, at = [*states[: at + 1], _state(project)], at + 1
        assert _state(project) == states[at]
        assert project.corrections.can_undo == (at > 0)
        assert project.corrections.can_redo == (at < len(states) - 1)
    assert project.problems() == []
    project.close()


def test_a_project_from_before_there_were_reviews_gets_them(tmp_path):
    folder = tmp_path / "p.spandesk"
    with project_with_sentences(folder) as project:
        project.corrections.correct(number_of(project, "news-3"), [])
    connection = sqlite3.connect(folder / "project.db")
    connection.executescript(
        "DROP VIEW reviewed; DROP VIEW noted; DROP TABLE review; DROP TABLE note; DROP TABLE verdict;"
        "DROP INDEX correction_of_gold; DELETE FROM _sqlite_migrations WHERE name = '0004_reviews';"
        "PRAGMA user_version = 2"
    )
    connection.close()
    with open_project(folder) as project:
        project.reviews.mark(number_of(project, "news-3"), reviewed=True)
        project.corrections.undo()
        assert project.corrections.undo().sentences == (number_of(project, "news-3"),)


@pytest.mark.parametrize("how", ["rename", "merge"])
def test_verdicts_outlive_another_name_of_their_label(project, how):
    """A verdict is on a span, whatever its label is called before or after."""
    judge(project, "news-4", "model")  # OG taken for LC
    judge(project, "news-3", "model", at=1, watch=JudgementContext(sampled=True))  # DT missed
    before = project.reviews.estimate(KEY, "dev")
    [pair] = said(project, "news-4").verdicts
    if how == "merge":
        project.labels.add("ORGANISATION")
    run_to_end(getattr(project.labels, how)("OG", "ORGANISATION"))
    renamed = SpanPair(Span(0, 4, "ORGANISATION"), pair.predicted)
    assert said(project, "news-4").verdicts[renamed] == "model"
    assert project.reviews.estimate(KEY, "dev") == before
    project.corrections.undo()
    assert said(project, "news-4").verdicts[pair] == "model"
    assert project.reviews.estimate(KEY, "dev") == before


def test_after_a_label_got_another_name_errors_wait_for_a_verdict_as_before(project):
    """Nobody mended what was only called otherwise; a verdict given under the new name counts."""
    for name in ("news-3", "news-4", "talk-1", "talk-2"):
        for at in range(len(errors(project, name))):
            if (name, at) != ("news-4", 0):
                judge(project, name, "model", at, JudgementContext(sampled=True))
    assert project.reviews.estimate(KEY, "dev").verdicts["model"] == 5
    run_to_end(project.labels.rename("OG", "ORGANISATION"))
    assert project.reviews.estimate(KEY, "dev").verdicts["model"] == 5
    judge(project, "news-4", "ambiguous", watch=JudgementContext(sampled=True))
    assert project.reviews.estimate(KEY, "dev").verdicts == {"model": 5, "gold": 0, "ambiguous": 1}


def test_notes_and_verdicts_have_the_name_of_who_gave_them(project):
    number = project.sentences.by_id("news-4").number
    project.corrections.sign("지민")
    project.reviews.note(number, "확인")
    project.corrections.sign("현우")
    predicted = project.predictions.of(KEY, [number])[number]
    stored = project.sentences.by_id("news-4")
    wrong = next(each for each in compare_spans(stored.gold, predicted) if each.is_error)
    project.reviews.judge(number, KEY, wrong, "model")
    said = project.reviews.of([number], KEY)[number]
    assert (said.note_author, [*said.verdict_authors.values()]) == ("지민", ["현우"])
    project.corrections.sign("")
    project.reviews.note(number, "확인함")
    assert project.reviews.of([number], KEY)[number].note_author == ""
    project.corrections.undo()
    assert project.reviews.of([number], KEY)[number].note_author == "지민"
