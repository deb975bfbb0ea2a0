"""Texts to tag, and texts that are tagged."""

from dataclasses import dataclass

from core.domain.spans import PredictedSpan


@dataclass(frozen=True, slots=True)
class Text:
    """A text to tag, with the id that it has in its corpus file; lines of plain text have none."""

    text: str
    id: str | None = None


@dataclass(frozen=True, slots=True)
class TaggedText:
    """A text with the spans that a run found in it, in order of position."""

    text: Text
    spans: tuple[PredictedSpan, ...]
