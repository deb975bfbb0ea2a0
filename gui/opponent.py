"""Which epoch the current one is held against."""

from core.store.predictions import EpochKey
from core.store.project import Project


def epoch_keys(project: Project, run: int) -> list[EpochKey]:
    """The finished epochs of a run, in order."""
    return [EpochKey(run, epoch.number) for epoch in project.runs.epochs(run)]


def offered_epochs(project: Project, current: EpochKey) -> list[EpochKey]:
    """All other epochs, the newest first, those of the own run before all others.

    None to or of a cross-check, which tagged training sentences where others tag dev.
    """
    if project.runs.by_number(current.run).is_crosscheck:
        return []
    runs = sorted(project.runs.with_epochs(), reverse=True)
    runs.sort(key=lambda run: run != current.run)
    return [key for run in runs for key in reversed(epoch_keys(project, run)) if key != current]


class Opponent:
    """The person's choice, which holds while the same run is looked at, or what suggests itself.

    Args:
        own_run: whether the other epochs of the same run are offered, too, and the one before suggests itself.
    """

    def __init__(self, *, own_run: bool) -> None:
        self._own_run = own_run
        self._chosen: EpochKey | None = None
        self._chosen_for: int | None = None

    def forget(self) -> None:
        """No choice was made."""
        self._chosen_for = None

    def choose(self, key: EpochKey | None, current: EpochKey | None) -> None:
        """Hold the current run against this epoch from now on; None is against nothing."""
        self._chosen, self._chosen_for = key, current.run if current is not None else None

    def offered(self, project: Project, current: EpochKey) -> list[EpochKey]:
        """The epochs there are to choose from; see `offered_epochs`."""
        return [key for key in offered_epochs(project, current) if self._own_run or key.run != current.run]

    def of(self, project: Project, current: EpochKey) -> EpochKey | None:
        """The epoch that the current one is held against; None for nothing."""
        offered = self.offered(project, current)
        if self._chosen_for == current.run and (self._chosen is None or self._chosen in offered):
            return self._chosen
        earlier = [key for key in offered if (key.run, key.epoch) < (current.run, current.epoch)]
        return earlier[0] if earlier else None
