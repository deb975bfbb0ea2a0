"""A shown Inspect page over small projects."""

from dataclasses import dataclass

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtTest import QTest

from gui.background import JobRunner
from gui.inspect.page import InspectPage
from gui.keys.keymap import Keymap
from gui.look.theme import LIGHT, Look, apply_theme
from gui.preferences import Preferences
from gui.sentence.delegate import SENTENCE_ROLE
from gui.session import Session
from gui.widgets.page import PageContext
from tests.building import project_with_run
from tests.gui.driving import LEFT, NONE, click, drag_over, point_of, press_key


@dataclass(frozen=True)
class Bench:
    """The page, and what a person does to it."""

    page: InspectPage
    session: Session
    keymap: Keymap

    @property
    def project(self):
        return self.session.project

    @property
    def canvas(self):
        return self.page.detail.canvas

    def listed(self):
        """The ids in the list."""
        model = self.page.model
        return [model.data(model.index(row, 0), SENTENCE_ROLE).id for row in range(model.rowCount())]

    def shown(self):
        """The id of the large sentence."""
        return self.page.detail.position.text().rsplit(" · ", 1)[-1]

    def gold(self, sentence_id):
        """The stored gold as plain tuples."""
        spans = self.project.sentences.by_id(sentence_id).gold
        return [(span.start, span.end, span.label) for span in spans]

    def go_to(self, sentence_id):
        """Click a sentence in the list."""
        view = self.page.list.view
        index = self.page.model.index(self.listed().index(sentence_id), 0)
        QTest.mouseClick(view.viewport(), LEFT, NONE, view.visualRect(index).center())

    def key(self, key, modifiers=NONE):
        press_key(key, modifiers)

    def click(self, widget):
        click(widget)

    def point(self, position):
        return point_of(self.canvas, position)

    def drag(self, first, last):
        drag_over(self.canvas, first, last)


@pytest.fixture
def bench_over(qtbot, qapp, tmp_path):
    """Makes a page and opens the project that `build` makes in a folder."""
    session = Session()
    preferences = Preferences(QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat))
    keymap = Keymap(preferences, session)
    context = PageContext(session, JobRunner(session), preferences, Look(LIGHT), keymap)

    def made(build):
        page = InspectPage(context)
        qtbot.addWidget(page)
        page.resize(1208, 640)
        apply_theme(qapp, LIGHT)
        with qtbot.waitActive(page):
            page.show()
            page.activateWindow()
        folder = tmp_path / "toy.spandesk"
        build(folder).close()
        session.open(folder)
        return Bench(page, session, keymap)

    yield made
    session.close()


@pytest.fixture
def bench(bench_over):
    """The page on the last epoch of a run, all dev sentences listed."""
    return bench_over(project_with_run)
