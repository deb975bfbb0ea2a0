import weakref

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.errors import UserError
from core.formats.records import Rejected, TaggedText, Text
from core.services.predict import tag_texts
from core.training.distributed import Crew
from tests.core.crews import outcomes
from tests.core.toy_models import SENTENCES, tagged, text_tagger_of


@pytest.fixture(scope="module")
def text_tagger():
    return text_tagger_of()


def records(kinds):
    """A text for each True and a rejected record for each False."""
    return [
        Text(f"{SENTENCES[number % 6].text} {number}", f"s{number}") if is_text else Rejected("a.jsonl", number, "bad")
        for number, is_text in enumerate(kinds)
    ]


@settings(max_examples=25)
@given(
    kinds=st.lists(st.sampled_from([True, True, False]), max_size=12),
    block_size=st.integers(1, 5),
    size=st.integers(1, 3),
)
def test_every_crew_gives_all_records_in_order_with_the_spans_that_the_tagger_finds(
    text_tagger, kinds, block_size, size
):
    given_records = records(kinds)
    found = outcomes(size, lambda crew: list(tag_texts(text_tagger, given_records, crew, block_size=block_size)))
    assert found == [found[0]] * size
    assert [record.text if isinstance(record, TaggedText) else record for record in found[0]] == given_records
    texts = [record.text for record in given_records if isinstance(record, Text)]
    wanted = tagged(text_tagger, texts)
    spans = [record.spans for record in found[0] if isinstance(record, TaggedText)]
    for number, each in enumerate(spans):
        assert [predicted.span for predicted in each] == [predicted.span for predicted in wanted[number]]
        probabilities = [predicted.probability for predicted in wanted[number]]
        assert [predicted.probability for predicted in each] == pytest.approx(probabilities, abs=1e-5)


def test_the_size_of_the_crew_changes_no_digit(text_tagger):
    given_records = records([True] * 13)
    alone, *others = (
        outcomes(size, lambda crew: list(tag_texts(text_tagger, given_records, crew, block_size=4)))[0]
        for size in (1, 2, 3)
    )
    assert others == [alone, alone]


class Tracked(str):
    """Text that can be watched while it is alive."""

    __slots__ = ("__weakref__",)


def test_no_more_than_two_blocks_are_alive_however_long_the_stream(text_tagger):
    alive = weakref.WeakSet()

    def stream():
        for number in range(60):
            text = Tracked(f"비 {number}")
            alive.add(text)
            yield Text(text)

    counts = [len(alive) for _ in tag_texts(text_tagger, stream(), Crew(), block_size=4)]
    assert len(counts) == 60
    assert max(counts) <= 8


def test_what_cannot_be_read_ends_all(text_tagger):
    def stream(crew):
        yield from records([True] * 5)
        if crew.rank == 1:
            raise UserError("a.jsonl cannot be read")
        yield from records([True] * 5)

    def work(crew):
        with crew.together():
            return list(tag_texts(text_tagger, stream(crew), crew, block_size=2))

    assert [str(error) for error in outcomes(3, work)] == ["a.jsonl cannot be read"] * 3
