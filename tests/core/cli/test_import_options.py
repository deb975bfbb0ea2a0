"""What `import` offers for labels that the tag set lacks, and how names with a comma are given."""

import json

import pytest

from core.cli.commands import run
from core.store.project import open_project


@pytest.fixture
def imported(tmp_path, capsys):
    """Imports a sentence for each label, by command; returns what is printed on stderr."""

    def imported(*labels, options=()):
        file = tmp_path / "a.jsonl"
        records = [{"text": f"나리는 {n}", "label": [[0, 2, label]]} for n, label in enumerate(labels)]
        file.write_text("\n".join(json.dumps(record) for record in records), encoding="utf-8")
        run(["import", str(tmp_path / "p.spandesk"), str(file), *options])
        return capsys.readouterr().err

    return imported


def test_what_is_offered_can_be_used_as_it_is_also_with_commas(tmp_path, imported):
    assert """--add-labels '"a, b",사람 이름' or""" in imported("a, b", "사람 이름")
    imported("a, b", "사람 이름", options=("--add-labels", '"a, b",사람 이름'))
    with open_project(tmp_path / "p.spandesk") as project:
        assert {"a, b", "사람 이름"} <= set(project.sentences.labels())


def test_what_cannot_be_a_label_is_not_offered_to_be_added(imported):
    assert "use --map LABEL=OTHER." in imported("x" * 65)
    assert "--add-labels X or" in imported("x" * 65, "X")


def test_a_thousand_labels_are_not_a_line_of_options(imported):
    said = imported(*(f"L{n}" for n in range(1000)))
    assert "--add-labels" not in said
    assert max(map(len, said.splitlines())) < 1000


def test_a_label_that_the_project_renamed_is_offered_to_be_mapped_to_what_it_is_now(tmp_path, imported, capsys):
    imported("PS", "LC")
    project = str(tmp_path / "p.spandesk")
    run(
        [
            "labels",
            project,
            "--rename",
            "PS=PER",
            "--rename",
            "LC=PLACE",
            "--rename",
            "PLACE=a place",
            "--merge",
            "TI=DT",
        ]
    )
    capsys.readouterr()
    offer = "To import them with the names that their labels have here now, use"
    said = imported("PS", "PS_NAME", "LC", "TI", "X")
    assert f"{offer} --map PS=PER --map PS_NAME=PER --map 'LC=a place' --map TI=DT." in said
    assert "To import them, use --add-labels X or --map LABEL=OTHER." in said
    assert "the label PS became PER in this project; map it on import" in said
    assert f"{offer} --map PS=PER." in imported("PS", "X", options=("--dry-run",))
    assert "--add-labels" not in imported("PS", options=("--dry-run",))
    run(["labels", project, "--rename", "TM=Q"])
    run(["labels", project, "--delete", "Q"])
    assert "--add-labels TM or" in imported("TM")
    assert "--map" not in imported("PS", "TI", options=("--map", "PS=PER", "--map", "TI=DT"))
