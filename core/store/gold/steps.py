"""Describe and list the steps of the log: what each did, as fields for a message, and which of them changed gold."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, get_args

from core.analysis.verdicts import Blame
from core.domain.spans import SECTIONS, Section, SentenceNumber, Span, Split
from core.store.columns import spans_from_text
from core.store.database import Database, Row
from core.store.gold.log import CORRECTIONS, Correction, correction_of_row
from core.store.gold.remarks import DismissalKind, TextPlace
from core.store.search import TextSearch

StepKind = Literal[
    "label",
    "unlabel",
    "relabel",
    "resize",
    "correct",
    "revert",
    "rename",
    "merge",
    "add label",
    "delete label",
    "dismiss",
    "ask again",
    "accept strings",
    "question strings",
    "accept places",
    "question places",
    "move",
    "set aside",
    "delete",
    "bring back",
    "mark",
    "unmark",
    "note",
    "verdict",
]
"""What a step did:

label, unlabel: spans were only added, or only removed.
relabel: spans got another label with the same edges; also a replacement of a label where a text matches.
resize: spans got other edges with the same label.
correct: several of these at once.
revert: sentences got the gold from before some corrections.
rename, merge: a label of the tag set was renamed, or merged into another one.
add label, delete label: a label was added to the tag set, or removed from it.
dismiss, ask again: strings were dismissed as not ending in a particle, or that was withdrawn.
accept strings, question strings: strings were dismissed as labelled correctly, or that was withdrawn.
accept places, question places: the same for places of strings.
move: sentences went from some sections of the corpus to others.
set aside, delete, bring back: all of them went aside, were deleted, or came back from there.
mark, unmark: a sentence was marked as reviewed, or its mark was removed.
note: a note was set or removed.
verdict: a verdict was given, perhaps with a correction and a mark.
"""

EXAMINED = 250
"""How many sentences of a step are read to describe it; large steps make the same change in all of theirs."""


@dataclass(frozen=True, slots=True)
class Step:
    """What is undone and redone at once, described from the log, so that it works for steps of older versions.

    `old_label`, `new_label` and `string` are those shared by all spans that the step changed in its first `EXAMINED`
    sentences; None if they differ.

    Attributes:
        number: that of its first entry in the log.
        kind: what it did.
        sentence, sentence_id: the first sentence that it touched; arbitrary or None if it touched none.
        sentences: how many sentences it touched; 0 if it only changed the tag set.
        spans: how many spans it added, removed or changed, or strings or places it dismissed; None for more than
            `EXAMINED` sentences.
        old_label: the label that the spans had; for a change of the tag set, the removed label.
        new_label: the label that the spans got; for a change of the tag set, the added label.
        string: the text of the spans, including removed ones.
        is_reviewed: the mark that the step set or removed; None if it changed no mark.
        note: the note that it set, empty if it removed one; None if it changed no note.
        blame: its verdict; None without one.
        section: where it moved the sentences; None if it moved none, or not all to the same section.
        reason: why it moved them, in a person's words.
    """

    number: int
    kind: StepKind
    sentence: SentenceNumber | None
    sentence_id: str
    sentences: int
    spans: int | None = 0
    old_label: str | None = None
    new_label: str | None = None
    string: str | None = None
    is_reviewed: bool | None = None
    note: str | None = None
    blame: Blame | None = None
    section: Section | None = None
    reason: str = ""


def describe_step(database: Database, number: int) -> Step | None:
    """Describe the step with this number; None if there is none."""
    rows = database.rows(
        f"SELECT c.kind, s.number, coalesce(s.id, ''), s.text, c.before, c.after, {_REMARKS} FROM correction AS c"
        " LEFT JOIN sentence AS s ON s.number = c.sentence WHERE c.number = ?1 UNION ALL"
        " SELECT *, NULL, NULL, NULL, NULL, NULL, NULL FROM (SELECT c.kind, s.number, s.id, s.text, c.before, c.after"
        " FROM correction AS c JOIN sentence AS s ON s.number = c.sentence WHERE c.step = ?1 AND c.number <> c.step"
        " ORDER BY c.number LIMIT ?2)",
        [number, EXAMINED - 1],
    )
    if not rows:
        return None
    entries, said = [row[:6] for row in rows], _Remarks(*rows[0][6:])
    count = len(entries)
    if count == EXAMINED:
        count = 1 + database.value("SELECT count(*) FROM correction WHERE step = ? AND number <> step", [number])
    changes = [change for entry in entries for change in _span_changes(entry)]
    labels = _Labels.of(database, number) if said.has_labels else _Labels()
    if labels.kind is not None and not changes:
        count = 0
    old = labels.old if labels.kind is not None else _common(c.old_label for c in changes)
    new = labels.new if labels.kind is not None else _common(c.new_label for c in changes)
    (kind, sentence, sentence_id, *_), *_ = entries
    if said.has_dismissals:
        return _dismissal(database, number, sentence, sentence_id)
    if said.has_moves:
        return _describe_moves(database, number)
    return Step(
        number,
        _kind(kind, changes, said, labels),
        sentence,
        sentence_id,
        count,
        len(changes) if count <= EXAMINED else None,
        old,
        new,
        _common(change.string for change in changes),
        None if said.is_reviewed is None else bool(said.is_reviewed),
        said.note,
        said.blame,
    )


_DISMISSED: dict[tuple[DismissalKind, bool], StepKind] = {
    ("particle", True): "dismiss",
    ("particle", False): "ask again",
    ("string", True): "accept strings",
    ("string", False): "question strings",
    ("place", True): "accept places",
    ("place", False): "question places",
}


def _dismissal(database: Database, number: int, sentence: SentenceNumber | None, sentence_id: str) -> Step:
    """Describe a step that dismissed strings or places, or withdrew that."""
    rows = database.rows("SELECT kind, subject, is_dismissed FROM dismissal WHERE step = ? ORDER BY rowid", [number])
    dismissed, is_dismissed, subjects = rows[0][0], bool(rows[0][2]), [row[1] for row in rows]
    if dismissed == "place":
        found = [TextPlace(*json.loads(subject)) for subject in subjects]
        (sentence, sentence_id, _), *_ = _of_sentence(database, found[0].sentence)
        subjects = [
            text[place.start : place.end]
            for place in found[:EXAMINED]
            for *_, text in _of_sentence(database, place.sentence)
        ]
    kind = _DISMISSED[dismissed, is_dismissed]
    sentences = len({place.sentence for place in found}) if dismissed == "place" else 0
    return Step(number, kind, sentence, sentence_id, sentences, len(rows), string=_common(subjects))


def _describe_moves(database: Database, number: int) -> Step:
    """Describe a step that moved sentences."""
    [(count, first, reason, lowest, highest, outside)] = database.rows(
        "SELECT count(*), min(sentence), max(reason), min(after), max(after), sum(before IN ('aside', 'deleted'))"
        " FROM move WHERE step = ?",
        [number],
    )
    section: Section | None = lowest if lowest == highest else None
    kinds: dict[Section | None, StepKind] = {"deleted": "delete", "aside": "set aside"}
    kind = kinds.get(section, "move")
    if outside == count and kind != "delete":
        kind = "bring back"
    (sentence, sentence_id, _), *_ = _of_sentence(database, first)
    return Step(number, kind, sentence, sentence_id, count, section=section, reason=reason)


def _of_sentence(database: Database, number: SentenceNumber) -> list[Row]:
    return database.rows("SELECT number, id, text FROM sentence WHERE number = ?", [number])


class _SpanChange(NamedTuple):
    """The change of one span: an added one has no old label, a removed one no new label."""

    kind: StepKind
    old_label: str | None
    new_label: str | None
    string: str


class _Labels(NamedTuple):
    """What a step did to the tag set; nothing if its kind is None."""

    kind: StepKind | None = None
    old: str | None = None
    new: str | None = None

    @classmethod
    def of(cls, database: Database, step: int) -> "_Labels":
        known: dict[str, int] = dict(database.rows("SELECT name, is_known FROM label_change WHERE step = ?", [step]))
        for old, new in database.rows("SELECT name, becomes FROM relabelling WHERE step = ?", [step]):
            return cls("rename" if new in known else "merge", old, new)
        for name, is_known in known.items():
            return cls("add label", new=name) if is_known else cls("delete label", old=name)
        return cls()


class _Remarks(NamedTuple):
    """The remarks of a step, and whether it changed labels, dismissals or sections, as read from SQLite."""

    is_reviewed: int | None
    note: str | None
    blame: Blame | None
    has_labels: int
    has_dismissals: int
    has_moves: int


_REMARKS = (
    "(SELECT is_reviewed FROM review WHERE step = ?1), (SELECT text FROM note WHERE step = ?1),"
    " (SELECT blame FROM verdict WHERE step = ?1),"
    " EXISTS (SELECT 1 FROM label_change WHERE step = ?1) OR EXISTS (SELECT 1 FROM relabelling WHERE step = ?1),"
    " EXISTS (SELECT 1 FROM dismissal WHERE step = ?1), EXISTS (SELECT 1 FROM move WHERE step = ?1)"
)
"""The columns of `_Remarks`; parameter 1 is the step."""


def _kind(logged: str, changes: list[_SpanChange], said: _Remarks, labels: _Labels) -> StepKind:
    if labels.kind is not None:
        return labels.kind
    if said.blame is not None:
        return "verdict"
    if logged == "revert":
        return "revert"
    if changes:
        kinds = {change.kind for change in changes}
        return kinds.pop() if len(kinds) == 1 else "correct"
    if said.note is not None:
        return "note"
    return "unmark" if said.is_reviewed == 0 else "mark"


def _span_changes(entry: Row) -> Iterator[_SpanChange]:
    """The changes of spans by an entry of the log."""
    text: str = entry[3]
    before, after = (spans_from_text(gold) for gold in entry[4:6])
    known, kept = set(before), set(before) & set(after)
    came = [span for span in after if span not in known]
    for old in (span for span in before if span not in kept):
        new = next((span for span in came if old.start < span.end and span.start < old.end), None)
        if new is None:
            yield _SpanChange("unlabel", old.label, None, text[old.start : old.end])
        else:
            came.remove(new)
            yield _SpanChange(_became(old, new), old.label, new.label, text[new.start : new.end])
    for span in came:
        yield _SpanChange("label", None, span.label, text[span.start : span.end])


def _became(old: Span, new: Span) -> StepKind:
    if (old.start, old.end) == (new.start, new.end):
        return "relabel"
    return "resize" if old.label == new.label else "correct"


def _common(values: Iterable[str | None]) -> str | None:
    """The common value; None if they differ."""
    different = set(values)
    return different.pop() if len(different) == 1 else None


StepGroup = Literal["corrections", "labels", "verdicts", "reverts", "moves"]
"""Groups in which steps are listed: renames and merges of labels, verdicts, reverts, moves of sentences, and all other
corrections."""

STEP_GROUPS: tuple[StepGroup, ...] = get_args(StepGroup)


@dataclass(frozen=True, slots=True)
class StepFilter:
    """Which changes of gold and moves, and so which steps, to list; conditions that are not set match all.

    Attributes:
        group: what the step did.
        label: the old or new label of a changed span; moves match none.
        split: that of the sentence.
        text: occurs in the sentence's text, id or note.
        author: who made the step; empty for those of nobody known.
    """

    group: StepGroup | None = None
    label: str | None = None
    split: Split | None = None
    text: str = ""
    author: str | None = None


@dataclass(frozen=True, slots=True)
class ListedStep:
    """A step with the changes of gold that match a filter.

    Attributes:
        made_at: the time in UTC, ISO 8601.
        author: who made it; empty if that is not known.
        is_undone: whether it is currently undone.
        corrections, first: how many changes of gold match, and the first of them; none of a step that moved sentences.
    """

    step: Step
    made_at: str
    author: str
    is_undone: bool
    corrections: int
    first: Correction | None


class StepList:
    """Lists the steps that changed gold or moved sentences, newest first, including undone ones but not undo and redo
    themselves.
    """

    def __init__(self, database: Database, search: TextSearch) -> None:
        self._database = database
        self._search = search

    def list_matching(
        self, chosen: StepFilter, *, before: int | None = None, after: int = 0, limit: int = -1
    ) -> list[ListedStep]:
        """The newest steps that match a filter, with numbers between two others."""
        condition, parameters = self._condition(chosen)
        moves = "" if chosen.label is not None else _MOVES_OF_STEPS.format(condition=condition)
        rows = self._database.rows(
            "WITH found AS (SELECT coalesce(c.step, c.number) AS step, count(*) AS corrections, min(c.number) AS first"
            " FROM correction AS c JOIN sentence AS s ON s.number = c.sentence"
            f" WHERE c.before <> c.after AND c.kind IN ('correct', 'revert') AND c.number > ? AND {condition}"
            f" GROUP BY 1{moves})"
            f" SELECT found.*, h.made_at, h.author, {_IS_UNDONE} FROM found"
            " JOIN correction AS h ON h.number = found.step"
            f" WHERE h.number > ? AND h.number < coalesce(?, h.number + 1) AND h.author = coalesce(?, h.author)"
            f" AND {_GROUPS[chosen.group]} ORDER BY h.number DESC LIMIT ?",
            [after, *parameters, *([after, *parameters] if moves else ()), after, before, chosen.author, limit],
        )
        numbers = [row[2] for row in rows if row[2] is not None]
        firsts = self._database.rows_of(f"{CORRECTIONS} AND c.number IN ({{numbers}})", numbers)
        first_of = {each.number: each for each in map(correction_of_row, firsts)}
        return [
            ListedStep(step, made_at, author, bool(is_undone), corrections, first_of.get(first))
            for number, corrections, first, made_at, author, is_undone in rows
            if (first is None or first in first_of) and (step := describe_step(self._database, number)) is not None
        ]

    def authors(self) -> list[str]:
        """The names of all who made a step."""
        rows = self._database.rows("SELECT DISTINCT author FROM correction WHERE author <> '' ORDER BY 1")
        return [row[0] for row in rows]

    def corrections_of(self, step: int, chosen: StepFilter, *, after: int = 0, limit: int = -1) -> list[Correction]:
        """The changes of gold of a step that match a filter, in order, after a given one."""
        condition, parameters = self._condition(chosen)
        rows = self._database.rows(
            f"{CORRECTIONS} AND coalesce(c.step, c.number) = ? AND c.number > ? AND c.number <="
            " (SELECT coalesce(max(number), ?) FROM correction WHERE step = ?)"
            f" AND {condition} ORDER BY c.number LIMIT ?",
            [step, max(after, step - 1), step, step, *parameters, limit],
        )
        return [correction_of_row(row) for row in rows]

    def undone(self) -> frozenset[int]:
        """All steps that are currently undone."""
        rows = self._database.rows(
            "SELECT target, kind, max(number) FROM correction"
            " WHERE target IS NOT NULL AND step IS NULL AND kind IN ('undo', 'redo') GROUP BY target"
        )
        return frozenset(target for target, kind, _ in rows if kind == "undo")

    def _condition(self, chosen: StepFilter) -> tuple[str, Sequence[Any]]:
        """The condition on a correction c of a sentence s, as SQL with parameters."""
        conditions, parameters = ["true"], list[Any]()
        if chosen.label is not None:
            conditions.append(_CHANGES_LABEL)
            parameters.append(chosen.label)
        if chosen.split is not None:
            conditions.append("s.split = ?")
            parameters.append(chosen.split)
        if chosen.text:
            found = {number for section in SECTIONS for number in self._search.find(chosen.text, section)}
            conditions.append("s.number IN (SELECT value FROM json_each(?))")
            parameters.append(json.dumps([*found]))
        return " AND ".join(conditions), parameters


_MOVES_OF_STEPS = (
    " UNION ALL SELECT m.step, 0, NULL FROM move AS m JOIN sentence AS s ON s.number = m.sentence"
    " JOIN correction AS c ON c.number = m.step"
    " WHERE c.kind IN ('correct', 'revert') AND m.step > ? AND {condition} GROUP BY m.step"
)
_IS_UNDONE = (
    "(SELECT kind FROM correction WHERE target = h.number AND step IS NULL AND kind IN ('undo', 'redo')"
    " ORDER BY number DESC LIMIT 1) IS 'undo'"
)

_CHANGES_LABEL = (
    "EXISTS (SELECT 1 FROM (SELECT value FROM json_each(c.before) UNION ALL SELECT value FROM json_each(c.after))"
    " WHERE json_extract(value, '$[2]') = ? GROUP BY value HAVING count(*) = 1)"
)
"""A span that the gold had either before or after, but not both."""

_CHANGED_LABELS = (
    "(EXISTS (SELECT 1 FROM relabelling WHERE step = h.number)"
    " OR EXISTS (SELECT 1 FROM label_change WHERE step = h.number))"
)
_GAVE_VERDICT = "EXISTS (SELECT 1 FROM verdict WHERE step = h.number)"
_MOVED = "EXISTS (SELECT 1 FROM move WHERE step = h.number)"
_GROUPS: dict[StepGroup | None, str] = {
    None: "true",
    "labels": _CHANGED_LABELS,
    "verdicts": _GAVE_VERDICT,
    "reverts": "h.kind = 'revert'",
    "moves": _MOVED,
    "corrections": f"h.kind = 'correct' AND NOT {_CHANGED_LABELS} AND NOT {_GAVE_VERDICT} AND NOT {_MOVED}",
}
