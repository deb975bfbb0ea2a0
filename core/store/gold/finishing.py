"""Finish sentences of the pool: a person says what their entities are, and they move to a split.

Equal texts and sentences of one document never get onto both sides of a split. A share of the texts and documents of
the pool is drawn for dev, always the same ones; only what is met in the random order goes there, and no other order
offers what is drawn, so that dev is a fair sample of the pool.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Generator, Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from core.domain.errors import UserError
from core.domain.spans import Section, SentenceNumber, Span, Split, check_spans
from core.domain.splitting import is_drawn, normalise_for_comparison
from core.languages.korean.normalise import to_nfc
from core.store.changes import ChangeSet
from core.store.columns import spans_from_text
from core.store.database import Database
from core.store.gold.corrections import LARGE, Corrections
from core.store.gold.log import StepPart
from core.store.gold.remarks import Remark, Review
from core.store.gold.section_changes import SectionChange
from core.store.sentences import IN_A_SPLIT, Sentences, StoredSentence
from core.store.text_index import TextIndex


class Finished(NamedTuple):
    """What became of a sentence that a person finished.

    Attributes:
        split: where it went.
        copies: how many other sentences of the pool with the same text went there with it.
    """

    change: ChangeSet
    split: Split
    copies: int


class Returned(NamedTuple):
    """A sentence of the pool that was labelled elsewhere: its text there, with gold as stored, and where it goes; it
    stays in the pool where it was judged in part, and the gold has what is kept of it there.
    """

    sentence: SentenceNumber
    text: str
    gold: str
    split: Split | Literal["pool"]


class Finishing:
    """Gives sentences of the pool their gold."""

    def __init__(self, database: Database, sentences: Sentences, corrections: Corrections, texts: TextIndex) -> None:
        self._database = database
        self._sentences = sentences
        self._corrections = corrections
        self._texts = texts

    def learn_texts(self) -> Iterator[None]:
        return self._texts.learn()

    def finish(
        self,
        number: SentenceNumber,
        spans: Iterable[Span],
        *,
        is_random: bool = False,
        dev_share: float = 0.0,
        seconds: float | None = None,
        remarks: Sequence[Remark] = (),
    ) -> Finished:
        """Give a sentence of the pool and its copies there their gold, mark it as reviewed, and move them to a split,
        in one step.

        Args:
            is_random: whether it was met in the random order.
            dev_share: the share (0–1) of what is met so that goes to dev.
            seconds: how long the sentence was shown.
            remarks: what else is said in the same step.

        Raises:
            UserError: it is not in the pool, the spans do not fit, or its text or document is in dev or test.
        """
        for _ in self._texts.learn():
            pass
        with self._database.atomic():
            return self._finish(number, spans, is_random, dev_share, [Review(number, True, seconds), *remarks])

    def _finish(
        self,
        number: SentenceNumber,
        spans: Iterable[Span],
        is_random: bool,
        dev_share: float,
        remarks: Sequence[Remark],
    ) -> Finished:
        [sentence] = self._sentences.by_number([number])
        if sentence.split != "pool":
            raise UserError(
                "{id} is in {section}, not in the pool; correct it there", id=sentence.id, section=sentence.split
            )
        gold = check_spans(spans, sentence.text)
        same = [each for each in self._sentences.by_number(self._texts.find(sentence.text)) if each.split != "deleted"]
        pooled = [each for each in same if each.split == "pool"]
        is_for_dev = is_random and any(self._are_drawn(pooled, dev_share))
        split = self._choose_split(sentence, same, is_random=is_random, is_for_dev=is_for_dev)
        golds = {each.number: fit_spans(gold, sentence.text, each.text) for each in pooled}
        moves = [SectionChange(each.number, "pool", split) for each in pooled]
        change = self._corrections.finish(golds, moves, remarks)
        return Finished(change, split, len(pooled) - 1)

    def finish_returned(self, returned: Sequence[Returned]) -> Generator[int, None, ChangeSet]:
        """Give sentences of the pool the gold that they got elsewhere, and their copies with them, in one step; yields
        how many it were so far. Those that have left the pool, or were judged in part here meanwhile, stay as they are.

        Raises:
            UserError: another large step is being written; then no sentence is changed.
        """
        return self._corrections.move_in_slices(self._plan_returned(returned), "finish")

    def _plan_returned(self, returned: Sequence[Returned]) -> Iterator[StepPart]:
        taken = {each.sentence for each in returned}
        for first in range(0, len(returned), LARGE):
            part = returned[first : first + LARGE]
            golds, moves = dict[SentenceNumber, tuple[Span, ...]](), list[SectionChange]()
            for each, sentence in zip(part, self._sentences.by_number([each.sentence for each in part]), strict=True):
                if sentence.split != "pool":
                    continue
                same = self._sentences.by_number(self._texts.find(sentence.text))
                others = [other for other in same if other.split == "pool" and other.number not in taken]
                taken.update(other.number for other in others)
                for pooled in (sentence, *others):
                    gold = fit_spans(spans_from_text(each.gold), each.text, pooled.text)
                    if each.split != "pool":
                        moves.append(SectionChange(pooled.number, "pool", each.split))
                    elif not {*pooled.gold} <= {*gold}:
                        continue  # another thing is kept of it, which stays
                    golds[pooled.number] = gold
            yield self._corrections.plan_finish(golds, moves)

    def find_drawn(self, numbers: Sequence[SentenceNumber], share: float) -> set[SentenceNumber]:
        """Which sentences of the pool a share for dev contains, by themselves or by a copy there."""
        drawn = set()
        for sentence in self._sentences.by_number(numbers):
            same = self._sentences.by_number(self._texts.find(sentence.text))
            if any(self._are_drawn([each for each in same if each.split == "pool"], share)):
                drawn.add(sentence.number)
        return drawn

    def _choose_split(
        self, sentence: StoredSentence, same: Sequence[StoredSentence], *, is_random: bool, is_for_dev: bool
    ) -> Split:
        """The split that does not part equal texts or a document.

        Raises:
            UserError: they are in dev or test, and the sentence would have to go there unasked.
        """
        bound = {each.split for each in same} | self._sections_of_documents(same)
        if "train" in bound:
            return "train"
        if "test" in bound or ("dev" in bound and not is_random):
            raise UserError(
                "{id} would go to train, but its text or its document is in {section}; move that first, or delete the"
                " sentence",
                id=sentence.id,
                section="test" if "test" in bound else "dev",
            )
        return "dev" if is_for_dev or "dev" in bound else "train"

    def _sections_of_documents(self, same: Sequence[StoredSentence]) -> set[Section]:
        rows = self._database.rows_of(
            f"SELECT DISTINCT o.split FROM sentence AS s JOIN sentence AS o ON o.document = s.document"
            f" WHERE o.{IN_A_SPLIT} AND s.number IN ({{numbers}})",
            [each.number for each in same],
        )
        return {row[0] for row in rows}

    def _are_drawn(self, pooled: Sequence[StoredSentence], share: float) -> Iterator[bool]:
        rows = self._database.rows_of(
            "SELECT s.document, d.name FROM sentence AS s LEFT JOIN document AS d ON d.number = s.document"
            " WHERE s.number IN ({numbers})",
            [each.number for each in pooled],
        )
        seed = draw_seed(self._database)
        for document, name in rows:
            yield is_drawn(draw_name(pooled[0].text, document, name), share, seed)


def draw_seed(database: Database) -> str:
    """The seed of a project's draws: the id of its first sentence, so that a corpus has the same ones everywhere."""
    return str(database.value("SELECT coalesce(original_id, id) FROM sentence ORDER BY number LIMIT 1"))


def draw_name(text: str, document: int | None, name: str | None) -> str:
    """What a sentence is drawn by: its document if it has one, which is named as in its file, else its text."""
    return normalise_for_comparison(text) if document is None else f"document:{name}"


def fit_spans(spans: Sequence[Span], text: str, other: str) -> tuple[Span, ...]:
    """The spans of a text in another one, which is equal in NFC and without outer white space."""
    if text == other:
        return tuple(spans)
    here, there = to_nfc(text), to_nfc(other)
    shift = _count_margin(there.text) - _count_margin(here.text)
    fitted = []
    for span in spans:
        first = bisect_right(here.starts, span.start) - 1
        last = bisect_left(here.ends, span.end)
        start, end = there.original(first + shift, last + 1 + shift)
        fitted.append(Span(start, end, span.label))
    return tuple(fitted)


def _count_margin(text: str) -> int:
    """How many white-space characters a text begins with."""
    return len(text) - len(text.lstrip())
