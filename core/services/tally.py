"""What the records of an import had, counted and in sentences for the user."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from core.domain.labels import is_label_name
from core.domain.spans import Judged
from core.languages.korean.josa import noun_end
from core.languages.korean.normalise import to_nfc
from core.messages.catalogue import join_words, say_count

LISTED = 20
"""How many sentences with the same text and other gold are listed."""


@dataclass(frozen=True, slots=True)
class OtherGold:
    """Two sentences with the same text and other gold; ids with the spans in words."""

    first: str
    second: str


@dataclass(slots=True)
class Tally:
    """What an intake met, for the user.

    Attributes:
        spans: the spans of each label that came in.
        unknown: the spans of each label that is not in the tag set, which keep their records out.
        folded: the spans of each fine label that became its type.
        in_project: rejected records that are in the project with the same text and gold.
        renamed: those of them that the project renamed or merged, with the labels that they are now.
        in_import: rejected records that came earlier in the import with the same text and gold.
        contradicting: rejected records that are in the project or came earlier in the import with other gold.
        deleted: sentences that came in anew after they had been deleted.
        blank_edges: spans that came in with a blank at an edge, which no tagger learns.
        left_out: overlapping spans that were left out, and the first of them in words.
        returned: sentences of the pool that came in with gold and leave it.
        completed: sentences of the pool that got what was accepted in them elsewhere, and stay there.
        left_meanwhile: those that a person worked on while the files were read, and which stay as they are.
        for_pool: sentences that came in for the pool, as a person chose.
        ignored: those of them whose gold was not taken.
        unstated: texts without spans whose files do not say whether anybody judged them; they count as not judged.
        merged: records that were joined with an earlier one of the same sentence, of which they judge another part.
        replaced: records by another person than an earlier one of the same sentence, in whose place they are.
        people: who says something else of the same sentences, in order.
        judged: the records that came in, by whether somebody judged them.
        in_utf16: rejected records whose offsets are right if they count UTF-16 units.
        shifted: rejected records whose spans say what they cover, all by the same shift.
        up_to_blanks: records whose texts are those of the project but for runs of blanks.
        refused: entities that a person refused in sentences of the pool.
        same_text: sentences whose text the project or another file has already under another id with the same gold.
        other_gold: how many have it with other gold, and the first of them.
        read: the records of each file that were judged.
        shared: sentences that came in two files of this import, by the names of the earlier and the later one.
        same_id: new sentences whose records have the id of another sentence of the pool, and the id of the first.
    """

    spans: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)
    renamed: dict[str, str] = field(default_factory=dict)
    folded: Counter[str] = field(default_factory=Counter)
    judged: Counter[Judged] = field(default_factory=Counter)
    in_project: int = 0
    in_import: int = 0
    contradicting: int = 0
    deleted: int = 0
    blank_edges: int = 0
    left_out: int = 0
    first_left_out: str = ""
    returned: int = 0
    completed: int = 0
    left_meanwhile: int = 0
    for_pool: int = 0
    ignored: int = 0
    unstated: int = 0
    merged: int = 0
    replaced: int = 0
    people: list[str] = field(default_factory=list)
    in_utf16: int = 0
    shifted: int = 0
    up_to_blanks: int = 0
    refused: int = 0
    same_text: int = 0
    other_gold: int = 0
    first_other_gold: list[OtherGold] = field(default_factory=list)
    read: Counter[str] = field(default_factory=Counter)
    shared: Counter[tuple[str, str]] = field(default_factory=Counter)
    same_id: int = 0
    first_same_id: str = ""

    @property
    def repeated(self) -> int:
        """How many records were rejected because they are there already."""
        return self.in_project + self.in_import


def describe_tally(tally: Tally) -> tuple[str, ...]:
    """What a person should know of what came in, and of what did not, a sentence each."""
    parts = (
        _describe_labels,
        _describe_overlaps,
        _describe_offsets,
        _describe_judging,
        _describe_pool,
        _describe_joining,
        _describe_refused,
        _describe_texts,
    )
    return tuple(notice for describe in parts for notice in describe(tally))


def _describe_labels(tally: Tally) -> Iterator[str]:
    if tally.unknown:
        yield say_count(
            "{count:,} span has a label that the tag set does not have, so its sentence was rejected: {labels}.",
            "{count:,} spans have labels that the tag set does not have, so their sentences were rejected: {labels}.",
            tally.unknown.total(),
            labels=name_counts(tally.unknown),
        )
    if tally.folded:
        yield say_count(
            "{count:,} span with a fine label got its type: {labels}.",
            "{count:,} spans with fine labels got their types: {labels}.",
            tally.folded.total(),
            labels=name_counts(tally.folded),
        )


def name_counts(counts: Counter[str]) -> str:
    """Labels with their counts, the most frequent first."""
    most = [f"{_quote_odd(label):.42} ({count:,})" for label, count in counts.most_common(LISTED)]
    if len(counts) > LISTED:
        most.append(say_count("{count:,} more", "{count:,} more", len(counts) - LISTED))
    return join_words(most)


def _quote_odd(label: str) -> str:
    """The label, in quotes and escaped where it is none that a person could see as it is."""
    return label if is_label_name(label) else repr(label)


def _describe_overlaps(tally: Tally) -> Iterator[str]:
    if tally.left_out:
        yield say_count(
            "{count:,} overlapping span was left out: {first}.",
            "{count:,} overlapping spans were left out, the first of {first}.",
            tally.left_out,
            first=tally.first_left_out,
        )
    if tally.blank_edges:
        yield say_count(
            "{count:,} span begins or ends with a blank, which a tagger cannot learn.",
            "{count:,} spans begin or end with a blank, which a tagger cannot learn.",
            tally.blank_edges,
        )


def _describe_offsets(tally: Tally) -> Iterator[str]:
    if tally.in_utf16:
        yield say_count(
            "{count:,} rejected record fits its text if its offsets count UTF-16 units: import it so.",
            "{count:,} rejected records fit their texts if their offsets count UTF-16 units: import them so.",
            tally.in_utf16,
        )
    if tally.shifted:
        yield say_count(
            "The spans of {count:,} rejected record all cover what they name if they are shifted: import it so.",
            "The spans of {count:,} rejected records all cover what they name if they are shifted: import them so.",
            tally.shifted,
        )


def _describe_judging(tally: Tally) -> Iterator[str]:
    if count := tally.unstated:
        yield say_count(
            "{count:,} of {total:,} sentences has no spans, and its file does not say whether it has no entities or"
            " nobody looked at it: it is in the pool, as not judged. If it was judged, import it so.",
            "{count:,} of {total:,} sentences have no spans, and their files do not say whether they have no entities"
            " or nobody looked at them: they are in the pool, as not judged. If they were judged, import them so.",
            count,
            total=tally.judged.total(),
        )
    if count := tally.judged["no"] - tally.for_pool - tally.unstated:
        yield say_count(
            "Nobody judged {count:,} sentence: it is in the pool, not in a split.",
            "Nobody judged {count:,} sentences: they are in the pool, not in a split.",
            count,
        )
    if count := tally.judged["partly"]:
        yield say_count(
            "{count:,} sentence was judged in part: it is in the pool, not in a split.",
            "{count:,} sentences were judged in part: they are in the pool, not in a split.",
            count,
        )


def _describe_pool(tally: Tally) -> Iterator[str]:
    if tally.refused:
        yield say_count(
            "{count:,} entity that a person refused is remembered, and not suggested again.",
            "{count:,} entities that a person refused are remembered, and not suggested again.",
            tally.refused,
        )
    if tally.left_meanwhile:
        yield say_count(
            "{count:,} sentence was worked on while the files were read, and stays as it is.",
            "{count:,} sentences were worked on while the files were read, and stay as they are.",
            tally.left_meanwhile,
        )
    if tally.returned:
        yield say_count(
            "{count:,} sentence was in the pool and leaves it with this gold; undo in the window takes it back.",
            "{count:,} sentences were in the pool and leave it with this gold; undo in the window takes them back.",
            tally.returned,
        )
    if tally.completed:
        yield say_count(
            "{count:,} sentence of the pool got what was accepted in it, and stays there; undo in the window takes it"
            " back.",
            "{count:,} sentences of the pool got what was accepted in them, and stay there; undo in the window takes it"
            " back.",
            tally.completed,
        )
    if tally.ignored:
        yield say_count(
            "{count:,} sentence has gold that was not taken, since it goes to the pool; “add-source” makes a source"
            " of it.",
            "{count:,} sentences have gold that was not taken, since they go to the pool; “add-source” makes a"
            " source of it.",
            tally.ignored,
        )


def _describe_joining(tally: Tally) -> Iterator[str]:
    if tally.merged:
        yield say_count(
            "{count:,} record was joined with an earlier one of the same sentence.",
            "{count:,} records were joined with earlier ones of the same sentences.",
            tally.merged,
        )
    if tally.replaced:
        yield say_count(
            "{count:,} record is by another person than an earlier one of the same sentence ({people}), and its gold"
            " counts: choose whose does (--annotator on the command line), and add the others' as sources.",
            "{count:,} records are by other people than earlier ones of the same sentences ({people}), and their gold"
            " counts: choose whose does (--annotator on the command line), and add the others' as sources.",
            tally.replaced,
            people=join_words([*tally.people[:LISTED], "…"] if len(tally.people) > LISTED else tally.people),
        )


def _describe_refused(tally: Tally) -> Iterator[str]:
    if tally.in_project:
        yield say_count(
            "{count:,} record was rejected because the project has it already.",
            "{count:,} records were rejected because the project has them already.",
            tally.in_project,
        )
    if tally.in_import:
        yield say_count(
            "{count:,} record was rejected because its sentence came earlier in this import.",
            "{count:,} records were rejected because their sentences came earlier in this import.",
            tally.in_import,
        )
    if tally.contradicting:
        yield say_count(
            "{count:,} record was rejected because its sentence is there with other gold, which stays.",
            "{count:,} records were rejected because their sentences are there with other gold, which stays.",
            tally.contradicting,
        )


def _describe_texts(tally: Tally) -> Iterator[str]:
    if tally.up_to_blanks:
        yield say_count(
            "The text of {count:,} record is that of the project but for blanks; its spans were placed accordingly.",
            "The texts of {count:,} records are those of the project but for blanks; their spans were placed"
            " accordingly.",
            tally.up_to_blanks,
        )
    for (first, second), count in tally.shared.most_common(LISTED):
        if 2 * count < tally.read[second]:
            continue
        yield say_count(
            "{second} has {count:,} sentence that {first} has, too. If another person judged it there, import {first}"
            " alone, and add {second} as a source of theirs: add-source PROJECT {second} --kind person.",
            "{second} has {count:,} sentences that {first} has, too. If another person judged them there, import"
            " {first} alone, and add {second} as a source of theirs: add-source PROJECT {second} --kind person.",
            count,
            first=first,
            second=second,
        )
    if tally.deleted:
        yield say_count(
            "{count:,} sentence had been deleted and came in anew; the deleted one has another id now.",
            "{count:,} sentences had been deleted and came in anew; the deleted ones have other ids now.",
            tally.deleted,
        )
    if tally.same_id:
        yield say_count(
            "{count:,} record has the id of a sentence of the pool but another text, and came in as a new one:"
            " {first}.",
            "{count:,} records have the ids of sentences of the pool but other texts, and came in as new ones, the"
            " first of them {first}.",
            tally.same_id,
            first=tally.first_same_id,
        )
    if tally.other_gold:
        pairs = "; ".join(f"{each.first} / {each.second}" for each in tally.first_other_gold[:3])
        yield say_count(
            "{count:,} sentence has the text of another one and other gold: {pairs}.",
            "{count:,} sentences have the text of other ones and other gold, the first of them: {pairs}.",
            tally.other_gold,
            pairs=pairs,
        )
    if tally.same_text:
        yield say_count(
            "{count:,} sentence has the text and the gold of another one with another id.",
            "{count:,} sentences have the text and the gold of other ones with other ids.",
            tally.same_text,
        )


@lru_cache(maxsize=1 << 16)
def ends_in_particle(surface: str) -> bool:
    """Whether the last word of a span seems to end in a particle, by its form alone."""
    word = to_nfc(surface).text.rpartition(" ")[2]
    return noun_end(word) < len(word)


def describe_particles(count: int, spans: int, file: str) -> str:
    """A warning of a file that tags whole words, of whose spans some seem to end in a particle."""
    return say_count(
        "{count:,} of the {spans:,} spans of {file} seems to end in a particle, since whole words are tagged;"
        " Consistency → Particles in the window lists such spans and cuts the particles off.",
        "{count:,} of the {spans:,} spans of {file} seem to end in a particle, since whole words are tagged;"
        " Consistency → Particles in the window lists such spans and cuts the particles off.",
        count,
        spans=spans,
        file=file,
    )
