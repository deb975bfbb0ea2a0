"""Corrections of the gold: append-only, committed step by step, undone and redone across restarts."""

from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import replace
from typing import Literal, NamedTuple

from core.errors import UserError
from core.generators import exhausted
from core.spans import SentenceNumber, Span, checked
from core.store.changes import ChangeKind, ChangeSet
from core.store.clock import now_text
from core.store.columns import spans_of_text, spans_text
from core.store.correction_log import CorrectionLog, Kind
from core.store.database import Database, Row
from core.store.label_names import rename_text
from core.store.predictions import Predictions
from core.store.remarks import Remark, RemarkLog
from core.store.sentences import Sentences
from core.store.stale_labels import StaleLabels
from core.store.steps import Step, describe_step
from core.store.tag_set import TagSetTable

LARGE = 250
"""Sentences that are written at once in some tens of milliseconds; a step of more goes in slices of so many."""


class Corrections(CorrectionLog):
    """Writes the log and keeps each sentence's gold, and its comparison with every prediction, in step with it.

    A step is what is done at once and undone at once: one correction, or several of as many sentences, with what was
    said of them. It is known by the number of its first correction. A sentence of which something was said while its
    gold stayed has an entry with the same gold before and after, which carries the step and is no correction. A large
    step is written in slices, so that others may read the project meanwhile: no other step is made before it is at its
    end, and where it does not come to its end it is taken back, at the next start if need be.
    """

    def __init__(self, database: Database, sentences: Sentences, predictions: Predictions) -> None:
        super().__init__(database)
        self._sentences = sentences
        self._predictions = predictions
        self._tag_set = TagSetTable(database)
        self._remarks = RemarkLog(database)
        self._stale = StaleLabels(database, predictions)
        self._is_busy = False
        for (step,) in database.rows("SELECT step FROM unfinished_step"):
            self._take_back(step)
        self._stale.refresh()
        log = database.rows(
            "SELECT number, kind, target FROM correction WHERE step IS NULL OR step = number ORDER BY number"
        )
        self._done, self._undone = undo_stacks(log)

    @property
    def can_undo(self) -> bool:
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        return bool(self._undone)

    def next_undo(self) -> Step | None:
        """What `undo` would take back; None where there is nothing to undo."""
        return describe_step(self._database, self._done[-1]) if self._done else None

    def next_redo(self) -> Step | None:
        """What `redo` would make again; None where there is nothing to redo."""
        return describe_step(self._database, self._undone[-1]) if self._undone else None

    def correct(self, number: SentenceNumber, spans: Iterable[Span]) -> ChangeSet:
        """Give a sentence new gold; nothing is written when it has that gold already.

        Raises:
            UserError: the spans do not fit the sentence or the tag set.
        """
        return self.correct_together({number: spans})

    def correct_together(
        self, golds: Mapping[SentenceNumber, Iterable[Span]], remarks: Sequence[Remark] = ()
    ) -> ChangeSet:
        """Give several sentences new gold in one step; those that have it already are left alone.

        Args:
            remarks: what is said of sentences in the same step.

        Raises:
            UserError: some spans do not fit their sentence or the tag set; then no sentence is changed.
        """
        changes = self._changes(golds, self._sentences.labels())
        corrected = {change.sentence for change in changes}
        said = dict.fromkeys(remark.sentence for remark in remarks if remark.sentence not in corrected)
        return self._do([*changes, *(_Change(sentence, "correct", None, None) for sentence in said)], remarks)

    def correcting(
        self,
        golds: Iterable[Mapping[SentenceNumber, Iterable[Span]]],
        known: Mapping[str, bool] | None = None,
        relabelled: tuple[str, str] | None = None,
    ) -> Generator[int, None, ChangeSet]:
        """The same for any number of sentences, in one step; yields how many are changed so far.

        Args:
            golds: the new gold, some sentences at a time; no sentence comes twice.
            known: labels that come into the tag set with the step, or leave it.
            relabelled: a label that goes by another one from now on, also where older runs predicted it.

        Raises:
            UserError: some spans do not fit, or another such step is under way; then no sentence is changed.
        """
        known = known or {}
        with self._alone():
            labels = (*self._sentences.labels(), *known)
            parts: Iterator[list[_Change]] = (self._changes(part, labels) for part in golds)
            if known:
                parts = self._with_an_entry(parts)
            step, change = yield from self._stepping(
                "correct",
                parts,
                lambda step: self._tag_set.change_with(step, known),
                lambda step: self._relabel(step, relabelled),
            )
            if step is not None:
                self._done.append(step)
                self._undone.clear()
        return replace(change, corpus=change.corpus or (bool(known) and step is not None))

    def _with_an_entry(self, parts: Iterable[list["_Change"]]) -> Iterator[list["_Change"]]:
        """The parts; where no sentence changes, an entry that leaves the first one as it is and carries the step."""
        has_any = False
        for part in parts:
            has_any = has_any or bool(part)
            yield part
        first = self._database.value("SELECT min(number) FROM sentence")
        if not has_any and first is not None:
            yield [_Change(first, "correct", None, None)]

    def _relabel(self, step: int, relabelled: tuple[str, str] | None) -> None:
        if relabelled is not None:
            self._tag_set.relabel(step, *relabelled)
            self._stale.add(relabelled)

    def undo(self) -> ChangeSet:
        """Take the last step back, also one made before the last restart."""
        return self._moved(self._done, self._undone, "undo")

    def redo(self) -> ChangeSet:
        """Make the step again that was undone last."""
        return self._moved(self._undone, self._done, "redo")

    def undoing(self) -> Generator[int, None, ChangeSet]:
        """`undo`, a slice at a time; yields how many sentences are changed so far."""
        return self._moving(self._done, self._undone, "undo")

    def redoing(self) -> Generator[int, None, ChangeSet]:
        """`redo`, a slice at a time; yields how many sentences are changed so far."""
        return self._moving(self._undone, self._done, "redo")

    def is_large(self, *, redo: bool = False) -> bool:
        """Whether the step that would be undone, or redone, is of more sentences than one waits for."""
        steps = self._undone if redo else self._done
        return bool(steps) and len(self._corrections_of(steps[-1], f"number >= {steps[-1]} ORDER BY number")) == LARGE

    def revert(self, correction: int) -> ChangeSet:
        """Give a sentence the gold from before one correction; later corrections of the sentence are undone with it.

        Raises:
            UserError: the gold had a label that has left the tag set since.
        """
        [(sentence, before)] = self._database.rows(
            "SELECT sentence, before FROM correction WHERE number = ?", [correction]
        )
        before = rename_text(before, self._names.history().since(correction - 1))
        self._refuse_retired({span.label for span in spans_of_text(before)})
        [stored] = self._sentences.by_number([sentence])
        if spans_text(stored.gold) == before:
            return ChangeSet("revert")
        return self._do([_Change(sentence, "revert", correction, before)])

    def _refuse_retired(self, labels: Set[str]) -> None:
        if retired := labels - set(self._sentences.labels()):
            raise UserError(f"the label {min(retired)} has left the tag set since; add it again to revert to it")

    def _do(self, changes: Sequence["_Change"], remarks: Sequence[Remark] = ()) -> ChangeSet:
        """A new step, after which there is nothing to redo."""
        kind: ChangeKind = "revert" if any(change.kind == "revert" for change in changes) else "correct"
        if not _corrected(changes):
            kind = "review"
        with self._database.atomic():
            self._refuse_while_busy()
            if not changes:
                return ChangeSet(kind)
            step = self._append(changes)
            self._remarks.write(step, remarks)
        self._done.append(step)
        self._undone.clear()
        said = dict.fromkeys(remark.sentence for remark in remarks)
        return ChangeSet(kind, sentences=tuple(_corrected(changes)), reviews=tuple(said))

    def _changes(self, golds: Mapping[SentenceNumber, Iterable[Span]], labels: Collection[str]) -> list["_Change"]:
        """What gives these sentences new gold, without those that have it."""
        changes = []
        for sentence in self._sentences.by_number(list(golds)):
            after = checked(golds[sentence.number], sentence.text, labels)
            if after != sentence.gold:
                changes.append(_Change(sentence.number, "correct", None, spans_text(after)))
        return changes

    def _moved(self, source: list[int], target: list[int], kind: Literal["undo", "redo"]) -> ChangeSet:
        """Undo or redo the last step of a stack, which then lies on the other one, in one transaction."""
        with self._database.atomic():
            return exhausted(self._moving(source, target, kind))

    def _moving(
        self, source: list[int], target: list[int], kind: Literal["undo", "redo"]
    ) -> Generator[int, None, ChangeSet]:
        with self._alone():
            if not source:
                return ChangeSet(kind)
            moved, has_other_labels = source[-1], False

            def end(_: int) -> None:
                nonlocal has_other_labels
                has_other_labels = self._tag_set.replay(moved, forwards=kind == "redo")
                self._remarks.hold(moved, holds=kind == "redo")

            stale = self._tag_set.relabelled_in(moved)
            _, change = yield from self._stepping(
                kind, self._replayed(moved, kind), end, lambda _: self._stale.add(stale)
            )
            target.append(source.pop())
        said = tuple(self._remarks.sentences_of(moved))
        return replace(change, corpus=change.corpus or has_other_labels, reviews=said)

    def _replayed(self, step: int, kind: Literal["undo", "redo"]) -> Iterator[list["_Change"]]:
        """What makes a step again, or takes it back, some corrections at a time."""
        last = step - 1
        while rows := self._corrections_of(step, f"number > {last} ORDER BY number"):
            golds = [(before if kind == "undo" else after) if before != after else None for *_, before, after in rows]
            yield [_Change(row[1], kind, row[0], gold) for row, gold in zip(rows, golds, strict=True)]
            last = rows[-1][0]

    def _corrections_of(self, step: int, where: str) -> list[Row]:
        """Some corrections of a step: number, sentence, gold before and after.

        A step's corrections follow each other in the log, so going through the log is quicker than any index.
        """
        return self._database.rows(
            "SELECT number, sentence, before, after FROM correction"
            f" WHERE (number = ? OR +step = ?) AND {where} LIMIT ?",
            [step, step, LARGE],
        )

    def _stepping(
        self,
        kind: ChangeKind,
        parts: Iterable[Sequence["_Change"]],
        end: Callable[[int], None],
        begin: Callable[[int], None],
    ) -> Generator[int, None, tuple[int | None, ChangeSet]]:
        """Store a step part by part, each in a transaction of its own; returns its number.

        Args:
            end: what belongs to the step besides, in its last transaction; is given the number.
            begin: the same in its first transaction.
        """
        step: int | None = None
        changed: list[SentenceNumber] = []
        try:
            for part in parts:
                with self._database.atomic():
                    is_first, step = step is None, self._append(part, step) if part else step
                    if is_first and step is not None:
                        begin(step)
                changed += _corrected(part)
                yield len(changed)
            for _ in self._stale.refreshing():
                yield len(changed)
            if step is not None:
                with self._database.atomic():
                    self._stale.clear()
                    end(step)
                    self._database.write("DELETE FROM unfinished_step")
        except BaseException:
            if step is not None:
                self._take_back(step)
            raise
        return step, ChangeSet(kind, sentences=tuple(changed), corpus=len(changed) > LARGE)

    def _take_back(self, step: int) -> None:
        """Make as if a step that did not come to its end had never begun."""
        self._database.write("DELETE FROM relabelling WHERE step = ?", [step])
        while rows := self._corrections_of(step, f"number >= {step} ORDER BY number DESC"):
            with self._database.atomic():
                self._set_golds([(before, sentence) for _, sentence, before, _ in rows])
                self._database.write_many("DELETE FROM correction WHERE number = ?", [(row[0],) for row in rows])
        self._stale.refresh()
        self._database.write("DELETE FROM unfinished_step")

    @contextmanager
    def _alone(self) -> Generator[None, None, None]:
        """Within the block no other step is made; one that is being stored is waited for.

        Raises:
            UserError: another such block is under way.
        """
        with self._database.atomic():
            self._refuse_while_busy()
            self._is_busy = True
        try:
            yield
        finally:
            self._is_busy = False

    def _refuse_while_busy(self) -> None:
        if self._is_busy:
            raise UserError("many sentences are being changed right now; wait for the end of it, or stop it")

    def _append(self, changes: Sequence["_Change"], step: int | None = None) -> int:
        """Store corrections, all of them or none, as a new step or the next part of one that is not at its end yet.

        Returns:
            The step's number.
        """
        made_at, is_first = now_text(), step is None
        rows = [(made_at, each.kind, each.target, each.after, each.sentence) for each in changes]
        with self._database.atomic():
            if step is None:
                step = self._database.write(_INSERT.format(step="NULL"), rows[0])
            self._database.write_many(_INSERT.format(step=step), rows[1:] if is_first else rows)
            self._set_golds([(each.after, each.sentence) for each in changes if each.after is not None])
            if is_first and self._is_busy:
                self._database.write("INSERT INTO unfinished_step VALUES (?)", [step])
        return step

    def _set_golds(self, golds: Sequence[tuple[str, SentenceNumber]]) -> None:
        """Give sentences their gold, and keep what follows from it in step."""
        self._database.write_many("UPDATE sentence SET gold = ? WHERE number = ?", golds)
        for number in self._predictions.predicted([number for _, number in golds]):
            self._predictions.refresh(number)


_INSERT = (
    "INSERT INTO correction (sentence, made_at, kind, target, before, after, step)"
    " SELECT number, ?, ?, ?, gold, coalesce(?, gold), {step} FROM sentence WHERE number = ?"
)


class _Change(NamedTuple):
    """One entry that is to be made: the sentence, why, of which correction, and the new gold, or None to leave it."""

    sentence: SentenceNumber
    kind: Kind
    target: int | None
    after: str | None


def _corrected(changes: Iterable[_Change]) -> list[SentenceNumber]:
    """The sentences that get another gold."""
    return [change.sentence for change in changes if change.after is not None]


def undo_stacks(log: Sequence[tuple[int, str, int | None]] | Sequence[Row]) -> tuple[list[int], list[int]]:
    """What can be undone and redone after a log of (number, kind, target) of each step, the next one last."""
    done: list[int] = []
    undone: list[int] = []
    for number, kind, _ in log:
        if kind == "undo":
            undone.append(done.pop())
        elif kind == "redo":
            done.append(undone.pop())
        else:
            done.append(number)
            undone.clear()
    return done, undone
