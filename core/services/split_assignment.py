"""Which split imported sentences go to: that of their import, or dev where a share is drawn for it."""

from array import array
from collections import Counter
from collections.abc import Collection, Iterator

import numpy as np

from core.analysis.findings import describe_empty_dev, describe_shared
from core.domain.spans import SentenceNumber, Split
from core.domain.splitting import MEASURED_SPLITS, Keys, add_keys, as_keys, count_shared, draw_dev
from core.messages.catalogue import say_count
from core.services.intake import Accepted
from core.services.known_sentences import KnownSentences
from core.store.project import Project


class SplitAssignment:
    """Assigns what was read since the last assignment. Equal texts stay together in a drawn share, or whole documents
    where the files have any.

    Args:
        known: what the project has, to whose splits the texts are added that are assigned.
    """

    def __init__(self, project: Project, known: KnownSentences) -> None:
        self._project = project
        self._known = known
        self._dev_ratio = 0.0
        self._chosen = Counter[Split]()
        self._undrawn = 0
        self._begin()

    def _begin(self) -> None:
        self._positions, self._returned, self._keys, self._groups = array("q"), array("q"), array("q"), array("q")

    def add(self, position: int, accepted: Accepted, file: int) -> None:
        """Add a judged sentence, at some position of the import."""
        document = accepted.record.document
        self._positions.append(position)
        self._returned.append(accepted.returned or 0)
        self._keys.append(accepted.key)
        self._groups.append(hash((file, document)) if document else accepted.key)

    def assign(self, split: Split, dev_ratio: float, seed: int) -> list[tuple[Split, int]]:
        """Assign all to a split, except a share that is drawn; returns the splits and positions of the others."""
        chosen = self._project.batches.find_chosen(number for number in self._returned if number)
        drawn = self._draw(dev_ratio, seed, chosen) if dev_ratio else {}
        add_keys(self._known.splits, as_keys(self._keys), split, drawn)
        if dev_ratio:
            self._undrawn += len(chosen)
        else:
            self._chosen[split] += len(chosen)
        others = [(other, self._positions[place]) for place, other in drawn.items() if other != split]
        self._dev_ratio = max(self._dev_ratio, dev_ratio)
        self._begin()
        return others

    def _draw(self, ratio: float, seed: int, chosen: Collection[int]) -> dict[int, Split]:
        """The places of sentences that go to another split than the rest. Of those that leave the pool, only what was
        met in the random order and is drawn there goes to dev, so that dev stays a fair sample of the pool.
        """
        groups, returned = as_keys(self._groups), as_keys(self._returned)
        if not returned.any() or not self._project.batches.has_any():
            return draw_dev(groups, ratio, seed, self._known.splits)
        offered = [SentenceNumber(number) for number in self._returned if number and number not in chosen]
        drawn_there = self._project.finishing.find_drawn(offered, min(ratio, self._project.batches.dev_share()))
        is_new, is_for_dev = returned == 0, np.isin(returned, list(drawn_there))
        parts: dict[Split, Keys] = {"train": groups[~is_new & ~is_for_dev], "dev": groups[is_for_dev]}
        there = self._known.splits
        known = there | {split: np.concatenate([there[split], part]) for split, part in parts.items()}
        places = np.flatnonzero(is_new).tolist()
        drawn = {places[place]: split for place, split in draw_dev(groups[is_new], ratio, seed, known).items()}
        return drawn | dict.fromkeys(np.flatnonzero(is_for_dev).tolist(), "dev")

    def describe(self) -> Iterator[str]:
        """What a person should know of the splits as they are now, a sentence each."""
        if self._dev_ratio and not len(self._known.splits["dev"]) and not self._undrawn:
            yield describe_empty_dev(self._dev_ratio)
        for split, count in count_shared(self._known.splits).items():
            yield describe_shared(count, split)
        for split in MEASURED_SPLITS:
            if count := self._chosen[split]:
                yield say_count(
                    "{count:,} sentence that goes from the pool to {split} was in no batch in the random order, so that"
                    " {split} is not a fair sample of the pool.",
                    "{count:,} sentences that go from the pool to {split} were in no batch in the random order, so that"
                    " {split} is not a fair sample of the pool.",
                    count,
                    split=split,
                )
        if self._undrawn:
            yield say_count(
                "{count:,} sentence of the pool was in no batch in the random order and is not drawn for dev, which"
                " stays a fair sample of the pool.",
                "{count:,} sentences of the pool were in no batch in the random order and are not drawn for dev, which"
                " stays a fair sample of the pool.",
                self._undrawn,
            )
