"""What the list of sentences is filtered by, and how that is said."""

from dataclasses import dataclass, replace
from typing import get_args

from core.analysis.changes import SentenceHistory
from core.domain.spans import SPLITS, Split
from core.messages.catalogue import join_words, mark, say
from core.metrics.comparison import Comparison, Outcome
from core.store.sentence_selection import ALL_ERRORS, ERROR_KINDS, ErrorKind, ReviewState, Selection
from core.store.signal_store import ORDERS, Order
from gui.text.wording import VERDICTS


@dataclass(frozen=True, slots=True)
class Filter:
    """The state of the filter bar.

    Attributes:
        kinds: the kinds of errors to show; all of them when empty and `errors` is on.
        asked: what another page asked to see; stands in place of errors, kinds and label until one of them is touched.
    """

    split: Split = "dev"
    errors: bool = False
    kinds: frozenset[ErrorKind] = frozenset()
    corrected: bool = False
    label: str | None = None
    text: str = ""
    history: SentenceHistory | None = None
    review: ReviewState | None = None
    order: Order = "import"
    asked: Selection | None = None

    @property
    def selection(self) -> Selection:
        base = self.asked or Selection(outcomes=self._outcomes(), label=self.label)
        own = replace(base, split=self.split, text=self.text, corrected=self.corrected, history=self.history)
        return replace(own, review=self.review, order=self.order)

    @property
    def is_queue(self) -> bool:
        """Whether the list is there to be worked through."""
        return self.order != "import" or self.review == "open"

    def _outcomes(self) -> tuple[Outcome, ...]:
        if not self.errors:
            return ()
        chosen = {outcome for kind in self.kinds for outcome in ERROR_KINDS[kind]}
        return tuple(outcome for outcome in ALL_ERRORS if outcome in chosen or not self.kinds)

    def with_errors(self, errors: bool) -> "Filter":
        """All sentences, or those with an error of any kind."""
        return replace(self, errors=errors, kinds=frozenset(), asked=None)

    def with_kind(self, kind: ErrorKind, on: bool) -> "Filter":
        """One kind of error more or less; the last one gone leaves all sentences."""
        kinds = self.kinds | {kind} if on else self.kinds - {kind}
        return replace(self, errors=bool(kinds), kinds=kinds, asked=None)

    def without_run(self) -> "Filter":
        """What can be asked without predictions."""
        order: Order = "import" if Selection(order=self.order).needs_run else self.order
        return replace(self.with_errors(False), history=None, order=order)

    def with_label(self, label: str | None) -> "Filter":
        return replace(self, label=label, asked=None)


_STORED: dict[str, tuple[object, ...]] = {
    "split": SPLITS,
    "errors": (False, True),
    "corrected": (False, True),
    "history": (None, *get_args(SentenceHistory)),
    "review": (None, *get_args(ReviewState)),
    "order": ORDERS,
}
"""The values that a stored field of a filter can have."""


def stored_filter(shown: Filter) -> dict[str, object]:
    """A filter as JSON keeps it, without what another page asked to see."""
    fields = {name: getattr(shown, name) for name in (*_STORED, "label", "text")}
    return {**fields, "kinds": sorted(shown.kinds)}


def read_filter(stored: object) -> Filter | None:
    """The filter that `stored_filter` made; what cannot be read is as at first. None where there is nothing to read."""
    if not isinstance(stored, dict) or stored.get("split") not in SPLITS:
        return None
    fields = {name: stored[name] for name, values in _STORED.items() if name in stored and stored[name] in values}
    fields |= {name: stored[name] for name in ("label", "text") if isinstance(stored.get(name), str)}
    kinds = stored.get("kinds")
    known = frozenset(kind for kind in get_args(ErrorKind) if isinstance(kinds, list) and kind in kinds)
    return Filter(**fields, kinds=known)


def filter_of(selection: Selection) -> Filter:
    """The state that shows exactly a selection: by the bar's own buttons where they have one for it."""
    plain = Filter(
        split=selection.split,
        corrected=selection.corrected,
        text=selection.text,
        history=selection.history,
        review=selection.review,
        order=selection.order,
    )
    for known in (plain, plain.with_errors(True)):
        if known.selection == selection:
            return known
    return replace(plain, asked=selection)


def is_random_sample(selection: Selection) -> bool:
    """Whether the sentences come by chance alone, of all or of all with an error, so that they stand for the others."""
    is_whole = selection.outcomes in ((), ALL_ERRORS) and selection.review in (None, "open")
    return is_whole and selection == Selection(
        selection.split, outcomes=selection.outcomes, review=selection.review, order="random"
    )


def concerns(selection: Selection, comparison: Comparison) -> bool:
    """Whether a comparison is what a selection looks for: its outcome and labels if it names any, else any error."""
    gold = comparison.gold.label if comparison.gold else None
    predicted = comparison.predicted.span.label if comparison.predicted else None
    if not selection.compares and not comparison.is_error:
        return False
    return (
        (not selection.outcomes or comparison.outcome in selection.outcomes)
        and selection.gold_label in (None, gold)
        and selection.predicted_label in (None, predicted)
        and selection.label in (None, gold, predicted)
    )


HISTORY_WORDS: dict[SentenceHistory | None, str] = {
    None: mark("Any history"),
    "right": mark("Always right"),
    "learned": mark("Learned"),
    "forgotten": mark("Forgotten"),
    "never": mark("Never right"),
}
"""What became of sentences over the epochs of a run."""

HISTORY_MEANINGS: dict[SentenceHistory, str] = {
    "right": mark("Sentences without an error in every epoch so far"),
    "learned": mark("Sentences without an error now, with one in an earlier epoch"),
    "forgotten": mark("Sentences with an error now, without one in an earlier epoch"),
    "never": mark("Sentences with an error in every epoch so far"),
}


ORDER_WORDS: dict[Order, str] = {
    "import": mark("In order of import"),
    "uncertain": mark("Least certain first"),
    "suspicious": mark("Likely gold errors"),
    "loss": mark("Highest loss first"),
    "random": mark("Random sample"),
}

ORDER_MEANINGS: dict[Order, str] = {
    "import": mark("In the order of the corpus"),
    "uncertain": mark("First the sentences whose tags the run is least sure of: training on them teaches it most"),
    "suspicious": mark("First the sentences where the run is most certain that the gold is wrong"),
    "loss": mark("First the sentences whose gold is least likely to the run"),
    "random": mark(
        "Fixed random order. Verdicts given here, with no filters other than errors and review, estimate how many gold"
        " errors there are in all"
    ),
}

REVIEW_WORDS: dict[ReviewState | None, str] = {
    None: mark("Reviewed or not"),
    "open": mark("Not reviewed"),
    "reviewed": mark("Reviewed"),
    "noted": mark("With note"),
}


def describe_pace(left: int, seconds: float | None) -> str:
    """How many sentences are left, and how long the last ones took: `132 to review · about 11 s each`."""
    if seconds is None:
        return say("{left:,} to review", left=left)
    if seconds < 100:
        return say("{left:,} to review · about {seconds:.0f} s each", left=left, seconds=max(seconds, 1))
    return say("{left:,} to review · about {minutes:.0f} min each", left=left, minutes=seconds / 60)


def describe_selection(selection: Selection) -> str:
    """What a selection asks for of an analysis, id, labels and outcomes; the rest is seen in the filter bar."""
    sentence = say("sentence {id}", id=selection.sentence_id) if selection.sentence_id is not None else ""
    among = selection.among.words if selection.among is not None else ""
    return " · ".join(
        part for part in (among, sentence, _describe_labels(selection), _describe_outcomes(selection)) if part
    )


def _describe_labels(selection: Selection) -> str:
    gold, predicted = selection.gold_label, selection.predicted_label
    if gold and predicted and gold != predicted:
        return say("{gold} taken for {predicted}", gold=gold, predicted=predicted)
    if gold and not predicted and not selection.outcomes:
        return say("{label} in the gold", label=gold)
    if predicted and not gold and not selection.outcomes:
        return say("{label} predicted", label=predicted)
    return gold or predicted or selection.label or ""


def _describe_outcomes(selection: Selection) -> str:
    outcomes, every = set(selection.outcomes), set(ALL_ERRORS)
    has_gold, has_predicted = selection.gold_label is not None, selection.predicted_label is not None
    if not has_gold and outcomes | {"missed"} == every and (has_predicted or outcomes != every):
        return say("wrong predictions (precision)")
    if not has_predicted and outcomes | {"spurious"} == every and (has_gold or outcomes != every):
        return say("gold not found (recall)")
    if outcomes == every:
        return say("errors")
    return join_words(say(words) for outcome, words in VERDICTS.items() if outcome in outcomes)
