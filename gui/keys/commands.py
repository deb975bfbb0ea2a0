"""Every command that has a key, with the keys it has unless the person gives it others: the one table of them all.

No bare letters among the defaults: typing is for text.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from PySide6.QtGui import QKeySequence

from core.messages.catalogue import mark, say
from gui.text.wording import literal

Name = Literal[
    "keys",
    "settings",
    "open",
    "undo",
    "redo",
    "quit",
    "back",
    "forward",
    "find",
    "next pane",
    "next sentence",
    "previous sentence",
    "next error",
    "previous error",
    "accept and go on",
    "next in document",
    "previous in document",
    "next span",
    "previous span",
    "next eojeol",
    "previous eojeol",
    "end right",
    "end left",
    "start right",
    "start left",
    "extend",
    "shrink",
    "accept",
    "accept all",
    "accept all and go on",
    "remove",
    "clear",
    "identical",
    "reviewed",
    "reviewed and go on",
    "note",
    "skip",
    "set aside",
    "delete sentence",
    "bring back",
    "to train",
    "to dev",
    "to test",
    "model wrong",
    "gold wrong",
    "ambiguous",
    "take shown",
    "take other",
    "take neither",
    "sticky",
    "copy",
    "menu",
    "down",
    "up",
]

Scope = Literal["window", "page", "sentence", "canvas"]
SCOPES: dict[Scope, str] = {
    "window": mark("Everywhere"),
    "page": mark("On the Inspect page"),
    "sentence": mark("On a sentence"),
    "canvas": mark("In the large sentence"),
}
"""Where keys work: anywhere; while the Inspect page shows; in the list, the sentence or its table; in the sentence."""


@dataclass(frozen=True, slots=True)
class Command:
    """What keys do.

    Attributes:
        template: what it does, for people, with its `fields`.
        keys: as Qt writes them in portable text, the one that is shown first.
        scope: where the focus must be, as `SCOPES` says.
        repeats: whether it repeats while a key is kept down.
    """

    template: str
    keys: tuple[str, ...]
    scope: Scope
    repeats: bool = True
    fields: Mapping[str, object] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """What it does, in the language in use."""
        return say(self.template, **self.fields)


COMMANDS: dict[Name, Command] = {
    "keys": Command(mark("All keys"), ("F1",), "window", repeats=False),
    "settings": Command(mark("Settings"), ("Ctrl+,",), "window", repeats=False),
    "open": Command(mark("Open a project"), ("Ctrl+O",), "window", repeats=False),
    "undo": Command(mark("Undo the last step"), ("Ctrl+Z",), "window"),
    "redo": Command(mark("Redo"), ("Ctrl+Shift+Z", "Ctrl+Y"), "window"),
    "quit": Command(mark("Quit"), ("Ctrl+Q",), "window", repeats=False),
    "back": Command(mark("Go back to where a link was followed"), ("Alt+Left",), "window", repeats=False),
    "forward": Command(mark("Go forward again"), ("Alt+Right",), "window", repeats=False),
    "find": Command(mark("Search"), ("Ctrl+F",), "page", repeats=False),
    "next pane": Command(mark("Go to the next part of the page"), ("F6",), "page", repeats=False),
    "next sentence": Command(mark("Next sentence"), ("Ctrl+Down",), "page"),
    "previous sentence": Command(mark("Previous sentence"), ("Ctrl+Up",), "page"),
    "next error": Command(mark("Next sentence with an error"), ("Ctrl+Right",), "page"),
    "previous error": Command(mark("Previous sentence with an error"), ("Ctrl+Left",), "page"),
    "reviewed": Command(mark("Mark the sentence as reviewed, or not"), ("Ctrl+R",), "page", repeats=False),
    "reviewed and go on": Command(
        mark("Mark the sentence as reviewed, in the pool as done, and go to the next one"),
        ("Ctrl+Shift+R",),
        "page",
        repeats=False,
    ),
    "note": Command(mark("Write a note on the sentence"), ("Ctrl+N",), "page", repeats=False),
    "skip": Command(
        mark("Skip a sentence of the pool for now, or come back to it"), ("Ctrl+Shift+S",), "page", repeats=False
    ),
    "set aside": Command(
        mark("Set the sentence aside"),
        ("Ctrl+Shift+A",),
        "page",
        repeats=False,
    ),
    "delete sentence": Command(mark("Delete the sentence"), ("Ctrl+Shift+Del",), "page", repeats=False),
    "bring back": Command(
        mark("Bring the sentence back"),
        ("Ctrl+Shift+B",),
        "page",
        repeats=False,
    ),
    "to train": Command(mark("Move the sentence to train"), ("Ctrl+Shift+T",), "page", repeats=False),
    "to dev": Command(mark("Move the sentence to dev"), ("Ctrl+Shift+D",), "page", repeats=False),
    "to test": Command(mark("Move the sentence to test"), ("Ctrl+Shift+X",), "page", repeats=False),
    "model wrong": Command(
        mark("Verdict: the model is wrong, the gold is right"), ("Ctrl+1",), "sentence", repeats=False
    ),
    "gold wrong": Command(
        mark("Verdict: the gold is wrong; use the prediction"), ("Ctrl+2",), "sentence", repeats=False
    ),
    "ambiguous": Command(mark("Verdict: ambiguous, both can be right"), ("Ctrl+3",), "sentence", repeats=False),
    "take shown": Command(
        mark("Disagreement: take the person shown"),
        ("Ctrl+4",),
        "page",
        repeats=False,
    ),
    "take other": Command(
        mark("Disagreement: take the other, or keep the gold"),
        ("Ctrl+5",),
        "page",
        repeats=False,
    ),
    "take neither": Command(
        mark("Disagreement: neither; the gold is as edited"),
        ("Ctrl+6",),
        "page",
        repeats=False,
    ),
    "accept and go on": Command(
        mark("Accept the predicted span and go to the next error; with the last, the sentence is reviewed"),
        ("Ctrl+Return", "Ctrl+Enter"),
        "sentence",
        repeats=False,
    ),
    "next in document": Command(mark("Next sentence of the document"), ("Alt+Down",), "sentence"),
    "previous in document": Command(mark("Previous sentence of the document"), ("Alt+Up",), "sentence"),
    "next span": Command(mark("Select the next span"), ("Tab",), "sentence"),
    "previous span": Command(mark("Select the previous span"), ("Shift+Tab",), "sentence"),
    "next eojeol": Command(mark("Select the next eojeol"), ("Right",), "sentence"),
    "previous eojeol": Command(mark("Select the previous eojeol"), ("Left",), "sentence"),
    "end right": Command(mark("Move the end of the span right"), ("Shift+Right",), "sentence"),
    "end left": Command(mark("Move the end of the span left"), ("Shift+Left",), "sentence"),
    "start right": Command(mark("Move the start of the span right"), ("Alt+Shift+Right",), "sentence"),
    "start left": Command(mark("Move the start of the span left"), ("Alt+Shift+Left",), "sentence"),
    "extend": Command(mark("Extend to whole eojeols"), ("Ctrl+E",), "sentence", repeats=False),
    "shrink": Command(
        mark("Drop the punctuation at the edges, or else the last character"), ("Ctrl+Shift+E",), "sentence"
    ),
    "accept": Command(mark("Accept the predicted span as gold"), ("Return", "Enter"), "sentence", repeats=False),
    "accept all": Command(
        mark("Accept all suggestions in the pool; your own spans stay"),
        ("Ctrl+Shift+Return",),
        "sentence",
        repeats=False,
    ),
    "accept all and go on": Command(
        mark("Accept all suggestions in the pool, which makes the sentence done, and go to the next one"),
        ("Shift+Return", "Shift+Enter"),
        "sentence",
        repeats=False,
    ),
    "remove": Command(
        mark("Remove the span from the gold, or reject the suggestion"), ("Del", "Backspace"), "sentence", repeats=False
    ),
    "identical": Command(mark("Label every identical string like this span"), ("Ctrl+D",), "sentence", repeats=False),
    "sticky": Command(
        mark("Use one label for every selection (sticky label), or stop"), ("Ctrl+L",), "sentence", repeats=False
    ),
    "copy": Command(mark("Copy the text of the span"), ("Ctrl+C",), "sentence", repeats=False),
    "menu": Command(mark("Open the menu of the span"), ("Menu", "Shift+F10"), "sentence", repeats=False),
    "clear": Command(mark("Clear the selection and the sticky label"), ("Esc",), "sentence", repeats=False),
    "down": Command(mark("Next sentence"), ("Down",), "canvas"),
    "up": Command(mark("Previous sentence"), ("Up",), "canvas"),
}

KEYED_LABELS = 20
"""How many labels can have a key: at first the ten digits, and the same with Shift."""


def label_name(position: int) -> str:
    """The name of the command that labels with the label at a position of the tag set."""
    return f"label {position + 1}"


def label_commands() -> dict[str, Command]:
    """The commands that label, by the label's position in the tag set."""
    return {
        label_name(at): Command(
            mark("Label {number} of the tag set"), (_digit(at),), "sentence", repeats=False, fields={"number": at + 1}
        )
        for at in range(KEYED_LABELS)
    }


def _digit(position: int) -> str:
    digit = str((position + 1) % 10)
    return digit if position < 10 else f"Shift+{digit}"


def page_name(number: int) -> str:
    """The name of the command that leads to a page; pages count from 1."""
    return f"page {number}"


def page_commands(titles: Iterable[str]) -> dict[str, Command]:
    """The commands that lead to the pages, in their order: Alt with a digit for the first ten."""
    return {
        page_name(number): Command(
            mark("Go to {page}"),
            (f"Alt+{number % 10}",) if number <= 10 else (),
            "window",
            repeats=False,
            fields={"page": title},
        )
        for number, title in enumerate(titles, start=1)
    }


def native(key: str) -> str:
    """A key as the platform writes it."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)


def tip(text: str, keys: tuple[str, ...]) -> str:
    """A tooltip that names the first key, if there is one."""
    return literal(say("{text} ({key})", text=text, key=native(keys[0])) if keys else text)
