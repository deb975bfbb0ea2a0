"""A project on disk: the folder NAME.spandesk with project.db and the runs' checkpoints; one process at a time."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType

from filelock import FileLock, Timeout

from core.errors import UserError
from core.store.corrections import Corrections
from core.store.database import Database
from core.store.label_names import LabelNames
from core.store.not_particles import NotParticles
from core.store.predictions import Predictions
from core.store.relabelling import Labels
from core.store.reviews import Reviews
from core.store.runs import Runs
from core.store.search import TextSearch
from core.store.selection import Selections
from core.store.sentences import Sentences
from core.store.signals import SignalStore
from core.store.stale_labels import StaleLabels

SUFFIX = ".spandesk"
DATABASE = "project.db"
LOCK = "project.lock"


class Project:
    """An open project; close it, or use it in a `with` statement.

    Attributes:
        sentences, corrections, labels, label_names, not_particles, predictions, signals, runs, selections, reviews: the
            parts of the store.
    """

    def __init__(self, folder: Path, lock: FileLock) -> None:
        self.folder = folder
        self._lock = lock
        self.database = Database(folder / DATABASE)
        self.sentences = Sentences(self.database)
        self.predictions = Predictions(self.database)
        self.signals = SignalStore(self.database)
        self.corrections = Corrections(self.database, self.sentences, self.predictions)
        self.not_particles = NotParticles(self.database)
        self.label_names = LabelNames(self.database)
        self.labels = Labels(self.database, self.corrections)
        self.runs = Runs(self.database, self.sentences, self.corrections)
        self.search = TextSearch(self.database)
        self.selections = Selections(self.database, self.search)
        self.reviews = Reviews(self.database, self.sentences, self.predictions, self.corrections, self.selections)
        self.search.pack()
        self._end_interrupted()

    def _end_interrupted(self) -> None:
        """Put in order what a killed process left: runs that seem to go on, and what of an epoch is not whole."""
        for run in self.runs.listed():
            if run.status == "running":
                with self.database.atomic():
                    if not self.came_to_something(run.number):
                        self.sentences.move_back(run.number)
                    self.predictions.forget_unfinished(run.number)
                    self.runs.end(run.number, "stopped")
                self._remove_unfinished_checkpoints(run.number)

    def _remove_unfinished_checkpoints(self, run: int) -> None:
        whole = {self.resume_folder(run), *(self.checkpoint_folder(run, e.number) for e in self.runs.epochs(run))}
        folder = self._run_folder(run)
        for path in folder.iterdir() if folder.is_dir() else ():
            if path not in whole:
                shutil.rmtree(path, ignore_errors=True)

    @property
    def name(self) -> str:
        return self.folder.name.removesuffix(SUFFIX)

    def checkpoint_folder(self, run: int, epoch: int) -> Path:
        """Where the weights of an epoch lie."""
        return self._run_folder(run) / f"epoch-{epoch:04d}"

    def resume_folder(self, run: int) -> Path:
        """Where a run that is not finished keeps what it takes to go on; not there before its first state is saved."""
        return self._run_folder(run) / "resume"

    def remove_resume_folder(self, run: int) -> None:
        shutil.rmtree(self.resume_folder(run), ignore_errors=True)

    @property
    def encodings_folder(self) -> Path:
        """Where encoded sentences are kept for the next training; it can be removed at any time."""
        return self.folder / "cache" / "encodings"

    def came_to_something(self, run: int) -> bool:
        """Whether a run has a finished epoch, or can go on from a saved state."""
        return bool(self.runs.epochs(run)) or self.resume_folder(run).is_dir()

    def _run_folder(self, run: int) -> Path:
        return self.folder / "runs" / f"{run:04d}"

    def problems(self) -> list[str]:
        """What is wrong with the database: damage, or comparisons that do not follow from gold and predictions."""
        damage = self.database.problems()
        if damage:
            return damage
        wrong = [
            f"sentence {sentence.id}: its stored comparison with a run is out of step with its gold"
            for sentence in self.sentences.by_number(self.predictions.wrong_comparisons())
        ]
        wrong += [
            f"sentence {sentence.id}: its gold as imported is out of step with the names of its labels"
            for sentence in self.sentences.by_number(StaleLabels(self.database, self.predictions).wrong_imported())
        ]
        if self.sentences.has_wrong_label_counts():
            wrong.append("the counts of spans by label are out of step with the sentences")
        if self.search.is_out_of_step():
            wrong.append("what the search looks through is out of step with the sentences")
        return wrong

    def close(self) -> None:
        self.database.close()
        self._lock.release()

    def __enter__(self) -> "Project":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def created(folder: Path) -> Project:
    """A new, empty project.

    Raises:
        UserError: something else is there, or the folder cannot be made.
    """
    if folder.exists() and (not folder.is_dir() or any(path.name != LOCK for path in folder.iterdir())):
        raise UserError(f"{folder} exists and is not empty; choose another name for the new project")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{folder} cannot be made: {error.strerror}; choose another place") from error
    return _locked(folder)


def opened(folder: Path) -> Project:
    """An existing project.

    Raises:
        UserError: there is none, it is damaged or from a newer version, or it is open elsewhere.
    """
    if not folder.exists():
        raise UserError(f"there is no project at {folder}; check the path, or import a corpus to make one")
    if not (folder / DATABASE).is_file():
        raise UserError(f"{folder} is not a Spandesk project: it has no {DATABASE}")
    return _locked(folder)


def opened_or_created(folder: Path) -> Project:
    """The project in the folder; a new one where there is none yet."""
    return opened(folder) if (folder / DATABASE).exists() else created(folder)


@contextmanager
def open_for_import(folder: Path) -> Iterator[Project]:
    """The project in the folder, or a new one; if the block fails, a new one is gone again with all made for it."""
    made = [path for path in (folder, *folder.parents) if not path.exists()]
    is_new = not (folder / DATABASE).exists()
    try:
        with opened_or_created(folder) as project:
            yield project
    except BaseException:
        if is_new:
            discard_if_empty(folder)
            if folder not in made:
                folder.mkdir(exist_ok=True)
            for parent in made[1:]:
                with suppress(OSError):
                    parent.rmdir()
        raise


def discard_if_empty(folder: Path) -> None:
    """Remove a closed project that holds no sentence, such as one made for an import that came to nothing."""
    if not (folder / DATABASE).exists():
        return
    with opened(folder) as project:
        is_empty = project.sentences.count() == 0
    if is_empty:
        shutil.rmtree(folder)


def _locked(folder: Path) -> Project:
    lock = FileLock(folder / LOCK, timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise UserError(f"{folder} is open in another Spandesk; close it there first") from error
    except OSError as error:
        raise UserError(f"{folder} cannot be written: {error.strerror}; check its permissions") from error
    try:
        return Project(folder, lock)
    except sqlite3.DatabaseError as error:
        lock.release()
        raise UserError(f"{folder / DATABASE} is damaged: {error}; restore the folder from a copy") from error
    except BaseException:
        lock.release()
        raise
