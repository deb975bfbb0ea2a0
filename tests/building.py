"""Projects made for tests without files and without training."""

from collections.abc import Iterable
from pathlib import Path

from core.domain.scores import EpochReport
from core.domain.settings import TrainSettings
from core.domain.spans import Example, PredictedSpan, Sentence, SentenceNumber, Span, Split
from core.metrics.report import build_report
from core.metrics.signals import Signals
from core.store.columns import spans_to_text
from core.store.predictions import EpochKey
from core.store.project import Project, create_project
from core.store.runs import Epoch

TEXTS: tuple[tuple[str, Split, str, tuple[Span, ...]], ...] = (
    ("news-1", "train", "이순신은 조선 수군을 이끌었다.", (Span(0, 3, "PS"), Span(5, 7, "LC"))),
    (
        "news-2",
        "train",
        "삼성전자가 서울에서 5일 전시회를 열었다.",
        (Span(0, 4, "OG"), Span(6, 8, "LC"), Span(11, 13, "DT")),
    ),
    ("news-3", "dev", "세종은 1443년 한글을 만들었다.", (Span(0, 2, "PS"), Span(4, 9, "DT"))),
    ("news-4", "dev", "한국은행이 부산에서 회의를 열었다.", (Span(0, 4, "OG"), Span(6, 8, "LC"))),
    ("talk-1", "dev", "민서야 😀 오후 3시에 보자!", (Span(0, 2, "PS"), Span(6, 11, "TI"))),
    ("talk-2", "dev", "오늘은 아무 일도 없었다.", (Span(0, 2, "DT"),)),
    ("news-5", "test", "대구에서 축제가 열렸다.", (Span(0, 2, "LC"),)),
)
"""Id, split, text and gold of the seven sentences that `project_with_sentences` makes."""


def predicted(*rows: tuple[int, int, str, float]) -> tuple[PredictedSpan, ...]:
    return tuple(PredictedSpan(Span(start, end, label), share) for start, end, label, share in rows)


def example(
    text: str,
    *gold: tuple[int, int, str],
    number: int = 1,
    split: Split = "train",
    predicted: Iterable[PredictedSpan] = (),
) -> Example:
    spans = tuple(Span(*span) for span in gold)
    return Example(SentenceNumber(number), split, f"s-{number}", text, spans, tuple(predicted))


FIRST_EPOCH = {
    "news-3": predicted((0, 3, "PS", 0.61)),  # wrong edge, and DT missed
    "news-4": predicted((0, 4, "LC", 0.55), (6, 8, "LC", 0.97)),  # OG taken for LC
    "talk-1": predicted((0, 2, "PS", 0.91), (12, 14, "OG", 0.31)),  # TI missed, OG spurious
    "talk-2": (),  # DT missed
}
SECOND_EPOCH = {
    "news-3": predicted((0, 2, "PS", 0.88), (4, 9, "DT", 0.93)),
    "news-4": predicted((0, 4, "OG", 0.71), (6, 8, "LC", 0.98)),
    "talk-1": predicted((0, 2, "PS", 0.95), (6, 8, "TI", 0.44)),  # wrong edge
    "talk-2": predicted((0, 2, "DT", 0.82), (4, 6, "QT", 0.35)),  # QT spurious
}


def project_with_sentences(folder: Path) -> Project:
    """A new project with the sentences of `TEXTS`."""
    project = create_project(folder)
    add_sentences(project, [(split, Sentence(name, text, gold)) for name, split, text, gold in TEXTS])
    return project


def add_sentences(project: Project, sentences: list[tuple[Split, Sentence]]) -> None:
    rows = [(s.id, split, s.text, spans_to_text(s.spans), spans_to_text(s.spans)) for split, s in sentences]
    project.database.write_many("INSERT INTO sentence (id, split, text, imported, gold) VALUES (?, ?, ?, ?, ?)", rows)


def add_run(project: Project, *epochs: dict[str, tuple[PredictedSpan, ...]]) -> int:
    """A finished run that predicted this for each epoch, sentences by id."""
    run = project.runs.start(TrainSettings(epochs=len(epochs)))
    train = [stored.with_gold("corrected") for stored in project.sentences.each("train")]
    labels = tuple(dict.fromkeys(span.label for sentence in train for span in sentence.spans))
    project.runs.describe(run, labels, train, project.sentences.count("dev"))
    for number, predictions in enumerate(epochs, start=1):
        key = EpochKey(run, number)
        project.predictions.save(
            key, {project.sentences.by_id(name).number: spans for name, spans in predictions.items()}
        )
        project.runs.add_epoch(Epoch(run, number, 1.0 / number, 2.5, epoch_report(project, key)))
    project.runs.end(run, "finished")
    return run


def epoch_report(project: Project, key: EpochKey) -> EpochReport:
    """The metrics on dev of what is stored for an epoch."""
    counts = project.predictions.counts
    return EpochReport(build_report(counts(key, "dev", "imported")), build_report(counts(key, "dev", "corrected")))


def project_with_run(folder: Path) -> Project:
    """A project whose run 1 has two epochs, with every kind of error among them."""
    project = project_with_sentences(folder)
    add_run(project, FIRST_EPOCH, SECOND_EPOCH)
    return project


Measures = tuple[float, float | None, float | None]
"""Uncertainty, loss and suspicion."""


def add_signals(project: Project, key: EpochKey, measures: dict[str, Measures]) -> None:
    """An epoch's signals, sentences by id, measured on the gold that they have now."""
    signals = {}
    for name, values in measures.items():
        stored = project.sentences.by_id(name)
        signals[stored.number] = Signals(*values, stored.gold, tuple(0.5 for _ in stored.gold))
    project.signals.save(key, signals)
