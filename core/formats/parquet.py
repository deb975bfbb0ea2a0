"""Parquet: a row is a record in all dialects of JSON, with its members as columns.

Written are the columns `id`, `text`, `spans` (a list of structs of `start`, `end`, `label`), `document`, `annotator`,
`judged`, and `extras`, a JSON object, since what files say besides differs from record to record and a Parquet file has
one schema. `predict` writes `id`, `text` and `spans` with the probability of each span.

Sources: https://parquet.apache.org/docs/file-format/, and for the names of classes in the schema
https://huggingface.co/docs/datasets/about_dataset_features. Only `_pyarrow` imports pyarrow, and only when needed,
since it is optional and large.
"""

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from core.domain.errors import UserError
from core.domain.spans import PredictedSpan
from core.formats.json_records import EXTRAS, GOLD_KEYS, HELD, TEXT_KEYS, read_record
from core.formats.json_spans import Names, names_of_numbers
from core.formats.json_tokens import TAG_KEYS, TOKEN_KEYS
from core.formats.records import (
    CorpusFormat,
    Head,
    Record,
    Rejected,
    TaggedText,
    WriteOptions,
    reject,
    stated_spans,
)
from core.formats.source_files import Source
from core.io.files import replacing_bytes
from core.messages.catalogue import join_words, mark

SUFFIX = ".parquet"

_MAGIC = b"PAR1"
ROWS_AT_ONCE = 1024
"""Rows that are converted to Python objects at once."""
ROW_GROUP = 32
"""Multiples of `ROWS_AT_ONCE` in one row group: the footer lists all row groups, so there must not be too many."""
_BUFFER = 1 << 20
"""Bytes of a column read at once; without it, or with `pre_buffer`, pyarrow reads the column of a whole row group."""


def score(head: Head) -> float:
    """Surely by the first bytes; a file with the suffix alone is refused with what is wrong with it."""
    return 1.0 if head.data.startswith(_MAGIC) else 0.9 if head.path.suffix.lower() == SUFFIX else 0.0


def read(source: Source) -> Iterator[Record | Rejected]:
    """Read the rows of a Parquet file one at a time, whatever the size of its row groups; their line is that row.

    Raises:
        UserError: before the first row, if pyarrow is not installed, the file is not Parquet or is damaged, no column
            can be the text, or a column has the wrong type; later, if the file is damaged further on.
    """
    with _reading(source.path) as file:
        schema = file.schema_arrow
    _check_columns(source.path, schema)
    return _records(source, schema)


def write(path: Path, records: Iterable[Record], _options: WriteOptions) -> tuple[str, ...]:
    """Write one sentence per row.

    Raises:
        UserError: pyarrow is not installed, or the file cannot be written.
    """
    text = _pyarrow(path).string()
    besides = [(name, text) for name in ("document", "annotator", "judged", EXTRAS)]
    _write(path, besides, {}, map(_row, records))
    return ()


FORMAT = CorpusFormat(
    "parquet", mark("Parquet"), SUFFIX, score, read, write, "binary", HELD, asks=frozenset({"tag_names"})
)


def write_tagged(path: Path, tagged: Iterable[TaggedText]) -> None:
    """Write one tagged text per row.

    Raises:
        UserError: pyarrow is not installed, or the file cannot be written.
    """
    pyarrow = _pyarrow(path)
    judged = [("judged", pyarrow.string())]
    _write(path, judged, {"probability": pyarrow.float64()}, map(_tagged_row, tagged))


def _write(path: Path, columns: Iterable[Any], of_spans: dict[str, Any], rows: Iterator[dict[str, Any]]) -> None:
    """Write rows with ids, texts and spans, and more columns, and more of each span, with one schema for all."""
    pyarrow = _pyarrow(path)
    span = {"start": pyarrow.int32(), "end": pyarrow.int32(), "label": pyarrow.string(), **of_spans}
    spans = pyarrow.list_(pyarrow.struct(list(span.items())))
    schema = pyarrow.schema([("id", pyarrow.string()), ("text", pyarrow.string()), ("spans", spans), *columns])
    chunks = iter(lambda: list(islice(rows, ROWS_AT_ONCE)), [])
    tables = (pyarrow.Table.from_pylist(chunk, schema) for chunk in chunks)
    with replacing_bytes(path) as file, pyarrow.parquet.ParquetWriter(file, schema) as writer:
        while group := list(islice(tables, ROW_GROUP)):
            writer.write_table(pyarrow.concat_tables(group))


def _row(record: Record) -> dict[str, Any]:
    spans = [{"start": span.start, "end": span.end, "label": span.label} for span in stated_spans(record)]
    row = {"id": record.id, "text": record.text, "spans": spans, "judged": record.judged}
    if record.document:
        row["document"] = record.document
    if record.annotator:
        row["annotator"] = record.annotator
    if record.extras:
        row[EXTRAS] = json.dumps(dict(record.extras), ensure_ascii=False)
    return row


def _tagged_row(tagged: TaggedText) -> dict[str, Any]:
    spans = [_span(predicted) for predicted in tagged.spans]
    return {"id": tagged.text.id, "text": tagged.text.text, "spans": spans, "judged": "no"}


def _span(predicted: PredictedSpan) -> dict[str, Any]:
    span = predicted.span
    return {"start": span.start, "end": span.end, "label": span.label, "probability": round(predicted.probability, 6)}


def _pyarrow(path: Path) -> Any:
    try:
        import pyarrow.parquet
    except ImportError as error:
        raise UserError(
            "{path} is Parquet, which needs the package pyarrow: install Spandesk with its extra"
            " [parquet], or use JSON Lines",
            path=path,
        ) from error
    return pyarrow


@contextmanager
def _reading(path: Path) -> Iterator[Any]:
    """Open the file; errors that pyarrow raises in the block become `UserError`s."""
    pyarrow = _pyarrow(path)
    try:
        # Opened here, since pyarrow refuses a file name that is not UTF-8.
        source = pyarrow.OSFile(os.fsencode(path))
        with source, pyarrow.parquet.ParquetFile(source, buffer_size=_BUFFER, pre_buffer=False) as file:
            yield file
    except (OSError, UnicodeDecodeError, pyarrow.ArrowException) as error:
        reason = str(error).partition("\n")[0].removesuffix(".")
        raise UserError(
            "{path} is not a Parquet file or is damaged ({reason}); write it again", path=path, reason=reason
        ) from error


def _check_columns(path: Path, schema: Any) -> None:
    """Refuse a file without a column that can be the text, or with one of a wrong type, or with two of one name."""
    texts = [name for name in TEXT_KEYS if name in schema.names]
    if not texts and not any(name in schema.names for name in TOKEN_KEYS):
        raise UserError("{path} has no column text; it has {known:.200}", path=path, known=join_words(schema.names))
    for name in schema.names:
        if schema.names.count(name) > 1:
            raise UserError(
                "{path} has {number} columns {name}; keep one of them",
                path=path,
                number=schema.names.count(name),
                name=name,
            )
    for name in ("text", "id"):
        if name in schema.names:
            _check_type(path, name, schema.field(name).type)


def _check_type(path: Path, name: str, column_type: Any) -> None:
    kinds = _pyarrow(path).types
    plain = column_type.value_type if kinds.is_dictionary(column_type) else column_type
    is_string = kinds.is_string(plain) or kinds.is_large_string(plain) or kinds.is_string_view(plain)
    if not is_string and not (name == "id" and kinds.is_integer(plain)):
        raise UserError(
            "the column {name} of {path} has the type {column_type}; convert it to strings",
            name=name,
            path=path,
            column_type=str(column_type),
        )


def _records(source: Source, schema: Any) -> Iterator[Record | Rejected]:
    classes = _class_names(schema)
    stated = [classes[name] for name in (*TAG_KEYS, *GOLD_KEYS) if name in classes]
    names = names_of_numbers(source.options.tag_names) or (stated[0] if stated else {})
    others = {name: of for name, of in classes.items() if name not in TAG_KEYS and name not in GOLD_KEYS}
    columns = [field.name for field in schema if not _is_unused(field)]
    with _reading(source.path) as file:
        number = 0
        for batch in file.iter_batches(ROWS_AT_ONCE, columns=columns):
            for members in _rows(batch):
                number += 1
                if isinstance(members, UnicodeDecodeError):
                    yield reject(source, number, UserError("the row is not UTF-8"))
                else:
                    yield _record(source, number, members, names, others)


def _is_unused(field: Any) -> bool:
    """Whether a column contains bytes, such as pictures, or only what pandas counts."""
    return str(field.type) in ("binary", "large_binary") or field.name.startswith("__index_level_")


def _rows(batch: Any) -> Iterator[dict[str, Any] | UnicodeDecodeError]:
    """The rows of a batch as Python values; the error for one that is not text."""
    try:
        yield from batch.to_pylist()
    except UnicodeDecodeError:
        for place in range(len(batch)):
            try:
                yield from batch.slice(place, 1).to_pylist()
            except UnicodeDecodeError as error:
                yield error


def _record(
    source: Source, number: int, row: dict[str, Any], names: Names, classes: dict[str, Names]
) -> Record | Rejected:
    members = {key: value for key, value in row.items() if value is not None or key in GOLD_KEYS}
    for key, of in classes.items():
        if key in members:
            members[key] = _name_classes(members[key], of)
    ours = _parse_extras(members)
    record = read_record(source, number, number, members, names)
    if isinstance(record, Rejected):
        return record
    extras = {key: _as_json(value) for key, value in record.extras.items()}
    return replace(record, extras={**extras, **ours}) if extras or ours else record


def _parse_extras(members: dict[str, Any]) -> dict[str, Any]:
    """Take what `write` has put in one column out of a row."""
    written = members.get(EXTRAS)
    if not isinstance(written, str) or not written.startswith("{"):
        return {}
    try:
        extras: dict[str, Any] = json.loads(written)
    except (ValueError, RecursionError):
        return {}
    del members[EXTRAS]
    return extras


def _class_names(schema: Any) -> dict[str, Names]:
    """The names of the classes of each column that has some, as Hugging Face datasets write them into the schema."""
    try:
        stated = json.loads((schema.metadata or {})[b"huggingface"])["info"]["features"]
        return {column: names for column, feature in stated.items() if (names := _find_names(feature))}
    except (KeyError, TypeError, ValueError, AttributeError):
        return {}


def _find_names(feature: Any) -> Names:
    if isinstance(feature, list):
        return next(filter(None, map(_find_names, feature)), {})
    if not isinstance(feature, dict):
        return {}
    if feature.get("_type") == "ClassLabel" and isinstance(feature.get("names"), list):
        return dict(enumerate(map(str, feature["names"])))
    return next(filter(None, map(_find_names, feature.values())), {})


def _name_classes(value: Any, names: Names) -> Any:
    if isinstance(value, list):
        return [_name_classes(each, names) for each in value]
    return names.get(value, value) if type(value) is int else value


def _as_json(value: Any) -> Any:
    """A value as JSON can contain it; days and other things become strings."""
    if isinstance(value, dict):
        return {str(key): _as_json(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_as_json(each) for each in value]
    return value if value is None or isinstance(value, str | int | float) else str(value)
