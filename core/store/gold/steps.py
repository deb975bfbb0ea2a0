"""Describe the steps of the log: what each did, as fields for a message."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from core.analysis.verdicts import Blame
from core.domain.spans import Section, SentenceNumber, Span
from core.store.columns import spans_from_text
from core.store.database import Database, Row
from core.store.gold.remarks import DismissalKind
from core.store.sources import Source

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
    "reject",
    "suggest again",
    "skip",
    "come back",
    "finish",
    "move",
    "set aside",
    "delete",
    "bring back",
    "mark",
    "unmark",
    "note",
    "verdict",
    "take",
    "keep",
    "take neither",
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
reject, suggest again: suggested spans were rejected, or that was withdrawn.
skip, come back: sentences of the pool were skipped, or that was withdrawn.
finish: sentences of the pool got their gold and moved to splits.
move: sentences went from some sections of the corpus to others.
set aside, delete, bring back: all of them went aside, were deleted, or came back from there.
mark, unmark: a sentence was marked as reviewed, or its mark was removed.
note: a note was set or removed.
verdict: a verdict was given, perhaps with a correction and a mark.
take, keep, take neither: where two readers disagree in a sentence, the spans of one that is a source became the gold,
    the gold was kept, or neither was right.
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
        spans: how many spans it changed, or strings or places it dismissed; None for more than `EXAMINED` sentences.
        old_label: the label that the spans had; for a change of the tag set, the removed label.
        new_label: the label that the spans got; for a change of the tag set, the added label.
        string: the text of the spans, including removed ones.
        is_reviewed: the mark that the step set or removed; None if it changed no mark.
        note: the note that it set, empty if it removed one; None if it changed no note.
        blame: its verdict; None without one.
        section: where it moved the sentences; None if it moved none, or not all to the same section.
        reason: why it moved them, in a person's words.
        source: whose spans it took, as people call it; empty: nobody's.
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
    source: str = ""


def describe_step(database: Database, number: int) -> Step | None:
    """Describe the step with this number; None if there is none."""
    rows = database.rows(
        f"SELECT c.kind, s.number, coalesce(s.id, ''), s.text, c.before, c.after, {_REMARKS} FROM correction AS c"
        " LEFT JOIN sentence AS s ON s.number = c.sentence WHERE c.number = ?1 UNION ALL"
        " SELECT *, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM"
        " (SELECT c.kind, s.number, s.id, s.text, c.before, c.after FROM correction AS c"
        " JOIN sentence AS s ON s.number = c.sentence WHERE c.step = ?1 AND c.number <> c.step"
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
    if said.is_decision:
        return _decision(database, number, sentence, sentence_id)
    if said.has_dismissals:
        return _dismissal(database, number, sentence, sentence_id)
    if said.has_moves:
        return _describe_moves(database, number, kind, changes)
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
    ("suggestion", True): "reject",
    ("suggestion", False): "suggest again",
    ("sentence", True): "skip",
    ("sentence", False): "come back",
}


def _dismissal(database: Database, number: int, sentence: SentenceNumber | None, sentence_id: str) -> Step:
    """Describe a step that dismissed strings, places, suggestions or sentences, or withdrew that."""
    rows = database.rows("SELECT kind, subject, is_dismissed FROM dismissal WHERE step = ? ORDER BY rowid", [number])
    dismissed, is_dismissed, subjects = rows[0][0], bool(rows[0][2]), [row[1] for row in rows]
    found = [json.loads(subject) for subject in subjects] if dismissed not in ("particle", "string") else []
    if found:
        (sentence, sentence_id, _), *_ = _of_sentence(database, found[0][0])
        of_spans = [each for each in found[:EXAMINED] if len(each) > 1]
        subjects = [text[each[1] : each[2]] for each in of_spans for *_, text in _of_sentence(database, each[0])]
    label = _common(each[3] for each in found if len(each) > 3)
    kind, sentences = _DISMISSED[dismissed, is_dismissed], len({each[0] for each in found})
    return Step(number, kind, sentence, sentence_id, sentences, len(rows), label, string=_common(subjects))


_DECIDED: dict[Blame, StepKind] = {"gold": "take", "model": "keep", "ambiguous": "take neither"}


def _decision(database: Database, number: int, sentence: SentenceNumber | None, sentence_id: str) -> Step:
    """Describe a step that decided between two readers; the first of its verdicts says for whom."""
    [(blame, source, kind, name)] = database.rows(
        "SELECT blame, s.number, kind, name FROM verdict AS v JOIN source AS s ON s.number = v.source WHERE step = ?"
        " ORDER BY v.number LIMIT 1",
        [number],
    )
    title = Source(source, kind, name).title if blame == "gold" else ""
    return Step(number, _DECIDED[blame], sentence, sentence_id, 1, blame=blame, source=title)


def _describe_moves(database: Database, number: int, logged: str, changes: "Sequence[_SpanChange]") -> Step:
    """Describe a step that moved sentences, perhaps with their first gold."""
    [(count, first, reason, lowest, highest, outside, is_finish)] = database.rows(
        "SELECT count(*), min(sentence), max(reason), min(after), max(after), sum(before IN ('aside', 'deleted')),"
        f" {_GIVES_GOLD} FROM move AS m WHERE step = ?",
        [number],
    )
    section: Section | None = lowest if lowest == highest else None
    kinds: dict[Section | None, StepKind] = {"deleted": "delete", "aside": "set aside"}
    kind = kinds.get(section, "move")
    if outside == count and kind != "delete":
        kind = "bring back"
    if logged == "revert":
        kind, count = "revert", database.value(_COUNT_SENTENCES, [number])
    elif is_finish:
        kind = "finish"
    (sentence, sentence_id, _), *_ = _of_sentence(database, first)
    spans = len(changes) if count <= EXAMINED else None
    return Step(number, kind, sentence, sentence_id, count, spans, section=section, reason=reason)


_COUNT_SENTENCES = (
    "SELECT count(*) FROM (SELECT sentence FROM move WHERE step = ?1 UNION"
    " SELECT sentence FROM correction WHERE (number = ?1 OR step = ?1) AND before <> after)"
)
"""Counts the sentences whose section or gold a step changed."""

_GIVES_GOLD = (
    "EXISTS (SELECT 1 FROM correction AS c WHERE c.number = m.step AND c.sentence IS NOT NULL AND m.before = 'pool')"
)
"""Whether a move belongs to a step that gave sentences of the pool their gold: it alone has their entries, too."""


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
    """The remarks of a step, whether it changed labels, dismissals or sections, and whether it decided between two
    readers, as read from SQLite.
    """

    is_reviewed: int | None
    note: str | None
    blame: Blame | None
    has_labels: int
    has_dismissals: int
    has_moves: int
    is_decision: int


_REMARKS = (
    "(SELECT is_reviewed FROM review WHERE step = ?1), (SELECT text FROM note WHERE step = ?1),"
    " (SELECT blame FROM verdict WHERE step = ?1),"
    " EXISTS (SELECT 1 FROM label_change WHERE step = ?1) OR EXISTS (SELECT 1 FROM relabelling WHERE step = ?1),"
    " EXISTS (SELECT 1 FROM dismissal WHERE step = ?1), EXISTS (SELECT 1 FROM move WHERE step = ?1),"
    " EXISTS (SELECT 1 FROM verdict WHERE step = ?1 AND gold = '[]' AND predicted = '[]')"
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
