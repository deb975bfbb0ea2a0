"""The left half of the Inspect page: the filters, the sentences that they leave, and the current one of them."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.domain.spans import SECTIONS, SPLITS, Section, SentenceNumber
from core.messages.catalogue import say, say_count
from core.store.changes import ChangeSet
from core.store.documents import split_search
from core.store.project import Project
from core.store.sentence_selection import Selection
from gui.background import LatestQuery
from gui.inspect.filter import Filter, filter_of, is_random_sample
from gui.inspect.filter_bar import FilterBar
from gui.inspect.review_bar import Reviewing
from gui.inspect.sentence_list import (
    ListQuery,
    ListResult,
    SentenceList,
    SentenceListModel,
    SplitStats,
    run_query,
)
from gui.inspect.shown_sentence import ShownSentence, shown_sentences, shown_with_gold
from gui.keys.keymap import Keymap
from gui.look.theme import Look, scaled
from gui.sentence.delegate import SentenceRow
from gui.session import Session
from gui.text.wording import SECTION_WORDS

BUSY_AFTER = 200
"""Milliseconds without an answer until the window says that it searches."""


class ListPlace(NamedTuple):
    """A filter, and a sentence that is shown under it; None shows the first one."""

    filter: Filter
    sentence: SentenceNumber | None


class Listing(QWidget):
    """Lists the sentences of the session's project under its context and the filter.

    What is listed is found on another thread; until it is there, the list stays as it was.

    Attributes:
        current: the sentence that is shown large, whether it is listed or not; None where there is none.
        reviewing: what is said of sentences, and which of the split are reviewed.

    Signals:
        leaving: another sentence is about to be the current one.
        current_changed: another sentence is the current one, or none, or it stands at another place.
        sought_shown: what another page asked to see is listed.
        listed: an answer is shown.
        counted: how many sentences are reviewed, or have an error, or whether that is known, may have changed.
    """

    leaving = Signal()
    current_changed = Signal()
    sought_shown = Signal()
    counted = Signal()
    listed = Signal()

    def __init__(self, session: Session, look: Look, keymap: Keymap) -> None:
        super().__init__()
        self._session = session
        self._look = look
        self.current: SentenceNumber | None = None
        self.reviewing = Reviewing(session)
        self._errors = ErrorIndex([])
        self._left = 0
        self._corrected = set[SentenceNumber]()
        self._listed = Filter()  # what the sentences that are listed were found with
        self._stats = SplitStats("dev")
        self._unanswered: ListQuery | None = None
        self._query = LatestQuery(self)
        self._patience = QTimer(self, singleShot=True, interval=BUSY_AFTER)
        self.filters = FilterBar(keymap)
        self.model = SentenceListModel(self._rows, self)
        self.list = SentenceList(self.model, look)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.filters)
        column.addWidget(self.list, 1)
        self.setMinimumWidth(scaled(340))
        self.setFocusProxy(self.list)
        self.filters.changed.connect(self._apply_filter)
        self.list.show_all.clicked.connect(self._show_all)
        self.list.chosen.connect(self._choose)
        self._query.answered.connect(self._show)
        self._patience.timeout.connect(lambda: self.list.show_busy(True))

    def add_below_filters(self, panel: QWidget) -> None:
        self._column.insertWidget(1, panel)

    def begin(self, project: Project | None, place: ListPlace | None = None) -> None:
        """Begin anew with another project, or none, at a place if one is known; nothing is read yet."""
        self.model.show_numbers([])
        self._go_to_place(place or ListPlace(Filter(split=_first_split(project)), None))

    @property
    def list_place(self) -> ListPlace:
        """The filter, and the sentence that is shown under it."""
        return ListPlace(self.filters.filter, self.current)

    def return_to(self, place: ListPlace) -> None:
        """Show a sentence under a filter again."""
        self.leaving.emit()
        self._go_to_place(place)
        self._ask(ListQuery(lists=True, counts=True))

    def _go_to_place(self, place: ListPlace) -> None:
        self._drop()
        self.filters.show_filter(place.filter)
        self._listed, self.current = place.filter, place.sentence

    def reload(self) -> None:
        """Read everything again under the context and the filter as they stand now."""
        project = self._session.project
        labels = project.sentences.labels() if project is not None else ()
        shown = self.filters.filter
        if shown.label is not None and shown.label not in labels:  # it was renamed, merged or deleted
            self.filters.show_filter(shown.with_label(None))
        self.filters.show_labels([self._look.theme.entity_type(label) for label in labels])
        if project is not None:
            self.filters.show_sections([section for section in SECTIONS if project.sentences.has_any(section)])
        self._ask(ListQuery(lists=True, counts=True))

    def inspect(self, selection: Selection) -> None:
        """Show exactly the sentences that another page asks to see."""
        self._drop()
        self.filters.show_filter(filter_of(selection))
        self.current = None
        self._ask(ListQuery(lists=True, counts=True, seeks=True))

    @property
    def place(self) -> str:
        """Where the current sentence stands in the list, in words."""
        row = self.model.row_of(self.current) if self.current is not None else None
        if row is None:
            return say("not in this list")
        return say("{place:,} of {sentences:,}", place=row + 1, sentences=len(self.model.numbers))

    @property
    def searched(self) -> str:
        """The text that the listed sentences were searched for."""
        return split_search(self._listed.text)[0]

    @property
    def sought(self) -> Selection:
        """What the filter looks for in a sentence that it lists."""
        return replace(self.filters.filter.selection, corrected=False, review=None, order="import")

    def shown(self, numbers: Sequence[SentenceNumber]) -> list[ShownSentence]:
        """Some sentences under the context."""
        project = self._session.project
        batch = self._listed.batch
        return shown_sentences(project, self._session.context, numbers, batch=batch) if project is not None else []

    def shown_after(self, change: ChangeSet, before: ShownSentence | None) -> list[ShownSentence]:
        """The sentence that a change touched; where it touched several, the current one if it is among them.

        Args:
            before: the one that is shown large, of which a change of its gold alone is not read again.
        """
        touched = change.touched
        numbers = touched if len(touched) == 1 else tuple(number for number in touched if number == self.current)
        project = self._session.project
        if project is None or before is None or numbers != (before.stored.number,) or change.reviews:
            return self.shown(numbers)
        gold = change.golds.get(before.stored.number)
        if gold is None:
            return self.shown(numbers)
        return [shown_with_gold(project, self._session.context, before, gold.after)]

    def shown_current(self) -> list[ShownSentence]:
        """The current sentence, if there is one."""
        return self.shown([] if self.current is None else [self.current])

    def count(self) -> None:
        """Find the split's errors, or say why there are none to find."""
        self._ask(ListQuery(counts=True))

    def count_again(self, rows: Sequence[SentenceRow]) -> None:
        """Keep the count of errors in step with some sentences, as they are now."""
        if self._unanswered is not None:  # the answer may be of a time before the change
            self.count()
            return
        for row in rows:
            in_split = row.split == self.filters.filter.split
            self._errors.set_has_error(row.number, in_split and bool(row.errors))
        self._show_counts()

    def count_reviews_again(self, numbers: Sequence[SentenceNumber]) -> None:
        """Keep the count of reviewed sentences in step with some of them."""
        if numbers and self._unanswered is not None:  # the answer may be of a time before the change
            self.count()
        listed = [number for number in numbers if self.model.row_of(number) is not None]
        before = sum(number in self.reviewing for number in listed)
        self.reviewing.count_again(numbers, self.filters.filter.split)
        self._left += before - sum(number in self.reviewing for number in listed)
        self._show_left()

    def count_corrected(self, change: ChangeSet) -> None:
        """What is corrected while it is listed is no longer left to review; what is undone is left again."""
        listed = {number for number in change.sentences if self.model.row_of(number) is not None}
        if change.kind == "undo":
            self._corrected -= listed
        elif change.kind in ("correct", "redo", "revert"):
            self._corrected |= listed
        self._show_left()

    def _show_left(self) -> None:
        left = self._left - sum(number not in self.reviewing for number in self._corrected)
        self.filters.show_pace(left if self.filters.filter.is_queue else None, self.reviewing.pace)

    @property
    def is_random_sample(self) -> bool:
        """Whether the current sentence was met by chance, and so stands for others."""
        listed = self.current is not None and self.model.row_of(self.current) is not None
        return listed and is_random_sample(self._listed.selection)

    @property
    def knows_errors(self) -> bool:
        """Whether errors can be found."""
        return self._stats.why_no_errors is None

    @property
    def progress(self) -> str:
        """How much of the split is reviewed, in words."""
        if self._stats.split == "pool":
            return say_count("{count:,} left", "{count:,} left", len(self.model.numbers))
        return say("{reviewed:,} of {sentences:,}", reviewed=len(self.reviewing), sentences=self._stats.sentences)

    def _apply_filter(self) -> None:
        shown = self.filters.filter
        self._ask(ListQuery(lists=True, counts=shown.split != self._stats.split, keeps=False))

    def _ask(self, query: ListQuery) -> None:
        """Ask this, and what has no answer yet."""
        self._unanswered = query.after(self._unanswered)
        self._patience.start()
        session = self._session
        self._query.submit(partial(run_query, session.project, session.context, self.filters.filter, self._unanswered))

    def _drop(self) -> None:
        """Want no answer any more."""
        self._unanswered = None
        self._query.cancel()
        self._patience.stop()
        self.list.show_busy(False)

    def _show(self, answer: ListResult) -> None:
        self._drop()
        self.listed.emit()
        if answer.stats is not None:
            self._stats = answer.stats
            self._errors = ErrorIndex(list(answer.stats.errors))
            self.reviewing.take(answer.stats.reviewed, answer.stats.pace)
            self.filters.disable_error_filters(answer.stats.why_no_errors)
        if answer.filter != self.filters.filter:
            self.filters.show_filter(answer.filter)
        self._show_counts()
        if answer.numbers is not None:
            self.list.show_marks_of(searched=split_search(answer.filter.text)[0], id_prefix=answer.id_prefix)
            self._list_sentences(answer.numbers, answer.filter, keeps=answer.query.keeps)
        if answer.query.seeks:
            self.sought_shown.emit()

    def _show_counts(self) -> None:
        self.filters.show_counts(self._stats.sentences, len(self._errors) if self.knows_errors else None)
        self.counted.emit()

    def _list_sentences(self, numbers: list[SentenceNumber], shown: Filter, *, keeps: bool) -> None:
        """List these; the sentence that is shown stays where it is listed, and if asked where it is not."""
        self.leaving.emit()
        before, self.current = self.current, None
        if (shown.order, shown.batch) != (self._listed.order, self._listed.batch):
            before = None  # a queue is worked through from its beginning
        self._listed = shown
        self.model.show_numbers(numbers, ascending=shown.order == "import" and shown.batch is None)
        self._left = self.reviewing.left_of(numbers)
        self._corrected.clear()
        self._show_left()
        self.filters.show_whether_all(len(numbers) == self._stats.sentences)
        row = self.model.row_of(before) if before is not None else None
        if numbers:
            self.list.show_empty("", can_show_all=False)
        else:
            self._show_empty()
        if row is None and keeps and self.shown([] if before is None else [before]):
            self.current = before
            self.current_changed.emit()
        elif numbers:
            self.list.choose(row or 0)
        else:
            self.current_changed.emit()

    def _show_empty(self) -> None:
        has_others = self._stats.sentences > 0
        split = say(SECTION_WORDS[self._stats.split])
        none_in_split = say("The project has no {split} sentences.", split=split)
        words = say("No sentence matches this filter.") if has_others else none_in_split
        if self._listed.batch is not None and not self._listed.text:
            words = say("This batch is done. Choose the next one, or look at the whole pool.")
        self.list.show_empty(words, can_show_all=True)

    def _show_all(self) -> None:
        project, split = self._session.project, self.filters.filter.split
        if project is not None and not project.sentences.has_any(split):
            split = _first_split(project)
        self.filters.show_filter(Filter(split=split))
        self.reload()

    def _choose(self, row: int) -> None:
        self.leaving.emit()
        self.current = self.model.numbers[row]
        self.current_changed.emit()

    def _rows(self, numbers: Sequence[SentenceNumber]) -> list[SentenceRow]:
        project = self._session.project
        if project is None:
            return []
        context, batch = self._session.context, self._listed.batch
        return [shown.row for shown in shown_sentences(project, context, numbers, as_rows=True, batch=batch)]

    def following(self, number: SentenceNumber) -> SentenceNumber | None:
        """The sentence after one in the list, or before the last one; None where there is none."""
        listed, row = self.model.numbers, self.model.row_of(number)
        if row is None or len(listed) < 2:
            return None
        return listed[row + 1] if row + 1 < len(listed) else listed[row - 1]

    def go_to(self, number: SentenceNumber) -> bool:
        """Make a sentence the current one, if it is listed; whether it is."""
        row = self.model.row_of(number)
        if row is not None:
            self.list.choose(row)
        return row is not None

    def step(self, step: int) -> None:
        """Go to another sentence of the list."""
        if self.current is None or not self.model.numbers:
            return
        row = self.model.row_near(self.current) + step
        if step > 0 and self.model.row_of(self.current) is None:
            row -= 1
        self.list.choose(max(0, min(row, len(self.model.numbers) - 1)))

    def go_to_error(self, step: int, *, to_open: bool = False) -> bool:
        """Go to the next sentence of the list that has an error, or with -1 to the one before; whether there is one.

        Args:
            to_open: pass over those that are reviewed.
        """
        if self.current is None:
            return False

        def is_wanted(number: SentenceNumber) -> bool:
            return self.model.row_of(number) is not None and not (to_open and number in self.reviewing)

        if self._listed.order == "import":
            found = self._errors.following(self.current, step, is_wanted)
        else:
            found = self._following_in_queue(self.current, step, is_wanted)
        return found is not None and self.go_to(found)

    def _following_in_queue(
        self, current: SentenceNumber, step: int, is_wanted: Callable[[SentenceNumber], bool]
    ) -> SentenceNumber | None:
        row, numbers = self.model.row_of(current), self.model.numbers
        first = (0 if step > 0 else len(numbers) - 1) if row is None else row + step
        candidates = (numbers[at] for at in range(first, len(numbers) if step > 0 else -1, step))
        return next((number for number in candidates if number in self._errors and is_wanted(number)), None)


def _first_split(project: Project | None) -> Section:
    """The dev split; where that is empty, the first that is not."""
    if project is None or project.sentences.has_any("dev"):
        return "dev"
    sections: tuple[Section, ...] = (*SPLITS, "pool")
    return next((section for section in sections if project.sentences.has_any(section)), "dev")


class ErrorIndex:
    """Sentence numbers in ascending order."""

    def __init__(self, numbers: list[SentenceNumber]) -> None:
        self._numbers = numbers

    def __len__(self) -> int:
        return len(self._numbers)

    def set_has_error(self, number: SentenceNumber, has_error: bool) -> None:
        """Say whether a sentence has an error now."""
        at, known = bisect_left(self._numbers, number), number in self
        if has_error and not known:
            insort(self._numbers, number)
        elif known and not has_error:
            del self._numbers[at]

    def __contains__(self, number: SentenceNumber) -> bool:
        at = bisect_left(self._numbers, number)
        return at < len(self._numbers) and self._numbers[at] == number

    def following(
        self, number: SentenceNumber, step: int, is_listed: Callable[[SentenceNumber], bool]
    ) -> SentenceNumber | None:
        """The next sentence with an error that is listed, or with -1 the one before; None after the last."""
        if step > 0:
            candidates = range(bisect_right(self._numbers, number), len(self._numbers))
        else:
            candidates = range(bisect_left(self._numbers, number) - 1, -1, -1)
        return next((self._numbers[at] for at in candidates if is_listed(self._numbers[at])), None)
