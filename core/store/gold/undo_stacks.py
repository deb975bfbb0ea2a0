"""What can be undone and redone: two stacks of steps, read from the log of corrections."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from core.store.database import Database, Row

Chain = tuple[int, "Chain"] | None
"""The steps of a stack: the newest and the others. Stacks of two moments share what they have in common."""


class Stacks(NamedTuple):
    """What a log says after its entry `read`.

    Attributes:
        done: steps that can be undone.
        undone: steps that can be redone.
        irregular: entries that undo or redo another step than the log had come to; never in a sound project.
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
    """The stacks after further steps of the log, each given as (number, kind, target) of its first entry.

    Every log has an answer: an entry that undoes what was not done last takes it out of the midst, and one that undoes
    what was not done at all changes nothing.
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
    """Both stacks after a step went from one to the other, and whether it was the next to go."""
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


class History:
    """Reads the log as far as it was committed; what a failed transaction wrote was never there."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._stacks = Stacks()

    def stacks(self) -> Stacks:
        """The stacks as they are now; a step that is stored slice by slice counts from its end on."""
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
        """Read the log from its beginning the next time."""
        self._stacks = Stacks()
