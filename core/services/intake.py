"""Judge the records of corpus files by one rule for all formats: what a record becomes in a project, or why not."""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NoReturn

from core.domain.errors import UserError
from core.domain.labels import check_label_name, coarse_label
from core.domain.spans import SECTIONS, SPLITS, Judged, Section, Sentence, SentenceNumber, Span, Split, check_spans
from core.domain.splitting import Keys, as_keys, normalise_for_comparison, text_key
from core.formats.records import Record, Rejected, StatedSpan, make_id, reject
from core.formats.source_files import Source
from core.messages.catalogue import join_words, say
from core.messages.terminal import escape_controls
from core.services.span_reading import Offsets, keep_flat, read_spans
from core.services.tally import LISTED, OtherGold, Tally
from core.store.columns import spans_from_text, spans_to_text
from core.store.project import Project
from core.store.sentences import SLICE, StoredSentence

_OTHER_OFFSETS: tuple[Offsets, ...] = ("utf-16", "surface")


FineLabels = Literal["fold", "keep"]
Overlaps = Literal["reject", "outermost", "innermost"]
WithoutSpans = Literal["as-stated", "no-entities", "not-judged"]


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
        without_spans: whether a text without spans was judged, where its file does not say so: as is likely by the
            file's format, or as a person says.
        annotator: whose gold is taken where a file says who made it; empty: the last in the file.
    """

    label_map: tuple[tuple[str, str], ...] = ()
    fine_labels: FineLabels = "fold"
    overlaps: Overlaps = "reject"
    offsets: Offsets = "characters"
    without_spans: WithoutSpans = "as-stated"
    annotator: str = ""


RULES = Rules()


@dataclass(frozen=True, slots=True)
class Accepted:
    """A record that can be stored.

    Attributes:
        sentence: with its gold by the rules, and an id that no other sentence has.
        gold: the same gold as it is stored.
        key: of the text, as `core.domain.splitting` compares texts.
        judged: whether a person decided its gold; only what was judged wholly goes to a split.
        replaces: the place among the accepted ones, from 0, of an earlier record of the same sentence that this one
            takes the place of; None for a new sentence.
        was_judged: whether a person decided the gold of that earlier record.
    """

    sentence: Sentence
    gold: str
    key: int
    record: Record
    judged: Judged
    replaces: int | None = None
    was_judged: Judged = "no"


class Intake:
    """Judges records for a project, or for a new one.

    Attributes:
        new_labels: labels that the tag set does not have and that come in, in the order in which they were met.
        known: the texts of each split, as `core.domain.splitting` compares them.
    """

    def __init__(self, project: Project | None, labels: Sequence[str], new_labels: Sequence[str]) -> None:
        self._project = project
        self._labels = {*labels, *new_labels}
        self.new_labels = dict.fromkeys(new_labels)
        self.tally = Tally()
        self.known: dict[Split, Keys] = {split: as_keys(array("q")) for split in SPLITS}
        self._known_ids: set[int] = set()
        self._known_texts: dict[int, SentenceNumber] = {}
        self._file = ""
        self._ids_of_file: set[str] = set()
        self._first_of_file = 0
        self._places: dict[str, int] = {}
        self._names: list[str] = []
        self._golds: list[str] = []
        self._keys = array("q")
        self._first_with_text: dict[int, int] = {}
        self._joinable: dict[str, tuple[int, Accepted]] = {}

    def learn_texts(self) -> Iterator[None]:
        """Learn which texts the project has, pausing now and then."""
        if self._project is None or not self._project.sentences.has_any():
            return
        keys: dict[Section, array[int]] = {section: array("q") for section in SECTIONS}
        for place, (number, sentence_id, section, text) in enumerate(self._project.sentences.texts_and_ids()):
            key = text_key(text)
            keys[section].append(key)
            self._known_ids.add(hash(sentence_id))
            if section != "deleted":
                self._known_texts.setdefault(key, number)
            if place % SLICE == SLICE - 1:
                yield
        self.known = {split: as_keys(keys[split]) for split in SPLITS}

    def judge(self, source: Source, rules: Rules, record: Record | Rejected) -> Accepted | Rejected:
        """What a record becomes, or why it is rejected."""
        if isinstance(record, Rejected):
            return record
        if isinstance(record.gold, Rejected):
            return record.gold
        try:
            return self._accept(source, rules, record, record.gold)
        except UserError as error:
            return reject(source, record.line, error, record.id)

    def _accept(self, source: Source, rules: Rules, record: Record, stated: tuple[StatedSpan, ...]) -> Accepted:
        if rules.annotator and record.annotator and record.annotator != rules.annotator:
            raise UserError("its gold is by {other}, not by {chosen}", other=record.annotator, chosen=rules.annotator)
        if source.name != self._file:
            self._file, self._ids_of_file, self._joinable = source.name, set(), {}
            self._first_of_file = len(self._names)
        spans = self._spans(rules, record, stated)
        judged = _judged(rules, record, spans)
        if (joined := self._join(record, spans, judged)) is not None:
            return joined
        _check_id(record.id)
        key = text_key(record.text)
        sentence = Sentence.unchecked(self._name(source, record, key, spans), record.text, spans)
        accepted = Accepted(sentence, spans_to_text(spans), key, record, judged)
        self._compare_texts(source, accepted)
        self._remember(accepted)
        return accepted

    def _remember(self, accepted: Accepted) -> None:
        place, sentence = len(self._names), accepted.sentence
        self._places[sentence.id] = place
        self._names.append(sentence.id)
        self._golds.append(accepted.gold)
        self._keys.append(accepted.key)
        self._first_with_text.setdefault(accepted.key, place)
        if (joining := joining_key(accepted.record)) is not None:
            self._joinable[joining] = (place, accepted)
        for span in sentence.spans:
            self.tally.spans[span.label] += 1
        self.tally.judged[accepted.judged] += 1

    def _join(self, record: Record, spans: tuple[Span, ...], judged: Judged) -> Accepted | None:
        """What becomes of a record and an earlier one of the same sentence in its file by another person, or with other
        spans of a sentence that was judged in part; None if none was read.

        Raises:
            UserError: two people's parts contradict each other, or this one was not judged.
        """
        known = self._joinable.get(joining_key(record) or "") if self._joinable else None
        if known is None or known[1].sentence.text != record.text:
            return None
        place, before = known
        earlier = before.sentence
        if judged == "no":
            raise UserError("nobody judged it in this record, and an earlier record of it is there")
        if record.judged == "partly":
            try:
                spans = check_spans({*earlier.spans, *spans}, record.text)
            except UserError as error:
                raise UserError("it contradicts an earlier record of the same text: {error}", error=error) from error
        sentence = Sentence.unchecked(earlier.id, record.text, spans)
        self._golds[place] = spans_to_text(spans)
        self.tally.merged += 1
        self.tally.judged.subtract([before.judged])
        self.tally.judged[judged] += 1
        self.tally.spans.subtract(span.label for span in earlier.spans)
        self.tally.spans.update(span.label for span in spans)
        joined = Accepted(sentence, self._golds[place], self._keys[place], record, judged, place, before.judged)
        self._joinable[joining_key(record) or ""] = (place, joined)
        return joined

    def _spans(self, rules: Rules, record: Record, stated: tuple[StatedSpan, ...]) -> tuple[Span, ...]:
        try:
            spans = read_spans(record.text, stated, rules.offsets)
            kept = check_spans(self._without_overlaps(rules, record, spans), record.text)
        except UserError:
            self._seek_other_offsets(record.text, stated)
            raise
        return tuple(self._label(rules, kept))

    def _label(self, rules: Rules, spans: Sequence[Span]) -> Sequence[Span]:
        """The spans with the labels of the tag set that they get."""
        if not rules.label_map and all(span.label in self._labels for span in spans):
            return spans
        renamed = dict(rules.label_map)
        for label in {renamed[span.label] for span in spans if span.label in renamed} - self._labels:
            self.new_labels[label] = None
            self._labels.add(label)
        stated = [renamed.get(span.label, span.label) for span in spans]
        labels = [self._known_label(rules, label) for label in stated]
        if unknown := [label for label in labels if label not in self._labels]:
            self.tally.unknown.update(unknown)
            raise UserError(
                "the label {label} is not in the tag set ({known}); add the label on import if it is intended",
                label=unknown[0],
                known=join_words(sorted(self._labels)),
            )
        self.tally.folded.update(before for before, label in zip(stated, labels, strict=True) if before != label)
        return [Span(span.start, span.end, label) for span, label in zip(spans, labels, strict=True)]

    def _known_label(self, rules: Rules, label: str) -> str:
        """The label, or its type where it is a fine one that the tag set does not have."""
        if label in self._labels:
            return label
        coarse = coarse_label(label)
        if coarse == label:
            return label
        if rules.fine_labels == "keep":
            self.new_labels[check_label_name(label)] = None
            self._labels.add(label)
            return label
        return coarse if coarse in self._labels else label

    def _without_overlaps(self, rules: Rules, record: Record, spans: Sequence[Span]) -> Sequence[Span]:
        if rules.overlaps == "reject":
            return spans
        kept = keep_flat(spans, outermost=rules.overlaps == "outermost")
        if len(kept) < len(spans):
            self.tally.left_out += len(spans) - len(kept)
            lost = next((span for span in spans if span not in kept), spans[-1])
            self.tally.first_left_out = self.tally.first_left_out or _name_gold(record.id, record.text, [lost])
        return kept

    def _seek_other_offsets(self, text: str, stated: tuple[StatedSpan, ...]) -> None:
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

    def _name(self, source: Source, record: Record, key: int, spans: tuple[Span, ...]) -> str:
        """The id of a new sentence: the record's own, or FILE#ID if another sentence has that.

        Raises:
            UserError: the same sentence is in the project or this import already, or the file has the id twice.
        """
        if record.id in self._ids_of_file:
            raise UserError("an earlier sentence of this import has the same id; every sentence needs its own")
        self._ids_of_file.add(record.id)
        for name in _names_to_try(source, record):
            place = self._places.get(name)
            if place is not None and self._keys[place] == key:
                self._refuse_second(record, place, spans)
            stored = self._stored(name) if place is None else None
            if stored is not None and _is_same_text(stored.text, record.text):
                self._refuse_known(stored, spans)
            if place is None and stored is None:
                return name
        raise UserError("the project has another sentence with this id from a file of this name; rename the file")

    def _refuse_second(self, record: Record, place: int, spans: tuple[Span, ...]) -> NoReturn:
        if self._golds[place] != spans_to_text(spans):
            raise UserError(
                "it is in another file of this import with other gold: {there} there, {here} here",
                there=_name_spans(record.text, spans_from_text(self._golds[place])),
                here=_name_spans(record.text, spans),
            )
        self.tally.repeated += 1
        raise UserError("the same sentence is in another file of this import")

    def _stored(self, name: str) -> StoredSentence | None:
        if self._project is None or hash(name) not in self._known_ids or not self._project.sentences.has_id(name):
            return None
        return self._project.sentences.by_id(name)

    def _refuse_known(self, stored: StoredSentence, spans: tuple[Span, ...]) -> NoReturn:
        if stored.split == "deleted":
            raise UserError("it is in this project, but was deleted; bring it back there")
        if spans not in (stored.imported, stored.imported_now, stored.gold):
            raise UserError(
                "it is already in this project with other gold: {there} there, {here} here",
                there=_name_spans(stored.text, stored.gold),
                here=_name_spans(stored.text, spans),
            )
        self.tally.repeated += 1
        raise UserError("it is already in this project")

    def _compare_texts(self, source: Source, accepted: Accepted) -> None:
        """Notice a text that is there already under another id.

        Raises:
            UserError: the record has no id of its own, and the project has the text with the same gold.
        """
        sentence, record = accepted.sentence, accepted.record
        stored = self._find_text(accepted.key, sentence.text)
        if stored is not None and sentence.spans in (stored.imported_now, stored.gold):
            if record.id == make_id(source, record.number, record.text):
                self.tally.repeated += 1
                raise UserError("it is already in this project")
            self.tally.same_text += 1
        elif stored is not None:
            self._notice_other_gold(sentence, _name_gold(stored.id, stored.text, stored.gold))
        elif (place := self._first_with_text.get(accepted.key)) is not None:
            if self._golds[place] == accepted.gold:
                self.tally.same_text += place < self._first_of_file
            else:
                first = _name_gold(self._names[place], sentence.text, spans_from_text(self._golds[place]))
                self._notice_other_gold(sentence, first)

    def _find_text(self, key: int, text: str) -> StoredSentence | None:
        """A sentence of the project with a text."""
        number = self._known_texts.get(key)
        if self._project is None or number is None:
            return None
        found = self._project.sentences.by_number([number])
        return next((stored for stored in found if _is_same_text(stored.text, text)), None)

    def _notice_other_gold(self, sentence: Sentence, first: str) -> None:
        self.tally.other_gold += 1
        if len(self.tally.first_other_gold) < LISTED:
            self.tally.first_other_gold.append(OtherGold(first, _name_gold(sentence.id, sentence.text, sentence.spans)))


def _names_to_try(source: Source, record: Record) -> Iterator[str]:
    yield record.id
    yield f"{source.file_name}#{record.id}"


def _judged(rules: Rules, record: Record, spans: Sequence[Span]) -> Judged:
    if spans or record.says_judged or rules.without_spans == "as-stated":
        return record.judged
    return "yes" if rules.without_spans == "no-entities" else "no"


def joining_key(record: Record) -> str | None:
    """What records of the same sentence have in common, where a file may have several of them."""
    if record.judged == "partly":
        return record.text
    return f"{record.id}\0{record.text}" if record.annotator else None


def _check_id(sentence_id: str) -> None:
    """Refuse ids that nobody could name and other formats could not express."""
    if not sentence_id.strip():
        raise UserError("its id is blank")
    if escape_controls(sentence_id) != sentence_id:
        raise UserError("its id “{id}” contains a control character", id=escape_controls(sentence_id, most=80))


def _is_same_text(text: str, other: str) -> bool:
    return normalise_for_comparison(text) == normalise_for_comparison(other)


def _name_gold(sentence_id: str, text: str, spans: Sequence[Span]) -> str:
    return say("{id}: {spans}", id=sentence_id, spans=_name_spans(text, spans))


def _name_spans(text: str, spans: Sequence[Span]) -> str:
    """Spans in words, for a person who compares two golds."""
    if not spans:
        return say("no entities")
    return join_words(f"{text[span.start : span.end]} {span.label}" for span in spans)
