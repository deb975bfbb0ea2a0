"""Corpus files as sentences, read and written as the program does."""

from collections.abc import Iterable
from pathlib import Path

from core.domain.spans import Sentence
from core.formats.records import CorpusFormat, Record, Rejected, StatedSpan, WriteOptions
from core.formats.registry import AUTO, open_corpus
from core.formats.source_files import DEFAULTS, ReadOptions
from core.services.span_reading import make_sentence


def read_sentences(path: Path, name: str = AUTO, options: ReadOptions = DEFAULTS) -> list[Sentence | Rejected]:
    """The sentences of a file whatever their labels, and the records that are none."""
    with open_corpus(path, name, options) as file:
        return [make_sentence(file.source, record) for record in file.records()]


def read_only_sentences(path: Path, name: str = AUTO, options: ReadOptions = DEFAULTS) -> list[Sentence]:
    """The sentences of a file that has nothing else."""
    read = read_sentences(path, name, options)
    rejected = [record for record in read if isinstance(record, Rejected)]
    assert not rejected, rejected[0]
    return [record for record in read if isinstance(record, Sentence)]


def write_sentences(corpus_format: CorpusFormat, path: Path, sentences: Iterable[Sentence]) -> None:
    """Write sentences in a format."""
    assert corpus_format.write is not None
    corpus_format.write(path, map(record_of, sentences), WriteOptions())


def record_of(sentence: Sentence) -> Record:
    """The record that a sentence is written as."""
    spans = tuple(StatedSpan(span.start, span.end, span.label) for span in sentence.spans)
    return Record(1, sentence.text, spans, sentence.id)
