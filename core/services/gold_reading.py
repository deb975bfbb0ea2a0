"""The gold of a record by the rules that a person chose: labels, overlaps and offsets, and whether it was judged."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from core.domain.errors import UserError
from core.domain.labels import check_label_name, coarse_label, is_label_name
from core.domain.spans import Judged, Span, check_spans
from core.formats.records import Record, StatedSpan
from core.messages.catalogue import join_words
from core.services.span_reading import Offsets, keep_flat, read_spans
from core.services.tally import Tally
from core.store.project import Project

_OTHER_OFFSETS: tuple[Offsets, ...] = ("utf-16", "surface")

FineLabels = Literal["fold", "keep"]
Overlaps = Literal["reject", "outermost", "innermost"]
WithoutSpans = Literal["not-judged", "no-entities"]


@dataclass(frozen=True, slots=True)
class Rules:
    """How the user wants records to be judged.

    Attributes:
        label_map: pairs of a label in the files and the label that its spans get.
        fine_labels: whether a fine label of the standard that the tag set does not have becomes its type
            (PS_NAME → PS), or is added to the tag set.
        overlaps: what happens to overlapping spans: the record is rejected, or the outermost or innermost are kept.
        offsets: what the offsets in the files count; "surface": they are shifted, the same for all spans of a record,
            until each covers the text that the file says.
        without_spans: what a text without spans is where its file does not say whether anybody judged it; None: not
            judged, but in the file of a person, which becomes a source, as is likely by its format.
        annotator: whose gold is taken where a file says who made it; empty: the last in the file.
        takes_gold: whether the files' spans are gold; if not, all sentences are for the pool.
    """

    label_map: tuple[tuple[str, str], ...] = ()
    fine_labels: FineLabels = "fold"
    overlaps: Overlaps = "reject"
    offsets: Offsets = "characters"
    without_spans: WithoutSpans | None = None
    annotator: str = ""
    takes_gold: bool = True


RULES = Rules()


class Reading(NamedTuple):
    """The gold of a record by the rules, and what is counted once the record is accepted.

    Attributes:
        folded: fine labels that became their types.
        new_labels: those that the tag set does not have yet.
        left_out: overlapping spans that were not kept.
    """

    spans: tuple[Span, ...]
    folded: Sequence[str] = ()
    new_labels: Sequence[str] = ()
    left_out: Sequence[Span] = ()


class GoldReader:
    """Reads the gold of records for a project, or for a new one.

    Args:
        new_labels: labels to add to the tag set; None: it gets none.

    Attributes:
        new_labels: labels that the tag set does not have and that come in, in the order in which they were met.
    """

    def __init__(self, project: Project | None, labels: Sequence[str], new_labels: Sequence[str] | None = None) -> None:
        self._adds_labels, new_labels = new_labels is not None, new_labels or ()
        self._labels = {*labels, *new_labels}
        self.new_labels = dict.fromkeys(new_labels)
        self.tally = Tally()
        self._names_now = project.label_names.history().since(0) if project is not None else {}

    def add_labels(self, labels: Sequence[str]) -> None:
        """Let labels in that came with a record."""
        self._labels.update(labels)
        self.new_labels.update(dict.fromkeys(labels))

    def read(self, rules: Rules, record: Record, stated: Sequence[StatedSpan]) -> Reading:
        """The entities of a record by the rules.

        Raises:
            UserError: they do not fit the text, or the tag set lacks a label.
        """
        try:
            spans = read_spans(record.text, stated, rules.offsets)
            kept = check_spans(_without_overlaps(rules, spans), record.text)
        except UserError:
            self._seek_other_offsets(record.text, stated)
            raise
        left_out = list((Counter(spans) - Counter(kept)).elements()) if len(kept) < len(spans) else ()
        if not rules.label_map and all(span.label in self._labels for span in kept):
            return Reading(kept, left_out=left_out)
        return self._label(rules, kept)._replace(left_out=left_out)

    def _label(self, rules: Rules, spans: Sequence[Span]) -> Reading:
        """The spans with the labels of the tag set that they get.

        Raises:
            UserError: the tag set lacks one, and the rules add none.
        """
        renamed = dict(rules.label_map)
        mapped = {renamed[span.label] for span in spans if span.label in renamed}
        stated = [renamed.get(span.label, span.label) for span in spans]
        labels = [self._choose_label(rules, label, mapped) for label in stated]
        new = [label for label in labels if label not in self._labels]
        if unknown := [label for label in new if not _is_added(rules, label, mapped)]:
            self.tally.unknown.update(unknown)
            self.tally.renamed.update({label: now for label in unknown if (now := self._find_new_name(label))})
            raise _unknown_label(unknown[0], self._labels, self.tally.renamed, adds_labels=self._adds_labels)
        return Reading(
            tuple([Span(span.start, span.end, label) for span, label in zip(spans, labels, strict=True)]),
            [before for before, label in zip(stated, labels, strict=True) if before != label],
            [check_label_name(label) for label in new],
        )

    def _choose_label(self, rules: Rules, label: str, mapped: Collection[str]) -> str:
        """The label, or its type where it is a fine one that the tag set neither has nor gets."""
        if label in self._labels or _is_added(rules, label, mapped):
            return label
        coarse = coarse_label(label)
        return coarse if coarse in self._labels else label

    def _find_new_name(self, label: str) -> str | None:
        """The label of the tag set that a former one, or the type of a fine one, became by renames and merges."""
        now = self._names_now.get(label, self._names_now.get(coarse_label(label)))
        return now if now in self._labels else None

    def _seek_other_offsets(self, text: str, stated: Sequence[StatedSpan]) -> None:
        """Count records whose offsets would be right by another rule, to offer it."""
        for offsets in _OTHER_OFFSETS:
            if offsets == "surface" and not all(span.surface for span in stated):
                return
            try:
                check_spans(read_spans(text, stated, offsets), text)
            except UserError:
                continue
            if offsets == "utf-16":
                self.tally.in_utf16 += 1
            else:
                self.tally.shifted += 1
            return


def _without_overlaps(rules: Rules, spans: Sequence[Span]) -> Sequence[Span]:
    return spans if rules.overlaps == "reject" else keep_flat(spans, outermost=rules.overlaps == "outermost")


def _is_added(rules: Rules, label: str, mapped: Collection[str]) -> bool:
    """Whether the tag set gets a label that it does not have."""
    return label in mapped or (rules.fine_labels == "keep" and coarse_label(label) != label)


def _unknown_label(label: str, known: Collection[str], renamed: Mapping[str, str], *, adds_labels: bool) -> UserError:
    if label in renamed:
        return UserError(
            "the label {label} became {now} in this project; map it on import", label=label, now=renamed[label]
        )
    names = join_words(sorted(known))
    if not adds_labels:
        return UserError(
            "the label {label} is not in the tag set ({known}); map it with --map LABEL=OTHER", label=label, known=names
        )
    if is_label_name(label):
        return UserError(
            "the label {label} is not in the tag set ({known}); add the label on import if it is intended",
            label=label,
            known=names,
        )
    return UserError(
        "{label!r:.100} cannot be a label; map it on import to one of the tag set ({known})", label=label, known=names
    )


def find_judged(rules: Rules, record: Record, spans: Sequence[Span]) -> Judged:
    """Whether a person decided the entities of a record, as its file or the rules say."""
    if spans or record.says_judged:
        return record.judged
    return "yes" if rules.without_spans == "no-entities" else "no"
