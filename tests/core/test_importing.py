"""Imports: all or nothing, several plans at once, labels of one's own."""

import pytest

from core.errors import UserError
from core.importing import ImportPlan, importing
from tests.building import project_with_sentences


@pytest.fixture
def project(tmp_path):
    with project_with_sentences(tmp_path / "p.spandesk") as project:
        yield project


@pytest.fixture
def corpora(tmp_path):
    """Two files of three and of two sentences."""
    paths = []
    for name, count in (("one", 3), ("two", 2)):
        path = tmp_path / f"{name}.jsonl"
        lines = [f'{{"id": "{name}-{n}", "text": "서울 {n}", "label": [[0, 2, "LC"]]}}' for n in range(count)]
        path.write_text("\n".join(lines), encoding="utf-8")
        paths.append(path)
    return paths


def finished(generator):
    while True:
        try:
            next(generator)
        except StopIteration as stop:
            return stop.value


def test_every_plan_has_its_own_split_and_all_come_at_once(project, corpora):
    plans = [ImportPlan((corpora[0],), "train"), ImportPlan((corpora[1],), "test")]
    report = finished(importing(project, *plans))
    assert (report.sentences, report.spans, report.rejected) == (5, 5, ())
    assert [project.sentences.by_id(f"one-{n}").split for n in range(3)] == ["train"] * 3
    assert [project.sentences.by_id(f"two-{n}").split for n in range(2)] == ["test"] * 2
    assert [file.file for file in project.sentences.imports()] == ["one.jsonl", "two.jsonl"]


def test_an_import_that_is_closed_early_adds_nothing(project, corpora):
    generator = importing(project, ImportPlan((corpora[0],)), ImportPlan((corpora[1],)))
    next(generator)
    generator.close()
    assert project.sentences.count() == 7
    assert project.sentences.imports() == []
    assert finished(importing(project, ImportPlan((corpora[0],)))).sentences == 3


def test_one_bad_file_keeps_all_others_out(project, corpora, tmp_path):
    (tmp_path / "binary.tsv").write_bytes(b"\x00\x01\x02")
    with pytest.raises(UserError, match=r"binary\.tsv"):
        finished(importing(project, ImportPlan((*corpora, tmp_path / "binary.tsv"))))
    assert project.sentences.count() == 7


@pytest.mark.parametrize("label", ["BAD LABEL!", "", "A" * 33, "a,b"])
def test_what_is_no_label_is_refused(corpora, label):
    with pytest.raises(UserError, match="is no label"):
        ImportPlan((corpora[0],), new_labels=(label,))


@pytest.mark.parametrize("ratio", [-0.1, 1.0])
def test_what_is_no_share_is_refused(corpora, ratio):
    with pytest.raises(UserError, match="dev ratio"):
        ImportPlan((corpora[0],), dev_ratio=ratio)
