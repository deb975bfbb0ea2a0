"""The document of a sentence: its neighbours there, quiet, and what its file says of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.domain.spans import SentenceNumber
from core.messages.catalogue import mark, say
from core.store.columns import json_text
from core.store.documents import (
    NO_DETAILS,
    Details,
    Neighbour,
    Surroundings,
    searchable_extra,
    write_term,
)
from core.store.project import Project
from gui.look.theme import scaled
from gui.widgets.text_labels import ElidedLabel, QuietLinks

_EACH_SIDE = 2
"""Neighbours that are shown before and after a sentence, where there is height for them."""
_ROOMY = 520
"""The height of the pane from which there is, in pixels of the usual text size."""
_LONGEST_NAME = 40
_LONGEST_VALUE = 160
_JUDGED = {"no": mark("nobody looked at it"), "partly": mark("judged in part")}
_EXTRAS = "extras"


@dataclass(frozen=True, slots=True)
class DocumentView:
    """What is shown of the document of a sentence; None of the surroundings: it has no document."""

    details: Details = NO_DETAILS
    surroundings: Surroundings | None = None

    def neighbour(self, step: int) -> SentenceNumber | None:
        """The sentence after the one that is shown, or with -1 before it; None if there is none."""
        if self.surroundings is None:
            return None
        side = self.surroundings.after[:1] if step > 0 else self.surroundings.before[-1:]
        return next((each.number for each in side), None)

    @property
    def search(self) -> str:
        """The search for the sentences of its document."""
        return f"{write_term('document', self.details.document)} {write_term('file', self.details.file)}"


NO_DOCUMENT = DocumentView()


def read_document(project: Project | None, number: SentenceNumber | None) -> DocumentView:
    """What files say of a sentence, and its neighbours."""
    if project is None or number is None:
        return NO_DOCUMENT
    details = project.documents.details([number]).get(number, NO_DETAILS)
    if details.document_number is None:
        return DocumentView(details)
    return DocumentView(details, project.documents.surroundings(number, details.document_number, _EACH_SIDE))


class NeighbourLines(QWidget):
    """Some neighbours of a sentence, one a line; without a document it takes no room.

    Args:
        step: -1 for those before the sentence, 1 for those after it.

    Signals:
        chosen: the number of the one that was clicked.
    """

    chosen = Signal(object)

    def __init__(self, step: int) -> None:
        super().__init__()
        self._step = step
        self.lines = [_NeighbourLine() for _ in range(_EACH_SIDE)]
        column = QVBoxLayout(self)
        column.setContentsMargins(scaled(17), 0, scaled(17), 0)
        column.setSpacing(0)
        for line in self.lines:
            line.clicked.connect(lambda number: self.chosen.emit(number))
            column.addWidget(line)

    def show_neighbours(self, surroundings: Surroundings | None) -> None:
        """Show the nearest neighbours; an empty line stays where the document begins or ends."""
        near: Sequence[Neighbour] = ()
        if surroundings is not None:
            near = surroundings.after if self._step > 0 else tuple(reversed(surroundings.before))
        lines = self.lines if self._step > 0 else self.lines[::-1]
        for at, line in enumerate(lines):
            line.show_neighbour(near[at] if at < len(near) else None)
        self.setVisible(surroundings is not None and surroundings.sentences > 1)

    def fit(self, height: int) -> None:
        """Show one line only where the pane has little height."""
        (self.lines[-1] if self._step > 0 else self.lines[0]).setVisible(height >= scaled(_ROOMY))


class _NeighbourLine(ElidedLabel):
    """The beginning of a sentence."""

    clicked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._number: SentenceNumber | None = None
        self.setProperty("role", "hint")

    def show_neighbour(self, neighbour: Neighbour | None) -> None:
        self._number = neighbour.number if neighbour is not None else None
        self.show_text(" ".join(neighbour.text.split()) if neighbour is not None else "")
        self.setCursor(Qt.CursorShape.PointingHandCursor if neighbour is not None else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._number is not None:
            self.clicked.emit(self._number)


class DetailsLine(QWidget):
    """What the file of a sentence says of it, on a line of links, and its extras below, folded at first.

    Signals:
        sought: a search for the sentences of which files say the same.
    """

    sought = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._view = NO_DOCUMENT
        self._is_open = False
        self.line, self.extras = QuietLinks(), QuietLinks()
        column = QVBoxLayout(self)
        column.setContentsMargins(scaled(16), 0, scaled(16), 0)
        column.setSpacing(4)
        for label in (self.line, self.extras):
            label.linkActivated.connect(self._follow)
            column.addWidget(label)

    def show_details(self, view: DocumentView) -> None:
        """Show what the file of a sentence says."""
        self._view = view
        parts = [*_name_parts(view), *self._fold_parts()]
        self.line.show_links(parts, " · ")
        self.extras.show_links(_extra_parts(view.details) if self._is_open else [], "\n")
        self.extras.setVisible(self._is_open and bool(view.details.extras))
        self.setVisible(bool(parts))

    def _fold_parts(self) -> list[tuple[str, str]]:
        count = len(self._view.details.extras)
        if not count:
            return []
        arrow = "▾" if self._is_open else "▸"
        more = say("more ({count:,})", count=count)
        return [(f"{arrow} {more}".replace(" ", "\u00a0"), _EXTRAS)]

    def _follow(self, target: str) -> None:
        if target == _EXTRAS:
            self._is_open = not self._is_open
            self.show_details(self._view)
        else:
            self.sought.emit(target)


class DocumentPanel(QObject):
    """The parts that show the document of a sentence.

    Signals:
        neighbour_asked: another sentence of the document is to be shown; its number.
        sought: a search for the sentences of which files say the same.
    """

    neighbour_asked = Signal(object)
    sought = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._view = NO_DOCUMENT
        self.details, self.before, self.after = DetailsLine(), NeighbourLines(-1), NeighbourLines(1)
        self.details.sought.connect(self.sought)
        for lines in (self.before, self.after):
            lines.chosen.connect(self.neighbour_asked)

    @property
    def search(self) -> str:
        """The search for the sentences of the document."""
        return self._view.search

    def show_view(self, view: DocumentView) -> None:
        """Show what the file of a sentence says of it, and its neighbours."""
        self._view = view
        self.details.show_details(view)
        for lines in (self.before, self.after):
            lines.show_neighbours(view.surroundings)

    def go(self, step: int) -> None:
        """Ask for the sentence after the one that is shown, or with -1 for the one before it."""
        number = self._view.neighbour(step)
        if number is not None:
            self.neighbour_asked.emit(number)

    def fit(self, height: int) -> None:
        """Show fewer neighbours where the pane has little height."""
        for lines in (self.before, self.after):
            lines.fit(height)


def _name_parts(view: DocumentView) -> list[tuple[str, str]]:
    """The document, the file and the annotator, each with the search for it, and how far it was judged."""
    details, around = view.details, view.surroundings
    parts = []
    if around is not None:
        words = say(
            "document {name}, {place:,} of {sentences:,}",
            name=_shorten(details.document),
            place=around.place,
            sentences=around.sentences,
        )
        parts.append((words, view.search))
    is_said = around is not None or bool(details.annotator or details.extras) or details.judged != "yes"
    if details.file and is_said:
        parts.append((say("file {name}", name=_shorten(details.file)), write_term("file", details.file)))
    if details.annotator:
        name = _shorten(details.annotator)
        parts.append((say("annotator {name}", name=name), write_term("annotator", details.annotator)))
    if details.judged in _JUDGED:
        parts.append((say(_JUDGED[details.judged]), ""))
    return parts


def _extra_parts(details: Details) -> list[tuple[str, str]]:
    """Each extra on a line, with the search for it."""
    return [
        (f"{key}: {_shorten(_write_value(value), _LONGEST_VALUE)}", write_term("extra", searchable_extra(key, value)))
        for key, value in details.extras.items()
    ]


def _write_value(value: Any) -> str:
    return value if isinstance(value, str) else json_text(value)


def _shorten(text: str, most: int = _LONGEST_NAME) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
