"""The pool: sentences that nobody judged yet, which people finish, skip, and get suggestions for."""

from collections.abc import Collection, Iterable, Iterator, Sequence

from core.domain.spans import SentenceNumber, Span
from core.store.batches import Batches, BatchOrder
from core.store.changes import ChangeSet
from core.store.gold.corrections import Corrections
from core.store.gold.finishing import Finished, Finishing
from core.store.gold.remarks import Dismissals, Remark, Skipped, SuggestionPlace
from core.store.label_history import LabelNames


class Pool:
    """What a person does with sentences of the pool; every method that changes something is one step."""

    def __init__(
        self,
        finishing: Finishing,
        corrections: Corrections,
        dismissals: Dismissals,
        batches: Batches,
        names: LabelNames,
    ) -> None:
        self._finishing = finishing
        self._corrections = corrections
        self._dismissals = dismissals
        self._batches = batches
        self._names = names

    def learn_texts(self) -> Iterator[None]:
        """Read the texts that `finish` compares, which takes seconds in a large pool, pausing now and then."""
        return self._finishing.learn_texts()

    def finish(
        self,
        number: SentenceNumber,
        spans: Iterable[Span],
        *,
        order: BatchOrder | None = None,
        seconds: float | None = None,
        remarks: Sequence[Remark] = (),
    ) -> Finished:
        """Give a sentence of the pool, and its copies there, their gold, which moves them to train; or to dev, where
        they were met in the random order and are drawn for it. They are marked as reviewed, all in one step.

        Args:
            order: the order of the batch in which the sentence was met; None if it was met outside of one.
            seconds: how long the sentence was shown.
            remarks: what else is said in the same step.

        Raises:
            UserError: it is not in the pool, the spans do not fit, or its text or document is in dev or test.
        """
        share = self._batches.dev_share()
        return self._finishing.finish(
            number, spans, is_random=order == "random", dev_share=share, seconds=seconds, remarks=remarks
        )

    def skip(self, numbers: Collection[SentenceNumber]) -> ChangeSet:
        """Skip sentences: no batch offers them until `come_back`."""
        return self._corrections.dismiss("sentence", map(Skipped, numbers), dismissed=True)

    def come_back(self, numbers: Collection[SentenceNumber] | None = None) -> ChangeSet:
        """Offer sentences again that were skipped; without numbers, all."""
        chosen = self._dismissals.skipped() if numbers is None else numbers
        return self._corrections.dismiss("sentence", map(Skipped, sorted(chosen)), dismissed=False)

    def skipped(self) -> frozenset[SentenceNumber]:
        return self._dismissals.skipped()

    def count_skipped(self) -> int:
        """How many sentences that are still in the pool are skipped."""
        return self._dismissals.count_skipped()

    def reject(self, number: SentenceNumber, spans: Iterable[Span], *, rejected: bool = True) -> ChangeSet:
        """Reject suggestions for a sentence, which are not taken with all others then, or withdraw that."""
        places = [SuggestionPlace(number, *self._find_stored(number, span)) for span in spans]
        return self._corrections.dismiss("suggestion", places, dismissed=rejected)

    def rejected(self, number: SentenceNumber) -> frozenset[Span]:
        """The suggestions for a sentence that were rejected, with current label names."""
        return frozenset(now for _, now in self._rejected(number))

    def _rejected(self, number: SentenceNumber) -> list[tuple[Span, Span]]:
        """The rejected suggestions for a sentence, as stored and with current label names."""
        found = self._dismissals.rejected(number)
        history = self._names.history() if found else None
        pairs = []
        for span, step in found:
            names = history.since(step) if history is not None else {}
            pairs.append((span, Span(span.start, span.end, names.get(span.label, span.label))))
        return pairs

    def _find_stored(self, number: SentenceNumber, span: Span) -> tuple[int, int, str]:
        """A suggestion as it is stored, where it was rejected before under a former name of its label."""
        stored = next((then for then, now in self._rejected(number) if now == span), span)
        return stored.start, stored.end, stored.label
