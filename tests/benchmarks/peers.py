"""Training and prediction against Hugging Face's own, in one process with the same encoder, text, epochs and batches.

    python -m tests.benchmarks.peers KLUE_FILE [--sentences N] [--layers N]

The peers are the Trainer with the defaults of its token-classification example and `pipeline("token-classification")`.
Ours is the subword unit, trained in float32, then in the precision that the device is fastest with; all tag in float32.
The taggers predict in turns, and each one's figure is the median of its turns. Prints one JSON object; ratios above 1
are faster. F1 is strict, on characters, for all.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
from transformers import (
    AutoModelForTokenClassification,
    AutoTokenizer,
    DataCollatorForTokenClassification,
    Trainer,
    TrainingArguments,
    pipeline,
)

from core.domain.settings import Precision, TrainSettings
from core.domain.spans import Sentence, Span
from core.domain.tags import NO_TAG, TagSet, tags_of
from core.model.encoders.loading import load_encoder
from core.model.predictor import predict_batches
from core.training.trainer import EpochTrained, train
from tests.corpora import read_only_sentences

BATCH = 16
RATE = 1.5e-4
SEED = 1
TURNS = 5


def f1(gold: Sequence[Sentence], found: Sequence[Iterable[Span]]) -> float:
    """Strict micro F1."""
    right = sum(len(set(sentence.spans) & set(spans)) for sentence, spans in zip(gold, found, strict=True))
    total = sum(len(sentence.spans) for sentence in gold) + sum(len(set(spans)) for spans in found)
    return 2 * right / total


def examples_of(sentences: Sequence[Sentence], tokenizer: Any, tag_set: TagSet) -> list[dict[str, list[int]]]:
    """What the Trainer learns from: pieces with tags, NO_TAG on special pieces."""
    examples = []
    for sentence in sentences:
        encoded = tokenizer(sentence.text, return_offsets_mapping=True, truncation=True)
        offsets = [visible(sentence.text, start, end) for start, end in encoded.pop("offset_mapping")]
        places = [number for number, (start, end) in enumerate(offsets) if start < end]
        labels = [NO_TAG] * len(offsets)
        for place, tag in zip(places, tags_of(sentence.spans, [offsets[p] for p in places], tag_set), strict=True):
            labels[place] = tag
        examples.append({**encoded, "labels": labels})
    return examples


def visible(text: str, start: int, end: int) -> tuple[int, int]:
    """The extent without the white space that a piece begins with."""
    while start < end and text[start].isspace():
        start += 1
    return start, end


@dataclass(frozen=True, slots=True)
class Trained:
    """A tagger, the training sentences a second that it was made with, and its F1 on dev."""

    tag: Callable[..., object]
    train_per_s: float
    f1: float


def theirs(folder: Path, training: Sequence[Sentence], dev: Sequence[Sentence], tag_set: TagSet) -> Trained:
    tokenizer = AutoTokenizer.from_pretrained(folder)
    torch.manual_seed(SEED)
    names = dict(enumerate(tag_set.names))
    model = AutoModelForTokenClassification.from_pretrained(folder, num_labels=len(names), id2label=names)
    with tempfile.TemporaryDirectory() as output:
        arguments = TrainingArguments(
            output,
            per_device_train_batch_size=BATCH,
            num_train_epochs=1,
            learning_rate=RATE,
            seed=SEED,
            save_strategy="no",
            report_to=[],
            use_cpu=True,
            disable_tqdm=True,
        )
        examples = examples_of(training, tokenizer, tag_set)
        collator = DataCollatorForTokenClassification(tokenizer)
        runtime = Trainer(model, arguments, collator, examples).train().metrics["train_runtime"]
    tagger = pipeline("token-classification", model=model.eval(), tokenizer=tokenizer, aggregation_strategy="simple")
    texts = [sentence.text for sentence in dev]
    spans = [spans_found(text, entities) for text, entities in zip(texts, tagger(texts), strict=True)]
    return Trained(tagger, len(training) / runtime, f1(dev, spans))


def spans_found(text: str, entities: Iterable[dict[str, Any]]) -> set[Span]:
    """The pipeline's entities as spans."""
    extents = [(visible(text, entity["start"], entity["end"]), entity["entity_group"]) for entity in entities]
    return {Span(start, end, label) for (start, end), label in extents if start < end}


def ours(
    folder: Path, training: Sequence[Sentence], dev: Sequence[Sentence], tag_set: TagSet, precision: Precision
) -> Trained:
    settings = TrainSettings(
        encoder=str(folder),
        epochs=1,
        batch_size=BATCH,
        learning_rate=RATE,
        seed=SEED,
        device="cpu",
        precision=precision,
    )
    (epoch,) = (e for e in train(training, dev, tag_set.labels, settings) if isinstance(e, EpochTrained))
    found = [[p.span for p in spans] for spans in epoch.predictions]
    return Trained(
        lambda texts: list(predict_batches(epoch.text_tagger, texts)), len(training) / epoch.seconds, f1(dev, found)
    )


def speeds(taggers: Mapping[str, Callable[[list[str]], object]], texts: list[str]) -> dict[str, float]:
    """Texts a second of each, the median of its turns."""
    turns: dict[str, list[float]] = {name: [] for name in taggers}
    for _ in range(TURNS):
        for name, tag in taggers.items():
            began = time.perf_counter()
            tag(texts)
            turns[name].append(len(texts) / (time.perf_counter() - began))
    return {name: statistics.median(figures) for name, figures in turns.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--sentences", type=int, default=1000)
    parser.add_argument("--layers", type=int, default=6)
    options = parser.parse_args()
    read = read_only_sentences(options.file)
    training, dev = read[: options.sentences], read[-500:]
    tag_set = TagSet(tuple(sorted({span.label for sentence in training for span in sentence.spans})))
    with tempfile.TemporaryDirectory() as folder:
        encoder, tokenizer = load_encoder("starter", (), seed=SEED, layers=options.layers)
        encoder.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        peer = theirs(Path(folder), training, dev, tag_set)
        mine = {precision: ours(Path(folder), training, dev, tag_set, precision) for precision in ("float32", "auto")}
    predicted = speeds(
        {"peer": peer.tag, "peer_batches_of_32": partial(peer.tag, batch_size=32), "ours": mine["auto"].tag},
        [sentence.text for sentence in dev],
    )
    results = {
        "threads": torch.get_num_threads(),
        "train_per_s": {"peer": peer.train_per_s, **{name: trained.train_per_s for name, trained in mine.items()}},
        "predict_per_s": predicted,
        "f1": {"peer": peer.f1, **{name: trained.f1 for name, trained in mine.items()}},
        "ratios": {
            **{f"train_{name}": trained.train_per_s / peer.train_per_s for name, trained in mine.items()},
            "predict": predicted["ours"] / predicted["peer"],
            "predict_against_batches_of_32": predicted["ours"] / predicted["peer_batches_of_32"],
        },
    }
    print(json.dumps(results, indent=2))


if __name__ == "__main__":
    main()
