"""What to label next, with a simulated annotator: F1 by labelled sentences, characters and spans, for each order.

    python -m tests.benchmarks.pool FILE --out RESULTS.jsonl [--seeds 11 12 13] [--orders random uncertain informative]
        [--pool 4000] [--dev 1000] [--sizes 100 250 500 1000 2000] [--steps 750] [--encoder starter] [--layers 4]
        [--forms 1]

FILE is a corpus with gold, such as KLUE-NER's. For each seed its sentences are shuffled: the first are dev, the next
the pool, whose gold is hidden. The first batch is random, and the same for all orders. After each batch a tagger is
trained anew on all that is labelled, in about so many steps, and measured on dev; the next batch is chosen from what
it says of the rest, as `core.services.next_batch` does: `uncertain` by −log p of the best path over the root of the
length, `informative` without near duplicates of a sentence of the batch among ten times as many. `--forms 5` makes a
redundant pool: of each of its sentences there are five, which differ in a number.

Each training is a line of RESULTS.jsonl, with what was chosen next, so that a run that was stopped goes on where it
was. At the end, and with `--table` alone, a table is printed: means over the seeds with 95 % intervals (of the mean,
by Student's t), and for how many random sentences the F1 at `--at` is reached. Settings are to be chosen on other seeds
than those reported.
"""

import argparse
import itertools
import math
import random
import statistics
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from core.analysis.near_duplicates import thin_similar
from core.domain.spans import Sentence, Span
from core.metrics.comparison import compare_spans
from core.model.predictor import predict_batches
from core.model.signal_predictor import judge_batches
from core.model.tagger import TextTagger
from core.services.next_batch import DEEP
from tests.benchmarks.taggers import Result, add_options, make_settings, read_results, train_tagger, write_result
from tests.corpora import read_only_sentences

ORDERS = ("random", "uncertain", "informative")
_T = {2: 12.706, 3: 4.303, 4: 3.182, 5: 2.776, 6: 2.571, 7: 2.447, 8: 2.365, 9: 2.306, 10: 2.262}
"""The 97.5 % quantile of Student's t for the mean of so many seeds."""


class Corpus(NamedTuple):
    dev: list[Sentence]
    pool: list[Sentence]


def draw_corpus(sentences: Sequence[Sentence], seed: int, options: argparse.Namespace) -> Corpus:
    """Dev and pool of a seed."""
    shuffled = list(sentences)
    random.Random(seed).shuffle(shuffled)
    wanted = options.dev + options.pool // options.forms
    if len(shuffled) < wanted:
        raise SystemExit(f"{len(shuffled)} sentences are too few: {wanted} are needed")
    pool = [form for sentence in shuffled[options.dev : wanted] for form in make_forms(sentence, options.forms)]
    random.Random(seed + 1).shuffle(pool)
    return Corpus(shuffled[: options.dev], pool)


def make_forms(sentence: Sentence, count: int) -> list[Sentence]:
    """A sentence in several forms that differ in a number in front; alone, as it is."""
    if count == 1:
        return [sentence]
    forms = []
    for number in range(1, count + 1):
        head = f"{number}. "
        spans = tuple(Span(s.start + len(head), s.end + len(head), s.label) for s in sentence.spans)
        forms.append(Sentence(f"{sentence.id}-{number}", head + sentence.text, spans))
    return forms


def measure(text_tagger: TextTagger, dev: Sequence[Sentence]) -> float:
    """The strict micro F1 on dev."""
    right = spans = 0
    predicted = {text: found for batch in predict_batches(text_tagger, [s.text for s in dev]) for text, found in batch}
    for place, sentence in enumerate(dev):
        comparisons = compare_spans(sentence.spans, predicted[place])
        right += sum(not each.is_error for each in comparisons)
        spans += len(sentence.spans) + len(predicted[place])
    return 2 * right / spans if spans else 0.0


def choose_next(
    order: str, text_tagger: TextTagger, pool: Sequence[Sentence], rest: Sequence[int], size: int, draw: random.Random
) -> list[int]:
    """The places in the pool of what to label next."""
    if order == "random":
        return draw.sample(list(rest), min(size, len(rest)))
    texts = [pool[place].text for place in rest]
    scores = [0.0] * len(rest)
    for batch in judge_batches(text_tagger, texts, [()] * len(texts)):
        for judged in batch:
            scores[judged.text] = judged.signals.uncertainty / len(texts[judged.text]) ** 0.5
    ranked = sorted(range(len(rest)), key=lambda place: (-scores[place], place))
    if order == "informative":
        deep = ranked[: DEEP * size]
        ranked = [deep[place] for place in thin_similar((texts[place] for place in deep), size)[0]]
    return [rest[place] for place in ranked[:size]]


def simulate(corpus: Corpus, seed: int, order: str, known: Sequence[Result], options: argparse.Namespace) -> None:
    """Label, train, measure and choose until the last size; goes on after the results that are known."""
    draw = random.Random(f"{seed} {order} {len(known)}")
    if known:
        chosen: list[int] = [*known[-1]["chosen"], *known[-1]["next"]]
    else:
        chosen = random.Random(seed + 2).sample(range(len(corpus.pool)), options.sizes[0])
    for place in range(len(known), len(options.sizes)):
        began, labelled = time.monotonic(), [corpus.pool[each] for each in chosen]
        settings = make_settings(options, seed)
        epochs = max(1, round(options.steps / math.ceil(len(labelled) / settings.batch_size)))
        text_tagger = train_tagger(labelled, epochs, settings)
        f1 = measure(text_tagger, corpus.dev)
        rest = sorted({*range(len(corpus.pool))} - {*chosen})
        size = options.sizes[place + 1] - len(chosen) if place + 1 < len(options.sizes) else 0
        following = choose_next(order, text_tagger, corpus.pool, rest, size, draw) if size else []
        result = {
            "seed": seed,
            "order": order,
            "settings": settings_of(options),
            "sentences": len(chosen),
            "characters": sum(len(sentence.text) for sentence in labelled),
            "spans": sum(len(sentence.spans) for sentence in labelled),
            "f1": f1,
            "seconds": round(time.monotonic() - began, 1),
            "chosen": chosen,
            "next": following,
        }
        write_result(options.out, result)
        print(f"seed {seed} {order:<12} {len(chosen):>5} sentences  F1 {f1:.4f}  {result['seconds']} s", flush=True)
        chosen = [*chosen, *following]


def settings_of(options: argparse.Namespace) -> Result:
    """What results must share to be compared, or gone on with."""
    names = ("pool", "dev", "sizes", "steps", "encoder", "layers", "batch_size", "forms")
    return {"file": options.file.name, **{name: getattr(options, name) for name in names}}


def interval(values: Sequence[float]) -> float:
    """Half the width of the 95 % interval of the mean; nothing is known of one value."""
    if len(values) < 2:
        return math.nan
    return _T.get(len(values), 1.96) * statistics.stdev(values) / len(values) ** 0.5


def sentences_to_reach(f1: float, curve: Mapping[int, float]) -> float:
    """How many sentences a curve needs for an F1, between its points by the logarithm; infinite beyond its end."""
    points = sorted(curve.items())
    if f1 <= points[0][1]:
        return float(points[0][0])
    for (fewer, low), (more, high) in itertools.pairwise(points):
        if low < f1 <= high:
            return fewer * (more / fewer) ** ((f1 - low) / (high - low))
    return math.inf


def print_table(results: Sequence[Result], at: int) -> None:
    cells: dict[tuple[str, int], list[Result]] = defaultdict(list)
    for result in results:
        cells[result["order"], result["sentences"]].append(result)
    print("\norder         sentences  seeds  F1              characters   spans   F1 of each seed")
    for (order, sentences), found in sorted(cells.items(), key=lambda cell: (cell[0][1], cell[0][0])):
        scores = [each["f1"] for each in sorted(found, key=lambda each: int(each["seed"]))]
        characters, spans = (statistics.mean(each[name] for each in found) for name in ("characters", "spans"))
        print(
            f"{order:<13} {sentences:>9}  {len(found):>5}  {statistics.mean(scores):.4f} ± {interval(scores):.4f}"
            f"  {characters:>10,.0f}  {spans:>6,.0f}   {' '.join(f'{score:.3f}' for score in scores)}"
        )
    for by in ("sentences", "characters", "spans"):
        curve = {
            statistics.mean(each[by] for each in found): statistics.mean(each["f1"] for each in found)
            for (order, _), found in cells.items()
            if order == "random"
        }
        for order in ORDERS[1:]:
            if (found := cells.get((order, at))) and curve:
                here = statistics.mean(each[by] for each in found)
                needed = sentences_to_reach(statistics.mean(each["f1"] for each in found), curve)
                print(
                    f"{order} at {at} sentences ({here:,.0f} {by}): random needs {needed:,.0f}, {needed / here:.2f} ×"
                )


def main() -> None:
    parser = argparse.ArgumentParser()
    add_options(parser)
    parser.add_argument("--seeds", type=int, nargs="+", default=[11, 12, 13])
    parser.add_argument("--orders", choices=ORDERS, nargs="+", default=ORDERS)
    parser.add_argument("--pool", type=int, default=4000)
    parser.add_argument("--dev", type=int, default=1000)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 250, 500, 1000, 2000])
    parser.add_argument("--steps", type=int, default=750)
    parser.add_argument("--forms", type=int, default=1)
    parser.add_argument("--at", type=int, default=500)
    options = parser.parse_args()
    if not options.table:
        sentences = read_only_sentences(options.file)
        for seed in options.seeds:
            corpus = draw_corpus(sentences, seed, options)
            for order in options.orders:
                known = [
                    each
                    for each in read_results(options.out, settings_of(options))
                    if (each["seed"], each["order"]) == (seed, order)
                ]
                simulate(corpus, seed, order, known, options)
    print_table(read_results(options.out, settings_of(options)), options.at)


if __name__ == "__main__":
    main()
