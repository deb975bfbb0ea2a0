"""All sources in one list: what each is, what it tagged, how good it is on dev, and what it takes on disk."""

import json

import pytest

from core.domain.generators import run_to_end
from core.services.add_source import SourcePlan, add_file_source
from core.services.gold_reading import Rules
from core.services.preview_source import preview_source
from core.services.source_list import list_sources, measure_folder
from core.store.predictions import EpochKey
from tests.building import TEXTS, project_with_run

RECORDS = [
    {"id": "news-3", "text": TEXTS[2][2], "spans": [[0, 2, "PS"], [4, 9, "DT"]]},
    {"id": "77", "text": TEXTS[3][2], "spans": [[0, 4, "ORG"]]},
    {"id": "talk-1", "text": "다른 글", "spans": []},
]


@pytest.fixture
def project(tmp_path):
    with project_with_run(tmp_path / "p.spandesk") as project:
        yield project


@pytest.fixture
def plan(tmp_path):
    path = tmp_path / "가온.jsonl"
    path.write_text("\n".join(json.dumps(record, ensure_ascii=False) for record in RECORDS), encoding="utf-8")
    return SourcePlan(path, "person", rules=Rules((("ORG", "OG"),)))


def test_runs_and_files_are_measured_alike(project, plan):
    report = run_to_end(add_file_source(project, plan))
    folder = project.checkpoint_folder(1, 1)
    folder.mkdir(parents=True)
    (folder / "weights").write_bytes(b"0" * 1000)
    run, person = list_sources(project)
    assert (run.source.kind, run.epochs, run.best, run.sentences, run.size) == (
        "training",
        (1, 2),
        EpochKey(1, 2),
        4,
        1000,
    )
    assert run.best_f1 == project.runs.epochs(1)[1].report.corrected.micro.f1
    assert (person.source.heading, person.run, person.newest, person.sentences) == ("가온", None, report.key, 2)
    assert person.best_f1 == pytest.approx(2 * 3 / (3 + 4)), "three of the four gold spans of both sentences"
    assert measure_folder(folder / "none") == 0


def test_what_has_no_predictions_for_dev_has_no_figure(project):
    project.database.write("UPDATE sentence SET split = 'train'")
    [run] = list_sources(project)
    assert (run.best_f1, run.judged["dev"], run.sentences) == (None, 0, 4)


def test_a_preview_counts_what_matches_by_id_by_text_and_not_at_all(project, plan):
    found = run_to_end(preview_source(project, plan))
    [file] = found.file.files
    assert (found.by_id, found.by_text, found.unmatched, found.is_whole) == (1, 1, 1, True)
    assert dict(file.labels) == {"PS": 1, "DT": 1, "ORG": 1}
    assert [each.id for each in file.first] == ["news-3", "news-4"]
    assert file.rejections == 1
    unmapped = run_to_end(preview_source(project, SourcePlan(plan.path, "person")))
    assert unmapped.file.files[0].rejections == 2, "ORG is not in the tag set"
    assert run_to_end(preview_source(project, SourcePlan(plan.path.with_name("none.txt")))).file.files[0].problem
    assert len(project.sources.list_all()) == 1, "a preview stores nothing"
