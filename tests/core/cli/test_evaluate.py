"""What `evaluate` prints, in this process."""

import json
import signal

import pytest

from core.cli.commands import run
from core.metrics.comparison import compare_spans
from core.metrics.confusion import build_confusion, count_error_kinds
from core.metrics.strict import klue_figures
from core.store.gold.reviews import JudgementContext
from core.store.predictions import EpochKey
from core.store.project import open_project
from core.store.sentence_selection import ALL_ERRORS, Selection
from tests.building import project_with_run

FIRST = EpochKey(1, 1)


@pytest.fixture(autouse=True)
def default_signals():
    """The command line takes over SIGTERM; give it back."""
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def folder(tmp_path):
    project_with_run(tmp_path / "p.spandesk").close()
    return tmp_path / "p.spandesk"


def printed(capsys, *arguments):
    assert run([*map(str, arguments)]) == 0
    return capsys.readouterr().out


def test_the_document_contains_scores_klues_figures_errors_and_confusion(folder, capsys):
    document = json.loads(printed(capsys, "evaluate", folder, "--epoch", 1, "--json"))
    with open_project(folder) as project:
        matches = project.predictions.matches(FIRST, "dev", "corrected")
        figures = klue_figures(project.predictions.examples(FIRST, "dev", "corrected"))
    assert list(document) == [
        *("run", "epoch", "split", "gold", "sentences"),
        *("micro", "macro", "weighted", "labels", "klue", "errors", "confusion", "lacking"),
    ]
    assert document["klue"] == figures.as_json()
    assert document["errors"] == {label: kinds.as_json() for label, kinds in count_error_kinds(matches).items()}
    assert document["confusion"] == build_confusion(matches).as_json()


def test_the_text_ends_with_klues_figures_and_the_kinds_of_errors(folder, capsys):
    lines = printed(capsys, "evaluate", folder, "--epoch", 1).splitlines()
    assert lines[-10] == "KLUE: entity macro F1 0.2333, character macro F1 0.3388"
    assert lines[-8].split() == ["right", "edge", "type", "both", "missed", "spurious"]
    assert [line.split() for line in lines[-6:]] == [
        ["PS", "1", "1", "0", "0", "0", "0"],
        ["LC", "1", "0", "0", "0", "0", "0"],
        ["OG", "0", "0", "1", "0", "0", "1"],
        ["DT", "0", "0", "0", "0", "2", "0"],
        ["TI", "0", "0", "0", "0", "1", "0"],
        ["all", "2", "1", "1", "0", "3", "1"],
    ]


def test_verdicts_in_the_random_order_add_a_key_and_a_line(folder, capsys):
    before = json.loads(printed(capsys, "evaluate", folder, "--epoch", 1, "--json"))
    with open_project(folder) as project:
        order = project.selections.numbers(Selection(outcomes=ALL_ERRORS, order="random"), FIRST, "corrected")
        for stored in project.sentences.by_number(order):
            for comparison in compare_spans(stored.gold, project.predictions.of(FIRST, [stored.number])[stored.number]):
                if comparison.is_error:
                    project.reviews.judge(stored.number, FIRST, comparison, "model", JudgementContext(sampled=True))
    document = json.loads(printed(capsys, "evaluate", folder, "--epoch", 1, "--json"))
    said = document.pop("verdicts")
    assert document == before
    assert (said["model"], said["gold"], said["ambiguous"], said["sentences"], said["of_sentences"]) == (6, 0, 0, 4, 4)
    assert said["adjusted_f1"]["value"] == pytest.approx(before["micro"]["f1"])
    last = printed(capsys, "evaluate", folder, "--epoch", 1).splitlines()[-1]
    assert last.startswith("By 6 verdicts in 4 sampled sentences, 0.0% (0.0%–0.0%) of 6 errors are gold errors")
    assert "verdicts" not in json.loads(printed(capsys, "evaluate", folder, "--epoch", 2, "--json"))
