"""The status line says the next useful step and its place, from an empty project to a retraining."""

import pytest

from core.domain.spans import Sentence, Span
from core.metrics.signals import Signals
from core.services.next_step import NextStep, find_next_step
from core.store.batches import BatchEntry
from core.store.predictions import EpochKey
from core.store.project import create_project
from tests.building import add_run, add_sentences, project_with_run, project_with_sentences

NAMES = [f"s{n}" for n in range(130)]


@pytest.fixture
def project(tmp_path):
    with create_project(tmp_path / "p.spandesk") as project:
        yield project


@pytest.fixture
def pool(project):
    add_sentences(project, [("pool", Sentence.unchecked(name, f"{name} 문장이다", ())) for name in NAMES])
    project.database.write("UPDATE sentence SET judged = 'no'")
    for label in project.sentences.labels()[1:]:
        project.labels.delete(label)
    return project


def finish(project, names, order="uncertain", *spans):
    for name in names:
        project.pool.finish(project.sentences.by_id(name).number, spans, order=order)


def label_first(project, names=NAMES[:60]):
    """Sentences in train and dev with one span each of the only label."""
    project.batches.add("random", None, 0.3, [])
    finish(project, names, "random", Span(0, 1, project.sentences.labels()[0]))


def tag(project, run):
    number = project.sentences.by_id(NAMES[-1]).number
    project.signals.save(EpochKey(run, 1), {number: Signals(1.0, None, None, (), ())})


def test_an_empty_project_needs_a_corpus(project):
    assert find_next_step(project) == (
        "There is nothing to label yet: add a corpus, or raw text for the pool.",
        "corpus",
        None,
        None,
    )


def test_raw_text_is_labelled_in_the_random_order_until_a_first_tagger_is_worth_it(pool):
    text = "130 sentences to label: begin with 50 in the random order, by hand or with a dictionary."
    assert find_next_step(pool) == NextStep(text, "pool")
    add_sentences(pool, [("pool", Sentence.unchecked("copy", "s0 문장이다 ", ()))])
    pool.database.write("UPDATE sentence SET judged = 'no'")
    finish(pool, NAMES[:43])
    assert pool.sentences.count("train") == 44
    step = find_next_step(pool)
    assert step == NextStep("43 labelled: label 7 more in the random order, then train a first tagger.", "pool")
    finish(pool, NAMES[43:60], "uncertain", Span(0, 1, pool.sentences.labels()[0]))
    assert find_next_step(pool).text.startswith("No sentence is in dev to measure on: label some in the random order")
    pool.batches.add("random", None, 0.99, [])
    finish(pool, NAMES[60:63], "random")
    assert find_next_step(pool) == NextStep("63 labelled: train a first tagger.", "train")


def test_a_dictionary_is_to_tag_the_pool_first(pool):
    source = pool.sources.add("dictionary", "사람", {})
    key = pool.sources.open_version(source, "a")
    step = find_next_step(pool)
    assert (step.place, step.text.split(" has ")[1]) == (
        "sources",
        "not tagged the pool yet: have it do so, and its hits are suggestions.",
    )
    pool.predictions.save(key, {pool.sentences.by_id("s0").number: ()})
    assert find_next_step(pool).place == "pool"


def test_a_label_without_example_is_named_once_a_tagger_is_worth_training(pool):
    label_first(pool)
    pool.labels.add("QT")
    step = "60 labelled: train a first tagger."
    assert find_next_step(pool).text == f"{step} QT has no example: search for some, or use a dictionary."
    pool.labels.add("EV")
    assert find_next_step(pool).text.startswith(f"{step} QT and 1 more labels")


def test_a_run_tags_the_pool_then_batches_are_labelled_then_it_is_repeated(pool):
    label_first(pool)
    run = add_run(pool, {})
    assert find_next_step(pool) == NextStep(
        f"Run {run} has not tagged the pool yet: have it do so, and it suggests spans.", "pool"
    )
    pool.sources.remove(run, "weights")
    assert find_next_step(pool).text == "70 sentences of the pool are left to label: choose the next batch."
    pool.sources.restore(run)
    tag(pool, run)
    assert find_next_step(pool).text == "70 sentences of the pool are left to label: choose the next batch."
    entries = [BatchEntry(pool.sentences.by_id(name).number, "random") for name in NAMES[60:64]]
    batch = pool.batches.add("random", None, 0.1, entries).number
    finish(pool, NAMES[60:61])
    assert find_next_step(pool) == NextStep(f"3 of the 4 sentences of batch {batch} are left: label on.", "pool", batch)
    add_sentences(pool, [("pool", Sentence.unchecked("copy", "s70 문장이다 ", ()))])
    finish(pool, NAMES[61:75], "uncertain", Span(0, 1, pool.sentences.labels()[0]))
    assert pool.sentences.by_id("copy").split == "train"
    assert find_next_step(pool) == NextStep(f"15 sentences labelled or corrected since run {run}: retrain.", "train")
    second = add_run(pool, {})
    assert find_next_step(pool).text.startswith(f"Run {second} has not tagged the pool"), "the first one's are older"
    pool.sources.suggest_with(run)
    assert find_next_step(pool).text.endswith("choose the next batch."), "the person wants those of the first one"


def test_where_all_is_skipped_or_done_it_says_so(pool):
    label_first(pool)
    run = add_run(pool, {})
    tag(pool, run)
    pool.pool.skip([pool.sentences.by_id(name).number for name in NAMES[60:]])
    assert find_next_step(pool).text == "All sentences of the pool are skipped: come back to them, or add raw text."
    pool.database.write("UPDATE sentence SET split = 'aside' WHERE split = 'pool'")
    step = find_next_step(pool)
    assert step == NextStep(f"Look at what run {run} gets wrong on dev, or add raw text to label.", "inspect", run=run)
    copies = [("pool", Sentence.unchecked(f"copy {name}", f" {name} 문장이다", ())) for name in NAMES[:2]]
    add_sentences(pool, copies)
    words = f"{step.text} The 2 sentences that are left in the pool have texts that are in a split already."
    assert find_next_step(pool) == step._replace(text=words)
    pool.database.write("UPDATE sentence SET split = 'pool' WHERE split = 'aside'")
    assert find_next_step(pool).text.startswith("All sentences of the pool are skipped"), "or copies"
    pool.pool.come_back()
    assert find_next_step(pool).text == "70 sentences of the pool are left to label: choose the next batch."


def test_without_a_pool_a_corpus_is_trained_on_and_corrections_are_for_a_retraining(tmp_path):
    with project_with_sentences(tmp_path / "corpus.spandesk") as project:
        assert find_next_step(project) == NextStep("6 labelled: train a first tagger.", "train")
        project.database.write("UPDATE sentence SET split = 'train'")
        step = NextStep("No sentence is in dev to measure on: move a share of train there.", "corpus")
        assert find_next_step(project) == step
    with project_with_run(tmp_path / "run.spandesk") as project:
        assert find_next_step(project).place == "inspect"
        project.corrections.correct(project.sentences.by_id("news-3").number, ())
        assert find_next_step(project) == NextStep("1 sentence corrected since run 1: retrain.", "train")
        project.runs.end(add_run(project, {}), "stopped")
        assert find_next_step(project).place == "train", "a run that was stopped is none to build on"
