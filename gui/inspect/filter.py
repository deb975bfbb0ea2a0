"""Which sentences the Inspect page lists, and in which order: the state of its filter bar, as it is stored, too."""

from dataclasses import dataclass, replace
from typing import get_args

from core.analysis.changes import SentenceHistory
from core.domain.spans import SPLITS, Section
from core.metrics.comparison import Outcome
from core.store.sentence_selection import ALL_ERRORS, ERROR_KINDS, ErrorKind, ReviewState, Selection
from core.store.signal_store import ORDERS, Order


@dataclass(frozen=True, slots=True)
class Filter:
    """The state of the filter bar.

    Attributes:
        kinds: the kinds of errors to show; all of them when empty and `errors` is on.
        asked: what another page asked to see; stands in place of errors, kinds and label until one of them is touched.
        batch: of the pool, whose open sentences alone are listed.
    """

    split: Section = "dev"
    errors: bool = False
    kinds: frozenset[ErrorKind] = frozenset()
    corrected: bool = False
    label: str | None = None
    text: str = ""
    history: SentenceHistory | None = None
    review: ReviewState | None = None
    order: Order = "import"
    asked: Selection | None = None
    batch: int | None = None

    @property
    def selection(self) -> Selection:
        base = self.asked or Selection(outcomes=self._outcomes(), label=self.label)
        own = replace(base, split=self.split, text=self.text, corrected=self.corrected, history=self.history)
        return replace(own, review=self.review, order=self.order, batch=self.batch)

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

    def in_section(self, section: Section) -> "Filter":
        """The same in another section; in the pool, which is not measured on, the search alone."""
        if "pool" in (section, self.split):
            return Filter(split=section, text=self.text)
        return replace(self, split=section)

    def with_label(self, label: str | None) -> "Filter":
        return replace(self, label=label, asked=None)


_STORED: dict[str, tuple[object, ...]] = {
    "split": (*SPLITS, "pool"),
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
    if not isinstance(stored, dict) or stored.get("split") not in _STORED["split"]:
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
        batch=selection.batch,
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
