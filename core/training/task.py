"""What a training needs, apart from any project: one process gives it to the others that train with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from core.domain.settings import TrainSettings
from core.domain.spans import Sentence
from core.model import checkpoint
from core.model.devices import device_of
from core.model.training_state import TrainingState
from core.training.distributed import Crew
from core.training.trainer import Events, train


@dataclass(frozen=True, slots=True)
class TrainingTask:
    """The sentences of both splits, the labels and the settings of one training.

    Attributes:
        start: the folder of the weights to start from; None starts from the settings' encoder.
        has_state: whether the folder also has the state of a training to resume.
        epochs_done: of the run that is resumed where the folder has its last weights and no state.
        cache: the folder that keeps encoded sentences.
        start_names: labels of `start` that have another name here.
    """

    train: Sequence[Sentence]
    dev: Sequence[Sentence]
    labels: tuple[str, ...]
    settings: TrainSettings
    start: Path | None
    has_state: bool
    epochs_done: int
    cache: Path | None
    start_names: Mapping[str, str] = field(default_factory=dict)

    def events(self, crew: Crew) -> Events:
        """The training itself; see `core.training.trainer.train`."""
        start = checkpoint.load(self.start, device_of(self.settings.device)) if self.start else None
        if start is not None and not self.has_state:
            start = start.renamed(self.start_names)
        state = TrainingState.after(self.epochs_done) if self.epochs_done else None
        if self.start and self.has_state:
            state = checkpoint.load_state(self.start)
        return train(self.train, self.dev, self.labels, self.settings, start, state=state, cache=self.cache, crew=crew)
