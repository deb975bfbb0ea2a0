"""A drawn sample of sentences for a second annotator, who sees neither gold nor what else is kept of them."""

import hashlib
import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from heapq import nsmallest
from pathlib import Path

from core.domain.errors import UserError
from core.domain.spans import Section, SentenceNumber
from core.domain.splitting import normalise_for_comparison
from core.formats import jsonl, label_studio, plain
from core.formats.records import CorpusFormat, Record, WriteOptions
from core.formats.registry import AUTO
from core.io.files import replacing
from core.messages.catalogue import join_words, say_count
from core.services.export_corpus import ExportReport
from core.store.project import Project, refuse_inside_project
from core.store.sentences import StoredSentence

BLIND_FORMATS: tuple[CorpusFormat, ...] = (jsonl.FORMAT, label_studio.FORMAT, plain.FORMAT)
"""The formats that hold a text of which nobody has said anything, so that an annotator's tool can open it."""

_LISTED = 20
"""How many ids are listed."""


@dataclass(frozen=True, slots=True)
class BlindPlan:
    """Which sentences to draw.

    Attributes:
        sentences: how many, each with a text of its own.
        seed: the same one draws the same texts in the same order again, also once the corpus has grown.
    """

    sentences: int
    section: Section = "dev"
    seed: int = 1


def export_blind(project: Project, path: Path, plan: BlindPlan, format_name: str = AUTO) -> ExportReport:
    """Write ids and texts of a drawn sample, and nothing else, in random order; remember which were handed out.

    Raises:
        UserError: the format cannot hold texts without gold, there is none to draw, or the file cannot be written.
    """
    refuse_inside_project(path)
    known = _find_format(path, format_name)
    if plan.sentences < 1:
        raise UserError("a blind batch has at least 1 sentence")
    drawn = _draw(project, plan)
    if not drawn:
        raise UserError("there is no sentence in {section} to hand out", section=plan.section)
    stored = {each.number: each for each in project.sentences.by_number(drawn)}
    _write(known, path, [stored[number] for number in drawn])
    project.batches.hand_out(drawn)
    return ExportReport(len(drawn), _describe_lack(plan, len(drawn)))


def _find_format(path: Path, format_name: str) -> CorpusFormat:
    suffix = path.suffix.lower()
    for known in BLIND_FORMATS:
        if format_name == known.name or (format_name == AUTO and suffix == known.suffix):
            return known
    raise UserError(
        "a blind batch can be written as {formats}; end the name so, or name one of these formats",
        formats=join_words(f"{known.suffix} ({known.name})" for known in BLIND_FORMATS),
    )


def _write(known: CorpusFormat, path: Path, chosen: Iterable[StoredSentence]) -> None:
    """Write ids and texts. A JSON line without a key for entities is one that nobody judged, until somebody writes
    `spans` into it; what our writer says of it would stay in it.
    """
    if known is jsonl.FORMAT:
        with replacing(path) as file:
            for each in chosen:
                file.write(json.dumps({"id": each.id, "text": each.text}, ensure_ascii=False) + "\n")
        return
    assert known.write is not None
    records = (Record(at, each.text, id=each.id, judged="no") for at, each in enumerate(chosen, 1))
    known.write(path, records, WriteOptions())


def _draw(project: Project, plan: BlindPlan) -> list[SentenceNumber]:
    """The first sentence of each of the texts with the smallest hashes, in their order: neither depends on the gold."""
    first = dict[int, SentenceNumber]()
    for number, text in project.sentences.texts(plan.section):
        first.setdefault(_hash(plan.seed, text), number)
    return [number for _, number in nsmallest(plan.sentences, first.items())]


def _hash(seed: int, text: str) -> int:
    named = f"{seed} {normalise_for_comparison(text)}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(named, digest_size=8).digest())


def _describe_lack(plan: BlindPlan, drawn: int) -> tuple[str, ...]:
    if drawn == plan.sentences:
        return ()
    return (
        say_count(
            "There is only {count:,} different text in {section}.",
            "There are only {count:,} different texts in {section}.",
            drawn,
            section=plan.section,
        ),
    )


def describe_return(project: Project, judged: Collection[SentenceNumber]) -> str:
    """What did not come back of the blind batch that a person's sentences are of, or was not handed out; empty where
    all did, or where they are of none.
    """
    came = set(judged)
    batch = max(project.batches.handed_out(), key=lambda numbers: len(came.intersection(numbers)), default=[])
    handed_out = set(batch)
    if 2 * len(came & handed_out) <= len(came) or came == handed_out:
        return ""
    missing, strange = [each for each in batch if each not in came], sorted(came - handed_out)
    said = []
    if missing:
        said.append(
            say_count(
                "{count:,} sentence of the blind batch did not come back with a judgement: {ids}.",
                "{count:,} sentences of the blind batch did not come back with a judgement: {ids}.",
                len(missing),
                ids=_list_ids(project, missing),
            )
        )
    if strange:
        said.append(
            say_count(
                "{count:,} sentence was not in the blind batch: {ids}.",
                "{count:,} sentences were not in the blind batch: {ids}.",
                len(strange),
                ids=_list_ids(project, strange),
            )
        )
    return " ".join(said)


def _list_ids(project: Project, numbers: list[SentenceNumber]) -> str:
    ids = project.sentences.ids(numbers[:_LISTED])
    return join_words([*ids, "…"] if len(numbers) > _LISTED else ids)


def describe_blind(path: Path, plan: BlindPlan, sentences: int) -> str:
    """What was handed out, and by which draw."""
    return say_count(
        "{count:,} sentence of {section}, drawn with seed {seed}, written to {path} without gold",
        "{count:,} sentences of {section}, drawn with seed {seed}, written to {path} without gold",
        sentences,
        section=plan.section,
        seed=plan.seed,
        path=path,
    )
