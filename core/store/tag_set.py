"""The tag set of a project: the standard types without removed ones, and the user's own labels."""

from collections.abc import Collection, Mapping, Set
from itertools import count

from core.domain.labels import TTA_LABELS, in_display_order
from core.store.database import Database


class TagSetTable:
    """Reads and changes the tag set, which always includes labels of gold spans."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def labels(self) -> tuple[str, ...]:
        """The tag set in display order."""
        return tuple(self.places(self.names()))

    def names(self) -> set[str]:
        """The tag set without an order."""
        rows = self._database.rows(
            "SELECT 'retired', name FROM retired_label UNION ALL SELECT 'added', name FROM label"
            " UNION ALL SELECT 'used', label FROM label_count GROUP BY label HAVING sum(spans) > 0"
        )
        retired, added, used = ({name for kind, name in rows if kind == one} for one in ("retired", "added", "used"))
        return (({*TTA_LABELS} | added) - retired) | used

    def places(self, labels: Set[str] | None = None) -> dict[str, int]:
        """The place of each label, in order; it determines the label's key, even when other labels are added or
        removed.

        Args:
            labels: None means the tag set.
        """
        wanted = self.names() if labels is None else labels
        kept: dict[str, int] = dict(self._database.rows("SELECT name, place FROM label_place"))
        known = sorted((kept[label], label) for label in wanted & kept.keys())
        places: dict[str, int] = {}
        for place, label in known:
            places[label] = _first_free(places.values(), from_place=place)
        for label in in_display_order(wanted - kept.keys()):
            places[label] = _first_free(places.values())
        return dict(sorted(places.items(), key=lambda item: item[1]))

    def begin(self, labels: Collection[str]) -> None:
        """Begin with these labels, in this order, in the place of the standard's."""
        others = [label for label in TTA_LABELS if label not in labels]
        with self._database.atomic():
            self._database.write("DELETE FROM label_place")
            self.change({**dict.fromkeys(labels, True), **dict.fromkeys(others, False)})

    def change(self, known: Mapping[str, bool]) -> None:
        """Add labels to the tag set (true) or remove them (false); a label that replaces another takes its place."""
        with self._database.atomic():
            self._give_places(known)
            for name, is_known in known.items():
                table = "retired_label" if name in TTA_LABELS else "label"
                if is_known == (table == "label"):
                    self._database.write(f"INSERT OR IGNORE INTO {table} VALUES (?)", [name])
                else:
                    self._database.write(f"DELETE FROM {table} WHERE name = ?", [name])

    def _give_places(self, known: Mapping[str, bool]) -> None:
        """Give places to added labels, which may coexist with the labels that they replace while spans are renamed."""
        kept: dict[str, int] = dict(self._database.rows("SELECT name, place FROM label_place"))
        places = self.places(self.names() - known.keys())
        vacated = [kept[name] for name, is_known in known.items() if not is_known and name in kept]
        for name in (name for name, is_known in known.items() if is_known):
            wanted = [*vacated[:1], *([kept[name]] if name in kept else [])]
            free = (place for place in wanted if place not in places.values())
            place = next(free, _first_free(places.values()))
            vacated = vacated[1:]
            places[name] = place
            self._database.write("INSERT OR REPLACE INTO label_place VALUES (?, ?)", [name, place])

    def change_with(self, step: int, known: Mapping[str, bool]) -> None:
        """Change the tag set as part of a step of corrections, to be undone and redone with it."""
        self._database.write_many(
            "INSERT INTO label_change VALUES (?, ?, ?)", [(step, name, is_known) for name, is_known in known.items()]
        )
        self.change(known)

    def replay(self, step: int, *, forwards: bool) -> bool:
        """Undo or redo the changes of the tag set by a step; returns whether it made any."""
        rows = self._database.rows("SELECT name, is_known FROM label_change WHERE step = ?", [step])
        self.change({name: bool(is_known) == forwards for name, is_known in rows})
        return bool(rows)

    def relabel(self, step: int, name: str, becomes: str) -> None:
        """Record that a step renamed or merged a label."""
        newest = "(SELECT coalesce(max(number), 0) FROM sentence)"
        self._database.write(f"INSERT INTO relabelling VALUES (?, ?, ?, {newest})", [step, name, becomes])

    def relabelling_of(self, step: int) -> list[str]:
        """The two labels of a step's rename or merge; empty if it made none."""
        rows = self._database.rows("SELECT name, becomes FROM relabelling WHERE step = ?", [step])
        return [label for row in rows for label in row]


def _first_free(taken: Collection[int], *, from_place: int = 0) -> int:
    return next(place for place in count(from_place) if place not in taken)
