"""All that the commands print comes from the catalogue: in the language for tests no English sentence is left."""

import re
import signal

import pytest

from core.cli.commands import run
from core.messages.catalogue import PSEUDO, use_language

FOREIGN = (
    # columns of tables, which scripts may read
    "micro avg",
    "macro avg",
    "weighted avg",
    # the system's
    "No such file or directory",
    "Is a directory",
)


@pytest.fixture(autouse=True)
def pseudo():
    handler = signal.getsignal(signal.SIGTERM)
    use_language(PSEUDO)
    yield
    use_language("en")
    signal.signal(signal.SIGTERM, handler)


def unsaid(text):
    """What of a text comes from no catalogue."""
    depth, left = 0, []
    for character in text:
        depth += (character == "⟦") - (character == "⟧")
        left.append(" " if character in "⟦⟧" else character if depth == 0 else "")
    rest = re.sub(r"main\.py .*?(\n\n|\Z)", "", "".join(left), flags=re.DOTALL)  # the names of options, by argparse
    for words in FOREIGN:
        rest = rest.replace(words, "")
    return re.findall(r"[A-Za-z]{2,}[,;:]? [a-z]{2,}[^\n]*", rest)


def said(capsys, *arguments):
    """What a command printed, once it is known that all of it is translated."""
    try:
        status = run(list(map(str, arguments)))
    except SystemExit as end:
        status = end.code
    out, err = capsys.readouterr()
    assert unsaid(out) == [], arguments
    assert unsaid(err) == [], arguments
    return status, out + err


@pytest.fixture
def corpus(tmp_path):
    path = tmp_path / "a.jsonl"
    lines = [f'{{"id": "a{n}", "text": "이순신{n}은 조선의 장군이다", "label": [[0, 3, "PS"]]}}' for n in range(12)]
    path.write_text("\n".join([*lines, '{"id": "b", "text": ""}', "no JSON"]), encoding="utf-8")
    return path


def test_usage_and_help(capsys):
    assert "⟦" in said(capsys, "--help")[1]
    assert said(capsys, "--nothing")[0] == 2
    for command in ("import", "train", "crosscheck", "compare", "predict", "labels", "correct"):
        assert "⟦" in said(capsys, command, "--help")[1]


def test_a_project_and_what_is_wrong_with_its_commands(capsys, tmp_path, corpus):
    project = tmp_path / "p.spandesk"
    assert said(capsys, "import", project, corpus, "--dev-ratio", "0.3")[0] == 0
    for command in ("runs", "check", "labels"):
        assert said(capsys, command, project)[0] == 0
    spans = '[[0, 3, "OG"]]'
    assert said(capsys, "correct", project, "--sentence", "a1", "--spans", spans)[0] == 0
    assert said(capsys, "correct", project, "--sentence", "a1", "--spans", spans)[0] == 0
    assert said(capsys, "export", project, tmp_path / "out.jsonl")[0] == 0
    assert said(capsys, "labels", project, "--add", "NEW", "--rename", "OG=ORG")[0] == 0
    for wrong in (
        ("import", project, corpus),
        ("import", project, tmp_path / "missing.jsonl"),
        ("import", project, tmp_path),
        ("correct", project, "--sentence", "a1", "--spans", '[[0, 99, "PS"]]'),
        ("correct", project, "--sentence", "a1", "--spans", '[[3, 3, "PS"]]'),
        ("correct", project, "--sentence", "a1", "--spans", '[[0, 3, "XX"]]'),
        ("correct", project, "--sentence", "a1", "--spans", '[[0, 3, "PS"], [1, 4, "PS"]]'),
        ("correct", project, "--sentence", "a1", "--spans", "{"),
        ("correct", project, "--sentence", "none", "--spans", "[]"),
        ("labels", project, "--delete", "PS"),
        ("labels", project, "--add", "a\tb"),
        ("labels", project, "--add", "PS"),
        ("export", project, tmp_path / "out.xyz"),
        ("export", project, tmp_path / "out.jsonl", "--patch", tmp_path / "none.jsonl"),
        ("export", project, tmp_path / "out.jsonl", "--patch", "--split", "dev"),
        ("evaluate", project),
        ("compare", project, "1", "2"),
        ("predict", project, "--text", "이순신"),
        ("predict", project),
        ("train", project, "--resume", "3"),
        ("train", project, "--resume", "3", "--epochs", "2"),
        ("train", project, "--epochs", "0"),
        ("train", project, "--encoder", tmp_path / "none"),
        ("crosscheck", project, "--folds", "1"),
        ("runs", tmp_path / "none.spandesk"),
        ("runs", tmp_path),
    ):
        status, text = said(capsys, *wrong)
        assert status == 1, wrong
        assert "⟦" in text, wrong


def test_a_run(capsys, tmp_path, corpus):
    project = tmp_path / "p.spandesk"
    said(capsys, "import", project, corpus, "--dev-ratio", "0.3")
    status, text = said(capsys, "train", project, "--encoder", "tiny", "--epochs", "1", "--device", "cpu")
    assert status == 0
    assert "⟦" in text
    assert said(capsys, "evaluate", project)[0] == 0
    assert said(capsys, "compare", project, "1", "1")[0] == 0
    assert said(capsys, "runs", project)[0] == 0
    assert said(capsys, "predict", project, corpus, "--out", tmp_path / "out.jsonl")[0] == 0
    assert said(capsys, "train", project, "--resume", "1")[0] == 1


def test_what_argparse_says_is_translated_too(capsys):
    status, text = said(capsys, "train")
    assert status == 2
    assert text.startswith("⟦úúśááǧéé: ⟧main.py train [-h]")
    assert "⟦ťĥéé ƒóóĺĺóóẃííñǧ ááŕǧúúɱééñťś ááŕéé ŕééʠúúííŕééđ: PROJECT⟧" in text
    text = said(capsys, "train", "--help")[1]
    assert text.startswith("⟦úúśááǧéé: ⟧main.py train [-h]")
    assert "⟦ƥóóśííťííóóñááĺ ááŕǧúúɱééñťś⟧:" in text
    assert "⟦śĥóóẃ ťĥííś ĥééĺƥ ɱééśśááǧéé ááñđ ééẋííť⟧" in text
    assert "⟦ééẋƥééćťééđ óóñéé ááŕǧúúɱééñť⟧" in said(capsys, "train", "p", "--epochs")[1]
