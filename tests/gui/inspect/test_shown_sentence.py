"""The window suggests for the pool what the command line does."""

import json

import pytest

from core.cli.commands import run
from core.domain.spans import Sentence
from core.services.source_choice import find_newest
from core.store.predictions import EpochKey
from core.store.project import open_project
from gui.context import Context
from gui.inspect.shown_sentence import shown_sentences
from tests.building import FIRST_EPOCH, SECOND_EPOCH, add_run, add_sentences, predicted, project_with_sentences


def build(folder):
    """Runs 1 and 2, the last of whose epochs has tagged dev alone, and the dictionaries 3 and 4."""
    with project_with_sentences(folder) as project:
        add_sentences(project, [("pool", Sentence.unchecked("p1", "나리는 부산에 산다", ()))])
        project.database.write("UPDATE sentence SET judged = 'no' WHERE split = 'pool'")
        number = project.sentences.by_id("p1").number
        for _ in range(2):
            add_run(project, FIRST_EPOCH, SECOND_EPOCH)
        dictionaries = [project.sources.add("dictionary", name, {}) for name in ("a", "b")]
        keys = [EpochKey(1, 2), EpochKey(2, 1), *(project.sources.open_version(each, "x") for each in dictionaries)]
        for key, (start, end) in zip(keys, [(0, 1), (0, 2), (0, 3), (4, 6)], strict=True):
            project.predictions.save(key, {number: predicted((start, end, "PS", 0.9))})


@pytest.mark.parametrize(
    ("change", "order", "source"),
    [
        (lambda sources: None, "random", 2),
        (lambda sources: None, "dictionary", 4),
        (lambda sources: sources.suggest_with(1), "dictionary", 1),
        (lambda sources: sources.suggest_with(3), "random", 3),
        (lambda sources: sources.remove(2), "random", 1),
        (lambda sources: sources.remove(2, "weights"), "random", 2),
        (lambda sources: (sources.remove(1), sources.remove(2)), "random", 4),
        (lambda sources: (sources.suggest_with(4), sources.remove(4)), "dictionary", 3),
    ],
)
def test_window_and_command_line_suggest_the_same(tmp_path, capsys, change, order, source):
    folder = tmp_path / "p.spandesk"
    build(folder)
    with open_project(folder) as project:
        change(project.sources)
    assert run(["pool", str(folder), "--next", "1", "--order", order]) == 0
    row = json.loads(capsys.readouterr().out)
    with open_project(folder) as project:
        key, batch = find_newest(project), project.batches.newest()
        context = Context() if key is None else Context(key.source, key.epoch)
        [shown] = shown_sentences(project, context, [batch.entries[0].sentence], batch=batch.number)
        assert row["source"] == source
        assert shown.suggested_by == {1: "run 1, epoch 2", 2: "run 2, epoch 1", 3: "a", 4: "b"}[source]
        assert [[*vars_of(each)] for each in shown.predicted] == row["spans"]


def vars_of(predicted_span):
    span = predicted_span.span
    return span.start, span.end, span.label, predicted_span.probability
