"""The Corpus page: what the project contains, which records were skipped, and files to import and export."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from core.messages.catalogue import mark, say, say_count
from core.services.import_corpus import ImportPlan
from core.services.import_report import ImportReport
from core.services.typed_sentences import SOURCE
from core.store.changes import ChangeSet
from core.store.project import Project
from gui.background import Job
from gui.corpus.contents import CorpusContents
from gui.corpus.export_menu import ExportMenu
from gui.corpus.import_form import ImportForm, list_formats
from gui.corpus.labels_window import LabelsWindow
from gui.corpus.rejected_records import RejectedPanel
from gui.widgets.page import Page, PageContext
from gui.widgets.text_labels import hint_label


class CorpusPage(Page):
    """Shows the open project's corpus and imports into it."""

    id, title, icon = "corpus", mark("Corpus"), "corpus"

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._is_other_corpus = False
        self.said = hint_label(wraps=True)
        self.add = QPushButton(say("Add"))
        self.add.setToolTip(list_formats())
        adding = QMenu(self)
        self.add_files = adding.addAction(say("Files…"))
        self.add_folder = adding.addAction(say("Folder, such as brat makes…"))
        self.add.setMenu(adding)
        self.labels = QPushButton(say("Labels…"))
        self.export = QPushButton(say("Export…"))
        self.exports = ExportMenu(context, self.said.setText, self)
        self.export.setMenu(self.exports)
        self.train = QPushButton(say("Train"))
        self.train.setProperty("primary", True)
        self.form = ImportForm(context.look, asks_folder=False)
        self.form.hide()
        self.contents = CorpusContents(context)
        self.summary = self.contents.summary
        self.rejected = RejectedPanel()
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.title_label())
        head.addStretch(1)
        for button in (self.add, self.labels, self.export, self.train):
            head.addWidget(button)
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self.splitter.addWidget(self.contents)
        self.splitter.addWidget(self.rejected)
        self.splitter.setChildrenCollapsible(False)
        self._context.preferences.keep_splitter("corpus", self.splitter)
        self.body = QWidget()
        body = QVBoxLayout(self.body)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(12)
        body.addLayout(head)
        body.addWidget(self.said)
        body.addWidget(self.splitter, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 16, 24, 16)
        layout.addWidget(self.form, 1)
        layout.addWidget(self.body, 1)

    def _connect(self) -> None:
        session = self._context.session
        session.project_changed.connect(lambda _: self._take_project())
        session.changed.connect(self._follow)
        session.import_asked.connect(self._ask)
        self.add_files.triggered.connect(self._choose_files)
        self.add_folder.triggered.connect(self._choose_folder)
        self.labels.clicked.connect(self._show_labels)
        self.train.clicked.connect(lambda: session.show_page("train"))
        self.form.accepted.connect(self._import)
        self.form.cancelled.connect(self._dismiss_form)
        self._context.runner.shutting_down.connect(self.form.dismiss)
        self.rejected.unfold.toggled.connect(self._make_room)
        self.rejected.cleared.connect(self._clear_rejected)
        self.contents.files.skipped_asked.connect(self.rejected.show_file)

    def _dismiss_form(self) -> None:
        self.form.dismiss()
        self.body.show()

    def _take_project(self) -> None:
        self._dismiss_form()
        self.contents.forget()
        self.rejected.unfold.setChecked(False)
        self._is_other_corpus = True
        self.refresh_when_seen()

    def _follow(self, change: ChangeSet) -> None:
        self._is_other_corpus |= change.corpus
        if change.corpus or change.sentences:
            self.refresh_when_seen()

    def refresh(self) -> None:
        project = self._context.session.project
        if project is not None and self._is_other_corpus:
            self._show_corpus(project)
        elif project is not None:
            self.contents.show_spans(project)

    def _show_corpus(self, project: Project) -> None:
        self._is_other_corpus = False
        imports = project.sentences.imports()
        rejected = sum(imported.rejections for imported in imports)
        files = sum(imported.format != SOURCE and imported.sentences > 0 for imported in imports)
        is_typed = any(imported.format == SOURCE for imported in imports)
        has_sentences = project.sentences.has_any()
        self.said.setText(_describe(project, files, is_typed=is_typed))
        self.said.setToolTip("" if has_sentences else list_formats())
        self.contents.show_project(project, imports)
        self.rejected.show_imports(imports)
        self.rejected.setVisible(rejected > self._context.preferences.dismissed_rejections(project.folder))
        self.export.setEnabled(has_sentences)
        self.train.setEnabled(has_sentences)

    def _make_room(self, is_unfolded: bool) -> None:
        """Give the skipped records nearly half of the page."""
        if is_unfolded:
            self.splitter.setSizes([11, 9])

    def _clear_rejected(self) -> None:
        project = self._context.session.project
        assert project is not None, "the page is shown with a project only"
        rejected = sum(imported.rejections for imported in project.sentences.imports())
        self._context.preferences.dismiss_rejections(project.folder, rejected)
        self.rejected.unfold.setChecked(False)
        self._show_corpus(project)

    def _choose_files(self) -> None:
        folder = str(self._context.preferences.folder())
        names, _ = QFileDialog.getOpenFileNames(self, say("Add corpus files"), folder)
        if names:
            self._context.preferences.remember_folder(Path(names[0]).parent)
            self._ask([Path(name) for name in names])

    def _choose_folder(self) -> None:
        if folder := choose_corpus_folder(self, self._context):
            self._ask([folder])

    def _ask(self, files: list[Path]) -> None:
        project = self._context.session.project
        self.rejected.unfold.setChecked(False)  # a small window has no room for the form beside the list
        self.body.hide()
        self.form.ask(files, project)

    def _show_labels(self) -> None:
        project = self._context.session.project
        assert project is not None, "the page is shown with a project only"
        window = self.findChild(LabelsWindow)
        if window is None or not window.isVisible():  # one that was closed with its project may not be gone yet
            window = LabelsWindow(self._context.session, project, self._context.keymap, self._context.look, self)
            window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            self._context.preferences.keep_size("labels", window)
        window.show()
        window.raise_()
        window.activateWindow()

    def _import(self) -> None:
        if self._context.session.run_reporting_errors(lambda: start_import(self._context, self.form.plan)):
            self._dismiss_form()


def choose_corpus_folder(parent: QWidget, context: PageContext) -> Path | None:
    """Ask for a folder that is one corpus; None where none is chosen."""
    name = QFileDialog.getExistingDirectory(parent, say("Corpus folder"), str(context.preferences.folder()))
    if name:
        context.preferences.remember_folder(Path(name).parent)
    return Path(name) if name else None


def start_import(context: PageContext, *plans: ImportPlan) -> Job:
    """Import into the open project as a background job, and report what it skipped.

    Raises:
        UserError: another job is under way.
    """
    job = context.session.import_files(*plans)
    job.finished.connect(lambda report: _report_notices(context, report))
    return job


def _report_notices(context: PageContext, report: ImportReport) -> None:
    skipped = (_describe_skipped(report),) if report.rejections else ()
    if notices := (*skipped, *report.warnings):
        context.session.problem.emit(" ".join(notices))


def _describe_skipped(report: ImportReport) -> str:
    return say_count(
        "{count:,} record was skipped; the Corpus page lists it with file, line and reason.",
        "{count:,} records were skipped; the Corpus page lists them with file, line and reason.",
        report.rejections,
    )


def _describe(project: Project, files: int, *, is_typed: bool) -> str:
    """How many sentences there are and where they came from."""
    count, pool = project.sentences.count(), project.sentences.count("pool")
    if not count and not pool:
        return say("No sentences yet. Add corpus files: their format is recognised.")
    sentences = say_count("{count:,} sentence with gold", "{count:,} sentences with gold", count)
    if pool:
        sentences = say("{sentences} and {pool:,} in the pool", sentences=sentences, pool=pool)
    if is_typed:
        return say_count(
            "{sentences} from {count:,} file and from Scratch. Counts are of the gold as corrected.",
            "{sentences} from {count:,} files and from Scratch. Counts are of the gold as corrected.",
            files,
            sentences=sentences,
        )
    return say_count(
        "{sentences} from {count:,} file. Counts are of the gold as corrected.",
        "{sentences} from {count:,} files. Counts are of the gold as corrected.",
        files,
        sentences=sentences,
    )
