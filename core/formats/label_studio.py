"""Label Studio's JSON: a list of tasks with the annotations that people made of them.

    [{"id": 1, "data": {"text": "이순신은"}, "annotations": [{"completed_by": 2, "result": [{"from_name": "label",
        "to_name": "text", "type": "labels", "value": {"start": 0, "end": 3, "text": "이순신", "labels": ["PS"]}}]}]}]

Offsets are code points, end exclusive. A task without annotations, or with cancelled ones alone, was not judged. A task
that several people annotated is a record for each of them, all with the task's id. Predictions are extras.

Source: https://labelstud.io/guide/task_format.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from core.domain.errors import UserError
from core.domain.spans import Judged
from core.formats import spacy_json
from core.formats.json_records import IsTaken, has_text, hide_extras, show_extras
from core.formats.json_stream import Element, read_elements, records_in_head, write_elements
from core.formats.label_studio_texts import DOCUMENT, SENTENCE_ID, TEXT, TextKeys
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

OWN = "label_studio"
"""The extra that has what Label Studio says of its own work; the others are the members of a task's data."""
LABEL = "label"

_PARTLY = "partly judged"
"""The version of the “model” whose predictions are the entities of a sentence that is judged in part."""
_NAMES = {"from_name": LABEL, "to_name": TEXT, "type": "labels"}
_LINE_END = re.compile(r"[\r\n]")
_TASK_MEMBERS = frozenset({"id", "data", "completions"})
_OWN_TYPES = {"task": Mapping, "annotation": Mapping, "text_key": str, "control": str}
_LOOKED_AT = 200
"""How many tasks are looked at for the names of their texts, and more until one has results."""


def score(head: Head) -> float:
    """Surely if the file is a list of tasks, or one task."""
    return 1.0 if any(map(is_task, records_in_head(head.text))) else 0.0


def is_task(members: Mapping[str, Any]) -> bool:
    """Whether an object seems to be a task: it has data, or annotations, and no text of its own."""
    match members.get("annotations", members.get("completions")):
        case [{"result": _} | {"completed_by": _}, *_]:
            has_annotations = True
        case given:
            has_annotations = given == [] and "predictions" in members
    is_other = has_text(members) or spacy_json.is_document(members)
    return (has_annotations or isinstance(members.get("data"), dict)) and not is_other


@dataclass(frozen=True, slots=True)
class _Annotation:
    """What one person said of a task, or what nobody did.

    Attributes:
        spans: the regions by the name of the text that they are in.
        fault: why they cannot be read.
        others: what it says besides.
        regions: the details of regions by the name of their text and their place there.
    """

    judged: Judged
    annotator: str = ""
    spans: Mapping[str, tuple[StatedSpan, ...]] = field(default_factory=dict)
    fault: UserError | None = None
    others: Mapping[str, Any] = field(default_factory=dict)
    regions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def about(self, name: str) -> dict[str, Any]:
        """What it says besides the spans of a text."""
        return dict(self.others) | ({"regions": dict(self.regions[name])} if name in self.regions else {})


def read(source: Source) -> Iterator[Record | Rejected]:
    """Read the annotations of a list of tasks; those of one task have its number and id."""
    return read_tasks(source, _records)


def read_tasks(
    source: Source, records: Callable[[Source, Element, TextKeys], Iterator[Record]]
) -> Iterator[Record | Rejected]:
    """Read the elements of a file as records; a `UserError` in one rejects it."""
    keys = TextKeys(partial(_learn_names, source, records))
    for element in read_elements(source):
        if isinstance(element, Rejected):
            yield element
        elif not isinstance(element.value, dict):
            fault = UserError("a task is not an object but {item!r:.40}", item=element.value)
            yield reject(source, element.line, fault)
        else:
            try:
                yield from records(source, element, keys)
            except UserError as error:
                yield reject(source, element.line, error, find_id(element.value))


def _learn_names(
    source: Source, records: Callable[[Source, Element, TextKeys], Iterator[Record]], keys: TextKeys
) -> None:
    """Learn what results call the texts of the first tasks."""
    for number, element in enumerate(read_elements(source)):
        if number >= _LOOKED_AT and keys.by_name:
            break
        if isinstance(element, Element) and isinstance(element.value, dict):
            with suppress(UserError):
                for _ in records(source, element, keys):
                    pass


def _records(source: Source, element: Element, keys: TextKeys) -> Iterator[Record]:
    task = element.value
    data = task.get("data")
    if not isinstance(data, dict):
        raise UserError('what is under "data" is not an object with a text')
    others = {key: value for key, value in task.items() if key not in _TASK_MEMBERS and key != "annotations"}
    annotations = _annotations(task, others)
    sentence_id = find_id(task)
    texts = _texts(data, annotations, keys)
    for annotation in annotations:
        fault = annotation.fault and reject(source, element.line, annotation.fault, sentence_id)
        for key, name in texts.items():
            yield Record(
                element.number,
                data[key],
                fault or unescape_surfaces(data[key], annotation.spans.get(name, ())),
                f"{sentence_id}/{key}" if len(texts) > 1 and sentence_id else sentence_id,
                element.line,
                annotation.judged,
                name_document(data),
                annotation.annotator,
                extras=pack_extras(data, key, _is_taken, task=others, annotation=annotation.about(name)),
            )


def _texts(data: Mapping[str, Any], annotations: Iterable[_Annotation], keys: TextKeys) -> dict[str, str]:
    """The keys of the texts that were labelled, with the names that results call them.

    Where a task has no results, those of the tasks before say what is labelled in this file.
    """
    spans: dict[str, list[StatedSpan]] = {}
    for annotation in annotations:
        for name, each in annotation.spans.items():
            spans.setdefault(name, []).extend(each)
    return {keys.find(data, name, spans.get(name, ())): name for name in spans or keys.names(data)}


def _is_taken(_key: str, _value: Any) -> bool:
    """No extra of a task is taken for something else but by what all formats of Label Studio use."""
    return False


def find_id(task: dict[str, Any]) -> str:
    """The id of our sentence if a task or row has one, else its own; empty if it has none."""
    data = task.get("data")
    ours = (data if isinstance(data, dict) and SENTENCE_ID in data else task).get(SENTENCE_ID)
    value = ours if isinstance(ours, str) and ours else task.get("id")
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def name_document(data: Mapping[str, Any]) -> str:
    """The document that a task's data names; empty if there is none."""
    value = data.get(DOCUMENT)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def pack_extras(data: Mapping[str, Any], text_key: str, is_taken: IsTaken, **own: Any) -> dict[str, Any]:
    """The members of a task's data besides its text, and under one key what Label Studio says besides.

    Args:
        is_taken: whether `make_data` may have hidden an extra.
    """
    used = {text_key, SENTENCE_ID, *([DOCUMENT] if name_document(data) else [])}
    extras = {key: value for key, value in data.items() if key not in used}
    extras = show_extras(extras, lambda key, value: key in {*used, DOCUMENT, OWN} or is_taken(key, value))
    own = {key: value for key, value in own.items() if value}
    if text_key != TEXT:
        own["text_key"] = text_key
    return extras | ({OWN: own} if own else {})


def _annotations(task: dict[str, Any], others: dict[str, Any]) -> list[_Annotation]:
    """A task's annotations, at least one; the cancelled ones are added to what the task says besides."""
    given = task.get("annotations", task.get("completions")) or []
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        raise UserError("its annotations are not a list of objects")
    if cancelled := [each for each in given if each.get("was_cancelled")]:
        others["annotations"] = cancelled
    annotations = [_annotation(each) for each in given if not each.get("was_cancelled")]
    return annotations or [_unsubmitted(others)]


def _unsubmitted(others: dict[str, Any]) -> _Annotation:
    """Nobody's annotation; or the part that was judged, which is taken out of the predictions."""
    predictions = others.get("predictions")
    if not isinstance(predictions, list):
        return _Annotation("no")
    is_ours = [isinstance(each, dict) and each.get("model_version") == _PARTLY for each in predictions]
    if True not in is_ours:
        return _Annotation("no")
    ours = predictions[is_ours.index(True)]
    others["predictions"] = [each for each in predictions if each is not ours]
    if not others["predictions"]:
        del others["predictions"]
    return _annotation({"result": ours.get("result")}, "partly")


def _annotation(given: dict[str, Any], judged: Judged = "yes") -> _Annotation:
    """An annotation with its regions taken out of its results."""
    account = given.get("completed_by")
    annotator = name_annotator(account)
    try:
        spans, results, regions = _sort_results(given.get("result"))
    except UserError as error:
        return _Annotation(judged, annotator, fault=error, others=given)
    has_more = isinstance(account, dict) and account.keys() != {"email"}
    said = {"result", "was_cancelled", *(() if has_more else ("completed_by",))}
    others = {key: value for key, value in given.items() if key not in said}
    others |= {"result": results} if results else {}
    return _Annotation(judged, annotator, {name: tuple(each) for name, each in spans.items()}, None, others, regions)


def _sort_results(results: Any) -> tuple[dict[str, list[StatedSpan]], list[dict[str, Any]], dict[str, dict[str, Any]]]:
    """The spans by the name of their text, the results that are none, and the details of regions by text and place."""
    if not isinstance(results, list) or not all(isinstance(each, dict) for each in results):
        raise UserError("the results of its annotation are not a list of objects")
    spans: dict[str, list[StatedSpan]] = {}
    others: list[dict[str, Any]] = []
    regions: dict[str, dict[str, Any]] = {}
    for result in results:
        value = result.get("value")
        kind = find_kind(value)
        if not kind and not str(result.get("type")).lower().endswith("labels"):
            others.append(result)
            continue
        cut = cut_spans(value, kind)
        name = str(result.get("to_name", TEXT))
        spans.setdefault(name, []).extend(cut)
        if details := _details(result, kind):
            regions.setdefault(name, {}).update({_place(span): details for span in cut})
    return spans, others, regions


def find_kind(region: Any) -> str:
    """The key under which a region has its labels, which is also the kind of its control; empty if it has none."""
    return next((key for key in region if key.endswith("labels")), "") if isinstance(region, dict) else ""


def cut_spans(region: Any, kind: str) -> list[StatedSpan]:
    """A span for each label that a region has under a key.

    Raises:
        UserError: it is not a region of a text.
    """
    match region:
        case {"start": start, "end": end, **others} if type(start) is type(end) is int:
            labels, surface = others.get(kind), others.get("text")
            stated = surface if isinstance(surface, str) else None
            if isinstance(labels, list) and labels:
                return [StatedSpan(start, end, str(label), stated) for label in labels]
        case {"start": str(start)}:
            raise UserError(
                "it was labelled as HTML or as a dialogue: the position {start!r:.80} is not a place in its text; label"
                " it as Text in Label Studio",
                start=start,
            )
    region_text = json.dumps(region, ensure_ascii=False)
    raise UserError("a region lacks one of start, end and a label: {region:.160}", region=region_text)


def unescape_surfaces(text: str, spans: tuple[StatedSpan, ...]) -> tuple[StatedSpan, ...]:
    """The spans of a text; a line end in what they cover, for which Label Studio writes `\\n`, is one again."""
    if not any(span.surface and "\\n" in span.surface for span in spans):
        return spans
    cuts = [text[max(0, span.start) : max(0, span.end)] for span in spans]
    is_escaped = [_LINE_END.sub(r"\\n", cut) == span.surface for cut, span in zip(cuts, spans, strict=True)]
    return tuple(
        [
            span._replace(surface=cut) if escaped else span
            for span, cut, escaped in zip(spans, cuts, is_escaped, strict=True)
        ]
    )


def _place(span: StatedSpan) -> str:
    return f"{span.start}-{span.end} {span.label}"


def _details(result: dict[str, Any], kind: str) -> dict[str, Any]:
    """What a region says besides its span, unless it is what we write ourselves."""
    details = {key: value for key, value in result.items() if key != "value" and value != _NAMES.get(key)}
    value = {key: each for key, each in result["value"].items() if key not in ("start", "end", "text", kind)}
    return details | ({"value": value} if value else {})


def name_annotator(account: Any) -> str:
    """Who made an annotation: a number, or an account with its address."""
    if isinstance(account, dict):
        account = account.get("email") or account.get("id")
    return "" if account is None else str(account)


def write(path: Path, records: Iterable[Record], _options: WriteOptions) -> tuple[str, ...]:
    """Write one task a sentence; what was judged in part is written as predictions, since an annotation is taken for
    complete.

    Raises:
        UserError: the file cannot be written.
    """
    partly = write_list(path, records, _task)
    notice = say_count(
        "{count:,} sentence was judged in part; its entities are predictions in the file",
        "{count:,} sentences were judged in part; their entities are predictions in the file",
        partly,
    )
    return (notice,) if partly else ()


def write_list(path: Path, records: Iterable[Record], to_json: Callable[[Record], dict[str, Any]]) -> int:
    """Write a list of objects; returns how many records were judged in part."""
    partly = 0

    def objects() -> Iterator[dict[str, Any]]:
        nonlocal partly
        for record in records:
            partly += record.judged == "partly"
            yield to_json(record)

    write_elements(path, objects())
    return partly


def _task(record: Record) -> dict[str, Any]:
    own = own_of(record)
    text_key = own.get("text_key", TEXT)
    data = make_data(record, text_key, _is_taken)
    task, details = _mapping(own.get("task")), _mapping(own.get("annotation"))
    regions = {place: _mapping(region) for place, region in _mapping(details.pop("regions", None)).items()}
    results = [_result(record.text, span, regions, text_key) for span in stated_spans(record)]
    results += details.pop("result", [])
    annotations = task.pop("annotations", [])
    if record.judged == "yes":
        annotations = [_completed_by(record.annotator, details) | details | {"result": results}, *annotations]
    elif record.judged == "partly":
        task["predictions"] = [{"model_version": _PARTLY, "result": results}, *task.get("predictions", [])]
    number, ours = number_or_member(record.id)
    return number | {"data": data | ours, "annotations": annotations} | task


def own_of(record: Record) -> dict[str, Any]:
    """What Label Studio said of a record besides its data."""
    return dict(record.extras[OWN]) if _is_own(record.extras.get(OWN)) else {}


def make_data(record: Record, text_key: str, is_taken: IsTaken) -> dict[str, Any]:
    """The data of a task: the text, the document, and the extras that are of it.

    Args:
        is_taken: whether the format would take an extra for something else.
    """
    used = {text_key, SENTENCE_ID, DOCUMENT, OWN}
    extras = {key: value for key, value in record.extras.items() if key != OWN or not _is_own(value)}
    extras = hide_extras(extras, lambda key, value: key in used or is_taken(key, value))
    return {text_key: record.text} | extras | ({DOCUMENT: record.document} if record.document else {})


def _is_own(value: Any) -> bool:
    """Whether an extra is what `pack_extras` adds, rather than a member that is called the same."""
    if not value or not isinstance(value, Mapping) or not value.keys() <= _OWN_TYPES.keys():
        return False
    is_typed = all(isinstance(each, _OWN_TYPES[key]) for key, each in value.items())
    return is_typed and _TASK_MEMBERS.isdisjoint(value.get("task", {}))


def _mapping(value: Any) -> dict[str, Any]:
    return dict(value) if isinstance(value, Mapping) else {}


def number_or_member(sentence_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """A sentence's id as the number of its task; or, for other ids, as a member of its data."""
    number = _number(sentence_id)
    return ({}, {SENTENCE_ID: sentence_id}) if number is None else ({"id": number}, {})


def _number(name: str) -> int | None:
    """A name that is a whole number, as such."""
    is_number = re.fullmatch("0|[1-9][0-9]{0,17}", name)
    return int(name) if is_number else None


def _completed_by(annotator: str, details: Mapping[str, Any]) -> dict[str, Any]:
    """Who made an annotation, unless its details say so."""
    if not annotator or name_annotator(details.get("completed_by")) == annotator:
        return {}
    number = _number(annotator)
    return {"completed_by": {"email": annotator} if number is None else number}


def _result(text: str, span: StatedSpan, regions: Mapping[str, dict[str, Any]], text_key: str) -> dict[str, Any]:
    """A span as a region, with the details that it had in the file; a new one is called as its neighbours are."""
    like = next(iter(regions.values()), {"to_name": text_key})
    details = dict(regions.get(_place(span), {key: like[key] for key in ("from_name", "to_name") if key in like}))
    more = details.pop("value", {})
    result = _NAMES | details
    kind = result["type"] if str(result["type"]).endswith("labels") else _NAMES["type"]
    return result | {"value": make_region(text, span, kind) | more}


def make_region(text: str, span: StatedSpan, kind: str = "labels") -> dict[str, Any]:
    """A span as Label Studio writes it."""
    return {"start": span.start, "end": span.end, "text": text[span.start : span.end], kind: [span.label]}


FORMAT = CorpusFormat(
    "label-studio",
    mark("Label Studio (JSON)"),
    ".json",
    score,
    read,
    write,
    holds=frozenset({"ids", "documents", "extras", "judged", "annotators", "whitespace", "line ends", "half words"}),
)
