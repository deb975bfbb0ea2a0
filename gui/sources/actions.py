"""What the Sources page does with sources: changes of the store, jobs, and the undo of removals."""

import logging
import sqlite3
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from core.dictionary.entries import DictionaryEntry
from core.domain.errors import UserError
from core.domain.spans import Section
from core.io.folders import find_unused
from core.messages.catalogue import say, say_count
from core.services import engine
from core.services.add_source import SourcePlan, add_file_source
from core.services.agreement_source import AgreementRule, add_agreement
from core.services.dictionary_source import (
    DictionaryReport,
    add_dictionary,
    add_dictionary_from_gold,
    save_dictionary,
)
from core.services.model_source import AddedModel, ModelPlan, add_model
from core.services.source_report import SourceReport, describe_source_report
from core.services.tag_source import Tagged, tag_source
from core.store.changes import ChangeSet
from core.store.predictions import EpochKey
from core.store.project import Project
from core.store.sources import Removed, Source
from gui.background import Job
from gui.text.progress import FLEETING
from gui.text.step_descriptions import Notice
from gui.widgets.page import PageContext

log = logging.getLogger(__name__)

_BUSY_INTERVAL = 1_000
"""Milliseconds between two looks whether a job is still under way."""


@dataclass(frozen=True, slots=True)
class Removal:
    """What was removed and can still be restored.

    Attributes:
        source: as it was before.
    """

    source: Source
    what: Removed


class SourceActions(QObject):
    """Changes the sources of the open project.

    Signals:
        removals_changed: something was removed, or came back.
        added: a source that has still to tag was added; its number.
    """

    removals_changed = Signal()
    added = Signal(int)

    def __init__(self, context: PageContext, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._runner = context.session, context.runner
        self.removals: list[Removal] = []
        self._leftovers: Iterator[None] = iter(())
        self._deleting = QTimer(self, interval=0)
        self._deleting.timeout.connect(self._delete_some)
        self._session.closing.connect(self._deleting.stop)

    def begin(self, project: Project | None) -> None:
        """Begin with another project: what was removed of the last one is gone, and what is left of what was removed
        of this one before is deleted while the window waits.
        """
        self.removals.clear()
        self.removals_changed.emit()
        if project is not None:
            self._leftovers = project.delete_removed()
            self._deleting.start()

    def _delete_some(self) -> None:
        """Delete a slice, unless a job writes; where that fails, the next one to open the project deletes the rest."""
        is_busy = self._runner.job is not None
        self._deleting.setInterval(_BUSY_INTERVAL if is_busy else 0)
        if is_busy:
            return
        try:
            is_done = next(self._leftovers, self) is self
        except (UserError, sqlite3.Error):
            log.exception("what was removed of sources was not deleted")
            is_done = True
        if is_done:
            self._deleting.stop()

    def rename(self, number: int, name: str) -> None:
        """Give a source another name."""
        self._change(lambda project: project.sources.rename(number, name))

    def annotate(self, number: int, note: str) -> None:
        """Store a note on a source."""
        self._change(lambda project: project.sources.annotate(number, note))

    def suggest_with(self, number: int | None) -> None:
        """Take the spans of a source as suggestions for the pool, or those of none in particular."""
        self._change(lambda project: project.sources.suggest_with(number))

    def remove(self, source: Source, what: Removed) -> None:
        """Remove a source, or its weights; the window shows another one then."""

        def remove(project: Project) -> ChangeSet:
            before = project.sources.by_number(source.number)
            change = project.sources.remove(source.number, what)
            self.removals.append(Removal(before, what))
            if what == "all":
                self._leave(source.number)
            return change

        self._change(remove)
        self.removals_changed.emit()

    def restore_last(self) -> None:
        """Bring back what was removed last."""
        if self.removals:
            source = self.removals.pop().source
            self._change(lambda project: project.sources.restore(source.number, source.removed))
            self.removals_changed.emit()

    def _leave(self, number: int) -> None:
        """Show another source than this one, and compare with another one."""
        context = self._session.context
        self._session.baseline.drop(number)
        if context.source == number:
            self._session.restore_context(replace(self._session.find_newest(), gold=context.gold))
        elif context.other is not None and context.other.source == number:
            self._session.set_comparison(None)

    def _change(self, change: Callable[[Project], ChangeSet]) -> None:
        project = self._session.project
        if project is not None:
            self._session.run_reporting_errors(lambda: self._session.publish(change(project)))

    def tag(self, source: Source, section: Section) -> None:
        """Have a source tag what it has not tagged of a section, as a job."""
        title = say("Tagging {section} with {source}", section=section, source=source.title)
        job = self._start(title, lambda project: tag_source(project, source.number, section))
        if job is not None:
            job.finished.connect(lambda tagged: self._say_tagged(source, section, tagged))
            self._publish_at_end(job, source.number)

    def _say_tagged(self, source: Source, section: Section, tagged: Tagged) -> None:
        self._notify(
            say_count(
                "{source} tagged {count:,} sentence of {section}.",
                "{source} tagged {count:,} sentences of {section}.",
                tagged.sentences,
                source=source.heading,
                section=section,
            )
        )

    def export(self, source: Source, epoch: int, parent: Path) -> None:
        """Write an epoch's model to a new folder in another one, as a job."""
        project, named = self._session.project, source.name_epoch(epoch)
        if project is None:
            return
        folder = find_unused(parent / f"{project.name}-run-{source.number}-epoch-{epoch}")
        title = say("Exporting {epoch}", epoch=named)
        job = self._start(title, lambda project: engine.export_model(project, folder, source.number, epoch))
        if job is not None:
            words = say("{epoch} is in {folder}", epoch=named, folder=folder)
            job.finished.connect(lambda _: self._notify(words[:1].upper() + words[1:]))

    def fetch_model(self, name: str) -> Job | None:
        """Have a model of the hub in the cache, as a job that reports its failure to nobody else; None: it could not
        begin."""

        def work(project: Project) -> Generator[object, None, Path]:
            yield None
            return engine.find_model(name)

        return self._start(say("Fetching {model}", model=name), work, reports_failure=False)

    def add_model(self, plan: ModelPlan, new_labels: tuple[str, ...]) -> Job | None:
        """Make a model a source, as a job that returns an `AddedModel`; None: it could not begin."""
        if not self._add_labels(new_labels):
            return None
        job = self._start(say("Adding {model}", model=plan.title), lambda project: add_model(project, plan))
        if job is not None:
            job.finished.connect(self._report_model)
        return job

    def _report_model(self, added: AddedModel) -> None:
        self._session.publish(ChangeSet("source", runs=(added.number,)))
        self.added.emit(added.number)
        self._notify(say("{name} was added. Let it tag a section now.", name=added.name))
        if added.notices:
            self._session.problem.emit(" ".join(added.notices))

    def _add_labels(self, labels: tuple[str, ...]) -> bool:
        """Add labels to the tag set; whether all are there."""
        session = self._session
        return all(session.run_reporting_errors(partial(session.add_label, label)) for label in labels)

    def add_file(self, plan: SourcePlan, new_labels: tuple[str, ...]) -> Job | None:
        """Add a file of spans as a source, as a job that returns a `SourceReport`; None: it could not begin."""
        title = say("Adding {file}", file=plan.path.name)

        if not self._add_labels(new_labels):
            return None
        job = self._start(title, lambda project: add_file_source(project, plan))
        if job is not None:
            job.finished.connect(self._report_added)
        return job

    def add_dictionary(self, path: Path) -> None:
        """Add a file of entries as a dictionary, as a job."""

        def work(project: Project) -> Generator[object, None, DictionaryReport]:
            yield None
            return add_dictionary(project, path)

        self._add_entries(say("Adding {file}", file=path.name), work)

    def save_dictionary(self, source: Source | None, name: str, entries: Sequence[DictionaryEntry]) -> Source | None:
        """Give a dictionary, or a new one (None), a name and entries, in one step; None: it was not possible."""
        saved: list[int] = []

        def save(project: Project) -> ChangeSet:
            saved.append(save_dictionary(project, source.number if source is not None else None, name, entries))
            return ChangeSet("source", runs=(saved[0],))

        self._change(save)
        if not saved or (project := self._session.project) is None:
            return None
        self.added.emit(saved[0])
        return project.sources.by_number(saved[0])

    def add_gold_dictionary(self) -> None:
        """Make a dictionary of the strings that the gold labels always alike, as a job."""
        self._add_entries(say("Making a dictionary of the gold"), add_dictionary_from_gold)

    def _add_entries(self, title: str, work: Callable[[Project], Generator[object, None, DictionaryReport]]) -> None:
        job = self._start(title, work)
        if job is not None:
            job.finished.connect(self._report_dictionary)

    def _report_dictionary(self, report: DictionaryReport) -> None:
        self._session.publish(ChangeSet("source", runs=(report.number,)))
        self.added.emit(report.number)
        self._notify(
            say_count(
                "{name} has {count:,} entry. Let it tag a section now.",
                "{name} has {count:,} entries. Let it tag a section now.",
                report.entries,
                name=report.name,
            )
        )
        if notices := (*_describe_skipped_lines(report), *report.notices()):
            self._session.problem.emit(" ".join(notices))

    def add_agreement(self, members: Sequence[int], rule: AgreementRule) -> None:
        """Make a source of what others agree on, as a job."""
        job = self._start(say("Comparing sources"), lambda project: add_agreement(project, members, rule))
        if job is not None:
            job.finished.connect(self._report_agreement)

    def _report_agreement(self, key: EpochKey) -> None:
        project = self._session.project
        assert project is not None, "no job outlives its project"
        self._session.publish(ChangeSet("source", runs=(key.source,)))
        self.added.emit(key.source)
        self._notify(
            say_count(
                "{name} is of {count:,} sentence that all have judged.",
                "{name} is of {count:,} sentences that all have judged.",
                project.predictions.count_all(key),
                name=project.sources.by_number(key.source).heading,
            )
        )

    def _show_version(self, key: EpochKey) -> None:
        """Where the window shows a source, or compares with it, it does so by its new version."""
        context = self._session.context
        if context.source == key.source:
            self._session.set_context(epoch=key.epoch)
        elif context.other is not None and context.other.source == key.source:
            self._session.set_comparison(key)

    def _report_added(self, report: SourceReport) -> None:
        self._session.publish(ChangeSet("source", runs=(report.key.source,)))
        self._show_version(report.key)
        self._notify(
            say_count(
                "{name} was added: it says what the entities of {count:,} sentence are.",
                "{name} was added: it says what the entities of {count:,} sentences are.",
                report.sentences,
                name=report.name,
            )
        )
        if notices := describe_source_report(report):
            self._session.problem.emit(" ".join(notices))

    def _start(
        self, title: str, work: Callable[[Project], Generator[object, None, object]], *, reports_failure: bool = True
    ) -> Job | None:
        project = self._session.project
        started: list[Job] = []

        def start() -> None:
            assert project is not None, "the page is shown with a project only"
            started.append(self._runner.start(title, lambda: work(project), fleeting=FLEETING))

        if not self._session.run_reporting_errors(start):
            return None
        if reports_failure:
            self._session.report_failure(started[0])
        return started[0]

    def _publish_at_end(self, job: Job, number: int) -> None:
        """What a job stored of a source is shown, also where it was stopped."""
        project = self._session.project
        if project is not None:
            job.ended.connect(lambda: self._session.publish_runs(project, number, kind="source"))

    def _notify(self, words: str) -> None:
        self._session.notified.emit(Notice(words))


def describe_removal(removal: Removal) -> str:
    """What happens to what was removed, and when."""
    if removal.what == "weights":
        return say("The weights of {source} are deleted when you close the project.", source=removal.source.title)
    return say("{source} was removed; it is deleted when you close the project.", source=removal.source.heading)


def _describe_skipped_lines(report: DictionaryReport) -> Iterator[str]:
    if report.rejected:
        first = report.rejected[0]
        yield say_count(
            "{count:,} line was skipped: {where}: {reason}.",
            "{count:,} lines were skipped, the first at {where}: {reason}.",
            len(report.rejected),
            where=first.where,
            reason=first.reason,
        )
