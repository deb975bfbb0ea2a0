"""What `move` prints and does, in this process."""

import json

import pytest

from core.cli.commands import run
from core.store.project import open_project
from tests.building import project_with_run


@pytest.fixture
def folder(tmp_path):
    with project_with_run(tmp_path / "p.spandesk") as project:
        project.sentences.add("train", [], "scratch")
        project.database.write("UPDATE sentence SET import = 1 WHERE id LIKE 'talk-%'")
    return tmp_path / "p.spandesk"


def document(folder, capsys, *arguments):
    assert run(["move", str(folder), *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_without_a_section_it_lists_where_sentences_are(folder, capsys):
    listed = document(folder, capsys)
    assert listed["sections"] == {"train": 2, "dev": 4, "test": 1, "pool": 0, "aside": 0, "deleted": 0}
    assert listed["imports"] == [{"number": 1, "file": "scratch", "sentences": 2, "left": 2}]
    assert run(["move", str(folder)]) == 0
    assert "import 1: scratch, 2 sentences, 2 not deleted" in capsys.readouterr().out


def test_an_import_is_dropped_listed_and_brought_back(folder, capsys):
    moved = document(folder, capsys, "--import", "1", "--to", "deleted")
    assert (moved["moved"], moved["sections"]["deleted"]) == (2, 2)
    assert moved["losses"] == [{"run": 1, "sentences": 2}]
    listed = document(folder, capsys, "--split", "deleted")["sentences"]
    assert [(each["id"], each["section"]) for each in listed] == [("talk-1", "deleted"), ("talk-2", "deleted")]
    assert document(folder, capsys)["imports"][0]["left"] == 0
    assert run(["move", str(folder), "--split", "deleted", "--to", "back"]) == 0
    assert capsys.readouterr().out == "2 sentences moved\n"
    assert document(folder, capsys)["sections"]["dev"] == 4


def test_a_sentence_is_set_aside_with_a_reason_by_its_author(folder, capsys, monkeypatch):
    monkeypatch.setenv("SPANDESK_AUTHOR", "지민")
    assert run(["move", str(folder), "--sentence", "news-3", "news-1", "--to", "aside", "--reason", "번역투"]) == 0
    assert capsys.readouterr().err == "warning: Run 1 is measured on 1 dev sentence less.\n"
    assert run(["move", str(folder), "--split", "aside"]) == 0
    assert capsys.readouterr().out.splitlines()[1].startswith("news-3  aside  번역투  세종은")
    assert run(["correct", str(folder), "--sentence", "news-4", "--spans", "[]", "--author", "현우"]) == 0
    with open_project(folder) as project:
        assert project.database.rows("SELECT author FROM correction") == [("지민",), ("현우",)]
        assert project.problems() == []


def test_what_nobody_judged_becomes_gold_only_where_a_person_says_so(folder, capsys):
    with open_project(folder) as project:
        project.database.write("UPDATE sentence SET split = 'pool', judged = 'no' WHERE split = 'dev'")
    assert run(["move", str(folder), "--split", "pool", "--to", "dev"]) == 1
    assert "4 of them were judged by nobody; --as-gold takes their gold" in capsys.readouterr().err
    assert document(folder, capsys, "--split", "pool", "--to", "dev", "--as-gold")["sections"]["dev"] == 4


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--split", "pool", "--to", "dev"], "there are no sentences to move"),
        (["--sentence", "news-1", "--to", "back"], "Nothing to bring back: none of them is set aside or deleted."),
        (["--sentence", "news-1", "--to", "train"], "Nothing to move: all of them are in train already."),
    ],
)
def test_why_nothing_moved_is_said(folder, capsys, arguments, reason):
    assert run(["move", str(folder), *arguments]) == 0
    assert capsys.readouterr() == ("0 sentences moved\n", f"warning: {reason}\n")


def test_a_share_is_drawn_by_its_seed(folder, capsys):
    moved = document(folder, capsys, "--split", "dev", "--share", "0.5", "--seed", "3", "--to", "train")
    assert (moved["moved"], moved["sections"]["dev"], moved["losses"]) == (2, 2, [{"run": 1, "sentences": 2}])


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["--to", "aside"], "choose the sentences to move by --sentence, --import or --split"),
        (["--share", "0.5"], "--share is a share of a split"),
        (["--import", "9"], "the project has no import 9"),
        (["--sentence", "none"], "the project has no sentence with the id none"),
        (["--split", "dev", "--share", "2"], "must be above 0 and at most 1"),
    ],
)
def test_wrong_choices_are_named(folder, capsys, arguments, error):
    assert run(["move", str(folder), *arguments]) == 1
    assert error in capsys.readouterr().err
