"""Which sentences a list shows, and in which order: by split, text, correction, and what a run made of them."""

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from core.analysis.paths import Path
from core.scoring.comparison import Outcome
from core.spans import SentenceNumber, Split
from core.store.columns import label_text
from core.store.database import Database
from core.store.predictions import EpochKey
from core.store.sentences import Gold
from core.store.signals import Order, needs_run, ordered_numbers

ErrorKind = Literal["missed", "spurious", "edge", "type"]

ERROR_KINDS: dict[ErrorKind, tuple[Outcome, ...]] = {
    "missed": ("missed",),
    "spurious": ("spurious",),
    "edge": ("edge", "both"),
    "type": ("type", "both"),
}
"""The outcomes that a filter button stands for; a span wrong in both edge and type is found under either."""

ALL_ERRORS: tuple[Outcome, ...] = ("edge", "type", "both", "missed", "spurious")


@dataclass(frozen=True, slots=True)
class Among:
    """Sentences that an analysis found, and what they have in common, as people say it."""

    words: str
    numbers: frozenset[SentenceNumber]


@dataclass(frozen=True, slots=True)
class Selection:
    """What a list of sentences is asked to show; every condition that is set must hold.

    `text` is looked for in texts and ids, whatever its case and normal form; `sentence_id` is one whole id.
    The conditions on outcomes and labels hold for one and the same comparison of the sentence: `gold_label` is the
    label in the gold, `predicted_label` the predicted one, `label` either. `among` leaves only certain sentences,
    `path` those with this path over the epochs of the run, up to the one that is asked about.

    `order` is that of the list: `import`, as the corpus has them; `uncertain`, the least certain first; `suspicious`,
    first where a run is surest that the gold is wrong; `loss`, the least likely gold first; `random`, always the same.
    """

    split: Split = "dev"
    text: str = ""
    sentence_id: str | None = None
    corrected: bool = False
    outcomes: tuple[Outcome, ...] = ()
    gold_label: str | None = None
    predicted_label: str | None = None
    label: str | None = None
    among: Among | None = None
    path: Path | None = None
    order: Order = "import"

    @property
    def compares(self) -> bool:
        """Whether the answer depends on how predicted spans stand against the gold."""
        return bool(self.outcomes or self.gold_label or self.predicted_label)

    @property
    def needs_run(self) -> bool:
        """Whether the answer depends on predictions."""
        return self.compares or self.path is not None or needs_run(self.order)


def behind_outcome(outcome: Outcome, label: str | None, split: Split) -> Selection:
    """The sentences behind a number of `ErrorKinds`; without a label, behind the sum over all types."""
    if outcome == "spurious":
        return Selection(split, outcomes=(outcome,), predicted_label=label)
    return Selection(split, outcomes=(outcome,), gold_label=label)


def behind_pair(gold_label: str | None, predicted_label: str | None, split: Split) -> Selection:
    """The sentences behind a number of `core.scoring.confusion.Confusion`."""
    if gold_label is None:
        outcomes: tuple[Outcome, ...] = ("spurious",)
    elif predicted_label is None:
        outcomes = ("missed",)
    else:
        outcomes = ("right", "edge") if gold_label == predicted_label else ("type", "both")
    return Selection(split, outcomes=outcomes, gold_label=gold_label, predicted_label=predicted_label)


class Selections:
    """Finds the sentences of a selection."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def numbers(self, selection: Selection, key: EpochKey | None, gold: Gold) -> list[SentenceNumber]:
        """The numbers of the sentences in its order; none where predictions are asked for and there are none."""
        if selection.needs_run and key is None:
            return []
        conditions, parameters = _own_conditions(selection)
        if selection.path is not None and key is not None:
            condition, more = _path_condition(selection.path, key, gold)
            conditions.append(condition)
            parameters += more
        if selection.compares and key is not None:
            condition, more = _comparison_condition(selection, key, gold)
            conditions.append(condition)
            parameters += more
        elif selection.label:
            column = "gold" if gold == "corrected" else "imported"
            conditions.append(f"instr(s.{column}, ?) > 0")
            parameters.append(label_text(selection.label))
        where = " AND ".join(conditions)
        return ordered_numbers(self._database, selection.order, key, gold, where, parameters)


def _own_conditions(selection: Selection) -> tuple[list[str], list[Any]]:
    conditions: list[str] = ["s.split = ?"]
    parameters: list[Any] = [selection.split]
    if selection.corrected:
        conditions.append("s.gold <> s.imported")
    if selection.sentence_id is not None:
        conditions.append("s.id = ?")
        parameters.append(selection.sentence_id)
    if selection.among is not None:
        conditions.append("s.number IN (SELECT value FROM json_each(?))")
        parameters.append(json.dumps(sorted(selection.among.numbers)))
    if selection.text:
        patterns = sorted({_pattern(unicodedata.normalize(form, selection.text)) for form in ("NFC", "NFD")})
        likes = [f"s.{column} LIKE ? ESCAPE '\\'" for column in ("text", "id") for _ in patterns]
        conditions.append(f"({' OR '.join(likes)})")
        parameters += patterns * 2
    return conditions, parameters


def _pattern(text: str) -> str:
    """What LIKE needs to find a text anywhere; its own wildcards are taken literally."""
    return "%" + re.sub(r"([%_\\])", r"\\\1", text) + "%"


def _comparison_condition(selection: Selection, key: EpochKey, gold: Gold) -> tuple[str, list[Any]]:
    conditions = ["run = ?", "epoch = ?", "on_corrected" if gold == "corrected" else "on_imported"]
    parameters: list[Any] = [key.run, key.epoch]
    if selection.outcomes:
        conditions.append(f"outcome IN ({_marks(selection.outcomes)})")
        parameters += selection.outcomes
    if selection.label:
        conditions.append("(gold_label = ? OR predicted_label = ?)")
        parameters += [selection.label, selection.label]
    for column, label in (("gold_label", selection.gold_label), ("predicted_label", selection.predicted_label)):
        if label:
            conditions.append(f"{column} = ?")
            parameters.append(label)
    return f"s.number IN (SELECT sentence FROM comparison WHERE {' AND '.join(conditions)})", parameters


def _path_condition(path: Path, key: EpochKey, gold: Gold) -> tuple[str, list[Any]]:
    """Right or wrong in the epoch itself, and whether that was ever otherwise before."""
    on = "on_corrected" if gold == "corrected" else "on_imported"
    wrong = f"SELECT sentence FROM comparison WHERE run = ? AND outcome <> 'right' AND {on} AND epoch"
    right_before = (
        "SELECT sentence FROM prediction AS p WHERE run = ? AND epoch < ? AND NOT EXISTS (SELECT 1 FROM comparison AS c"
        f" WHERE c.sentence = p.sentence AND c.run = p.run AND c.epoch = p.epoch AND {on} AND outcome <> 'right')"
    )
    is_right = path in ("right", "learned")
    was_otherwise = path in ("learned", "forgotten")
    conditions = [
        "s.number IN (SELECT sentence FROM prediction WHERE run = ? AND epoch = ?)",
        f"s.number {'NOT ' if is_right else ''}IN ({wrong} = ?)",
        f"s.number {'' if was_otherwise else 'NOT '}IN ({f'{wrong} < ?' if is_right else right_before})",
    ]
    return " AND ".join(conditions), [key.run, key.epoch] * 3


def _marks(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))
