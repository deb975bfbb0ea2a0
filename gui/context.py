"""What the whole window looks at: a source, an epoch and a gold, and the other epoch that it is compared with."""

from dataclasses import dataclass

from core.store.gold.adjudication import Readers
from core.store.predictions import EpochKey
from core.store.project import Project
from core.store.sentences import Gold


@dataclass(frozen=True, slots=True)
class Context:
    """Which predictions are compared with which gold, and with which other ones; the same on every page."""

    source: int | None = None
    epoch: int | None = None
    gold: Gold = "corrected"
    other: EpochKey | None = None

    @property
    def key(self) -> EpochKey | None:
        if self.source is None or self.epoch is None:
            return None
        return EpochKey(self.source, self.epoch)


def epoch_keys(project: Project, source: int) -> list[EpochKey]:
    """The finished epochs of a run, or the versions of another source, in order; none of a removed one."""
    if all(known.number != source for known in project.sources.list_all()):
        return []
    return [EpochKey(source, number) for number in project.sources.epoch_numbers(source)]


def offered_epochs(project: Project, current: EpochKey) -> list[EpochKey]:
    """All other epochs and versions, the newest first, those of the own source before all others.

    None to or of a cross-check, which tagged training sentences where others tag dev.
    """
    if project.sources.by_number(current.source).is_crosscheck:
        return []
    others = [source.number for source in project.sources.list_all() if not source.is_run]
    others = sorted([*others, *project.runs.with_epochs()], reverse=True)
    others.sort(key=lambda source: source != current.source)
    return [key for source in others for key in reversed(epoch_keys(project, source)) if key != current]


def find_readers(project: Project, context: Context) -> Readers | None:
    """The two readers between whom a person can decide: whom the window shows, if that is a person, and the person that
    it is compared with, or else the gold. None: it shows nobody, or a gold that cannot be changed.
    """
    if context.key is None or context.gold != "corrected":
        return None
    people = {source.number for source in project.sources.list_all() if source.kind == "person"}
    if context.key.source not in people:
        return None
    is_other = context.other is not None and context.other.source in people - {context.key.source}
    return Readers(context.key, context.other if is_other else None)


class Baseline:
    """What each source is compared with: what the person chose or a retrain promised, or else what suggests itself."""

    def __init__(self) -> None:
        self._chosen: dict[int, EpochKey | None] = {}

    def forget(self) -> None:
        """No choice was made, as in another project."""
        self._chosen.clear()

    def choose(self, key: EpochKey | None, source: int | None) -> None:
        """Compare a source, if there is one, with this epoch from now on; None compares it with nothing."""
        if source is not None:
            self._chosen[source] = key

    def chosen(self, source: int) -> EpochKey | None:
        """The epoch that a person chose to compare a source with."""
        return self._chosen.get(source)

    def drop(self, source: int) -> None:
        """Compare nothing with a source any more: it was removed."""
        self._chosen = {one: key for one, key in self._chosen.items() if key is None or key.source != source}

    def resolve(self, project: Project, current: EpochKey) -> EpochKey | None:
        """The epoch that the current one is compared with: by default an earlier source's last, or else the one
        before.
        """
        offered = offered_epochs(project, current)
        chosen = self._chosen.get(current.source, current)
        if chosen is None or chosen in offered:
            return chosen
        earlier = [key for key in offered if (key.source, key.epoch) < (current.source, current.epoch)]
        earlier.sort(key=lambda key: key.source == current.source)
        return earlier[0] if earlier else None
