"""Which sentences of the project a record of another tool's file is of, by its text, and where its spans are there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.domain.errors import UserError
from core.domain.spans import Span
from core.domain.splitting import normalise_for_comparison
from core.formats.records import Record
from core.languages.korean.normalise import Normalised, to_nfc
from core.services.known_sentences import BlankFoldingIndex, fold_blanks
from core.store.project import Project
from core.store.sentences import SLICE, StoredSentence


@dataclass(frozen=True, slots=True)
class Match:
    """The sentences that a record is of.

    Attributes:
        up_to_blanks: whether runs of blanks differ.
    """

    sentences: Sequence[StoredSentence]
    up_to_blanks: bool = False


class SentenceMatcher:
    """Finds the sentences of a project that records are of, except deleted ones.

    The text decides, in NFC and without outer blanks, and if there is no such text, with runs of blanks as one. An id
    only chooses among sentences of the same text: other tools number their rows by themselves.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._texts = BlankFoldingIndex()

    def learn(self) -> Iterator[None]:
        """Learn the texts of the project, pausing now and then."""
        for place, (number, _, section, text) in enumerate(self._project.sentences.texts_and_ids()):
            if section != "deleted":
                self._texts.add(number, text)
            if place % SLICE == SLICE - 1:
                yield

    def find(self, record: Record) -> Match:
        """The sentences that a record is of.

        Raises:
            UserError: there is none.
        """
        numbers = [*dict.fromkeys(self._texts.up_to_blanks(record.text))]
        candidates = self._project.sentences.by_number(numbers)  # type: ignore[arg-type]
        wanted = normalise_for_comparison(record.text)
        same = [each for each in candidates if normalise_for_comparison(each.text) == wanted]
        folded = same or [each for each in candidates if fold_blanks(each.text) == fold_blanks(record.text)]
        if not folded and self._project.sentences.has_id(record.id):
            raise UserError("the project has a sentence with this id, but with another text")
        if not folded:
            raise UserError("the project has no sentence with this text")
        own = [each for each in folded if each.id == record.id]
        return Match(own or folded, not same)


def map_spans(spans: Sequence[Span], text: str, other: str) -> tuple[Span, ...]:
    """The places in another text of spans in a text that differs only in Unicode normalisation and blanks.

    Raises:
        UserError: a span covers only blanks.
    """
    if text == other:
        return tuple(spans)
    here, there = to_nfc(text), to_nfc(other)
    solid, solid_there = _solid(here), _solid(there)
    return tuple([_map_span(span, here, solid, there, solid_there) for span in spans])


def _solid(text: Normalised) -> list[int]:
    """The places of the characters that are not blank."""
    return [place for place, character in enumerate(text.text) if not character.isspace()]


def _map_span(span: Span, here: Normalised, solid: list[int], there: Normalised, solid_there: list[int]) -> Span:
    covered = [at for at, place in enumerate(solid) if here.starts[place] < span.end and span.start < here.ends[place]]
    if not covered:
        raise UserError("the span {start}–{end} covers only blanks", start=span.start, end=span.end)
    first, last = solid_there[covered[0]], solid_there[covered[-1]]
    return Span(*there.original(first, last + 1), span.label)
