"""A blind batch: ids and texts of a drawn sample and nothing else; it comes back as a person's source."""

import json

import pytest

from core.cli.commands import run
from core.domain.errors import UserError
from core.domain.generators import run_to_end
from core.domain.spans import Span
from core.services.add_source import SourcePlan, add_file_source
from core.services.blind_batch import BlindPlan, export_blind
from core.services.import_corpus import ImportPlan, import_corpus
from core.services.source_report import describe_source_report
from core.store.predictions import EpochKey
from core.store.project import create_project, open_project

RECORDS = [
    {
        "id": f"n-{at}",
        "text": text,
        "label": [[0, 2, "PS"]],
        "document": "비밀문서",
        "annotator": "가온",
        "meta": {"label": "사회면", "score": 0.75},
        "comments": "나리=PS 0-2",
    }
    for at, text in enumerate(
        ("나리는 부산에 산다", "다온은 여수에 갔다", "라온이 왔다", "마루가 잤다", "나리는 부산에 산다")
    )
]
SECRETS = ("PS", "LC", "비밀문서", "가온", "사회면", "0.75", "0-2", "meta", "comments", "쪽지", "model", "나리=")


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "PS 비밀.jsonl"
    path.write_text("\n".join(json.dumps(each, ensure_ascii=False) for each in RECORDS), encoding="utf-8")
    with create_project(tmp_path / "p.spandesk") as project:
        run_to_end(import_corpus(project, ImportPlan((path,), "dev")))
        for stored in list(project.sentences.each("dev")):
            project.reviews.note(stored.number, "쪽지")
        project.corrections.correct(project.sentences.by_id("n-1").number, [Span(4, 6, "LC")])
    return tmp_path / "p.spandesk"


@pytest.mark.parametrize("name", ["batch.jsonl", "batch.json", "batch.txt"])
def test_nothing_but_ids_and_texts_is_handed_out(folder, tmp_path, name):
    with open_project(folder) as project:
        export_blind(project, tmp_path / name, BlindPlan(4))
    written = (tmp_path / name).read_text(encoding="utf-8")
    assert [secret for secret in SECRETS if secret in written] == []
    assert all(str(place) not in written for place in ([0, 2], [4, 6]))
    assert "라온이 왔다" in written


def test_the_draw_is_repeatable_shuffled_and_shows_no_text_twice(folder, tmp_path, capsys):
    def draw(count, seed):
        path = tmp_path / "batch.jsonl"
        arguments = ["export", str(folder), str(path), "--blind", str(count), "--seed", str(seed), "--json"]
        assert run(arguments) == 0
        report = json.loads(capsys.readouterr().out)
        assert (report["seed"], report["split"]) == (seed, "dev")
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        assert all(row.keys() == {"id", "text"} for row in rows)
        return [row["id"] for row in rows], report["warnings"]

    ids, warnings = draw(9, 1)
    assert sorted(ids) == ["n-0", "n-1", "n-2", "n-3"]
    assert warnings == ["There are only 4 different texts in dev."]
    assert draw(2, 1)[0] == ids[:2]
    assert len({tuple(draw(9, seed)[0]) for seed in range(6)}) > 1


def test_what_comes_back_is_a_persons_source_and_what_does_not_is_listed(folder, tmp_path):
    path = tmp_path / "batch.jsonl"
    with open_project(folder) as project:
        export_blind(project, path, BlindPlan(3, seed=2))
        drawn = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        other = next(each for each in RECORDS if each["id"] not in {row["id"] for row in drawn})
        drawn[0]["spans"], drawn[1]["spans"] = [[0, 2, "PS"]], []
        stray = {"id": other["id"], "text": other["text"], "spans": []}
        lines = [json.dumps(each, ensure_ascii=False) for each in [*drawn, stray]]
        path.write_text("\n".join(lines), encoding="utf-8")
        report = run_to_end(add_file_source(project, SourcePlan(path, "person", "나리")))
        assert (report.sentences, report.spans, report.not_judged) == (3, 1, 1)
        notices = describe_source_report(report)
        assert f"1 sentence of the blind batch did not come back with a judgement: {drawn[2]['id']}." in notices[1]
        assert f"1 sentence was not in the blind batch: {other['id']}." in notices[1]
        said = project.predictions.of(EpochKey(1, 1), [project.sentences.by_id(drawn[1]["id"]).number])
        assert [*said.values()] == [()], "judged: no entity"
        assert project.batches.newest() is None, "it is nothing to be labelled here"
        assert project.problems() == []


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        (["--format", "klue", "--blind", "2"], "a blind batch can be written as .jsonl (jsonl)"),
        (["--blind", "0"], "at least 1 sentence"),
        (["--blind", "2", "--split", "test"], "there is no sentence in test to hand out"),
        (["--blind", "2", "--with", "notes"], "leave out --patch, --with and --gold"),
        (["--seed", "2"], "give --blind N as well"),
    ],
)
def test_what_cannot_be_handed_out_is_refused(folder, tmp_path, capsys, more, reason):
    assert run(["export", str(folder), str(tmp_path / "b.jsonl"), *more]) == 1
    assert reason in capsys.readouterr().err
    assert not (tmp_path / "b.jsonl").exists()


def test_a_batch_is_not_written_into_a_project(folder):
    with open_project(folder) as project, pytest.raises(UserError):
        export_blind(project, folder / "batch.jsonl", BlindPlan(1))
