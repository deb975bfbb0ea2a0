"""What the filter bar stands at, and the selection of sentences that follows from it."""

from dataclasses import dataclass, replace

from core.analysis.changes import Path
from core.domain.spans import Split
from core.metrics.comparison import Comparison, Outcome
from core.store.selection import ALL_ERRORS, ERROR_KINDS, ErrorKind, ReviewState, Selection
from core.store.signals import Order


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
    path: Path | None = None
    review: ReviewState | None = None
    order: Order = "import"
    asked: Selection | None = None

    @property
    def selection(self) -> Selection:
        base = self.asked or Selection(outcomes=self._outcomes(), label=self.label)
        own = replace(base, split=self.split, text=self.text, corrected=self.corrected, path=self.path)
        return replace(own, review=self.review, order=self.order)

    @property
    def is_queue(self) -> bool:
        """Whether the list is there to be worked through."""
        return self.order != "import" or self.review == "open"

    @property
    def is_open(self) -> bool:
        """Whether every sentence of the split is shown."""
        return self == Filter(split=self.split)

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
        return replace(self.with_errors(False), path=None, order=order)

    def with_label(self, label: str | None) -> "Filter":
        return replace(self, label=label, asked=None)


def filter_of(selection: Selection) -> Filter:
    """The state that shows exactly a selection: by the bar's own buttons where they have one for it."""
    plain = Filter(
        split=selection.split,
        corrected=selection.corrected,
        text=selection.text,
        path=selection.path,
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
