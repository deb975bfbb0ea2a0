"""What the searches of the Consistency page have in common: they run when asked, and say how old their results are."""

from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QPushButton, QStackedLayout, QWidget

from core.messages.catalogue import say, say_count
from core.store.changes import ChangeSet
from core.store.project import Project
from gui.background import LatestQuery
from gui.text.progress import FLEETING
from gui.widgets.page import EmptyState, PageContext
from gui.widgets.text_labels import PlainLabel


@dataclass(slots=True)
class Found:
    """What a search found, and what became of the corpus since.

    Attributes:
        results: what the search returned.
        corrections: how many corrections since are counted in the results.
        is_outdated: whether the corpus changed in a way that the results do not follow.
    """

    results: Any
    searched_at: datetime = field(default_factory=datetime.now)
    corrections: int = 0
    is_outdated: bool = False

    def describe_age(self) -> str:
        """When it was found, and whether another search is due."""
        time = f"{self.searched_at:%H:%M}"
        if self.is_outdated:
            return say("Searched at {time}; the corpus has changed since, so search again.", time=time)
        if self.corrections:
            return say_count(
                "Searched at {time}; {count:,} correction since then is counted.",
                "Searched at {time}; {count:,} corrections since then are counted.",
                self.corrections,
                time=time,
            )
        return say("Searched at {time}.", time=time)


class SearchPanel(QWidget):
    """Searches when asked; what it found follows corrections from then on.

    What was found in a project is kept when the project is closed, and shown again when it is opened next.
    """

    def __init__(self, context: PageContext, empty: EmptyState) -> None:
        super().__init__()
        self._context = context
        self._project: Project | None = None
        self._found: Found | None = None
        self._kept: tuple[Path, tuple[int, int], Found] | None = None
        self._is_overtaken = False
        self._query = LatestQuery(self)
        self.empty = empty
        self.again = QPushButton(say("Search again"))
        self.age = PlainLabel(wraps=True)
        self.age.setProperty("role", "small")
        for button in (empty.button, self.again):
            button.clicked.connect(self.search)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(empty)

    # What a search is

    def _title(self) -> str:
        """Names the job."""
        raise NotImplementedError

    def _work(self, project: Project) -> Generator[object, None, object]:
        """Searches a project; runs as the job."""
        raise NotImplementedError

    def _show(self, results: Any, *, is_new: bool) -> None:
        """Show what was found; where it is new, the keys go to it."""
        raise NotImplementedError

    def _clear(self) -> None:
        """Show nothing of the project that was open."""
        raise NotImplementedError

    def _follow(self, found: Found, change: ChangeSet) -> None:
        """Keep what was found in step with a change; mark it as outdated where that cannot be done."""
        raise NotImplementedError

    # What all searches do

    def show_project(self, project: Project | None) -> None:
        """Begin anew with another project, or none; with what was found in it before, if it is the one closed last."""
        self._query.cancel()
        if self._project is not None and self._found is not None:
            self._kept = (self._project.folder, _stamp(self._project), self._found)
        self._found = None
        self._clear()
        self._project = project
        self._stack.setCurrentWidget(self.empty)
        if project is not None and self._kept is not None and self._kept[0] == project.folder:
            _, stamp, self._found = self._kept
            self._found.is_outdated |= stamp != _stamp(project)
            self._show_found(is_new=False)

    def search(self) -> None:
        """Search the corpus as a background job."""
        self._context.session.run_reporting_errors(self._start)

    def _start(self) -> None:
        project, session = self._project, self._context.session
        assert project is not None, "the page shows no button without a project"
        job = self._context.runner.start(self._title(), lambda: self._work(project), fleeting=FLEETING)
        self._is_overtaken = False
        for button in (self.empty.button, self.again):
            button.setEnabled(False)
            job.ended.connect(partial(button.setEnabled, True))
        job.finished.connect(lambda results: self._take(project, results))
        session.report_failure(job)

    def _take(self, project: Project, results: object) -> None:
        if project is self._project:
            self._found = Found(results, is_outdated=self._is_overtaken)
            self._show_found(is_new=True)

    def _show_found(self, *, is_new: bool) -> None:
        if self._found is not None:
            self._stack.setCurrentIndex(1)
            self._show(self._found.results, is_new=is_new)
            self._tell_age()

    def follow(self, change: ChangeSet) -> None:
        """Keep what was found in step with a change, or say that it is outdated."""
        self._is_overtaken |= change.corpus or bool(change.sentences) or change.dismissals
        if self._project is not None and self._found is not None:
            self._follow(self._found, change)
            self._tell_age()

    def _tell_age(self) -> None:
        self.age.setText("" if self._found is None else self._found.describe_age())


def _stamp(project: Project) -> tuple[int, int]:
    """The newest correction and the newest sentence; another one tells that the corpus changed."""
    return project.corrections.last_number(), project.sentences.last_number()
