"""Training runs and their epochs: settings, state and metrics."""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal

from core.domain.errors import UserError
from core.domain.labels import in_display_order
from core.domain.scores import EpochReport, read_number
from core.domain.settings import TrainSettings
from core.domain.spans import Sentence
from core.io.folders import is_within
from core.messages.catalogue import say
from core.store.changes import ChangeSet
from core.store.columns import now_text, spans_to_text
from core.store.database import Database, Row
from core.store.gold.corrections import Corrections
from core.store.label_history import LabelNames, rename_spans
from core.store.sentences import Sentences, StoredSentence
from core.store.sources import SourceKind, Sources

EpochChoice = int | Literal["best"]

Status = Literal["running", "finished", "stopped", "failed"]

_COLUMNS = (
    "number, started_at, finished_at, status, settings, labels, train_sentences, dev_sentences,"
    " last_sentence, last_correction, training_digest"
)


@dataclass(frozen=True, slots=True)
class Run:
    """One training with its settings and what it could see of the corpus."""

    number: int
    started_at: str
    finished_at: str | None
    status: Status
    settings: TrainSettings
    labels: tuple[str, ...]
    train_sentences: int
    dev_sentences: int
    last_sentence: int
    last_correction: int
    training_digest: str

    @property
    def is_crosscheck(self) -> bool:
        """Whether it tagged its own training sentences fold by fold: it has no weights and no predictions for dev."""
        return self.settings.folds is not None


@dataclass(frozen=True, slots=True)
class Epoch:
    """One pass of a source, with its metrics as they were when it ended."""

    source: int
    number: int
    loss: float
    seconds: float
    report: EpochReport


class Runs:
    """Writes and reads the runs of a project."""

    def __init__(self, database: Database, sentences: Sentences, corrections: Corrections, project: Path) -> None:
        self._database = database
        self._sources = Sources(database)
        self._sentences = sentences
        self._corrections = corrections
        self._project = project
        self._names = LabelNames(database)

    def folder(self, run: int) -> Path:
        """Where the weights of a run are."""
        return self._project / "runs" / f"{run:04d}"

    def next_number(self) -> int:
        """The number of the next run: above those of all sources that there were and of all folders of runs, so that no
        weights are written over others.
        """
        return 1 + max(self._sources.last_number(), self._last_folder())

    def start(self, settings: TrainSettings) -> int:
        """Start a run on the current corpus and return its number; call `describe` to record what it trains on.

        Raises:
            UserError: many sentences are being changed right now, or a link is in the place of the folder of runs.
        """
        with self._database.atomic():
            self._corrections.settle()
            number = self.next_number()
            self._refuse_link(number)
            kind: SourceKind = "training" if settings.folds is None else "cross-check"
            self._sources.add_run(number, kind, self._corrections.last_number())
            return self._database.write(
                "INSERT INTO run (number, started_at, status, settings, labels, train_sentences, dev_sentences,"
                " last_sentence, training_digest) VALUES (?, ?, 'running', ?, '[]', 0, 0, ?, '')",
                [
                    number,
                    now_text(),
                    json.dumps(settings.as_json(), ensure_ascii=False),
                    self._sentences.last_number(),
                ],
            )

    def _last_folder(self) -> int:
        """The highest number that something in the folder of runs has as its name; 0 where there is none."""
        folder = self._project / "runs"
        names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
        return max((int(name) for name in names if re.fullmatch(r"[0-9]{4,9}", name)), default=0)

    def _refuse_link(self, run: int) -> None:
        folder = self.folder(run)
        if not is_within(folder, self._project):
            raise UserError(
                "the weights of run {run} would be written outside the project: {folder} is a link, or"
                " its parent is; put a folder there instead",
                run=run,
                folder=folder,
            )

    def describe(self, run: int, labels: tuple[str, ...], train: Iterable[Sentence], dev_sentences: int) -> None:
        """Record what a run trains on."""
        digest, count = training_digest(train)
        self._database.write(
            "UPDATE run SET labels = ?, train_sentences = ?, dev_sentences = ?, training_digest = ? WHERE number = ?",
            [json.dumps(labels, ensure_ascii=False), count, dev_sentences, digest, run],
        )

    def labels_now(self, run: Run) -> tuple[str, ...]:
        """The labels that a run knows, under their names of today."""
        names = self._names.of_source(run.number)
        return in_display_order({names.get(label, label) for label in run.labels})

    def add_epoch(self, epoch: Epoch) -> ChangeSet:
        """Record an epoch, once its checkpoint and predictions are stored."""
        report = json.dumps(epoch.report.as_json(), ensure_ascii=False)
        self._database.write(
            "INSERT INTO epoch (source, number, loss, seconds, report, made_at) VALUES (?, ?, ?, ?, ?, ?)",
            [epoch.source, epoch.number, epoch.loss, epoch.seconds, report, now_text()],
        )
        return ChangeSet("run", runs=(epoch.source,))

    def reopen(self, run: int, *, from_epoch: int) -> ChangeSet:
        """Reopen a run that ended, to be resumed; the epochs from that one on will come again.

        Raises:
            UserError: many sentences are being changed right now, or a link is in the place of the run's folder.
        """
        self._refuse_link(run)
        with self._database.atomic():
            self._corrections.settle()
            self._database.write("DELETE FROM epoch WHERE source = ? AND number >= ?", [run, from_epoch])
            self._database.write("UPDATE run SET status = 'running', finished_at = NULL WHERE number = ?", [run])
        return ChangeSet("run", runs=(run,))

    def end(self, run: int, status: Status) -> ChangeSet:
        self._database.write("UPDATE run SET status = ?, finished_at = ? WHERE number = ?", [status, now_text(), run])
        return ChangeSet("run", runs=(run,))

    def list_all(self) -> list[Run]:
        """All runs, oldest first, without removed ones, and those whose row is damaged; `problems` names these."""
        return [run for _, run in self._readable() if run is not None]

    def problems(self) -> Iterator[str]:
        """What is damaged of the runs and their epochs."""
        for number, run in self._readable():
            if run is None:
                yield say("run {run}: its settings or labels cannot be read", run=number)
            try:
                self.epochs(number)
            except UserError as error:
                yield str(error)

    def _readable(self) -> Iterator[tuple[int, Run | None]]:
        """Every run by its number; None where its row is damaged."""
        for row in self._rows("true"):
            try:
                yield row[0], _run(row)
            except (ValueError, TypeError):
                yield row[0], None

    def _rows(self, where: str, *parameters: int) -> list[Row]:
        return self._database.rows(
            f"SELECT {_COLUMNS} FROM run JOIN source USING (number) WHERE removed IS NOT 'all' AND {where}"
            " ORDER BY number",
            parameters,
        )

    def running(self) -> list[int]:
        """The numbers of the runs that have not ended."""
        return [row[0] for row in self._database.rows("SELECT number FROM run WHERE status = 'running'")]

    def by_number(self, number: int | None) -> Run:
        """The run; None means the newest that has an epoch and is not a cross-check.

        Raises:
            UserError: there is none.
        """
        if number is None:
            trained = self.with_epochs()
            if not trained:
                raise UserError("the project has no trained run yet; train one first")
            number = trained[-1]
        rows = self._rows("number = ?", number)
        if not rows:
            if others := [each for each in self._sources.list_all() if each.number == number and not each.is_run]:
                raise UserError("{source} is not a run; choose one that was trained here", source=others[0].kind_title)
            raise UserError("the project has no run {run}", run=number)
        try:
            return _run(rows[0])
        except (ValueError, TypeError) as error:
            raise UserError(
                "run {number} is damaged: its settings or labels cannot be read; use another run", number=number
            ) from error

    def with_weights(self, number: int | None) -> Run:
        """The same as `by_number`, of a run that has weights; None means the newest that has.

        Raises:
            UserError: there is none, it is a cross-check, or its weights were deleted.
        """
        run = self.by_number(next(reversed(self.keeping_weights()), None) if number is None else number)
        if run.is_crosscheck:
            raise UserError(
                "run {number} is a cross-check, which keeps no weights; choose a run that was trained",
                number=run.number,
            )
        if self._sources.by_number(run.number).removed is not None:
            raise UserError("the weights of run {number} were deleted; choose another run", number=run.number)
        return run

    def with_epochs(self) -> list[int]:
        """The numbers of the runs that have a finished epoch, oldest first, without cross-checks."""
        with_epoch = {row[0] for row in self._database.rows("SELECT DISTINCT source FROM epoch")}
        return [run.number for run in self.list_all() if run.number in with_epoch and not run.is_crosscheck]

    def keeping_weights(self) -> list[int]:
        """Those of `with_epochs` whose weights were not deleted."""
        deleted = {row[0] for row in self._database.rows("SELECT number FROM source WHERE removed IS NOT NULL")}
        return [number for number in self.with_epochs() if number not in deleted]

    def epochs(self, run: int) -> list[Epoch]:
        """The finished epochs of a run, in order.

        Raises:
            UserError: the stored report of one is damaged.
        """
        rows = self._database.rows(
            "SELECT source, number, loss, seconds, report FROM epoch WHERE source = ? ORDER BY number", [run]
        )
        return [_epoch(row) for row in rows]

    def seconds(self, run: int) -> list[float]:
        """How long each finished epoch of a run took, in order; what is not a number because of damage is left out."""
        rows = self._database.rows(
            "SELECT seconds FROM epoch WHERE source = ? AND typeof(seconds) = 'real' ORDER BY number", [run]
        )
        return [row[0] for row in rows]

    def epochs_since_best(self, run: int) -> int:
        """How many epochs have ended since the one with the best micro F1 on dev (as corrected at the time)."""
        scores = [epoch.report.corrected.micro.f1 for epoch in self.epochs(run)]
        return len(scores) - 1 - scores.index(max(scores)) if scores else 0

    def epoch_number(self, run: int, epoch: EpochChoice | None) -> int:
        """The epoch, once it is known to exist; None means the last, `best` that with the best micro F1 on dev. Of
        another source, the version, and the last one is the best.

        Raises:
            UserError: the run has no such epoch.
        """
        source = self._sources.by_number(run)
        numbers = self._sources.epoch_numbers(run)
        if not numbers and source.is_run:
            raise UserError("run {run} has no finished epoch", run=run)
        if not numbers:
            raise UserError("{source} has tagged nothing yet", source=source.title)
        if epoch == "best":
            return numbers[-1 - self.epochs_since_best(run)] if source.is_run else numbers[-1]
        if epoch is not None and epoch not in numbers:
            raise UserError(
                "{source} has no epoch {epoch}; it has {first}–{last}",
                source=source.title,
                epoch=epoch,
                first=numbers[0],
                last=numbers[-1],
            )
        return numbers[-1] if epoch is None else epoch

    def training_sentences(self, number: int) -> list[Sentence]:
        """The sentences that a run is trained on, in order, with the gold that they had when it began.

        A limit is filled with corrected sentences first, and leaves none of them out.
        """
        run = self.by_number(number)
        while True:
            rollbacks = self._corrections.rollbacks
            candidates = list(self._candidates(run))
            # Asked for last: it takes back what was corrected while the candidates were read.
            golds = self._corrections.golds_at(run.last_correction)
            if rollbacks == self._corrections.rollbacks:  # or some may have been read with gold that never was
                break
        pairs = [(stored, golds.get(stored.number, stored.gold)) for stored in candidates]
        if run.settings.limit is not None:
            history = self._names.history()
            corrected = {
                stored.number
                for stored, gold in pairs
                if gold != rename_spans(stored.imported, history.of_import(stored.number, run.last_correction))
            }
            others = (stored.number for stored in candidates if stored.number not in corrected)
            chosen = corrected.union(islice(others, max(0, run.settings.limit - len(corrected))))
            pairs = [(stored, gold) for stored, gold in pairs if stored.number in chosen]
        return [Sentence.unchecked(stored.id, stored.text, gold) for stored, gold in pairs]

    def _candidates(self, run: Run) -> Iterator[StoredSentence]:
        """The training sentences of the time; under a limit as many as it takes, and all that were ever corrected."""
        touched = {
            row[0]
            for row in self._database.rows(
                "SELECT DISTINCT sentence FROM correction WHERE number <= ?", [run.last_correction]
            )
        }
        limit, taken = run.settings.limit, 0
        for stored in self._sentences.each_of_train_then(run.number):
            if stored.number > run.last_sentence:
                return
            if limit is None or taken < limit or stored.number in touched:
                taken += 1
                yield stored


def training_digest(sentences: Iterable[Sentence]) -> tuple[str, int]:
    """SHA-256 over ids, texts and gold of the sentences in order, and how many they are."""
    digest, count = hashlib.sha256(), 0
    for sentence in sentences:
        digest.update(f"{sentence.id}\t{sentence.text}\t{spans_to_text(sentence.spans)}\n".encode())
        count += 1
    return digest.hexdigest(), count


def _epoch(row: Row) -> Epoch:
    run, number, loss, seconds, report = row
    try:
        return Epoch(run, number, read_number(loss), read_number(seconds), EpochReport.of_json(json.loads(report)))
    except (ValueError, TypeError, RecursionError) as error:
        raise UserError(
            "the stored report of run {run}, epoch {number} is damaged; restore project.db from a"
            " copy, or use another run",
            run=run,
            number=number,
        ) from error


def _run(row: Row) -> Run:
    number, started_at, finished_at, status, settings, labels, *rest = row
    names = json.loads(labels)
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ValueError("the labels are not a list of names")
    if not all(isinstance(count, int) for count in rest[:-1]):
        raise ValueError("a count is not a number")
    stored = TrainSettings.of_stored(json.loads(settings))
    return Run(number, started_at, finished_at, status, stored, tuple(names), *rest)
