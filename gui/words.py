"""Counts, lists and lines as people write them; no Qt."""

import textwrap
from collections.abc import Iterable, Sequence

from core.analysis.verdicts import Blame
from core.spans import Span
from core.words import counted as counted

BLAME_WORDS: dict[Blame, str] = {"model": "model wrong", "gold": "gold wrong", "ambiguous": "ambiguous"}
"""What a person says of a disagreement."""

_TIP_WIDTH = 58
"""Characters on a line of a tooltip; Qt does not break the lines of plain ones."""


def listed(names: Sequence[str]) -> str:
    """`PS`, `PS and LC`, `PS, LC and OG`."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def words_of(text: str, spans: Iterable[Span]) -> str:
    """Spans as people read them: `이순신 PS, 조선 LC`; a dash where there is none."""
    return ", ".join(f"{text[span.start : span.end]} {span.label}" for span in spans) or "–"


def wrapped(*paragraphs: str) -> str:
    """The text of a tooltip: every paragraph begins a line, and no line is wider than one likes to read."""
    return "\n".join(textwrap.fill(paragraph, _TIP_WIDTH) for paragraph in paragraphs)
