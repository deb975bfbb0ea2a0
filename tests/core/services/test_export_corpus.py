"""Exports: where they may go, and that one that is stopped leaves the file as it was."""

import pytest

from core.domain.errors import UserError
from core.domain.generators import run_to_end, yield_reports
from core.services.export_corpus import ExportReport, export_corpus
from tests.building import project_with_sentences


@pytest.fixture
def project(tmp_path):
    with project_with_sentences(tmp_path / "p.spandesk") as project:
        yield project


def test_an_export_that_is_stopped_leaves_the_file_as_it_was(project, tmp_path, monkeypatch):
    monkeypatch.setattr("core.services.export_corpus._REPORT_EVERY", 2)
    path = tmp_path / "out.jsonl"
    path.write_text("older", encoding="utf-8")
    work = yield_reports(lambda report: export_corpus(project, path, "auto", None, "corrected", report))
    assert next(work) == 2
    work.close()
    assert path.read_text(encoding="utf-8") == "older"
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".")] == []
    work = yield_reports(lambda report: export_corpus(project, path, "auto", None, "corrected", report))
    assert run_to_end(work) == ExportReport(7)


def test_no_export_goes_into_the_folder_of_a_project(project, tmp_path):
    database = project.folder / "project.db"
    (tmp_path / "link.jsonl").symlink_to(database)
    (tmp_path / "folder").symlink_to(project.folder)
    (project.folder / "out.jsonl").symlink_to(tmp_path / "outside.jsonl")
    inside = (database, project.folder / "runs" / "a.jsonl", project.folder / "out.jsonl")
    for path in (*inside, tmp_path / "link.jsonl", tmp_path / "folder" / "a.jsonl"):
        with pytest.raises(UserError, match="is in the folder of a project"):
            export_corpus(project, path, "jsonl", None, "corrected")
    assert project.problems() == []
    assert export_corpus(project, tmp_path / "a.jsonl", "jsonl", None, "corrected").sentences == 7
