"""Where a person says what they think of the sentence: reviewed or not, a note, verdicts on its errors."""

from collections.abc import Iterable, Mapping, Sequence

from PySide6.QtCore import QElapsedTimer, QObject, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from core.analysis.verdicts import BLAMES, Blame
from core.domain.spans import Section, SentenceNumber, Span
from core.messages.catalogue import mark, say
from core.metrics.comparison import Comparison
from core.store.gold.reviews import JudgementContext
from core.store.predictions import EpochKey
from gui.inspect.labelling import tool_button
from gui.keys.commands import Name, tip
from gui.keys.keymap import Keymap
from gui.look.theme import scaled
from gui.session import Session
from gui.text.wording import wrap_tooltip
from gui.widgets.choosers import chooser
from gui.widgets.text_fields import LineField
from gui.widgets.text_labels import PlainLabel, hint_label

_LONGEST_SOURCE = 280
"""Pixels for the name of a source, which would else make the pane wider than the window."""


class ReviewedMark(QWidget):
    """Whether the sentence is reviewed, as a button that turns it, and how much of the split is; in the pool, that it
    is done, or skipped for now.

    Attributes:
        reason: why a sentence of the pool was chosen; a widget of its own.
        suggested_by: whose suggestions it shows; another one.
    """

    def __init__(self, mark: QAction, done: QAction, skip: QAction) -> None:
        super().__init__()
        self.button, self.progress, self.reason = QToolButton(), PlainLabel(), hint_label()
        self.suggested_by = hint_label()
        self.done, self.skip = tool_button(done, outlined=True), tool_button(skip, outlined=True)
        done.setIconText(say("✓ Done"))
        mark.setCheckable(True)
        self.button.setDefaultAction(mark)
        self.button.setProperty("chip", True)
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.progress.setProperty("role", "small")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        for part in (self.button, self.done, self.skip, self.progress):
            layout.addWidget(part)

    def show_pooled(self, is_pooled: bool, *, is_skipped: bool = False, reason: str = "") -> None:
        """Offer what can be done with a sentence of the pool, or of another section; `reason` is why it was chosen."""
        self.button.setVisible(not is_pooled)
        for part in (self.done, self.skip):
            part.setVisible(is_pooled)
        self.reason.setVisible(bool(reason))
        self.skip.defaultAction().setIconText(say("Come back") if is_skipped else say("Skip"))
        self.reason.setText(reason)

    def show_suggesting(self, source: str) -> None:
        """Say whose suggestions are shown, if any are; a long name is cut, as the row would make the pane wider."""
        words = say("Suggestions: {source}", source=source) if source else ""
        cut = self.suggested_by.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, scaled(_LONGEST_SOURCE))
        self.suggested_by.setText(cut)
        self.suggested_by.setToolTip(wrap_tooltip(words) if cut != words else "")
        self.suggested_by.setAccessibleName(words)
        self.suggested_by.setVisible(bool(words))

    def show_mark(self, is_reviewed: bool, progress: str) -> None:
        """Show whether the sentence is reviewed; `progress` is a text such as `214 of 5,564`."""
        action = self.button.defaultAction()
        action.setChecked(is_reviewed)
        action.setIconText(say("✓ Reviewed") if is_reviewed else say("Mark as reviewed"))
        self.show_progress(progress)

    def show_progress(self, progress: str) -> None:
        self.progress.setText(progress)
        self.progress.setToolTip(say("Reviewed sentences of the split"))


class ComparisonBar(QWidget):
    """Chooses which epoch's predictions are shown below; hidden where there is no other epoch.

    Signals:
        chosen: the person wants to see this epoch's predictions, too; an `EpochKey`, or None for none.
    """

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.other = chooser(
            say("Compare with"), say("Show what another epoch predicted, dotted, below the predictions")
        )
        self.other.setMaximumWidth(scaled(_LONGEST_SOURCE))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(hint_label(say("Compare with")))
        layout.addWidget(self.other)
        self.other.activated.connect(lambda: self.chosen.emit(self.other.currentData()))

    def offer(self, current: EpochKey | None, others: Mapping[EpochKey, str], chosen: EpochKey | None) -> None:
        """Offer the other epochs with their names."""
        self.setVisible(current is not None and bool(others))
        with QSignalBlocker(self.other):
            self.other.clear()
            self.other.addItem(say("none"), None)
            for key, name in others.items():
                self.other.addItem(name, key)
            self.other.setCurrentIndex([None, *others].index(chosen if chosen in others else None))


_VERDICTS: dict[Blame, tuple[Name, str]] = {
    "model": ("model wrong", mark("Model wrong")),
    "gold": ("gold wrong", mark("Gold wrong: use prediction")),
    "ambiguous": ("ambiguous", mark("Ambiguous")),
}
"""The command of each verdict, and the text of its button."""


class Verdicts(QObject):
    """A button and a key for each verdict on the selected error.

    Attributes:
        keyed: the actions, for the widgets in which their keys are to work.

    Signals:
        given: the person says who is wrong; a `Blame`.
    """

    given = Signal(str)

    def __init__(self, keymap: Keymap, parent: QObject) -> None:
        super().__init__(parent)
        self.keyed = {blame: self._action(blame, keymap) for blame in BLAMES}
        self.buttons = [tool_button(action, outlined=True) for action in self.keyed.values()]

    def _action(self, blame: Blame, keymap: Keymap) -> QAction:
        name, text = _VERDICTS[blame]
        action = keymap.action(name, self, lambda: self.given.emit(blame))
        action.setIconText(say(text))
        return action

    def set_visible(self, visible: bool) -> None:
        for button in self.buttons:
            button.setVisible(visible)

    def offer(self, *, possible: bool) -> None:
        """Open or close the verdicts."""
        for action in self.keyed.values():
            action.setEnabled(possible)


class NoteLine(LineField):
    """Shows a sentence's note and takes another.

    Signals:
        given: the person wrote another note; the sentence's number and the words.
        finished: the person has finished the note, and wants the sentence's keys again.
    """

    given = Signal(int, str)
    finished = Signal()

    def __init__(self, keymap: Keymap) -> None:
        super().__init__(say("Note"))
        self._keymap = keymap
        self._number: SentenceNumber | None = None
        self._stored = ""
        self._author = ""
        self._refused: dict[SentenceNumber, str] = {}
        self.setAccessibleName(say("Note"))
        self.setProperty("note", True)
        self.setMaxLength(2_000)
        self.editingFinished.connect(self.commit)
        keymap.changed.connect(self._update_key_hint)
        self._update_key_hint()

    def _update_key_hint(self) -> None:
        words = say("A note on the sentence; the search finds it")
        if self._author:
            words = say("Written by {author}; the search finds it", author=self._author)
        self.setToolTip(tip(words, self._keymap.keys("note")))

    def show_note(self, number: SentenceNumber | None, text: str, author: str = "") -> None:
        """Show the note of a sentence, and who wrote it, if that is known; what is being written on the same one stays,
        and what could not be stored.
        """
        is_writing = number == self._number and self.hasFocus() and self.seen_text != self._stored
        self._number, self._stored, self._author = number, text, author
        self._update_key_hint()
        if not is_writing:
            self.show_text(text if number is None else self._refused.get(number, text))
            self.setCursorPosition(0)
        self.setEnabled(number is not None)

    def commit(self) -> None:
        """Give what was written, a syllable that is being composed included, if it is another note than before."""
        self.commit_composition()
        number, text = self._number, self.text().strip()
        if number is None:
            return
        self._refused.pop(number, None)
        if text == self._stored:
            return
        self.given.emit(number, text)
        if self._number == number and self._stored != text:  # it could not be stored now
            self._refused[number] = text

    def forget(self) -> None:
        """Begin anew with another project."""
        self._refused.clear()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.show_text(self._stored)
            if self._number is not None:
                self._refused.pop(self._number, None)
            self.finished.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.commit()
            self.finished.emit()
        else:
            super().keyPressEvent(event)


class Reviewing:
    """Says things through the session, and keeps count of the reviewed sentences of a split."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._reviewed: set[SentenceNumber] = set()
        self._watched: SentenceNumber | None = None
        self._clock = QElapsedTimer()
        self.pace: float | None = None

    def __contains__(self, number: SentenceNumber) -> bool:
        """Whether a sentence of the split is reviewed."""
        return number in self._reviewed

    def __len__(self) -> int:
        return len(self._reviewed)

    def left_of(self, numbers: Sequence[SentenceNumber]) -> int:
        """How many of some sentences of the split are not reviewed."""
        return len(numbers) - len(self._reviewed.intersection(numbers)) if self._reviewed else len(numbers)

    def take(self, reviewed: Iterable[SentenceNumber], pace: float | None) -> None:
        """Take what was read: which sentences of the split are reviewed, and the seconds that the last ones took."""
        self._reviewed, self.pace = set(reviewed), pace

    def count_again(self, numbers: Sequence[SentenceNumber], split: Section) -> None:
        """Keep the count in step with some sentences."""
        project = self._session.project
        if project is None or not numbers:
            return
        said = project.reviews.of(numbers, None)
        for stored in project.sentences.by_number(numbers):
            if stored.split == split and said[stored.number].is_reviewed:
                self._reviewed.add(stored.number)
            else:
                self._reviewed.discard(stored.number)
        self.pace = project.reviews.pace()

    def watch(self, number: SentenceNumber | None) -> None:
        """Time how long a sentence is shown, from now on if it is another one."""
        if number != self._watched:
            self._watched = number
            self._clock.start()

    def restart_clock(self) -> float:
        """Since the sentence was shown, or since the last time this was asked."""
        return self._clock.restart() / 1000

    def mark(self, number: SentenceNumber, *, reviewed: bool) -> bool:
        """Mark a sentence as reviewed, or take the mark away; whether that went well."""
        session, seconds = self._session, self.restart_clock()
        return session.run_reporting_errors(lambda: session.mark(number, reviewed=reviewed, seconds=seconds))

    def finish_sentence(self, number: SentenceNumber, gold: Sequence[Span]) -> bool:
        """Store a sentence's new gold and mark it as reviewed; whether that went well."""
        session, seconds = self._session, self.restart_clock()
        return session.run_reporting_errors(lambda: session.finish_sentence(number, gold, seconds))

    def note(self, number: SentenceNumber, text: str) -> None:
        self._session.run_reporting_errors(lambda: self._session.note(number, text))

    def judge(self, number: SentenceNumber, comparison: Comparison, blame: Blame, *, sampled: bool) -> bool:
        """Store a verdict on what the run and the gold say; whether that went well."""
        session, watch = self._session, JudgementContext(sampled, self.restart_clock())
        return session.run_reporting_errors(lambda: session.judge(number, comparison, blame, watch))
