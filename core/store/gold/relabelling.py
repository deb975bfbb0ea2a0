"""Changes of labels across the corpus: renamed, merged, replaced where a text matches; no span is lost."""

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
    """Another label for the spans that have a label, stand in a split, and whose string is or holds a text.

    Attributes:
        split: None takes all splits.
        text: empty takes every string; the same in any normal form.
        is_whole: the text is all of the string, not only somewhere in it.
    """

    label: str
    new: str
    split: Split | None = None
    text: str = ""
    is_whole: bool = False

    def of(self, text: str, spans: tuple[Span, ...]) -> tuple[Span, ...]:
        """The gold of a sentence once it is made."""
        return tuple(Span(span.start, span.end, self.new) if self._concerns(span, text) else span for span in spans)

    def _concerns(self, span: Span, text: str) -> bool:
        if span.label != self.label:
            return False
        if not self.text:
            return True
        string, sought = (unicodedata.normalize("NFC", each) for each in (text[span.start : span.end], self.text))
        return string == sought if self.is_whole else sought in string


class ReplacementCount(NamedTuple):
    """How much a replacement changes."""

    spans: int = 0
    sentences: int = 0


class Labels:
    """Changes the tag set and, with it, the corrected gold.

    The gold as imported, and the runs, keep their labels, which are read under the names of today
    (`core.store.label_renames`).

    Each change is one step of corrections, and one that changes spans is written a slice at a time; the generators
    yield how many sentences are changed so far, and one that is closed early takes all of it back.
    """

    def __init__(self, database: Database, corrections: Corrections) -> None:
        self._database = database
        self._corrections = corrections
        self._tag_set = TagSetTable(database)

    def add(self, name: str) -> ChangeSet:
        """A new label.

        Raises:
            UserError: it is no label, or there already.
        """
        self._refuse_known(check_label_name(name))
        return self._change_tag_set({name: True})

    def delete(self, name: str) -> ChangeSet:
        """Take a label out of the tag set.

        Raises:
            UserError: it is not there, or a gold span has it.
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
        return run_to_end(_as_relabelling(self._corrections.correct_in_slices((), known), known))

    def rename(self, name: str, new: str) -> Generator[int, None, ChangeSet]:
        """Give a label another name.

        Raises:
            UserError: the label is not there, or the new one is no label or there already.
        """
        self._refuse_unknown(name)
        self._refuse_known(check_label_name(new))
        return self._replaced(Replacement(name, new), {name: False, new: True})

    def merge(self, name: str, into: str) -> Generator[int, None, ChangeSet]:
        """Give all spans of a label another label of the tag set, and take theirs out of it.

        Raises:
            UserError: one of the two is not there, or they are the same.
        """
        self._refuse_unknown(name)
        return self._replaced(self._checked(Replacement(name, into)), {name: False})

    def replace(self, replacement: Replacement) -> Generator[int, None, ChangeSet]:
        """Make a replacement; the tag set stays as it is.

        Raises:
            UserError: one of the two labels is not there, or they are the same.
        """
        return self._replaced(self._checked(replacement), {})

    def count_matching(self, replacement: Replacement) -> Generator[None, None, ReplacementCount]:
        """How much a replacement would change, in steps of some milliseconds."""
        found = ReplacementCount()
        for part in self._parts(replacement):
            spans = sum(new != old for _, before, after in part for old, new in zip(before, after, strict=True))
            found = ReplacementCount(found.spans + spans, found.sentences + len(part))
            yield
        return found

    def count(self, name: str) -> int:
        """How many gold spans have a label, as corrected."""
        return int(self._database.value("SELECT coalesce(sum(spans), 0) FROM label_count WHERE label = ?", [name]))

    def _replaced(self, replacement: Replacement, known: dict[str, bool]) -> Generator[int, None, ChangeSet]:
        golds = ({number: after for number, _, after in part} for part in self._parts(replacement))
        relabelled = (replacement.label, replacement.new) if known else None
        return (yield from _as_relabelling(self._corrections.correct_in_slices(golds, known, relabelled), known))

    def _parts(
        self, replacement: Replacement
    ) -> Iterator[list[tuple[SentenceNumber, tuple[Span, ...], tuple[Span, ...]]]]:
        """The sentences that change, with their gold before and after, some at a time."""
        last, end = 0, int(self._database.value("SELECT coalesce(max(number), 0) FROM sentence"))
        while last < end:
            rows = self._database.rows(
                "SELECT number, text, gold FROM sentence WHERE number > ? AND number <= ? AND instr(gold, ?) > 0"
                " AND (? IS NULL OR split = ?) ORDER BY number",
                [last, last + LARGE, label_text(replacement.label), replacement.split, replacement.split],
            )
            golds = ((number, text, spans_from_text(gold)) for number, text, gold in rows)
            changed = ((number, before, replacement.of(text, before)) for number, text, before in golds)
            yield [each for each in changed if each[1] != each[2]]
            last += LARGE

    def _checked(self, replacement: Replacement) -> Replacement:
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


def _as_relabelling(work: Generator[int, None, ChangeSet], known: dict[str, bool]) -> Generator[int, None, ChangeSet]:
    change = yield from work
    return replace(change, kind="relabel" if change.sentences or not known else "labels")
