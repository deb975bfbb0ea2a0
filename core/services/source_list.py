"""What people want to know of every source, in one list."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from core.domain.errors import UserError
from core.services.scoring import score_epoch
from core.store.predictions import EpochKey
from core.store.project import Project
from core.store.sources import Source


@dataclass(frozen=True, slots=True)
class SourceSummary:
    """One source with what it did.

    Attributes:
        newest: its last epoch or version; None: it has none.
        sentences: how many the newest one tagged, wherever they are.
        trained: how many training sentences a run had; None: it is not a run.
        best_f1: the micro F1 on dev: of the best epoch of a run when it ended; of the newest version of another source
            today. None: there is none.
    """

    source: Source
    newest: EpochKey | None
    sentences: int
    trained: int | None
    best_f1: float | None

    def as_json(self) -> dict[str, Any]:
        return {
            "source": self.source.number,
            "kind": self.source.kind,
            "name": self.source.name,
            "note": self.source.note,
            "made_at": self.source.made_at,
            "version": None if self.newest is None else self.newest.epoch,
            "sentences": self.sentences,
            "trained": self.trained,
            "best_f1": self.best_f1,
        }


def list_sources(project: Project) -> Iterator[SourceSummary]:
    """All sources in order, each as soon as it is counted."""
    for source in project.sources.list_all():
        numbers = project.sources.epoch_numbers(source.number)
        newest = EpochKey(source.number, numbers[-1]) if numbers else None
        count = project.predictions.count_all(newest) if newest else 0
        yield SourceSummary(
            source, newest, count, _count_trained(project, source), _find_best_f1(project, source, newest)
        )


def _count_trained(project: Project, source: Source) -> int | None:
    if not source.is_run:
        return None
    try:
        return project.runs.by_number(source.number).train_sentences
    except UserError:  # its row is damaged, as `check` says
        return None


def _find_best_f1(project: Project, source: Source, newest: EpochKey | None) -> float | None:
    if newest is None or source.is_crosscheck:
        return None
    if not source.is_run:
        has_dev = project.predictions.has_any(newest, "dev")
        return score_epoch(project, newest, "dev", "corrected").micro.f1 if has_dev else None
    try:
        return max(epoch.report.corrected.micro.f1 for epoch in project.runs.epochs(source.number))
    except UserError:
        return None


def size_on_disk(project: Project, source: int) -> int:
    """The bytes of a run's weights and saved state."""
    folder = project.runs.folder(source)
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
