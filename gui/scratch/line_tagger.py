"""What the run that is looked at finds in lines: its tagger lives on a thread of its own, apart from all jobs."""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Literal

from PySide6.QtCore import QObject, Signal

from core.domain.events import LinesTagged, TaggerLoaded
from core.domain.spans import PredictedSpan
from core.messages.catalogue import say
from core.store.label_history import Names, rename_predictions
from gui.background import Job, JobRunner

TagsLines = Callable[[Path, SimpleQueue[Sequence[str] | None]], Generator[TaggerLoaded | LinesTagged, None, None]]
"""`core.services.engine.tag_lines`, or what tests put in its place."""

State = Literal["idle", "loading", "ready", "failed"]

ANSWER_INTERVAL = 20
"""Milliseconds between two deliveries of lines that were tagged."""


@dataclass(frozen=True, slots=True)
class _TaggerThread:
    """A tagger's thread, the checkpoint that it has, and the way to ask it."""

    job: Job
    folder: Path
    questions: SimpleQueue[Sequence[str] | None]

    def end(self) -> None:
        self.job.cancel()
        self.questions.put(None)


class LineTagger(QObject):
    """Loads the tagger when the first line is asked for, keeps it for one checkpoint, and lets it go with that.

    An answer is about a line's text, so it stays right whatever else was typed since; that of another checkpoint's
    tagger is dropped.

    Signals:
        changed: some lines were tagged, or the state is another.
    """

    changed = Signal()

    def __init__(self, runner: JobRunner, tagging: TagsLines, parent: QObject) -> None:
        super().__init__(parent)
        self._runner = runner
        self._tagging = tagging
        self._folder: Path | None = None
        self._names: Names = {}
        self._tagger: _TaggerThread | None = None
        self._known: dict[str, tuple[PredictedSpan, ...]] = {}
        self._wanted: list[str] = []
        self.size = 0
        self.state: State = "idle"
        self.failure: Exception | None = None
        runner.shutting_down.connect(lambda: self.look_at(None, {}))

    @property
    def known(self) -> Mapping[str, tuple[PredictedSpan, ...]]:
        """The lines that were asked for last, as far as they are tagged."""
        return {line: rename_predictions(spans, self._names) for line, spans in self._known.items()}

    def look_at(self, folder: Path | None, names: Names) -> None:
        """Answer from this checkpoint from now on; None answers nothing.

        Args:
            names: labels of the checkpoint that have another name today.
        """
        is_renamed, self._names = names != self._names, names
        if folder == self._folder:
            if is_renamed:
                self.changed.emit()
            return
        self._folder = folder
        self._wanted, self._known = [], {}
        self._let_go()
        self._show("idle")

    def ask(self, lines: Sequence[str]) -> None:
        """Find the spans of these lines, and forget all others."""
        self._known = {line: self._known[line] for line in lines if line in self._known}
        self._wanted = [line for line in dict.fromkeys(lines) if line not in self._known]
        if self.state != "failed":
            self._go_on()

    def try_again(self) -> None:
        """Load the tagger that could not be loaded."""
        self._go_on()

    def _go_on(self) -> None:
        """Ask what is wanted, of a new tagger where there is none; one that ends is waited for."""
        if self._folder is None or not self._wanted:
            return
        if self._tagger is None:
            self._tagger = self._started(self._folder)
            self._show("loading")
        if self._tagger.folder == self._folder and not self._tagger.job.is_stopping:
            self._tagger.questions.put(self._wanted)

    def _started(self, folder: Path) -> _TaggerThread:
        questions: SimpleQueue[Sequence[str] | None] = SimpleQueue()
        job = self._runner.start_beside(
            say("The tagger of the Scratch page"), lambda: self._tagging(folder, questions), interval=ANSWER_INTERVAL
        )
        tagger = _TaggerThread(job, folder, questions)
        job.reported.connect(lambda event: self._take(tagger, event))
        job.failed.connect(lambda error: self._fail(tagger, error))
        job.ended.connect(self._forget_tagger)
        return tagger

    def _let_go(self) -> None:
        if self._tagger is not None and not self._tagger.job.is_stopping:
            self._tagger.end()

    def _take(self, tagger: _TaggerThread, event: object) -> None:
        if tagger.folder != self._folder or tagger.job.is_stopping:
            return
        if isinstance(event, TaggerLoaded):
            self.size = event.size
            self._show("ready")
        elif isinstance(event, LinesTagged):
            self._known.update(event.spans)
            self._wanted = [line for line in self._wanted if line not in self._known]
            self.changed.emit()

    def _fail(self, tagger: _TaggerThread, error: Exception) -> None:
        if tagger.folder == self._folder and not tagger.job.is_stopping:
            self.failure = error
            self._show("failed")

    def _forget_tagger(self) -> None:
        self._tagger = None
        if self.state != "failed":
            self._go_on()

    def _show(self, state: State) -> None:
        self.state = state
        self.changed.emit()
