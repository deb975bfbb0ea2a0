"""Sources that are not runs: their versions, what they judged, and how they are removed."""

from collections import deque

import pytest

from core.domain.errors import UserError
from core.domain.generators import run_to_end
from core.domain.settings import TrainSettings
from core.domain.spans import Span
from core.store.predictions import EpochKey
from core.store.project import open_project
from tests.building import FIRST_EPOCH, SECOND_EPOCH, add_run, predicted, project_with_run


@pytest.fixture
def project(tmp_path):
    with project_with_run(tmp_path / "p.spandesk") as project:
        yield project


def add_file(project, spans, *, partly=(), fingerprint="a"):
    """A source of kind file with these spans; sentences by id."""
    number = project.sources.add("file", "", {})
    key = project.sources.open_version(number, fingerprint)
    numbers = {name: project.sentences.by_id(name).number for name in spans}
    project.predictions.save(key, {numbers[name]: spans[name] for name in spans}, {numbers[name] for name in partly})
    return key


def test_sources_and_runs_share_their_numbers(project):
    key = add_file(project, FIRST_EPOCH)
    assert key == EpochKey(2, 1)
    assert project.runs.start(TrainSettings()) == 3
    assert [(s.number, s.kind, s.title) for s in project.sources.list_all()] == [
        (1, "training", "run 1"),
        (2, "file", "source 2 (file)"),
        (3, "training", "run 3"),
    ]
    project.sources.rename(2, " GPU server ")
    project.sources.annotate(2, "of Monday")
    source = project.sources.by_number(2)
    assert (source.title, source.note, source.tags_more, source.is_run) == ("GPU server", "of Monday", False, False)
    assert project.sources.find("file", "GPU server") == source
    assert [run.number for run in project.runs.list_all()] == [1, 3]
    with pytest.raises(UserError, match="no run 9, nor any other source"):
        project.sources.by_number(9)


def test_another_fingerprint_makes_a_new_version_and_the_same_one_none(project):
    first = add_file(project, {"news-3": ()})
    assert project.sources.open_version(first.source, "a") == first
    second = project.sources.open_version(first.source, "b")
    assert second == EpochKey(first.source, 2)
    assert project.predictions.count(second, "dev") == 0, "what the first one said is not taken for what this one says"
    assert [version.fingerprint for version in project.sources.versions(first.source)] == ["a", "b"]
    assert project.runs.epoch_number(first.source, None) == project.runs.epoch_number(first.source, "best") == 2


def test_what_was_judged_in_part_is_shown_but_never_measured(project):
    partly = add_file(project, FIRST_EPOCH, partly=["news-3", "talk-1"])
    whole = add_file(project, FIRST_EPOCH)
    predictions, numbers = project.predictions, [project.sentences.by_id(name).number for name in FIRST_EPOCH]
    assert len(predictions.of(partly, numbers)) == 4
    assert (predictions.count(partly, "dev"), predictions.count(whole, "dev")) == (2, 4)
    assert predictions.count(whole, "dev", partly) == 2
    support = [
        sum(count.support for count in counts.values())
        for counts in (
            predictions.counts(partly, "dev", "corrected"),
            predictions.counts(whole, "dev", "corrected", partly),
        )
    ]
    assert support == [3, 3]  # of news-4 and talk-2
    assert {each.id for each in predictions.examples(partly, "dev", "corrected")} == {"news-4", "talk-2"}
    assert {left.id for left, _ in predictions.pairs(whole, partly, "dev", "corrected")} == {"news-4", "talk-2"}
    project.corrections.correct(project.sentences.by_id("news-3").number, [Span(0, 2, "PS")])
    assert project.problems() == []
    assert sum(count.support for count in predictions.counts(partly, "dev", "corrected").values()) == 3


def test_only_a_run_was_trained_on_what_was_in_train(project):
    key = add_file(project, {"news-1": predicted((0, 3, "PS", 1.0))})
    run_to_end(project.moves.move_in_slices([project.sentences.by_id("news-1").number], "dev", ""))
    assert project.predictions.count(key, "dev") == 1
    project.predictions.save(EpochKey(1, 2), {project.sentences.by_id("news-1").number: ()})
    assert project.predictions.count(EpochKey(1, 2), "dev") == 4, "the run has learned news-1"


def test_labels_of_today_are_stored_by_the_names_that_the_source_is_read_with(project):
    key = add_file(project, {})
    run_to_end(project.labels.rename("LC", "PLACE"))
    sources, number = project.sources, project.sentences.by_id("news-4").number
    assert sources.labels_then(key.source, ["PLACE", "OG"]) == {"PLACE": "LC"}
    project.predictions.save(key, {number: predicted((6, 8, "LC", 0.9))})
    assert project.predictions.of(key, [number])[number] == predicted((6, 8, "PLACE", 0.9))
    project.labels.add("LC")
    with pytest.raises(UserError, match="the label LC cannot be stored for source 2: PLACE had that name"):
        sources.labels_then(key.source, ["LC"])


def test_a_removed_source_comes_back_until_the_project_is_closed(project):
    key = add_file(project, FIRST_EPOCH)
    assert project.sources.remove(key.source).runs == (key.source,)
    assert [source.number for source in project.sources.list_all()] == [1]
    project.sources.restore(key.source)
    assert project.predictions.count(key, "dev") == 4
    project.sources.remove(key.source)
    project.close()
    with open_project(project.folder) as again:
        assert again.database.value("SELECT count(*) FROM prediction WHERE source = ?", [key.source]) == 0
        assert again.sources.epoch_numbers(key.source) == []
        assert again.problems() == []
        assert again.runs.start(TrainSettings()) == 3, "its number is not used again"


def test_a_removed_source_without_a_version_leaves_nothing_when_the_project_is_closed(project):
    key = project.sources.next_version(project.sources.add("model", "theirs", {}))
    project.predictions.save(key, {project.sentences.by_id("news-3").number: ()})
    project.sources.remove(key.source)
    project.close()
    with open_project(project.folder) as again:
        assert again.database.value("SELECT count(*) FROM prediction WHERE source = ?", [key.source]) == 0


def test_what_a_killed_closing_leaves_stays_removed_and_is_deleted_the_next_time(project, monkeypatch):
    def count(opened):
        return opened.database.value("SELECT count(*) FROM prediction WHERE source = ?", [key.source])

    monkeypatch.setattr("core.store.sources._SLICE", 1)
    key = add_file(project, FIRST_EPOCH)
    project.sources.remove(key.source)
    deleting = project.delete_removed()
    next(deleting)
    assert count(project) == 3, "one slice at a time"
    monkeypatch.setattr(project, "delete_removed", lambda: iter(()))  # as if it were killed
    project.close()
    with open_project(project.folder, is_responsive=True) as window:
        assert [source.number for source in window.sources.list_all()] == [1]
        assert count(window) == 3, "a window deletes it later"
        monkeypatch.setattr("core.store.project._MOMENT", 0)
    with open_project(project.folder, is_responsive=True) as window:
        assert count(window) == 2, "a window closes after a moment"
    with open_project(project.folder) as command:
        assert count(command) == 0
        assert command.problems() == []


def test_what_a_killed_addition_leaves_is_hidden_at_once_and_deleted_in_slices(project, monkeypatch):
    def count(opened, key):
        return opened.database.value(
            "SELECT count(*) FROM prediction WHERE source = ? AND epoch = ?", [key.source, key.epoch]
        )

    monkeypatch.setattr("core.store.sources._SLICE", 1)
    first = add_file(project, FIRST_EPOCH)
    second = project.sources.next_version(first.source)
    alone = project.sources.next_version(project.sources.add("file", "other", {}))
    said = {project.sentences.by_id(name).number: spans for name, spans in FIRST_EPOCH.items()}
    for key in (second, alone):
        project.predictions.save(key, said)
    monkeypatch.setattr("core.store.project._MOMENT", 0)
    monkeypatch.setattr(project, "delete_removed", lambda: iter(()))  # as if it were killed
    project.close()
    with open_project(project.folder, is_responsive=True) as window:
        assert [source.number for source in window.sources.list_all()] == [1, first.source]
        assert window.runs.epoch_number(first.source, None) == first.epoch
        assert (count(window, second), count(window, alone)) == (4, 4), "a window deletes it later"
        deleting = window.delete_removed()
        next(deleting)
        assert count(window, second) == 3, "one slice at a time"
        deque(window.sources.delete_leftovers([first.source]), maxlen=0)  # as whoever adds the next version does
        window.predictions.save(second, said)
        window.sources.finish_version(second, "b")
        deque(deleting, maxlen=0)
        assert [count(window, key) for key in (first, second, alone)] == [4, 4, 0]
        assert window.problems() == []


def test_of_a_run_the_weights_alone_or_all_can_be_removed(project):
    assert add_run(project, SECOND_EPOCH) == 2
    for run in (1, 2):
        (project.checkpoint_folder(run, 1)).mkdir(parents=True)
    project.sources.remove(1, "weights")
    project.sources.remove(2)
    assert [run.number for run in project.runs.list_all()] == [1]
    with pytest.raises(UserError, match="the weights of run 1 were deleted"):
        project.runs.with_weights(1)
    assert not project.sources.by_number(1).tags_more
    with pytest.raises(UserError, match="no run 2"):
        project.runs.by_number(2)
    assert project.checkpoint_folder(1, 1).is_dir()
    project.close()
    assert not project.checkpoint_folder(1, 1).exists()
    assert not project.checkpoint_folder(2, 1).exists()
    with open_project(project.folder) as again:
        assert [run.number for run in again.runs.list_all()] == [1]
        assert again.predictions.count(EpochKey(1, 2), "dev") == 4
        assert again.problems() == []


def test_the_newest_run_that_has_weights_is_chosen(project):
    newest = add_run(project, SECOND_EPOCH)
    assert project.runs.with_weights(None).number == newest
    project.sources.remove(newest, "weights")
    assert project.runs.with_weights(None).number == 1
    assert project.runs.keeping_weights() == [1]
    assert project.runs.by_number(None).number == newest, "its metrics stay"
    project.sources.remove(1, "weights")
    with pytest.raises(UserError, match=f"the weights of run {newest} were deleted"):
        project.runs.with_weights(None)


def test_a_run_that_trains_is_not_removed(project):
    run = project.runs.start(TrainSettings())
    with pytest.raises(UserError, match="still training"):
        project.sources.remove(run)


def test_one_source_at_most_gives_suggestions_and_a_removed_one_does_not(project):
    person = project.sources.add("person", "가온", {})
    assert project.sources.suggesting() is None
    assert project.sources.suggest_with(person).runs == (person,)
    other = project.sources.add("person", "다온", {})
    assert project.sources.suggest_with(other).runs == (person, other)
    assert project.sources.suggesting() == other
    project.sources.remove(other)
    assert project.sources.suggesting() is None
    project.sources.restore(other)
    assert project.sources.suggesting() == other
    project.sources.suggest_with(None)
    assert project.sources.suggesting() is None
