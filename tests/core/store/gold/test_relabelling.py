"""Labels added, renamed, merged and replaced: one step, no span lost, imports and runs as they were."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.errors import UserError
from core.domain.generators import run_to_end
from core.domain.spans import Sentence, Span
from core.store.changes import ChangeSet
from core.store.gold import corrections
from core.store.gold.relabelling import Replacement
from core.store.gold.step_list import StepFilter
from core.store.predictions import EpochKey
from core.store.project import create_project, open_project
from core.store.sentences import GOLDS
from tests.building import add_sentences, project_with_run


@pytest.fixture(autouse=True)
def small_slices(monkeypatch):
    """Steps go in slices of two, so that those of the toy project are large."""
    monkeypatch.setattr(corrections, "LARGE", 2)
    monkeypatch.setattr("core.store.gold.relabelling.LARGE", 2)


@pytest.fixture
def project(tmp_path):
    with project_with_run(tmp_path / "p.spandesk") as project:
        yield project


def golds(project):
    return {s.id: s.gold for s in project.sentences.each()}


def with_label(before, label, new):
    return {
        name: tuple(Span(s.start, s.end, new if s.label == label else s.label) for s in spans)
        for name, spans in before.items()
    }


def test_a_label_is_renamed_everywhere_and_one_undo_takes_it_back(project):
    before, tag_set = golds(project), project.sentences.labels()
    change = run_to_end(project.labels.rename("LC", "PLACE"))
    assert golds(project) == with_label(before, "LC", "PLACE")
    assert (len(change.sentences), change.corpus) == (4, True)
    assert "LC" not in project.sentences.labels()
    assert "PLACE" in project.sentences.labels()
    assert project.problems() == []
    assert project.corrections.undo().corpus
    assert (golds(project), project.sentences.labels()) == (before, tag_set)
    assert not project.corrections.can_undo
    project.corrections.redo()
    assert golds(project) == with_label(before, "LC", "PLACE")
    assert "LC" not in project.sentences.labels()
    assert project.problems() == []


def test_imports_and_runs_keep_their_labels_and_count_with_current_names(project):
    key = EpochKey(1, 2)
    run, imported = project.runs.by_number(1), {s.id: s.imported for s in project.sentences.each()}
    on_imported = project.predictions.counts(key, "dev", "imported")
    run_to_end(project.labels.rename("PS", "PER"))
    assert project.runs.by_number(1) == run
    assert {s.id: s.imported for s in project.sentences.each()} == imported
    for gold in GOLDS:
        counts = project.predictions.counts(key, "dev", gold)
        assert counts.pop("PER") == on_imported["PS"]
        assert counts == {label: count for label, count in on_imported.items() if label != "PS"}


def test_a_merge_keeps_both_labels_spans_under_one(project):
    before = golds(project)
    run_to_end(project.labels.merge("TI", "DT"))
    assert golds(project) == with_label(before, "TI", "DT")
    assert "TI" not in project.sentences.labels()
    project.corrections.undo()
    assert golds(project) == before
    assert "TI" in project.sentences.labels()


@pytest.mark.parametrize(
    ("replacement", "changed"),
    [
        (Replacement("LC", "OG"), {"news-1", "news-2", "news-4", "news-5"}),
        (Replacement("LC", "OG", split="train"), {"news-1", "news-2"}),
        (Replacement("LC", "OG", text="산"), {"news-4"}),
        (Replacement("LC", "OG", text="산", is_whole=True), set()),
        (Replacement("LC", "OG", text="부산", is_whole=True), {"news-4"}),
        (Replacement("LC", "OG", text="부산", is_whole=True, split="test"), set()),
    ],
)
def test_a_replacement_changes_what_matches_and_the_count_predicts_it(project, replacement, changed):
    before = golds(project)
    counted = run_to_end(project.labels.count_matching(replacement))
    run_to_end(project.labels.replace(replacement))
    after = golds(project)
    assert {name for name in before if before[name] != after[name]} == changed
    assert (counted.sentences, counted.spans) == (len(changed), len(changed))
    assert "LC" in project.sentences.labels()
    assert project.problems() == []


def test_a_decomposed_text_is_the_same_text(project):
    assert run_to_end(project.labels.count_matching(Replacement("LC", "OG", text="부산"))).spans == 1


def test_labels_without_spans_come_and_go(project):
    assert project.labels.add("NEW").corpus
    assert project.sentences.labels()[-1] == "NEW"
    run_to_end(project.labels.rename("NEW", "NEWER"))
    assert project.sentences.labels()[-1] == "NEWER"
    project.labels.delete("NEWER")
    project.labels.delete("TM")
    assert not {"NEWER", "TM"} & set(project.sentences.labels())
    project.labels.add("TM")
    assert project.sentences.labels()[-1] == "TM"


def test_every_change_of_the_tag_set_is_a_step_that_undo_takes_back(project):
    seen = [project.sentences.labels()]
    for change in (
        lambda: project.labels.add("NEW"),
        lambda: run_to_end(project.labels.rename("NEW", "NEWER")),
        lambda: run_to_end(project.labels.merge("TM", "NEWER")),
        lambda: project.labels.delete("NEWER"),
    ):
        assert change().corpus
        seen.append(project.sentences.labels())
    assert len(set(seen)) == len(seen)
    for labels in reversed(seen[:-1]):
        assert project.corrections.undo().corpus
        assert project.sentences.labels() == labels
    assert not project.corrections.can_undo
    for labels in seen[1:]:
        project.corrections.redo()
        assert project.sentences.labels() == labels
    assert project.corrections.count() == 0
    assert project.problems() == []


def test_a_label_that_was_added_by_hand_after_an_undone_rename_is_there_until_that_is_undone(project):
    run_to_end(project.labels.rename("LC", "PLACE"))
    project.corrections.undo()
    project.labels.add("PLACE")
    assert project.corrections.redo().sentences == ()
    assert "PLACE" in project.sentences.labels()
    assert not project.corrections.can_redo
    project.corrections.undo()
    assert "PLACE" not in project.sentences.labels()
    assert not project.corrections.can_undo


def test_a_type_of_the_standard_that_an_import_named_leaves_the_tag_set_as_any_other(project):
    """Older versions kept it among the user's own labels."""
    project.database.write_many("INSERT INTO label VALUES (?)", [("LC",), ("TM",)])
    run_to_end(project.labels.rename("LC", "PLACE"))
    project.labels.delete("TM")
    assert not {"LC", "TM"} & set(project.sentences.labels())
    project.corrections.undo()
    project.corrections.undo()
    assert "LC" in project.sentences.labels()


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (lambda labels: labels.add("PS"), "in the tag set already"),
        (lambda labels: labels.add("a\tb"), "is not a valid label"),
        (lambda labels: labels.delete("LC"), "4 gold spans have the label LC"),
        (lambda labels: labels.delete("NOPE"), "is not in the tag set"),
        (lambda labels: labels.rename("LC", "OG"), "merge into it instead"),
        (lambda labels: labels.rename("NOPE", "X"), "is not in the tag set"),
        (lambda labels: labels.merge("LC", "NOPE"), "is not in the tag set"),
        (lambda labels: labels.merge("LC", "LC"), "already"),
        (lambda labels: labels.replace(Replacement("LC", "LC")), "already"),
    ],
)
def test_what_cannot_be_done_is_reported_at_once(project, act, reason):
    with pytest.raises(UserError, match=reason):
        act(project.labels)


def test_a_step_that_is_stopped_is_taken_back(project):
    before, tag_set = golds(project), project.sentences.labels()
    work = project.labels.rename("LC", "PLACE")
    next(work)
    assert golds(project) != before
    work.close()
    assert (golds(project), project.sentences.labels()) == (before, tag_set)
    assert project.corrections.count() == 0
    assert not project.corrections.can_undo
    assert project.problems() == []


def test_nothing_else_is_corrected_meanwhile(project):
    number = project.sentences.by_id("news-3").number
    project.corrections.correct(project.sentences.by_id("talk-1").number, ())
    work = project.labels.rename("LC", "PLACE")
    next(work)
    same = project.sentences.by_id("news-3").gold
    correct = project.corrections.correct
    for act in (lambda: correct(number, ()), lambda: correct(number, same), project.corrections.undo):
        with pytest.raises(UserError, match="wait for it to finish"):
            act()
    run_to_end(work)
    assert project.corrections.correct(number, ())


def test_a_correction_that_waits_for_the_database_does_not_get_into_a_step_that_began_meanwhile(project, monkeypatch):
    number, asked, answers = project.sentences.by_id("news-3").number, threading.Event(), []
    atomic = project.database.atomic

    def announced():
        asked.set()
        return atomic()

    def correct():
        with pytest.raises(UserError, match="wait for it to finish"):
            project.corrections.correct(number, ())
        answers.append("refused")

    work = project.labels.rename("LC", "PLACE")
    thread = threading.Thread(target=correct)
    with atomic():  # nobody else gets in
        monkeypatch.setattr(project.database, "atomic", announced)
        thread.start()
        assert asked.wait(timeout=30)
        monkeypatch.undo()
        next(work)
    thread.join(timeout=30)
    assert answers == ["refused"]
    run_to_end(work)
    assert (len(project.corrections.undo().sentences), project.corrections.can_undo) == (4, False)
    assert project.problems() == []


def test_a_step_that_a_kill_cut_off_is_taken_back_at_the_next_start(project, tmp_path, monkeypatch):
    before, tag_set = golds(project), project.sentences.labels()
    run_to_end(project.labels.merge("TI", "DT"))
    merged = golds(project)
    work = project.labels.rename("LC", "PLACE")
    next(work)
    next(work)
    with monkeypatch.context() as killed:
        killed.setattr(project.corrections._log, "take_back_unfinished", lambda at_once: False)
        work.close()
    assert golds(project) != merged
    project.close()
    with open_project(tmp_path / "p.spandesk") as again:
        assert golds(again) == merged
        assert "PLACE" not in again.sentences.labels()
        assert again.problems() == []
        again.corrections.undo()
        assert (golds(again), again.sentences.labels()) == (before, tag_set)
        assert not again.corrections.can_undo


def test_an_undo_that_is_stopped_leaves_the_step_as_it_was(project):
    run_to_end(project.labels.rename("LC", "PLACE"))
    renamed = golds(project)
    assert project.corrections.is_large()
    work = project.corrections.undo_in_slices()
    next(work)
    work.close()
    assert golds(project) == renamed
    assert "LC" not in project.sentences.labels()
    assert project.corrections.can_undo
    assert not project.corrections.can_redo
    run_to_end(project.corrections.undo_in_slices())
    assert project.corrections.is_large(redo=True)


def test_a_label_that_an_import_used_since_stays_known_after_the_undo(project):
    project.labels.add("PLACE")
    add_sentences(project, [("test", Sentence("late", "독도", (Span(0, 2, "PLACE"),)))])
    project.corrections.undo()
    assert {"LC", "PLACE"} <= set(project.sentences.labels())


def test_in_a_project_without_sentences_each_change_of_labels_is_a_step_that_is_undone_and_redone(tmp_path):
    with create_project(tmp_path / "empty.spandesk") as project:
        changes = [
            lambda: project.labels.add("NEW"),
            lambda: run_to_end(project.labels.rename("NEW", "NEWER")),
            lambda: run_to_end(project.labels.merge("TM", "NEWER")),
            lambda: project.labels.delete("QT"),
        ]
        tag_sets = [project.sentences.labels()]
        for change in changes:
            assert change() == ChangeSet("labels", corpus=True)
            tag_sets.append(project.sentences.labels())
        assert len(set(tag_sets)) == 5
        kinds = []
        for tag_set in reversed(tag_sets[:-1]):
            kinds.append(project.corrections.next_steps().undo.kind)
            assert project.corrections.undo().corpus
            assert project.sentences.labels() == tag_set
        assert kinds == ["delete label", "merge", "rename", "add label"]
        assert not project.corrections.can_undo
        for tag_set in tag_sets[1:]:
            run_to_end(project.corrections.redo_in_slices())
            assert project.sentences.labels() == tag_set
        assert project.corrections.count() == 0
        assert project.steps.list_matching(StepFilter()) == []
        assert project.problems() == []
    with open_project(tmp_path / "empty.spandesk") as project:
        add_sentences(project, [("train", Sentence("s", "가나다라", (Span(0, 1, "NEWER"),)))])
        assert project.corrections.next_steps().lasting == (), "that of the helper is none"
        assert not project.corrections.sentences_changed_since(0)
        with pytest.raises(UserError):
            project.labels.delete("NEWER")
        project.corrections.undo()
        assert "QT" in project.sentences.labels()
        assert project.problems() == []


def test_a_step_without_a_sentence_that_was_cut_off_is_taken_back(tmp_path):
    with create_project(tmp_path / "empty.spandesk") as project:
        before = project.sentences.labels()
        work = project.labels.rename("LC", "PLACE")
        next(work)
        work.close()
        assert project.sentences.labels() == before
        assert (project.corrections.rollbacks, project.corrections.can_undo) == (1, False)
        assert project.problems() == []


labels = st.sampled_from(["PS", "LC", "OG", "X"])
acts = st.lists(st.tuples(st.sampled_from(["rename", "merge", "replace"]), labels, labels), max_size=6)


@given(acts)
def test_no_sequence_of_changes_loses_a_span_and_undo_goes_all_the_way_back(tmp_path_factory, acts):
    with create_project(tmp_path_factory.mktemp("labels") / "p.spandesk") as project:
        rows = [("train", Sentence(f"s{i}", "가나다라", (Span(0, 1, "PS"), Span(2, 3, "LC")))) for i in range(5)]
        add_sentences(project, rows)
        before, tag_set = golds(project), project.sentences.labels()
        for name, one, other in acts:
            act = {
                "rename": project.labels.rename,
                "merge": project.labels.merge,
                "replace": lambda one, other: project.labels.replace(Replacement(one, other, split="train")),
            }[name]
            try:
                run_to_end(act(one, other))
            except UserError:
                continue
        places = {name: [(s.start, s.end) for s in spans] for name, spans in golds(project).items()}
        assert places == {name: [(0, 1), (2, 3)] for name in before}
        while project.corrections.can_undo:
            project.corrections.undo()
        assert golds(project) == before
        assert set(tag_set) - set(project.sentences.labels()) <= {"OG", "X"}, "only labels without a span may be gone"
        assert project.problems() == []
