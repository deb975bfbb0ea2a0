"""Correct the gold: an append-only log of steps that can be undone and redone, also after a restart."""

from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Literal, NamedTuple

from core.domain.errors import UserError
from core.domain.generators import run_to_end
from core.domain.labels import in_display_order
from core.domain.spans import SentenceNumber, Span, check_spans
from core.store.changes import ChangeKind, ChangeSet, GoldChange
from core.store.columns import spans_to_text
from core.store.database import Database
from core.store.gold.log import Change, CorrectionLog, LogWriter, StepPart, changed_golds, ensure_entry, problems_of_log
from core.store.gold.remarks import DismissalKind, Dismissals, Remark, RemarkLog, Subject
from core.store.gold.reverting import find_earliest, find_unjudged, revert_golds, revert_parts
from core.store.gold.section_changes import SectionChange, SentenceMove
from core.store.gold.stale_labels import StaleLabels
from core.store.gold.steps import Step, describe_step
from core.store.gold.undo_stacks import UndoHistory
from core.store.predictions import Predictions
from core.store.sentences import Addition, Move, Sentences
from core.store.tag_set import TagSetTable

LARGE = 250
"""Sentences that can be written in some tens of milliseconds; larger steps are written in slices of this size."""


class NextSteps(NamedTuple):
    """The next steps to undo and redo.

    Attributes:
        undo, redo: None if there is nothing to undo or redo.
        lasting: the newest import, and the newest move of dev sentences to train, since the next step to undo; undo
            does not cover these.
    """

    undo: Step | None = None
    redo: Step | None = None
    lasting: tuple[Addition | Move, ...] = ()


class Corrections(CorrectionLog):
    """Writes the log, and updates each sentence's gold and its comparisons with predictions.

    A step is what is done and undone at once: a correction, or one for each of several sentences, with remarks about
    them. It is identified by the number of its first correction. A remark without a change of gold is logged as an
    entry with equal gold before and after, which is not a correction. What can be undone and redone is computed from
    the log, so it is correct after any failure.

    A large step is written in slices, so that others can use the project meanwhile, and is recorded in
    `unfinished_step` until its last slice. Other steps are refused meanwhile. If it fails, it is rolled back; if that
    fails too, the rollback is tried again before the next change and when the project is opened.
    """

    def __init__(self, database: Database, sentences: Sentences, predictions: Predictions) -> None:
        super().__init__(database)
        self._sentences = sentences
        self._predictions = predictions
        self._tag_set = TagSetTable(database)
        self._remarks = RemarkLog(database)
        self._dismissals = Dismissals(database)
        self._stale = StaleLabels(database, predictions)
        self._history = UndoHistory(database)
        self._log = LogWriter(database, predictions, self._history, self._stale)
        self._is_busy = False
        self.settle()
        self._stale.refresh()

    @property
    def rollbacks(self) -> int:
        """How many unfinished steps were rolled back since the project was opened."""
        return self._log.rollbacks

    def sign(self, author: str) -> None:
        """Store this name with all steps from now on, as that of whoever makes them; empty if it is not known."""
        self._log.author = author

    @property
    def can_undo(self) -> bool:
        return self._history.stacks().done is not None

    @property
    def can_redo(self) -> bool:
        return self._history.stacks().undone is not None

    def next_steps(self) -> NextSteps:
        """Describe the steps that `undo` and `redo` would apply to."""
        stacks = self._history.stacks()
        undo, redo = (
            None if chain is None else describe_step(self._database, chain[0]) for chain in (stacks.done, stacks.undone)
        )
        return NextSteps(undo, redo, self._sentences.lasting_since(undo.number) if undo is not None else ())

    def _next(self, kind: Literal["undo", "redo"]) -> int | None:
        """The next step to undo or redo."""
        stacks = self._history.stacks()
        chain = stacks.done if kind == "undo" else stacks.undone
        return None if chain is None else chain[0]

    @property
    def is_settled(self) -> bool:
        """Whether every step is complete: false while a large one is being written or could not be rolled back."""
        return self._database.value("SELECT 1 FROM unfinished_step") is None

    def settle(self) -> bool:
        """Roll back an unfinished step; returns whether there was one.

        Call this before work that needs a consistent corpus, such as a training or an export.

        Raises:
            UserError: a large step is being written, or a failed one cannot be rolled back yet.
        """
        if not self._is_busy and self.is_settled:
            return False
        with self._database.atomic():
            return self._begin()

    def correct(self, number: SentenceNumber, spans: Iterable[Span]) -> ChangeSet:
        """Give a sentence new gold; does nothing if the gold is unchanged.

        Raises:
            UserError: the spans do not fit the sentence or the tag set.
        """
        return self.correct_together({number: spans})

    def correct_together(
        self, golds: Mapping[SentenceNumber, Iterable[Span]], remarks: Sequence[Remark] = ()
    ) -> ChangeSet:
        """Give several sentences new gold in one step; unchanged ones are skipped.

        Args:
            remarks: marks, notes and verdicts of the same step.

        Raises:
            UserError: some spans do not fit their sentence or the tag set; then no sentence is changed.
        """
        changes = self._changes(golds, in_display_order(self._tag_set.names()) if golds else ())
        corrected = {change.sentence for change in changes}
        said = dict.fromkeys(remark.sentence for remark in remarks if remark.sentence not in corrected)
        return self._store_step([*changes, *(Change(sentence, "correct") for sentence in said)], remarks=remarks)

    def correct_in_slices(
        self,
        golds: Iterable[Mapping[SentenceNumber, Iterable[Span]]],
        known: Mapping[str, bool] | None = None,
        relabelled: tuple[str, str] | None = None,
    ) -> Generator[int, None, ChangeSet]:
        """Give any number of sentences new gold in one step; yields how many were changed so far.

        Args:
            golds: the new gold of some sentences at a time; no sentence may occur twice.
            known: labels that the step adds to the tag set (true) or removes from it (false).
            relabelled: the old and new name of a label that is renamed or merged, also in the predictions of older
                runs.

        Raises:
            UserError: some spans do not fit, or another large step is being written; then no sentence is changed.
        """
        known = known or {}
        with self._exclusively() as has_settled:
            labels = (*self._sentences.labels(), *known)
            parts: Iterator[list[Change]] = (self._changes(part, labels) for part in golds)
            step, change = yield from self._store_in_slices(
                "correct",
                map(StepPart, ensure_entry(parts) if known else parts),
                lambda step: self._tag_set.change_with(step, known),
                lambda step: self._relabel(step, relabelled),
            )
        return replace(change, corpus=change.corpus or has_settled or (bool(known) and step is not None))

    def finish(
        self,
        golds: Mapping[SentenceNumber, Iterable[Span]],
        moves: Sequence[SectionChange],
        remarks: Sequence[Remark],
    ) -> ChangeSet:
        """Give sentences of the pool their gold, which moves them to a split, in one step.

        Raises:
            UserError: some spans do not fit their sentence or the tag set; then no sentence is changed.
        """
        return self._store_step(*self.plan_finish(golds, moves), remarks=remarks)

    def plan_finish(self, golds: Mapping[SentenceNumber, Iterable[Span]], moves: Sequence[SectionChange]) -> StepPart:
        """The same as a part of a large step; a sentence whose gold stays has an entry, too."""
        changed = {change.sentence: change for change in self._changes(golds, self._sentences.labels())}
        return StepPart([changed.get(number, Change(number, "correct")) for number in golds], moves)

    def move_in_slices(
        self, parts: Iterable[StepPart], kind: Literal["move", "finish"] = "move"
    ) -> Generator[int, None, ChangeSet]:
        """Move any number of sentences between sections in one step; yields how many were moved so far.

        Args:
            parts: some sentences at a time, each once; `core.store.gold.moves` and `finishing` make them.

        Raises:
            UserError: another large step is being written; then no sentence is moved.
        """
        with self._exclusively() as has_settled:
            _, change = yield from self._store_in_slices(kind, parts)
        return replace(change, corpus=change.corpus or has_settled)

    def dismiss(self, kind: DismissalKind, subjects: Iterable[Subject], *, dismissed: bool) -> ChangeSet:
        """Dismiss strings or places as correct, reject suggestions or skip sentences, or withdraw that; a step of
        its own.
        """
        chosen = self._dismissals.unlike(kind, subjects, dismissed=dismissed)
        if not chosen:
            return ChangeSet("dismiss")
        change = self._store_step(
            [Change(None, "correct")],
            also=lambda step: self._dismissals.change_with(step, kind, chosen, dismissed=dismissed),
        )
        return replace(change, kind="dismiss", dismissals=True)

    def _relabel(self, step: int, relabelled: tuple[str, str] | None) -> None:
        if relabelled is not None:
            self._tag_set.relabel(step, *relabelled)
            self._stale.add(relabelled)

    def undo(self) -> ChangeSet:
        """Undo the last step, also one from before the last restart.

        Raises:
            UserError: it renamed a label, and sentences with the new name were imported since.
        """
        return self._move("undo")

    def redo(self) -> ChangeSet:
        """Redo the step that was undone last.

        Raises:
            UserError: it would rename a label, and sentences with the old name were imported since.
        """
        return self._move("redo")

    def undo_in_slices(self) -> Generator[int, None, ChangeSet]:
        """`undo` in slices; yields how many sentences were changed so far."""
        return self._move_in_slices("undo")

    def redo_in_slices(self) -> Generator[int, None, ChangeSet]:
        """`redo` in slices; yields how many sentences were changed so far."""
        return self._move_in_slices("redo")

    def is_large(self, *, redo: bool = False) -> bool:
        """Whether the next step to undo or redo is too large for one transaction."""
        step = self._next("redo" if redo else "undo")
        return step is not None and self._log.is_large(step, LARGE)

    def revert(self, *corrections: int, steps: Collection[int] = (), moves: Collection[SentenceMove] = ()) -> ChangeSet:
        """Give sentences the gold and the section from before some corrections, some steps, or their moves by some
        steps, in one step. Later corrections of these sentences are reverted, too; sentences that were moved again
        since stay where they are.

        Raises:
            UserError: the earlier gold has a label that was removed from the tag set since, or all sentences were moved
                again since.
        """
        return run_to_end(self.revert_in_slices(*corrections, steps=steps, moves=moves))

    def revert_in_slices(
        self, *corrections: int, steps: Collection[int] = (), moves: Collection[SentenceMove] = ()
    ) -> Generator[int, None, ChangeSet]:
        """`revert` in slices; yields how many sentences were changed so far."""
        with self._exclusively() as has_settled:
            earliest = find_earliest(self._database, corrections, steps, moves)
            moved = self._log.reversed_moves(steps, [*moves, *find_unjudged(self._database, earliest)])
            golds = revert_golds(self._database, self._sentences, earliest, LARGE)
            parts = revert_parts(golds, moved, LARGE)
            _, change = yield from self._store_in_slices("revert", parts)
        return replace(change, corpus=change.corpus or has_settled)

    def is_large_revert(
        self, *corrections: int, steps: Collection[int] = (), moves: Collection[SentenceMove] = ()
    ) -> bool:
        """Whether a revert may be too large for one transaction."""
        count = len(corrections) + len(steps) + len(moves)
        for step in steps:
            if count >= LARGE or self._log.is_large(step, LARGE):
                return True
            count += len(self._log.entries(step, limit=LARGE)) - 1
        return count >= LARGE

    def _store_step(
        self,
        changes: Sequence[Change],
        moves: Sequence[SectionChange] = (),
        remarks: Sequence[Remark] = (),
        also: Callable[[int], None] = lambda step: None,
    ) -> ChangeSet:
        """Store a new step, which clears what can be redone; `also` is called with its number to add to it."""
        golds = changed_golds(changes)
        kind: ChangeKind = "finish" if moves else "correct" if golds else "review"
        with self._database.atomic():
            has_settled = self._begin()
            if changes:
                step = self._log.append(StepPart(changes, moves))
                self._remarks.write(step, remarks)
                also(step)
        said = dict.fromkeys(remark.sentence for remark in remarks)
        change = _change_set(kind, {**golds, **dict.fromkeys(each.sentence for each in moves)}, golds)
        return replace(change, corpus=has_settled or change.corpus or bool(moves), reviews=tuple(said))

    def problems(self) -> Iterator[str]:
        """The problems of the log; none in a sound project."""
        return problems_of_log(self._database, self._history)

    def _changes(self, golds: Mapping[SentenceNumber, Iterable[Span]], labels: Collection[str]) -> list[Change]:
        """The changes that give sentences new gold, without unchanged ones."""
        changes = []
        for sentence in self._sentences.by_number(list(golds)):
            after = check_spans(golds[sentence.number], sentence.text, labels)
            if after != sentence.gold:
                before = spans_to_text(sentence.gold)
                changes.append(Change(sentence.number, "correct", None, before, spans_to_text(after)))
        return changes

    def _move(self, kind: Literal["undo", "redo"]) -> ChangeSet:
        """Undo or redo a step in one transaction."""
        with self._database.atomic():
            has_settled, step = self._begin(), self._next(kind)
            if step is None:
                return ChangeSet(kind, corpus=has_settled)
            self._names.refuse_split(step, redo=kind == "redo")
            entry, golds, moved = None, dict[SentenceNumber, GoldChange](), list[SentenceNumber]()
            for part in self._log.replay(step, kind, LARGE):
                entry = self._log.append(part, entry)
                golds |= changed_golds(part.changes)
                moved += [each.sentence for each in part.moves]
            self._stale.add(self._tag_set.relabelling_of(step))
            self._stale.refresh()
            ended = self._end_move(step, kind)
        change = _change_set(kind, [*golds, *moved], golds)
        is_wide = has_settled or ended.corpus or change.corpus or bool(moved)
        return replace(ended, sentences=change.sentences, golds=change.golds, corpus=is_wide)

    def _move_in_slices(self, kind: Literal["undo", "redo"]) -> Generator[int, None, ChangeSet]:
        with self._exclusively() as has_settled:
            step = self._next(kind)
            if step is None:
                return ChangeSet(kind, corpus=has_settled)
            self._names.refuse_split(step, redo=kind == "redo")
            ended = ChangeSet(kind)

            def end(_: int) -> None:
                nonlocal ended
                ended = self._end_move(step, kind)

            stale = self._tag_set.relabelling_of(step)
            _, change = yield from self._store_in_slices(
                kind, self._log.replay(step, kind, LARGE), end, lambda _: self._stale.add(stale)
            )
        is_wide = has_settled or ended.corpus or change.corpus
        return replace(ended, sentences=change.sentences, golds=change.golds, corpus=is_wide)

    def _end_move(self, step: int, kind: Literal["undo", "redo"]) -> ChangeSet:
        """Undo or redo the parts of a step other than corrections; returns what changed."""
        self._remarks.set_undone(step, undone=kind == "undo")
        has_other_dismissals = self._dismissals.replay(step, forwards=kind == "redo")
        has_other_labels = self._tag_set.replay(step, forwards=kind == "redo")
        said = tuple(self._remarks.sentences_of(step))
        return ChangeSet(kind, corpus=has_other_labels, reviews=said, dismissals=has_other_dismissals)

    def _store_in_slices(
        self,
        kind: ChangeKind,
        parts: Iterable[StepPart],
        end: Callable[[int], None] = lambda step: None,
        begin: Callable[[int], None] = lambda step: None,
    ) -> Generator[int, None, tuple[int | None, ChangeSet]]:
        """Store a step in several transactions, all or nothing; returns its number and what changed.

        Args:
            end: called with the number of the step in its last transaction, to store the rest of it.
            begin: called with it in the first transaction.
        """
        step: int | None = None
        changed: list[SentenceNumber] = []
        golds: dict[SentenceNumber, GoldChange] = {}
        has_moved = False
        try:
            for part in parts:
                with self._database.atomic():
                    is_first, step = step is None, self._log.append(part, step, is_slice=True) if any(part) else step
                    if is_first and step is not None:
                        begin(step)
                in_part = changed_golds(part.changes)
                changed += [*in_part, *(each.sentence for each in part.moves)]
                golds = golds | in_part if len(changed) <= LARGE else {}
                has_moved = has_moved or bool(part.moves)
                yield len(changed)
            for _ in self._stale.refresh_in_slices():
                yield len(changed)
            if step is not None:
                with self._database.atomic():
                    self._stale.clear()
                    end(step)
                    self._database.write("DELETE FROM unfinished_step WHERE step = ?", [step])
        except BaseException:
            self._log.take_back_unfinished(at_once=LARGE)
            raise
        change = _change_set(kind, changed, golds)
        return step, replace(change, corpus=change.corpus or has_moved)

    @contextmanager
    def _exclusively(self) -> Generator[bool, None, None]:
        """Refuse other steps during the block, which waits for one that is being stored.

        Yields:
            Whether a failed step was rolled back first.

        Raises:
            UserError: another such block is running, or a failed step cannot be rolled back yet.
        """
        is_ours = False
        try:
            with self._database.atomic():
                has_settled = self._begin()
                self._is_busy = is_ours = True
            yield has_settled
        finally:
            if is_ours:
                self._is_busy = False

    def _begin(self) -> bool:
        """Begin the transaction of a change; returns whether a failed step was rolled back."""
        if self._is_busy:
            raise UserError("many sentences are being changed right now; wait for it to finish, or cancel it")
        return self._log.take_back_unfinished(at_once=LARGE)


def _change_set(
    kind: ChangeKind, sentences: Collection[SentenceNumber], golds: Mapping[SentenceNumber, GoldChange]
) -> ChangeSet:
    is_large = len(sentences) > LARGE
    return ChangeSet(kind, sentences=tuple(sentences), corpus=is_large, golds={} if is_large else golds)
