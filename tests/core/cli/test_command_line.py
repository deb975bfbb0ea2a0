"""The command line as scripts use it: processes, exit statuses, JSON on stdout."""

import json
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO

import pytest

from core.cli import commands
from core.domain.settings import TrainSettings
from core.domain.spans import Sentence, Span
from core.model.checkpoint import save
from core.store.project import open_project
from core.store.runs import training_digest
from main import main
from tests.building import FIRST_EPOCH, TEXTS, add_run, add_sentences, project_with_run, project_with_sentences
from tests.core.toy_models import text_tagger_of
from tests.paths import MAIN, SAMPLE


def in_process(*arguments, status=0):
    """The standard output of a command in a process of its own; it must end with the status."""
    command = [sys.executable, str(MAIN), *(a if isinstance(a, bytes) else str(a) for a in arguments)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == status, result.stderr
    return result.stdout if status == 0 else result.stderr


def said_by(*arguments):
    """Status, standard output and error of `main.py` with arguments, in the process of the tests."""
    words = ["main.py", *(os.fsdecode(a) if isinstance(a, bytes) else str(a) for a in arguments)]
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()) as err:
        patch.setattr(sys, "argv", words)
        try:
            status = main()
        except SystemExit as end:
            status = end.code
    return status, out.getvalue(), err.getvalue()


def run(*arguments, status=0):
    """The standard output of a command; it must end with the status."""
    ended, out, err = said_by(*arguments)
    assert ended == status, err
    return out if status == 0 else err


def document(*arguments):
    """The one JSON document that a command prints."""
    return json.loads(run(*arguments, "--json"))


def events(*arguments):
    return [json.loads(line) for line in run(*arguments, "--json").splitlines()]


@pytest.fixture(scope="session")
def klue_parts(klue_file, tmp_path_factory):
    """Files with the first 160 and the next 40 sentences of KLUE-NER."""
    folder = tmp_path_factory.mktemp("klue")
    preamble, *blocks = klue_file.read_text(encoding="utf-8").split("\n## klue-ner-v1_dev_")
    for name, part in (("train", blocks[:160]), ("dev", blocks[160:200])):
        text = preamble + "".join(f"\n## klue-ner-v1_dev_{block}" for block in part)
        (folder / f"{name}.tsv").write_text(text, encoding="utf-8")
    return folder


def test_the_loop_on_klue(klue_parts, tmp_path):
    project = tmp_path / "klue.spandesk"
    for split, sentences in (("train", 160), ("dev", 40)):
        report = document("import", project, klue_parts / f"{split}.tsv", "--split", split)
        assert (report["sentences"], report["rejected"]) == (sentences, [])
    first = events("train", project, "--encoder", "tiny", "--epochs", 2, "--seed", 7)
    assert [event["event"] for event in first if event["event"] != "progress"] == [
        "started",
        "prepared",
        "epoch",
        "epoch",
        "finished",
    ]
    assert first[-1]["run"] == 1
    assert first[-1]["metrics"]["micro"]["support"] > 0
    losses = [event["loss"] for event in first if event["event"] == "epoch"]
    assert losses[1] < losses[0]
    evaluation = document("evaluate", project, "--run", 1, "--epoch", 2)
    assert {name: evaluation[name] for name in ("micro", "macro", "weighted", "labels")} == first[-1]["metrics"]
    _correct_and_retrain(project, evaluation)


def test_the_loop_on_the_sample_with_a_limit(tmp_path):
    project = tmp_path / "sample.spandesk"
    for split in ("train", "dev"):
        assert document("import", project, SAMPLE / f"{split}.jsonl", "--split", split)["rejected"] == []
    first = events(
        "train", project, "--encoder", "tiny", "--epochs", 2, "--limit", 110, "--seed", 3, "--learning-rate", 1e-3
    )
    assert first[-1]["event"] == "finished"
    evaluation = document("evaluate", project)
    assert {name: evaluation[name] for name in ("micro", "macro", "weighted", "labels")} == first[-1]["metrics"]
    with open_project(project) as store:
        sentence = next(store.sentences.each("dev"))
    run("correct", project, "--sentence", sentence.id, "--spans", '[[0, 1, "AF"]]')
    second = events("train", project, "--from-run", 1, "--epochs", 1, "--limit", 110)
    started = next(event for event in second if event["event"] == "started")
    assert (started["moved"], started["train_sentences"], started["dev_sentences"]) == (1, 110, 109)
    with open_project(project) as store:
        trained_on = {s.id: s for s in store.runs.training_sentences(2)}
        assert trained_on[sentence.id].spans == (Span(0, 1, "AF"),)
        settings = store.runs.by_number(2).settings
    wanted = TrainSettings(epochs=1, learning_rate=1e-3, limit=110, from_run=1)
    assert settings == wanted
    assert "has the encoder tiny" in run("train", project, "--from-run", 1, "--encoder", "other/one", status=1)
    assert document("check", project) == {"ok": True, "problems": []}
    _predict_files(project, tmp_path)


def _predict_files(project, folder):
    corpus, out = folder / "to tag.jsonl", folder / "tagged.jsonl"
    corpus.write_text(
        '{"id": "a", "text": "서울에 갔다.", "label": [[0, 9, "PS"]]}\n{"id": "b", "text": ""}\n', encoding="utf-8"
    )
    tagged = document("predict", project, corpus)
    assert [(s["id"], s["text"]) for s in tagged["sentences"]] == [("a", "서울에 갔다.")]  # no gold is looked at
    [rejected] = tagged["rejected"]
    assert (rejected["file"], rejected["line"]) == (str(corpus), 2)
    written = document("predict", project, corpus, "--out", out)
    assert (written["sentences"], written["rejected"]) == (1, [rejected])
    assert [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()] == tagged["sentences"]


def _correct_and_retrain(project, evaluation):
    with open_project(project) as store:
        sentence = next(store.sentences.each("dev"))
    spans = [[0, 1, "AF"]]
    corrected = document("correct", project, "--sentence", sentence.id, "--spans", json.dumps(spans))
    assert corrected == {"sentence": sentence.id, "changed": True, "spans": spans}
    second = events("train", project, "--epochs", 1, "--limit", 161)
    started = next(event for event in second if event["event"] == "started")
    assert (started["moved"], started["train_sentences"], started["dev_sentences"]) == (1, 161, 39)
    with open_project(project) as store:
        trained_on = {s.id: s for s in store.runs.training_sentences(2)}
        assert [(s.start, s.end, s.label) for s in trained_on[sentence.id].spans] == [(0, 1, "AF")]
        assert training_digest(trained_on.values())[0] == store.runs.by_number(2).training_digest
    assert document("evaluate", project, "--run", 1, "--gold", "imported")["sentences"] == 39
    assert [r["status"] for r in document("runs", project)["runs"]] == ["finished", "finished"]
    assert document("check", project) == {"ok": True, "problems": []}
    text = "이순신은 2024년 서울에서 삼성전자 대표를 만났다."
    [tagged] = document("predict", project, "--run", 1, "--text", text)["sentences"]
    assert tagged["text"] == text
    assert all(0 <= start < end <= len(text) and 0 <= share <= 1 for start, end, _, share in tagged["spans"])
    assert evaluation["sentences"] == 40


def test_export_gives_back_what_was_imported_and_what_was_corrected(tmp_path):
    project = tmp_path / "p.spandesk"
    project_with_sentences(project).close()
    run("correct", project, "--sentence", "news-3", "--spans", "[]")
    for gold, spans in (("corrected", []), ("imported", [[0, 2, "PS"], [4, 9, "DT"]])):
        file = tmp_path / f"{gold}.jsonl"
        assert document("export", project, file, "--gold", gold, "--split", "dev")["sentences"] == 4
        first = json.loads(file.read_text(encoding="utf-8").splitlines()[0])
        assert (first["id"], first["label"]) == ("news-3", spans)


def test_columns_and_running_text_come_in_as_asked_and_whole_words_go_out(tmp_path):
    project, out = tmp_path / "p.spandesk", tmp_path / "out.conll"
    columns, running = tmp_path / "a.conll", tmp_path / "b.txt"
    columns.write_text("# sent_id = c\n나리 B-PS O\n갔다 O B-LC\n", encoding="utf-8")
    running.write_text("그는 왔다. “나리도 왔다.” 끝.\n", encoding="utf-8")
    refused = run("import", project, columns, status=1)
    assert "its columns 2, 3 all contain tags; choose the one to use (--tag-column 3 on the command line)" in refused
    imported = document("import", project, columns, "--tag-column", "2")
    assert (imported["sentences"], imported["spans"]) == (1, 1)
    assert imported["warnings"][0].startswith("The texts of a.conll are its words, joined by single blanks")
    assert document("import", project, running, "--split-sentences")["judged"] == {"no": 3}
    document("correct", project, "--sentence", "c", "--spans", '[[0, 1, "PS"], [3, 5, "LC"]]')
    assert "the span “나” of the sentence 'c' cuts a word" in run("export", project, out, status=1)
    warnings = document("export", project, out, "--cut-words", "leave-out")["warnings"]
    assert "1 span was left out because it cuts a word: “나” of the sentence c" in warnings
    assert out.read_text(encoding="utf-8") == "나리\tO\n갔다\tB-LC\n\n"


def test_export_writes_the_corrections_into_the_original(tmp_path):
    project, original, copy = (tmp_path / name for name in ("p.spandesk", "original.jsonl", "copy.jsonl"))
    original.write_text('{"id":"a", "text":"나리는 갔다", "label":[]}\r\n', encoding="utf-8", newline="")
    run("import", project, original)
    run("correct", project, "--sentence", "a", "--spans", '[[0, 2, "PS"]]')
    result = {"file": str(copy), "original": str(original), "corrected": 1, "warnings": []}
    assert document("export", project, copy, "--patch") == result
    assert document("export", project, "--patch", original, copy) == result
    assert copy.read_bytes() == original.read_bytes().replace(b"[]", b'[[0, 2, "PS"]]')
    assert "leave out --format" in run("export", project, copy, "--patch", "--split", "dev", status=1)


def test_a_share_for_dev_is_exact_and_the_same_for_the_same_seed(tmp_path):
    corpus = tmp_path / "c.jsonl"
    lines = [json.dumps({"text": f"{n}번 문장", "label": [[0, 1, "QT"]]}, ensure_ascii=False) for n in range(50)]
    corpus.write_text("\n".join(lines), encoding="utf-8")
    drawn = []
    for name in "ab":
        run("import", tmp_path / name, corpus, "--dev-ratio", "0.2", "--seed", "5")
        with open_project(tmp_path / name) as project:
            drawn.append([s.id for s in project.sentences.each("dev")])
    assert len(drawn[0]) == 10
    assert drawn[0] == drawn[1]


def test_bad_records_are_listed_and_good_ones_imported(tmp_path):
    corpus = tmp_path / "c.jsonl"
    corpus.write_text(
        '{"id": "a", "text": "서울", "label": [[0, 2, "LC"]]}\n'
        '{"id": "b", "text": "서울", "label": [[0, 9, "LC"]]}\n'
        '{"id": "c", "text": "서울", "label": [[0, 2, "NOPE"]]}\n'
        '{"id": "a", "text": "부산", "label": [], "judged": "yes"}\n'
        "no json\n",
        encoding="utf-8",
    )
    report = document("import", tmp_path / "p.spandesk", corpus)
    assert (report["sentences"], report["spans"]) == (1, 1)
    assert [(r["file"].endswith("c.jsonl"), r["line"]) for r in report["rejected"]] == [(True, n) for n in (2, 3, 4, 5)]
    reasons = [r["reason"] for r in report["rejected"]]
    for reason, word in zip(reasons, ("past the text", "tag set", "same id", "not JSON"), strict=True):
        assert word in reason
    more = document("import", tmp_path / "p.spandesk", corpus, "--add-labels", "NOPE")
    assert (more["sentences"], len(more["rejected"])) == (1, 4)


def test_warnings_of_an_import_are_in_its_result(tmp_path):
    corpus = tmp_path / "c.jsonl"
    corpus.write_text('{"text": "서울", "label": [[0, 2, "LC"]]}\n' * 3, encoding="utf-8")
    report = document("import", tmp_path / "p.spandesk", corpus, "--dev-ratio", "0.1")
    [warning] = report["warnings"]
    assert warning.startswith("No sentence was kept for dev, because a share of 10% is less than")
    assert document("import", tmp_path / "q.spandesk", corpus)["warnings"] == []


def test_the_first_rejected_records_are_printed_and_the_number_of_all(tmp_path):
    corpus = tmp_path / "c.jsonl"
    corpus.write_text('{"text": "서울", "label": [], "judged": "yes"}\n' + "{}\n" * 5000, encoding="utf-8")
    _, out, err = said_by("import", tmp_path / "p.spandesk", corpus)
    assert out == "1 sentence with 0 spans imported, 5,000 rejected\n"
    *first, rest = err.splitlines()
    reason = 'it has no string under "text" (or sentence, data, content)'
    assert first == [f"rejected: {corpus}, line {n}: {reason}" for n in range(2, 12)]
    assert rest == "rejected: 4,990 more; --json lists all"
    assert len(document("import", tmp_path / "q.spandesk", corpus)["rejected"]) == 5000


def test_an_import_of_nothing_is_an_error_and_leaves_nothing_behind(tmp_path):
    corpus = tmp_path / "c.jsonl"
    corpus.write_text('{"text": ""}\n', encoding="utf-8")
    said = run("import", tmp_path / "made" / "too" / "p.spandesk", corpus, status=1).splitlines()
    assert said[-1] == f"error: Nothing imported: the one record was rejected: {corpus}, line 1: it has no text"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["c.jsonl"]
    (tmp_path / "empty.spandesk").mkdir()
    run("import", tmp_path / "empty.spandesk", corpus, status=1)
    assert list((tmp_path / "empty.spandesk").iterdir()) == []


def test_a_file_that_is_imported_again_is_reported_in_one_sentence_and_its_records_in_the_result(tmp_path):
    corpus, project = tmp_path / "c.jsonl", tmp_path / "p.spandesk"
    corpus.write_text('{"id": "a", "text": "서울"}\n{"id": "b", "text": "부산"}\n', encoding="utf-8")
    run("import", project, corpus)
    status, out, err = said_by("import", project, corpus, "--json")
    assert status == 1
    assert err.splitlines()[-1] == "error: Nothing imported: all 2 sentences are already in this project"
    report = json.loads(out)
    assert (report["sentences"], [r["line"] for r in report["rejected"]]) == (0, [1, 2])


def test_an_import_warns_of_sentences_that_train_and_dev_share(tmp_path):
    corpus, project = tmp_path / "c.jsonl", tmp_path / "p.spandesk"
    corpus.write_text('{"text": "서울", "label": [], "judged": "yes"}\n', encoding="utf-8")
    run("import", project, corpus)
    corpus.write_text('{"id": "b", "text": "서울 ", "label": [[0, 2, "LC"]]}\n', encoding="utf-8")
    _, _, said = said_by("import", project, corpus, "--split", "dev")
    assert said.startswith("warning: 1 dev sentence also appears in train, so its scores are inflated.\n")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["train", "{p}"], "no project was found at"),
        (["import", "{p}", "{p}.tsv"], "does not exist"),
        (["evaluate", "{q}"], "no trained run yet"),
        (["evaluate", "{q}", "--run", "9"], "no run 9"),
        (["correct", "{q}", "--sentence", "zzz", "--spans", "[]"], "no sentence with the id zzz"),
        (["correct", "{q}", "--sentence", "news-3", "--spans", "[[2"], "must be JSON"),
        (["correct", "{q}", "--sentence", "news-3", "--spans", '[[0, 1, "XX"]]'], "not in the tag set"),
        (["export", "{q}", "out.odd"], "does not say the format"),
        (["predict", "{q}"], "either --text or files"),
        (["correct", "{q}", "--sentence", "news-3", "--spans", '[[0.9, 1.9, "PS"]]'], "is not [start, end, label]"),
        (["correct", "{q}", "--sentence", "news-3", "--spans", '[["0", true, "PS"]]'], "is not [start, end, label]"),
        (["correct", "{q}", "--sentence", "news-3", "--spans", "[[0, 1, 5]]"], "is not [start, end, label]"),
        (["correct", "{q}", "--sentence", "news-3", "--spans", '{{"0": 1}}'], "must be JSON"),
        (["correct", "{q}", "--sentence", "news-3", "--spans", "[" * 50_000], "must be JSON"),
        (["train", "{q}", "--epochs", "0"], "at least 1"),
        (["train", "{q}", "--dropout", "2"], "dropout is 2.0; it must be at least 0 and below 1"),
        (["train", "{q}", "--dropout", "1"], "dropout is 1.0; it must be at least 0 and below 1"),
        (["train", "{q}", "--seed", "99999999999999999999999"], "at least 0 and below 9223372036854775808"),
        (["train", "{q}", "--from-run", "4"], "no run 4"),
        (["train", "{q}", "--encoder", "no/such-folder/there"], "no/such-folder/there"),
    ],
)
def test_an_error_is_one_clear_line_and_changes_nothing(tmp_path, arguments, words):
    project_with_sentences(tmp_path / "q.spandesk").close()
    filled = [a.format(p=tmp_path / "p.spandesk", q=tmp_path / "q.spandesk") for a in arguments]
    [said] = [line for line in run(*filled, status=1).splitlines() if not line.startswith("run 1: ")]
    assert said.startswith("error: ")
    assert words in said
    assert not (tmp_path / "p.spandesk").exists()
    with open_project(tmp_path / "q.spandesk") as project:
        assert [epoch for run in project.runs.list_all() for epoch in project.runs.epochs(run.number)] == []
        assert project.corrections.count() == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["train"],
        ["--frob"],
        ["import", "p"],
        ["evaluate", "p", "--split", "odd"],
        ["evaluate", "p", "--run", "9" * 30],
        ["evaluate", "p", "--run", "one"],
        ["trian", "p.spandesk"],
        ["trian"],
        ["a.spandesk", "b.spandesk"],
        ["predict", "p", "--text", b"\xff"],
        ["correct", "p", "--sentence", b"\xff", "--spans", "[]"],
    ],
)
def test_wrong_usage_is_status_2(arguments):
    said = run(*arguments, status=2)
    assert "usage" in said
    assert "Traceback" not in said


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_a_place_where_no_project_can_be_made_is_named(tmp_path):
    corpus = tmp_path / "c.jsonl"
    corpus.write_text('{"text": "비"}\n', encoding="utf-8")
    assert "cannot be created" in run("import", "/proc/none/p.spandesk", corpus, status=1)


def test_a_reader_that_exits_early_is_not_an_error(tmp_path):
    with project_with_run(tmp_path / "p.spandesk") as project:
        for _ in range(60):
            add_run(project, FIRST_EPOCH)
    command = [sys.executable, str(MAIN), "runs", str(tmp_path / "p.spandesk"), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 1


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such limit")
def test_an_output_that_can_become_no_larger_is_one_sentence(tmp_path):
    command = ["sh", "-c", 'ulimit -f 0; exec "$@"', "sh", sys.executable, str(MAIN), "--help"]
    with (tmp_path / "out").open("wb") as file:
        result = subprocess.run(command, stdout=file, stderr=subprocess.PIPE, text=True, check=False)
    assert (result.returncode, result.stderr) == (1, "error: the output cannot be written: File too large\n")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems name files in Unicode")
def test_a_file_name_that_is_not_utf8_can_be_reported(tmp_path):
    project_with_sentences(tmp_path / "p.spandesk").close()
    file = os.fsencode(tmp_path) + b"/\xff.jsonl"
    assert json.loads(in_process("export", tmp_path / "p.spandesk", file, "--json"))["sentences"] == 7


def test_help_names_every_command():
    assert all(name in run("--help") for name in ("import", "train", "evaluate", "predict", "correct", "export"))


@pytest.mark.skipif(sys.platform != "linux", reason="other systems always have a display")
def test_no_display_is_one_line(monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    said = in_process(status=1)
    assert said.startswith("error: no display was found")
    assert len(said.splitlines()) == 1


def test_a_damaged_report_of_an_epoch_is_one_sentence_beside_the_other_runs(tmp_path, capsys):
    folder = tmp_path / "p.spandesk"
    with project_with_run(folder) as project:
        project.database.write("UPDATE epoch SET report = json_set(report, '$.corrected.micro.f1', 'high')")
        add_run(project, FIRST_EPOCH)
    damaged = "the stored report of run 1, epoch 1 is damaged; restore project.db from a copy, or use another run"
    assert commands.run(["runs", str(folder)]) == 1
    said = capsys.readouterr()
    assert said.out.startswith("run 2  finished")
    assert len(said.out.splitlines()) == 1
    assert said.err == f"error: {damaged}\n"
    assert commands.run(["runs", str(folder), "--json"]) == 1
    assert [each["run"] for each in json.loads(capsys.readouterr().out)["runs"]] == [2]
    assert _checked(folder) == {"ok": False, "problems": [damaged]}


def test_where_no_run_can_be_read_none_is_said_to_be_missing(tmp_path, capsys):
    with project_with_run(tmp_path / "p.spandesk") as project:
        project.database.write("UPDATE run SET settings = '{'")
    assert commands.run(["runs", str(tmp_path / "p.spandesk")]) == 1
    assert capsys.readouterr() == ("no run can be read\n", "error: run 1: its settings or labels cannot be read\n")


def test_a_damaged_checkpoint_is_found(tmp_path):
    with project_with_run(tmp_path / "p.spandesk") as project:
        first, second = (project.checkpoint_folder(1, epoch) for epoch in (1, 2))
    for folder in (first, second):
        save(text_tagger_of(), folder)
    assert document("check", tmp_path / "p.spandesk") == {"ok": True, "problems": []}
    weights = (second / "head.safetensors").read_bytes()
    (second / "head.safetensors").write_bytes(weights[:-1] + bytes([weights[-1] ^ 1]))
    (first / "config.json").unlink()
    assert _checked(tmp_path / "p.spandesk") == {
        "ok": False,
        "problems": [
            f"{first} is incomplete: config.json is missing; restore it from a copy or train again",
            f"{second} was altered: head.safetensors has changed; restore it from a copy or train again",
        ],
    }


def _checked(project):
    status, out, _ = said_by("check", project, "--json")
    assert status == 1
    return json.loads(out)


def test_checking_needs_no_torch(tmp_path):
    project_with_sentences(tmp_path / "p.spandesk").close()
    code = "import sys; from core.cli.commands import run; run(sys.argv[1:]); sys.exit('torch' in sys.modules)"
    command = [sys.executable, "-c", code, "check", str(tmp_path / "p.spandesk")]
    assert subprocess.run(command, cwd=MAIN.parent, check=False).returncode == 0


LONG = "x" * 300


@pytest.mark.parametrize(
    "arguments",
    [
        *([name, LONG] for name in ("train", "evaluate", "runs", "check", "labels", "ceilings", "crosscheck")),
        ["compare", LONG, "1", "2"],
        ["correct", LONG, "--sentence", "a", "--spans", "[]"],
        ["export", LONG, "a.jsonl"],
        ["export", "{q}", f"{LONG}.jsonl"],
        ["import", f"{LONG}.spandesk", "{c}"],
        ["import", "{p}", LONG],
        ["predict", LONG, "--text", "a"],
        ["predict", "{q}", LONG],
        ["predict", "{q}", "{c}", "--out", LONG],
    ],
    ids=" ".join,
)
def test_a_path_that_is_too_long_is_one_sentence(project, tmp_path, capsys, arguments):
    (tmp_path / "c.jsonl").write_text('{"text": "비"}\n', encoding="utf-8")
    names = {"c": tmp_path / "c.jsonl", "p": tmp_path / "p.spandesk", "q": project}
    assert commands.run([argument.format(**names) for argument in arguments]) == 1
    [said] = capsys.readouterr().err.splitlines()
    assert said.startswith("error: ")
    assert said.endswith("File name too long")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["c.jsonl", "q.spandesk"]


@pytest.fixture
def project(tmp_path):
    """A project whose run has the weights of an untrained tagger."""
    folder = tmp_path / "q.spandesk"
    with project_with_run(folder) as store:
        for epoch in (1, 2):
            save(text_tagger_of(), store.checkpoint_folder(1, epoch))
    return folder


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no /dev/stdout")
def test_standard_output_contains_only_the_export(project):
    command = [sys.executable, str(MAIN), "export", str(project), "/dev/stdout", "--format", "jsonl"]
    result = subprocess.run(command, capture_output=True, text=True, check=True, encoding="utf-8")
    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == [name for name, *_ in TEXTS]
    assert result.stderr == "7 sentences written to /dev/stdout\n"


def test_an_evaluation_warns_of_what_makes_its_scores_worthless(project, capsys):
    with open_project(project) as store:
        add_sentences(
            store,
            [("test", Sentence("t", "대구에서 축제가 열렸다. ")), ("train", Sentence("s", "대구에서 축제가 열렸다."))],
        )
        for name in ("news-3", "news-4", "talk-1", "talk-2"):
            store.corrections.correct(store.sentences.by_id(name).number, [])
        silent = dict.fromkeys(("news-3", "news-4", "talk-1", "talk-2"), ())
        add_run(store, silent)
    for split, run_number in (("dev", 2), ("test", 1)):
        assert commands.run(["evaluate", str(project), "--split", split, "--run", str(run_number)]) == 0
    assert [line for line in capsys.readouterr().err.splitlines() if line.startswith("warning: ")] == [
        "warning: The dev sentences contain no entity, so their precision, recall and F1 mean nothing.",
        "warning: Epoch 1 predicts no entities.",
        "warning: 2 test sentences also appear in train, so their scores are inflated.",
    ]


def test_a_training_warns_of_sentences_that_train_and_dev_share(tmp_path, capsys):
    with project_with_sentences(tmp_path / "p.spandesk") as store:
        add_sentences(store, [("train", Sentence("s", " 오늘은 아무 일도 없었다."))])
    arguments = ["train", str(tmp_path / "p.spandesk"), "--encoder", "tiny", "--epochs", "1"]
    assert commands.run(arguments) == 0
    said = capsys.readouterr().err.splitlines()
    assert said[1] == "warning: 1 dev sentence also appears in train, so its scores are inflated."
    assert "warning: Epoch 1 predicts no entities." in said


def test_usage_says_how_it_was_started(monkeypatch, capsys):
    assert commands.run(["--help"]) == 0
    assert capsys.readouterr().out.startswith("usage: main.py [PROJECT] ")
    monkeypatch.setenv("SPANDESK_PROGRAM", "./run")
    assert commands.run(["--frob"]) == 2
    assert capsys.readouterr().err.startswith("./run: unknown option --frob\nusage: ./run [PROJECT] ")


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("evaluate", "Precision, recall and F1 of a run"),
        ("import", "corpus files: JSON Lines (jsonl), KLUE-NER (TSV) (klue), "),
        ("train", "default: 3 for starter, 10 for tiny, 2 for other encoders"),
        ("train", "share of the head's input that training drops (default: 0.1)"),
    ],
)
def test_help_says_what_there_is_to_know(capsys, command, words):
    with pytest.raises(SystemExit) as ending:
        commands.run([command, "--help"])
    assert ending.value.code == 0
    assert words in " ".join(capsys.readouterr().out.split())


def test_an_import_says_with_which_options_what_was_rejected_comes_in(tmp_path, capsys):
    corpus = tmp_path / "a.jsonl"
    lines = [
        '{"id": 1, "text": "나리는", "label": [[0, 2, "PER"]]}',
        '{"id": 2, "text": "비", "label": [], "judged": "yes"}',
    ]
    corpus.write_text("\n".join(lines), encoding="utf-8")
    project = str(tmp_path / "p.spandesk")
    assert commands.run(["import", project, str(corpus)]) == 0
    assert "use --add-labels PER or --map LABEL=OTHER" in capsys.readouterr().err
    assert commands.run(["import", project, str(corpus), "--map", "PER=PS", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert (printed["sentences"], printed["spans"], printed["judged"]) == (1, 1, {"yes": 1})


def test_a_dry_run_of_an_import_prints_what_is_in_the_files_and_stores_nothing(tmp_path, capsys):
    corpus = tmp_path / "a.jsonl"
    lines = [
        '{"id": 1, "text": "나리는", "label": [[0, 2, "PER"]]}',
        '{"id": 2, "text": "비", "label": [], "judged": "yes"}',
    ]
    corpus.write_text("\n".join(lines), encoding="utf-8")
    project = tmp_path / "p.spandesk"
    assert commands.run(["import", str(project), str(corpus), "--dry-run"]) == 0
    printed = capsys.readouterr()
    assert "1 sentence with 0 spans, 1 rejected" in printed.out
    assert "use --add-labels PER or --map LABEL=OTHER" in printed.err
    assert commands.run(["import", str(project), str(corpus), "--dry-run", "--json", "--map", "PER=PS"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["files"][0]["first"][0] == {"id": "1", "text": "나리는", "label": [[0, 2, "PS"]]}
    assert printed["unknown_labels"] == {}
    assert not project.exists()
