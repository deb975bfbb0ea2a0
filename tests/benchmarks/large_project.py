"""A project as large as the reference experiment's: sentences, and predictions of several epochs.

    python -m tests.benchmarks.large_project FOLDER [--train 389505] [--dev 55643] [--epochs 3]

The sentences are KLUE-NER's where it lies beside the project, else the sample's, each with a number of its own in
front so that no text comes twice, and ids in the shape of the NIKL corpus. The predictions are the gold with noise,
less of it with every epoch; their signals are drawn. All goes through the same import and the same store methods as
in the window.
"""

import argparse
import random
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path

from core.domain.labels import TTA_LABELS
from core.domain.settings import TrainSettings
from core.domain.spans import PredictedSpan, Sentence, SentenceNumber, Span, Split
from core.formats import jsonl
from core.metrics.signals import Signals, suspicion_of
from core.metrics.strict import klue_figures
from core.services.import_corpus import ImportPlan, import_corpus
from core.store.predictions import EpochKey
from core.store.project import Project, create_project
from core.store.runs import Epoch
from core.store.sentences import GOLDS, SLICE, StoredSentence
from tests.building import epoch_report
from tests.corpora import read_only_sentences, write_sentences
from tests.paths import ROOT

KLUE = ROOT.parent / "shared" / "data" / "klue-ner" / "klue-ner-v1.1_dev.tsv"
SAMPLE = ROOT / "resources" / "sample" / "train.jsonl"
TRAIN, DEV, EPOCHS = 389_505, 55_643, 3
PER_DOCUMENT = 20


def numbered(count: int, first: int) -> Iterator[Sentence]:
    """As many sentences as asked for, numbered from the first number on."""
    source = KLUE if KLUE.exists() else SAMPLE
    read = read_only_sentences(source)
    for number, sentence in enumerate(islice(cycle(read), count), start=first):
        prefix = f"{number}. "
        spans = tuple(Span(s.start + len(prefix), s.end + len(prefix), s.label) for s in sentence.spans)
        name = f"NWRW18{number // PER_DOCUMENT:08d}.{number}"
        yield Sentence(name, prefix + sentence.text, spans)


def built(folder: Path, train: int = TRAIN, dev: int = DEV, epochs: int = EPOCHS) -> None:
    """Make the project in a new folder."""
    with create_project(folder) as project, tempfile.TemporaryDirectory() as name:
        sizes: tuple[tuple[Split, int, int], ...] = (("train", train, 1), ("dev", dev, train + 1))
        plans = []
        for split, count, first in sizes:
            path = Path(name) / f"{split}.jsonl"
            write_sentences(jsonl.FORMAT, path, numbered(count, first))
            plans.append(ImportPlan((path,), split))
        for _ in import_corpus(project, *plans):
            pass
        add_run(project, epochs)


def add_run(project: Project, epochs: int) -> None:
    """A finished run whose predictions of dev get better with every epoch."""
    settings = TrainSettings(epochs=epochs)
    run = project.runs.start(settings)
    train = (stored.with_gold("corrected") for stored in project.sentences.each("train"))
    project.runs.describe(run, TTA_LABELS, train, project.sentences.count("dev"))
    draw = random.Random(0)
    for epoch in range(1, epochs + 1):
        key = EpochKey(run, epoch)
        for part in _parts(project.sentences.each("dev")):
            predictions = {stored.number: noisy(stored.gold, stored.text, 0.3 / epoch, draw) for stored in part}
            project.predictions.save(key, predictions)
            project.signals.save(key, {stored.number: drawn_signals(stored, predictions, draw) for stored in part})
        klue = {gold: klue_figures(project.predictions.examples(key, "dev", gold)) for gold in GOLDS}
        report = replace(epoch_report(project, key), klue=klue, ceiling=0.99)
        project.runs.add_epoch(Epoch(run, epoch, 1.0 / epoch, 600.0, report))
    project.runs.end(run, "finished")


def drawn_signals(
    stored: StoredSentence, predictions: Mapping[SentenceNumber, Sequence[PredictedSpan]], draw: random.Random
) -> Signals:
    """Signals as a run might give them: doubt only where prediction and gold differ."""
    predicted = predictions[stored.number]
    probabilities = {span: draw.uniform(0.01, 0.99) for span in stored.gold}
    suspicion = suspicion_of(probabilities, predicted)
    return Signals(draw.expovariate(1.0), draw.expovariate(0.5), suspicion, stored.gold, tuple(probabilities.values()))


def _parts(sentences: Iterator[StoredSentence]) -> Iterator[list[StoredSentence]]:
    while part := list(islice(sentences, SLICE)):
        yield part


def noisy(gold: Sequence[Span], text: str, share: float, draw: random.Random) -> tuple[PredictedSpan, ...]:
    """Predictions of one sentence: a share of its spans missed, cut or of another type, and some that are spurious."""
    predicted, end = [], 0
    for span in gold:
        chance = draw.random() / share
        if chance < 0.3 or span.start < end:
            continue
        label, stop = span.label, span.end
        if chance < 0.6:
            stop = span.start + max(1, (span.end - span.start) // 2)
        elif chance < 1:
            label = draw.choice(TTA_LABELS)
        predicted.append(PredictedSpan(Span(span.start, stop, label), draw.uniform(0.3, 0.9999)))
        end = stop
    if len(text) > end + 4 and draw.random() < share:
        spurious = Span(len(text) - 3, len(text) - 1, draw.choice(TTA_LABELS))
        predicted.append(PredictedSpan(spurious, draw.uniform(0.2, 0.7)))
    return tuple(predicted)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--train", type=int, default=TRAIN)
    parser.add_argument("--dev", type=int, default=DEV)
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    options = parser.parse_args()
    built(options.folder, options.train, options.dev, options.epochs)


if __name__ == "__main__":
    main()
