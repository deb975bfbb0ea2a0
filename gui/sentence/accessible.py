"""A sentence in words, for those who hear the window."""

from collections.abc import Sequence

from core.domain.spans import Span
from core.metrics.comparison import Comparison

_VERDICTS = {
    "right": "",
    "edge": " (wrong edge)",
    "type": " (wrong type)",
    "both": " (wrong edge and type)",
    "missed": " (missed)",
    "spurious": " (spurious)",
}


def describe_sentence(text: str, comparisons: Sequence[Comparison]) -> str:
    """The text, then every gold and predicted span with its label and what is wrong with it."""
    return "\n".join([text, *(_describe(text, comparison) for comparison in comparisons)])


def _describe(text: str, comparison: Comparison) -> str:
    said = []
    if comparison.gold is not None:
        said.append(f"gold {_named(text, comparison.gold)}")
    if comparison.predicted is not None:
        said.append(f"predicted {_named(text, comparison.predicted.span)} {comparison.predicted.probability:.2f}")
    return ", ".join(said) + _VERDICTS[comparison.outcome]


def _named(text: str, span: Span) -> str:
    return f"{text[span.start : span.end]} {span.label}"
