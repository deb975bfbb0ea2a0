"""Strings whose end looks like a particle and is none, as a person said: they are not asked about again."""

from collections.abc import Iterable

from core.store.database import Database


class NotParticles:
    """Reads and writes them; the gold does not depend on them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def strings(self) -> frozenset[str]:
        return frozenset(row[0] for row in self._database.rows("SELECT text FROM not_particle"))

    def dismiss(self, strings: Iterable[str]) -> None:
        """Their ends are no particles."""
        self._database.write_many("INSERT OR IGNORE INTO not_particle VALUES (?)", [(text,) for text in strings])

    def restore(self, strings: Iterable[str]) -> None:
        """Ask about them again."""
        self._database.write_many("DELETE FROM not_particle WHERE text = ?", [(text,) for text in strings])
