"""What a project has already, as far as an import has to know it: ids, and texts with their golds."""

from array import array
from collections.abc import Iterator, Sequence

from core.domain.spans import SECTIONS, SPLITS, Section, SentenceNumber, Span, Split
from core.domain.splitting import Keys, as_keys, normalise_for_comparison, text_key
from core.formats.records import Record
from core.store.project import Project
from core.store.sentences import SLICE, StoredSentence


class ByText:
    """Numbers of sentences by the keys of their texts; nearly every text is that of one, so only others have lists."""

    def __init__(self) -> None:
        self._first: dict[int, int] = {}
        self._others: dict[int, list[int]] = {}

    def add(self, key: int, number: int) -> None:
        if self._first.setdefault(key, number) != number:
            self._others.setdefault(key, []).append(number)

    def of(self, key: int) -> Sequence[int]:
        first = self._first.get(key)
        return () if first is None else (first, *self._others.get(key, ()))


class BlankFoldingIndex:
    """Numbers of sentences by their texts, and by what they are with runs of blanks as one."""

    def __init__(self) -> None:
        self._texts = ByText()
        self._folded = ByText()

    def add(self, number: int, text: str) -> int:
        """Add a sentence; returns the key of its text."""
        key, folded = text_key(text), hash(fold_blanks(text))
        self._texts.add(key, number)
        if folded != key:
            self._folded.add(folded, number)
        return key

    def of(self, key: int) -> Sequence[int]:
        """The sentences whose texts have this key."""
        return self._texts.of(key)

    def up_to_blanks(self, text: str) -> Sequence[int]:
        """The sentences whose text is this one, or this one but for runs of blanks."""
        folded = hash(fold_blanks(text))
        return (*self._texts.of(folded), *self._folded.of(folded))


class KnownSentences:
    """The sentences of a project, or none.

    Attributes:
        splits: the texts of each split, as `core.domain.splitting` compares them.
        freed_ids: those of deleted sentences that new ones get.
    """

    def __init__(self, project: Project | None) -> None:
        self._project = project
        self.splits: dict[Split, Keys] = {split: as_keys(array("q")) for split in SPLITS}
        self.freed_ids: set[str] = set()
        self._ids: set[int] = set()
        self._texts = BlankFoldingIndex()
        self._golds: dict[int, list[StoredSentence]] = {}

    def learn(self) -> Iterator[None]:
        """Learn which texts the project has, pausing now and then."""
        if self._project is None or not self._project.sentences.has_any():
            return
        keys: dict[Section, array[int]] = {section: array("q") for section in SECTIONS}
        for place, (number, sentence_id, section, text) in enumerate(self._project.sentences.texts_and_ids()):
            keys[section].append(self._texts.add(number, text) if section != "deleted" else text_key(text))
            self._ids.add(hash(sentence_id))
            if place % SLICE == SLICE - 1:
                yield
        self.splits = {split: as_keys(keys[split]) for split in SPLITS}

    def named(self, name: str) -> StoredSentence | None:
        """The sentence of the project that has an id; a deleted one gives its id away."""
        if self._project is None or hash(name) not in self._ids or not self._project.sentences.has_id(name):
            return None
        stored = self._project.sentences.by_id(name)
        if stored.split == "deleted":
            self.freed_ids.add(name)
            return None
        return stored

    def find_new(self, name: str) -> StoredSentence | None:
        """The sentence that has come in with an id."""
        if self._project is None or not self._project.sentences.has_id(name):
            return None
        return self._project.sentences.by_id(name)

    def with_text(self, key: int, text: str) -> Sequence[StoredSentence]:
        """The sentences of the project with a text, one for each gold."""
        numbers = self._texts.of(key)
        if self._project is None or not numbers:
            return ()
        known = self._golds.get(key)
        if known is None:
            found = self._project.sentences.by_number([SentenceNumber(number) for number in numbers])
            same = [stored for stored in reversed(found) if is_same_text(stored.text, text)]
            known = list({(stored.imported, stored.gold): stored for stored in same}.values())[::-1]
            if len(numbers) > 1:
                self._golds[key] = known
        return known

    def up_to_blanks(self, text: str) -> Sequence[StoredSentence]:
        """The sentences of the project with a text that differs in runs of blanks alone; none if it has the text."""
        if self._project is None or self._texts.of(text_key(text)):
            return ()
        numbers = self._texts.up_to_blanks(text)
        found = self._project.sentences.by_number([SentenceNumber(number) for number in numbers]) if numbers else ()
        return [stored for stored in found if fold_blanks(stored.text) == fold_blanks(text)]


def fold_blanks(text: str) -> str:
    """The text as it is compared, with runs of blanks and line ends as one blank, as some tools write them."""
    return " ".join(normalise_for_comparison(text).split())


def has_gold_of(stored: StoredSentence, record: Record, spans: tuple[Span, ...]) -> bool:
    """Whether a sentence has, or had when it came in, what a record of it says."""
    golds = (stored.imported, stored.imported_now, stored.gold)
    if record.judged == "partly" or (record.judged == "no" and not spans):
        return any({*spans} <= {*gold} for gold in golds)
    return spans in golds


def is_same_text(text: str, other: str) -> bool:
    return normalise_for_comparison(text) == normalise_for_comparison(other)
