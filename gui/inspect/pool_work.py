"""A person works through the pool: sentences are finished or skipped, and suggestions rejected, in the list's order."""

from collections.abc import Callable

from PySide6.QtCore import QObject

from core.domain.spans import SentenceNumber, Span
from core.messages.catalogue import join_words, say, say_count
from core.store.batches import Batch, BatchEntry
from core.store.changes import ChangeSet
from core.store.project import Project
from gui.background import LatestQuery
from gui.inspect.list_pane import Listing, ListPlace
from gui.inspect.shown_sentence import ShownSentence
from gui.session import Session


class PoolWork(QObject):
    """Does what a person asks for with the current sentence of the pool, and goes on to the next one."""

    def __init__(self, session: Session, listing: Listing) -> None:
        super().__init__(listing)
        self._session = session
        self._listing = listing
        self._batch: Batch | None = None
        self._learning = LatestQuery(self)
        session.closing.connect(self._learning.cancel)

    def prepare(self, project: Project) -> None:
        """Read the texts that finishing a sentence compares, beside the window."""
        self._learning.submit_when_painted(project.pool.learn_texts)

    def finish(self, shown: ShownSentence, gold: tuple[Span, ...] | None = None) -> bool:
        """Make a sentence of the pool a labelled one, and go on to the next one; whether that went well.

        Args:
            gold: its spans; None means those that it has.
        """
        project, number = self._session.project, shown.stored.number
        if project is None:
            return False
        spans, entry = shown.stored.gold if gold is None else gold, self.entry(number)
        order = self._batch.order if entry is not None and self._batch is not None else None
        seconds = self._listing.reviewing.restart_clock()
        return self._go_on_after(
            number, lambda: project.pool.finish(number, spans, order=order, seconds=seconds).change
        )

    def skip(self, number: SentenceNumber) -> None:
        """Skip a sentence, and go on to the next one; one that was skipped comes back."""
        project = self._session.project
        if project is None:
            return
        pool = project.pool
        if self.is_skipped(number):
            self._session.run_reporting_errors(lambda: self._session.publish(pool.come_back([number])))
        else:
            self._go_on_after(number, lambda: pool.skip([number]))

    def bring_back_all(self) -> None:
        """Offer all sentences again that were skipped."""
        project = self._session.project
        if project is not None:
            self._session.run_reporting_errors(lambda: self._session.publish(project.pool.come_back()))

    def is_skipped(self, number: SentenceNumber) -> bool:
        project = self._session.project
        return project is not None and number in project.pool.skipped()

    def reject(self, number: SentenceNumber, span: Span) -> None:
        """Keep a suggestion away from a sentence."""
        project = self._session.project
        if project is not None:
            self._session.run_reporting_errors(lambda: self._session.publish(project.pool.reject(number, [span])))

    def _go_on_after(self, number: SentenceNumber, change: Callable[[], ChangeSet]) -> bool:
        following = self._listing.following(number)
        done = self._session.run_reporting_errors(lambda: self._session.publish(change()))
        if done and following is not None:
            self._listing.go_to(following)
        return done

    def entry(self, number: SentenceNumber) -> BatchEntry | None:
        """A sentence in the batch that is listed; None where it is not in it."""
        project, wanted = self._session.project, self._listing.filters.filter.batch
        if project is None or wanted is None:
            self._batch = None
            return None
        if self._batch is None or self._batch.number != wanted:
            self._batch = project.batches.by_number(wanted)
        return next((entry for entry in self._batch.entries if entry.sentence == number), None)

    def forget(self) -> None:
        """Begin anew with another project."""
        self._batch = None
        self._learning.cancel()

    def place_after(self, change: ChangeSet) -> ListPlace | None:
        """Where to go after an undo or redo: to the sentence that it brought back into the listed section."""
        numbers = change.reviews or change.sentences
        project, shown = self._session.project, self._listing.filters.filter
        if change.kind not in ("undo", "redo") or not numbers or project is None or shown.split != "pool":
            return None
        stored = project.sentences.by_number(numbers[:1])
        return ListPlace(shown, numbers[0]) if [each.split for each in stored] == ["pool"] else None


def describe_reason(entry: BatchEntry | None) -> str:
    """Why a sentence was chosen to be labelled next."""
    if entry is None:
        return ""
    similar = say_count("like {count:,} other", "like {count:,} others", entry.similar) if entry.similar else ""
    return join_words(part for part in (_describe_choice(entry), similar) if part)


def _describe_choice(entry: BatchEntry) -> str:
    if entry.reason == "uncertain":
        return say("uncertain: {value:.2f}", value=entry.value or 0.0)
    if entry.reason == "random":
        return say("chosen at random")
    if entry.reason == "starved":
        return say("{label} has no example yet", label=entry.label)
    return say_count("{count:,} hit", "{count:,} hits", round(entry.value or 0))
