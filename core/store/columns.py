"""Conversion to and from database columns: spans as JSON text, times as ISO 8601."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from core.domain.spans import PredictedSpan, Span

_KEPT = 16
"""The size of the cache of parsed spans: a correction reads those of one sentence repeatedly."""


def spans_to_text(spans: Iterable[Span]) -> str:
    return json.dumps([[s.start, s.end, s.label] for s in spans], ensure_ascii=False, separators=(",", ":"))


def json_text(value: object) -> str:
    """The JSON text of a value; halves of surrogate pairs, which SQLite cannot store, are escaped."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":"))
    return text


def label_text(label: str) -> str:
    """A substring of the JSON text of every list of spans with the label, and of no other."""
    return json.dumps(label, ensure_ascii=False) + "]"


@lru_cache(_KEPT)
def spans_from_text(text: str) -> tuple[Span, ...]:
    return tuple([Span(start, end, label) for start, end, label in _parse(text)])


def prediction_rows(spans: Iterable[PredictedSpan]) -> list[list[int | str | float]]:
    """[start, end, label, probability to six decimals] of each span, also for the command line."""
    return [[p.span.start, p.span.end, p.span.label, round(p.probability, 6)] for p in spans]


def predictions_to_text(spans: Iterable[PredictedSpan]) -> str:
    return json.dumps(prediction_rows(spans), ensure_ascii=False, separators=(",", ":"))


@lru_cache(_KEPT)
def predictions_from_text(text: str) -> tuple[PredictedSpan, ...]:
    return tuple([PredictedSpan(Span(start, end, label), share) for start, end, label, share in _parse(text)])


def _parse(text: str) -> Any:
    """The value of JSON text without surrounding blanks; twice as fast as `json.loads`."""
    value, end = _DECODER.raw_decode(text)
    if end != len(text):
        raise ValueError(f"there is more behind the JSON value: {text[end:]:.80}")
    return value


_DECODER = json.JSONDecoder()


def now_text() -> str:
    """The current time in UTC to the second, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")
