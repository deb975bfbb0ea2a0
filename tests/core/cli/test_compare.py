"""What `compare` prints, in this process."""

import json

import pytest

from core.cli.commands import run
from tests.building import FIRST_EPOCH, SECOND_EPOCH, add_run, project_with_run


@pytest.fixture
def folder(tmp_path):
    with project_with_run(tmp_path / "p.spandesk") as project:
        add_run(project, SECOND_EPOCH)
        add_run(project, {"news-5": ()})
    return tmp_path / "p.spandesk"


def test_the_document_contains_scores_and_the_fates_of_errors(folder, capsys):
    assert run(["compare", str(folder), "1:1", "1:2", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["before"], document["after"]) == ({"run": 1, "epoch": 1}, {"run": 1, "epoch": 2})
    assert document["sentences"] == len(FIRST_EPOCH)
    assert document["scores"]["OG"]["f1"]["change"] == 1
    assert document["scores"]["micro"]["recall"]["before"] == pytest.approx(2 / 7)
    counts = {(row["fate"], row["label"], row["outcome"]): row["count"] for row in document["errors"]}
    assert counts["broken", "QT", "spurious"] == 1
    assert counts["kept", "TI", "edge"] == 1


@pytest.mark.parametrize(("after", "epoch"), [("1", 2), ("1:best", 2), ("2", 1)])
def test_an_epoch_is_named_by_its_run(folder, capsys, after, epoch):
    assert run(["compare", str(folder), "1:1", after, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["after"] == {"run": int(after[0]), "epoch": epoch}


def test_people_read_a_table_of_changes_and_one_of_fates(folder, capsys):
    assert run(["compare", str(folder), "1:1", "1:2"]) == 0
    scores, fates = capsys.readouterr().out.split("* significant:")
    assert "micro avg    +0.3500 [+0.000, +0.800]    +0.5714*[+0.143, +1.000]" in scores
    assert "     all         5         1         1" in fates
    assert "not the training: another seed changes the scores, too" in fates


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["1:1", "3"], "no predictions on the same dev sentences"),
        (["1:1", "4"], "no run 4"),
        (["1:9", "1"], "run 1 has no epoch 9; it has 1–2"),
    ],
)
def test_what_cannot_be_compared_is_reported_in_one_line(folder, capsys, arguments, words):
    assert run(["compare", str(folder), *arguments]) == 1
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1
