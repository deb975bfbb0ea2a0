"""The bar at the top: project, run, epoch and gold that all pages look at, and undo and redo."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QToolButton, QWidget

from core.messages.catalogue import mark, say
from core.store.changes import ChangeSet
from core.store.project import Project
from core.store.runs import Run, Status
from gui.session import Context, Session
from gui.widgets.choosers import chooser

_GOLD_TITLES = {"corrected": mark("Gold: corrected"), "imported": mark("Gold: as imported")}


class ContextBar(QFrame):
    """Shows and changes the session's context.

    Args:
        menu: what the project's name opens.
        actions: buttons at the right.

    Signals:
        picked: the person chose a run, an epoch or a gold and is done here.
    """

    picked = Signal()

    def __init__(self, session: Session, menu: QMenu, actions: list[QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("contextBar")
        self._session = session
        self.project_name = QToolButton()
        self.project_name.setProperty("title", True)
        self.project_name.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.project_name.setToolTip(say("Open another project, or close this one"))
        self.project_name.setMenu(menu)
        self.run = chooser(say("Run"), say("The run whose predictions are shown"))
        self.run.setPlaceholderText(say("Choose a run"))
        self.epoch = chooser(say("Epoch"), say("The epoch whose predictions are shown"))
        self.gold = chooser(say("Gold"), say("The gold that predictions are compared with"))
        for gold, title in _GOLD_TITLES.items():
            self.gold.addItem(say(title), gold)
        self._lay_out(actions)
        self.run.activated.connect(lambda: session.set_context(source=self.run.currentData()))
        self.epoch.activated.connect(lambda: session.set_context(epoch=self.epoch.currentData()))
        self.gold.activated.connect(lambda: session.set_context(gold=self.gold.currentData()))
        for box in (self.run, self.epoch, self.gold):
            box.picked.connect(self.picked)
        session.project_changed.connect(self._show_project)
        session.context_changed.connect(self._show_context)
        session.changed.connect(self._follow)

    def _lay_out(self, actions: list[QAction]) -> None:
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 8, 12, 8)
        layout.setSpacing(8)
        layout.addWidget(self.project_name)
        layout.addSpacing(16)
        for box in (self.run, self.epoch, self.gold):
            layout.addWidget(box)
        layout.addStretch(1)
        for action in actions:
            button = QToolButton()
            button.setDefaultAction(action)
            layout.addWidget(button)

    def _show_project(self, project: Project | None) -> None:
        self.project_name.setText(project.name if project else "")
        self._show_context(self._session.context)

    def _follow(self, change: ChangeSet) -> None:
        if change.runs:
            self._show_context(self._session.context)

    def _show_context(self, context: Context) -> None:
        project = self._session.project
        runs = project.runs.list_all() if project else []
        epochs = project.runs.epoch_numbers(context.source) if project and context.source else []
        self.run.offer([(_run_title(run), run.number) for run in runs], context.source)
        self.epoch.offer([(say("Epoch {number}", number=number), number) for number in epochs], context.epoch)
        self.gold.setCurrentIndex(self.gold.findData(context.gold))
        has_choice = context.source is not None or any(run.status != "running" for run in runs)
        for box, is_useful in ((self.run, has_choice), (self.epoch, bool(epochs)), (self.gold, bool(epochs))):
            box.setVisible(is_useful)


_STATUS_TITLES: dict[Status, str] = {
    "running": mark("Run {number} (running)"),
    "finished": mark("Run {number}"),
    "stopped": mark("Run {number} (stopped)"),
    "failed": mark("Run {number} (failed)"),
}
_CROSSCHECK_TITLES: dict[Status, str] = {
    "running": mark("Run {number} (cross-check, running)"),
    "finished": mark("Run {number} (cross-check)"),
    "stopped": mark("Run {number} (cross-check, stopped)"),
    "failed": mark("Run {number} (cross-check, failed)"),
}


def _run_title(run: Run) -> str:
    titles = _CROSSCHECK_TITLES if run.is_crosscheck else _STATUS_TITLES
    return say(titles[run.status], number=run.number)
