"""`predict` in this process and, launched by accelerate, in two."""

import json
import os
import re
import subprocess
import sys
import threading

import pytest

from core.cli.output import Output
from core.cli.parser import parse_arguments
from core.cli.predict import predict
from core.domain.errors import UserError
from core.domain.generators import run_to_end
from core.formats.records import Text
from core.formats.registry import read_texts
from core.model.checkpoint import save
from core.services.import_corpus import ImportPlan, import_corpus
from core.services.predict import BLOCK
from core.store.project import open_for_import
from tests.building import project_with_run
from tests.core.cli.launching import LAUNCH
from tests.core.formats.parquet_files import damaged
from tests.core.toy_models import SENTENCES, text_tagger_of
from tests.paths import MAIN


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project whose run has the weights of an untrained tagger, which finds spans everywhere."""
    folder = tmp_path_factory.mktemp("predict") / "p.spandesk"
    with project_with_run(folder) as store:
        save(text_tagger_of(), store.checkpoint_folder(1, 2))
    return folder


@pytest.fixture
def corpus(tmp_path):
    """Six sentences with ids, and among them one record that is rejected."""
    path = tmp_path / "texts.jsonl"
    lines = [json.dumps({"id": f"s{s.id}", "text": s.text}, ensure_ascii=False) for s in SENTENCES]
    path.write_text("\n".join([*lines[:3], '{"id": "bad", "text": 5}', *lines[3:]]), encoding="utf-8")
    return path


def run(*arguments, as_json=False):
    return predict(parse_arguments("predict", [*map(str, arguments), "--device", "cpu"]), Output(as_json))


def result(capsys, *arguments):
    """The JSON document on stdout."""
    capsys.readouterr()
    run(*arguments, as_json=True)
    return json.loads(capsys.readouterr().out)


def test_all_outputs_have_the_same_content(project, corpus, tmp_path, capsys):
    document = result(capsys, project, corpus)
    assert list(document) == ["sentences", "rejected"]
    sentences = document["sentences"]
    assert [(s["id"], s["text"]) for s in sentences] == [(f"s{s.id}", s.text) for s in SENTENCES]
    assert any(sentence["spans"] for sentence in sentences)
    reason = 'sentence bad: it has no string under "text" (or sentence, data, content)'
    assert document["rejected"] == [{"file": str(corpus), "line": 4, "reason": reason}]

    lines, rows = tmp_path / "out.jsonl", tmp_path / "out.parquet"
    for out in (lines, rows):
        written = result(capsys, project, corpus, "--out", out)
        assert written == {"file": str(out), "sentences": 6, "rejected": document["rejected"]}
    assert [json.loads(line) for line in lines.read_text(encoding="utf-8").splitlines()] == sentences
    assert list(read_texts(rows)) == [Text(s["text"], s["id"]) for s in sentences]
    again = result(capsys, project, rows)
    assert [s["text"] for s in again["sentences"]] == [s["text"] for s in sentences]
    assert [[span[:3] for span in s["spans"]] for s in again["sentences"]] == [
        [span[:3] for span in s["spans"]] for s in sentences
    ]


@pytest.mark.parametrize("name", ["out.jsonl", "out.parquet"])
def test_what_was_tagged_can_be_imported_as_not_judged(project, corpus, tmp_path, capsys, name):
    sentences = result(capsys, project, corpus)["sentences"]
    run(project, corpus, "--out", tmp_path / name)
    labels = tuple({label for sentence in sentences for *_, label, _ in sentence["spans"]})
    with open_for_import(tmp_path / "new.spandesk") as new:
        report = run_to_end(import_corpus(new, ImportPlan((tmp_path / name,), new_labels=labels)))
    assert (report.sentences, report.rejections) == (6, 0)
    assert report.spans == sum(len(sentence["spans"]) for sentence in sentences)
    assert report.tally.judged == {"no": len(sentences)}


def test_people_read_a_line_a_text_and_what_was_rejected_beside_it(project, corpus, tmp_path, capsys):
    run(project, corpus)
    said = capsys.readouterr()
    assert "[" in said.out
    assert re.sub(r"\[([^:]+):[A-Z]{2} [01]\.\d\d\]", r"\1", said.out).splitlines() == [s.text for s in SENTENCES]
    reason = 'sentence bad: it has no string under "text" (or sentence, data, content)'
    assert said.err == f"rejected: {corpus}, line 4: {reason}\n"
    run(project, corpus, "--out", tmp_path / "out.jsonl")
    assert capsys.readouterr().out == "6 sentences tagged, 1 rejected\n"


def test_several_files_are_one_stream(project, corpus, tmp_path, capsys):
    plain = tmp_path / "plain.txt"
    plain.write_text("서울에 갔다.\n", encoding="utf-8")
    document = result(capsys, project, plain, corpus, plain)
    assert [s.get("id") for s in document["sentences"]] == [None, *(f"s{s.id}" for s in SENTENCES), None]
    assert "id" not in document["sentences"][0]


def test_nothing_to_tag_is_an_empty_list(project, tmp_path, capsys):
    path = tmp_path / "bad.jsonl"
    path.write_text('{"text": ""}\n', encoding="utf-8")
    document = result(capsys, project, path)
    assert (document["sentences"], len(document["rejected"])) == ([], 1)


def test_a_problem_of_the_last_file_is_reported_before_the_first_is_tagged(project, corpus, tmp_path, capsys):
    with pytest.raises(UserError, match=r"none\.jsonl does not exist"):
        run(project, corpus, tmp_path / "none.jsonl", as_json=True)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("name", ["out.jsonl", "out.parquet"])
def test_a_failure_after_the_first_block_leaves_what_was_there(project, tmp_path, name):
    out, texts = tmp_path / name, damaged(tmp_path / "texts.parquet")
    out.write_text("old")
    with pytest.raises(UserError, match=r"texts\.parquet .* is damaged"):
        run(project, texts, "--out", out)
    assert out.read_text() == "old"
    assert sorted(tmp_path.iterdir()) == sorted([out, texts])


def launched(*arguments):
    """A command in two processes on the CPU, ended."""
    command = [*LAUNCH, "--main_process_port", "0", str(MAIN), "predict", *map(str, arguments), "--device", "cpu"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=300)


def test_two_processes_write_what_one_writes(project, tmp_path):
    texts = tmp_path / "texts.txt"
    texts.write_text("".join(f"비 {number}\n" for number in range(BLOCK + 100)), encoding="utf-8")
    run(project, texts, "--out", tmp_path / "one.jsonl")
    done = launched(project, texts, "--out", tmp_path / "two.jsonl", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"file": str(tmp_path / "two.jsonl"), "sentences": BLOCK + 100, "rejected": []}
    assert (tmp_path / "two.jsonl").read_bytes() == (tmp_path / "one.jsonl").read_bytes()


def test_an_error_of_the_main_process_ends_both_and_is_reported_once(corpus, tmp_path):
    done = launched(tmp_path / "none.spandesk", corpus, "--out", tmp_path / "out.jsonl")
    assert done.returncode == 1
    assert [line for line in done.stderr.splitlines() if line.startswith("error: ")] == [
        f"error: no project was found at {tmp_path}/none.spandesk; check the path, or import a corpus to create one"
    ]
    assert list(tmp_path.iterdir()) == [corpus]


def test_records_with_broken_gold_are_tagged(project, tmp_path, capsys):
    path = tmp_path / "a.jsonl"
    golds = ('"spans": [{"start": 0}]', '"label": [[0, 2, "PS"], [0, 99, "LC"]]', '"label": null', '"ner": "x"')
    path.write_text("".join(f'{{"text": "나리는 부산에 산다", {gold}}}\n' for gold in golds), encoding="utf-8")
    document = result(capsys, project, path)
    assert ([s["text"] for s in document["sentences"]], document["rejected"]) == (["나리는 부산에 산다"] * 4, [])


def test_standard_input_is_tagged(project, tmp_path):
    command = [sys.executable, str(MAIN), "predict", str(project), "-", "--json", "--device", "cpu"]
    done = subprocess.run(command, input="비\n눈\n", capture_output=True, text=True, check=True, encoding="utf-8")
    assert [s["text"] for s in json.loads(done.stdout)["sentences"]] == ["비", "눈"]


def test_nothing_is_written_into_a_project(project, corpus):
    with pytest.raises(UserError, match="is in the folder of a project"):
        run(project, corpus, "--out", project / "project.db")


def test_a_pipe_gets_the_tagged_texts_and_stays_a_pipe(project, corpus, tmp_path):
    pipe, read = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: read.append(pipe.read_text(encoding="utf-8")))
    reader.start()
    run(project, corpus, "--out", pipe)
    reader.join()
    assert [json.loads(line)["id"] for line in read[0].splitlines()] == [f"s{s.id}" for s in SENTENCES]
    assert pipe.is_fifo()
