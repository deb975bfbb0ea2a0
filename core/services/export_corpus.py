"""A project's sentences into a corpus file; no torch here."""

from collections.abc import Callable, Iterator
from pathlib import Path

from core.domain.spans import Sentence, Split
from core.formats import registry
from core.store.project import Project, refuse_inside_project
from core.store.sentences import Gold

_REPORT_EVERY = 2_000
"""Sentences between two words of progress."""


def export_corpus(
    project: Project,
    path: Path,
    format_name: str,
    split: Split | None,
    gold: Gold,
    report: Callable[[int], None] = lambda _: None,
) -> int:
    """Write the sentences of a split, or all, to a file; returns how many. The file is complete or untouched.

    Args:
        report: called now and then with how many are written; where it raises, the file stays untouched.

    Raises:
        UserError: the format is unknown or cannot express the corpus; the file cannot be written or is in a project;
            or many sentences are being changed right now.
    """
    refuse_inside_project(path)
    corpus_format = registry.format_for_export(path, format_name)
    project.corrections.settle()
    count = 0

    def sentences() -> Iterator[Sentence]:
        nonlocal count
        for stored in project.sentences.each(split):
            count += 1
            if count % _REPORT_EVERY == 0:
                report(count)
            yield stored.with_gold(gold)

    corpus_format.write(path, sentences())
    return count
