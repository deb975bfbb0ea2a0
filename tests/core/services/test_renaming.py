"""Rename a label between two trainings, by the command line: no score falls and no dev sentence moves (files F01)."""

import json

import pytest

from core.cli.commands import run

PLACES = [{"id": f"a{n}", "text": f"부산 {n}번 길", "label": [[0, 2, "LC"]]} for n in range(6)]
PERSONS = [{"id": f"b{n}", "text": f"나리 {n}번 손님", "label": [[0, 2, "PS"]]} for n in range(6)]
TRAIN = ["--encoder", "tiny", "--epochs", "12", "--batch-size", "2", "--learning-rate", "0.003"]


def result(capsys, *words):
    capsys.readouterr()
    assert run([str(word) for word in words]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("change", ["--rename LC=LOC", "--merge LC=OG"])
def test_after_a_rename_or_merge_no_score_falls_and_the_next_training_moves_nothing(tmp_path, capsys, change):
    corpus, project = tmp_path / "c.jsonl", tmp_path / "p.spandesk"
    corpus.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in [*PLACES, *PERSONS]))
    result(capsys, "import", project, corpus, "--dev-ratio", "0.5")
    result(capsys, "train", project, *TRAIN)
    new = change.partition("=")[2]

    def score(gold, run_number=1):
        said = result(capsys, "evaluate", project, "--run", run_number, "--gold", gold, "--json")
        document = json.loads(said)
        return document["micro"], document["labels"]

    before, labels = score("corrected")
    assert before["f1"] > 0.9
    result(capsys, "labels", project, *change.split())
    for gold in ("corrected", "imported"):
        micro, renamed = score(gold)
        assert micro == before
        assert renamed[new] == labels["LC"]
        assert "LC" not in renamed
    events = [json.loads(line) for line in result(capsys, "train", project, *TRAIN, "--json").splitlines()]
    [started] = [event for event in events if event["event"] == "started"]
    assert (started["train_sentences"], started["dev_sentences"], started["moved"]) == (6, 6, 0)
    assert {name for gold in ("corrected", "imported") for name in score(gold, 2)[1]} == {new, "PS"}
    assert score("imported", 2)[0] == score("corrected", 2)[0]
    [line] = result(capsys, "predict", project, "--run", 1, "--text", "부산 3번 길").splitlines()
    assert new in line
    assert "LC" not in line
    assert "nothing is damaged" in result(capsys, "check", project)


def test_training_on_from_a_run_keeps_what_it_knows_of_a_renamed_label(tmp_path, capsys):
    corpus, project = tmp_path / "c.jsonl", tmp_path / "p.spandesk"
    corpus.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in [*PLACES, *PERSONS]))
    result(capsys, "import", project, corpus, "--dev-ratio", "0.5")
    result(capsys, "train", project, *TRAIN)
    result(capsys, "labels", project, "--rename", "LC=LOC")
    again = ["--from-run", 1, "--epochs", 1, "--learning-rate", "1e-9", "--batch-size", 2]
    result(capsys, "train", project, *again)
    document = json.loads(result(capsys, "evaluate", project, "--run", 2, "--json"))
    assert document["micro"]["f1"] > 0.9
