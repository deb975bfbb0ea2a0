"""The sources of a project with their figures, as a list for people; no torch here."""

import os
from collections.abc import Generator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.domain.errors import UserError
from core.domain.generators import run_to_end
from core.domain.spans import SPLITS, Section
from core.services.scoring import score_epoch
from core.store.predictions import EpochKey
from core.store.project import Project
from core.store.runs import Run
from core.store.sources import Source

TAGGED: tuple[Section, ...] = (*SPLITS, "pool")
"""The sections that a source is asked to tag."""


@dataclass(frozen=True, slots=True)
class SourceSummary:
    """A source and its figures.

    Attributes:
        origin: where its spans come from; empty for a run.
        run: None where it is not a run, or the row of the run is damaged.
        epochs: the numbers of its finished epochs or its versions.
        best: the epoch with the best micro F1 on dev as measured when it ended, or the last version.
        sentences: how many sentences its last epoch tagged, wherever they are.
        judged: how many of them it judged as a whole, by the section they are in now; without those it was trained on.
        best_f1: micro F1 of `best` on dev, by the gold as it is corrected now; None without predictions for dev.
        size: bytes of weights and training state on disk.
    """

    source: Source
    origin: Mapping[str, Any]
    run: Run | None
    epochs: tuple[int, ...]
    best: EpochKey | None
    sentences: int
    judged: Mapping[Section, int]
    best_f1: float | None
    size: int

    @property
    def newest(self) -> EpochKey | None:
        """Its last epoch or version; None: it has none."""
        return EpochKey(self.source.number, self.epochs[-1]) if self.epochs else None

    def as_json(self) -> dict[str, Any]:
        return {
            "source": self.source.number,
            "kind": self.source.kind,
            "name": self.source.name,
            "note": self.source.note,
            "made_at": self.source.made_at,
            "version": None if self.newest is None else self.newest.epoch,
            "sentences": self.sentences,
            "trained": None if self.run is None else self.run.train_sentences,
            "best_f1": self.best_f1,
            "size": self.size,
        }


def list_sources(project: Project) -> list[SourceSummary]:
    """All sources of a project with their figures, in order."""
    return run_to_end(summarise_sources(project))


def summarise_sources(project: Project) -> Generator[list[SourceSummary], None, list[SourceSummary]]:
    """The same, source by source.

    Yields:
        those that are known so far.
    """
    runs = {run.number: run for run in project.runs.list_all()}
    found: list[SourceSummary] = []
    for source in project.sources.list_all():
        found.append(_summarise(project, source, runs.get(source.number)))
        yield list(found)
    return found


def _summarise(project: Project, source: Source, run: Run | None) -> SourceSummary:
    epochs = tuple(project.sources.epoch_numbers(source.number))
    best = _find_best(project, source) if epochs else None
    newest = EpochKey(source.number, epochs[-1]) if epochs else None
    is_measured = best is not None and project.predictions.has_any(best, "dev")
    return SourceSummary(
        source,
        {} if source.is_run else project.sources.origin(source.number),
        run,
        epochs,
        best,
        project.predictions.count_all(newest) if newest is not None else 0,
        {section: project.predictions.count(newest, section) for section in TAGGED} if newest is not None else {},
        score_epoch(project, best, "dev", "corrected").micro.f1 if best is not None and is_measured else None,
        measure_folder(project.runs.folder(source.number)) if source.is_run and source.removed is None else 0,
    )


def _find_best(project: Project, source: Source) -> EpochKey | None:
    """The best epoch; None where a stored report is damaged."""
    with suppress(UserError):
        return EpochKey(source.number, project.runs.epoch_number(source.number, "best"))
    return None


def measure_folder(folder: Path) -> int:
    """The bytes of the files in a folder and those in it; links are not followed, and what vanishes counts nothing."""
    size = 0
    for path, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                size += Path(path, name).lstat().st_size
    return size
