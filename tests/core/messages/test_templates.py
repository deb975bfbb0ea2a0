"""Every sentence in the code is one literal template, and is given just the fields that it names."""

import ast
import string

import pytest

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


def test_the_templates_can_be_extracted():
    from babel.messages.extract import extract_from_file

    keywords = {"say": None, "mark": None, "UserError": None, "say_count": (1, 2), "of_count": (1, 2)}
    found = list(extract_from_file("python", str(ROOT / "core" / "cli" / "output.py"), keywords=keywords))
    messages = {message for _, message, *_ in found}
    assert "warning: {text}" in messages
    assert ("{count:,} verdict", "{count:,} verdicts") in messages
