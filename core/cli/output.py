"""Output of the command line: results on stdout, as JSON or text; rejected records and messages on stderr."""

import json
import sys
import time
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any

from core.domain.events import BatchHalved
from core.domain.generators import Event, run_to_end
from core.domain.scores import AVERAGES, KlueFigures, Report
from core.domain.settings import Unit
from core.domain.spans import PredictedSpan, Split
from core.formats.records import Rejected
from core.messages.catalogue import mark, say, say_count
from core.messages.terminal import escape_controls
from core.metrics.comparison import OUTCOMES
from core.metrics.confusion import ErrorKinds
from core.services.import_corpus import ImportProgress
from core.store.predictions import EpochKey

_PROGRESS_INTERVAL = 0.5
"""Seconds between two lines of progress."""


@dataclass(frozen=True, slots=True)
class Output:
    """Prints results as JSON or as text.

    Attributes:
        as_json: print one JSON document on stdout (one per line for events) instead of plain text.
    """

    as_json: bool

    def result(self, document: Mapping[str, Any], text: str) -> None:
        """Print the result of a command."""
        lines = map(escape_controls, text.split("\n"))
        print(json.dumps(document, ensure_ascii=False) if self.as_json else "\n".join(lines), flush=True)

    def event(self, name: str, document: Mapping[str, Any], text: str) -> None:
        """Print one event of a long command."""
        if self.as_json:
            self.result({"event": name, **document}, text)
        else:
            self.note(text)

    def warn(self, text: str) -> None:
        """Print a warning on stderr."""
        self.note(say("warning: {text}", text=text))

    @staticmethod
    def note(text: str) -> None:
        """Print a message on stderr."""
        print("\n".join(map(escape_controls, text.split("\n"))), file=sys.stderr, flush=True)


def report_events(
    work: Generator[Event, None, int], report: Callable[[Event], None], *, is_fleeting: Callable[[Event], bool]
) -> int:
    """Run the work, printing its events (progress at most twice a second); returns the run number."""
    last = 0.0

    def take(event: Event) -> None:
        nonlocal last
        now = time.monotonic()
        if not is_fleeting(event) or now - last > _PROGRESS_INTERVAL:
            last = now
            report(event)

    return run_to_end(work, take)


def table(report: Report) -> str:
    """The report as plain text in seqeval's layout, with four decimals."""
    names = {name: f"{name} avg" for name in AVERAGES}
    width = max(len(names.get(name, name)) for name in report.rows())
    head = f"{'':>{width}}  precision    recall  f1-score   support"
    lines = [
        f"{names.get(name, name):>{width}}  {s.precision:9.4f} {s.recall:9.4f} {s.f1:9.4f} {s.support:9d}"
        for name, s in report.rows().items()
    ]
    return "\n".join([head, "", *lines])


def name_version(key: EpochKey, *, is_run: bool) -> dict[str, int]:
    """The members that a document has besides `epoch` where that is the version of a source that is not a run."""
    return {} if is_run else {"source": key.source, "version": key.epoch}


def count_sentences(count: int, split: Split) -> str:
    """`1 training sentence`, `1,000 dev sentences`."""
    if split == "train":
        return say_count("{count:,} training sentence", "{count:,} training sentences", count)
    return say_count("{count:,} {split} sentence", "{count:,} {split} sentences", count, split=split)


def batch_halved(event: BatchHalved) -> str:
    """The message that batches are split from now on because memory ran out."""
    return say(
        "out of memory: batches of {batch:,} now run in parts of {part:,}", batch=event.batch_size, part=event.at_once
    )


def klue_line(figures: KlueFigures) -> str:
    """KLUE's two figures with four decimals."""
    return say(
        "KLUE: entity macro F1 {entities:.4f}, character macro F1 {characters:.4f}",
        entities=figures.entity_macro_f1,
        characters=figures.character_macro_f1,
    )


def error_table(kinds: Mapping[str, ErrorKinds]) -> str:
    """The number of each outcome for each type and in total, as plain text."""
    rows = {**kinds, "all": sum(kinds.values(), ErrorKinds())}
    width = max(len(label) for label in rows)
    lines = [" " * width + "".join(f"{outcome:>10}" for outcome in OUTCOMES), ""]
    for label, kind in rows.items():
        lines.append(f"{label:>{width}}" + "".join(f"{getattr(kind, outcome):10d}" for outcome in OUTCOMES))
    return "\n".join(lines)


def f1_table(reports: Mapping[Unit, Report]) -> str:
    """A column of F1 for each report, and the support, as plain text with four decimals."""
    first = next(iter(reports.values()))
    names = {name: f"{name} avg" for name in AVERAGES}
    width = max(len(names.get(name, name)) for name in first.rows())
    lines = [" " * width + "".join(f"{column:>10}" for column in (*reports, "support")), ""]
    for name, score in first.rows().items():
        scores = "".join(f"{report.rows()[name].f1:10.4f}" for report in reports.values())
        lines.append(f"{names.get(name, name):>{width}}{scores}{score.support:10d}")
    return "\n".join(lines)


def mark_spans(text: str, spans: tuple[PredictedSpan, ...]) -> str:
    """The text with its spans in brackets: `[이순신:PS .98]은`."""
    pieces, at = [], 0
    for predicted in spans:
        span = predicted.span
        pieces.append(
            f"{text[at : span.start]}[{text[span.start : span.end]}:{span.label} {predicted.probability:.2f}]"
        )
        at = span.end
    return "".join(pieces) + text[at:]


_PRINTED = 10
"""How many rejected records are printed: a file imported twice has as many as sentences."""


_MORE = mark("rejected: {count:,} more; --json lists all")
_MORE_IN_RESULT = mark("rejected: {count:,} more; all are in the result")


@dataclass(slots=True)
class Rejections:
    """Prints and counts rejected records, and keeps them for the JSON result.

    Attributes:
        kept: the file to keep them in, since they may not fit in memory.
    """

    out: Output
    kept: IO[str]
    count: int = 0

    def add(self, record: Rejected) -> None:
        """Add a record, and print it if it is one of the first."""
        self.keep(record)
        if self.count <= _PRINTED:
            self._print(record)

    def keep(self, record: Rejected) -> None:
        """Add a record, to be printed by `print_first` if it is one of the first."""
        self.count += 1
        if self.out.as_json:
            document = {"file": record.file, "line": record.line, "reason": record.reason}
            self.kept.write(json.dumps(document, ensure_ascii=False) + "\n")

    def keep_all_of(self, progress: ImportProgress) -> None:
        """Add the records that an import rejected since its last progress report."""
        for record in progress.rejected:
            self.keep(record)

    def _print(self, record: Rejected) -> None:
        self.out.note(say("rejected: {where}: {reason}", where=escape_controls(record.where), reason=record.reason))

    def print_first(self, records: Sequence[Rejected]) -> None:
        """Print the first of the kept records and how many more there are."""
        for record in records[:_PRINTED]:
            self._print(record)
        self.print_count()

    def print_count(self) -> None:
        """Print how many records were not printed."""
        if self.count > _PRINTED:
            template = _MORE_IN_RESULT if self.out.as_json else _MORE
            self.out.note(say(template, count=self.count - _PRINTED))

    def print_list(self) -> None:
        """Print all of them as a JSON list."""
        self.kept.seek(0)
        print_list(line.rstrip("\n") for line in self.kept)


def print_list(items: Iterable[str]) -> None:
    """Print a JSON list item by item."""
    print("[", end="")
    for number, item in enumerate(items):
        print(", " if number else "", item, sep="", end="")
    print("]", end="")
