"""What a step did, read from the log, in fields from which words are made."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from core.analysis.verdicts import Blame
from core.domain.spans import SentenceNumber, Span
from core.store.columns import spans_of_text
from core.store.database import Database, Row

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
    "mark",
    "unmark",
    "note",
    "verdict",
]
"""What a step did:

label, unlabel: spans were added, or removed, and nothing else.
relabel: spans got another label and kept their edges; also a replacement of a label where a text matches.
resize: spans got other edges and kept their label.
correct: several of these at once.
revert: a sentence got the gold from before one correction.
rename, merge: a label of the tag set got another name, or was merged into another one.
add label, delete label: a label came into the tag set, or left it.
dismiss, ask again: strings were dismissed as ending in no particle, or are asked about again.
mark, unmark: a sentence was marked as reviewed, or its mark was taken away.
note: a note was written, or taken away.
verdict: a verdict was given, with the correction and the mark that go with it.
"""

EXAMINED = 250
"""Sentences of a step whose spans are read to describe it; the largest steps change one thing in all of theirs."""


@dataclass(frozen=True, slots=True)
class Step:
    """What is undone and redone at once. It is derived from the log, so that steps of older versions have it as well.

    What `old_label`, `new_label` and `string` say holds for every span that the step changed, in its first `EXAMINED`
    sentences where it is of more; what differs from span to span is None.

    Attributes:
        number: of its first entry in the log.
        kind: what it did.
        sentence: the first sentence that it touched, and `sentence_id` its id; where it touched none, any one or none.
        sentences: how many sentences it touched; none where it changed the tag set alone.
        spans: how many spans it added, removed or changed, or strings it dismissed; None where it is of more than
            `EXAMINED` sentences.
        old_label: the label that the spans had; of a step of the tag set, the label that went.
        new_label: the label that the spans got; of a step of the tag set, the label that came or took its place.
        string: the text of the spans; of those that the step removed, as it was.
        is_reviewed: the mark that the step set, or took away; None where it left marks as they were.
        note: the note that it wrote, empty where it took one away; None where it left notes as they were.
        blame: the verdict that it gave; None where it gave none.
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


def describe_step(database: Database, number: int) -> Step | None:
    """What the step with this number did; None where the log has no such step."""
    rows = database.rows(
        f"SELECT c.kind, s.number, coalesce(s.id, ''), s.text, c.before, c.after, {_REMARKS} FROM correction AS c"
        " LEFT JOIN sentence AS s ON s.number = c.sentence WHERE c.number = ?1 UNION ALL"
        " SELECT *, NULL, NULL, NULL, NULL, NULL FROM (SELECT c.kind, s.number, s.id, s.text, c.before, c.after"
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
    if said.has_strings:
        return _dismissal(database, number, sentence, sentence_id)
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


def _dismissal(database: Database, number: int, sentence: SentenceNumber | None, sentence_id: str) -> Step:
    """The step as one that said something of strings."""
    rows = database.rows("SELECT text, is_dismissed FROM not_particle_change WHERE step = ?", [number])
    kind: StepKind = "dismiss" if rows[0][1] else "ask again"
    return Step(number, kind, sentence, sentence_id, 0, len(rows), string=_common(row[0] for row in rows))


class _SpanChange(NamedTuple):
    """What became of one span: one that came has no old label, one that went no new one."""

    kind: StepKind
    old_label: str | None
    new_label: str | None
    string: str


class _Labels(NamedTuple):
    """What a step did to the tag set; nothing where its kind is None."""

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
    """What was said in a step, and whether it changed labels or said something of strings; as SQLite gives it."""

    is_reviewed: int | None
    note: str | None
    blame: Blame | None
    has_labels: int
    has_strings: int


_REMARKS = (
    "(SELECT is_reviewed FROM review WHERE step = ?1), (SELECT text FROM note WHERE step = ?1),"
    " (SELECT blame FROM verdict WHERE step = ?1),"
    " EXISTS (SELECT 1 FROM label_change WHERE step = ?1) OR EXISTS (SELECT 1 FROM relabelling WHERE step = ?1),"
    " EXISTS (SELECT 1 FROM not_particle_change WHERE step = ?1)"
)
"""The columns of `_Remarks`, of the step that is parameter 1."""


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
    """What an entry of the log did to the spans of its sentence."""
    text: str = entry[3]
    before, after = (spans_of_text(gold) for gold in entry[4:6])
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
    """The value that all have; None where they differ."""
    different = set(values)
    return different.pop() if len(different) == 1 else None
