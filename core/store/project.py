"""A project on disk: the folder NAME.spandesk with project.db and the checkpoints of runs, open in one process at a
time."""

import math
import os
import re
import shutil
import sqlite3
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from itertools import chain
from pathlib import Path
from types import TracebackType

from filelock import FileLock, Timeout

from core.domain.errors import UserError
from core.formats.records import with_sentence_id
from core.io.files import kind_of
from core.io.folders import is_within, remove_within
from core.io.manifest import load_manifest
from core.messages.catalogue import mark, say
from core.store.batches import Batches
from core.store.corpus_counts import CorpusCounts
from core.store.database import Database, create_database
from core.store.documents import Documents
from core.store.gold.adjudication import Adjudication
from core.store.gold.corrections import Corrections
from core.store.gold.finishing import Finishing
from core.store.gold.moves import Moves
from core.store.gold.relabelling import Labels
from core.store.gold.remarks import Dismissals
from core.store.gold.reviews import Reviews
from core.store.gold.stale_labels import StaleLabels
from core.store.gold.step_list import StepList
from core.store.label_history import LabelNames
from core.store.pool import Pool
from core.store.predictions import Predictions
from core.store.runs import Runs
from core.store.search import TextSearch
from core.store.sentence_selection import Selections
from core.store.sentences import Sentences
from core.store.signal_store import SignalStore
from core.store.sources import Sources
from core.store.text_index import TextIndex

SUFFIX = ".spandesk"
DATABASE = "project.db"
LOCK = "project.lock"


class Project:
    """An open project; close it, or use it in a `with` statement.

    Args:
        is_responsive: see `Database`; likewise in the functions below.

    Attributes:
        sentences, documents, counts, corrections, labels, moves, texts, finishing, batches, pool, label_names,
            dismissals, predictions, signals, sources, runs, selections, reviews: the parts of the store.
    """

    def __init__(self, folder: Path, lock: FileLock, *, is_responsive: bool = False) -> None:
        self.folder = folder
        self._lock = lock
        self._is_responsive = is_responsive
        self.database = Database(folder / DATABASE, is_responsive=is_responsive)
        with ExitStack() as on_failure:
            on_failure.callback(self.database.close)
            self.sentences = Sentences(self.database)
            self.documents = Documents(self.database)
            self.counts = CorpusCounts(self.database)
            self.predictions = Predictions(self.database)
            self.signals = SignalStore(self.database)
            self.corrections = Corrections(self.database, self.sentences, self.predictions)
            self.dismissals = Dismissals(self.database)
            self.label_names = LabelNames(self.database)
            self.labels = Labels(self.database, self.corrections)
            self.moves = Moves(self.database, self.corrections)
            self.sources = Sources(self.database)
            self.texts = TextIndex(self.database)
            self.finishing = Finishing(self.database, self.sentences, self.corrections, self.texts)
            self.batches = Batches(self.database)
            self.pool = Pool(self.finishing, self.corrections, self.dismissals, self.batches, self.label_names)
            self.runs = Runs(self.database, self.sentences, self.corrections, self.folder)
            self.search = TextSearch(self.database)
            self.selections = Selections(self.database, self.search)
            self.steps = StepList(self.database, self.search)
            self.reviews = Reviews(self.database, self.sentences, self.predictions, self.corrections, self.selections)
            self.adjudication = Adjudication(
                self.database, self.sentences, self.predictions, self.corrections, self.reviews, self.pool
            )
            with suppress(UserError):  # only a cache: unpacked texts are searched one by one
                self.search.pack()
            self._end_interrupted()
            if not is_responsive:  # a window does it while nobody waits
                deque(self.delete_removed(), maxlen=0)
            on_failure.pop_all()

    def _end_interrupted(self) -> None:
        """Clean up after a killed process: end its runs and remove partially stored epochs."""
        for run in self.runs.running():
            self._restore_resume_folder(run)
            with self.database.atomic():
                if not self.has_results_or_state(run):
                    self.sentences.move_back(run)
                self.predictions.forget_unfinished(run)
                self.runs.end(run, "stopped")
            self._remove_unfinished_checkpoints(run)
        self.sources.hide_unfinished()

    def delete_removed(self) -> Iterator[None]:
        """Delete what was removed of sources until now, which can be undone no longer, and what a killed process left
        of versions: weights at once, the rest while the result is iterated. What a stop leaves stays removed, and is
        deleted the next time.
        """
        removed = self.sources.list_removed()
        for source in removed:
            if source.is_run:
                remove_within(self._run_folder(source.number), self.folder)
        kept = [each.number for each in self.sources.list_all() if not each.is_run]
        gone = [each.number for each in removed if each.removed == "all"]
        return chain(self.sources.delete_leftovers(kept), self.sources.delete_in_slices(gone))

    def _restore_resume_folder(self, run: int) -> None:
        """Restore the newest complete training state if the process was killed while replacing it.
        `core.model.checkpoint.save` then leaves the old and the new one beside it.
        """
        folder = self.resume_folder(run)
        if folder.exists() or not is_within(folder, self.folder):
            return
        for path in (place / name for name in ("new", "old") for place in self._run_folder(run).glob(".resume-*")):
            with suppress(UserError, OSError):
                if is_within(path, self.folder) and load_manifest(path):
                    path.rename(folder)
                    return

    def _remove_unfinished_checkpoints(self, run: int) -> None:
        """Remove the checkpoints of unfinished epochs and temporary folders of a killed process."""
        whole = {self.checkpoint_folder(run, epoch).name for epoch in self.sources.epoch_numbers(run)}
        folder = self._run_folder(run)
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if _OURS.fullmatch(path.name) and path.name not in whole:
                remove_within(path, self.folder)

    @property
    def name(self) -> str:
        return self.folder.name.removesuffix(SUFFIX)

    def checkpoint_folder(self, run: int, epoch: int) -> Path:
        """The folder of the weights of an epoch."""
        return self._run_folder(run) / f"epoch-{epoch:04d}"

    def resume_folder(self, run: int) -> Path:
        """The folder of the training state of an unfinished run; missing until the first one is saved."""
        return self._run_folder(run) / "resume"

    def remove_resume_folder(self, run: int) -> None:
        remove_within(self.resume_folder(run), self.folder)

    @property
    def encodings_folder(self) -> Path | None:
        """The cache folder of encoded sentences, which can be removed at any time; None if it is a link."""
        folder = self.folder / "cache" / "encodings"
        return folder if is_within(folder, self.folder) else None

    def has_results_or_state(self, run: int) -> bool:
        """Whether a run has a finished epoch, or a saved state to resume from."""
        return bool(self.sources.epoch_numbers(run)) or self.resume_folder(run).is_dir()

    def _run_folder(self, run: int) -> Path:
        return self.runs.folder(run)

    def problems(self) -> list[str]:
        """The problems of the database: damage, a log that does not lead to the gold, inconsistent derived data."""
        if damage := self.database.problems():
            return damage
        checks: list[tuple[str, Callable[[], Iterator[str]]]] = [
            (mark("the sentences cannot be checked: {reason}"), self.sentences.problems),
            (mark("the log of corrections cannot be checked: {reason}"), self.corrections.problems),
            (mark("the runs cannot be checked: {reason}"), self.runs.problems),
            (mark("the sources cannot be checked: {reason}"), self.sources.problems),
            (mark("the names of labels cannot be checked: {reason}"), self.label_names.problems),
            (mark("the comparisons with runs cannot be checked: {reason}"), self._problems_of_comparisons),
            (mark("the data derived from the sentences cannot be checked: {reason}"), self._problems_of_derived_data),
        ]
        return [problem for failed, find in checks for problem in _collect_problems(failed, find)]

    def _problems_of_comparisons(self) -> Iterator[str]:
        for sentence in self.sentences.by_number(self.predictions.wrong_comparisons()):
            yield with_sentence_id(sentence.id, say("its stored comparison with a run does not match its gold"))

    def _problems_of_derived_data(self) -> Iterator[str]:
        for sentence in self.sentences.by_number(StaleLabels(self.database, self.predictions).wrong_imported()):
            yield with_sentence_id(sentence.id, say("its gold as imported does not match the names of its labels"))
        if self.search.is_out_of_step():
            yield say("the search index does not match the sentences")

    def close(self) -> None:
        """Close the project, and delete what was removed of sources, for a window as much as takes a moment; closing it
        twice is closing it once.
        """
        until = time.monotonic() + (_MOMENT if self._is_responsive else math.inf)
        if self._lock.is_locked:
            with suppress(UserError, OSError, sqlite3.Error):  # or the next one to open the project does it
                for _ in self.delete_removed():
                    if time.monotonic() >= until:
                        break
        self.database.close()
        self._lock.release()

    def __enter__(self) -> "Project":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def create_project(folder: Path, labels: Sequence[str] = (), *, is_responsive: bool = False) -> Project:
    """Create a new, empty project.

    Args:
        labels: its tag set, in order; none means the standard's.

    Raises:
        UserError: the folder exists and is not empty, or cannot be created.
    """
    if kind_of(folder) != "missing" and not (folder.is_dir() and all(_is_left_over(path) for path in folder.iterdir())):
        raise UserError("{folder} exists and is not empty; choose another name for the new project", folder=folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            "{folder} cannot be created: {reason}; choose another place", folder=folder, reason=error.strerror
        ) from error
    project = _open_locked(folder, is_new=True, is_responsive=is_responsive)
    if labels:
        project.sentences.begin_labels(labels)
    return project


def _is_left_over(path: Path) -> bool:
    """Whether a file is left over from an interrupted creation."""
    return path.name == LOCK or path.name.startswith(f".{DATABASE}-")


def open_project(folder: Path, *, is_responsive: bool = False) -> Project:
    """Open an existing project.

    Raises:
        UserError: it does not exist, is damaged or from a newer version, or is open in another process.
    """
    if kind_of(folder) == "missing":
        raise UserError(
            "no project was found at {folder}; check the path, or import a corpus to create one", folder=folder
        )
    if kind_of(folder / DATABASE) != "file":
        raise UserError("{folder} is not a Spandesk project: {database} is missing", folder=folder, database=DATABASE)
    return _open_locked(folder, is_responsive=is_responsive)


def open_or_create_project(folder: Path) -> Project:
    """Open the project in a folder, or create one."""
    return create_project(folder) if kind_of(folder / DATABASE) == "missing" else open_project(folder)


def refuse_inside_project(path: Path) -> None:
    """Refuse to write a file inside a project's folder, with or without following links.

    Raises:
        UserError: the file would be in a project's folder.
    """
    for real in (Path(os.path.abspath(path)), Path(os.path.realpath(path))):  # noqa: PTH100 - links stay here
        for folder in real.parents:
            if kind_of(folder / DATABASE) == "file":
                raise UserError(
                    "{path} is in the folder of a project, {folder}; choose a place outside it",
                    path=path,
                    folder=folder,
                )


@contextmanager
def open_for_import(folder: Path) -> Iterator[Project]:
    """Open or create a project; if the block fails, a project created for it is removed with its new folders."""
    made = [path for path in (folder, *folder.parents) if kind_of(path) == "missing"]
    is_new = kind_of(folder / DATABASE) == "missing"
    try:
        with open_or_create_project(folder) as project:
            yield project
    except BaseException:
        if is_new:
            discard_if_empty(folder)
            if folder in made and all(_is_left_over(path) for path in folder.glob("*")):
                shutil.rmtree(folder, ignore_errors=True)
            if folder not in made:
                folder.mkdir(exist_ok=True)
            for parent in made[1:]:
                with suppress(OSError):
                    parent.rmdir()
        raise


def discard_if_empty(folder: Path, *, is_responsive: bool = False) -> None:
    """Remove a closed project without sentences, such as one created for an import that failed."""
    if not (folder / DATABASE).exists():
        return
    with open_project(folder, is_responsive=is_responsive) as project:
        is_empty = not project.sentences.has_any()
    if is_empty:
        shutil.rmtree(folder)


def _open_locked(folder: Path, *, is_new: bool = False, is_responsive: bool) -> Project:
    _refuse_links(folder)
    lock = FileLock(folder / LOCK, timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise UserError("{folder} is open in another Spandesk; close it there first", folder=folder) from error
    except OSError as error:
        raise UserError(
            "{folder} cannot be written: {reason}; check its permissions", folder=folder, reason=error.strerror
        ) from error
    try:
        if is_new:
            _write_new(folder)
        return Project(folder, lock, is_responsive=is_responsive)
    except BaseException:
        lock.release()
        raise


def _write_new(folder: Path) -> None:
    """Create the database of a new project in its locked folder."""
    for path in folder.glob(f".{DATABASE}-*"):
        path.unlink(missing_ok=True)
    if (folder / DATABASE).exists():  # created by another process just before the lock was acquired
        raise UserError("{folder} exists and is not empty; choose another name for the new project", folder=folder)
    create_database(folder / DATABASE)


def _refuse_links(folder: Path) -> None:
    """Refuse to open a project in which a file that is written on opening is a link."""
    for name in (LOCK, DATABASE, *(DATABASE + ending for ending in ("-wal", "-shm", "-journal"))):
        if (folder / name).is_symlink():
            raise UserError(
                "{path} is a link, which Spandesk does not follow; put the file itself there", path=folder / name
            )


def _collect_problems(failed: str, find: Callable[[], Iterator[str]]) -> Iterator[str]:
    """The problems that a check finds; if it fails, that is one, too."""
    try:
        yield from find()
    except (UserError, ValueError, TypeError, KeyError) as error:
        yield say(failed, reason=error if isinstance(error, UserError) else type(error).__name__)


_MOMENT = 0.2
"""Seconds that a window waits for what was removed to be deleted when it closes a project."""
_OURS = re.compile(r"\.(epoch-|resume-).*|epoch-\d{4,}")
"""The folders that training creates in a run's folder, which may be removed."""
