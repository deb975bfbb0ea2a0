"""What the whole window shares: the open project, what is looked at, and the news of every change."""

from collections.abc import Callable, Collection, Generator, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QObject, Signal

from core.analysis.verdicts import Blame
from core.domain.errors import UserError
from core.domain.events import Changing
from core.domain.generators import map_progress, run_to_end
from core.domain.spans import Section, Sentence, SentenceNumber, Span
from core.messages.catalogue import join_words, say, say_count
from core.metrics.comparison import Comparison
from core.services.import_corpus import ImportPlan, import_corpus
from core.services.source_choice import find_newest
from core.store import project as projects
from core.store.changes import ChangeKind, ChangeSet
from core.store.gold.corrections import LARGE, NextSteps
from core.store.gold.moves import Destination, describe_unmoved
from core.store.gold.relabelling import Replacement
from core.store.gold.remarks import DismissalKind, TextPlace
from core.store.gold.reviews import JudgementContext
from core.store.gold.section_changes import SentenceMove
from core.store.gold.steps import Step
from core.store.predictions import EpochKey
from core.store.project import Project
from core.store.sentence_selection import Selection
from core.store.sentences import Addition, Gold, Move
from gui.background import Job, JobRunner, describe_failure
from gui.context import Baseline, Context, epoch_keys
from gui.text.progress import FLEETING
from gui.text.step_descriptions import Notice, describe, lasting_notice, moved_notice


class Session(QObject):
    """Opens projects, makes every mutation, and reports to all pages what changed.

    A mutation raises a `UserError` where it does not fit the project, cannot be stored, or takes a job and another one
    is under way; pages make it by `run_reporting_errors`.

    Signals:
        closing: the project is about to be closed; what is not stored yet has to be now.
        project_changed: another project, or none, is open; `Project | None`.
        context_changed: another run, epoch or gold is looked at; `Context`.
        changed: a mutation was stored; `ChangeSet`.
        link_followed: a page is about to ask for another one, or for other sentences in Inspect.
        inspection_asked: a page asks to see the sentences of a `Selection`.
        page_asked: a page asks for another one by its id.
        import_asked: corpus files were dropped on the window; `list[Path]`.
        problem: something the user must know went wrong; one sentence.
        notified: something was undone or redone; `Notice`.
    """

    closing = Signal()
    project_changed = Signal(object)
    context_changed = Signal(object)
    changed = Signal(object)
    link_followed = Signal()
    inspection_asked = Signal(object)
    page_asked = Signal(str)
    import_asked = Signal(list)
    problem = Signal(str)
    notified = Signal(object)

    def __init__(self, runner: JobRunner | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._project: Project | None = None
        self._context = Context()
        self._new_run: int | None = None
        self._passed = set[Addition | Move]()
        self._author = ""
        self.baseline = Baseline()

    @property
    def project(self) -> Project | None:
        return self._project

    @property
    def context(self) -> Context:
        return self._context

    def open(self, folder: Path) -> None:
        """Open a project in place of the one that is open.

        Raises:
            UserError: it cannot be opened; the one that was open stays so.
        """
        if self._project is None or self._project.folder.resolve() != folder.resolve():
            self._replace(lambda: projects.open_project(folder, is_responsive=True))

    def create(self, folder: Path, labels: Sequence[str] = ()) -> Project:
        """Make a new project with these labels, or the standard's, open it and return it.

        Raises:
            UserError: the folder cannot be used; the project that was open stays so.
        """
        return self._replace(lambda: projects.create_project(folder, labels, is_responsive=True))

    def close_project(self) -> None:
        """Close the project and go back to the first screen.

        Raises:
            UserError: a job is under way on it.
        """
        self._refuse_while_busy()
        self.close()

    def _refuse_while_busy(self) -> None:
        job = self._runner.job if self._runner is not None else None
        if self._project is not None and job is not None:
            raise UserError("“{job}” is still running on this project; wait for it or stop it first", job=job.title)

    def _replace(self, make: Callable[[], Project]) -> Project:
        self._refuse_while_busy()
        project = make()
        self.close()
        self._project = project
        project.corrections.sign(self._author)
        self._passed.clear()
        self._context = self.find_newest()
        self.project_changed.emit(project)
        self.context_changed.emit(self._context)
        return project

    def discard(self, project: Project) -> None:
        """Close a project, if it is the open one, and remove it if it is empty, as after a failed import."""
        if self._project is project:
            self.close()
            projects.discard_if_empty(project.folder, is_responsive=True)

    def store_unsaved(self) -> None:
        """Have stored what is still being typed, as the project may soon be gone."""
        if self._project is not None:
            self.closing.emit()

    def close(self) -> None:
        """Close the project, if one is open."""
        if self._project is None:
            return
        self.store_unsaved()
        project, self._project, self._context = self._project, None, Context()
        self._new_run = None
        self.baseline.forget()
        self.project_changed.emit(None)
        project.close()

    def set_context(self, *, source: int | None = None, epoch: int | None = None, gold: Gold | None = None) -> None:
        """Change what is looked at; what is not given stays, but another source shows its last epoch."""
        context = self._context
        if source is not None:
            self._new_run = None
        if source is not None and source != context.source:
            other = self.baseline.chosen(source)
            context = replace(context, source=source, epoch=self._last_epoch(source), other=other)
        if epoch is not None:
            context = replace(context, epoch=epoch)
        self._change_context(replace(context, gold=gold or context.gold))

    def announce_run(self, run: int) -> None:
        """Remember a run that finished while another one was looked at; see `show_new_run`."""
        self._new_run = run

    def show_new_run(self) -> None:
        """Look at the run that finished last, unless one was chosen since."""
        if self._new_run is not None:
            self.set_context(source=self._new_run)

    def set_comparison(self, other: EpochKey | None) -> None:
        """Compare the epoch that is looked at with another one, on all pages; None shows that one alone."""
        self.baseline.choose(other, self._context.source)
        self._change_context(replace(self._context, other=other))

    def restore_context(self, context: Context) -> None:
        """Look at what was looked at before, unless its epoch is gone since."""
        if context.key is None or context.key in epoch_keys(self._open_project(), context.key.source):
            self._change_context(context)

    def _change_context(self, context: Context) -> None:
        if context.other is not None and context.other == context.key:
            context = replace(context, other=None)
        if context != self._context:
            self._context = context
            self.context_changed.emit(context)

    def publish(self, change: ChangeSet) -> None:
        """Report a change that was stored to every page."""
        if change:
            self.changed.emit(change)

    def publish_runs(self, project: Project, *runs: int, moved: bool = False, kind: ChangeKind = "run") -> None:
        """Report what a job stored, of runs or other sources as a rule, unless its project was closed meanwhile.

        Args:
            moved: whether sentences came in, went from dev to train, or back, or others are to be listed.
        """
        if (runs or moved) and project is self._project:
            self.publish(ChangeSet(kind, runs=runs, corpus=moved))

    def inspect(
        self,
        selection: Selection,
        *,
        source: int | None = None,
        epoch: int | None = None,
        gold: Gold | None = None,
        other: EpochKey | None = None,
    ) -> None:
        """Ask for sentences in Inspect; under another run, epoch or gold, compared with another epoch, if given.

        The context changes here, after the way back was noted, so that it leads back to the context from before.
        """
        self.link_followed.emit()
        self.set_context(source=source, epoch=epoch, gold=gold)
        if other is not None:
            self.set_comparison(other)
        self.inspection_asked.emit(selection)

    def show_page(self, page: str, *, source: int | None = None, epoch: int | None = None) -> None:
        """Ask for another page by its id; with another run or epoch if given."""
        self.link_followed.emit()
        self.set_context(source=source, epoch=epoch)
        self.page_asked.emit(page)

    def run_reporting_errors(self, action: Callable[[], object], report: Callable[[str], None] | None = None) -> bool:
        """Run an action and report an error that the user can fix; whether it succeeded.

        Args:
            report: shows the error; None shows it in the banner.
        """
        try:
            action()
        except UserError as error:
            (report or self.problem.emit)(str(error))
            return False
        return True

    def correct(self, number: SentenceNumber, spans: Iterable[Span]) -> None:
        """Store a sentence's new gold."""
        self.publish(self._open_project().corrections.correct(number, spans))

    def correct_together(self, golds: Mapping[SentenceNumber, Iterable[Span]]) -> None:
        """Store the new gold of several sentences, as one step; that of many as a job."""
        corrections = self._open_project().corrections
        if len(golds) < LARGE:
            self.publish(corrections.correct_together(golds))
        else:
            all_golds = list(golds.items())
            parts = [dict(all_golds[first : first + LARGE]) for first in range(0, len(all_golds), LARGE)]
            title = say_count("Changing {count:,} sentence", "Changing {count:,} sentences", len(golds))
            self.change_many(title, lambda: corrections.correct_in_slices(parts))

    def move_sentences(self, numbers: Sequence[SentenceNumber], to: Destination, reason: str = "") -> None:
        """Move sentences to a section as one step, those of many as a job, and report what runs lose by it."""
        moves = self._open_project().moves
        if len(numbers) < LARGE:
            change = run_to_end(moves.move_in_slices(numbers, to, reason))
            self.publish(change)
            self._notify_done(change, to)
        else:
            title = say_count("Moving {count:,} sentence", "Moving {count:,} sentences", len(numbers))
            job = self.change_many(title, lambda: moves.move_in_slices(numbers, to, reason))
            job.finished.connect(lambda change: self._notify_done(change, to))

    def _notify_done(self, change: ChangeSet, to: Destination | None = None) -> None:
        if change and (step := self.next_steps().undo) is not None:
            self.notified.emit(moved_notice(step, self._open_project().moves.losses(step.number)))
        else:
            self.notified.emit(Notice(describe_unmoved(to)))

    def sign(self, author: str) -> None:
        """Store this name with all steps from now on, as that of whoever makes them."""
        self._author = author
        if self._project is not None:
            self._project.corrections.sign(author)

    def mark(self, number: SentenceNumber, *, reviewed: bool, seconds: float | None = None) -> None:
        """Mark a sentence as reviewed after it was shown for some seconds, or take the mark away."""
        self.publish(self._open_project().reviews.mark(number, reviewed=reviewed, seconds=seconds))

    def finish_sentence(self, number: SentenceNumber, gold: Sequence[Span], seconds: float | None = None) -> None:
        """Store a sentence's new gold and mark it as reviewed, in one step."""
        self.publish(self._open_project().reviews.finish_sentence(number, gold, seconds=seconds))

    def note(self, number: SentenceNumber, text: str) -> None:
        """Store a sentence's note."""
        self.publish(self._open_project().reviews.note(number, text))

    def judge(self, number: SentenceNumber, comparison: Comparison, blame: Blame, watch: JudgementContext) -> None:
        """Store a verdict on where the epoch of the context and the gold differ, with the correction that follows."""
        key = self._context.key
        assert key is not None, "without predictions nothing differs"
        self.publish(self._open_project().reviews.judge(number, key, comparison, blame, watch))

    def import_files(self, *plans: ImportPlan) -> Job:
        """Import corpus files as a job, which returns an `ImportReport`."""
        assert self._runner is not None, "only a window without jobs has no runner"
        project = self._open_project()
        files = join_words(path.name for plan in plans for path in plan.files)
        title = say("Importing {files}", files=files)
        job = self._runner.start(title, lambda: import_corpus(project, *plans), fleeting=FLEETING)
        job.ended.connect(lambda: self.publish_runs(project, moved=True, kind="import"))  # also of one that was stopped
        self.report_failure(job)
        return job

    def add_sentences(self, split: Section, sentences: Sequence[Sentence], source: str) -> None:
        """Add new sentences to the corpus."""
        self.publish(self._open_project().sentences.add(split, sentences, source))

    def undo(self) -> None:
        """Take the last step back, if there is one, and report it; a large one as a job.

        Sentences that came after the step, or that a training moved to train, are not taken back with it: the first
        time, this reports so and undoes nothing.
        """
        step, _, lasting = self.next_steps()
        if step is not None and lasting:
            self._passed.add(lasting[0])
            self.notified.emit(Notice(lasting_notice(lasting[0], step)))
            self.changed.emit(ChangeSet("undo"))
        elif step is not None:
            self._move("undo", step)

    def redo(self) -> None:
        """Make the step again that was undone last, if there is one, and report it; a large one as a job."""
        if (step := self.next_steps().redo) is not None:
            self._move("redo", step)

    def next_steps(self) -> NextSteps:
        """What undo and redo do next; of what undo would pass, what was not reported yet."""
        if self._project is None:
            return NextSteps()
        steps = self._project.corrections.next_steps()
        return steps._replace(lasting=tuple(each for each in steps.lasting if each not in self._passed))

    def _move(self, kind: Literal["undo", "redo"], step: Step) -> None:
        corrections = self._open_project().corrections
        is_undo = kind == "undo"
        if corrections.is_large(redo=not is_undo):
            words = describe(step)
            title = say("Undoing: {step}", step=words) if is_undo else say("Redoing: {step}", step=words)
            job = self.change_many(title, corrections.undo_in_slices if is_undo else corrections.redo_in_slices)
            job.finished.connect(lambda change: self._notify(step, change))
        else:
            change = corrections.undo() if is_undo else corrections.redo()
            self.publish(change)
            self._notify(step, change)

    def _notify(self, step: Step, change: ChangeSet) -> None:
        if change:
            step_words = describe(step)
            is_undo = change.kind == "undo"
            words = say("Undone: {step}", step=step_words) if is_undo else say("Redone: {step}", step=step_words)
            self.notified.emit(Notice(words, step.sentence if step.sentences == 1 else None))

    def show_sentence(self, number: SentenceNumber) -> None:
        """Ask for a sentence in Inspect."""
        for stored in self._open_project().sentences.by_number([number]):
            self.inspect(Selection(split=stored.split, sentence_id=stored.id))

    def add_label(self, name: str) -> None:
        """Add a label to the tag set."""
        self.publish(self._open_project().labels.add(name))

    def delete_label(self, name: str) -> None:
        """Take a label out of the tag set."""
        self.publish(self._open_project().labels.delete(name))

    def rename_label(self, name: str, new: str) -> Job:
        """Give a label another name, as a job whose failure the caller reports, as those of the two below."""
        return self._change_labels(
            say("Renaming {label} to {new}", label=name, new=new), self._open_project().labels.rename(name, new)
        )

    def merge_label(self, name: str, into: str) -> Job:
        """Give all spans of a label another one, and take theirs out of the tag set, as a job."""
        return self._change_labels(
            say("Merging {label} into {into}", label=name, into=into), self._open_project().labels.merge(name, into)
        )

    def replace_label(self, replacement: Replacement) -> Job:
        """Give some spans of a label another one, as a job."""
        title = say("Replacing {label} with {new}", label=replacement.label, new=replacement.new)
        return self._change_labels(title, self._open_project().labels.replace(replacement))

    def _change_labels(self, title: str, work: Generator[int, None, ChangeSet]) -> Job:
        return self.change_many(title, lambda: work, reports=False)

    def dismiss(self, kind: DismissalKind, subjects: Iterable[str] | Iterable[TextPlace], *, dismissed: bool) -> None:
        """Dismiss strings or places as right as they are, or ask about them again."""
        self.publish(self._open_project().corrections.dismiss(kind, subjects, dismissed=dismissed))

    def change_many(
        self, title: str, work: Callable[[], Generator[int, None, ChangeSet]], *, reports: bool = True
    ) -> Job:
        """Change a large part of the corpus, as a job; it is reported to all pages at its end.

        Args:
            reports: whether a failure is reported in the banner; a window that shows it itself leaves that to
                `report_failure` when it closes before the end.

        Raises:
            UserError: another job is under way.
        """
        assert self._runner is not None, "only a window without jobs has no runner"
        job = self._runner.start(title, lambda: map_progress(work(), Changing), fleeting=FLEETING)
        job.finished.connect(self.publish)
        if reports:
            self.report_failure(job)
        job.failed.connect(lambda _: self._show_unsettled())
        return job

    def report_failure(self, job: Job) -> None:
        """Report why a job failed, if it does."""
        job.failed.connect(lambda error: self.problem.emit(describe_failure(job.title, error)))

    def _show_unsettled(self) -> None:
        """Where a large change failed and could not be taken back, every page shows what is stored."""
        if self._project is not None and not self._project.corrections.is_settled:
            self.publish(ChangeSet("correct", corpus=True))

    def revert(self, *corrections: int, steps: Collection[int] = (), moves: Collection[SentenceMove] = ()) -> None:
        """Take back some corrections, all that some steps did, and single moves of some steps; many as a job."""
        log = self._open_project().corrections
        if log.is_large_revert(*corrections, steps=steps, moves=moves):
            count = len(corrections) + len(steps) + len(moves)
            title = say_count("Reverting {count:,} change", "Reverting {count:,} changes", count)
            job = self.change_many(title, lambda: log.revert_in_slices(*corrections, steps=steps, moves=moves))
            job.finished.connect(self._notify_done)
        else:
            change = log.revert(*corrections, steps=steps, moves=moves)
            self.publish(change)
            self._notify_done(change)

    def _open_project(self) -> Project:
        assert self._project is not None, "no project is open"
        return self._project

    def find_newest(self) -> Context:
        """What is looked at where nothing is chosen."""
        key = find_newest(self._open_project())
        return Context() if key is None else Context(key.source, key.epoch)

    def _last_epoch(self, source: int) -> int | None:
        return next(reversed(self._open_project().sources.epoch_numbers(source)), None)
