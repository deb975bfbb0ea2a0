"""The panel that asks which files go where, for a new project and for more files in an open one."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
)

from core.domain.errors import UserError
from core.domain.labels import TTA_LABELS
from core.formats.registry import FORMATS
from core.io.files import kind_of
from core.io.folders import find_unused
from core.messages.catalogue import mark, say
from core.services.import_corpus import DEV_SHARE, ImportPlan, Target
from core.services.preview_corpus import Preview, preview_corpus
from core.store.project import SUFFIX, Project
from gui.background import LatestQuery
from gui.corpus.import_preview import ImportPreview
from gui.corpus.tag_set_field import TagSetField
from gui.look.theme import Look
from gui.text.wording import wrap_tooltip
from gui.widgets.choosers import indent
from gui.widgets.text_labels import PlainLabel, hint_label

_TARGETS: tuple[tuple[str, Target, bool], ...] = (
    (mark("train, with a share kept for dev"), "train", True),
    ("train", "train", False),
    ("dev", "dev", False),
    ("test", "test", False),
    (mark("pool, without gold, to be labelled"), "pool", False),
)
"""What the list of targets says, where sentences go, and whether a share of them is kept for dev."""
_POOL = next(place for place, target in enumerate(_TARGETS) if target[1] == "pool")


def list_formats() -> str:
    """A tooltip with every format that is recognised."""
    return wrap_tooltip(say("Formats that are recognised:"), *(known.title for known in FORMATS))


class ImportForm(QFrame):
    """Shows what is in files, and asks for what an `ImportPlan` needs; nothing is stored before it is accepted.

    Signals:
        accepted: the plan is ready; see `plan` and `folder`.
        cancelled: nothing is to be imported.
    """

    accepted = Signal()
    cancelled = Signal()

    def __init__(self, look: Look, *, asks_folder: bool) -> None:
        super().__init__()
        self.setProperty("panel", True)
        self._files: tuple[Path, ...] = ()
        self._project: Project | None = None
        self._asks_folder = asks_folder
        self._takes_gold = True
        self._is_chosen = False
        self._before_raw: int | None = None
        self.target = QComboBox()
        for title, split, _ in _TARGETS:
            self.target.addItem(title if title == split else say(title))
        self.share = QSpinBox(suffix=" %", minimum=1, maximum=90, value=round(DEV_SHARE * 100))
        indent(self.share)
        self.folder_field = QLineEdit()
        self.browse = QPushButton(say("Browse…"))
        self.problem = hint_label(wraps=True)
        self.tag_set = TagSetField(look)
        self.preview = ImportPreview(look)
        self.start = QPushButton(say("Import"))
        self.start.setProperty("primary", True)
        self.cancel = QPushButton(say("Cancel"))
        self._query = LatestQuery(self)
        self._lay_out()
        self._query.reported.connect(self._show_preview)
        self._query.answered.connect(self._show_preview)
        self.preview.changed.connect(self._read)
        self.target.activated.connect(self._keep_choice)
        self.target.currentIndexChanged.connect(self._choose_target)
        self.tag_set.edited.connect(self._enable)
        self.folder_field.textChanged.connect(self._enable)
        self.browse.clicked.connect(self._choose_folder)
        self.start.clicked.connect(self.accepted)
        self.cancel.clicked.connect(self.cancelled)

    def _lay_out(self) -> None:
        place = QGridLayout()
        place.setHorizontalSpacing(8)
        place.setVerticalSpacing(4)
        place.addWidget(PlainLabel(say("New project")), 0, 0)
        place.addWidget(self.folder_field, 0, 1)
        place.addWidget(self.browse, 0, 2)
        place.addWidget(self.problem, 1, 1)
        self._tag_set_title = PlainLabel(say("Labels"))
        place.addWidget(self._tag_set_title, 2, 0, Qt.AlignmentFlag.AlignTop)
        place.addWidget(self.tag_set, 2, 1, 1, 2)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(PlainLabel(say("Add to")))
        buttons.addWidget(self.target)
        buttons.addWidget(self.share)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.start)
        title = PlainLabel(say("New project") if self._asks_folder else say("Add files to this project"))
        title.setProperty("role", "title")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        layout.addWidget(title)
        layout.addWidget(self.preview, 1)
        if self._asks_folder:
            layout.addLayout(place)
        layout.addLayout(buttons)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses Import, or Cancel where that has the focus."""
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
        elif self.cancel.hasFocus():
            self.cancel.click()
        else:
            self.start.click()

    def ask(self, files: Sequence[Path], project: Project | None = None, folder: Path | None = None) -> None:
        """Begin with these files.

        Args:
            project: the one that they are for; None: a new one.
            folder: where a new one is proposed; None: beside the first file.
        """
        if self._before_raw is not None:
            self.target.setCurrentIndex(self._before_raw)
        self._files, self._project, self._is_chosen, self._before_raw = tuple(files), project, False, None
        self.preview.forget(project.sentences.labels() if project is not None else TTA_LABELS)
        first = files[0]
        self.folder_field.setText(str(find_unused((folder or first.parent) / f"{first.stem}{SUFFIX}")))
        self.tag_set.field.show_text("")
        self._enable()
        self.show()
        self.start.setFocus()
        self._read()

    def dismiss(self) -> None:
        """Hide, and read no more of the files."""
        self._query.cancel()
        self._files, self._project = (), None
        self.hide()

    def _read(self) -> None:
        """Read the files with what is chosen now; what was read before is out of date."""
        self._query.cancel()
        if not self._files:
            return
        try:
            project, plan = self._project, self.plan
            self._takes_gold = plan.rules.takes_gold
        except UserError as error:
            self.preview.said.setText(str(error))
            return
        self._query.submit(lambda: preview_corpus(project, plan))

    def _show_preview(self, preview: Preview) -> None:
        """Show what is known of the files; raw text goes to the pool unless the person chose otherwise."""
        self.preview.show_preview(preview)
        known = [file for file in preview.files if file.format]
        is_raw = bool(known) and all("split_sentences" in file.asks for file in known)
        self.preview.show_labels(are_shown=not is_raw)
        is_recognised = all(file.format or file.problem for file in preview.files)
        if is_raw and is_recognised and not self._is_chosen and self.target.currentIndex() != _POOL:
            self._is_chosen, self._before_raw = True, self.target.currentIndex()
            self.target.setCurrentIndex(_POOL)

    def _keep_choice(self) -> None:
        self._is_chosen, self._before_raw = True, None

    @property
    def labels(self) -> tuple[str, ...]:
        """The tag set of a new project of texts without gold; none means the standard's.

        Raises:
            UserError: one is not a label, or comes twice.
        """
        return self.tag_set.labels if self._asks_labels else ()

    @property
    def _asks_labels(self) -> bool:
        return self._asks_folder and self.target.currentIndex() == _POOL

    @property
    def plan(self) -> ImportPlan:
        _, split, keeps_share = _TARGETS[self.target.currentIndex()]
        ratio = self.share.value() / 100 if keeps_share else 0.0
        preview = self.preview
        return ImportPlan(
            self._files, split, ratio, new_labels=preview.new_labels, options=preview.options, rules=preview.rules
        )

    @property
    def folder(self) -> Path:
        """Where the new project is to be, with the suffix of projects."""
        path = Path(self.folder_field.text().strip())
        return path if path.suffix == SUFFIX or not path.name else path.with_name(path.name + SUFFIX)

    def _choose_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, say("Folder for the new project"), str(self.folder.parent))
        if name:
            self.folder_field.setText(str(find_unused(Path(name) / self.folder.name)))

    def show_problem(self, words: str) -> None:
        """Say below the field why there can be no project in that place."""
        self.problem.setText(words)
        self.problem.setVisible(bool(words))

    def _choose_target(self) -> None:
        self._enable()
        if self._files and self._takes_gold != self.plan.rules.takes_gold:
            self._read()

    def _enable(self) -> None:
        self.share.setVisible(_TARGETS[self.target.currentIndex()][2])
        for widget in (self.tag_set, self._tag_set_title):
            widget.setVisible(self._asks_labels)
        is_complete = bool(self._files) and bool(self.folder_field.text().strip())
        self.start.setEnabled(is_complete and (not self._asks_labels or self.tag_set.is_valid))
        is_taken = self._asks_folder and kind_of(self.folder) != "missing"
        self.show_problem(say("This folder exists already; choose another name.") if is_taken else "")
