"""Select and order the sentences of a list: by split, text, corrections, remarks and predictions."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Literal

from core.analysis.changes import SentenceHistory
from core.domain.spans import Section, SentenceNumber
from core.metrics.comparison import Outcome
from core.store.batches import IS_NOT_SKIPPED
from core.store.columns import label_text
from core.store.database import Database
from core.store.documents import split_search, term_condition
from core.store.predictions import EpochKey
from core.store.search import TextSearch
from core.store.sentences import IMPORTED_NOW, Gold, in_section, section_then
from core.store.signal_store import Order, needs_run, ordered_numbers

ErrorKind = Literal["missed", "spurious", "edge", "type"]

ERROR_KINDS: dict[ErrorKind, tuple[Outcome, ...]] = {
    "missed": ("missed",),
    "spurious": ("spurious",),
    "edge": ("edge", "both"),
    "type": ("type", "both"),
}
"""The outcomes of each error filter; a span wrong in both edge and type matches either."""

ALL_ERRORS: tuple[Outcome, ...] = ("edge", "type", "both", "missed", "spurious")


ReviewState = Literal["open", "reviewed", "noted"]

_REVIEW_CONDITIONS: dict[ReviewState, str] = {
    "open": "s.number NOT IN (SELECT sentence FROM reviewed)",
    "reviewed": "s.number IN (SELECT sentence FROM reviewed)",
    "noted": "s.number IN (SELECT sentence FROM noted)",
}


@dataclass(frozen=True, slots=True)
class FixedSet:
    """Sentences that an analysis found, with a description."""

    words: str
    numbers: frozenset[SentenceNumber]


@dataclass(frozen=True, slots=True)
class Selection:
    """The conditions and the order of a list of sentences; all conditions that are set must be met.

    `text` is searched for in texts, ids and notes, ignoring case and normal form; terms such as `document:news` in it
    are conditions on what files say, see `core.store.documents.split_search`. `sentence_id` is a complete id. The
    conditions on outcomes and labels must be met by the same comparison in the sentence: `gold_label` is the label in
    the gold, `predicted_label` the predicted one, `label` either. Without those on outcomes and these two, predictions
    do not matter: `label` is then one in the gold. `among` restricts the list to certain sentences,
    `history` to those with this history over the epochs of the run up to the chosen one, `review` to those that are
    reviewed, not yet reviewed (`open`), or have a note.

    `order`: `import`, in order of the corpus; `uncertain`, least certain first; `suspicious`, likeliest gold errors
    first; `loss`, highest loss first; `random`, a fixed random order. `batch` restricts the list to what is open of a
    batch of sentences to label next, in the order of the batch.
    """

    split: Section = "dev"
    text: str = ""
    sentence_id: str | None = None
    corrected: bool = False
    outcomes: tuple[Outcome, ...] = ()
    gold_label: str | None = None
    predicted_label: str | None = None
    label: str | None = None
    among: FixedSet | None = None
    history: SentenceHistory | None = None
    review: ReviewState | None = None
    order: Order = "import"
    batch: int | None = None

    @property
    def compares(self) -> bool:
        """Whether the result depends on comparisons of predicted and gold spans."""
        return bool(self.outcomes or self.gold_label or self.predicted_label)

    @property
    def needs_run(self) -> bool:
        """Whether the result depends on predictions."""
        return self.compares or self.history is not None or needs_run(self.order)


def behind_outcome(outcome: Outcome, label: str | None, split: Section) -> Selection:
    """The selection of the sentences counted in a number of `ErrorKinds`; without a label, in their total."""
    if outcome == "spurious":
        return Selection(split, outcomes=(outcome,), predicted_label=label)
    return Selection(split, outcomes=(outcome,), gold_label=label)


def behind_pair(gold_label: str | None, predicted_label: str | None, split: Section) -> Selection:
    """The selection of the sentences counted in a number of `core.metrics.confusion.Confusion`."""
    if gold_label is None:
        outcomes: tuple[Outcome, ...] = ("spurious",)
    elif predicted_label is None:
        outcomes = ("missed",)
    else:
        outcomes = ("right", "edge") if gold_label == predicted_label else ("type", "both")
    return Selection(split, outcomes=outcomes, gold_label=gold_label, predicted_label=predicted_label)


class Selections:
    """Finds the sentences of a selection."""

    def __init__(self, database: Database, search: TextSearch) -> None:
        self._database = database
        self._search = search

    def numbers(self, selection: Selection, key: EpochKey | None, gold: Gold) -> list[SentenceNumber]:
        """The sentence numbers in the selection's order; empty if it needs predictions and there are none."""
        if selection.needs_run and key is None:
            return []
        if selection.batch is not None:
            return self._of_batch(selection)
        wanted = list(self._wanted(selection, key, gold))
        if not all(wanted):
            return []
        conditions, parameters = _own_conditions(selection)
        if selection.compares and key is not None:
            condition, more = _comparison_condition(selection, key, gold)
            conditions += [condition, in_section(selection.split, key.source)]
            parameters += more
        elif selection.label:
            column = "gold" if gold == "corrected" else IMPORTED_NOW
            conditions.append(f"instr({column}, ?) > 0")
            parameters.append(label_text(selection.label))
        where = " AND ".join(conditions)
        numbers = ordered_numbers(self._database, selection.order, key, gold, where, parameters)
        for found in wanted:
            numbers = [number for number in numbers if number in found]
        return numbers

    def _of_batch(self, selection: Selection) -> list[SentenceNumber]:
        """What is open of a batch, in its order, as far as the text that is searched for occurs in it."""
        conditions, parameters = _own_conditions(selection)
        rows = self._database.rows(
            "SELECT s.number FROM batch_sentence AS b CROSS JOIN sentence AS s ON s.number = b.sentence"
            f" WHERE b.batch = ? AND {IS_NOT_SKIPPED} AND {' AND '.join(conditions)} ORDER BY b.place",
            [selection.batch, *parameters],
        )
        numbers = [SentenceNumber(row[0]) for row in rows]
        for found in self._wanted(selection, None, "corrected"):
            numbers = [number for number in numbers if number in found]
        return numbers

    def errors_at_random(self, key: EpochKey, split: Section) -> list[SentenceNumber]:
        """The sentences in which an epoch differs from the gold as imported, in random order.

        The split is that at the start of the run, so that no sentence leaves a sample by being corrected.
        """
        condition, parameters = _comparison_condition(Selection(split, outcomes=ALL_ERRORS), key, "imported")
        where = f"{condition} AND {section_then(key.source)} = ?"
        return ordered_numbers(self._database, "random", key, "imported", where, [*parameters, split])

    def _wanted(self, selection: Selection, key: EpochKey | None, gold: Gold) -> Iterator[AbstractSet[SentenceNumber]]:
        """For each condition that is not in SQL, the sentences of all splits that meet it. They are intersected in
        memory, since in SQLite looking up every number would take longer than reading all sentences.
        """
        if text := split_search(selection.text)[0]:
            yield self._search.find(text, selection.split)
        if selection.among is not None:
            yield selection.among.numbers
        if selection.history is not None and key is not None:
            yield find_by_history(self._database, selection.history, key, gold)


def _own_conditions(selection: Selection) -> tuple[list[str], list[Any]]:
    conditions: list[str] = ["s.split = ?"]
    parameters: list[Any] = [selection.split]
    if selection.corrected:
        conditions.append(f"s.gold <> {IMPORTED_NOW}")
    if selection.sentence_id is not None:
        conditions.append("s.id = ?")
        parameters.append(selection.sentence_id)
    for term in split_search(selection.text)[1]:
        condition, more = term_condition(term)
        conditions.append(condition)
        parameters += more
    if selection.review is not None:
        conditions.append(_REVIEW_CONDITIONS[selection.review])
    return conditions, parameters


def _comparison_condition(selection: Selection, key: EpochKey, gold: Gold) -> tuple[str, list[Any]]:
    conditions = ["source = ?", "epoch = ?", "on_corrected" if gold == "corrected" else "on_imported"]
    parameters: list[Any] = [key.source, key.epoch]
    if selection.outcomes:
        conditions.append(f"outcome IN ({_placeholders(selection.outcomes)})")
        parameters += selection.outcomes
    if selection.label:
        conditions.append("(gold_label = ? OR predicted_label = ?)")
        parameters += [selection.label, selection.label]
    for column, label in (("gold_label", selection.gold_label), ("predicted_label", selection.predicted_label)):
        if label:
            conditions.append(f"{column} = ?")
            parameters.append(label)
    return f"s.number IN (SELECT sentence FROM comparison WHERE {' AND '.join(conditions)})", parameters


def _placeholders(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))


def find_by_history(database: Database, history: SentenceHistory, key: EpochKey, gold: Gold) -> set[SentenceNumber]:
    """The sentences that the epoch tagged with the last outcome of the history, and whether it ever differed before.

    Done with Python sets, since SQLite would run a subquery for every sentence and epoch.
    """
    tagged, wrong = _find_tagged(database, key), _find_wrong(database, key, gold)
    is_right = history in ("right", "learned")
    found = tagged - wrong if is_right else tagged & wrong
    otherwise: set[SentenceNumber] = set()
    for epoch in range(1, key.epoch):
        before = EpochKey(key.source, epoch)
        wrong = _find_wrong(database, before, gold)
        otherwise |= wrong if is_right else _find_tagged(database, before) - wrong
    return found & otherwise if history in ("learned", "forgotten") else found - otherwise


def _find_tagged(database: Database, key: EpochKey) -> set[SentenceNumber]:
    return set(
        database.numbers(
            "SELECT sentence FROM prediction WHERE source = ? AND epoch = ? AND judged = 'yes'", [key.source, key.epoch]
        )
    )


def _find_wrong(database: Database, key: EpochKey, gold: Gold) -> set[SentenceNumber]:
    on = "on_corrected" if gold == "corrected" else "on_imported"
    found = database.numbers(
        f"SELECT DISTINCT sentence FROM comparison WHERE source = ? AND epoch = ? AND {on}"
        " AND outcome IN ('edge', 'type', 'both', 'missed', 'spurious')",  # listed, so that the index is used
        [key.source, key.epoch],
    )
    return set(found)
