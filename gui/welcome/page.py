"""The first screen: sample project, recent projects, a new project from corpus files."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from core.domain.errors import UserError
from core.domain.spans import Split
from core.io.files import replacing
from core.io.resources import RESOURCES
from core.messages.catalogue import say
from core.services.import_corpus import ImportPlan
from core.store.project import DATABASE, SUFFIX, discard_if_empty
from core.store.sentence_selection import Selection
from gui.background import Job
from gui.corpus.import_form import ImportForm, list_formats
from gui.corpus.page import choose_corpus_folder, start_import
from gui.look.theme import scaled
from gui.text.wording import wrap_tooltip
from gui.widgets.page import PageContext
from gui.widgets.text_labels import PlainLabel, hint_label

_WIDTH = 760
"""Pixels that the page's words are spread over."""

SAMPLE_FOLDER = RESOURCES / "sample"


class WelcomePage(QWidget):
    """What to do first.

    Args:
        data_folder: where the sample project is put.
    """

    def __init__(self, context: PageContext, data_folder: Path) -> None:
        super().__init__()
        self._context = context
        self._data_folder = data_folder
        self._sample = data_folder / f"sample{SUFFIX}"
        self.sample = QPushButton(say("Open sample project"))
        self.sample.setProperty("primary", True)
        self.new = QPushButton(say("New project…"))
        self.new.setToolTip(wrap_tooltip(say("From the files of a corpus, or from raw text that is to be labelled")))
        self.open = QPushButton(say("Open project…"))
        self.new_from_folder = QPushButton(say("Choose a folder…"))
        self.new_from_folder.setProperty("flat", True)
        self.new_from_folder.setToolTip(wrap_tooltip(say("A folder that is one corpus, such as brat makes")))
        self.paste = QPushButton(say("Paste text"))
        self.paste.setProperty("flat", True)
        self.paste.setToolTip(wrap_tooltip(say("A new project from the text of the clipboard, a sentence a line")))
        self.settings = QPushButton(say("Settings…"))
        self.settings.setProperty("flat", True)
        self.form = ImportForm(context.look, asks_folder=True)
        self.form.hide()
        self.start = QWidget()
        self.recent = QVBoxLayout()
        self._lay_out()
        self.sample.clicked.connect(lambda: context.session.run_reporting_errors(self.open_sample))
        self.new.clicked.connect(self.choose_files)
        self.new_from_folder.clicked.connect(self._choose_folder)
        self.paste.clicked.connect(lambda: context.session.run_reporting_errors(self.paste_text))
        self.open.clicked.connect(self.choose_project)
        self.form.accepted.connect(
            lambda: context.session.run_reporting_errors(self._create_proposed, self.form.show_problem)
        )
        context.runner.shutting_down.connect(self.form.dismiss)
        self.form.cancelled.connect(self._show_start)
        context.session.project_changed.connect(lambda _: self._show_start())
        self._show_start()

    def _lay_out(self) -> None:
        title = PlainLabel("Spandesk")
        title.setProperty("role", "title")
        purpose = hint_label(
            say(
                "Train a tagger for named entities, read its score for every type and epoch, see each error in its"
                " sentence, fix the labels, and retrain."
            ),
            wraps=True,
        )
        dropped = hint_label(say("Or drop a corpus, raw text or a folder here: the format is recognised."))
        dropped.setToolTip(list_formats())
        other_ways = QHBoxLayout()
        for button in (self.new_from_folder, self.paste):
            other_ways.addWidget(button)
        other_ways.addStretch(1)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in (self.sample, self.new, self.open):
            button.setMinimumHeight(scaled(36))
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(self.settings)
        start = QVBoxLayout(self.start)
        start.setContentsMargins(0, 0, 0, 0)
        start.setSpacing(16)
        for widget in (title, purpose):
            start.addWidget(widget)
        start.addLayout(buttons)
        start.addWidget(dropped)
        start.addLayout(other_ways)
        start.addSpacing(8)
        start.addLayout(self.recent)
        self.start.setFixedWidth(_WIDTH)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(32, 24, 32, 24)
        layout.addStretch(2)
        layout.addWidget(self.start, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(self.form, 1_000)
        layout.addStretch(3)

    def _show_start(self) -> None:
        self.form.dismiss()
        self.start.show()
        while item := self.recent.takeAt(0):
            if widget := item.widget():
                widget.deleteLater()
        recent = self._context.preferences.recent_projects()
        if recent:
            heading = PlainLabel(say("Recent projects"))
            heading.setProperty("role", "heading")
            self.recent.addWidget(heading)
        for folder in recent:
            self.recent.addWidget(self._recent_button(folder), 0, Qt.AlignmentFlag.AlignLeft)

    def _recent_button(self, folder: Path) -> QPushButton:
        button = QPushButton(f"{folder.name.removesuffix(SUFFIX)}   {folder.parent}")
        button.setProperty("flat", True)
        button.setToolTip(wrap_tooltip(str(folder)))
        session = self._context.session
        button.clicked.connect(lambda: session.run_reporting_errors(lambda: session.open(folder)))
        return button

    def open_sample(self) -> None:
        """Open the sample project; the first time it is made from the sample corpus."""
        session = self._context.session
        discard_if_empty(self._sample)  # what an import that was killed left
        if (self._sample / DATABASE).exists():
            session.open(self._sample)
            return
        splits: tuple[Split, ...] = ("train", "dev")
        self._create(self._sample, *(ImportPlan((SAMPLE_FOLDER / f"{split}.jsonl",), split) for split in splits))

    def propose(self, files: list[Path]) -> None:
        """Offer to make a project of corpus files."""
        self.start.hide()
        self.form.ask(files)

    def choose_files(self) -> None:
        """Ask for corpus files and offer to make a project of them; an open project is closed."""
        names, _ = QFileDialog.getOpenFileNames(self, say("Corpus files"), str(self._context.preferences.folder()))
        if names:
            self._context.preferences.remember_folder(Path(names[0]).parent)
            self._context.session.run_reporting_errors(lambda: self._leave_for([Path(name) for name in names]))

    def _choose_folder(self) -> None:
        if folder := choose_corpus_folder(self, self._context):
            self.propose([folder])

    def paste_text(self) -> None:
        """Offer to make a project of the text of the clipboard.

        Raises:
            UserError: there is none.
        """
        text = QApplication.clipboard().text()
        if not text.strip():
            raise UserError("there is no text in the clipboard; copy some, or choose a file")
        file = self._data_folder / say("pasted text {day}.txt", day=f"{datetime.now():%Y-%m-%d %H.%M.%S.%f}")
        file.parent.mkdir(parents=True, exist_ok=True)  # earlier ones stay: projects were imported from them
        with replacing(file) as written:
            written.write(text)
        self.start.hide()
        self.form.ask([file], folder=self._context.preferences.folder())

    def _leave_for(self, files: list[Path]) -> None:
        self._context.session.close_project()
        self.propose(files)

    def _create_proposed(self) -> None:
        plan = self.form.plan
        job = self._create(self.form.folder, plan, labels=self.form.labels)
        if plan.split == "pool":
            job.finished.connect(lambda _: self._context.session.inspect(Selection(split="pool")))

    def choose_project(self) -> None:
        """Ask for a project's folder and open it."""
        name = QFileDialog.getExistingDirectory(self, say("Open project"), str(self._context.preferences.folder()))
        if name:
            self._context.preferences.remember_folder(Path(name).parent)
            self._context.session.run_reporting_errors(lambda: self._context.session.open(Path(name)))

    def _create(self, folder: Path, *plans: ImportPlan, labels: Sequence[str] = ()) -> Job:
        """Make a project of files, with these labels or the standard's; it is gone again if the import fails."""
        session = self._context.session
        project = session.create(folder, labels)
        job = start_import(self._context, *plans)
        for ending in (job.failed, job.cancelled):
            ending.connect(lambda *_: session.discard(project))
        return job
