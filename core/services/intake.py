"""Judge the records of corpus files by one rule for all formats: what a record becomes in a project, or why not."""

from array import array
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NoReturn

from core.domain.errors import UserError
from core.domain.spans import Judged, Sentence, SentenceNumber, Span, check_spans
from core.domain.splitting import text_key
from core.formats.records import Record, Rejected, StatedSpan, make_id, reject
from core.formats.source_files import Source
from core.messages.catalogue import join_words, say
from core.messages.terminal import escape_controls
from core.services.gold_reading import GoldReader, Reading, Rules, find_judged
from core.services.known_sentences import ByText, KnownSentences, has_gold_of, is_same_text
from core.services.sentence_matching import map_spans
from core.services.tally import LISTED, OtherGold, Tally
from core.store.columns import spans_from_text, spans_to_text
from core.store.gold.finishing import fit_spans
from core.store.gold.remarks import SuggestionPlace
from core.store.project import Project
from core.store.sentences import StoredSentence


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
        returned: the sentence of the pool that it is, which a person has judged since, wholly or in part; None for a
            new one.
    """

    sentence: Sentence
    gold: str
    key: int
    record: Record
    judged: Judged
    replaces: int | None = None
    was_judged: Judged = "no"
    returned: SentenceNumber | None = None


class Intake:
    """Judges records for a project, or for a new one.

    Attributes:
        known: what the project has already.
        refused: entities of which a person said that a text does not have them, by the text.
    """

    def __init__(self, project: Project | None, labels: Sequence[str], new_labels: Sequence[str]) -> None:
        self._gold = GoldReader(project, labels, new_labels)
        self.known = KnownSentences(project)
        self.refused: dict[str, set[Span]] = {}
        self._file = ""
        self._ids_of_file: set[str] = set()
        self._first_of_file = 0
        self._files: list[tuple[int, str]] = []
        self._places: dict[str, int] = {}
        self._names: list[str] = []
        self._golds: list[str] = []
        self._keys = array("q")
        self._texts = ByText()
        self._joinable: dict[str, tuple[int, Accepted]] = {}

    @property
    def new_labels(self) -> Mapping[str, None]:
        """Labels that the tag set does not have and that come in, in the order in which they were met."""
        return self._gold.new_labels

    @property
    def tally(self) -> Tally:
        return self._gold.tally

    @tally.setter
    def tally(self, tally: Tally) -> None:
        self._gold.tally = tally

    def judge(self, source: Source, rules: Rules, record: Record | Rejected) -> Accepted | Rejected:
        """What a record becomes, or why it is rejected."""
        if isinstance(record, Rejected):
            return record
        has_ignored = not rules.takes_gold and record.gold != ()
        if not rules.takes_gold:
            record = replace(record, gold=(), judged="no", says_judged=True, refused=())
        if isinstance(record.gold, Rejected):
            return record.gold
        try:
            accepted = self._accept(source, rules, record, record.gold)
        except UserError as error:
            return reject(source, record.line, error, record.id)
        self.tally.for_pool += not rules.takes_gold
        self.tally.ignored += has_ignored
        return accepted

    def _accept(self, source: Source, rules: Rules, record: Record, stated: tuple[StatedSpan, ...]) -> Accepted:
        if rules.annotator and record.annotator and record.annotator != rules.annotator:
            raise UserError("its gold is by {other}, not by {chosen}", other=record.annotator, chosen=rules.annotator)
        if source.name != self._file:
            self._file, self._ids_of_file, self._joinable = source.name, set(), {}
            self._first_of_file = len(self._names)
            self._files.append((self._first_of_file, source.name))
        self.tally.read[source.name] += 1
        reading = self._gold.read(rules, record, stated)
        judged = find_judged(rules, record, reading.spans)
        refused = self._gold.read(rules, record, record.refused).spans if record.refused else ()
        if known := self._find_up_to_blanks(source, record):
            reading = reading._replace(spans=map_spans(reading.spans, record.text, known.text))
            refused = map_spans(refused, record.text, known.text)
            record = replace(record, text=known.text, id=known.id)
        self._note_refused(record, reading.spans, refused)
        accepted = self._join(record, reading.spans, judged) or self._take(source, record, reading.spans, judged)
        self._count(record, reading)
        self.tally.up_to_blanks += known is not None
        self.tally.unstated += judged == "no" and not record.says_judged
        return accepted

    def _note_refused(self, record: Record, spans: tuple[Span, ...], refused: tuple[Span, ...]) -> None:
        """Remember entities that a person refused.

        Raises:
            UserError: an earlier record of the same text says otherwise.
        """
        _, before = self._joinable.get(joining_key(record) or "", (0, None))
        accepted = {*spans} if before is None else {*spans, *before.sentence.spans}
        if not accepted.isdisjoint(self.refused.get(record.text, set()) | {*refused}):
            raise UserError("another record of the same text refuses what this one accepts, or accepts what it refuses")
        if refused:
            self.refused.setdefault(record.text, set()).update(refused)

    def list_refused(self) -> Iterator[SuggestionPlace]:
        """What was refused in sentences of the pool, those included that came in."""
        for text, spans in self.refused.items():
            key = text_key(text)
            names = [self._names[place] for place in self._texts.of(key)]
            found = [*self.known.with_text(key, text), *filter(None, map(self.known.find_new, names))]
            for number in {each.number for each in found if each.split == "pool"}:
                for span in sorted(spans):
                    yield SuggestionPlace(number, span.start, span.end, span.label)

    def _find_up_to_blanks(self, source: Source, record: Record) -> StoredSentence | None:
        """The sentence that a tool gives back with other blanks: by its id, or in the pool, or without an id."""
        found = self.known.up_to_blanks(record.text)
        if not found:
            return None
        named = [each for each in found if each.id in _names_to_try(source, record)]
        pooled = [each for each in found if each.split == "pool"]
        rest = found if record.id == make_id(source, record.number, record.text) else ()
        return next(iter((*named, *pooled, *rest)), None)

    def _take(self, source: Source, record: Record, spans: tuple[Span, ...], judged: Judged) -> Accepted:
        """A record that is the first of its sentence."""
        _check_id(record.id)
        if record.id in self._ids_of_file:
            raise UserError("an earlier sentence of this import has the same id; every sentence needs its own")
        self._ids_of_file.add(record.id)
        key = text_key(record.text)
        pooled = self._find_in_pool(source, record, key, spans) if judged != "no" else None
        if pooled is not None and judged == "partly":
            spans = self._join_pooled(pooled, record, spans)
        name = pooled.id if pooled is not None else self._name(source, record, key, spans)
        sentence = Sentence.unchecked(name, record.text, spans)
        returned = None if pooled is None else pooled.number
        accepted = Accepted(sentence, spans_to_text(spans), key, record, judged, returned=returned)
        if pooled is None:
            self._compare_texts(source, accepted)
            self._compare_id(record.id, name)
        self._remember(accepted)
        self.tally.returned += pooled is not None and judged == "yes"
        self.tally.completed += pooled is not None and judged == "partly"
        return accepted

    def _join_pooled(self, pooled: StoredSentence, record: Record, spans: tuple[Span, ...]) -> tuple[Span, ...]:
        """What is kept of a sentence of the pool, and what was accepted in it elsewhere.

        Raises:
            UserError: all of it is kept already, or it contradicts what is kept.
        """
        if has_gold_of(pooled, record, spans):
            self._refuse_known(pooled, record, spans)
        try:
            joined = check_spans({*fit_spans(pooled.gold, pooled.text, record.text), *spans}, record.text)
        except UserError as error:
            raise UserError("it contradicts what is kept of it in the pool: {error}", error=error) from error
        self.tally.spans.subtract(span.label for span in pooled.gold)  # which do not come in
        return joined

    def _find_in_pool(self, source: Source, record: Record, key: int, spans: tuple[Span, ...]) -> StoredSentence | None:
        """The sentence of the pool that a record is, by its id and text, or else by its text alone.

        Raises:
            UserError: an earlier record of this import is that sentence.
        """
        named = (self.known.named(name) for name in _names_to_try(source, record))
        found = [each for each in named if each is not None and is_same_text(each.text, record.text)]
        found = found or list(self.known.with_text(key, record.text))
        if not found or any(each.split != "pool" for each in found):
            return None
        taken = [self._places[each.id] for each in found if each.id in self._places]
        if taken:
            self._refuse_second(record, taken[0], spans)
        return found[0]

    def _remember(self, accepted: Accepted) -> None:
        place, sentence = len(self._names), accepted.sentence
        self._places[sentence.id] = place
        self._names.append(sentence.id)
        self._golds.append(accepted.gold)
        self._keys.append(accepted.key)
        if all(self._golds[other] != accepted.gold for other in self._texts.of(accepted.key)):
            self._texts.add(accepted.key, place)
        if (joining := joining_key(accepted.record)) is not None:
            self._joinable[joining] = (place, accepted)
        for span in sentence.spans:
            self.tally.spans[span.label] += 1
        self.tally.judged[accepted.judged] += 1
        self.tally.deleted += sentence.id in self.known.freed_ids

    def _count(self, record: Record, reading: Reading) -> None:
        text = record.text
        self.tally.blank_edges += sum(text[s.start].isspace() or text[s.end - 1].isspace() for s in reading.spans)
        self._gold.add_labels(reading.new_labels)
        self.tally.folded.update(reading.folded)
        if reading.left_out:
            self.tally.left_out += len(reading.left_out)
            first = _name_gold(record.id, record.text, reading.left_out[:1])
            self.tally.first_left_out = self.tally.first_left_out or first

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
        if record.judged == "partly":
            self.tally.merged += 1
        else:
            self.tally.replaced += 1
            people = (before.record.annotator, record.annotator)
            self.tally.people += [each for each in dict.fromkeys(people) if each not in self.tally.people]
        self.tally.judged.subtract([before.judged])
        self.tally.judged[judged] += 1
        self.tally.spans.subtract(span.label for span in earlier.spans)
        self.tally.spans.update(span.label for span in spans)
        joined = Accepted(sentence, self._golds[place], self._keys[place], record, judged, place, before.judged)
        self._joinable[joining_key(record) or ""] = (place, joined)
        return joined

    def _name(self, source: Source, record: Record, key: int, spans: tuple[Span, ...]) -> str:
        """The id of a new sentence: the record's own, or FILE#ID if another sentence has that.

        Raises:
            UserError: the same sentence is in the project or this import already.
        """
        for name in _names_to_try(source, record):
            place = self._places.get(name)
            if place is not None and self._keys[place] == key:
                self._refuse_second(record, place, spans)
            stored = self.known.named(name) if place is None else None
            if stored is not None and is_same_text(stored.text, record.text):
                self._refuse_known(stored, record, spans)
            if place is None and stored is None:
                return name
        raise UserError("the project has another sentence with this id from a file of this name; rename the file")

    def _notice_shared(self, place: int) -> None:
        """Notice that a sentence came in an earlier file of this import, too."""
        if place < self._first_of_file:
            first = self._files[bisect_right(self._files, place, key=lambda each: each[0]) - 1][1]
            self.tally.shared[first, self._file] += 1

    def _refuse_second(self, record: Record, place: int, spans: tuple[Span, ...]) -> NoReturn:
        self._notice_shared(place)
        if self._golds[place] != spans_to_text(spans):
            self.tally.contradicting += 1
            raise UserError(
                "it came earlier in this import with other gold: {there} there, {here} here",
                there=_name_spans(record.text, spans_from_text(self._golds[place])),
                here=_name_spans(record.text, spans),
            )
        self.tally.in_import += 1
        raise UserError("the same sentence came earlier in this import")

    def _refuse_known(self, stored: StoredSentence, record: Record, spans: tuple[Span, ...]) -> NoReturn:
        if not has_gold_of(stored, record, spans):
            if stored.split == "pool" and record.judged == "no":
                raise UserError(
                    "it is in the pool, and its file says that nobody judged it; where somebody did, set “judged” to"
                    " “yes” there, or leave it out"
                )
            self.tally.contradicting += 1
            raise UserError(
                "it is already in this project with other gold: {there} there, {here} here",
                there=_name_spans(stored.text, stored.gold),
                here=_name_spans(stored.text, spans),
            )
        self.tally.in_project += 1
        raise UserError("it is already in this project")

    def _compare_texts(self, source: Source, accepted: Accepted) -> None:
        """Notice a text that is there already under another id.

        Raises:
            UserError: the record has no id of its own, and the project has the text with the same gold.
        """
        sentence, record = accepted.sentence, accepted.record
        known = self.known.with_text(accepted.key, sentence.text)
        places = self._texts.of(accepted.key)
        if any(has_gold_of(stored, record, sentence.spans) for stored in known):
            if record.id == make_id(source, record.number, record.text):
                self.tally.in_project += 1
                raise UserError("it is already in this project")
            self.tally.same_text += 1
        elif known:
            self._notice_other_gold(sentence, _name_gold(known[0].id, known[0].text, known[0].gold))
        elif same := [place for place in places if self._golds[place] == accepted.gold]:
            self.tally.same_text += same[0] < self._first_of_file
            self._notice_shared(same[0])
        elif places:
            self._notice_shared(places[0])
            spans = spans_from_text(self._golds[places[0]])
            self._notice_other_gold(sentence, _name_gold(self._names[places[0]], sentence.text, spans))

    def _compare_id(self, record_id: str, name: str) -> None:
        """Notice that another sentence of the pool has the id of a new one; numbers are the ids of any file."""
        if name == record_id or record_id.isdecimal():
            return
        if (stored := self.known.named(record_id)) is not None and stored.split == "pool":
            self.tally.same_id += 1
            self.tally.first_same_id = self.tally.first_same_id or name

    def _notice_other_gold(self, sentence: Sentence, first: str) -> None:
        self.tally.other_gold += 1
        if len(self.tally.first_other_gold) < LISTED:
            self.tally.first_other_gold.append(OtherGold(first, _name_gold(sentence.id, sentence.text, sentence.spans)))


def _names_to_try(source: Source, record: Record) -> Iterator[str]:
    yield record.id
    yield f"{source.file_name}#{record.id}"


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


def _name_gold(sentence_id: str, text: str, spans: Sequence[Span]) -> str:
    return say("{id}: {spans}", id=sentence_id, spans=_name_spans(text, spans))


def _name_spans(text: str, spans: Sequence[Span]) -> str:
    """Spans in words, for a person who compares two golds."""
    if not spans:
        return say("no entities")
    return join_words(f"{text[span.start : span.end]} {span.label}" for span in spans)
