"""Values as the database holds them: spans as JSON text, times as ISO 8601."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from core.domain.spans import PredictedSpan, Span

_KEPT = 16
"""Texts whose spans are remembered: a correction reads those of one sentence again and again."""


def spans_to_text(spans: Iterable[Span]) -> str:
    return json.dumps([[s.start, s.end, s.label] for s in spans], ensure_ascii=False, separators=(",", ":"))


def label_text(label: str) -> str:
    """What stands in the text of every list of spans that has the label, and in no other."""
    return json.dumps(label, ensure_ascii=False) + "]"


@lru_cache(_KEPT)
def spans_from_text(text: str) -> tuple[Span, ...]:
    return tuple([Span(start, end, label) for start, end, label in _parse(text)])


def prediction_rows(spans: Iterable[PredictedSpan]) -> list[list[int | str | float]]:
    """[start, end, label, probability to six decimals] of each span; what the command line prints as well."""
    return [[p.span.start, p.span.end, p.span.label, round(p.probability, 6)] for p in spans]


def predictions_to_text(spans: Iterable[PredictedSpan]) -> str:
    return json.dumps(prediction_rows(spans), ensure_ascii=False, separators=(",", ":"))


@lru_cache(_KEPT)
def predictions_from_text(text: str) -> tuple[PredictedSpan, ...]:
    return tuple([PredictedSpan(Span(start, end, label), share) for start, end, label, share in _parse(text)])


def _parse(text: str) -> Any:
    """The value of JSON text as it is stored, without blanks around it; `json.loads` takes twice as long."""
    value, end = _DECODER.raw_decode(text)
    if end != len(text):
        raise ValueError(f"there is more behind the JSON value: {text[end:]:.80}")
    return value


_DECODER = json.JSONDecoder()


def now_text() -> str:
    """The present time in UTC to the second, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")
