"""The undo and redo stacks of steps, computed from the log of corrections."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from core.store.database import Database, Row

Chain = tuple[int, "Chain"] | None
"""A stack as a linked list: the newest step and the rest, shared between stacks of different times."""


class Stacks(NamedTuple):
    """The stacks after the log's entry `read`.

    Attributes:
        done: steps that can be undone.
        undone: steps that can be redone.
        irregular: entries that undo or redo another step than the next one; none in a sound project.
    """

    read: int = 0
    done: Chain = None
    undone: Chain = None
    irregular: tuple[int, ...] = ()


def steps_of(chain: Chain) -> Iterator[int]:
    """The steps of a stack, the newest first."""
    while chain is not None:
        step, chain = chain
        yield step


def follow(stacks: Stacks, log: Iterable[tuple[int, str, int | None]] | Iterable[Row]) -> Stacks:
    """The stacks after more steps of the log, each given as (number, kind, target) of its first entry.

    Any log is accepted: an entry that undoes a step other than the last removes it from the middle, and one that undoes
    an unknown step changes nothing.
    """
    read, done, undone, irregular = stacks
    for number, kind, target in log:
        read = number
        if kind == "undo":
            done, undone, is_regular = _move(done, undone, target)
        elif kind == "redo":
            undone, done, is_regular = _move(undone, done, target)
        else:
            done, undone, is_regular = (number, done), None, True
        if not is_regular:
            irregular = (*irregular, number)
    return Stacks(read, done, undone, irregular)


def _move(source: Chain, target: Chain, step: int | None) -> tuple[Chain, Chain, bool]:
    """Both stacks after moving a step from one to the other, and whether it was the topmost."""
    if source is not None and source[0] == step:
        return source[1], (source[0], target), True
    steps = list(steps_of(source))
    if step is None or step not in steps:
        return source, target, False
    rest: Chain = None
    for other in reversed(steps):
        if other != step:
            rest = (other, rest)
    return rest, (step, target), False


class UndoHistory:
    """Reads the committed log; ignores what a failed transaction wrote."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._stacks = Stacks()

    def stacks(self) -> Stacks:
        """The current stacks; a step written in slices counts once it is complete."""
        rows = self._database.rows(
            "SELECT number, kind, target FROM correction WHERE number > ? AND step IS NULL"
            " AND number NOT IN (SELECT step FROM unfinished_step) ORDER BY number",
            [self._stacks.read],
        )
        stacks = follow(self._stacks, rows)
        if not self._database.is_writing:
            self._stacks = stacks
        return stacks

    def forget(self) -> None:
        """Read the log from the beginning next time."""
        self._stacks = Stacks()
