"""Selections and verdicts as people say them."""

from core.analysis.changes import SentenceHistory
from core.domain.labels import EntityType
from core.messages.catalogue import mark, say
from core.metrics.comparison import Comparison, Outcome
from core.store.sentence_selection import ALL_ERRORS, ReviewState, Selection
from core.store.signal_store import Order

VERDICTS: dict[Outcome, str] = {
    "right": mark("right"),
    "edge": mark("wrong edge"),
    "type": mark("wrong type"),
    "both": mark("wrong edge + type"),
    "missed": mark("missed"),
    "spurious": mark("spurious"),
}
"""How the comparison of a gold and a predicted span ends."""


PATH_WORDS: dict[SentenceHistory, str] = {
    "right": "always right",
    "learned": "learned",
    "forgotten": "forgotten",
    "never": "never right",
}
"""The paths of sentences over the epochs of a run."""

PATH_MEANINGS: dict[SentenceHistory, str] = {
    "right": "without an error in every epoch so far",
    "learned": "without an error now, with one in an earlier epoch",
    "forgotten": "with an error now, without one in an earlier epoch",
    "never": "with an error in every epoch so far",
}


ORDER_WORDS: dict[Order, str] = {
    "import": "In order of import",
    "uncertain": "Least certain first",
    "suspicious": "Likely gold errors",
    "loss": "Longest loss first",
    "random": "Random sample",
}

ORDER_MEANINGS: dict[Order, str] = {
    "import": "As the sentences stand in the corpus",
    "uncertain": "First the sentences whose tags the run is least sure of: what training on them would teach it most",
    "suspicious": "First the sentences in which the run is surest of something else than the gold says",
    "loss": "First the sentences whose gold the run finds least likely as a whole",
    "random": "In an order by chance that stays the same: verdicts given in it, with no other filter than errors and"
    " reviews, tell how many gold errors there are in all",
}

REVIEW_WORDS: dict[ReviewState | None, str] = {
    None: "Any review",
    "open": "Not reviewed",
    "reviewed": "Reviewed",
    "noted": "With note",
}


def pace_words(left: int, seconds: float | None) -> str:
    """How many sentences are left, and how long the last ones took: `132 to review · about 11 s each`."""
    if seconds is None:
        return f"{left:,} to review"
    each = f"{max(seconds, 1):.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"
    return f"{left:,} to review · about {each} each"


def verdict(comparison: Comparison) -> str:
    """How a comparison ended, with the mark that says right or wrong without colour."""
    return f"{'✗' if comparison.is_error else '✓'} {say(VERDICTS[comparison.outcome])}"


def explained(comparison: Comparison, text: str) -> str:
    """What is wrong with a span: the verdict, then what gold and run say."""
    gold, predicted = comparison.gold, comparison.predicted
    said = []
    if gold is not None:
        said.append(f"gold {text[gold.start : gold.end]} {gold.label}")
    if predicted is not None:
        span = predicted.span
        said.append(f"predicted {text[span.start : span.end]} {span.label} {predicted.probability:.2f}")
    return f"{verdict(comparison)}: {', '.join(said)}"


def label_names(label: EntityType) -> str:
    """A label with its Korean and English names, as far as it has any."""
    has_names = label.korean != label.label
    return f"{label.label}  {label.korean} · {label.english}" if has_names else label.label


def selection_words(selection: Selection) -> str:
    """What a selection asks for of an analysis, id, labels and outcomes; the rest is seen in the filter bar."""
    sentence = f"sentence {selection.sentence_id}" if selection.sentence_id is not None else ""
    among = selection.among.words if selection.among is not None else ""
    return " · ".join(part for part in (among, sentence, _labels(selection), _outcomes(selection)) if part)


def _labels(selection: Selection) -> str:
    gold, predicted = selection.gold_label, selection.predicted_label
    if gold and predicted and gold != predicted:
        return f"{gold} taken for {predicted}"
    if gold and not predicted and not selection.outcomes:
        return f"{gold} in the gold"
    if predicted and not gold and not selection.outcomes:
        return f"{predicted} predicted"
    return gold or predicted or selection.label or ""


def _outcomes(selection: Selection) -> str:
    outcomes, every = set(selection.outcomes), set(ALL_ERRORS)
    has_gold, has_predicted = selection.gold_label is not None, selection.predicted_label is not None
    if not has_gold and outcomes | {"missed"} == every and (has_predicted or outcomes != every):
        return "wrong predictions (precision)"
    if not has_predicted and outcomes | {"spurious"} == every and (has_gold or outcomes != every):
        return "gold not found (recall)"
    if outcomes == every:
        return "errors"
    return ", ".join(say(words) for outcome, words in VERDICTS.items() if outcome in outcomes)
