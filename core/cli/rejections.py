"""The rejected records of a command: the first few on stderr, then their number, and all of them in its JSON result."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import IO

from core.cli.output import Output
from core.formats.records import Rejected
from core.messages.words import escape_controls
from core.services.importing import ImportProgress

_PRINTED = 10
"""Rejected records that are printed one by one: a file that is imported twice has as many as sentences."""


@dataclass(slots=True)
class Rejections:
    """Prints and counts rejected records as they come, and keeps them for the JSON result.

    Attributes:
        kept: a file for them, since there can be as many as texts.
    """

    out: Output
    kept: IO[str]
    count: int = 0

    def add(self, record: Rejected) -> None:
        """Take the next record, and print it if it is one of the first."""
        self.keep(record)
        if self.count <= _PRINTED:
            self._print(record)

    def keep(self, record: Rejected) -> None:
        """Take the next record, to be printed later if it is one of the first."""
        self.count += 1
        if self.out.as_json:
            document = {"file": record.file, "line": record.line, "reason": record.reason}
            self.kept.write(json.dumps(document, ensure_ascii=False) + "\n")

    def keep_all_of(self, progress: ImportProgress) -> None:
        """Take the records that an import rejected since its last progress."""
        for record in progress.rejected:
            self.keep(record)

    def _print(self, record: Rejected) -> None:
        self.out.note(f"rejected: {escape_controls(record.where)}: {record.reason}")

    def print_first(self, records: Sequence[Rejected]) -> None:
        """Print the first of the records that were kept, and how many more there were."""
        for record in records[:_PRINTED]:
            self._print(record)
        self.print_count()

    def print_count(self) -> None:
        """Say how many more there were than were printed."""
        if self.count > _PRINTED:
            rest = "--json lists all" if not self.out.as_json else "all are in the result"
            self.out.note(f"rejected: {self.count - _PRINTED:,} more; {rest}")

    def print_list(self) -> None:
        """Print all of them as a JSON list."""
        self.kept.seek(0)
        print_list(line.rstrip("\n") for line in self.kept)


def print_list(items: Iterable[str]) -> None:
    """Print a JSON list as its items come."""
    print("[", end="")
    for number, item in enumerate(items):
        print(", " if number else "", item, sep="", end="")
    print("]", end="")
