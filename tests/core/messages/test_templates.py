"""Every sentence in the code is one literal template, and is given just the fields that it names."""

import argparse
import ast
import re
import string
from typing import get_args

import pytest
from babel.messages.frontend import CommandLineInterface
from babel.messages.pofile import read_po

from core.formats.records import WriteOptions
from core.store.gold.steps import StepKind
from gui.keys.commands import COMMANDS
from gui.look.theme import FAMILIES
from gui.sentence.scene import Role
from tests.paths import ROOT

SAYING = {"say": 1, "say_count": 2, "mark": 1, "UserError": 1, "of_count": 2}
"""How many templates each function of the catalogue takes first; `say_as` takes a context before its one."""


def calls(path):
    """The calls that say something: name, the templates, the names of the fields given; None for `**fields`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            is_method = isinstance(node.func, ast.Attribute) and node.func.attr == "of_count"
            name = node.func.attr if is_method else getattr(node.func, "id", "")
            first = 1 if name == "say_as" else 0
            if (count := SAYING.get(name, first)) and len(node.args) >= first + count:
                yield node, name, node.args[first : first + count], [keyword.arg for keyword in node.keywords]


def named(template):
    return {field for _, field, _, _ in string.Formatter().parse(template) if field is not None}


MODULES = sorted([*(ROOT / "core").rglob("*.py"), *(ROOT / "gui").rglob("*.py"), ROOT / "main.py"])


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_templates_are_literal_and_their_fields_are_given(path):
    for node, name, templates, given in calls(path):
        where = f"{path.relative_to(ROOT)}:{node.lineno}"
        literal = [part.value for part in templates if isinstance(part, ast.Constant)]
        if len(literal) < len(templates):
            # A template that is marked elsewhere, by its name.
            assert all(isinstance(part, ast.Name | ast.Attribute | ast.Subscript) for part in templates), where
            assert name != "mark", where
            continue
        fields = set().union(*map(named, literal))
        assert all(field.isidentifier() for field in fields), where
        if name != "mark" and None not in given:
            counted = {"count"} if len(templates) == 2 else set()
            assert fields | counted == set(given) | counted, where


WORDS = re.compile(r"[a-z]{2,},? [a-z(“]{2,}|^[A-Z][a-z]{2,}(…| [A-Za-z]|$)")
"""What looks like words for people: two of them, or one with a capital."""

NAMES = {
    *(COMMANDS.keys() | set(get_args(StepKind)) | {key for command in COMMANDS.values() for key in command.keys}),
    *get_args(Role),
    *get_args(WriteOptions.__annotations__["cut_words"]),
    *("Spandesk", "Fusion", *FAMILIES),
}
"""What looks so, but names a command, a kind of step, a key, an option, this program, or something of Qt's."""


def literals_outside(tree):
    """The strings of a module that no function of the catalogue gets, no docstring, annotation or log line is."""
    inside = set()
    for node in ast.walk(tree):
        parts = []
        if isinstance(node, ast.Expr):
            parts = [node.value] if isinstance(node.value, ast.Constant) else []
        elif isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            is_log = isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") == "log"
            parts = node.args if name in {*SAYING, "say_as", "translate", "RuntimeError", "TypeVar"} or is_log else []
        elif isinstance(node, ast.Assert):
            parts = [node.msg]
        elif isinstance(node, ast.Subscript):
            parts = [node.slice] if getattr(node.value, "id", "") == "Literal" else []
        elif isinstance(node, ast.FunctionDef):
            parts = [node.returns, *(argument.annotation for argument in node.args.args)]
        inside |= {id(each) for part in parts if part is not None for each in ast.walk(part)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            yield node.lineno, node.value


@pytest.mark.parametrize("folder", sorted({path.parent for path in MODULES if ROOT / "gui" in path.parents}))
def test_no_words_of_the_window_are_outside_of_the_catalogue(folder):
    found = []
    for path in sorted(folder.glob("*.py")):
        for line, text in literals_outside(ast.parse(path.read_text(encoding="utf-8"))):
            is_style = re.search(r"[{};]|border|<span", text)
            if WORDS.search(text) and text not in NAMES and not is_style:
                found.append(f"{path.relative_to(ROOT)}:{line}: {text}")
    assert not found, "\n".join(found)


def extraction_command():
    """The arguments of pybabel as CONTRIBUTING.md has them, without the file that they write."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    command = text[text.index("pybabel extract") :].split("\n\n")[0].replace("\\\n", " ")
    words = re.sub(r"\$\(.*?\)", argparse.__file__, command.replace("print(argparse.__file__)", "")).split()
    at = words.index("-o")
    return [*words[:at], *words[at + 2 :]]


def test_the_documented_command_extracts_every_template(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    program, *arguments = extraction_command()
    CommandLineInterface().run([program, "--quiet", *arguments, "-o", str(tmp_path / "spandesk.pot")])
    with (tmp_path / "spandesk.pot").open("rb") as file:
        found = {message.id for message in read_po(file)}
    missing = []
    for path in MODULES:
        for node, _, templates, _ in calls(path):
            literal = tuple(part.value for part in templates if isinstance(part, ast.Constant))
            if literal and (literal if len(literal) > 1 else literal[0]) not in found:
                missing.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert not missing, missing
    assert {"Undo: {step}", "Go to {page}", "show this help message and exit"} <= found
    assert ("{count:,} line sent to {split}.", "{count:,} lines sent to {split}.") in found
