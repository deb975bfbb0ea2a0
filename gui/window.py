"""The main window: rail, context bar, pages, status strip."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QCloseEvent, QCursor, QDragEnterEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QHBoxLayout,
    QMainWindow,
    QMenu,
    QMessageBox,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from core.messages.catalogue import say
from core.services.next_step import NextStep, find_next_step
from core.store.changes import ChangeSet
from core.store.project import DATABASE, SUFFIX, Project
from core.store.sentence_selection import ALL_ERRORS, Selection
from gui.background import Job, LatestQuery
from gui.corpus.page import CorpusPage
from gui.inspect.page import InspectPage
from gui.keys.commands import Name, tip
from gui.keys.keys_window import KeysWindow
from gui.look.theme import Appearance, icon
from gui.metrics.page import MetricsPage
from gui.preferences import SETTLED_AFTER, resize_to_fit
from gui.settings.window import SettingsWindow
from gui.shell.bars import Banner, ContextBar, JobStrip
from gui.shell.navigation import History, Rail
from gui.text.step_descriptions import redo_title, undo_title
from gui.welcome.page import WelcomePage
from gui.widgets.page import Page, PageContext

STEP_DELAY = 500
"""Milliseconds after a change before the next step is looked for; corrections come faster."""

CLOSING_LIMIT = 30_000
"""Milliseconds that a closed window waits for its work to end; a compile or a download may take any time."""


class MainWindow(QMainWindow):
    """Shows the welcome page until a project is open, then the pages.

    Args:
        pages: in the order of the rail.

    Signals:
        closed: the window is gone, its work has ended or was given up, and the process can end.
    """

    closed = Signal()

    def __init__(
        self, context: PageContext, welcome: WelcomePage, pages: Sequence[Page], appearance: Appearance
    ) -> None:
        super().__init__()
        self.context = context
        self.appearance = appearance
        self.welcome = welcome
        self.pages = {page.id: page for page in pages}
        self._is_closing = False
        self.rail = Rail({page.id: say(page.title) for page in pages}, context.keymap)
        self.stack = QStackedWidget()
        for page in (welcome, *pages):
            self.stack.addWidget(page)
        self.banner = Banner()
        session = context.session
        self.undo = self._window_action("undo", say("Undo"), lambda: session.run_reporting_errors(session.undo))
        self.redo = self._window_action("redo", say("Redo"), lambda: session.run_reporting_errors(session.redo))
        self.settings = self._window_action("settings", say("Settings…"), self.show_settings)
        self.history = History(session, self.pages, self._shown_page)
        self.back = self._window_action("back", say("Back"), lambda: self.history.go_back(self._turn_to))
        self.forward = self._window_action("forward", say("Forward"), lambda: self.history.go_forward(self._turn_to))
        self.project_menu = self._project_menu()
        self.context_bar = ContextBar(
            context.session, self.project_menu, [self.back, self.undo, self.redo, self.settings]
        )
        self.job_strip = JobStrip(context.runner)
        self._next_step = LatestQuery(self)
        self._steps = QTimer(self, singleShot=True, interval=STEP_DELAY)
        self._settled = QTimer(self, singleShot=True, interval=SETTLED_AFTER)
        self._lay_out()
        self._connect()
        self._draw_icons()
        appearance.look.theme_changed.connect(self._draw_icons)
        self.setAcceptDrops(True)
        self.setMinimumSize(960, 600)
        if not context.preferences.restore_window(self):
            resize_to_fit(self, QSize(1280, 720))
        self._show_project(context.session.project)

    def _lay_out(self) -> None:
        column = QVBoxLayout()
        column.setSpacing(0)
        for widget in (self.context_bar, self.banner):
            column.addWidget(widget)
        column.addWidget(self.stack, 1)
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self.rail)
        row.addLayout(column, 1)
        body = QWidget()
        outer = QVBoxLayout(body)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(row, 1)
        outer.addWidget(self.job_strip)
        self.setCentralWidget(body)

    def _connect(self) -> None:
        session = self.context.session
        self.rail.chosen.connect(self.show_page)
        self.context_bar.picked.connect(self._focus_page)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._keep_focus_in_page)
        self.welcome.settings.clicked.connect(self.show_settings)
        self.addActions(list(self.rail.keyed.values()))
        self.context.keymap.watch(self)
        for is_time in (session.closing, self._settled.timeout):
            is_time.connect(self._remember_page)
        self.stack.currentChanged.connect(lambda _: self._settled.start())
        session.link_followed.connect(self.history.leave)
        session.page_asked.connect(self.show_page)
        session.inspection_asked.connect(lambda _: self.show_page(InspectPage.id))
        session.project_changed.connect(self._show_project)
        session.changed.connect(lambda _: self._name_undo())
        session.changed.connect(lambda _: self._steps.start())
        self._steps.timeout.connect(self._find_next_step)
        self._next_step.answered.connect(self.job_strip.show_next_step)
        session.closing.connect(self._next_step.cancel)
        self.job_strip.step_asked.connect(self._go_to_step)
        session.changed.connect(self._outdate_notice)
        session.notified.connect(self.job_strip.show_notice)
        self.job_strip.sentence_asked.connect(session.show_sentence)
        session.problem.connect(self.banner.show_text)

    def _focus_page(self) -> None:
        if (page := self.stack.currentWidget()) is not None:
            page.setFocus(Qt.FocusReason.OtherFocusReason)

    def _keep_focus_in_page(self, before: QWidget | None, now: QWidget | None) -> None:
        """A button that is disabled while it has the focus hands it to the page, not to whatever Qt finds next."""
        page = self.stack.currentWidget()
        if page is None or before is None or now is None or before.isEnabled() or not page.isAncestorOf(before):
            return
        if self.isAncestorOf(now):
            self._focus_page()

    def _project_menu(self) -> QMenu:
        session = self.context.session
        menu = QMenu(self)
        menu.addAction(say("New project…"), self.welcome.choose_files)
        menu.addAction(self._window_action("open", say("Open project…"), self.welcome.choose_project))
        recent = menu.addMenu(say("Recent projects"))
        menu.aboutToShow.connect(lambda: self._list_recent(recent))
        menu.addAction(say("Close project"), lambda: session.run_reporting_errors(session.close_project))
        menu.addAction(self.settings)
        menu.addAction(self._window_action("keys", say("Keys…"), self.show_keys))
        menu.addSeparator()
        menu.addAction(self._window_action("quit", say("Quit"), self.close))
        return menu

    def _list_recent(self, menu: QMenu) -> None:
        """Offer the projects opened last, without the open one."""
        menu.clear()
        project = self.context.session.project
        for folder in self.context.preferences.recent_projects():
            if project is None or folder != project.folder.resolve():
                menu.addAction(str(folder).replace("&", "&&"), partial(self.open_project, folder))
        menu.setEnabled(not menu.isEmpty())

    def _window_action(self, name: Name, text: str, run: Callable[[], object]) -> QAction:
        """The action of a command of the window, with its words for a menu."""
        action = self.context.keymap.action(name, self, run)
        action.setText(text)
        self.addAction(action)
        return action

    def _draw_icons(self) -> None:
        theme = self.context.look.theme
        for name, action in (
            ("back", self.back),
            ("undo", self.undo),
            ("redo", self.redo),
            ("settings", self.settings),
        ):
            action.setIcon(icon(name, theme))
        for page_id, action in self.rail.keyed.items():
            action.setIcon(icon(self.pages[page_id].icon, theme))

    def show_keys(self) -> None:
        """Show all keys at a glance."""
        if (overlay := self.findChild(KeysWindow)) is None:
            overlay = KeysWindow(self.context.keymap, self)
            overlay.change_asked.connect(self.show_settings)
        overlay.show()
        overlay.raise_()
        overlay.activateWindow()

    def show_settings(self) -> None:
        """Open the settings, or bring them to the front."""
        open_one = self.findChild(SettingsWindow)
        window = open_one or SettingsWindow(self.context, self.appearance, self)
        if open_one is None:
            self.context.preferences.keep_size("settings", window)
        window.show()
        window.raise_()
        window.activateWindow()

    def _shown_page(self) -> Page | None:
        page = self.stack.currentWidget()
        return page if isinstance(page, Page) else None

    def _name_back(self) -> None:
        """Say where the way back leads."""
        page = self.history.back_page
        title = say("Back to {page}", page=say(page.title)) if page is not None else say("Back")
        self.back.setText(title)
        self.back.setToolTip(tip(title, self.context.keymap.keys("back")))
        self.back.setEnabled(page is not None)
        self.forward.setEnabled(self.history.can_go_forward)

    def show_page(self, page_id: str) -> None:
        if page_id == MetricsPage.id:
            self.context.session.show_new_run()
        self._turn_to(page_id)

    def _turn_to(self, page_id: str) -> None:
        self.stack.setCurrentWidget(self.pages[page_id])
        self.rail.show_chosen(page_id)
        self._name_back()

    def _show_project(self, project: Project | None) -> None:
        for shell in (self.rail, self.context_bar):
            shell.setVisible(project is not None)
        for action in self.rail.keyed.values():
            action.setEnabled(project is not None)
        self.job_strip.hide_notice()
        self._name_undo()
        self.job_strip.show_next_step(None, at_once=True)
        self._find_next_step()
        if project is None:
            self.setWindowTitle("Spandesk")
            self.stack.setCurrentWidget(self.welcome)
            return
        self.banner.hide()
        self.setWindowTitle(say("{project} – Spandesk", project=project.name))
        self.context.preferences.remember_project(project.folder)
        self.history.forget()
        self.show_page(self._first_page(project))

    def _first_page(self, project: Project) -> str:
        """The page that was shown last; at first the one that fits the state of the project."""
        last = self.context.preferences.place(project.folder).get("page")
        if isinstance(last, str) and last in self.pages:
            return last
        return InspectPage.id if self.context.session.context.source is not None else CorpusPage.id

    def _remember_page(self) -> None:
        project, page = self.context.session.project, self._shown_page()
        if project is not None and page is not None:
            self.context.preferences.remember_place(project.folder, page=page.id)

    def _find_next_step(self) -> None:
        self._steps.stop()
        if (project := self.context.session.project) is not None:
            self._next_step.submit(lambda: find_next_step(project))

    def _go_to_step(self, step: NextStep) -> None:
        session = self.context.session
        if step.place == "pool":
            session.inspect(Selection(split="pool", batch=step.batch))
        elif step.place == "inspect":
            session.inspect(Selection(outcomes=ALL_ERRORS), source=step.run)
        else:
            session.show_page(step.place)

    def _outdate_notice(self, change: ChangeSet) -> None:
        """After a further step “Undone: …” is no longer the last thing done; imports and epochs leave it alone."""
        if change.touched:
            self.job_strip.hide_notice()

    def _name_undo(self) -> None:
        """Say what the next undo and redo do; a tooltip ends with the keys."""
        keymap, steps = self.context.keymap, self.context.session.next_steps()
        for name, action, title, step in (
            ("undo", self.undo, undo_title(steps), steps.undo),
            ("redo", self.redo, redo_title(steps), steps.redo),
        ):
            action.setText(title)
            action.setToolTip(tip(title, keymap.keys(name)))
            action.setEnabled(step is not None)
        self._renew_tooltip()

    def _renew_tooltip(self) -> None:
        """Qt shows the old words under a still mouse until it moves."""
        pointer = QCursor.pos()
        button = self.context_bar.childAt(self.context_bar.mapFromGlobal(pointer))
        if QToolTip.isVisible() and button is not None and set(button.actions()) & {self.undo, self.redo}:
            QToolTip.showText(pointer, button.toolTip(), button)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        self.take_files(paths)

    def take_files(self, paths: list[Path]) -> None:
        """Open a dropped project; offer to import dropped corpus files and folders."""
        projects = [path for path in paths if path.is_dir() and (path.suffix == SUFFIX or (path / DATABASE).exists())]
        if projects:
            self.open_project(projects[0])
        elif paths and self.context.session.project is not None:
            self.show_page(CorpusPage.id)
            self.context.session.import_asked.emit(paths)
        elif paths:
            self.welcome.propose(paths)

    def open_project(self, folder: Path) -> None:
        session = self.context.session
        session.run_reporting_errors(lambda: session.open(folder))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses the button with the focus; Qt has only Space do so outside of dialogs."""
        button = self.focusWidget()
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_enter and isinstance(button, QPushButton | QToolButton) and not event.isAutoRepeat():
            button.click()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        job = self.context.runner.job
        if self._is_closing or job is None or self._confirms_stop(job):
            event.accept()
            self.shut_down()
        else:
            event.ignore()

    def shut_down(self) -> None:
        """Vanish at once, stop all work, and say `closed` when it has ended, at the latest after `CLOSING_LIMIT`."""
        if self._is_closing:
            return
        self._is_closing = True
        self.context.preferences.remember_window(self)
        self.context.session.store_unsaved()
        for window in (self, *self.findChildren(QDialog)):
            window.hide()
        QTimer.singleShot(CLOSING_LIMIT, self, lambda: self.closed.emit())
        self.context.runner.shut_down_finished.connect(self._finish_closing)
        self.context.runner.shut_down()

    def _finish_closing(self) -> None:
        self.context.session.close()
        self.closed.emit()

    def _confirms_stop(self, job: Job) -> bool:
        """Ask whether the job may be stopped; a person who only presses Enter or Esc keeps it.

        Where it ends by itself meanwhile there is nothing left to ask, and the window closes.
        """
        question, keep = job.closing_words
        box = QMessageBox(QMessageBox.Icon.Question, "Spandesk", "", parent=self)
        box.setTextFormat(Qt.TextFormat.PlainText)  # it names files
        box.setText(question)
        stop = box.addButton(say("Stop and close"), QMessageBox.ButtonRole.DestructiveRole)
        keep_button = box.addButton(keep, QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(keep_button)
        box.setEscapeButton(keep_button)
        job.ended.connect(box.accept)
        box.exec()
        return box.clickedButton() is stop or self.context.runner.job is not job
