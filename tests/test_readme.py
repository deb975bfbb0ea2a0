"""What the README says of formats is what the formats say of themselves."""

import re
from typing import get_args

from core.formats.records import Holding
from core.formats.registry import FORMATS
from tests.paths import ROOT

HOLDINGS = get_args(Holding)


def rows(heading):
    """The cells of the README's table whose first line begins with a heading, without that line and the one below."""
    lines = (ROOT / "README.md").read_text(encoding="utf-8").split("\n")
    start = next(place for place, line in enumerate(lines) if line.startswith(f"| {heading} |"))
    table = lines[start : lines.index("", start)]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in (table[0], *table[2:])]


def names(table):
    return [re.fullmatch("`(.+)`", first)[1] for first, *_ in table[1:]]


def test_every_format_is_described():
    assert set(names(rows("format"))) == {known.name for known in FORMATS}


def test_what_each_format_keeps_is_as_the_formats_say():
    head, *table = rows("what is kept")
    assert head[1:] == list(HOLDINGS)
    kept = {
        known.name: ["yes" if each in known.holds else "–" for each in HOLDINGS] for known in FORMATS if known.write
    }
    assert {name: cells for name, (_, *cells) in zip(names([head, *table]), table, strict=True)} == kept
