"""Label Studio's JSON-MIN: a list with a row for each annotation.

    [{"id": 1, "text": "이순신은", "label": [{"start": 0, "end": 3, "text": "이순신", "labels": ["PS"]}],
      "annotator": 2, "annotation_id": 7, "lead_time": 3.2}]

A row without the number of an annotation was not judged. Source: https://labelstud.io/guide/export.
"""

from collections.abc import Collection, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from core.domain.errors import UserError
from core.formats import label_studio, spacy_json
from core.formats.json_stream import Element, records_in_head
from core.formats.label_studio import LABEL, OWN
from core.formats.label_studio_texts import SENTENCE_ID, TEXT, TextKeys
from core.formats.records import (
    CorpusFormat,
    Head,
    Record,
    Rejected,
    StatedSpan,
    WriteOptions,
    reject,
    stated_spans,
)
from core.formats.source_files import Source
from core.messages.catalogue import mark, say_count

_NUMBER = "annotation_id"
_OF_ANNOTATION = {_NUMBER, "created_at", "updated_at", "lead_time", "agreement"}
"""Keys of a row that are not of the task's data."""
_MEMBERS = ("id", "annotator", LABEL)


def score(head: Head) -> float:
    """Surely if the file is a list of rows with the number of an annotation, or with regions."""
    is_list = head.text.lstrip().startswith("[") and not label_studio.score(head)
    return 1.0 if is_list and any(map(_is_row, records_in_head(head.text))) else 0.0


def _is_row(members: dict[str, Any]) -> bool:
    if spacy_json.is_document(members):
        return False
    return not {_NUMBER, SENTENCE_ID}.isdisjoint(members) or any(
        _is_list_of_regions(value) and label_studio.find_kind(value[0]) for value in members.values()
    )


def read(source: Source) -> Iterator[Record | Rejected]:
    """Read the rows; those of one task have one id."""
    return label_studio.read_tasks(source, _records)


def _records(source: Source, element: Element, keys: TextKeys) -> Iterator[Record]:
    row = element.value
    controls = [key for key, value in row.items() if _is_list_of_regions(value) or (key == LABEL and value == [])]
    is_judged = bool(controls) or row.get(_NUMBER) is not None
    sentence_id = label_studio.find_id(row)
    spans: tuple[StatedSpan, ...] = ()
    fault = None
    try:
        spans = tuple(
            [
                span
                for key in controls
                for region in row[key]
                for span in label_studio.cut_spans(region, label_studio.find_kind(region))
            ]
        )
    except UserError as error:
        fault = reject(source, element.line, error, sentence_id)
    others = {key: value for key, value in row.items() if key not in {"id", "annotator", *controls}}
    if others.get(_NUMBER, 0) is None:
        del others[_NUMBER]
    data = {key: value for key, value in others.items() if key not in _OF_ANNOTATION}
    text_key = keys.find(data, TEXT if spans else keys.names(data)[0], spans)
    control = controls[0] if controls else LABEL
    yield Record(
        element.number,
        row[text_key],
        fault or label_studio.unescape_surfaces(row[text_key], spans),
        sentence_id,
        element.line,
        "yes" if is_judged else "no",
        label_studio.name_document(data),
        label_studio.name_annotator(row.get("annotator")),
        extras=label_studio.pack_extras(
            others,
            text_key,
            partial(_is_taken, {*_MEMBERS, control, _NUMBER}),
            control="" if control == LABEL else control,
        ),
    )


def _is_taken(reserved: Collection[str], key: str, value: Any) -> bool:
    """Whether an extra would be taken for something else in a row."""
    return key in reserved or _is_list_of_regions(value)


def _is_list_of_regions(value: Any) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(each, dict) and {"start", "end"} <= each.keys() for each in value)
    )


def write(path: Path, records: Iterable[Record], _options: WriteOptions) -> tuple[str, ...]:
    """Write one row a sentence; what was judged in part is written without entities, as not judged.

    Raises:
        UserError: the file cannot be written.
    """
    partly = label_studio.write_list(path, records, _row)
    notice = say_count(
        "{count:,} sentence was judged in part, which JSON-MIN cannot say; it has no entities in the file",
        "{count:,} sentences were judged in part, which JSON-MIN cannot say; they have no entities in the file",
        partly,
    )
    return (notice,) if partly else ()


def _row(record: Record) -> dict[str, Any]:
    own = label_studio.own_of(record)
    control = own.pop("control", LABEL)
    text_key = own.pop("text_key", TEXT)
    reserved = {*_MEMBERS, control, *([] if record.judged == "yes" else [_NUMBER])}
    row = label_studio.make_data(record, text_key, partial(_is_taken, reserved))
    number, ours = label_studio.number_or_member(record.id)
    row |= ours | number | ({OWN: own} if own else {})
    if record.judged == "yes":
        if not record.gold:
            row[SENTENCE_ID] = record.id  # nothing else says what made the row
        row[control] = [label_studio.make_region(record.text, span) for span in stated_spans(record)]
    else:
        row[_NUMBER] = None
    return row | ({"annotator": record.annotator} if record.annotator else {})


FORMAT = CorpusFormat(
    "label-studio-min",
    mark("Label Studio (JSON-MIN)"),
    ".json",
    score,
    read,
    write,
    holds=frozenset({"ids", "documents", "extras", "annotators", "whitespace", "line ends", "half words"}),
)
