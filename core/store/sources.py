"""Sources of predictions: anything that produces spans. Currently every source is a run of the trainer.

A source has the number of its run. Predictions, signals, comparisons, verdicts and epochs belong to a source.
"""

from dataclasses import dataclass
from typing import Literal

from core.store.database import Database

SourceKind = Literal["training", "cross-check"]


@dataclass(frozen=True, slots=True)
class Source:
    """What predictions belong to.

    Attributes:
        name: given by the user; if empty, kind and number are shown.
        last_correction: the newest correction at its creation; labels renamed since then had another name.
    """

    number: int
    kind: SourceKind
    name: str
    last_correction: int


class Sources:
    """Writes and reads the sources of a project."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, source: Source) -> None:
        """Add a source, before anything that belongs to it."""
        self._database.write(
            "INSERT INTO source VALUES (?, ?, ?, ?)", [source.number, source.kind, source.name, source.last_correction]
        )

    def last_number(self) -> int:
        """The highest number ever used for a source."""
        return int(self._database.value("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'source'"))

    def list_all(self) -> list[Source]:
        """All sources in order."""
        return [Source(*row) for row in self._database.rows("SELECT * FROM source ORDER BY number")]
