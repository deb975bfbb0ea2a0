"""Which source counts where several could: chosen, looked at, newest; and which of its epochs or versions."""

import pytest

from core.domain.errors import UserError
from core.domain.generators import run_to_end
from core.domain.spans import Sentence
from core.metrics.signals import Signals
from core.services.compare_readers import find_reader
from core.services.evaluate import evaluate_epoch
from core.services.next_batch import make_batch
from core.services.source_choice import (
    find_dictionary,
    find_epoch,
    find_newest,
    find_scored,
    find_suggestions,
    propose_order,
)
from core.store.predictions import EpochKey
from tests.building import FIRST_EPOCH, SECOND_EPOCH, add_run, add_sentences, predicted, project_with_sentences

SPANS = predicted((0, 2, "PS", 0.9))


@pytest.fixture
def project(tmp_path):
    """Two sentences in the pool that nobody tagged yet."""
    with project_with_sentences(tmp_path / "p.spandesk") as project:
        add_sentences(project, [("pool", Sentence.unchecked(name, f"나리가 {name} 왔다", ())) for name in ("p1", "p2")])
        project.database.write("UPDATE sentence SET judged = 'no' WHERE split = 'pool'")
        yield project


def tag(project, key, *names, scored=False):
    numbers = [project.sentences.by_id(name).number for name in names]
    project.predictions.save(key, dict.fromkeys(numbers, SPANS))
    if scored:
        project.signals.save(key, {number: Signals(1.0, None, None, (), ()) for number in numbers})
    return key


def add_dictionary(project, name, *tagged):
    number = project.sources.find("dictionary", name)
    number = number.number if number else project.sources.add("dictionary", name, {})
    return tag(project, project.sources.open_version(number, str(tagged)), *tagged)


def suggesting(project, *first):
    numbers = [project.sentences.by_id(name).number for name in ("p1", "p2")]
    found = find_suggestions(project, numbers, *first)
    return [found[number][0] if number in found else None for number in numbers]


def test_what_a_person_chose_comes_first_then_what_is_looked_at_then_runs_then_others(project):
    assert suggesting(project) == [None, None]
    for _ in range(3):
        add_run(project, FIRST_EPOCH)
    first, second = (tag(project, EpochKey(run, 1), "p1", "p2") for run in (1, 2))
    dictionary = add_dictionary(project, "a", "p1", "p2")
    assert suggesting(project) == [second] * 2, "run 3 has tagged dev alone"
    assert suggesting(project, None, first) == [first] * 2
    project.sources.suggest_with(dictionary.source)
    assert suggesting(project, first) == [dictionary] * 2
    project.sources.remove(dictionary.source)
    assert suggesting(project) == [second] * 2
    project.sources.remove(second.source, "weights")
    assert suggesting(project) == [second] * 2, "it says what it said"
    project.sources.remove(second.source)
    assert suggesting(project) == [first] * 2
    project.sources.remove(first.source)
    assert suggesting(project) == [None, None]


def test_each_sentence_has_the_suggestions_of_the_first_that_has_tagged_it(project):
    add_run(project, FIRST_EPOCH)
    older, run = add_dictionary(project, "a", "p1", "p2"), tag(project, EpochKey(1, 1), "p2")
    assert suggesting(project) == [older, run]


def test_epochs_of_a_run_stay_beside_each_other_and_versions_take_the_place_of_the_one_before(project):
    add_run(project, FIRST_EPOCH, SECOND_EPOCH)
    tag(project, EpochKey(1, 1), "p1", "news-5", scored=True)
    assert (suggesting(project)[0], find_scored(project)) == (EpochKey(1, 1), EpochKey(1, 1))
    assert suggesting(project, EpochKey(1, 2))[0] == EpochKey(1, 1), "what is looked at has tagged dev alone"
    old = add_dictionary(project, "a", "p2", "news-3")
    assert find_dictionary(project) == old
    new = add_dictionary(project, "a", "news-3")
    assert (find_dictionary(project), suggesting(project)[1], find_epoch(project, 2, "dev")) == (None, None, new)


def test_evaluation_and_agreement_take_the_same_epoch_of_a_source_that_tags_nothing_more(project):
    add_run(project, FIRST_EPOCH, SECOND_EPOCH)
    tag(project, EpochKey(1, 1), "news-5")
    project.sources.remove(1, "weights")
    for split, epoch in (("dev", 2), ("test", 1)):
        evaluation = run_to_end(evaluate_epoch(project, None, None, split, "corrected"))
        assert evaluation.key == find_reader(project, 1, split) == EpochKey(1, epoch)
    for choose in (find_reader, find_epoch):
        with pytest.raises(UserError, match="run 1 says nothing of any train sentence"):
            choose(project, 1, "train")


def test_without_a_trained_run_the_newest_other_source_is_looked_at(project):
    assert find_newest(project) is None
    with pytest.raises(UserError, match="no trained run yet"):
        run_to_end(evaluate_epoch(project, None, None, "dev", "corrected"))
    file = tag(project, project.sources.open_version(project.sources.add("file", "f", {}), "x"), "news-3")
    project.sources.add("dictionary", "untagged", {})
    assert find_newest(project) == file
    assert run_to_end(evaluate_epoch(project, None, None, "dev", "corrected")).key == file
    run = add_run(project, FIRST_EPOCH)
    add_dictionary(project, "newer", "news-3")
    assert find_newest(project) == EpochKey(run, 1)


def test_the_best_order_that_works_is_proposed(project):
    def order_of():
        return propose_order(project)

    assert order_of() == "random"
    add_dictionary(project, "a", "p1")
    add_dictionary(project, "newer, which has tagged dev alone", "news-3")
    assert order_of() == "dictionary"
    assert len(run_to_end(make_batch(project, 5, "dictionary")).batch.entries) == 1
    add_run(project, FIRST_EPOCH)
    tag(project, EpochKey(3, 1), "p1", scored=True)
    assert order_of() == "informative"
    project.sources.remove(3)
    assert order_of() == "dictionary"
