"""The Scratch page over a project with a run, with a tagger of the tests' own."""

import threading
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings

from core.domain.events import LinesTagged, TaggerLoaded
from core.domain.spans import PredictedSpan, Span
from core.store.sentence_selection import Selection
from gui.background import JobRunner
from gui.keys.keymap import Keymap
from gui.look.theme import LIGHT, Look
from gui.preferences import Preferences
from gui.scratch.page import ScratchPage
from gui.session import Session
from gui.widgets.page import PageContext
from tests.building import SECOND_EPOCH, add_run, project_with_run
from tests.gui.driving import wait_for_end


def spans_of(line: str) -> tuple[PredictedSpan, ...]:
    """What the tests' tagger finds: its first eojeol, the surer the longer the line is."""
    return (PredictedSpan(Span(0, len(line.split()[0]), "PS"), min(len(line), 99) / 100),)


@dataclass
class Tagger:
    """Replaces `engine.tag_lines`: loads when it may, answers one line at a time, and tells what it did."""

    may_load: threading.Event = field(default_factory=threading.Event)
    loaded: list[Path] = field(default_factory=list)
    asked: list[list[str]] = field(default_factory=list)
    ended: int = 0
    fails: Exception | None = None

    def __post_init__(self) -> None:
        self.may_load.set()

    def __call__(self, folder, questions):
        try:
            self.may_load.wait()
            if self.fails is not None:
                raise self.fails
            self.loaded.append(folder)
            yield TaggerLoaded(3 * 2**20)
            while (lines := questions.get()) is not None:
                self.asked.append(list(lines))
                for line in lines:
                    yield LinesTagged({line: spans_of(line)})
        finally:
            self.ended += 1


@dataclass
class Desk:
    """A shown page, what it is made with, and what it asked for."""

    page: ScratchPage
    session: Session
    runner: JobRunner
    look: Look
    tagger: Tagger
    inspected: list[Selection] = field(default_factory=list)

    @property
    def project(self):
        return self.session.project

    def type(self, qtbot, text: str) -> None:
        """Put a text in the field and wait until all of it is tagged."""
        self.page.field.setPlainText(text)
        self.wait(qtbot)

    def wait(self, qtbot) -> None:
        wanted = {line.text for line in self.page.field.lines}
        qtbot.waitUntil(lambda: set(self.page.tagger.known) == wanted)

    @property
    def rows(self):
        return [(row.view.text, row.view.spans) for row in self.page.list.rows]


@pytest.fixture
def tagger():
    return Tagger()


@pytest.fixture
def open_desk(qtbot, tmp_path, tagger):
    """Makes a project with a function, and opens it on a shown page."""
    opened = []

    def made(build=project_with_run) -> Desk:
        session, runner = Session(), JobRunner()
        settings = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
        preferences = Preferences(settings)
        look = Look(LIGHT)
        page = ScratchPage(PageContext(session, runner, preferences, look, Keymap(preferences)), tagger)
        desk = Desk(page, session, runner, look, tagger)
        session.inspection_asked.connect(desk.inspected.append)
        qtbot.addWidget(page)
        page.resize(1190, 640)
        build(tmp_path / "p.spandesk").close()
        session.open(tmp_path / "p.spandesk")
        page.show()
        qtbot.waitExposed(page)
        opened.append(desk)
        return desk

    yield made
    for desk in opened:
        desk.tagger.may_load.set()
        desk.session.close()
        wait_for_end(qtbot, desk.runner)


@pytest.fixture
def desk(open_desk) -> Desk:
    return open_desk()


def with_two_runs(folder):
    project = project_with_run(folder)
    add_run(project, SECOND_EPOCH)
    return project
