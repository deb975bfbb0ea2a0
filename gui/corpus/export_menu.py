"""What the Corpus page exports: the corpus in a format, or the corrections into a file that was imported."""

from collections.abc import Callable, Collection, Generator
from functools import partial
from pathlib import Path
from typing import TypeVar

from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from core.domain.events import Reading
from core.domain.generators import map_progress, yield_reports
from core.formats.records import CorpusFormat, WriteOptions
from core.formats.registry import AUTO, FORMATS, format_by_name, format_for_export
from core.messages.catalogue import mark, say, say_count
from core.services.blind_batch import BLIND_FORMATS, BlindPlan, describe_blind, export_blind
from core.services.export_corpus import DEFAULT_OPTIONS, Addendum, ExportReport, export_corpus
from core.services.patch_corpus import PatchReport, export_patch, find_originals
from core.store.project import Project
from core.store.sentences import ImportedFile
from gui.corpus.blind_window import BlindWindow
from gui.text.progress import FLEETING
from gui.widgets.page import PageContext

Report = TypeVar("Report", ExportReport, PatchReport)


_ADDENDA: dict[Addendum, str] = {
    "notes": mark("Notes"),
    "verdicts": mark("Verdicts"),
    "marks": mark("Whether it is reviewed"),
    "splits": mark("Split"),
}
"""What can be written with each sentence of the corpus."""


class AddendaMenu(QMenu):
    """Asks what is written with each sentence; it stays open while things are ticked."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(say("Write with each sentence"), parent)
        self.ticks = {addendum: self.addAction(say(words)) for addendum, words in _ADDENDA.items()}
        for tick in self.ticks.values():
            tick.setCheckable(True)

    @property
    def chosen(self) -> tuple[Addendum, ...]:
        return tuple(addendum for addendum, tick in self.ticks.items() if tick.isChecked())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        tick = self.actionAt(event.position().toPoint())
        if tick is not None:
            tick.trigger()
        else:
            super().mouseReleaseEvent(event)


class ExportMenu(QMenu):
    """Starts exports as background jobs.

    Args:
        report: shows what an export wrote.
    """

    def __init__(self, context: PageContext, report: Callable[[str], object], parent: QWidget) -> None:
        super().__init__(parent)
        self._context = context
        self._report = report
        self.addenda = AddendaMenu(self)
        self.aboutToShow.connect(self.list_choices)

    def list_choices(self) -> None:
        """List what the open project can export."""
        self.clear()
        self.addAction(say("Corrected corpus…"), self._choose_export)
        self.addMenu(self.addenda)
        self.addSeparator()
        self.addAction(say("Blind batch for an annotator…"), self._ask_for_blind)
        self.addSeparator()
        project = self._context.session.project
        originals = find_originals(project) if project is not None else []
        for imported in originals:
            name = imported.file.replace("&", "&&")
            self.addAction(say("Corrections into {file}…", file=name), partial(self._choose_patch, imported))
        elsewhere = say("Corrections into an original elsewhere…")
        title = elsewhere if originals else say("Corrections into the original file…")
        self.addAction(title, partial(self._choose_patch, None))

    def _choose_export(self) -> None:
        writable = _list_export_choices()
        start = str(self._context.preferences.folder() / f"corrected{FORMATS[0].suffix}")
        title = say("Export the corrected corpus")
        name, chosen = QFileDialog.getSaveFileName(self.parentWidget(), title, start, ";;".join(writable))
        if name:
            path = Path(name)
            self._context.preferences.remember_folder(path.parent)
            known, options = writable.get(chosen, (None, DEFAULT_OPTIONS))
            is_of_suffix = known is not None and path.suffix.lower() == known.suffix
            format_name = known.name if known and is_of_suffix else AUTO
            self._context.session.run_reporting_errors(lambda: self.export_to(path, format_name, options))

    def export_to(self, path: Path, format_name: str = AUTO, options: WriteOptions = DEFAULT_OPTIONS) -> None:
        """Write all sentences, with the corrected gold and what is ticked, to a file.

        Args:
            format_name: "auto" for the first format with the suffix of the file.

        Raises:
            UserError: no format has the suffix, or another job is under way.
        """
        project = self._context.session.project
        assert project is not None
        format_for_export(path, format_name)
        addenda = self.addenda.chosen
        self._start(
            path,
            lambda: _exporting(project, path, format_name, options, addenda),
            lambda report: _describe_export(report.sentences, path),
        )

    def _ask_for_blind(self) -> None:
        self.blind = BlindWindow(self._context.session, self.window())
        self.blind.agreed.connect(self._choose_blind)
        self.blind.open()

    def _choose_blind(self, plan: BlindPlan) -> None:
        writable = [f"{known.title} (*{known.suffix})" for known in BLIND_FORMATS]
        start = str(self._context.preferences.folder() / f"blind-{plan.section}-{plan.seed}{BLIND_FORMATS[0].suffix}")
        title = say("Export a blind batch")
        name, _ = QFileDialog.getSaveFileName(self.parentWidget(), title, start, ";;".join(writable))
        if name:
            self._context.preferences.remember_folder(Path(name).parent)
            self._context.session.run_reporting_errors(lambda: self.export_blind_to(Path(name), plan))

    def export_blind_to(self, path: Path, plan: BlindPlan) -> None:
        """Write ids and texts of drawn sentences to a file.

        Raises:
            UserError: another job is under way.
        """
        project = self._context.session.project
        assert project is not None

        def work() -> Generator[object, None, ExportReport]:
            yield Reading(0, plan.sentences)
            return export_blind(project, path, plan)

        self._start(path, work, lambda report: describe_blind(path, plan, report.sentences))

    def _choose_patch(self, imported: ImportedFile | None) -> None:
        """Ask for the copy, and for the original where it is not where it was imported from."""
        original = Path(imported.path) if imported and imported.path else None
        if original is None or not original.is_file():
            title = say("The original, as it was imported")
            name, _ = QFileDialog.getOpenFileName(self.parentWidget(), title, str(self._context.preferences.folder()))
            original = Path(name)
            if not name:
                return
        known = format_by_name(imported.format) if imported else None
        choices = _list_options(known) if known is not None else {say("All files"): DEFAULT_OPTIONS}
        filters = [f"{title} (*{original.suffix or '*'})" for title in choices]
        start = str(self._context.preferences.folder() / f"{original.stem}-corrected{original.suffix}")
        title = say("Copy of {file} with the corrections", file=original.name)
        name, chosen = QFileDialog.getSaveFileName(self.parentWidget(), title, start, ";;".join(filters))
        if name:
            path = Path(name)
            self._context.preferences.remember_folder(path.parent)
            options = dict(zip(filters, choices.values(), strict=True)).get(chosen, DEFAULT_OPTIONS)
            self._context.session.run_reporting_errors(lambda: self.patch_to(path, original, options))

    def patch_to(self, path: Path, original: Path, options: WriteOptions = DEFAULT_OPTIONS) -> None:
        """Write an imported file again with the corrections and nothing else changed.

        Raises:
            UserError: another job is under way.
        """
        project = self._context.session.project
        assert project is not None
        self._start(
            path,
            lambda: _patching(project, path, original, options),
            lambda report: _describe_patch(report.corrected, path, original),
        )

    def _start(
        self, path: Path, work: Callable[[], Generator[object, None, Report]], describe: Callable[[Report], str]
    ) -> None:
        title = say("Exporting {file}", file=path.name)
        job = self._context.runner.start(title, work, fleeting=FLEETING)
        job.finished.connect(lambda report: self._report_end(describe(report), report.notices))
        self._context.session.report_failure(job)

    def _report_end(self, text: str, notices: tuple[str, ...]) -> None:
        self._report(text)
        if notices:
            self._context.session.problem.emit(" ".join(notices))


def _list_export_choices() -> dict[str, tuple[CorpusFormat, WriteOptions]]:
    """The formats that can be written, by what the dialog shows; twice those that tag words."""
    return {
        f"{title} (*{known.suffix})": (known, options)
        for known in FORMATS
        if known.write is not None
        for title, options in _list_options(known).items()
    }


def _list_options(known: CorpusFormat) -> dict[str, WriteOptions]:
    """How a format can be written, by what the dialog shows."""
    if not known.tags_words:
        return {known.title: DEFAULT_OPTIONS}
    return {
        say("{format}, spans widened to whole words", format=known.title): WriteOptions("widen"),
        say("{format}, without spans that cut a word", format=known.title): WriteOptions("leave-out"),
    }


def _exporting(
    project: Project, path: Path, format_name: str, options: WriteOptions, addenda: Collection[Addendum]
) -> Generator[object, None, ExportReport]:
    """`export_corpus` as a job's work; one that is stopped leaves the file as it was."""
    total = project.sentences.count()
    work = yield_reports(
        lambda report: export_corpus(project, path, format_name, None, "corrected", report, options, addenda)
    )
    return (yield from map_progress(work, lambda done: Reading(done, total)))


def _patching(
    project: Project, path: Path, original: Path, options: WriteOptions
) -> Generator[object, None, PatchReport]:
    """`export_patch` as a job's work; one that is stopped leaves the file as it was."""
    total = sum(imported.sentences for imported in project.sentences.imports() if imported.file == original.name)
    work = yield_reports(lambda report: export_patch(project, path, original, report, options))
    return (yield from map_progress(work, lambda done: Reading(done, max(done, total))))


def _describe_export(count: int, path: Path) -> str:
    return say_count("{count:,} sentence written to {path}", "{count:,} sentences written to {path}", count, path=path)


def _describe_patch(count: int, path: Path, original: Path) -> str:
    return say_count(
        "{path} is {original} with {count:,} corrected sentence",
        "{path} is {original} with {count:,} corrected sentences",
        count,
        path=path,
        original=original,
    )
