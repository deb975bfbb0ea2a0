"""`crosscheck` as scripts use it."""

import json

import pytest

from core.cli import commands
from core.store.project import open_project
from tests.building import add_sentences, project_with_sentences
from tests.core.services.test_crosscheck import sentences

QUICK = ("--encoder", "tiny", "--epochs", "1", "--device", "cpu", "--folds", "2")


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "p.spandesk"
    with project_with_sentences(folder) as project:
        add_sentences(project, [("train", sentence) for sentence in sentences()])
    return folder


def test_events_result_and_what_scripts_do_next(folder, capsys):
    assert commands.run(["crosscheck", str(folder), *QUICK, "--seed", "3", "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["event"] for line in lines if line["event"] != "progress"] == ["started", "finished"]
    assert lines[0]["train_sentences"] == 21
    result = lines[-1]
    assert (result["run"], result["status"], result["folds"], result["epoch"]) == (1, "finished", 2, 1)
    assert 0 < result["doubted"] <= result["sentences"] == 21
    assert commands.run(["evaluate", str(folder), "--run", "1", "--split", "train", "--json"]) == 0
    evaluation = json.loads(capsys.readouterr().out)
    assert evaluation["sentences"] == 21
    assert evaluation["micro"] == result["metrics"]["micro"]
    assert commands.run(["runs", str(folder)]) == 0
    assert "cross-check of train in 2 folds" in capsys.readouterr().out
    assert commands.run(["check", str(folder), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"ok": True, "problems": []}


_PREDICT = ["predict", "--text", "세종"]


@pytest.mark.parametrize("command", [["evaluate"], _PREDICT, ["evaluate", "--run", "1"], [*_PREDICT, "--run", "1"]])
def test_what_needs_weights_or_dev_says_so(folder, capsys, command):
    assert commands.run(["crosscheck", str(folder), *QUICK]) == 0
    name, *rest = command
    assert commands.run([name, str(folder), *rest]) == 1
    error = capsys.readouterr().err.splitlines()[-1]
    assert "run 1 is a cross-check" in error if "--run" in command else "no trained run yet" in error


def test_options_are_settings_of_the_run(folder, capsys):
    assert commands.run(["crosscheck", str(folder), *QUICK, "--limit", "12", "--unit", "syllable"]) == 0
    assert "run 1 finished" in capsys.readouterr().out
    with open_project(folder) as project:
        run = project.runs.by_number(1)
        assert (run.settings.unit, run.settings.limit, run.settings.folds) == ("syllable", 12, 2)
        assert run.train_sentences == 12


def test_one_fold_is_refused(folder, capsys):
    assert commands.run(["crosscheck", str(folder), "--folds", "1"]) == 1
    assert "folds is 1" in capsys.readouterr().err
