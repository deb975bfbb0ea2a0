"""How much effort suggestions save: the actions that take sentences to their gold, from a tagger's suggestions and by
hand.

    python -m tests.benchmarks.effort FILE --out RESULTS.jsonl [--labelled 1000 4000] [--sentences 1000] [--epochs 3]
        [--seeds 11 12 13] [--encoder starter] [--layers 4]

FILE is a corpus with gold, such as KLUE-NER's. For each seed its sentences are shuffled: the first are those to label,
whose gold is hidden, and taggers are trained on the next. Actions are counted by `tests.benchmarks.effort_rule`.

What each tagger suggests is a line of RESULTS.jsonl, so that a run that was stopped goes on where it was. At the end,
and with `--table` alone, a JSON object is printed for each number of labelled sentences: actions per sentence and per
span with suggestions and by hand, and their ratio, with 95 % intervals (bootstrap over the sentences of all seeds); the
same where labels are kept for several spans; the share of sentences that need no correction; for what the actions are,
per sentence; and the F1 of the suggestions.
"""

import argparse
import json
import random
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from core.domain.spans import Sentence, Span
from core.model.predictor import predict_batches
from tests.benchmarks.effort_rule import CAUSES, plan_actions, plan_by_hand
from tests.benchmarks.taggers import Result, add_options, make_settings, read_results, train_tagger, write_result
from tests.corpora import read_only_sentences

Judged = tuple[frozenset[Span], frozenset[Span]]
"""What is suggested for a sentence, and its gold."""

RESAMPLES = 2000


def save_suggestions(sentences: Sequence[Sentence], seed: int, options: argparse.Namespace) -> None:
    """Train the taggers of a seed that are not known yet, and save what they suggest."""
    known = {(each["seed"], each["labelled"]) for each in read_results(options.out, settings_of(options))}
    shuffled = shuffle(sentences, seed)
    texts = [sentence.text for sentence in shuffled[: options.sentences]]
    for labelled in options.labelled:
        if (seed, labelled) in known:
            continue
        began = time.monotonic()
        taught = shuffled[options.sentences : options.sentences + labelled]
        tagger = train_tagger(taught, options.epochs, make_settings(options, seed))
        found = dict(pair for batch in predict_batches(tagger, texts) for pair in batch)
        suggested = [
            [[each.span.start, each.span.end, each.span.label, round(each.probability, 4)] for each in found[place]]
            for place in range(len(texts))
        ]
        seconds = round(time.monotonic() - began, 1)
        result = {"seed": seed, "labelled": labelled, "settings": settings_of(options), "seconds": seconds}
        write_result(options.out, {**result, "suggested": suggested})
        print(f"seed {seed}  {labelled} labelled sentences  {seconds} s", flush=True)


def shuffle(sentences: Sequence[Sentence], seed: int) -> list[Sentence]:
    shuffled = list(sentences)
    random.Random(seed).shuffle(shuffled)
    return shuffled


def settings_of(options: argparse.Namespace) -> Result:
    """What results must share to be gone on with."""
    names = ("sentences", "epochs", "encoder", "layers", "batch_size")
    return {"file": options.file.name, **{name: getattr(options, name) for name in names}}


def pair_with_gold(result: Result, sentences: Sequence[Sentence]) -> list[Judged]:
    """What a tagger suggests for each sentence beside its gold."""
    shuffled = shuffle(sentences, result["seed"])
    return [
        (frozenset(Span(*row[:3]) for row in rows), frozenset(sentence.spans))
        for rows, sentence in zip(result["suggested"], shuffled, strict=False)
    ]


def summarise(pairs: Sequence[Judged]) -> dict[str, Any]:
    """The effort of these sentences, as the head of this file says."""
    plans = [plan_actions(*pair) for pair in pairs]
    causes = {cause: sum(each.cause == cause for plan in plans for each in plan) / len(plans) for cause in CAUSES}
    right = sum(len(suggested & gold) for suggested, gold in pairs)
    return {
        "sentences": len(pairs),
        "spans": sum(len(gold) for _, gold in pairs),
        "f1": round(2 * right / sum(len(suggested) + len(gold) for suggested, gold in pairs), 4),
        "without_correction": round(sum(suggested == gold for suggested, gold in pairs) / len(pairs), 3),
        **compare_ways(pairs, keeps=False),
        "kept_labels": compare_ways(pairs, keeps=True),
        "actions_for": {cause: round(share, 3) for cause, share in causes.items()},
    }


def compare_ways(pairs: Sequence[Judged], *, keeps: bool) -> dict[str, Any]:
    """Actions with suggestions, by hand, and their ratio, each with the bounds of its interval."""
    counts = np.array(
        [
            (len(plan_actions(suggested, gold, keeps=keeps)), len(plan_by_hand(gold, keeps=keeps)), len(gold))
            for suggested, gold in pairs
        ]
    )
    draws = np.random.default_rng(1).integers(0, len(counts), (RESAMPLES, len(counts)))
    totals = np.array([counts[draw].sum(axis=0) for draw in draws])
    ways = {}
    for name, above, below in (
        ("with_suggestions", 0, None),
        ("by_hand", 1, None),
        ("with_suggestions_per_span", 0, 2),
        ("by_hand_per_span", 1, 2),
        ("ratio", 0, 1),
    ):
        values = totals[:, above] / (len(counts) if below is None else totals[:, below])
        mean = counts[:, above].sum() / (len(counts) if below is None else counts[:, below].sum())
        low, high = np.quantile(values, (0.025, 0.975))
        ways[name] = [round(float(value), 3) for value in (mean, low, high)]
    return ways


def main() -> None:
    parser = argparse.ArgumentParser()
    add_options(parser)
    parser.add_argument("--sentences", type=int, default=1000)
    parser.add_argument("--labelled", type=int, nargs="+", default=[1000, 4000])
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--seeds", type=int, nargs="+", default=[11, 12, 13])
    options = parser.parse_args()
    sentences = read_only_sentences(options.file)
    if not options.table:
        for seed in options.seeds:
            save_suggestions(sentences, seed, options)
    results = read_results(options.out, settings_of(options))
    for labelled in options.labelled:
        found = [each for each in results if each["labelled"] == labelled]
        if found:
            pairs = [pair for each in found for pair in pair_with_gold(each, sentences)]
            seeds = [each["seed"] for each in found]
            print(json.dumps({"labelled": labelled, "seeds": seeds, **summarise(pairs)}))


if __name__ == "__main__":
    main()
