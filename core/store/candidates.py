"""Which sentences of the pool can be offered: each text once, and none that is in a split already."""

from array import array
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.domain.spans import SPLITS, Split
from core.domain.splitting import Keys, as_keys, is_drawn, text_key
from core.store.database import Database
from core.store.gold.finishing import draw_name, draw_seed
from core.store.gold.remarks import Dismissals
from core.store.sentences import SLICE

_NO_DOCUMENT = 0


@dataclass(frozen=True, slots=True)
class Candidates:
    """The sentences of the pool that can be offered, and why others are not.

    Attributes:
        numbers: of the sentences, the first of each text, in order.
        for_random: whether each is offered in the random order alone: it is drawn for dev, or its document is there.
        sentences: how many sentences the pool has.
        copies: further sentences with the text of another one in the pool.
        in_splits: sentences whose text is in a split, with runs of blanks as one.
        with_document: sentences whose document is in test.
        skipped: texts that a person skipped.
    """

    numbers: Keys
    for_random: NDArray[np.bool_]
    sentences: int
    copies: int
    in_splits: Mapping[Split, int]
    with_document: int
    skipped: int

    def of_order(self, *, is_random: bool) -> Keys:
        """The sentences that an order may offer."""
        return self.numbers if is_random else self.numbers[~self.for_random]


@dataclass(slots=True)
class _Texts:
    """What is read of each sentence of a section."""

    numbers: "array[int]"
    keys: "array[int]"
    folded: "array[int]"
    documents: "array[int]"
    drawn: "array[int]"


def find_candidates(database: Database, dev_share: float) -> Generator[int, None, Candidates]:
    """Read the texts of pool and splits; a million take some seconds. Yields how many were read so far."""
    sections = {section: _Texts(*(array(code) for code in "qqqqb")) for section in (*SPLITS, "pool")}
    seed, drawn_documents = draw_seed(database), dict[int, bool]()
    sql = (
        "SELECT s.number, s.split, s.text, s.document, d.name FROM sentence AS s"
        " LEFT JOIN document AS d ON d.number = s.document WHERE s.number > ? ORDER BY s.number LIMIT ?"
    )
    for place, (number, section, text, document, name) in enumerate(database.paged(sql, [], size=SLICE), start=1):
        if section in sections:
            of_section = sections[section]
            of_section.numbers.append(number)
            of_section.keys.append(text_key(text))
            of_section.folded.append(text_key(" ".join(text.split())))
            of_section.documents.append(document or _NO_DOCUMENT)
            if section == "pool":
                if document is None:
                    is_for_dev = is_drawn(draw_name(text, None, None), dev_share, seed)
                elif (known := drawn_documents.get(document)) is None:
                    is_for_dev = drawn_documents[document] = is_drawn(draw_name("", document, name), dev_share, seed)
                else:
                    is_for_dev = known
                of_section.drawn.append(is_for_dev)
        if place % SLICE == 0:
            yield place
    return _choose(sections["pool"], {split: sections[split] for split in SPLITS}, Dismissals(database).skipped())


def _choose(pool: _Texts, splits: Mapping[Split, _Texts], skipped: frozenset[int]) -> Candidates:
    numbers, keys, documents = as_keys(pool.numbers), as_keys(pool.keys), as_keys(pool.documents)
    is_free = np.ones(len(numbers), bool)
    in_splits: dict[Split, int] = {}
    for split in ("test", "dev", "train"):
        is_there = is_free & np.isin(as_keys(pool.folded), as_keys(splits[split].folded))
        in_splits[split] = int(is_there.sum())
        is_free &= ~is_there
    in_train, in_dev, in_test = (_has_document_of(documents, splits[split]) for split in ("train", "dev", "test"))
    is_bound = is_free & in_test & ~in_train
    is_free &= ~is_bound
    places = np.flatnonzero(is_free)
    _, first, group = np.unique(keys[places], return_index=True, return_inverse=True)
    for_random, is_skipped = np.zeros(len(first), bool), np.zeros(len(first), bool)
    is_drawn_here = np.frombuffer(pool.drawn, np.int8).astype(bool)[places] if len(numbers) else np.zeros(0, bool)
    np.logical_or.at(for_random, group, (is_drawn_here | in_dev[places]) & ~in_train[places])
    np.logical_or.at(is_skipped, group, np.isin(numbers[places], list(skipped)))
    offered = numbers[places][first]
    order = np.argsort(offered)
    order = order[~is_skipped[order]]
    return Candidates(
        offered[order],
        for_random[order],
        sentences=len(numbers),
        copies=len(places) - len(first),
        in_splits=in_splits,
        with_document=int(is_bound.sum()),
        skipped=int(is_skipped.sum()),
    )


def _has_document_of(documents: Keys, texts: _Texts) -> NDArray[np.bool_]:
    there = as_keys(texts.documents)
    return np.isin(documents, there[there != _NO_DOCUMENT])


def order_by_score(candidates: Keys, scored: Sequence[tuple[int, float]]) -> tuple[Keys, NDArray[np.float64], int]:
    """The candidates that have a score, highest first and equal ones by number; their scores; how many have none."""
    numbers = np.array([number for number, _ in scored], np.int64)
    values = np.array([value for _, value in scored], np.float64)
    is_candidate = np.isin(numbers, candidates)
    numbers, values = numbers[is_candidate], values[is_candidate]
    order = np.lexsort((numbers, -values))
    return numbers[order], values[order], len(candidates) - len(numbers)
