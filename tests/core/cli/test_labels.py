"""What `labels` prints and does, in this process."""

import json

import pytest

from core.cli.commands import run
from core.domain.spans import Span
from core.store.project import open_project
from tests.building import project_with_sentences


@pytest.fixture
def folder(tmp_path):
    project_with_sentences(tmp_path / "p.spandesk").close()
    return tmp_path / "p.spandesk"


def document(folder, capsys, *arguments):
    assert run(["labels", str(folder), *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_labels_are_listed_with_their_spans_in_each_split(folder, capsys):
    listed = document(folder, capsys)
    assert listed["changed"] == 0
    assert listed["labels"]["LC"] == {"train": 2, "dev": 1, "test": 1}
    assert len(listed["labels"]) == 15


def test_several_changes_at_once(folder, capsys):
    listed = document(
        folder, capsys, "--add", "X", "--rename", "LC=PLACE", "--rename", "PS=PER", "--merge", "TI=DT", "--delete", "TM"
    )
    assert listed["changed"] == 4 + 3 + 1
    assert listed["labels"]["PLACE"] == {"train": 2, "dev": 1, "test": 1}
    assert listed["labels"]["DT"] == {"train": 1, "dev": 3, "test": 0}
    assert listed["labels"]["X"] == {"train": 0, "dev": 0, "test": 0}
    assert not {"LC", "PS", "TI", "TM"} & set(listed["labels"])
    with open_project(folder) as project:
        assert project.sentences.by_id("talk-1").gold == (Span(0, 2, "PER"), Span(6, 11, "DT"))
        assert project.problems() == []


def test_people_read_a_table(folder, capsys):
    assert run(["labels", str(folder), "--rename", "LC=PLACE"]) == 0
    printed = capsys.readouterr()
    assert "PLACE         2         1         1" in printed.out
    assert printed.err == "4 sentences changed\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--delete", "LC"], "4 gold spans"),
        (["--rename", "LC=OG"], "merge into it instead"),
        (["--merge", "LC=NOPE"], "not in the tag set"),
    ],
)
def test_what_cannot_be_done_is_reported_in_one_line(folder, capsys, arguments, words):
    assert run(["labels", str(folder), *arguments]) == 1
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1


def test_half_a_pair_is_wrong_usage(folder, capsys):
    with pytest.raises(SystemExit, match="2"):
        run(["labels", str(folder), "--rename", "LC"])
    assert "is not of the form A=B" in capsys.readouterr().err
