"""Current names of labels: map the labels of older imports, runs and remarks through renames and merges.

Renaming or merging a label is not a correction. Golds as imported, predictions, signals and verdicts keep the names
that they were stored with, and are mapped to current names when read.

Undoing or redoing such a step changes the sentences that it changed, and how all predictions are read. Sentences
imported later with the name that would disappear would keep it and no longer agree with predictions. So a rename with
such sentences cannot be undone, and a rename or merge with such sentences cannot be redone (`LabelNames.refuse_split`);
a new rename, which changes all sentences, is possible. Steps from before the rename can then no longer be undone, but
their corrections can be reverted. Undoing a merge does not change the names of predictions, so imports do not prevent
it.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count, groupby
from typing import Any

from core.domain.errors import UserError
from core.domain.labels import FirstNames
from core.domain.spans import PredictedSpan, SentenceNumber, Span
from core.messages.catalogue import say
from core.store.columns import label_text, spans_from_text, spans_to_text
from core.store.database import Database, Row
from core.store.sentences import IMPORTED_NOW
from core.store.tag_set import TagSetTable

Names = Mapping[str, str]
"""Maps former names of labels to current ones; contains only labels whose name changed."""


@dataclass(frozen=True, slots=True)
class Relabelling:
    """A rename or merge of a label.

    Attributes:
        step: the number of its first correction.
        is_rename: whether the other label was new, so that undoing it restores the old name.
        last_sentence: the newest sentence at the time; later ones were imported with the new names.
        turns: the corrections at which it was alternately undone and redone.
    """

    step: int
    name: str
    becomes: str
    is_rename: bool
    last_sentence: SentenceNumber
    turns: tuple[int, ...] = ()

    @property
    def is_active(self) -> bool:
        return len(self.turns) % 2 == 0

    def was_active_at(self, correction: int) -> bool:
        """Whether it was in effect right after a correction."""
        return self.step <= correction and sum(turn <= correction for turn in self.turns) % 2 == 0


class LabelHistory:
    """All renames and merges of a project at one time, oldest first."""

    def __init__(self, relabellings: Sequence[Relabelling] = ()) -> None:
        self._relabellings = relabellings

    def since(self, correction: int) -> Names:
        """Map the names of labels right after a correction to current ones."""
        undone = [each for each in self._relabellings if each.was_active_at(correction) and not each.is_active]
        made = [each for each in self._relabellings if each.is_active and not each.was_active_at(correction)]
        back = [(each.becomes, each.name) for each in reversed(undone) if each.is_rename]
        return _chain([*back, *((each.name, each.becomes) for each in made)])

    def of_step(self, step: int) -> Relabelling | None:
        """The rename or merge of a step; None if it made none."""
        return next((each for each in self._relabellings if each.step == step), None)

    def find_misread(self, began: int) -> list[tuple[Relabelling, str, str]]:
        """Find wrongly mapped labels of a source begun right after a correction: (change, learned name, read name)."""
        return [
            (each, each.becomes, each.name) if each.was_active_at(began) else (each, each.name, each.becomes)
            for each in self._relabellings
            if each.is_active != each.was_active_at(began) and each.step <= began and (each.is_active or each.is_rename)
        ]

    def of_import(self, sentence: SentenceNumber, until: int | None = None) -> Names:
        """Map the names that a sentence was imported with to current ones, or to those right after a correction."""
        held = (each for each in self._relabellings if (each.is_active if until is None else each.was_active_at(until)))
        return _chain((each.name, each.becomes) for each in held if sentence <= each.last_sentence)


def _chain(steps: Iterable[tuple[str, str]]) -> Names:
    names: dict[str, str] = {}
    for name, becomes in steps:
        names = {old: becomes if now == name else now for old, now in names.items()}
        names.setdefault(name, becomes)
    return {old: now for old, now in names.items() if old != now}


class LabelNames:
    """Reads the history of names, which is part of the log of corrections and undone with it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def history(self) -> LabelHistory:
        rows = self._database.rows(
            "SELECT r.step, r.name, r.becomes, EXISTS (SELECT 1 FROM label_change AS l"
            " WHERE l.step = r.step AND l.name = r.becomes AND l.is_known), r.last_sentence, c.number"
            " FROM relabelling AS r LEFT JOIN correction AS c ON c.target = r.step AND c.kind IN ('undo', 'redo')"
            " ORDER BY r.step, c.number"
        )
        return LabelHistory([_relabelling(list(group)) for _, group in groupby(rows, key=lambda row: row[0])])

    def first_names(self) -> FirstNames:
        """The first names of the labels of the tag set, before any rename.

        A label that reuses the former name of another label is a separate label: while the other one exists, it does
        not share its first name.
        """
        rows = self._database.rows(
            "SELECT l.name, l.is_known, r.name, r.becomes FROM label_change AS l"
            " LEFT JOIN relabelling AS r ON r.step = l.step WHERE (SELECT count(*) FROM correction AS c"
            " WHERE c.target = l.step AND c.kind IN ('undo', 'redo')) % 2 = 0 ORDER BY l.step, l.is_known"
        )
        first: dict[str, str] = {}
        given_up = ""
        for name, is_known, old, becomes in rows:
            if not is_known:
                given_up = first.pop(name, name)
            elif name == becomes and old is not None:
                first[name] = given_up
            else:
                first[name] = _make_unused(name, first.values())
        tag_set = TagSetTable(self._database).labels()
        for label in tag_set:
            first.setdefault(label, _make_unused(label, first.values()))
        return FirstNames(tuple((label, first[label]) for label in tag_set if first[label] != label))

    def refuse_split(self, step: int, *, redo: bool) -> None:
        """Refuse to undo or redo a step if sentences would keep a name that predictions lose.

        Raises:
            UserError: sentences with that name were imported since the step.
        """
        change = self.history().of_step(step)
        if change is None or not (redo or change.is_rename):
            return
        gone, kept = (change.name, change.becomes) if redo else (change.becomes, change.name)
        count = self._count(gone, change.last_sentence)
        if count and redo:
            raise UserError.of_count(
                "the change of {gone} to {kept} cannot be redone: {count:,} sentence with {gone} was imported since;"
                " rename or merge {gone} again instead",
                "the change of {gone} to {kept} cannot be redone: {count:,} sentences with {gone} were imported since;"
                " rename or merge {gone} again instead",
                count=count,
                gone=gone,
                kept=kept,
            )
        if count:
            raise UserError.of_count(
                "the rename of {kept} to {gone} cannot be undone: {count:,} sentence with {gone} was imported since;"
                " rename {gone} to {kept} instead, and revert older corrections",
                "the rename of {kept} to {gone} cannot be undone: {count:,} sentences with {gone} were imported since;"
                " rename {gone} to {kept} instead, and revert older corrections",
                count=count,
                gone=gone,
                kept=kept,
            )

    def _count(self, label: str, after: int, until: int | None = None) -> int:
        """How many sentences with numbers in a range have a label in one of their golds."""
        found = self._database.value(
            "SELECT count(*) FROM sentence WHERE number > ?1 AND number <= coalesce(?2, number)"
            f" AND (instr(gold, ?3) > 0 OR instr({IMPORTED_NOW}, ?3) > 0)",
            [after, until, label_text(label)],
        )
        return int(found)

    def problems(self) -> Iterator[str]:
        """Runs whose predictions are read as another name, although the sentences that they learned from kept it."""
        history = self.history()
        for run, began, last in self._database.rows(
            "SELECT number, last_correction, last_sentence FROM run JOIN source USING (number) ORDER BY number"
        ):
            for change, learned, read in history.find_misread(began):
                if self._count(learned, change.last_sentence, last):
                    yield say(
                        "run {run}: its predictions of {learned} are read as {read}, but sentences that it knew are"
                        " still labelled {learned}; rename the label {learned} and train a new run",
                        run=run,
                        learned=learned,
                        read=read,
                    )

    def of_source(self, source: int, history: LabelHistory | None = None) -> Names:
        """Map the names of labels at the creation of a source to current ones."""
        began = self._database.value("SELECT last_correction FROM source WHERE number = ?", [source])
        return (history or self.history()).since(int(began or 0))

    def of_sources(self) -> Callable[[int], Names]:
        """A function like `of_source` that caches its results."""
        history, known = self.history(), dict[int, Names]()

        def names_of(source: int) -> Names:
            if source not in known:
                known[source] = self.of_source(source, history)
            return known[source]

        return names_of


def _relabelling(rows: Sequence[Row]) -> Relabelling:
    step, name, becomes, is_rename, last_sentence, _ = rows[0]
    turns = tuple(row[-1] for row in rows if row[-1] is not None)
    return Relabelling(step, name, becomes, bool(is_rename), last_sentence, turns)


def _make_unused(name: str, taken: Collection[str]) -> str:
    """The name, or if another label has it as its first name, one that no label can have."""
    candidates = chain([name], (f"{name} ({number})" for number in count(2)))
    return next(candidate for candidate in candidates if candidate not in taken)


def rename_spans(spans: tuple[Span, ...], names: Names) -> tuple[Span, ...]:
    if not names:
        return spans
    return tuple(Span(span.start, span.end, names.get(span.label, span.label)) for span in spans)


def rename_predictions(spans: tuple[PredictedSpan, ...], names: Names) -> tuple[PredictedSpan, ...]:
    if not names:
        return spans
    renamed = rename_spans(tuple(each.span for each in spans), names)
    return tuple(PredictedSpan(span, each.probability) for span, each in zip(renamed, spans, strict=True))


def rename_text(text: str, names: Names) -> str:
    """Rename the labels in the database text of a list of spans."""
    return spans_to_text(rename_spans(spans_from_text(text), names)) if names else text


def renaming_sql(column: str, names: Names) -> tuple[str, list[Any]]:
    """An SQL expression that renames labels in a column of spans, and its parameters.

    All names are first replaced with strings that JSON cannot contain, so that two labels can swap names.
    """
    steps = [(label_text(old), f"\1{place}]") for place, old in enumerate(names)]
    steps += [(f"\1{place}]", label_text(new)) for place, new in enumerate(names.values())]
    for _ in steps:
        column = f"replace({column}, ?, ?)"
    return column, [text for step in steps for text in step]


def earlier_names(names: Names, labels: Sequence[str]) -> Names:
    """Map current labels to their names in a run that knew `labels`, except those that it knew as they are."""
    return {now: old for old, now in names.items() if now not in labels and old in labels}
