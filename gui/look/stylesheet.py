"""The style sheet of the application, a template over the tokens of a theme."""

from collections.abc import Mapping
from string import Template
from typing import Literal

from core.io.resources import RESOURCES

ICON_FOLDER = RESOURCES / "icons"

_TEMPLATE = Template("""
QWidget { color: $text; selection-background-color: $selection; selection-color: $text; }
QMainWindow, QDialog { background: $window; }
QFrame[panel="true"], QWidget[panel="true"] { background: $surface; }
QFrame[bar="true"], QWidget[bar="true"] { background: $window; }
QFrame[rule="true"] { background: $line; border: none; max-height: 1px; min-height: 1px; }
QScrollArea, QScrollArea > QWidget#qt_scrollarea_viewport { background: transparent; border: none; }

QLabel { background: transparent; }
QLabel[role="title"] { font-size: ${title_size}px; font-weight: bold; }
QLabel[role="heading"] { font-weight: bold; }
QLabel[role="hint"] { color: $muted; }
QLabel[role="small"] { color: $muted; font-size: ${small_size}px; }
QLabel[role="busy"] {
    background: $raised; border: 1px solid $edge; border-radius: 8px; padding: 2px 12px; font-size: ${small_size}px;
}
QLabel[role="error"] { color: $error; }
QLabel:disabled { color: $edge; }

QPushButton {
    background: $raised; border: 1px solid $edge; border-radius: 4px; padding: 4px 12px; min-height: 20px;
}
QPushButton:hover { background: $hover; }
QPushButton:pressed, QPushButton:checked { background: $selection; }
QPushButton:focus { border: 2px solid $accent; padding: 3px 11px; outline: none; }
QPushButton:disabled { color: $edge; background: $window; border-color: $line; }
QPushButton[primary="true"] {
    background: $accent; border-color: $accent; color: $on_accent; font-weight: bold;
}
QPushButton[primary="true"]:hover { background: $accent_hover; border-color: $accent_hover; }
QPushButton[primary="true"]:focus { border-color: $text; }
QPushButton[primary="true"]:disabled { background: $line; border-color: $line; color: $muted; }
QPushButton[flat="true"] { background: transparent; border: 1px solid transparent; color: $accent; }
QPushButton[flat="true"]:hover { background: $hover; }
QPushButton[flat="true"]:focus { border: 2px solid $accent; }
QPushButton[flat="true"]:disabled { color: $edge; }

QToolButton { background: transparent; border: 1px solid transparent; border-radius: 4px; padding: 3px; }
QToolButton[title="true"] { font-size: ${title_size}px; font-weight: bold; padding: 3px 20px 3px 6px; }
QToolButton:hover { background: $hover; }
QToolButton:pressed, QToolButton:checked, QToolButton:open { background: $selection; }
QToolButton:focus { border: 1px solid $accent; }
QToolButton:disabled { color: $edge; }
QToolButton[popupMode="1"] { padding-right: 20px; }
QToolButton::menu-indicator {
    image: url("$icons/arrow-down-$shade.svg"); width: 10px; height: 10px;
    subcontrol-position: right center; right: 4px;
}
QToolButton[popupMode="2"] { padding-right: 18px; }

QToolButton[outlined="true"] { background: $raised; border: 1px solid $edge; padding: 3px 10px; }
QToolButton[outlined="true"]:hover { background: $hover; }
QToolButton[outlined="true"]:focus { border-color: $accent; }
QToolButton[outlined="true"]:disabled { color: $edge; background: $surface; border-color: $line; }

QWidget#rail { background: $window; border-right: 1px solid $line; }
QToolButton[rail="true"] {
    color: $muted; font-size: ${small_size}px; border: 1px solid transparent; border-radius: 4px; padding: 6px 2px;
    margin: 2px 4px;
}
QToolButton[rail="true"]:hover { color: $text; background: $hover; }
QToolButton[rail="true"]:checked { color: $accent; background: $selection; font-weight: bold; }
QToolButton[rail="true"]:focus { border: 1px solid $accent; }
QToolButton[rail="true"]:disabled { color: $edge; }

QToolButton[chip="true"] {
    background: $surface; color: $text; border: 1px solid $edge; border-radius: 11px; padding: 2px 9px;
    font-size: ${small_size}px;
}
QToolButton[chip="true"]:hover { background: $hover; }
QToolButton[chip="true"]:checked {
    background: $selection; border-color: $accent; color: $text; font-weight: bold;
}
QToolButton[chip="true"]:focus { border: 1px solid $accent; }
QToolButton[chip="true"]:disabled { color: $edge; border-color: $line; }

QLineEdit, QPlainTextEdit, QTextEdit, QSpinBox, QDoubleSpinBox, QComboBox {
    background: $surface; border: 1px solid $edge; border-radius: 4px; padding: 3px 8px;
}
QLineEdit, QSpinBox, QDoubleSpinBox, QComboBox { min-height: 20px; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus,
QComboBox:on { border: 1px solid $accent; }
QLineEdit:disabled, QPlainTextEdit:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled, QComboBox:disabled {
    color: $edge; background: $window; border-color: $line;
}
QLineEdit[note="true"] { border: 1px solid transparent; background: transparent; padding: 1px 4px; min-height: 18px; }
QLineEdit[note="true"]:hover { background: $hover; }
QLineEdit[note="true"]:focus { border-color: $accent; background: $raised; }
QLineEdit[error="true"], QComboBox[error="true"] { border: 1px solid $error; }
QPlainTextEdit { padding: 4px; }

QAbstractSpinBox QLineEdit, QComboBox QLineEdit {
    background: transparent; border: none; border-radius: 0; padding: 0 0 0 4px; min-height: 0;
}
QComboBox {
    padding-right: 24px; background: $raised; combobox-popup: 0; qproperty-maxVisibleItems: 20;
}
QComboBox:hover { background: $hover; }
QComboBox::drop-down {
    border: none; width: 20px; subcontrol-origin: padding; subcontrol-position: center right;
}
QComboBox::down-arrow { image: url("$icons/arrow-down-$shade.svg"); width: 10px; height: 10px; }
QComboBox QAbstractItemView, QComboBox QAbstractItemView:focus {
    background: $raised; border: 1px solid $edge; outline: none; padding: 4px; selection-background-color: $selection;
}
QComboBox QAbstractItemView::item { min-height: 22px; padding: 0 8px 0 4px; }
QSpinBox, QDoubleSpinBox { padding-right: 20px; min-height: 17px; }
QSpinBox::up-button, QDoubleSpinBox::up-button {
    subcontrol-origin: border; subcontrol-position: top right; width: 18px; border: none; margin: 2px 2px 0 0;
}
QSpinBox::down-button, QDoubleSpinBox::down-button {
    subcontrol-origin: border; subcontrol-position: bottom right; width: 18px; border: none; margin: 0 2px 2px 0;
}
QSpinBox::up-button:hover, QDoubleSpinBox::up-button:hover, QSpinBox::down-button:hover,
QDoubleSpinBox::down-button:hover { background: $hover; }
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow {
    image: url("$icons/arrow-up-$shade.svg"); width: 9px; height: 9px;
}
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow {
    image: url("$icons/arrow-down-$shade.svg"); width: 9px; height: 9px;
}

QTableView, QListView, QTreeView {
    background: $surface; border: 2px solid $surface; outline: none; gridline-color: $line;
    selection-background-color: $selection; selection-color: $text; alternate-background-color: $window;
}
QTreeView { show-decoration-selected: 1; }
QTableView::item, QListView::item, QTreeView::item { padding: 0 8px; border: none; }
QTableView::item:selected, QListView::item:selected, QTreeView::item:selected { background: $selection; color: $text; }
QTableView:focus, QListView:focus, QTreeView:focus { border-color: $accent; }
QScrollArea[sentence="true"] { border: 2px solid $surface; border-radius: 4px; }
QScrollArea[sentence="true"][focused="true"] { border-color: $accent; }
QHeaderView { background: $surface; border: none; }
QHeaderView::section {
    background: $surface; color: $muted; border: none; border-bottom: 1px solid $line; padding: 4px 8px;
    font-size: ${small_size}px;
}
QHeaderView::section:hover { color: $text; }
QTableCornerButton::section { background: $surface; border: none; border-bottom: 1px solid $line; }

QSplitter::handle { background: $line; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }
QSplitter::handle:hover { background: $accent; }

QScrollBar { background: transparent; border: none; }
QScrollBar:vertical { width: 12px; }
QScrollBar:horizontal { height: 12px; }
QScrollBar::handle { background: $edge; border-radius: 3px; margin: 3px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover { background: $muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QAbstractScrollArea::corner { background: transparent; }

QProgressBar { background: $line; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }

QToolTip { background: $raised; color: $text; border: 1px solid $edge; padding: 4px 8px; }
QMenuBar { background: $window; }
QMenuBar::item { padding: 4px 8px; background: transparent; border-radius: 4px; }
QMenuBar::item:selected { background: $hover; }
QMenu { background: $raised; border: 1px solid $edge; padding: 4px; }
QMenu::item { padding: 4px 24px 4px 12px; border-radius: 4px; }
QMenu::item:selected { background: $selection; }
QMenu::item:disabled { color: $edge; }
QMenu QLabel[role="heading"]:disabled { color: $text; }
QMenu QLabel[role="error"]:disabled { color: $error; }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }

QCheckBox, QRadioButton { spacing: 8px; background: transparent; }
QCheckBox::indicator, QRadioButton::indicator, QTableView::indicator, QListView::indicator, QMenu::indicator,
QGroupBox::indicator {
    width: 14px; height: 14px; background: $surface; border: 1px solid $edge; border-radius: 3px;
}
QRadioButton::indicator { border-radius: 7px; }
QCheckBox::indicator:checked, QTableView::indicator:checked, QListView::indicator:checked, QMenu::indicator:checked,
QGroupBox::indicator:checked {
    background: $accent; border-color: $accent; image: url("$icons/tick-$shade.svg");
}
QRadioButton::indicator:checked {
    background: $accent; border-color: $accent; image: url("$icons/dot-$shade.svg");
}
QCheckBox::indicator:focus, QRadioButton::indicator:focus { width: 12px; height: 12px; border: 2px solid $accent; }
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled { background: $window; border-color: $line; }
QCheckBox:focus, QRadioButton:focus { color: $accent; }
QCheckBox:disabled, QRadioButton:disabled { color: $edge; }
QGroupBox { border: 1px solid $line; border-radius: 4px; margin-top: 20px; padding: 8px; }
QGroupBox::title { subcontrol-origin: margin; subcontrol-position: top left; color: $muted; }
QStatusBar { background: $window; border-top: 1px solid $line; }
QStatusBar::item { border: none; }
""")


def render_stylesheet(tokens: Mapping[str, str | int], *, shade: Literal["light", "dark"]) -> str:
    """The style sheet with the tokens of a theme, and the arrows drawn for it, in place."""
    return _TEMPLATE.substitute(tokens, shade=shade, icons=ICON_FOLDER.as_posix())
