"""Write a file of lines again with other lines in some of its records, and everything else as it was."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from core.formats.records import CannotFollowError, Edit, Piece, Record, Rejected, StatedSpan, WantedSpan, screen
from core.formats.source_files import Source
from core.formats.word_tags import TagStyle, WordRange

ChangedLines = Mapping[int, str]
"""New lines, without their ends, by their numbers."""


class LineBuffer:
    """The lines of a file on their way from its reader to its copy. Iterating reads them."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self._waiting: deque[tuple[int, str]] = deque()

    def __iter__(self) -> Iterator[tuple[int, str]]:
        for numbered in self.source.lines():
            self._waiting.append(numbered)
            yield numbered

    def release(self, last: int | None = None, changed: ChangedLines | None = None) -> Piece:
        """The lines that were read, up to a number, with some of them changed; they keep their ends."""
        old: list[str] = []
        new: list[str] = []
        while self._waiting and (last is None or self._waiting[0][0] <= last):
            number, line = self._waiting.popleft()
            old.append(line)
            if changed and number in changed:
                new.append(changed[number] + line[len(line.rstrip("\r\n")) :])
            else:
                new.append(line)
        return Piece("".join(old), "".join(new) if changed else None)


def patch_lines(
    lines: LineBuffer, last: int, record: Record | Rejected, edit: Edit, change: Callable[[Record], ChangedLines]
) -> Piece:
    """A record's lines, up to the last one, as they are or as they state what its entities are to be.

    Args:
        change: the changed lines of a record with other entities.
    """
    record = screen(lines.source, record)
    try:
        wanted = None if isinstance(record, Rejected) else find_wanted(record, edit)
        if wanted is None or isinstance(record, Rejected):
            return lines.release(last)
        return lines.release(last, change(with_gold(record, wanted)))
    except CannotFollowError as error:
        return lines.release(last)._replace(refused=error.reason)


def find_wanted(record: Record, edit: Edit) -> Sequence[WantedSpan] | None:
    """What the entities of a record are to be; None: as they are.

    Raises:
        CannotFollowError: see `Edit`.
    """
    return None if isinstance(record.gold, Rejected) else edit(record)


def with_gold(record: Record, wanted: Iterable[WantedSpan]) -> Record:
    """The record with other entities."""
    return replace(record, gold=tuple([StatedSpan(*span[:3]) for span in wanted]))


def retag(
    tags: Sequence[str],
    before: Sequence[WordRange],
    after: Sequence[WordRange],
    style: TagStyle,
    outside: str = "O",
    *,
    is_iob1: bool = False,
) -> list[str]:
    """The tags of words with other entities; those that need not change stay as they are written."""
    count = len(tags)
    old, new = (style.write(ranges, count, outside, is_iob1=is_iob1) for ranges in (before, after))
    return [tag if one == other else other for tag, one, other in zip(tags, old, new, strict=True)]
