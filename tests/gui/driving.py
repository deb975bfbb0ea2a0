"""What a person does to the window, as events."""

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QInputMethodEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier

JOB_TIMEOUT = 300_000
"""Milliseconds that a job may take on a busy machine before the test gives up."""


def click(widget):
    QTest.mouseClick(widget, LEFT)


def press_key(key, modifiers=NONE):
    """Press a key where the focus is."""
    QTest.keyClick(QApplication.focusWidget(), key, modifiers)


_CONTROLS = (QAbstractButton, QAbstractItemView, QComboBox, QLineEdit, QPlainTextEdit)


def controls_of(page):
    """What a person can work with now; a part of another control, such as the field of a box, is none."""
    found = [each for each in page.findChildren(QWidget) if isinstance(each, _CONTROLS) and each.isVisible()]
    return [each for each in found if each.isEnabled() and not any(other.isAncestorOf(each) for other in found)]


def tab_through(key):
    """Press Tab or Backtab until the focus comes round or stays; what had it."""
    seen = []
    while (focused := QApplication.focusWidget()) not in seen:
        seen.append(focused)
        press_key(key)
    return set(seen)


def point_of(canvas, position):
    """The middle of the character at a code point of the large sentence."""
    rect = canvas.scene.text_rects(position, position + 1)[0]
    return QPoint(round(rect.center().x()), round(rect.center().y()))


def drag_over(canvas, first, last):
    """Drag over the characters from one to another."""
    start, end = point_of(canvas, first), point_of(canvas, last)
    QTest.mousePress(canvas, LEFT, NONE, start)
    for at in ((start + end) / 2, end):
        move_to(canvas, at)
    QTest.mouseRelease(canvas, LEFT, NONE, end)


def move_to(canvas, at):
    """Move the mouse with its left button down."""
    where = QPointF(at)
    event = QMouseEvent(QEvent.Type.MouseMove, where, where, Qt.MouseButton.NoButton, LEFT, NONE)
    QApplication.sendEvent(canvas, event)


def wait_for_end(qtbot, runner):
    """Stop all work, and wait until none is left."""
    runner.shut_down()
    qtbot.waitUntil(lambda: not runner.is_busy, timeout=JOB_TIMEOUT)


def wait_for_job(qtbot, runner):
    """Wait until no job is under way; fails when it takes longer than any job should."""
    qtbot.waitUntil(lambda: runner.job is None, timeout=JOB_TIMEOUT)


def compose(widget, syllable):
    """Let an input method show a syllable that is still being composed."""
    QApplication.sendEvent(widget, QInputMethodEvent(syllable, []))


def commit(widget, syllable):
    """Let an input method put a syllable into the text."""
    event = QInputMethodEvent()
    event.setCommitString(syllable)
    QApplication.sendEvent(widget, event)
