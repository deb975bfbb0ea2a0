"""Sources of predictions: anything that says where spans are.

Predictions, signals, comparisons and verdicts belong to a source and one of its epochs. A run is a source with the same
number. Any other source has versions in the place of epochs: where what makes its predictions changes, a new version
takes the place of the last one, so that no figures are of two.
"""

import json
import unicodedata
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from core.domain.errors import UserError
from core.messages.catalogue import join_words, mark, say
from core.store.changes import ChangeSet
from core.store.columns import json_text, now_text
from core.store.database import Database, Row
from core.store.label_history import LabelNames, Names, earlier_names
from core.store.predictions import EpochKey
from core.store.tag_set import TagSetTable

SourceKind = Literal["training", "cross-check", "file", "person", "model", "dictionary", "agreement"]
SOURCE_KINDS: tuple[SourceKind, ...] = get_args(SourceKind)

Removed = Literal["weights", "all"]

_TABLES = {
    "prediction": "source, epoch, sentence",
    "comparison": "rowid",
    "signal": "source, epoch, sentence",
    "epoch": "source, number",
}
"""What is stored of a source, by the columns that name a row; predictions first, since a correction in between compares
what is left of them."""
_SLICE = 1_000
"""Rows that are deleted at once: few enough that a window which does it in between does not stutter."""

_IS_UNFINISHED = "kind IN ('file', 'person', 'agreement') AND number NOT IN (SELECT source FROM epoch)"

_TAGGERS = {"training", "model", "dictionary"}

_TITLES: dict[SourceKind, str] = {
    "training": mark("run {number}"),
    "cross-check": mark("run {number} (cross-check)"),
    "file": mark("source {number} (file)"),
    "person": mark("source {number} (person)"),
    "model": mark("source {number} (model)"),
    "dictionary": mark("source {number} (dictionary)"),
    "agreement": mark("source {number} (agreement)"),
}


@dataclass(frozen=True, slots=True)
class Source:
    """What predictions belong to.

    Attributes:
        number: 0: it is not stored yet.
        name: given by the user; if empty, kind and number are shown.
        last_correction: the newest correction at its creation; labels renamed since then had another name. All that is
            stored of a source has the label names of that time.
        removed: what is deleted of it when the project is closed; until then it can be restored.
    """

    number: int
    kind: SourceKind
    name: str = ""
    last_correction: int = 0
    note: str = ""
    made_at: str = ""
    removed: Removed | None = None

    @property
    def is_run(self) -> bool:
        """Whether it was trained here: it has epochs and settings."""
        return self.kind in {"training", "cross-check"}

    @property
    def tags_more(self) -> bool:
        """Whether it can tag sentences that it has not tagged yet."""
        return self.kind in _TAGGERS and self.removed is None

    @property
    def is_crosscheck(self) -> bool:
        """Whether it tagged its own training sentences fold by fold: it has no predictions for dev."""
        return self.kind == "cross-check"

    @property
    def title(self) -> str:
        """What people call it in the middle of a sentence: its name, or `run 3`."""
        return self.name or self.kind_title

    @property
    def kind_title(self) -> str:
        """What it is called without its name: `run 3`, `source 4 (dictionary)`."""
        return say(_TITLES[self.kind], number=self.number)

    @property
    def heading(self) -> str:
        """What people call it where nothing is before: `Run 3`."""
        return self.name or self.title[:1].upper() + self.title[1:]

    def name_epoch(self, epoch: int) -> str:
        """`run 3, epoch 2`; of another source, the title, with the version from the second one on."""
        if self.is_run:
            return say("{run}, epoch {epoch}", run=self.title, epoch=epoch)
        return self.title if epoch == 1 else say("{source}, version {version}", source=self.title, version=epoch)


@dataclass(frozen=True, slots=True)
class Version:
    """What made the predictions of a source for some time.

    Attributes:
        fingerprint: of the weights, tokenizer and label mapping of a model, of a file, or of a dictionary's entries.
        made_at: when its first predictions were made.
    """

    key: EpochKey
    fingerprint: str
    made_at: str = field(default="", compare=False)


class Sources:
    """Writes and reads the sources of a project.

    Their names and notes, and which of them gives suggestions, are like settings: another value takes the place of the
    last one, and undo does not touch them.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._names = LabelNames(database)

    def add_run(self, number: int, kind: SourceKind, last_correction: int) -> None:
        """Add the source that a run is, before anything that belongs to it."""
        self._database.write(
            "INSERT INTO source (number, kind, name, last_correction, made_at) VALUES (?, ?, '', ?, ?)",
            [number, kind, last_correction, now_text()],
        )

    def add(self, kind: SourceKind, name: str, origin: Mapping[str, Any]) -> int:
        """Add a source that is not a run; returns its number."""
        origin = {**origin, "labels": TagSetTable(self._database).labels()}
        return self._database.write(
            "INSERT INTO source (kind, name, last_correction, made_at, origin)"
            " VALUES (?, ?, (SELECT coalesce(max(number), 0) FROM correction), ?, ?)",
            [kind, name, now_text(), json_text(origin)],
        )

    def last_number(self) -> int:
        """The highest number ever used for a source."""
        return int(self._database.value("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'source'"))

    def list_all(self) -> list[Source]:
        """All sources in order, without removed ones."""
        return [Source(*row) for row in self._rows("removed IS NOT 'all'")]

    def by_number(self, number: int) -> Source:
        """The source, unless it was removed.

        Raises:
            UserError: there is none.
        """
        rows = self._rows("number = ? AND removed IS NOT 'all'", number)
        if not rows:
            raise UserError("the project has no run {number}, nor any other source with this number", number=number)
        return Source(*rows[0])

    def number_of(self, named: int | str) -> int:
        """The number of a source that is given by its number or its name.

        Raises:
            UserError: no source has this name, or several have it.
        """
        if isinstance(named, int):
            return named
        name = unicodedata.normalize("NFC", named)
        numbers = [each.number for each in self.list_all() if name and unicodedata.normalize("NFC", each.name) == name]
        if len(numbers) == 1:
            return numbers[0]
        if numbers:
            raise UserError(
                "several sources are called {name}; give the number of one of them: {numbers}",
                name=named,
                numbers=join_words(map(str, numbers)),
            )
        raise UserError("no source is called {name}; the command sources lists their names and numbers", name=named)

    def find(self, kind: SourceKind, name: str) -> Source | None:
        """The newest source of a kind with this name."""
        rows = self._rows("kind = ? AND name = ? AND removed IS NOT 'all'", kind, name)
        return Source(*rows[-1]) if rows else None

    def problems(self) -> Iterator[str]:
        """The sources whose origin is damaged."""
        for (number,) in self._database.rows("SELECT number FROM source WHERE NOT json_valid(origin) ORDER BY number"):
            yield say("source {number}: where its spans come from cannot be read", number=number)

    def _rows(self, where: str, *parameters: object) -> list[Row]:
        columns = "number, kind, name, last_correction, note, made_at, removed"
        return self._database.rows(f"SELECT {columns} FROM source WHERE {where} ORDER BY number", parameters)

    def rename(self, number: int, name: str) -> ChangeSet:
        """Give a source a name; an empty one leaves it to be called by kind and number."""
        self._database.write("UPDATE source SET name = ? WHERE number = ?", [name.strip(), number])
        return ChangeSet("source", runs=(number,))

    def annotate(self, number: int, note: str) -> ChangeSet:
        """Store a person's note on a source."""
        self._database.write("UPDATE source SET note = ? WHERE number = ?", [note.strip(), number])
        return ChangeSet("source", runs=(number,))

    def origin(self, number: int) -> Mapping[str, Any]:
        """Where the spans of a source come from, as JSON; empty where it is damaged, which `problems` says.

        All but runs have `labels`, the tag set at its creation; a file or a person `path`, `digest`, `format`, `rules`;
        a dictionary `entries`; an agreement `members`, `rule`.
        """
        try:
            origin = json.loads(self._database.value("SELECT origin FROM source WHERE number = ?", [number]) or "{}")
        except ValueError:
            return {}
        return origin if isinstance(origin, dict) else {}

    def change_origin(self, number: int, origin: Mapping[str, Any]) -> ChangeSet:
        """Store another origin of a source, such as the entries of an edited dictionary; its labels stay."""
        text = json_text({**origin, "labels": self.origin(number).get("labels", [])})
        self._database.write("UPDATE source SET origin = ? WHERE number = ?", [text, number])
        return ChangeSet("source", runs=(number,))

    def suggesting(self) -> int | None:
        """The source whose spans a person wants as suggestions; None: none was chosen, or it was removed."""
        found = self._database.value("SELECT number FROM source WHERE suggests AND removed IS NOT 'all'")
        return None if found is None else int(found)

    def suggest_with(self, number: int | None) -> ChangeSet:
        """Take the spans of this source as suggestions from now on; None: of none in particular."""
        before = self.suggesting()
        self._database.write("UPDATE source SET suggests = number IS ?", [number])
        return ChangeSet("source", runs=tuple(each for each in (before, number) if each is not None))

    def remove(self, number: int, what: Removed = "all") -> ChangeSet:
        """Hide a source, or make no more use of its weights; they are deleted when the project is closed.

        Raises:
            UserError: it is a run that has not ended.
        """
        is_running = "SELECT 1 FROM run WHERE number = ? AND status = 'running'"
        if self._database.value(is_running, [number]) is not None:
            raise UserError("run {run} is still training; stop it first", run=number)
        self._database.write("UPDATE source SET removed = ? WHERE number = ?", [what, number])
        return ChangeSet("source", runs=(number,))

    def restore(self, number: int, to: Removed | None = None) -> ChangeSet:
        """Undo `remove`, in the same session.

        Args:
            to: what was removed of it before: weights that are deleted do not come back with it.
        """
        self._database.write("UPDATE source SET removed = ? WHERE number = ?", [to, number])
        return ChangeSet("source", runs=(number,))

    def list_removed(self) -> list[Source]:
        """The sources that were removed, or whose weights were."""
        return [Source(*row) for row in self._rows("removed IS NOT NULL")]

    def delete_in_slices(self, numbers: Iterable[int]) -> Iterator[None]:
        """Delete what sources have said, pausing between slices; what a stop leaves is deleted the next time.

        The sources themselves and the verdicts on them stay, since the log of corrections leads to them.
        """
        for number in numbers:
            for table, key in _TABLES.items():
                chosen = f"SELECT {key} FROM {table} WHERE source = ? LIMIT {_SLICE}"
                while self._database.value(f"SELECT 1 FROM {table} WHERE source = ?", [number]) is not None:
                    self._database.write(f"DELETE FROM {table} WHERE ({key}) IN ({chosen})", [number])
                    yield

    def epoch_numbers(self, number: int) -> list[int]:
        """The numbers of a run's finished epochs, or of another source's versions, in order."""
        rows = self._database.rows("SELECT number FROM epoch WHERE source = ? ORDER BY number", [number])
        return [row[0] for row in rows]

    def versions(self, number: int) -> list[Version]:
        """The versions of a source, in order."""
        rows = self._database.rows(
            "SELECT source, number, fingerprint, made_at FROM epoch WHERE source = ? ORDER BY number", [number]
        )
        return [Version(EpochKey(source, epoch), *rest) for source, epoch, *rest in rows]

    def next_version(self, number: int) -> EpochKey:
        """The version that a source gets next; what is stored of it is nobody's until `finish_version`."""
        return EpochKey(number, max(self.epoch_numbers(number), default=0) + 1)

    def finish_version(self, key: EpochKey, fingerprint: str) -> None:
        """Make a version of a source known, once its predictions are stored."""
        self._database.write(
            "INSERT INTO epoch (source, number, made_at, fingerprint) VALUES (?, ?, ?, ?)",
            [key.source, key.epoch, now_text(), fingerprint],
        )

    def hide_unfinished(self) -> None:
        """Remove the sources whose first version was never finished, of the kinds that cannot tag; only before any is
        being added.
        """
        is_new = f"removed IS NOT 'all' AND {_IS_UNFINISHED}"
        if self._database.value(f"SELECT 1 FROM source WHERE {is_new}") is not None:
            self._database.write(f"UPDATE source SET removed = 'all' WHERE {is_new}")

    def delete_leftovers(self, numbers: Iterable[int]) -> Iterator[None]:
        """Delete what is stored of unfinished versions of sources that are not runs, pausing between slices; what a
        stop leaves is nobody's, and is deleted the next time.
        """
        is_left = "source = ?1 AND epoch > (SELECT coalesce(max(number), 0) FROM epoch WHERE source = ?1)"
        for number in numbers:
            for table in ("prediction", "comparison", "signal"):
                chosen = f"SELECT {_TABLES[table]} FROM {table} WHERE {is_left} LIMIT {_SLICE}"
                while self._database.value(f"SELECT 1 FROM {table} WHERE {is_left}", [number]) is not None:
                    self._database.write(f"DELETE FROM {table} WHERE ({_TABLES[table]}) IN ({chosen})", [number])
                    yield

    def delete_unfinished(self, number: int) -> None:
        """Delete what is stored of an unfinished version of a source that is not a run; and the source, if it has no
        other version and cannot tag. A person may have removed it meanwhile.
        """
        deque(self.delete_leftovers([number]), maxlen=0)
        with self._database.atomic():
            if self._database.value(f"SELECT 1 FROM source WHERE number = ? AND {_IS_UNFINISHED}", [number]):
                self._database.write("DELETE FROM source WHERE number = ?", [number])
                self._database.write(
                    "UPDATE sqlite_sequence SET seq = (SELECT coalesce(max(number), 0) FROM source)"
                    " WHERE name = 'source'"
                )

    def find_version(self, number: int, fingerprint: str) -> EpochKey:
        """The version of a source that a fingerprint has or gets: its last one, or the next where that had another."""
        last = next(reversed(self.versions(number)), None)
        return last.key if last is not None and last.fingerprint == fingerprint else self.next_version(number)

    def open_version(self, number: int, fingerprint: str) -> EpochKey:
        """The same, and it exists then."""
        with self._database.atomic():
            key = self.find_version(number, fingerprint)
            if key.epoch not in self.epoch_numbers(number):
                self.finish_version(key, fingerprint)
        return key

    def labels_then(self, number: int, labels: Iterable[str]) -> Names:
        """Map labels of today to the names by which a source that is not a run stores them, where these differ.

        Raises:
            UserError: the source would be read with another label in the place of one of them.
        """
        now = self._names.of_source(number)
        then = earlier_names(now, self.origin(number).get("labels", []))
        for label in labels:
            if label in now and label not in then:
                raise UserError(
                    "the label {label} cannot be stored for source {number}: {other} had that name when the source was"
                    " added; add a new source instead",
                    label=label,
                    other=now[label],
                    number=number,
                )
        return then
