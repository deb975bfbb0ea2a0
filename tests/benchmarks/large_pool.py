"""A large pool: how long it takes to choose what to label next, to open the batch, and to finish a sentence.

    python -m tests.benchmarks.large_pool FOLDER [--sentences 1000000] [--size 500]

The sentences are made up of frequent eojeols, a tenth of them copies or near duplicates of others; 5,000 more are
train, 1,000 dev. A run has tagged all, with drawn scores. The project stays in FOLDER and is used again. Prints one
JSON object: seconds, and the greatest resident memory of the process in MiB (of choosing, where the project was there).
"""

import argparse
import json
import random
import resource
import statistics
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from core.domain.generators import run_to_end
from core.domain.settings import TrainSettings
from core.services.next_batch import make_batch
from core.services.next_step import find_next_step
from core.store.batches import BATCH_ORDERS, BatchOrder
from core.store.predictions import EpochKey
from core.store.project import Project, create_project, open_project
from core.store.sentence_selection import Selection

_NOUNS = "나라 서울 부산 학교 회사 영화 음악 사람 정부 시장 경기 선수 가수 배우 감독 대학 병원 도서관 공원 바다"
_ENDS = "은 는 이 가 을 를 에 에서 로 와 과 도 만 의"
_VERBS = "갔다 왔다 보았다 열렸다 끝났다 시작했다 말했다 밝혔다 예상된다 알려졌다 만들었다 기다린다"
NOUNS, ENDS, VERBS = (tuple(words.split()) for words in (_NOUNS, _ENDS, _VERBS))
TURNS = 20


def make_text(draw: random.Random, number: int) -> str:
    """A sentence with a number, so that it is not that of another."""
    words = [draw.choice(NOUNS) + draw.choice(ENDS) for _ in range(draw.randint(3, 12))]
    words.insert(draw.randrange(len(words)), f"{number}번")
    return " ".join([*words, draw.choice(VERBS)]) + "."


def make_rows(count: int) -> Iterator[tuple[str, str, str]]:
    """Id, section and text of each sentence."""
    draw, recent = random.Random(1), list[str]()
    for number in range(count + 6000):
        section = "train" if number < 5000 else "dev" if number < 6000 else "pool"
        text = make_text(draw, number)
        if section == "pool" and recent and draw.random() < 0.1:
            text = draw.choice(recent) + draw.choice(("", " ", "!"))
        recent = [*recent[-200:], text]
        yield f"s{number}", section, text


def build(folder: Path, count: int) -> None:
    """A project whose run 1 has tagged its pool."""
    with create_project(folder) as project:
        project.database.write_many(
            "INSERT INTO sentence (id, split, text, imported, gold, judged) VALUES (?, ?, ?, '[]', '[]', 'no')",
            make_rows(count),
        )
        project.database.write("UPDATE sentence SET judged = 'yes' WHERE split <> 'pool'")
        run = project.runs.start(TrainSettings())
        project.runs.describe(run, ("PS",), [], 1000)
        project.database.write("INSERT INTO epoch (source, number, loss, seconds) VALUES (?, 1, 1.0, 1.0)", [run])
        project.runs.end(run, "finished")
        draw, numbers = random.Random(2), project.database.numbers("SELECT number FROM sentence WHERE split = 'pool'")
        project.database.write_many(
            "INSERT INTO signal VALUES (?, 1, ?, ?, 0.0, NULL, '[]', '[]')",
            ((run, number, draw.expovariate(0.5)) for number in numbers),
        )
        project.database.write_many(
            "INSERT INTO prediction (source, epoch, sentence, spans) VALUES (?, 1, ?, '[[0, 2, \"LC\", 0.9]]')",
            ((run, number) for number in numbers),
        )
        project.search.pack()


def measure_seconds(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return round(time.perf_counter() - began, 3)


def choose(project: Project, size: int, order: BatchOrder, source: int | None) -> None:
    run_to_end(make_batch(project, size, order, source))


def open_pool(project: Project) -> None:
    """What the window reads, beside its thread, to list the whole pool and to say how far it is."""
    assert project.selections.numbers(Selection(split="pool"), None, "corrected")
    project.predictions.count_lacking(EpochKey(1, 1), "pool")


def open_batch(project: Project) -> None:
    """What the window reads to show a batch and its first fifty sentences."""
    batch = project.batches.newest()
    assert batch is not None
    shown = batch.open[:50]
    assert len(project.sentences.by_number(shown)) == len(shown)
    project.predictions.of(batch.key or EpochKey(1, 1), shown)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sentences", type=int, default=1_000_000)
    parser.add_argument("--size", type=int, default=500)
    options = parser.parse_args()
    document: dict[str, Any] = {"sentences": options.sentences, "size": options.size}
    if not options.folder.exists():
        document["build"] = measure_seconds(lambda: build(options.folder, options.sentences))
    with open_project(options.folder) as project:
        for order in reversed(BATCH_ORDERS):
            source = 1 if order == "dictionary" else None
            document[order] = measure_seconds(partial(choose, project, options.size, order, source))
        document["next_step"] = measure_seconds(lambda: find_next_step(project))
        document["open_pool"] = statistics.median(measure_seconds(lambda: open_pool(project)) for _ in range(TURNS))
        document["open_batch"] = statistics.median(measure_seconds(lambda: open_batch(project)) for _ in range(TURNS))
        document["learn_texts"] = measure_seconds(lambda: list(project.pool.learn_texts()))
        batch = project.batches.newest()
        assert batch is not None
        numbers = iter(batch.open)
        document["finish"] = statistics.median(
            measure_seconds(lambda: project.pool.finish(next(numbers), (), order="random")) for _ in range(TURNS)
        )
        document["undo"] = statistics.median(measure_seconds(project.corrections.undo) for _ in range(TURNS))
    document["mebibytes"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    print(json.dumps(document, indent=2))


if __name__ == "__main__":
    main()
