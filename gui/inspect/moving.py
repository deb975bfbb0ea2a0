"""Moves the current sentence of the list, or all that are listed, to another section: by keys, and by the list's
menu."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtWidgets import QInputDialog, QMenu, QMessageBox

from core.domain.spans import SPLITS, SentenceNumber
from core.messages.catalogue import mark, say, say_count
from core.store.gold.corrections import LARGE
from core.store.gold.moves import Destination, describe_unjudged, describe_unmoved
from gui.background import LatestQuery
from gui.inspect.list_pane import Listing
from gui.keys.commands import Name
from gui.keys.keymap import CommandAction, Keymap
from gui.session import Session
from gui.text.step_descriptions import Notice

_MOVES: dict[Name, tuple[Destination, str]] = {
    "to train": ("train", mark("Move to train")),
    "to dev": ("dev", mark("Move to dev")),
    "to test": ("test", mark("Move to test")),
    "set aside": ("aside", mark("Set aside…")),
    "delete sentence": ("deleted", mark("Delete")),
    "bring back": ("back", mark("Bring back")),
}
"""Where each command moves a sentence, and its text in a menu."""
_MOVES_TO = dict(_MOVES.values())


def _is_moved(now: str, to: Destination) -> bool:
    """Whether a sentence in a section is moved by being taken to another."""
    return to != now and (to != "back" or now in ("aside", "deleted"))


class SentenceMover(QObject):
    """Moves sentences of a list, and goes on to the next one.

    Attributes:
        actions: the commands that move the current sentence.
    """

    def __init__(self, session: Session, listing: Listing, keymap: Keymap) -> None:
        super().__init__(listing)
        self._session = session
        self._listing = listing
        self._query = LatestQuery(self)
        self._query.answered.connect(lambda answer: self._ask_if_unjudged(*answer))
        session.closing.connect(self._query.cancel)
        self.actions = [self._action(name, keymap) for name in _MOVES]
        view = listing.list.view
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        view.customContextMenuRequested.connect(self._open_menu)

    def _action(self, name: Name, keymap: Keymap) -> CommandAction:
        to, text = _MOVES[name]
        action = keymap.action(name, self, lambda: self._move_current(to))
        action.setIconText(say(text))
        return action

    def _move_current(self, to: Destination) -> None:
        """Move the current sentence, or say that it is there already."""
        for shown in self._listing.shown_current():
            if _is_moved(shown.stored.split, to):
                self._ask_and_move(self._current(), to)
            else:
                self._session.notified.emit(Notice(describe_unmoved(to)))

    def _current(self) -> list[SentenceNumber]:
        return [] if self._listing.current is None else [self._listing.current]

    def _open_menu(self, at: QPoint) -> None:
        view = self._listing.list.view
        if view.indexAt(at).isValid():
            menu = self.menu()
            menu.aboutToHide.connect(menu.deleteLater)
            menu.popup(view.viewport().mapToGlobal(at))

    def menu(self) -> QMenu:
        """A menu of all that can be done with the current sentence, and with all that are listed."""
        menu, listed = QMenu(self._listing), [*self._listing.model.numbers]
        for shown in self._listing.shown_current():
            self._fill(menu, self._current(), shown.stored.split)
        if len(listed) > 1:
            title = say_count("The {count:,} listed sentence", "All {count:,} listed sentences", len(listed))
            menu.addSeparator()
            self._fill(menu.addMenu(title), listed, self._listing.filters.filter.split)
        return menu

    def _fill(self, menu: QMenu, numbers: Sequence[SentenceNumber], now: str) -> None:
        for to, text in _MOVES.values():
            if _is_moved(now, to):
                action = menu.addAction(say(text))
                action.triggered.connect(lambda _=False, to=to: self._ask_and_move(numbers, to))

    def _ask_and_move(self, numbers: Sequence[SentenceNumber], to: Destination) -> None:
        """Move sentences; ask why they are set aside first, and whether what nobody judged becomes gold."""
        project = self._session.project
        if not numbers or project is None:
            return
        if to == "aside":
            self._ask_why(numbers)
        elif to in SPLITS and len(numbers) >= LARGE:
            self._query.submit(lambda: (project.moves.count_unjudged(numbers, to), numbers, to))
        else:
            self._ask_if_unjudged(project.moves.count_unjudged(numbers, to), numbers, to)

    def _ask_if_unjudged(self, unjudged: int, numbers: Sequence[SentenceNumber], to: Destination) -> None:
        if not unjudged:
            self._move(numbers, to)
            return
        box = QMessageBox(self._listing)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(say(_MOVES_TO[to]))
        box.setText(describe_unjudged(unjudged, len(numbers), to))
        agree = box.addButton(say("Move as gold"), QMessageBox.ButtonRole.AcceptRole)
        cancel = box.addButton(say("Cancel"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(cancel)
        box.setEscapeButton(cancel)
        agree.clicked.connect(lambda: self._move(numbers, to))
        box.open()

    def _ask_why(self, numbers: Sequence[SentenceNumber]) -> None:
        dialog = QInputDialog(self._listing)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(say("Set aside"))
        dialog.setLabelText(say("Why? Sentences that are set aside are neither trained nor measured on."))
        dialog.setOkButtonText(say("Set aside"))
        dialog.setCancelButtonText(say("Cancel"))
        dialog.textValueSelected.connect(lambda reason: self._move(numbers, "aside", reason.strip()))
        dialog.open()

    def _move(self, numbers: Sequence[SentenceNumber], to: Destination, reason: str = "") -> None:
        following = self._following(numbers)
        session = self._session
        if session.run_reporting_errors(lambda: session.move_sentences(numbers, to, reason)) and following is not None:
            self._listing.go_to(following)

    def _following(self, numbers: Sequence[SentenceNumber]) -> SentenceNumber | None:
        """The sentence to go on with; None where all or none of the list are moved."""
        return self._listing.following(numbers[0]) if len(numbers) == 1 else None
