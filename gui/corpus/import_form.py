"""The panel that asks which files go where, for a new project and for more files in an open one."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractTableModel, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QTableView,
    QVBoxLayout,
)

from core.domain.spans import Split
from core.messages.catalogue import join_words, mark, say
from core.services.import_corpus import DEV_SHARE, ImportPlan
from core.store.project import SUFFIX
from core.store.sentences import ImportedFile
from gui.text.wording import wrap_tooltip
from gui.widgets.choosers import indent
from gui.widgets.tables import ROOT, Index, prepare_table
from gui.widgets.text_labels import PlainLabel, hint_label

_TARGETS: tuple[tuple[str, Split, bool], ...] = (
    (mark("train, with a share kept for dev"), "train", True),
    ("train", "train", False),
    ("dev", "dev", False),
    ("test", "test", False),
)


class ImportForm(QFrame):
    """Asks for what an `ImportPlan` needs.

    Signals:
        accepted: the plan is ready; see `plan` and `folder`.
        cancelled: nothing is to be imported.
    """

    accepted = Signal()
    cancelled = Signal()

    def __init__(self, *, asks_folder: bool) -> None:
        super().__init__()
        self.setProperty("panel", True)
        self.setMaximumWidth(640)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._files: tuple[Path, ...] = ()
        self._asks_folder = asks_folder
        self.files = PlainLabel(wraps=True)
        self.target = QComboBox()
        for title, split, _ in _TARGETS:
            self.target.addItem(title if title == split else say(title))
        self.share = QSpinBox(suffix=" %", minimum=1, maximum=90, value=round(DEV_SHARE * 100))
        indent(self.share)
        self.labels = QLineEdit()
        self.labels.setPlaceholderText(say("none (the 15 TTA types are built in)"))
        self.folder_field = QLineEdit()
        self.start = QPushButton(say("Import"))
        self.start.setProperty("primary", True)
        self.cancel = QPushButton(say("Cancel"))
        self._lay_out()
        self.target.currentIndexChanged.connect(self._enable)
        self.folder_field.textChanged.connect(self._enable)
        self.start.clicked.connect(self.accepted)
        self.cancel.clicked.connect(self.cancelled)

    def _lay_out(self) -> None:
        target = QHBoxLayout()
        target.addWidget(self.target, 1)
        target.addWidget(self.share)
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(12)
        form.addRow(say("Files"), self.files)
        form.addRow(PlainLabel(say("Add to split")), target)
        form.addRow(say("Extra labels"), self.labels)
        if not self._asks_folder:
            stays = hint_label(say("Undo does not take imported sentences back."))
            form.addRow("", stays)
        if self._asks_folder:
            form.addRow(say("New project"), self.folder_field)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.start)
        title = PlainLabel(say("New project from corpus") if self._asks_folder else say("Add files to this project"))
        title.setProperty("role", "title")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 20)
        layout.setSpacing(16)
        layout.addWidget(title)
        layout.addLayout(form)
        layout.addLayout(buttons)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses Import, or Cancel where that has the focus."""
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
        elif self.cancel.hasFocus():
            self.cancel.click()
        else:
            self.start.click()

    def ask(self, files: Sequence[Path], labels: Sequence[str] = ()) -> None:
        """Begin with these files.

        Args:
            labels: those that the project has already.
        """
        self._files = tuple(files)
        if labels:
            self.labels.setPlaceholderText(say("none (this project has {labels})", labels=join_words(labels)))
        self.files.setText("\n".join(path.name for path in files))
        first = files[0]
        self.folder_field.setText(str(_unused(first.with_name(first.stem + SUFFIX))))
        self._enable()
        self.show()
        self.start.setFocus()

    @property
    def plan(self) -> ImportPlan:
        _, split, keeps_share = _TARGETS[self.target.currentIndex()]
        labels = tuple(label.strip() for label in self.labels.text().split(",") if label.strip())
        ratio = self.share.value() / 100 if keeps_share else 0.0
        return ImportPlan(self._files, split, ratio, new_labels=labels)

    @property
    def folder(self) -> Path:
        """Where the new project is to be, with the suffix of projects."""
        path = Path(self.folder_field.text().strip())
        return path if path.suffix == SUFFIX or not path.name else path.with_name(path.name + SUFFIX)

    def _enable(self) -> None:
        self.share.setVisible(_TARGETS[self.target.currentIndex()][2])
        self.start.setEnabled(bool(self._files) and bool(self.folder_field.text().strip()))


def _unused(folder: Path) -> Path:
    """The folder, or the first of its numbered namesakes that is not there yet."""
    number, free = 1, folder
    while free.exists():
        number += 1
        free = folder.with_name(f"{folder.stem}-{number}{folder.suffix}")
    return free


COLUMNS = {"file": mark("File"), "line": mark("Line"), "reason": mark("Why it was skipped")}


class RejectedModel(QAbstractTableModel):
    """One row a rejected record."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[tuple[str, ...]] = []

    def show_imports(self, imports: Sequence[ImportedFile]) -> None:
        self.beginResetModel()
        self._rows = [
            tuple("–" if record[name] is None else str(record[name]) for name in COLUMNS)
            for imported in imports
            for record in imported.rejected
        ]
        self.endResetModel()

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return say(list(COLUMNS.values())[section])
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        text = self._rows[index.row()][index.column()]
        return text if role == Qt.ItemDataRole.DisplayRole else wrap_tooltip(text)


class RejectedTable(QTableView):
    """Shows a `RejectedModel`."""

    def __init__(self) -> None:
        super().__init__()
        self.rows = RejectedModel()
        self.setModel(self.rows)
        prepare_table(self, say("Skipped records"), row_height=28)
        header = self.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setStretchLastSection(True)
        for column, width in enumerate((240, 72)):
            header.resizeSection(column, width)
