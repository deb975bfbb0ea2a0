"""Where a person says what they think of the sentence: the mark above it, and the verdicts on its errors below."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from core.analysis.verdicts import BLAMES, Blame
from gui.inspect.buttons import outlined, tool_button
from gui.inspect.comparisons import CELL_MARGIN
from gui.keys.commands import Name
from gui.keys.keymap import Keymap
from gui.plain_label import PlainLabel
from gui.theme import Theme


class ReviewedMark(QWidget):
    """Whether the sentence is reviewed, as a button that turns it, and how much of the split is."""

    def __init__(self, mark: QAction) -> None:
        super().__init__()
        self.button, self.progress = QToolButton(), PlainLabel()
        mark.setCheckable(True)
        self.button.setDefaultAction(mark)
        self.button.setProperty("chip", True)
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.progress.setProperty("role", "small")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self.button)
        layout.addWidget(self.progress)

    def show_mark(self, is_reviewed: bool, progress: str) -> None:
        """Show whether the sentence is reviewed; `progress` are words such as `214 of 5,564`."""
        action = self.button.defaultAction()
        action.setChecked(is_reviewed)
        action.setIconText("✓ reviewed" if is_reviewed else "reviewed")
        self.show_progress(progress)

    def show_progress(self, progress: str) -> None:
        self.progress.setText(progress)
        self.progress.setToolTip("Reviewed sentences of the split")


_VERDICTS: dict[Blame, tuple[Name, str]] = {
    "model": ("model wrong", "Model wrong"),
    "gold": ("gold wrong", "Gold wrong: mend it"),
    "ambiguous": ("ambiguous", "Ambiguous"),
}
"""The command of each verdict, and the text of its button."""


class VerdictBar(QWidget):
    """A button and a key for each verdict on the selected error.

    Attributes:
        keyed: the actions, for the widgets in which their keys are to work.

    Signals:
        given: the person says who is wrong; a `Blame`.
    """

    given = Signal(str)

    def __init__(self, theme: Theme, keymap: Keymap) -> None:
        super().__init__()
        self.keyed = {blame: self._action(blame, keymap) for blame in BLAMES}
        title = PlainLabel("Verdict on the selected error")
        title.setProperty("role", "hint")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(CELL_MARGIN, 0, 16, 0)
        layout.setSpacing(4)
        layout.addWidget(title)
        layout.addSpacing(8)
        self._buttons = [tool_button(action) for action in self.keyed.values()]
        for button in self._buttons:
            layout.addWidget(button)
        layout.addStretch(1)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take another theme's colours."""
        for button in self._buttons:
            button.setStyleSheet(outlined(theme))

    def _action(self, blame: Blame, keymap: Keymap) -> QAction:
        name, text = _VERDICTS[blame]
        action = keymap.action(name, self, lambda: self.given.emit(blame))
        action.setIconText(text)
        return action

    def offer(self, *, possible: bool) -> None:
        """Open or close the verdicts."""
        for action in self.keyed.values():
            action.setEnabled(possible)
