"""What a person reads or hears in the window: texts of widgets, actions and models, and words that are painted."""

import html
import re
from xml.etree import ElementTree

from PySide6.QtCore import QAbstractItemModel, QBuffer, QIODevice, QModelIndex, QObject, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QAccessible, QAction
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QComboBox,
    QDoubleSpinBox,
    QGroupBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QScrollArea,
    QSpinBox,
    QStyle,
    QStyleOptionComboBox,
    QTabBar,
    QTextEdit,
    QWidget,
)

_HEARD = (QAccessible.Text.Name, QAccessible.Text.Description, QAccessible.Text.Help)
_ROLES = (
    Qt.ItemDataRole.DisplayRole,
    Qt.ItemDataRole.ToolTipRole,
    Qt.ItemDataRole.AccessibleTextRole,
    Qt.ItemDataRole.AccessibleDescriptionRole,
)
_MOST_ROWS = 60


def texts_below(part):
    """Where it is and what it says, of an object and all objects in it, hidden ones too."""
    for each in (part, *part.findChildren(QObject)):
        for text in filter(None, _texts_of(each)):
            yield path_of(each), plain(text)


def path_of(part):
    """The classes from the window down to an object; its name too where it has one."""
    names = []
    while part is not None:
        names.append(f"{type(part).__name__}{f'#{part.objectName()}' if part.objectName() else ''}")
        part = part.parent()
    return "/".join(reversed(names))


def plain(text):
    """A text without markup."""
    return html.unescape(re.sub(r"<[^<>]*>", "", text)) if "<" in text or "&" in text else text


def _texts_of(part):
    if isinstance(part, QAction):
        yield from (part.text(), part.iconText(), part.toolTip(), part.statusTip(), part.whatsThis())
    if isinstance(part, QAbstractItemModel):
        yield from _texts_of_model(part)
    if not isinstance(part, QWidget):
        return
    yield from (part.toolTip(), part.statusTip(), part.whatsThis(), part.accessibleName(), part.accessibleDescription())
    if part.isWindow():
        yield part.windowTitle()
    yield from (get() for kind, getters in _GETTERS for get in _bound(part, kind, getters))
    if isinstance(part, QComboBox | QTabBar):
        count = part.count()
        yield from (part.itemText(at) if isinstance(part, QComboBox) else part.tabText(at) for at in range(count))
    if isinstance(part, QAbstractItemView) and part.model() is not None:
        yield from _texts_of_model(part.model())
    if (interface := QAccessible.queryAccessibleInterface(part)) is not None:
        yield from (interface.text(kind) for kind in _HEARD)


_GETTERS = (
    (QLabel, ("text",)),
    (QAbstractButton, ("text",)),
    (QLineEdit, ("placeholderText", "text")),
    (QPlainTextEdit, ("placeholderText", "toPlainText")),
    (QTextEdit, ("placeholderText", "toPlainText")),
    (QComboBox, ("placeholderText",)),
    (QGroupBox, ("title",)),
    (QMenu, ("title",)),
    (QSpinBox, ("prefix", "suffix")),
    (QDoubleSpinBox, ("prefix", "suffix")),
    (QAbstractSpinBox, ("specialValueText",)),
)


def _bound(part, kind, getters):
    return [getattr(part, name) for name in getters] if isinstance(part, kind) else []


def _texts_of_model(model):
    for column in range(model.columnCount()):
        for role in _ROLES:
            yield _word(model.headerData(column, Qt.Orientation.Horizontal, role))
    for row in range(min(model.rowCount(), _MOST_ROWS)):
        for column in range(model.columnCount()):
            for role in _ROLES:
                yield _word(model.data(model.index(row, column, QModelIndex()), role))


def _word(value):
    return value if isinstance(value, str) else ""


def painted_below(widget):
    """Where it is and what it says, of the words that a widget and all that is seen in it paint."""
    if not isinstance(widget, QWidget) or not widget.isVisible():
        return
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    picture = QSvgGenerator()
    picture.setOutputDevice(buffer)
    picture.setSize(widget.size())
    picture.setViewBox(QRect(0, 0, widget.width(), widget.height()))
    widget.render(picture, QPoint())
    text = bytes(buffer.data().data()).decode("utf-8", "replace")
    for element in ElementTree.fromstring(re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f]", "", text)).iter():
        if element.tag.endswith("}text") and element.text:
            yield f"painted on {path_of(widget)}", element.text


def clipped_below(part):
    """Where it is and what it says, of what is seen in an object and has less room than its text needs."""
    for each in (part, *part.findChildren(QWidget)):
        if each.isVisible() and (text := _clipped_text(each)):
            yield path_of(each), text


def _clipped_text(widget):
    if isinstance(widget, QHeaderView):
        return _clipped_header(widget)
    text = next((get() for kind, getters in _SHOWN for get in _bound(widget, kind, getters)), "")
    if not text or (widget.toolTip() and plain(widget.toolTip()).replace("\n", " ").startswith(text)):
        return ""  # what is elided has it all in the tooltip
    needed = _needed_size(widget)
    return text if needed.width() > widget.width() or needed.height() > widget.height() or _is_covered(widget) else ""


_SHOWN = (
    (QLabel, ("text",)),
    (QAbstractButton, ("text",)),
    (QComboBox, ("currentText",)),
    (QGroupBox, ("title",)),
)


def _needed_size(widget):
    needed = widget.sizeHint()
    if isinstance(widget, QLabel) and widget.wordWrap():
        return QSize(0, widget.heightForWidth(widget.width()))
    if isinstance(widget, QComboBox):
        option = QStyleOptionComboBox()
        widget.initStyleOption(option)
        part = QStyle.SubControl.SC_ComboBoxEditField
        room = widget.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, part, widget).width()
        return QSize(widget.width() + widget.fontMetrics().horizontalAdvance(widget.currentText()) - room, 0)
    return needed


def _is_covered(widget):
    """Whether a part of it lies outside of what it is in, as far as that does not scroll."""
    rect, place = widget.rect(), widget
    while (holder := place.parentWidget()) is not None and not place.isWindow():
        rect = QRect(place.mapTo(holder, rect.topLeft()), rect.size())
        if isinstance(holder.parentWidget(), QScrollArea):
            bar = holder.parentWidget().horizontalScrollBar()
            return not bar.isVisible() and (rect.left() < 0 or rect.right() > holder.width())
        if not holder.rect().contains(rect):
            return True
        place = holder
    return False


def _clipped_header(header):
    model = header.model()
    for section in range(header.count()):
        text = _word(model.headerData(section, header.orientation(), Qt.ItemDataRole.DisplayRole))
        tip = _word(model.headerData(section, header.orientation(), Qt.ItemDataRole.ToolTipRole))
        if text and not tip and not header.isSectionHidden(section):
            needed = header.sectionSizeHint(section)
            if needed > header.sectionSize(section):
                return text
    return ""
