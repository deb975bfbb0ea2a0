"""How labels come to what is selected: by key, by chip, and one that is kept to all that the mouse selects."""

from PySide6.QtCore import QObject, Signal

from gui.inspect.labels import LabelChips
from gui.keys.commands import KEYED_LABELS, label_name, native
from gui.keys.keymap import CommandAction, Keymap
from gui.plain_label import PlainLabel
from gui.sentence.canvas import SentenceCanvas
from gui.words import words_of

READ_ONLY = "Switch to Gold: corrected to edit"


class Labelling(QObject):
    """Runs the keys of the labels, and tells which label is kept.

    Attributes:
        is_editable: whether the gold that is shown can be changed.
        keyed: the actions of the labels that have a key.
        note: says that a label is kept; hidden where none is.

    Signals:
        said: something the person should know; the words, and whether it is a refusal.
    """

    said = Signal(str, bool)

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
        chips.kept_changed.connect(self._tell_kept)

    def _action(self, position: int) -> CommandAction:
        return self._keymap.action(label_name(position), self, lambda: self._apply_at(position))

    def _apply_at(self, position: int) -> None:
        label = self._chips.label_at(position)
        if label is not None:
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
            self.said.emit(READ_ONLY, True)
        elif self._canvas.selection is not None:
            self._canvas.apply_label(label)
        elif kept is not None:
            self._chips.keep(None if label == kept else label)
        else:
            self.said.emit("Select a span, or drag over text, first", False)

    def _label_drawn(self) -> None:
        """Put the label that is kept on what the mouse has just selected."""
        if self._chips.kept is None:
            return
        replaced = self._canvas.replaced if self.is_editable else ()
        self.apply(self._chips.kept)
        if replaced:
            self.said.emit("replaced " + words_of(self._canvas.scene.layout.text, replaced), False)

    def keep_or_let_go(self) -> None:
        """Keep the label of the selected span, or else the first one; let it go where one is kept."""
        selection, labels = self._canvas.selection, self._chips.labels
        of_selected = selection.label if selection is not None and selection.label in labels else None
        self._chips.keep((of_selected or next(iter(labels), None)) if self._chips.kept is None else None)

    def let_go(self) -> None:
        self._chips.keep(None)

    def _tell_kept(self) -> None:
        kept, keys = self._chips.kept, self._keymap.keys("clear")
        way_out = native(keys[0]) if keys else "a click on its chip"
        self.note.setText(f"Labelling {kept} · {way_out} ends it")
        self.note.setVisible(kept is not None)
        self.said.emit("", False)
