"""The bar at the top: project, run, epoch and gold that all pages look at, and undo and redo."""

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QMenu, QToolButton, QWidget

from core.store.changes import ChangeSet
from core.store.project import Project
from core.store.runs import Run
from gui.session import Context, Session
from gui.widgets.choosers import chooser

_GOLD_TITLES = {"corrected": "Gold: corrected", "imported": "Gold: as imported"}


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
        self.project_name.setToolTip("Open another project, or close this one")
        self.project_name.setMenu(menu)
        self.run = chooser("Run", "The run whose predictions are shown")
        self.run.setPlaceholderText("Choose a run")
        self.epoch = chooser("Epoch", "The epoch whose predictions are shown")
        self.gold = chooser("Gold", "The gold that predictions are held against")
        for gold, title in _GOLD_TITLES.items():
            self.gold.addItem(title, gold)
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
        runs = project.runs.listed() if project else []
        epochs = project.runs.epoch_numbers(context.source) if project and context.source else []
        _fill(self.run, [(_run_title(run), run.number) for run in runs], context.source)
        _fill(self.epoch, [(f"Epoch {number}", number) for number in epochs], context.epoch)
        self.gold.setCurrentIndex(self.gold.findData(context.gold))
        has_choice = context.source is not None or any(run.status != "running" for run in runs)
        for box, is_useful in ((self.run, has_choice), (self.epoch, bool(epochs)), (self.gold, bool(epochs))):
            box.setVisible(is_useful)


def _run_title(run: Run) -> str:
    kind = "cross-check" if run.is_crosscheck else ""
    notes = [note for note in (kind, run.status if run.status != "finished" else "") if note]
    return f"Run {run.number}" + (f" ({', '.join(notes)})" if notes else "")


def _fill(box: QComboBox, items: list[tuple[str, int]], current: int | None) -> None:
    with QSignalBlocker(box):
        box.clear()
        for title, value in items:
            box.addItem(title, value)
        box.setCurrentIndex(box.findData(current))
