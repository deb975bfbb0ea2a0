"""The sample corpus holds what it promises."""

import unicodedata
from collections import Counter
from pathlib import Path

import pytest

from core.domain.labels import TTA_LABELS
from core.domain.spans import Sentence
from tests.corpora import read_only_sentences

FOLDER = Path(__file__).resolve().parent.parent / "resources" / "sample"


@pytest.fixture(scope="module")
def splits() -> dict[str, list[Sentence]]:
    return {split: read_only_sentences(FOLDER / f"{split}.jsonl") for split in ("train", "dev")}


def test_every_record_is_good_and_every_text_its_own(splits):
    sentences = [sentence for split in splits.values() for sentence in split]
    assert all(isinstance(sentence, Sentence) for sentence in sentences)
    assert len(sentences) >= 600
    assert (
        len({sentence.id for sentence in sentences}) == len({sentence.text for sentence in sentences}) == len(sentences)
    )
    assert {sentence.id.partition("-")[0] for sentence in sentences} == {"news", "talk", "review"}
    assert all(unicodedata.is_normalized("NFC", sentence.text) for sentence in sentences)


def test_all_fifteen_types_are_there_in_both_splits(splits):
    counts = {split: Counter(span.label for s in sentences for span in s.spans) for split, sentences in splits.items()}
    assert set(counts["train"]) == set(counts["dev"]) == set(TTA_LABELS)
    assert min((counts["train"] + counts["dev"]).values()) >= 25
    assert min(counts["dev"].values()) >= 5


def test_spans_have_no_blank_or_quotation_mark_at_their_edges(splits):
    for sentence in (sentence for split in splits.values() for sentence in split):
        for span in sentence.spans:
            surface = sentence.text[span.start : span.end]
            assert surface == surface.strip(" \"'“”‘’《》<>()"), f"{sentence.id}: {surface}"


def test_it_has_adjacent_entities_emoji_latin_letters_and_numbers(splits):
    sentences = [sentence for split in splits.values() for sentence in split]
    assert any(a.end == b.start for s in sentences for a, b in zip(s.spans, s.spans[1:], strict=False))
    texts = [sentence.text for sentence in sentences]
    assert sum(any(ord(character) > 0xFFFF for character in text) for text in texts) >= 10
    assert sum(any("A" <= character.upper() <= "Z" for character in text) for text in texts) >= 30
    assert sum(any(character.isdigit() for character in text) for text in texts) >= 100
