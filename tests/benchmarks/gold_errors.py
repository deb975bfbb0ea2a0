"""How well a tagger's signals find wrong gold: errors are put into held-out sentences, and each ranking is scored.

    python -m tests.benchmarks.gold_errors KLUE_FILE [--held-out N] [--share R] [--encoder NAME] [--epochs N]
    python -m tests.benchmarks.gold_errors PROJECT [--share R]

A tagger is trained on clean sentences, or is that of a project's newest run, whose dev sentences are then held out. A
share of the spans of the held-out sentences gets another type, an edge moved by a character, or is dropped, each as
often. The rankings of these sentences are scored by average precision: that of a random one is the share of sentences
with an error. Every score is the mean of five draws of errors; `first_fifty` is the share of the first fifty sentences
by suspicion that have one. `cost` is the time of judging over that of plain tagging, the median of turns. Prints one
JSON object.

Of the rankings, `suspicion` is what lists are ordered by. `predicted` takes the most probable predicted span that the
gold has not, `gold` the least probable gold span that was not predicted, `surest` the larger of the two. `loss` is that
of all the gold's tags, `odds` the loss less the uncertainty.
"""

import argparse
import json
import random
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from core.domain.settings import DEVICES, Device, TrainSettings
from core.domain.spans import Sentence, Span
from core.model.checkpoint import load
from core.model.devices import device_of
from core.model.predictor import predict_batches
from core.model.signal_predictor import JudgedText, judge_batches
from core.model.tagger import TextTagger
from core.store.project import open_project
from core.training.trainer import EpochTrained, train
from tests.corpora import read_only_sentences

KINDS = ("type", "edge", "dropped")
TURNS = 5
DRAWS = 5
FIRST = 50


def with_errors(
    sentence: Sentence, labels: Sequence[str], share: float, draw: random.Random
) -> tuple[Sentence, set[str]]:
    """The sentence with a share of its spans made wrong, and the kinds of what was done to it."""
    spans: list[Span] = []
    kinds: set[str] = set()
    for number, span in enumerate(sentence.spans):
        kind = draw.choice(KINDS) if draw.random() < share else ""
        if kind == "type":
            spans.append(replace(span, label=draw.choice([label for label in labels if label != span.label])))
        elif kind == "edge":
            before = spans[-1].end if spans else 0
            after = sentence.spans[number + 1].start if number + 1 < len(sentence.spans) else len(sentence.text)
            spans.append(draw.choice(moved(span, before, after) or [span]))
            kind = "edge" if spans[-1] != span else ""
        elif not kind:
            spans.append(span)
        kinds.update({kind} - {""})
    return Sentence(sentence.id, sentence.text, tuple(spans)), kinds


def moved(span: Span, before: int, after: int) -> list[Span]:
    """The span with an edge moved by one character, as far as it stays between its neighbours."""
    edges = [(span.start + by, span.end) for by in (-1, 1)] + [(span.start, span.end + by) for by in (-1, 1)]
    return [Span(start, end, span.label) for start, end in edges if before <= start < end <= after]


def average_precision(scores: Sequence[float], is_wrong: Sequence[bool]) -> float:
    """The mean over all wrong sentences of the precision of the list down to them; equal scores as they come."""
    order = sorted(range(len(scores)), key=lambda place: -scores[place])
    found, total = 0, 0.0
    for rank, place in enumerate(order, start=1):
        if is_wrong[place]:
            found += 1
            total += found / rank
    return total / found


def predicted_alone(judged: JudgedText) -> float:
    gold = set(judged.signals.gold)
    return max((p.probability for p in judged.spans if p.span not in gold), default=0.0)


def doubt_of_gold(judged: JudgedText) -> float:
    found = {p.span for p in judged.spans}
    pairs = zip(judged.signals.gold, judged.signals.gold_probabilities, strict=True)
    return max((1 - share for span, share in pairs if span not in found and share is not None), default=0.0)


def loss(judged: JudgedText) -> float:
    return judged.signals.loss if judged.signals.loss is not None else 0.0


RANKINGS: dict[str, Callable[[JudgedText], float]] = {
    "suspicion": lambda judged: judged.signals.suspicion or 0.0,
    "surest": lambda judged: max(predicted_alone(judged), doubt_of_gold(judged)),
    "predicted": predicted_alone,
    "gold": doubt_of_gold,
    "loss": loss,
    "odds": lambda judged: loss(judged) - judged.signals.uncertainty if loss(judged) else 0.0,
    "uncertainty": lambda judged: judged.signals.uncertainty,
}


def trained(sentences: Sequence[Sentence], settings: TrainSettings) -> TextTagger:
    labels = tuple(sorted({span.label for sentence in sentences for span in sentence.spans}))
    *_, last = (e for e in train(sentences, sentences[:1], labels, settings) if isinstance(e, EpochTrained))
    return last.text_tagger


def seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def cost(text_tagger: TextTagger, sentences: Sequence[Sentence]) -> float:
    """Processor time of judging over that of plain tagging, in turns."""
    texts, golds = [s.text for s in sentences], [s.spans for s in sentences]
    ratios = []
    for _ in range(TURNS):
        plain = seconds(lambda: list(predict_batches(text_tagger, texts)))
        ratios.append(seconds(lambda: list(judge_batches(text_tagger, texts, golds))) / plain)
    return statistics.median(ratios)


def from_file(options: argparse.Namespace) -> tuple[TextTagger, list[Sentence]]:
    """A tagger trained on a part of the file, and the sentences held out."""
    sentences = read_only_sentences(options.file)
    random.Random(options.seed).shuffle(sentences)
    settings = TrainSettings.of_preset(options.encoder, epochs=options.epochs, device=options.device, seed=options.seed)
    return trained(sentences[options.held_out :], settings), sentences[: options.held_out]


def from_project(folder: Path, device: Device) -> tuple[TextTagger, list[Sentence]]:
    """The tagger of the newest run's last epoch, and the project's dev sentences."""
    with open_project(folder) as project:
        run = project.runs.by_number(None).number
        checkpoint = project.checkpoint_folder(run, project.runs.epoch_number(run, None))
        dev = [stored.with_gold("corrected") for stored in project.sentences.each("dev")]
        return load(checkpoint, device_of(device)), dev


def scores(
    text_tagger: TextTagger, held_out: Sequence[Sentence], share: float, draw: random.Random
) -> dict[str, float]:
    """What the rankings find of one draw of errors."""
    labels = sorted({span.label for sentence in held_out for span in sentence.spans})
    pairs = [with_errors(sentence, labels, share, draw) for sentence in held_out]
    batches = judge_batches(text_tagger, [s.text for s, _ in pairs], [s.spans for s, _ in pairs])
    judged = sorted(each for batch in batches for each in batch)
    is_wrong = [bool(kinds) for _, kinds in pairs]
    ranked = sorted(range(len(judged)), key=lambda place: -RANKINGS["suspicion"](judged[place]))
    return {
        **{name: average_precision([score(each) for each in judged], is_wrong) for name, score in RANKINGS.items()},
        "random": sum(is_wrong) / len(is_wrong),
        "first_fifty": sum(is_wrong[place] for place in ranked[:FIRST]) / FIRST,
        **{kind: sum(kind in kinds for _, kinds in pairs) for kind in KINDS},
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("file", type=Path, help="a corpus, or a project")
    parser.add_argument("--held-out", type=int, default=1000)
    parser.add_argument("--share", type=float, default=0.05)
    parser.add_argument("--encoder", default="tiny")
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--device", choices=DEVICES, default="auto")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    is_project = options.file.is_dir()
    text_tagger, held_out = from_project(options.file, options.device) if is_project else from_file(options)
    draws = [scores(text_tagger, held_out, options.share, random.Random(options.seed + n)) for n in range(DRAWS)]
    document = {
        "sentences": len(held_out),
        "spans": sum(len(sentence.spans) for sentence in held_out),
        **{name: statistics.mean(draw[name] for draw in draws) for name in draws[0]},
        "cost": cost(text_tagger, held_out),
    }
    print(json.dumps(document, indent=2))


if __name__ == "__main__":
    main()
