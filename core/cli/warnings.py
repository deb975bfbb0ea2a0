"""Warnings about the corpus or an epoch that make a score unreliable, printed on stderr."""

from core.analysis.findings import (
    describe_no_entities,
    describe_no_predictions,
    find_shared_documents,
    find_shared_sentences,
)
from core.cli.output import Output
from core.domain.generators import run_to_end
from core.domain.spans import Split
from core.metrics.report import Counts
from core.store.predictions import EpochKey
from core.store.project import Project
from core.store.sentences import Gold


def warn_of_split(project: Project, split: Split, out: Output) -> None:
    """Warn if an evaluated split shares sentences or documents with train, or contains no entities."""
    if split != "train":
        train = (text for _, text in project.sentences.texts("train"))
        sentences = run_to_end(find_shared_sentences(train, project.sentences.texts(split), split))
        documents = find_shared_documents(project.documents.shared_with_train(split), split)
        for finding in (*sentences, *documents):
            out.warn(finding.words)
    if not any(of == split for of, _ in project.sentences.label_counts()):
        out.warn(describe_no_entities(split))


def warn_of_epoch(project: Project, key: EpochKey, split: Split, gold: Gold, out: Output) -> None:
    """Warn if an epoch predicts no entities."""
    counts = project.predictions.counts(key, split, gold)
    if not sum(counts.values(), Counts()).predicted:
        out.warn(describe_no_predictions(key.epoch))
