"""The Metrics page over a project with runs, without the rest of the window."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from PySide6.QtCore import QSettings, Qt

from core.store.project import Project
from core.store.sentence_selection import Selection
from gui.background import JobRunner
from gui.keys.keymap import Keymap
from gui.look.theme import LIGHT, Look
from gui.metrics.page import MetricsPage
from gui.preferences import Preferences
from gui.session import Session
from gui.widgets.page import PageContext
from tests.building import project_with_run
from tests.gui.driving import wait_for_end


@dataclass
class Desk:
    """A shown page, what it is made with, and what it asked for."""

    page: MetricsPage
    session: Session
    runner: JobRunner
    look: Look
    asked: list[Selection] = field(default_factory=list)

    @property
    def project(self) -> Project:
        assert self.session.project is not None
        return self.session.project

    def cell(self, row: str, group: str, title: str):
        """The model's index of a number, by its headings."""
        return index_of(self.page.model, row, group, title)

    def text(self, row: str, group: str, title: str) -> str:
        return self.cell(row, group, title).data()

    def click(self, qtbot, row: str, group: str, title: str) -> None:
        click_on(qtbot, self.page.table, self.cell(row, group, title))


def click_on(qtbot, view, index) -> None:
    view.scrollTo(index)
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(index).center())


def index_of(model, row: str, group: str, title: str):
    rows = [at for at in range(model.rowCount()) if model.row(at).name == row]
    columns = [
        at for at in range(model.columnCount()) if (model.column(at).group, model.column(at).title) == (group, title)
    ]
    return model.index(rows[0], columns[0])


@pytest.fixture
def open_desk(qtbot, tmp_path):
    """Makes a project with a function, closes it, and opens it on a shown page."""
    opened: list[Desk] = []

    def made(build: Callable[..., Project] | None = project_with_run) -> Desk:
        session, runner = Session(), JobRunner()
        settings = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
        preferences, look = Preferences(settings), Look(LIGHT)
        page = MetricsPage(PageContext(session, runner, preferences, look, Keymap(preferences)))
        desk = Desk(page, session, runner, look)
        session.inspection_asked.connect(desk.asked.append)
        qtbot.addWidget(page)
        page.resize(1190, 640)
        if build is not None:
            build(tmp_path / "p.spandesk").close()
            session.open(tmp_path / "p.spandesk")
        page.show()
        qtbot.waitExposed(page)
        opened.append(desk)
        return desk

    yield made
    for desk in opened:
        wait_for_end(qtbot, desk.runner)
        desk.session.close()


@pytest.fixture
def desk(open_desk) -> Desk:
    return open_desk()
