"""What matching a large dictionary takes: `python -m tests.benchmarks.dictionary [FILE]`.

    python -m tests.benchmarks.dictionary [FILE] [--entries 100000] [--sentences 400000]

The sentences are those of a corpus file (KLUE-NER's development set, or else the sample), over and over; nothing is
kept from one to the next. The entries are the strings of its gold with two characters at least, which makes for more
matches than most dictionaries have, and made-up names. Prints one JSON object: seconds by the clock and of the
processor (of Kiwi's process as well), and the peak memory of this process after a tenth of the sentences and all.
"""

import argparse
import json
import random
import resource
import time
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

from core.dictionary.entries import DictionaryEntry
from core.dictionary.matching import DictionaryMatcher, match_texts
from core.domain.spans import Sentence
from core.languages.korean import morphemes
from tests.corpora import read_only_sentences
from tests.paths import KLUE_FILE, SAMPLE

DEFAULT = KLUE_FILE if KLUE_FILE.exists() else SAMPLE / "train.jsonl"
SYLLABLES = (
    "가강고구김나남다대도동라로마문미민박배백부산상서석선성소송수승시신아안양영오용우"
    "원유윤은의이인임장재전정조종주준지진천철최태하한현형호홍화황희"
)


def make_entries(sentences: list[Sentence], number: int) -> list[DictionaryEntry]:
    """The strings of the gold, then names of two to five syllables."""
    found = dict.fromkeys(
        DictionaryEntry(" ".join(sentence.text[span.start : span.end].split()), span.label)
        for sentence in sentences
        for span in sentence.spans
        if span.end - span.start > 1
    )
    made = random.Random(1)
    while len(found) < number:
        found[DictionaryEntry("".join(made.choices(SYLLABLES, k=made.choice((2, 3, 3, 3, 4, 5)))), "PS")] = None
    return list(found)[:number]


def peak() -> float:
    """MiB of this process."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "file", type=Path, nargs="?", default=KLUE_FILE if KLUE_FILE.exists() else SAMPLE / "train.jsonl"
    )
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--sentences", type=int, default=400_000)
    options = parser.parse_args()
    sentences = read_only_sentences(options.file)
    began, processor = time.perf_counter(), time.process_time()
    matcher = DictionaryMatcher(make_entries(sentences, options.entries), "benchmark")
    built = time.perf_counter() - began
    texts: Iterator[str] = (sentence.text for sentence in islice(cycle(sentences), options.sentences))
    matches = ambiguous = early = 0.0
    for done, found in enumerate(match_texts(matcher, texts), 1):
        matches += len(found)
        ambiguous += sum(match.span is None for match in found)
        if done == options.sentences // 10:
            early = peak()
    seconds, own = time.perf_counter() - began, time.process_time() - processor
    morphemes._analyser.close()
    kiwi = resource.getrusage(resource.RUSAGE_CHILDREN)
    report = {
        "entries": options.entries,
        "sentences": options.sentences,
        "matches": int(matches),
        "ambiguous": int(ambiguous),
        "seconds": round(seconds, 1),
        "seconds_building": round(built, 1),
        "processor_seconds": round(own, 1),
        "processor_seconds_of_kiwi": round(kiwi.ru_utime + kiwi.ru_stime, 1),
        "mib_after_a_tenth": early,
        "mib": peak(),
    }
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
