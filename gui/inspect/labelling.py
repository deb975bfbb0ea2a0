"""How spans get their labels: the chips of the tag set with their keys, a sticky label, and the menu of a span."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QAction, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QMenu, QPushButton, QSizePolicy, QToolButton, QWidget, QWidgetAction

from core.messages.catalogue import mark, say
from core.metrics.comparison import Comparison
from gui.keys.commands import KEYED_LABELS, Name, label_name, native
from gui.keys.keymap import CommandAction, Keymap
from gui.look.theme import SMALL_SIZE, Look, Theme, scaled
from gui.sentence.canvas import SentenceCanvas
from gui.sentence.span_selection import TextSelection, comparison_of
from gui.text.wording import explain_comparison, format_spans, label_names, wrap_tooltip
from gui.widgets.choosers import chip as round_button
from gui.widgets.text_labels import PlainLabel

_GAP = 4
_HEIGHT = 24
_LEAST_WIDTH, _GREATEST_WIDTH = 88, 136


class LabelChips(QWidget):
    """Chips of equal width: all of them in as few rows as they need, or those that are needed now in one row.

    Needed are the labels of the sentence, and as many of those that were needed last as have room beside them.

    A label that is kept goes on whatever the mouse selects; while one is, a click on a chip keeps that label instead.

    Signals:
        chosen: a label was clicked.
        doubled: that click was the first of a double click.
        kept_changed: another label is kept, or none.
    """

    chosen = Signal(str)
    doubled = Signal()
    kept_changed = Signal()

    def __init__(self, look: Look, keymap: Keymap) -> None:
        super().__init__()
        self._look = look
        look.theme_changed.connect(self._take_theme)
        self._keymap = keymap
        self._widest = _LEAST_WIDTH
        self.kept: str | None = None
        self._kept_before: str | None = None
        self._places: dict[str, int] = {}
        self._needed: frozenset[str] = frozenset()
        self._recent: list[str] = []
        self.chips: dict[str, LabelChip] = {}
        self.more = round_button(
            say("More labels"), say("Show all labels; the keys of those that are not shown work, too")
        )
        self.more.setParent(self)
        self.more.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.more.toggled.connect(self._unfold)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        keymap.changed.connect(self._update_key_hints)

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(self.chips)

    def label_at(self, place: int) -> str | None:
        """The label that a key labels with."""
        return next((label for label, its in self._places.items() if its == place), None)

    def key_of(self, label: str) -> str:
        """The first key of a label as people read it; empty where it has none."""
        place = self._places.get(label, KEYED_LABELS)
        keys = self._keymap.keys(label_name(place)) if place < KEYED_LABELS else ()
        return native(keys[0]) if keys else ""

    @property
    def captions(self) -> dict[str, str]:
        """Each label with its names and, after a tab, its key, for a menu."""
        keys = {label: self.key_of(label) for label in self.chips}
        names = {label: label_names(self._look.theme.entity_type(label)) for label in self.chips}
        return {label: f"{names[label]}\t{key}" if key else names[label] for label, key in keys.items()}

    def show_labels(self, places: Mapping[str, int], counts: Mapping[str, int]) -> None:
        """Show the tag set in display order; the place of a label gives it its key.

        Args:
            counts: how many gold spans have each label; the most frequent ones are shown first.
        """
        if list(places.items()) == list(self._places.items()):
            return
        self._places = dict(places)
        known = [label for label in self._recent if label in places]
        others = sorted((label for label in places if label not in known), key=lambda label: -counts.get(label, 0))
        self._recent = known + others
        for chip in self.chips.values():
            chip.hide()
            chip.deleteLater()
        self.chips = {label: self._chip(label) for label in places}
        self._update_key_hints()
        self.keep(self.kept if self.kept in self.chips else None)

    def show_needed(self, labels: Iterable[str]) -> None:
        """Take in the labels of the sentence that is shown; they are always in sight."""
        self._needed = frozenset(labels)
        self._recent.sort(key=lambda label: label not in self._needed)
        self._place()
        self.updateGeometry()

    def _unfold(self, on: bool) -> None:
        self.more.setText(say("Fewer labels") if on else say("More labels"))
        self._place()
        self.updateGeometry()

    def _take_theme(self) -> None:
        for label, chip in self.chips.items():
            chip.setStyleSheet(_style(self._look.theme, label))
        self._update_key_hints()

    def keep(self, label: str | None) -> None:
        """Keep a label, or none."""
        for name, chip in self.chips.items():
            chip.setProperty("kept", name == label)
            chip.style().polish(chip)
        if label != self.kept:
            self.kept = label
            self._place()
            self.kept_changed.emit()

    def _update_key_hints(self) -> None:
        """Name the key of each label on its chip."""
        for label, chip in self.chips.items():
            names, key = self._look.theme.entity_type(label), self.key_of(label)
            words = label if names.korean == label else f"{label} {names.korean}"
            chip.setAccessibleName(say("Label {label} {name}", label=label, name=names.english))
            chip.setText(f"{key.replace('Shift+', '⇧')}  {words}")
            named = f"{names.korean} · {names.english}" + (f" ({key})" if key else "")
            chip.setToolTip(wrap_tooltip(named, say("A double click uses it for every selection")))
        widths = (chip.sizeHint().width() for chip in self.chips.values())
        self._widest = min(scaled(_GREATEST_WIDTH), max((scaled(_LEAST_WIDTH), *widths)))
        self._place()
        self.updateGeometry()

    def highlight(self, label: str | None) -> None:
        """Show which label the selected span has."""
        for name, chip in self.chips.items():
            chip.setChecked(name == label)

    def _chip(self, label: str) -> "LabelChip":
        chip = LabelChip(self)
        chip.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        chip.setCheckable(True)
        chip.setStyleSheet(_style(self._look.theme, label))
        chip.clicked.connect(lambda on: self._choose(label, on))
        chip.doubled.connect(lambda: self._keep_doubled(label))
        return chip

    def _keep_doubled(self, label: str) -> None:
        if self._kept_before is None:
            self.doubled.emit()
        self.keep(None if self._kept_before == label else label)

    def _choose(self, label: str, on: bool) -> None:
        """The mark follows the selected span, not the click."""
        self.chips[label].setChecked(not on)
        self._kept_before = self.kept
        if self.kept is None:
            self.chosen.emit(label)
        else:
            self.keep(None if label == self.kept else label)

    def _columns(self, width: int) -> int:
        return max(1, (width + _GAP) // (self._widest + _GAP))

    @property
    def _cells_of_more(self) -> int:
        """How many columns the button for more takes: its text can be longer than a label."""
        return -(-(self.more.sizeHint().width() + _GAP) // (self._widest + _GAP))

    def _folds(self, columns: int) -> bool:
        return len(self.chips) > columns

    def _shown_in(self, columns: int) -> list[str]:
        """The labels that are shown now, in display order."""
        if self.more.isChecked() or not self._folds(columns):
            return list(self.chips)
        needed = [label for label in self.chips if label in self._needed or label == self.kept]
        rows = -(-(len(needed) + self._cells_of_more) // columns)
        room = max(len(needed), rows * columns - self._cells_of_more)
        recent = [label for label in self._recent if label not in needed]
        chosen = {*needed, *recent[: room - len(needed)]}
        return [label for label in self.chips if label in chosen]

    def _cell_of_more(self, labels: int, columns: int) -> int:
        """Where the button for more stands behind some labels: in their last row if that has room for it."""
        is_whole = labels % columns + self._cells_of_more <= columns
        return labels if is_whole else -(-labels // columns) * columns

    def _place(self) -> None:
        columns, height = self._columns(self.width()), scaled(_HEIGHT)
        width = min(scaled(_GREATEST_WIDTH), (self.width() + _GAP) // columns - _GAP)
        shown = self._shown_in(columns)
        for label, chip in self.chips.items():
            chip.setVisible(label in shown)
        self.more.setVisible(self._folds(columns))
        places: list[tuple[QWidget, int, int]] = [(self.chips[label], at, width) for at, label in enumerate(shown)]
        places.append((self.more, self._cell_of_more(len(shown), columns), max(width, self.more.sizeHint().width())))
        for button, at, its_width in places:
            row, column = divmod(at, columns)
            button.setGeometry(column * (width + _GAP), row * (height + _GAP), its_width, height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        columns = self._columns(width)
        labels = len(self._shown_in(columns))
        places = self._cell_of_more(labels, columns) + 1 if self._folds(columns) else labels
        rows = -(-places // columns)
        return max(0, rows * (scaled(_HEIGHT) + _GAP) - _GAP)

    def sizeHint(self) -> QSize:
        return QSize(480, self.heightForWidth(480))


class LabelChip(QPushButton):
    """A button that tells a double click from a second click.

    Signals:
        doubled: it was clicked twice in a row.
    """

    doubled = Signal()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.doubled.emit()


def _style(theme: Theme, label: str) -> str:
    """Quiet until the pointer is on it or the selected span has its label; a stripe shows its colour."""
    colours = theme.label(label)
    return (
        f"QPushButton {{ text-align: left; min-height: 0; padding: 0 4px 0 8px; font-size: {scaled(SMALL_SIZE)}px;"
        f" background: {theme.surface}; color: {theme.text}; border: 1px solid {theme.line};"
        f" border-left: 4px solid {colours.ink}; border-radius: 3px; }}"
        f"QPushButton:hover {{ background: {colours.fill}; color: {colours.ink}; }}"
        f"QPushButton:checked {{ background: {colours.fill}; color: {colours.ink}; font-weight: bold;"
        f" border-color: {colours.ink}; }}"
        f'QPushButton[kept="true"] {{ background: {colours.ink}; color: {theme.surface}; font-weight: bold;'
        f" border-color: {colours.ink}; }}"
        f"QPushButton:disabled {{ background: {theme.surface}; color: {theme.edge}; border-color: {theme.line}; }}"
    )


READ_ONLY = mark("Switch to “Gold: corrected” to edit")


class Labelling(QObject):
    """Runs the keys of the labels, and says which label is sticky.

    Attributes:
        is_editable: whether the gold that is shown can be changed.
        keyed: the actions of the labels that have a key.
        note: says that a label is kept; hidden where none is.

    Signals:
        noticed: something the person should know; the text, and whether it is a refusal.
    """

    noticed = Signal(str, bool)

    def __init__(self, canvas: SentenceCanvas, chips: LabelChips, keymap: Keymap) -> None:
        super().__init__(canvas)
        self._canvas, self._chips, self._keymap = canvas, chips, keymap
        self.is_editable = False
        self.keyed = [self._action(position) for position in range(KEYED_LABELS)]
        self.note = PlainLabel()
        self.note.setProperty("role", "heading")
        self.note.hide()
        canvas.rangeDrawn.connect(self._label_drawn)
        self._before_click: str | None = None
        chips.chosen.connect(self._apply_clicked)
        chips.doubled.connect(self._take_back)
        chips.kept_changed.connect(self._show_kept)

    def _action(self, position: int) -> CommandAction:
        return self._keymap.action(label_name(position), self, lambda: self._apply_at(position))

    def _apply_at(self, position: int) -> None:
        if (label := self._chips.label_at(position)) is not None:
            self.apply(label)

    def _apply_clicked(self, label: str) -> None:
        selection = self._canvas.selection
        self._before_click = selection.label if selection is not None and selection.kind == "gold" else None
        self.apply(label)

    def _take_back(self) -> None:
        """Give a gold span its label back: a double click keeps a label, and means no span that is there already."""
        if self._before_click is not None and self._canvas.selection is not None:
            self.apply(self._before_click)

    def apply(self, label: str) -> None:
        """Label what is selected; where nothing is and a label is kept, keep this one instead."""
        kept = self._chips.kept
        if not self.is_editable:
            self.noticed.emit(say(READ_ONLY), True)
        elif self._canvas.selection is not None:
            self._canvas.apply_label(label)
        elif kept is not None:
            self._chips.keep(None if label == kept else label)
        else:
            self.noticed.emit(say("Select a span or drag over text first"), False)

    def _label_drawn(self) -> None:
        """Put the label that is kept on what the mouse has just selected."""
        if self._chips.kept is None:
            return
        replaced = self._canvas.replaced if self.is_editable else ()
        self.apply(self._chips.kept)
        if replaced:
            spans = format_spans(self._canvas.scene.layout.text, replaced)
            self.noticed.emit(say("replaced {spans}", spans=spans), False)

    def toggle_sticky(self) -> None:
        """Keep the label of the selected span, or else the first one; let it go where one is kept."""
        selection, labels = self._canvas.selection, self._chips.labels
        of_selected = selection.label if selection is not None and selection.label in labels else None
        self._chips.keep((of_selected or next(iter(labels), None)) if self._chips.kept is None else None)

    def let_go(self) -> None:
        self._chips.keep(None)

    def _show_kept(self) -> None:
        kept, keys = self._chips.kept, self._keymap.keys("clear")
        if kept is not None and keys:
            self.note.setText(say("Sticky label {label} ({key} to stop)", label=kept, key=native(keys[0])))
        elif kept is not None:
            self.note.setText(say("Sticky label {label} (click its chip to stop)", label=kept))
        self.note.setVisible(kept is not None)
        self.noticed.emit("", False)


def tool_button(action: QAction, *, outlined: bool = False) -> QToolButton:
    """A button of a command, which the mouse does not give the focus.

    Args:
        outlined: it looks like the push buttons.
    """
    button = QToolButton()
    button.setProperty("outlined", outlined)
    button.setDefaultAction(action)
    button.setAccessibleName(action.text())  # not the arrow that it shows
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


_LONGEST = 40
_MENU: dict[Name, str] = {
    "accept": mark("Accept the predicted span"),
    "remove": mark("Remove"),
    "identical": mark("Label all identical…"),
    "extend": mark("Extend to whole eojeols"),
    "shrink": mark("Shrink"),
    "copy": mark("Copy text"),
}
"""The commands in the menu, and what it calls them."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a menu is about: what is selected in a sentence."""

    text: str
    selection: TextSelection
    comparisons: tuple[Comparison, ...]
    is_editable: bool

    @property
    def words(self) -> str:
        """The selected text, cut where it is long, and its label."""
        text = self.text[self.selection.start : self.selection.end]
        short = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
        return f"{short}  {self.selection.label}".rstrip()


class SpanMenu(QMenu):
    """Shown once, and gone when it is closed.

    Signals:
        labelled: the person wants this label on it.
        kept: the person wants this label on every selection.
    """

    labelled = Signal(str)
    kept = Signal(str)

    def __init__(
        self,
        subject: Subject,
        labels: Mapping[str, str],
        actions: Mapping[Name, QAction],
        keymap: Keymap,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._add_words(subject.words, role="heading")
        comparison = comparison_of(subject.comparisons, subject.selection)
        if comparison is not None and comparison.is_error:
            self._add_words(explain_comparison(comparison, subject.text), role="error")
        self.addSeparator()
        self.addMenu(self._labels(subject, labels))
        for name, text in ((name, text) for name, text in _MENU.items() if name in actions):
            actions[name].setText(say(text))
            self.addAction(actions[name])
            if name in ("identical", "shrink"):
                self.addSeparator()
        if subject.selection.label in labels:
            label, keys = subject.selection.label, keymap.keys("sticky")
            key = f"\t{native(keys[0])}" if keys else ""
            self.addAction(say("Use {label} for every selection", label=label) + key, lambda: self.kept.emit(label))

    def _add_words(self, words: str, *, role: str) -> None:
        label = PlainLabel(words)
        label.setProperty("role", role)
        label.setContentsMargins(12, 4, 24, 4)
        line = QWidgetAction(self)
        line.setDefaultWidget(label)
        line.setEnabled(False)
        self.addAction(line)

    def _labels(self, subject: Subject, labels: Mapping[str, str]) -> QMenu:
        """Every label of the tag set with its key; that of the gold span is marked."""
        menu = QMenu(say("Relabel") if subject.selection.kind == "gold" else say("Label"), self)
        menu.setEnabled(subject.is_editable)
        for label, caption in labels.items():
            action = menu.addAction(caption, partial(self.labelled.emit, label))
            action.setCheckable(True)
            action.setChecked(subject.selection.kind == "gold" and subject.selection.label == label)
        return menu
