"""`sources`, `add-source`, `suggest` and `agreement`, in this process."""

import json
import unicodedata

import pytest

from core.cli.commands import run
from core.domain.spans import Span
from core.store.project import open_project
from tests.building import predicted, project_with_run

NEWS_4 = "한국은행이 부산에서 회의를 열었다."


@pytest.fixture
def folder(tmp_path):
    project_with_run(tmp_path / "p.spandesk").close()
    return tmp_path / "p.spandesk"


@pytest.fixture
def tool(tmp_path):
    path = tmp_path / "tool.jsonl"
    records = [
        {"id": "news-4", "text": NEWS_4, "spans": [[0, 4, "ORG"], [6, 8, "LC"]]},
        {"id": "talk-2", "text": "오늘은 아무 일도 없었다.", "spans": [], "judged": "yes"},
        {"id": "talk-1", "text": "다른 글", "spans": []},
    ]
    path.write_text("\n".join(json.dumps(each, ensure_ascii=False) for each in records), encoding="utf-8")
    return path


def document(capsys, *arguments):
    assert run([str(each) for each in (*arguments, "--json")]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_file_is_added_listed_and_evaluated(folder, tool, capsys):
    added = document(capsys, "add-source", folder, tool, "--map", "ORG=OG")
    assert (added["source"], added["version"], added["name"], added["kind"]) == (2, 1, "tool", "file")
    assert (added["sentences"], added["spans"], added["changed"]) == (2, 2, None)
    assert added["rejected"] == [
        {
            "file": str(tool),
            "line": 3,
            "reason": "sentence talk-1: the project has a sentence with this id, but with another text",
        }
    ]
    listed = document(capsys, "sources", folder)["sources"]
    assert [(each["source"], each["kind"], each["name"], each["sentences"]) for each in listed] == [
        (1, "training", "", 4),
        (2, "file", "tool", 2),
    ]
    assert listed[1]["best_f1"] == pytest.approx(0.8)  # two of two are right, and talk-2's DT is missed
    measured = document(capsys, "evaluate", folder, "--source", 2)
    assert (measured["run"], measured["sentences"], measured["lacking"]) == (2, 2, 2)
    assert measured["micro"]["f1"] == pytest.approx(0.8)
    assert run(["evaluate", str(folder), "--source", "2"]) == 0
    assert capsys.readouterr().out.startswith("tool, 2 dev sentences, corrected\n")
    assert run(["compare", str(folder), "1", "2"]) == 0
    assert capsys.readouterr().out.startswith("from run 1, epoch 2 to tool, 2 dev sentences, corrected\n")
    assert run(["sources", str(folder)]) == 0
    line = "2  file         tool  2 sentences tagged  best F1 on dev 0.8000, by the gold of today"
    assert f"{line}\n" in capsys.readouterr().out
    assert document(capsys, "add-source", folder, tool, "--map", "ORG=OG", "--cut-particles")["cut"] == 0
    assert run(["sources", str(folder)]) == 0
    assert f"{line}  spans end before their particles\n" in capsys.readouterr().out


def test_a_second_delivery_is_said_to_be_one(folder, tool, capsys):
    document(capsys, "add-source", folder, tool, "--kind", "person", "--name", "다온", "--map", "ORG=OG")
    tool.write_text(json.dumps({"text": NEWS_4, "spans": []}, ensure_ascii=False), encoding="utf-8")
    assert run(["add-source", str(folder), str(tool), "--kind", "person", "--name", "다온"]) == 0
    printed = capsys.readouterr()
    assert printed.out == "source 2 (다온), version 2: 1 sentence with 0 spans, 0 rejected\n"
    assert printed.err.splitlines() == [
        "warning: It says something else than version 1 of 1 sentence: news-4.",
        "warning: It says nothing of 1 sentence of version 1, which is measured no longer: to keep it, put both files"
        " into one, or give this one another name.",
    ]
    assert run(["add-source", str(folder), str(tool), "--kind", "person", "--name", "다온"]) == 1
    assert "is source 2 already" in capsys.readouterr().err


def test_what_cannot_tag_says_so(folder, tool, capsys):
    document(capsys, "add-source", folder, tool, "--map", "ORG=OG")
    assert run(["suggest", str(folder), "--source", "2", "--split", "dev"]) == 1
    assert "tool says what its file says" in capsys.readouterr().err
    assert run(["suggest", str(folder), "--source", "9"]) == 1
    assert "no run 9" in capsys.readouterr().err


def test_what_is_tagged_already_is_not_tagged_again(folder, capsys):
    said = document(capsys, "suggest", folder, "--source", 1, "--split", "dev")
    assert said == {
        "source": 1,
        "epoch": 2,
        "split": "dev",
        "tagged": 0,
        "replaced": 0,
        "tagged_in_all": 4,
        "faults": [],
    }


def test_agreement_of_a_person_and_the_gold_and_what_was_adjudicated(folder, capsys):
    with open_project(folder) as project:
        number = project.sources.add("person", "다온", {})
        key = project.sources.open_version(number, "a")
        numbers = {stored.id: stored.number for stored in project.sentences.each("dev")}
        said = {"news-3": predicted((0, 2, "PS", 1.0)), "news-4": predicted((0, 4, "OG", 1.0), (6, 8, "LC", 1.0))}
        project.predictions.save(
            key, {numbers[name]: spans for name, spans in said.items()} | {numbers["talk-1"]: ()}, {numbers["talk-1"]}
        )
    before = document(capsys, "agreement", folder, number, "gold")
    assert (before["sentences"], before["skipped"], before["adjudicated"]) == (2, 2, 0)
    assert before["exact_f1"] == pytest.approx(6 / 7)
    with open_project(folder) as project:
        project.corrections.correct(numbers["news-3"], (Span(0, 2, "PS"),))
    after = document(capsys, "agreement", folder, "gold", number)
    assert (after["exact_f1"], after["adjudicated"], after["untouched"]["sentences"]) == (1.0, 1, 1)
    assert run(["agreement", str(folder), "gold", "gold"]) == 1
    assert "the gold agrees with itself" in capsys.readouterr().err
    assert run(["agreement", str(folder), "1", str(number)]) == 0
    text = capsys.readouterr().out
    assert text.startswith("run 1, epoch 2 and 다온 on 2 dev sentences that both have judged\nexact F1 ")


def test_a_dictionary_is_added_tags_and_is_measured(folder, tmp_path, capsys):
    path = tmp_path / "names.tsv"
    path.write_text("한국은행\tORG\n세종\tPS\n(\n부산\tCITY\n", encoding="utf-8")
    added = document(capsys, "add-source", folder, path, "--kind", "dictionary", "--map", "ORG=OG")
    assert (added["source"], added["name"], added["entries"]) == (2, "names", 2)
    assert [(each["line"], "tag set" in each["reason"]) for each in added["rejected"]] == [(3, False), (4, True)]
    measured = document(capsys, "evaluate", folder, "--source", 2)
    said = document(capsys, "suggest", folder, "--source", 2, "--split", "dev")
    assert (said["epoch"], said["tagged"], said["replaced"]) == (1, 0, 0), "evaluate had it tag dev"
    assert [measured["labels"][label]["f1"] for label in ("OG", "PS")] == [1.0, pytest.approx(2 / 3)]
    path.write_text("민서\tPS\n", encoding="utf-8")
    document(capsys, "add-source", folder, path, "--kind", "dictionary")
    again = document(capsys, "suggest", folder, "--source", 2, "--split", "dev")
    assert (again["epoch"], again["tagged"], again["replaced"]) == (2, 4, 4)
    assert run(["suggest", str(folder), "--source", "2", "--split", "dev", "--epoch", "1"]) == 1
    assert "names has no epochs and tags as it is now; leave out --epoch" in capsys.readouterr().err
    assert document(capsys, "evaluate", folder, "--source", 2, "--epoch", "best")["epoch"] == 2
    path.write_text("(\n", encoding="utf-8")
    assert run(["add-source", str(folder), str(path), "--kind", "dictionary"]) == 1
    assert f"has no entry of a dictionary: {path}, line 1: this is not an entry" in capsys.readouterr().err


def test_a_dictionary_of_the_gold_needs_no_file(folder, tmp_path, capsys):
    assert run(["add-source", str(folder), "--from-gold"]) == 1
    assert "labelled at least 2 times" in capsys.readouterr().err
    for arguments in (["--from-gold", str(tmp_path / "a.tsv")], [], ["--from-gold", "--kind", "model"]):
        assert run(["add-source", str(folder), *arguments]) == 1
        assert "give either a path or --from-gold" in capsys.readouterr().err


def test_a_dictionary_is_known_by_its_lines(folder, tmp_path, capsys):
    path = tmp_path / "list.tsv"
    path.write_text("# names\n이순신\tPS\n부산\tORG\n대구\tLC\n", encoding="utf-8")
    assert run(["add-source", str(folder), str(path), "--json"]) == 0
    printed = capsys.readouterr()
    assert "is added as a dictionary; --kind says otherwise" in printed.err
    added = json.loads(printed.out)
    assert (added["kind"], added["entries"], len(added["rejected"])) == ("dictionary", 2, 1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["LIST", "--cut-particles"], "--cut-particles is of a model or of a file of spans"),
        (["--from-gold", "--cut-particles"], "--cut-particles is of a model or of a file of spans"),
        (["--of", "1,2", "--cut-particles"], "--cut-particles is of a model or of a file of spans"),
        (["--from-gold", "--whole-words"], "--whole-words is of a model"),
        (["LIST", "--whole-words"], "--whole-words is of a model"),
    ],
)
def test_options_that_would_do_nothing_for_a_kind_are_refused(folder, tmp_path, capsys, options, message):
    path = tmp_path / "list.tsv"
    path.write_text("이순신\tPS\n부산\tLC\n", encoding="utf-8")
    assert run(["add-source", str(folder), *(str(path) if each == "LIST" else each for each in options)]) == 1
    assert message in capsys.readouterr().err
    assert [each["source"] for each in document(capsys, "sources", folder)["sources"]] == [1]


def test_a_path_of_another_kind_is_called_what_it_is(folder, tmp_path, capsys):
    path, model = tmp_path / "list.tsv", tmp_path / "model"
    path.write_text("이순신\tPS\n부산\tLC\n", encoding="utf-8")
    model.mkdir()
    for options, message in (
        ([path, "--kind", "file"], "is in no known format"),
        ([path, "--kind", "model"], "is a file, and a model is a folder"),
        ([model, "--kind", "dictionary"], "is a folder, and a dictionary is a file of entries"),
    ):
        assert run(["add-source", str(folder), *map(str, options)]) == 1
        assert message in capsys.readouterr().err
    columns = tmp_path / "columns.tsv"
    columns.write_text("이순신\tPS\n부산\tB-LC\n대구\tLC\n", encoding="utf-8")
    assert run(["add-source", str(folder), str(columns)]) == 1, "a token with its tag"
    assert "dictionary" not in capsys.readouterr().err
    (model / "config.json").touch()
    assert run(["add-source", str(folder), str(model), "--kind", "dictionary"]) == 1
    assert "is the folder of a model" in capsys.readouterr().err


def test_the_pool_is_refused_with_the_reason(folder, capsys):
    for arguments in (["agreement", str(folder), "1", "gold"], ["evaluate", str(folder)]):
        with pytest.raises(SystemExit):
            run([*arguments, "--split", "pool"])
        assert "nobody has judged it" in capsys.readouterr().err


def test_what_sources_agree_on_is_a_source(folder, tool, capsys):
    document(capsys, "add-source", folder, tool, "--map", "ORG=OG")
    made = document(capsys, "add-source", folder, "--of", "1,2", "--rule", "all")
    assert (made["source"], made["version"], made["kind"], made["name"]) == (3, 1, "agreement", "all of run 1, tool")
    assert (made["rule"], made["of"], made["sentences"], made["spans"]) == ("all", [1, 2], 2, 2)
    again = document(capsys, "add-source", folder, "--kind", "agreement", "--of", "1,2", "--name", "both")
    assert (again["source"], again["rule"]) == (4, "most")
    for wrong in (["--kind", "agreement"], ["x.jsonl", "--of", "1,2"], ["--of", "1,1"], ["x.jsonl", "--rule", "all"]):
        assert run(["add-source", str(folder), *wrong]) == 1
    assert "at least two sources" in capsys.readouterr().err


def test_a_source_is_named_by_its_number_or_its_name(folder, tool, tmp_path, capsys):
    for kind in ("file", "person"):
        document(capsys, "add-source", folder, tool, "--map", "ORG=OG", "--kind", kind, "--name", "나리")
    assert run(["evaluate", str(folder), "--source", "나리"]) == 1
    assert "several sources are called 나리; give the number of one of them: 2, 3" in capsys.readouterr().err
    with open_project(folder) as project:
        project.sources.rename(3, "다온: 2")
    named = document(capsys, "evaluate", folder, "--source", unicodedata.normalize("NFD", "나리"), "--version", 1)
    assert [named[key] for key in ("run", "epoch", "source", "version")] == [2, 1, 2, 1]
    assert "version" not in document(capsys, "evaluate", folder, "--run", 1)
    assert document(capsys, "agreement", folder, "나리", "gold") == document(capsys, "agreement", folder, 2, "gold")
    assert document(capsys, "compare", folder, "다온: 2", "나리:1")["after"] == {"run": 2, "epoch": 1}
    assert document(capsys, "add-source", folder, "--of", "나리, 다온: 2")["of"] == [2, 3]
    assert document(capsys, "compare", folder, "1:best", "나리")["before"] == {"run": 1, "epoch": 2}
    for command in ("suggest", "evaluate"):
        assert run([command, str(folder), "--source", "나라"]) == 1
        assert "no source is called 나라" in capsys.readouterr().err


def test_the_figures_of_runs_are_said_to_be_by_the_gold_when_each_epoch_ended(folder, capsys):
    assert run(["runs", str(folder)]) == 0
    assert capsys.readouterr().out.endswith("(by the gold when each epoch ended)\n")
