"""The left half of the Inspect page: the filters, the sentences that they leave, and the current one of them."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.spans import SPLITS, SentenceNumber, Split
from core.store.project import Project
from core.store.selection import ALL_ERRORS, Selection
from gui.inspect.errors import ErrorIndex
from gui.inspect.filtering import Filter, filter_of
from gui.inspect.filters import FilterBar
from gui.inspect.model import SentenceListModel
from gui.inspect.reading import ShownSentence, shown_sentences
from gui.inspect.sentence_list import SentenceList
from gui.keys.keymap import Keymap
from gui.sentence.delegate import SentenceRow
from gui.session import Session
from gui.theme import Theme


class Listing(QWidget):
    """Lists the sentences of the session's project under its context and the filter.

    Attributes:
        current: the sentence that is shown large, whether it is listed or not; None where there is none.

    Signals:
        current_changed: another sentence is the current one, or none, or it stands at another place.
        sought_shown: what another page asked to see is listed.
        errors_known: whether errors can be found, or why not, may have changed.
    """

    current_changed = Signal()
    sought_shown = Signal()
    errors_known = Signal(bool)

    def __init__(self, session: Session, theme: Theme, keymap: Keymap) -> None:
        super().__init__()
        self._session = session
        self.current: SentenceNumber | None = None
        self._errors = ErrorIndex([])
        self._counted: Split | None = None
        self.filters = FilterBar(keymap)
        self.model = SentenceListModel(self._rows, self)
        self.list = SentenceList(self.model, theme)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.filters)
        column.addWidget(self.list, 1)
        self.setMinimumWidth(340)
        self.setFocusProxy(self.list)
        self.filters.changed.connect(self._apply_filter)
        self.list.show_all.clicked.connect(self._show_all)
        self.list.chosen.connect(self._choose)

    def begin(self, project: Project | None) -> None:
        """Begin anew with another project, or none; nothing is read yet."""
        self.current = None
        self.filters.show_filter(Filter(split=_first_split(project)))

    def reload(self) -> None:
        """Read everything again under the context and the filter as they stand now."""
        project = self._session.project
        self.filters.show_labels(project.sentences.labels() if project is not None else ())
        self.count()
        self._list_sentences(keeps=True)

    def inspect(self, selection: Selection) -> None:
        """Show exactly the sentences that another page asks to see."""
        self.filters.show_filter(filter_of(selection))
        self.current = None
        self.reload()
        self.sought_shown.emit()

    @property
    def place(self) -> str:
        """Where the current sentence stands in the list, in words."""
        row = self.model.row_of(self.current) if self.current is not None else None
        return "not in this list" if row is None else f"sentence {row + 1:,} of {len(self.model.numbers):,}"

    @property
    def sought(self) -> Selection:
        """What the filter looks for in a sentence that it lists."""
        return replace(self.filters.filter.selection, corrected=False)

    def shown(self, numbers: Sequence[SentenceNumber]) -> list[ShownSentence]:
        """Some sentences under the context."""
        project = self._session.project
        return shown_sentences(project, self._session.context, numbers) if project is not None else []

    def count(self) -> None:
        """Find the split's errors, or say why there are none to find."""
        project, split = self._session.project, self.filters.filter.split
        self._counted = split
        reason = self._why_no_errors(project, split)
        self.filters.forbid_errors(reason)
        if reason is not None and self.filters.filter.selection.needs_run:
            self.filters.show_filter(self.filters.filter.without_run())
        errors: list[SentenceNumber] = []
        if project is not None and reason is None:
            wrong = Selection(split=split, outcomes=ALL_ERRORS)
            errors = project.selections.numbers(wrong, self._session.context.key, self._session.context.gold)
        self._errors = ErrorIndex(errors)
        self._show_counts()

    def count_again(self, number: SentenceNumber) -> None:
        """Keep the count of errors in step with one sentence."""
        for shown in self.shown([number]):
            in_split = shown.stored.split == self.filters.filter.split
            self._errors.put(number, in_split and bool(shown.row.errors))
        self._show_counts()

    def _why_no_errors(self, project: Project | None, split: Split) -> str | None:
        context = self._session.context
        if project is None or context.key is None:
            return "Train a run first: errors are found by its predictions"
        if not project.predictions.count(context.key, split):
            return f"Run {context.run}, epoch {context.epoch} made no predictions for the {split} sentences"
        return None

    def _show_counts(self) -> None:
        project, split = self._session.project, self.filters.filter.split
        sentences = project.sentences.count(split) if project is not None else 0
        knows = self.filters.errors.isEnabled()
        self.filters.show_counts(sentences, len(self._errors) if knows else None)
        self.errors_known.emit(knows)

    def _apply_filter(self) -> None:
        if self.filters.filter.split != self._counted:
            self.count()
        self._list_sentences(keeps=False)

    def _list_sentences(self, *, keeps: bool) -> None:
        """Apply the filter; the sentence that is shown stays where it is listed.

        Args:
            keeps: it stays where it is not listed, too; else the first one of the list is shown.
        """
        project, context = self._session.project, self._session.context
        numbers: list[SentenceNumber] = []
        if project is not None:
            numbers = project.selections.numbers(self.filters.filter.selection, context.key, context.gold)
        before, self.current = self.current, None
        self.model.show_numbers(numbers)
        row = self.model.row_of(before) if before is not None else None
        if numbers:
            self.list.say_none("", can_show_all=False)
        else:
            self._say_none()
        if row is None and keeps and self.shown([] if before is None else [before]):
            self.current = before
            self.current_changed.emit()
        elif numbers:
            self.list.choose(row or 0)
        else:
            self.current_changed.emit()

    def _say_none(self) -> None:
        shown, project = self.filters.filter, self._session.project
        has_others = project is not None and project.sentences.count(shown.split) > 0
        words = "No sentence meets this filter." if has_others else f"There are no {shown.split} sentences."
        self.list.say_none(words, can_show_all=True)

    def _show_all(self) -> None:
        project, split = self._session.project, self.filters.filter.split
        if project is not None and not project.sentences.count(split):
            split = _first_split(project)
        self.filters.show_filter(Filter(split=split))
        self.reload()

    def _choose(self, row: int) -> None:
        self.current = self.model.numbers[row]
        self.current_changed.emit()

    def _rows(self, numbers: Sequence[SentenceNumber]) -> list[SentenceRow]:
        return [shown.row for shown in self.shown(numbers)]

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

    def go_to_error(self, step: int) -> bool:
        """Go to the next sentence of the list that has an error, or with -1 to the one before; whether there is one."""
        if self.current is None:
            return False
        found = self._errors.following(self.current, step, lambda number: self.model.row_of(number) is not None)
        return found is not None and self.go_to(found)


def _first_split(project: Project | None) -> Split:
    """The dev split; where that is empty, the first that is not."""
    if project is None or project.sentences.count("dev"):
        return "dev"
    return next((split for split in SPLITS if project.sentences.count(split)), "dev")
