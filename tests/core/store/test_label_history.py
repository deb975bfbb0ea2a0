"""A renamed or merged label is no correction: dev stays, older runs count under the new name, signals stay valid."""

import json
import shutil

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlite_utils import Database as SqliteDatabase

from core.analysis.verdicts import SpanPair
from core.domain.errors import UserError
from core.domain.generators import run_to_end
from core.domain.spans import PredictedSpan, Sentence, Span
from core.metrics.comparison import compare_spans
from core.metrics.report import build_report
from core.store.gold import corrections
from core.store.label_history import LabelHistory, LabelNames, Relabelling, rename_spans
from core.store.migrations import migrations
from core.store.predictions import EpochKey
from core.store.project import create_project, open_project
from core.store.sentence_selection import Selection
from tests.building import (
    SECOND_EPOCH,
    TEXTS,
    add_run,
    add_sentences,
    add_signals,
    project_with_run,
    project_with_sentences,
)

KEY = EpochKey(1, 2)


@pytest.fixture
def project(tmp_path):
    with project_with_run(tmp_path / "p.spandesk") as project:
        yield project


def micro(project, gold="corrected", key=KEY):
    return build_report(project.predictions.counts(key, "dev", gold)).micro


def rows(project, gold="corrected", key=KEY):
    """Counts of each label."""
    return project.predictions.counts(key, "dev", gold)


@pytest.mark.parametrize("gold", ["corrected", "imported"])
def test_a_run_scores_as_before_under_the_new_name_of_a_label(project, gold):
    before = micro(project, gold)
    run_to_end(project.labels.rename("LC", "PLACE"))
    assert micro(project, gold) == before
    assert rows(project, gold)["PLACE"].support == 1
    assert "LC" not in rows(project, gold)
    assert project.predictions.of(KEY, [4])[4][1].span == Span(6, 8, "PLACE")
    assert [each.predicted for each in project.predictions.examples(KEY, "dev", gold)][1][1].span.label == "PLACE"
    assert project.runs.labels_now(project.runs.by_number(1)) == ("PS", "OG", "DT", "PLACE")
    assert project.problems() == []


def test_a_label_that_only_a_run_predicted_counts_under_its_new_name(project):
    """No gold span has QT; the second epoch predicts one."""
    run_to_end(project.labels.rename("QT", "AMOUNT"))
    assert rows(project)["AMOUNT"].predicted == 1
    assert project.problems() == []
    project.corrections.undo()
    assert rows(project)["QT"].predicted == 1
    assert project.problems() == []


def test_a_merge_makes_right_what_a_run_took_for_the_other_label(project):
    first = EpochKey(1, 1)  # OG taken for LC, LC right
    assert rows(project, key=first)["LC"].right == 1
    run_to_end(project.labels.merge("OG", "LC"))
    assert rows(project, key=first)["LC"].right == 2
    project.corrections.undo()
    assert rows(project, key=first)["LC"].right == 1
    assert project.problems() == []


def test_a_renamed_label_makes_no_sentence_corrected(project):
    run_to_end(project.labels.rename("LC", "PLACE"))
    assert not any(stored.corrected for stored in project.sentences.each())
    assert project.sentences.corrected_in("dev") == []
    assert project.selections.numbers(Selection("dev", corrected=True), KEY, "corrected") == []
    assert project.corrections.sentences_changed_since(0) == []


def test_a_corrected_sentence_stays_corrected_through_a_rename(project):
    number = project.sentences.by_id("news-4").number
    project.corrections.correct(number, [Span(6, 8, "LC")])
    run_to_end(project.labels.rename("LC", "PLACE"))
    assert project.sentences.corrected_in("dev") == [number]
    assert project.corrections.sentences_changed_since(0) == [number]
    project.corrections.correct(number, [Span(0, 4, "OG"), Span(6, 8, "PLACE")])
    assert project.sentences.corrected_in("dev") == []


def test_signals_are_valid_after_a_rename_but_not_after_a_correction(project):
    add_signals(project, KEY, dict.fromkeys(SECOND_EPOCH, (0.5, 1.0, 0.9)))
    numbers = project.selections.numbers(Selection("dev", order="suspicious"), KEY, "corrected")
    assert len(numbers) == 4
    run_to_end(project.labels.rename("PS", "PER"))
    for gold in ("corrected", "imported"):
        assert project.selections.numbers(Selection("dev", order="suspicious"), KEY, gold) == numbers
    assert project.signals.of(KEY, [3])[3].gold == (Span(0, 2, "PER"), Span(4, 9, "DT"))
    project.corrections.correct(3, [Span(0, 2, "PER")])
    assert project.selections.numbers(Selection("dev", order="suspicious"), KEY, "corrected") == numbers[1:]


def test_an_undone_rename_is_not_taken_for_one(project):
    run_to_end(project.labels.rename("OG", "XX"))
    project.corrections.undo()
    project.labels.add("XX")
    number = project.sentences.by_id("news-4").number
    project.corrections.correct(number, [Span(0, 4, "XX"), Span(6, 8, "LC")])
    assert project.sentences.corrected_in("dev") == [number]
    assert rows(project)["OG"].predicted == 1
    assert rows(project)["XX"].support == 1
    assert rows(project)["XX"].predicted == 0
    assert project.problems() == []


def test_a_run_of_the_time_between_a_rename_and_its_undo_counts_under_the_old_name(project):
    run_to_end(project.labels.rename("LC", "PLACE"))
    renamed = {
        name: tuple(
            each
            if each.span.label != "LC"
            else type(each)(Span(each.span.start, each.span.end, "PLACE"), each.probability)
            for each in spans
        )
        for name, spans in SECOND_EPOCH.items()
    }
    run = EpochKey(add_run(project, renamed), 1)
    assert micro(project, key=run) == micro(project)
    project.corrections.undo()
    assert rows(project, key=run) == rows(project)
    assert "PLACE" not in rows(project)
    project.corrections.redo()
    assert rows(project, key=run) == rows(project)
    assert "LC" not in rows(project)
    assert project.problems() == []


def test_a_name_that_is_given_again_is_another_label(project):
    run_to_end(project.labels.rename("LC", "PLACE"))
    project.labels.add("LC")
    add_sentences(project, [("dev", Sentence("new", "서울", (Span(0, 2, "LC"),)))])
    assert project.sentences.by_id("new").imported_now == (Span(0, 2, "LC"),)
    assert project.sentences.by_id("news-4").imported_now[1].label == "PLACE"
    run_to_end(project.labels.rename("LC", "CITY"))
    assert project.sentences.by_id("new").imported_now == (Span(0, 2, "CITY"),)
    assert project.sentences.by_id("news-4").imported_now[1].label == "PLACE"
    assert project.problems() == []


def test_a_revert_gives_the_old_gold_with_current_names(project):
    project.corrections.correct(4, [Span(0, 4, "OG")])
    run_to_end(project.labels.rename("LC", "PLACE"))
    project.corrections.revert(1)
    assert project.sentences.by_number([4])[0].gold == (Span(0, 4, "OG"), Span(6, 8, "PLACE"))
    assert "LC" not in project.sentences.labels()


def test_a_revert_brings_no_label_back_that_left_the_tag_set(project):
    project.corrections.correct(5, [Span(0, 2, "PS")])  # its only TI goes
    project.labels.delete("TI")
    with pytest.raises(UserError, match="the label TI has left the tag set"):
        project.corrections.revert(1)
    assert "TI" not in project.sentences.labels()


def test_a_verdict_is_valid_with_the_new_name(project):
    first = EpochKey(1, 1)
    pair = SpanPair(Span(0, 4, "OG"), Span(0, 4, "LC"))
    [comparison] = [
        each
        for each in compared_of(project, first, 4)
        if each.gold == pair.gold and each.predicted is not None and each.predicted.span == pair.predicted
    ]
    project.reviews.judge(4, first, comparison, "model")
    run_to_end(project.labels.rename("LC", "PLACE"))
    assert project.reviews.of([4], first)[4].verdicts == {SpanPair(pair.gold, Span(0, 4, "PLACE")): "model"}


def compared_of(project, key, number):
    [stored] = project.sentences.by_number([number])
    return compare_spans(stored.gold, project.predictions.of(key, [number])[number])


def test_an_unfinished_rename_is_rolled_back(project, tmp_path, monkeypatch):
    monkeypatch.setattr(corrections, "LARGE", 1)
    monkeypatch.setattr("core.store.gold.relabelling.LARGE", 1)
    before = rows(project)
    work = project.labels.rename("LC", "PLACE")
    for _ in range(5):
        next(work)
    work.close()
    assert (rows(project), project.problems()) == (before, [])
    for steps in range(1, 8):
        work = project.labels.rename("LC", "PLACE")
        for _ in range(steps):
            next(work)
        copied = shutil.copytree(tmp_path / "p.spandesk", tmp_path / f"killed-{steps}.spandesk")
        work.close()
        with open_project(copied) as again:
            assert (rows(again), again.problems()) == (before, [])
            assert "PLACE" not in again.sentences.labels()


def test_a_project_of_an_older_version_counts_its_renamings(tmp_path):
    folder = tmp_path / "p.spandesk"
    folder.mkdir()
    old = SqliteDatabase(folder / "project.db")
    migrations.apply(old, stop_before="0008_label_names")
    old.execute("PRAGMA application_id = 0x5350414E")
    texts = [(n, *row) for n, row in enumerate(TEXTS, start=1)]
    for number, name, split, text, spans in texts:
        gold = [[span.start, span.end, span.label] for span in spans]
        renamed = [[start, end, "PLACE" if label == "LC" else label] for start, end, label in gold]
        old.execute(
            "INSERT INTO sentence (number, id, split, text, imported, gold) VALUES (?, ?, ?, ?, ?, ?)",
            [number, name, split, text, *(json.dumps(each, separators=(",", ":")) for each in (gold, renamed))],
        )
        if gold != renamed:
            old.execute(
                "INSERT INTO correction (sentence, made_at, kind, before, after, step)"
                " SELECT number, '', 'correct', imported, gold,"
                " (SELECT min(number) FROM correction) FROM sentence WHERE number = ?",
                [number],
            )
    old.execute("INSERT INTO label VALUES ('PLACE')")
    old.execute("INSERT INTO retired_label VALUES ('LC')")
    old.execute("INSERT INTO label_change VALUES (1, 'LC', 0), (1, 'PLACE', 1)")
    old.conn.commit()
    old.close()
    with open_project(folder) as project:
        assert project.sentences.corrected_in("dev") == []
        assert project.problems() == []
        project.corrections.undo()
        assert project.sentences.corrected_in("dev") == []
        assert project.problems() == []


def test_names_are_followed_through_several_steps_and_back():
    steps = [
        Relabelling(2, "A", "B", True, 10),
        Relabelling(4, "B", "C", True, 10),
        Relabelling(6, "D", "C", False, 10, (7,)),
        Relabelling(8, "E", "F", True, 10, (9, 12)),
    ]
    history = LabelHistory(steps)
    assert history.since(0) == {"A": "C", "B": "C", "E": "F"}
    assert history.since(3) == {"B": "C", "E": "F"}
    assert history.since(6) == {"E": "F"}
    assert history.since(8) == {}
    assert history.since(12) == {}
    assert history.of_import(5) == {"A": "C", "B": "C", "E": "F"}
    assert history.of_import(5, until=3) == {"A": "B"}
    assert history.of_import(11) == {}


STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["rename", "merge"]), st.integers(0, 50), st.integers(0, 50)),
        st.tuples(st.sampled_from(["undo", "redo", "correct", "run"]), st.integers(1, 7), st.integers(0, 1)),
    ),
    max_size=8,
)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_whatever_is_done_to_labels_what_is_derived_follows(tmp_path_factory, steps):
    """The oracle is `problems`, which derives all anew, and the score of a run that only renamings came after."""
    with project_with_sentences(tmp_path_factory.mktemp("p") / "p.spandesk") as project:
        add_run(project, SECOND_EPOCH)
        only_renamed, before = True, micro(project, key=EpochKey(1, 1))
        for place, (kind, first, second) in enumerate(steps):
            labels = project.sentences.labels()
            one, other = labels[first % len(labels)], labels[second % len(labels)]
            if kind == "rename":
                run_to_end(project.labels.rename(one, f"N{place}"))
            elif kind == "merge" and one != other:
                only_renamed = False
                run_to_end(project.labels.merge(one, other))
            elif kind in ("undo", "redo"):
                getattr(project.corrections, kind)()
            elif kind == "correct":
                only_renamed = False
                [stored] = project.sentences.by_number([first])
                project.corrections.correct(stored.number, stored.gold[second:])
            elif kind == "run":
                add_run(project, {name: project.predictions.of(EpochKey(1, 1), [3])[3] for name in ("news-3",)})
            assert project.problems() == []
            if only_renamed:
                assert micro(project, key=EpochKey(1, 1)) == before
                assert not any(stored.corrected for stored in project.sentences.each())


PERSON = (Span(0, 3, "PERSON"),)


def run_that_finds(project, label):
    """A run that predicts the only span of sentence `new` rightly; its key."""
    return EpochKey(add_run(project, {"new": (PredictedSpan(Span(0, 3, label), 0.9),)}), 1)


def import_new(project, label):
    project.sentences.add("dev", [Sentence("new", "이순신은", (Span(0, 3, label),))], "jsonl")


@pytest.mark.parametrize("is_empty", [True, False])
def test_a_rename_is_not_undone_once_sentences_with_the_new_name_were_imported(tmp_path, is_empty):
    make = create_project if is_empty else project_with_run
    with make(tmp_path / "p.spandesk") as project:
        run_to_end(project.labels.rename("PS", "PERSON"))
        import_new(project, "PERSON")
        run = run_that_finds(project, "PERSON")
        before = (micro(project, key=run), project.sentences.labels())
        for undo in (project.corrections.undo, lambda: run_to_end(project.corrections.undo_in_slices())):
            with pytest.raises(UserError, match="1 sentence with PERSON was imported since; rename PERSON to PS"):
                undo()
        assert (micro(project, key=run), project.sentences.labels()) == before
        assert project.predictions.of(run, [project.sentences.by_id("new").number]).popitem()[1][0].span == PERSON[0]
        run_to_end(project.labels.rename("PERSON", "PS"))
        assert micro(project, key=run) == before[0]
        assert project.problems() == []


def test_corrections_from_before_a_rename_that_cannot_be_undone_are_reverted(tmp_path):
    with project_with_run(tmp_path / "p.spandesk") as project:
        corrected = project.sentences.by_id("news-1")
        project.corrections.correct(corrected.number, [])
        correction = project.corrections.last_number()
        run_to_end(project.labels.rename("PS", "PERSON"))
        import_new(project, "PERSON")
        with pytest.raises(UserError, match="rename PERSON to PS instead, and revert older corrections"):
            project.corrections.undo()
        project.corrections.revert(correction)
        names = {"PS": "PERSON"}
        assert project.sentences.by_id("news-1").gold == rename_spans(corrected.gold, names)
        assert project.problems() == []


def test_a_rename_is_undone_where_what_was_imported_since_has_other_labels(tmp_path):
    with project_with_run(tmp_path / "p.spandesk") as project:
        run_to_end(project.labels.rename("PS", "PERSON"))
        import_new(project, "OG")
        project.corrections.undo()
        assert "PERSON" not in project.sentences.labels()
        assert project.problems() == []


@pytest.mark.parametrize("change", ["rename", "merge"])
def test_a_rename_or_merge_is_not_redone_once_sentences_with_the_old_name_were_imported(tmp_path, change):
    other = "PERSON" if change == "rename" else "OG"
    with project_with_run(tmp_path / "p.spandesk") as project:
        run_to_end(getattr(project.labels, change)("PS", other))
        project.corrections.undo()
        import_new(project, "PS")
        run = run_that_finds(project, "PS")
        before = micro(project, key=run)
        with pytest.raises(UserError, match="1 sentence with PS was imported since"):
            project.corrections.redo()
        assert micro(project, key=run) == before
        run_to_end(getattr(project.labels, change)("PS", other))
        assert micro(project, key=run) == before
        assert project.problems() == []


def test_check_names_a_run_whose_predictions_lost_a_name_that_its_sentences_have(tmp_path, monkeypatch):
    """As older versions left it."""
    with create_project(tmp_path / "p.spandesk") as project:
        run_to_end(project.labels.rename("PS", "PERSON"))
        import_new(project, "PERSON")
        run_that_finds(project, "PERSON")
        monkeypatch.setattr(LabelNames, "refuse_split", lambda names, step, *, redo: None)
        project.corrections.undo()
        [problem] = project.problems()
        assert problem.startswith("run 1: its predictions of PERSON are read as PS")
        project.corrections.redo()
        assert project.problems() == []


def test_renaming_is_written_for_an_empty_project_too(tmp_path):
    with create_project(tmp_path / "p.spandesk") as project:
        run_to_end(project.labels.rename("TM", "TERM"))
        assert "TERM" in project.sentences.labels()


def test_first_names_follow_renames_and_end_with_merges_and_deletions(tmp_path):
    with project_with_run(tmp_path / "p.spandesk") as project:
        labels, first = project.labels, project.label_names.first_names
        run_to_end(labels.rename("LC", "PLACE"))
        run_to_end(labels.rename("PLACE", "SPOT"))
        run_to_end(labels.rename("AF", "ART"))
        assert first().renamed == (("SPOT", "LC"), ("ART", "AF"))
        run_to_end(labels.merge("SPOT", "OG"))
        labels.delete("ART")
        assert first().renamed == ()
        for name in ("SPOT", "ART", "AF", "LC"):
            labels.add(name)
        assert first().renamed == ()
        for _ in range(7):
            project.corrections.undo()
        assert first().renamed == (("SPOT", "LC"),)
        project.corrections.undo()
        assert first().renamed == (("PLACE", "LC"),)
        project.corrections.undo()
        assert first().renamed == ()


def test_labels_that_exchange_their_names_exchange_their_first_names(tmp_path):
    with project_with_run(tmp_path / "p.spandesk") as project:
        for old, new in (("PS", "X"), ("LC", "PS"), ("X", "LC")):
            run_to_end(project.labels.rename(old, new))
        names = project.label_names.first_names()
        assert (names.of("PS"), names.of("LC")) == ("LC", "PS")
        assert names.entity_type("PS").korean == "지역"
