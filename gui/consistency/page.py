"""The Consistency page: strings that the gold labels in several ways, and spans that end in a particle."""

from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QStackedLayout, QStackedWidget, QVBoxLayout, QWidget

from core.messages.catalogue import mark, say
from core.store.changes import ChangeSet
from core.store.project import Project
from gui.consistency.particles_panel import ParticlesPanel
from gui.consistency.search_panel import SearchPanel
from gui.consistency.strings_panel import StringsPanel
from gui.widgets.choosers import chip
from gui.widgets.page import EmptyState, Page, PageContext


class ConsistencyPage(Page):
    """Two searches of the whole corpus, and corrections of what they find."""

    id, title, icon = "consistency", mark("Consistency"), "consistency"

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self.strings = StringsPanel(context)
        self.particles = ParticlesPanel(context)
        self._panels: dict[str, SearchPanel] = {"strings": self.strings, "particles": self.particles}
        self.tabs = {"strings": chip(say("Strings")), "particles": chip(say("Particles"))}
        self.empty = EmptyState(
            say("No sentences yet"),
            say("Import a corpus: here you see where its gold contradicts itself, and correct it."),
            say("Go to Corpus"),
        )
        self._lay_out()
        self._connect()
        self._show_project(context.session.project)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(16, 8, 16, 8)
        head.setSpacing(8)
        head.addWidget(self.title_label())
        head.addSpacing(8)
        self._group = QButtonGroup(self)
        self._body = QStackedWidget()
        for name, panel in self._panels.items():
            self._group.addButton(self.tabs[name])
            head.addWidget(self.tabs[name])
            self._body.addWidget(panel)
        head.addStretch(1)
        self.tabs["strings"].setChecked(True)
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self._body, 1)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(content)

    def _connect(self) -> None:
        session = self._context.session
        session.project_changed.connect(self._show_project)
        session.changed.connect(self._follow)
        self.empty.button.clicked.connect(lambda: session.show_page("corpus"))
        for name, panel in self._panels.items():
            self.tabs[name].clicked.connect(lambda _, panel=panel: self._body.setCurrentWidget(panel))

    def _show_project(self, project: Project | None) -> None:
        for panel in self._panels.values():
            panel.show_project(project)
        self.refresh_when_seen()

    def refresh(self) -> None:
        project = self._context.session.project
        self._stack.setCurrentIndex(int(project is not None and project.sentences.has_any()))

    def _follow(self, change: ChangeSet) -> None:
        if change.corpus:
            self.refresh_when_seen()
        for panel in self._panels.values():
            panel.follow(change)
