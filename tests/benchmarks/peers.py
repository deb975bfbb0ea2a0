"""Training and prediction against Hugging Face's own, in one process with the same encoder, text, epochs and batches.

    python -m tests.benchmarks.peers KLUE_FILE [--sentences N] [--layers N]

The peers are the Trainer with the defaults of its token-classification example and `pipeline("token-classification")`.
Ours is the subword unit in float32, then in the precision that the device is fastest with. Prints one JSON object;
ratios above 1 are faster. F1 is strict, on characters, for all.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Iterable, Sequence
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

from core.corpus import formats
from core.encoders import load_encoder
from core.predictor import predict_batches
from core.settings import Precision, TrainSettings
from core.spans import Sentence, Span
from core.tags import NO_TAG, TagSet, tags_of
from core.trainer import EpochTrained, train

BATCH = 16
RATE = 1.5e-4
SEED = 1


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


def theirs(folder: Path, training: Sequence[Sentence], dev: Sequence[Sentence], tag_set: TagSet) -> dict[str, float]:
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
    alone, found = timed(lambda: tagger(texts))
    batched, _ = timed(lambda: tagger(texts, batch_size=32))
    spans = [spans_found(text, entities) for text, entities in zip(texts, found, strict=True)]
    return {
        "train_per_s": len(training) / runtime,
        "predict_per_s": len(dev) / alone,
        "predict_batches_of_32_per_s": len(dev) / batched,
        "f1": f1(dev, spans),
    }


def spans_found(text: str, entities: Iterable[dict[str, Any]]) -> set[Span]:
    """The pipeline's entities as spans."""
    extents = [(visible(text, entity["start"], entity["end"]), entity["entity_group"]) for entity in entities]
    return {Span(start, end, label) for (start, end), label in extents if start < end}


def ours(
    folder: Path, training: Sequence[Sentence], dev: Sequence[Sentence], tag_set: TagSet, precision: Precision
) -> dict[str, float]:
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
    texts = [sentence.text for sentence in dev]
    seconds, _ = timed(lambda: list(predict_batches(epoch.text_tagger, texts)))
    found = [[p.span for p in spans] for spans in epoch.predictions]
    return {
        "train_per_s": len(training) / epoch.seconds,
        "predict_per_s": len(dev) / seconds,
        "f1": f1(dev, found),
    }


def timed(work: Any) -> tuple[float, Any]:
    """Seconds, and what the work gives."""
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--sentences", type=int, default=1000)
    parser.add_argument("--layers", type=int, default=6)
    options = parser.parse_args()
    read = [record for record in formats.read(options.file) if isinstance(record, Sentence)]
    training, dev = read[: options.sentences], read[-500:]
    tag_set = TagSet(tuple(sorted({span.label for sentence in training for span in sentence.spans})))
    with tempfile.TemporaryDirectory() as folder:
        encoder, tokenizer = load_encoder("starter", (), seed=SEED, layers=options.layers)
        encoder.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        peer = theirs(Path(folder), training, dev, tag_set)
        mine = {precision: ours(Path(folder), training, dev, tag_set, precision) for precision in ("float32", "auto")}
    ratios = {
        precision: {
            "train": figures["train_per_s"] / peer["train_per_s"],
            "predict": figures["predict_per_s"] / peer["predict_per_s"],
            "predict_against_batches_of_32": figures["predict_per_s"] / peer["predict_batches_of_32_per_s"],
            "f1_difference": figures["f1"] - peer["f1"],
        }
        for precision, figures in mine.items()
    }
    results = {"threads": torch.get_num_threads(), "hugging_face": peer, "ours": mine, "ratios": ratios}
    print(json.dumps(results, indent=2))


if __name__ == "__main__":
    main()
