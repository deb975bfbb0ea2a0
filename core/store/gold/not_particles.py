"""Strings whose end looks like a particle and is none, as a person said: they are not asked about again."""

from collections.abc import Iterable

from core.store.database import Database


class NotParticles:
    """Reads and writes them; the gold does not depend on them. `core.store.gold.corrections` says when."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def strings(self) -> frozenset[str]:
        return frozenset(row[0] for row in self._database.rows("SELECT text FROM not_particle"))

    def change_with(self, step: int, strings: Iterable[str], *, dismissed: bool) -> None:
        """Ask no more about strings, or ask again, as part of a step; those of which that holds are left alone."""
        known = self.strings()
        changed = [text for text in dict.fromkeys(strings) if (text in known) != dismissed]
        self._database.write_many(
            "INSERT INTO not_particle_change VALUES (?, ?, ?)", [(step, text, dismissed) for text in changed]
        )
        self._change(changed, dismissed=dismissed)

    def replay(self, step: int, *, forwards: bool) -> bool:
        """Say again what a step said of strings, or take it back; whether it said anything of any."""
        rows = self._database.rows("SELECT text, is_dismissed FROM not_particle_change WHERE step = ?", [step])
        for text, is_dismissed in rows:
            self._change([text], dismissed=bool(is_dismissed) == forwards)
        return bool(rows)

    def _change(self, strings: Iterable[str], *, dismissed: bool) -> None:
        sql = (
            "INSERT OR IGNORE INTO not_particle VALUES (?)" if dismissed else "DELETE FROM not_particle WHERE text = ?"
        )
        self._database.write_many(sql, [(text,) for text in strings])
