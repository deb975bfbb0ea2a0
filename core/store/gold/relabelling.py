"""Change labels across the corpus: rename, merge, or replace where a text matches; no span is lost."""

import unicodedata
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from core.domain.errors import UserError
from core.domain.generators import run_to_end
from core.domain.labels import check_label_name
from core.domain.spans import SentenceNumber, Span, Split
from core.messages.catalogue import join_words
from core.store.changes import ChangeSet
from core.store.columns import label_text, spans_from_text
from core.store.database import Database
from core.store.gold.corrections import LARGE, Corrections
from core.store.tag_set import TagSetTable


@dataclass(frozen=True, slots=True)
class Replacement:
    """A replacement of one label with another, in one split or all, for spans whose string equals or contains a text.

    Attributes:
        split: None means all splits.
        text: empty matches every string; compared in NFC.
        is_whole: whether the text must equal the whole string.
    """

    label: str
    new: str
    split: Split | None = None
    text: str = ""
    is_whole: bool = False

    def apply(self, text: str, spans: tuple[Span, ...]) -> tuple[Span, ...]:
        """The gold of a sentence after the replacement."""
        return tuple(Span(span.start, span.end, self.new) if self._matches(span, text) else span for span in spans)

    def _matches(self, span: Span, text: str) -> bool:
        if span.label != self.label:
            return False
        if not self.text:
            return True
        string, sought = (unicodedata.normalize("NFC", each) for each in (text[span.start : span.end], self.text))
        return string == sought if self.is_whole else sought in string


class ReplacementCount(NamedTuple):
    """How many spans and sentences a replacement changes."""

    spans: int = 0
    sentences: int = 0


class Labels:
    """Changes the tag set and the labels of the corrected gold.

    The gold as imported and the predictions of runs keep their labels, which are read with current names
    (`core.store.label_history`).

    Each change is one step of corrections. Changes of spans are written in slices: the generators yield how many
    sentences were changed so far, and roll everything back if closed early.
    """

    def __init__(self, database: Database, corrections: Corrections) -> None:
        self._database = database
        self._corrections = corrections
        self._tag_set = TagSetTable(database)

    def add(self, name: str) -> ChangeSet:
        """Add a label to the tag set.

        Raises:
            UserError: it is not a valid label, or already exists.
        """
        self._refuse_known(check_label_name(name))
        return self._change_tag_set({name: True})

    def delete(self, name: str) -> ChangeSet:
        """Remove a label from the tag set.

        Raises:
            UserError: it does not exist, or a gold span has it.
        """
        self._refuse_unknown(name)
        if spans := self.count(name):
            raise UserError.of_count(
                "{count:,} gold span has the label {name}; rename it or merge it into another instead",
                "{count:,} gold spans have the label {name}; rename it or merge it into another instead",
                count=spans,
                name=name,
            )
        return self._change_tag_set({name: False})

    def _change_tag_set(self, known: dict[str, bool]) -> ChangeSet:
        return run_to_end(_with_kind(self._corrections.correct_in_slices((), known), known))

    def rename(self, name: str, new: str) -> Generator[int, None, ChangeSet]:
        """Rename a label.

        Raises:
            UserError: the label does not exist, or the new name is not valid or already exists.
        """
        self._refuse_unknown(name)
        self._refuse_known(check_label_name(new))
        return self._replace_labels(Replacement(name, new), {name: False, new: True})

    def merge(self, name: str, into: str) -> Generator[int, None, ChangeSet]:
        """Merge a label into another one of the tag set, and remove it.

        Raises:
            UserError: one of the two does not exist, or they are equal.
        """
        self._refuse_unknown(name)
        return self._replace_labels(self._check(Replacement(name, into)), {name: False})

    def replace(self, replacement: Replacement) -> Generator[int, None, ChangeSet]:
        """Make a replacement; the tag set does not change.

        Raises:
            UserError: one of the two labels does not exist, or they are equal.
        """
        return self._replace_labels(self._check(replacement), {})

    def count_matching(self, replacement: Replacement) -> Generator[None, None, ReplacementCount]:
        """Count what a replacement would change, yielding every few milliseconds."""
        found = ReplacementCount()
        for part in self._parts(replacement):
            spans = sum(new != old for _, before, after in part for old, new in zip(before, after, strict=True))
            found = ReplacementCount(found.spans + spans, found.sentences + len(part))
            yield
        return found

    def count(self, name: str) -> int:
        """How many spans of the corrected gold have a label."""
        return int(self._database.value("SELECT coalesce(sum(spans), 0) FROM label_count WHERE label = ?", [name]))

    def _replace_labels(self, replacement: Replacement, known: dict[str, bool]) -> Generator[int, None, ChangeSet]:
        golds = ({number: after for number, _, after in part} for part in self._parts(replacement))
        relabelled = (replacement.label, replacement.new) if known else None
        return (yield from _with_kind(self._corrections.correct_in_slices(golds, known, relabelled), known))

    def _parts(
        self, replacement: Replacement
    ) -> Iterator[list[tuple[SentenceNumber, tuple[Span, ...], tuple[Span, ...]]]]:
        """The sentences that a replacement changes, with their gold before and after, some at a time."""
        last, end = 0, int(self._database.value("SELECT coalesce(max(number), 0) FROM sentence"))
        while last < end:
            rows = self._database.rows(
                "SELECT number, text, gold FROM sentence WHERE number > ? AND number <= ? AND instr(gold, ?) > 0"
                " AND (? IS NULL OR split = ?) ORDER BY number",
                [last, last + LARGE, label_text(replacement.label), replacement.split, replacement.split],
            )
            golds = ((number, text, spans_from_text(gold)) for number, text, gold in rows)
            changed = ((number, before, replacement.apply(text, before)) for number, text, before in golds)
            yield [each for each in changed if each[1] != each[2]]
            last += LARGE

    def _check(self, replacement: Replacement) -> Replacement:
        for label in (replacement.label, replacement.new):
            self._refuse_unknown(label)
        if replacement.label == replacement.new:
            raise UserError("the spans have the label {new} already; choose another one", new=replacement.new)
        return replacement

    def _refuse_unknown(self, name: str) -> None:
        labels = self._tag_set.labels()
        if name not in labels:
            raise UserError("the label {label} is not in the tag set ({known})", label=name, known=join_words(labels))

    def _refuse_known(self, name: str) -> None:
        if name in self._tag_set.labels():
            raise UserError("the label {name} is in the tag set already; merge into it instead", name=name)


def _with_kind(work: Generator[int, None, ChangeSet], known: dict[str, bool]) -> Generator[int, None, ChangeSet]:
    change = yield from work
    return replace(change, kind="relabel" if change.sentences or not known else "labels")
