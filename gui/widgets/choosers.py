"""Controls that choose: combo boxes that say what they are for, and chips."""

from collections.abc import Callable, Iterable

from PySide6.QtCore import QPoint, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QSpinBox, QToolButton

from gui.text.wording import wrap_tooltip
from gui.widgets.text_labels import PlainLabel


class Chooser(QComboBox):
    """A combo box that distinguishes a choice in its open list from a step through its items by keys.

    Signals:
        picked: an item was chosen in the open list; the page takes the focus back.
    """

    picked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._was_opened = False
        self.activated.connect(lambda _: self._report_choice())

    def offer(self, items: Iterable[tuple[str, object]], current: object = None) -> None:
        """Offer these, by their words and data, with the current one chosen, or none; nothing is emitted."""
        offered = list(items)
        values = [value for _, value in offered]
        with QSignalBlocker(self):
            if [(self.itemText(at), self.itemData(at)) for at in range(self.count())] != offered:
                self.clear()
                for words, value in offered:
                    self.addItem(words, value)
            self.setCurrentIndex(values.index(current) if current in values else -1)

    def showPopup(self) -> None:  # noqa: N802
        self._was_opened = True
        super().showPopup()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._was_opened = False
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()  # a command's; Qt would look for an item that begins with a jamo
        else:
            super().keyPressEvent(event)

    def _report_choice(self) -> None:
        if self._was_opened:
            self._was_opened = False
            self.picked.emit()


def chooser(name: str, purpose: str) -> Chooser:
    """A combo box as wide as its longest item.

    Args:
        name: what a screen reader calls it.
        purpose: its tooltip.
    """
    box = Chooser()
    box.setAccessibleName(name)
    box.setToolTip(purpose)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    return box


def chip(text: str, purpose: str = "", *, checkable: bool = True) -> QToolButton:
    """A small rounded button.

    Args:
        purpose: its tooltip.
        checkable: whether it stays down.
    """
    button = QToolButton()
    button.setText(text)
    button.setToolTip(wrap_tooltip(purpose))
    button.setCheckable(checkable)
    button.setProperty("chip", True)
    return button


_GAP = 8
"""Pixels between a check box and its words."""


class WrappingCheckBox(QCheckBox):
    """A check box whose words wrap to a second line where one is too short; Qt's own would be cut off."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.setAccessibleName(text)
        label = PlainLabel(text, wraps=True)
        label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(super().sizeHint().width() + _GAP, 0, 0, 0)
        layout.addWidget(label)

    def hitButton(self, pos: QPoint) -> bool:  # noqa: N802
        return self.rect().contains(pos)

    def sizeHint(self) -> QSize:
        return self._layout_size(QHBoxLayout.sizeHint)

    def minimumSizeHint(self) -> QSize:
        return self._layout_size(QHBoxLayout.minimumSize)

    def _layout_size(self, size: Callable[[QHBoxLayout], QSize]) -> QSize:
        layout = self.layout()
        assert isinstance(layout, QHBoxLayout)
        return size(layout).expandedTo(QSize(0, super().sizeHint().height()))


_INDENT = 9
"""Pixels."""


def indent(box: QSpinBox) -> None:
    """Begin the number where that of a plain field begins: style sheets do not move the text of a spin box."""
    box.lineEdit().setTextMargins(_INDENT, 0, 0, 0)
