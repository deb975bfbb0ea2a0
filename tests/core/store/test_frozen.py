"""Projects that released versions wrote, kept as they were: each opens, is whole, and can be undone to its import.

`frozen/schema-6.db.gz` was written by this project's code at a499eb7 (six migrations). From the seven sentences and
the run of `tests.building.project_with_run` it went: a correction of news-3, one of news-1 and news-4 together, LC
renamed and the rename undone, TI merged into DT, news-3 marked as reviewed, a note on talk-1, a verdict on talk-2,
the correction of news-3 reverted, and the revert undone, redone and undone again; besides, signals, a dismissed
particle and the label WORK.

`frozen/schema-10.db.gz` was written by the code before predictions belonged to sources: `project_with_run`, news-3
corrected, LC renamed to PLACE, a cross-check that was stopped before its epoch, and a run with the first epoch's
predictions.

`frozen/schema-11.db.gz` was written by the code before strings and places could be dismissed: `project_with_run`,
news-3 corrected, 한글은 and 마음이 dismissed as ending in no particle, 마음이 asked about again, and 오늘은 dismissed,
which was undone.

`frozen/schema-12.db.gz` was written by the code before sentences had documents and sections: `project_with_run`, CV
added to news-3, LC renamed to PLACE, and a place of news-4 accepted.

`frozen/schema-13.db.gz` was written by the code before sources could be others than runs: `project_with_run` with
signals of news-3, CV added to news-3, LC renamed to PLACE, a cross-check that was stopped before its epoch, a run with
the first epoch's predictions, and talk-2 moved to the pool.
"""

import gzip
from pathlib import Path

import pytest

from core.domain.settings import TrainSettings
from core.domain.spans import Span
from core.store.predictions import EpochKey
from core.store.project import DATABASE, open_project
from tests.building import TEXTS

FROZEN = Path(__file__).parent / "frozen"


def thawed(name, folder):
    """The project of a frozen database, opened."""
    folder.mkdir()
    (folder / DATABASE).write_bytes(gzip.decompress((FROZEN / name).read_bytes()))
    return open_project(folder)


@pytest.fixture
def project(tmp_path):
    with thawed("schema-6.db.gz", tmp_path / "frozen.spandesk") as project:
        yield project


def golds(project):
    return {sentence.id: sentence.gold for sentence in project.sentences.each()}


def test_a_frozen_project_opens_and_checks_clean(project):
    assert project.problems() == []
    assert [(run.number, run.status, run.settings.epochs) for run in project.runs.list_all()] == [(1, "finished", 2)]
    assert [epoch.number for epoch in project.runs.epochs(1)] == [1, 2]
    assert project.predictions.count(EpochKey(1, 2), "dev") == 4
    assert "WORK" in project.sentences.labels()
    assert "TI" not in project.sentences.labels()
    assert project.dismissals.strings("particle") == {"한글은"}


def test_corrections_and_remarks_of_a_frozen_project_are_there(project):
    changed = {s.id: s.gold for s in project.sentences.each() if s.gold != s.imported}
    assert changed == {
        "news-1": (Span(0, 3, "PS"),),
        "news-3": (Span(0, 2, "OG"), Span(4, 9, "DT")),
        "news-4": (Span(0, 4, "OG"),),
        "talk-1": (Span(0, 2, "PS"), Span(6, 11, "DT")),
    }
    assert not project.sentences.by_id("talk-1").corrected  # TI was merged into DT
    said = project.reviews.of([s.number for s in project.sentences.each()], EpochKey(1, 1))
    by_id = {s.id: said[s.number] for s in project.sentences.each()}
    assert by_id["news-3"].is_reviewed
    assert by_id["talk-1"].note == "이모지 뒤의 시각"
    assert list(by_id["talk-2"].verdicts.values()) == ["model"]


def test_a_frozen_project_is_undone_to_its_import_and_redone(project):
    now, tag_set = golds(project), project.sentences.labels()
    steps = 0
    while project.corrections.can_undo:
        project.corrections.undo()
        steps += 1
    assert steps == 6
    assert golds(project) == {sentence.id: sentence.imported for sentence in project.sentences.each()}
    assert "TI" in project.sentences.labels()
    assert not any(said.is_reviewed or said.note for said in project.reviews.of(range(1, 8), None).values())
    for _ in range(steps):
        project.corrections.redo()
    assert (golds(project), project.sentences.labels()) == (now, tag_set)
    assert project.corrections.can_redo, "the revert of news-3 was undone before"
    assert project.problems() == []


def test_the_runs_of_a_frozen_project_become_sources_that_keep_all_that_was_theirs(tmp_path):
    with thawed("schema-10.db.gz", tmp_path / "frozen.spandesk") as project:
        sources = project.sources.list_all()
        assert [(source.number, source.kind, source.name, source.last_correction) for source in sources] == [
            (1, "training", "", 0),
            (2, "cross-check", "", 5),
            (3, "training", "", 5),
        ]
        assert [source.made_at for source in sources] == [run.started_at for run in project.runs.list_all()]
        assert [run.last_correction for run in project.runs.list_all()] == [0, 5, 5]
        assert [epoch.number for epoch in project.runs.epochs(1)] == [1, 2]
        assert project.problems() == []
        by_id = {sentence.id: sentence.number for sentence in project.sentences.each("dev")}
        number = by_id["news-4"]
        # The first run knew LC by that name, the third as PLACE; both are counted as what it is called today.
        assert [s.span.label for s in project.predictions.of(EpochKey(1, 2), [number])[number]] == ["OG", "PLACE"]
        run = project.runs.start(TrainSettings())
        assert (run, project.sources.last_number()) == (4, 4)


def test_the_dismissed_particles_of_a_frozen_project_are_dismissed_and_undone_as_before(tmp_path):
    with thawed("schema-11.db.gz", tmp_path / "frozen.spandesk") as project:
        dismissed, corrections = project.dismissals, project.corrections
        assert dismissed.strings("particle") == {"한글은"}
        assert (dismissed.strings("string"), dismissed.places()) == (set(), set())
        step = corrections.next_steps().redo
        assert (step.kind, step.string) == ("dismiss", "오늘은")
        assert corrections.redo().dismissals
        assert dismissed.strings("particle") == {"한글은", "오늘은"}
        kinds = []
        while corrections.can_undo:
            kinds.append(corrections.next_steps().undo.kind)
            corrections.undo()
        assert kinds == ["dismiss", "ask again", "dismiss", "relabel"]
        assert dismissed.strings("particle") == set()
        assert project.problems() == []


def test_the_sentences_of_a_frozen_project_without_documents_are_in_their_splits_as_before(tmp_path):
    with thawed("schema-12.db.gz", tmp_path / "frozen.spandesk") as project:
        assert [(s.id, s.split) for s in project.sentences.each_anywhere()] == [
            (id_, split) for id_, split, *_ in TEXTS
        ]
        assert project.problems() == []
        news = project.sentences.by_id("news-3")
        assert news.gold == (Span(0, 2, "PS"), Span(4, 9, "DT"), Span(10, 12, "CV"))
        assert project.sentences.label_counts()["train", "PLACE"] == 2
        kinds = []
        while project.corrections.can_undo:
            kinds.append(project.corrections.next_steps().undo.kind)
            project.corrections.undo()
        assert kinds == ["accept places", "rename", "label"]
        assert golds(project) == {sentence.id: sentence.imported for sentence in project.sentences.each()}
        assert project.problems() == []


def test_a_frozen_project_gets_sources_that_are_not_runs_beside_its_runs(tmp_path):
    with thawed("schema-13.db.gz", tmp_path / "frozen.spandesk") as project:
        assert project.problems() == []
        assert [(epoch.number, epoch.loss) for epoch in project.runs.epochs(1)] == [(1, 1.0), (2, 0.5)]
        assert [source.kind for source in project.sources.list_all()] == ["training", "cross-check", "training"]
        before = project.predictions.counts(EpochKey(1, 2), "dev", "corrected")
        news = project.sentences.by_id("news-3")
        assert project.signals.of(EpochKey(1, 2), [news.number])[news.number].uncertainty == 0.5
        number = project.sources.add("file", "", {})
        assert number == 4
        key = project.sources.open_version(number, "first")
        project.predictions.save(key, {news.number: ()})
        assert project.predictions.counts(EpochKey(1, 2), "dev", "corrected") == before
        assert project.problems() == []
