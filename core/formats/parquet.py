"""Parquet: read texts to tag from the column `text` (and `id`, if present), and write tagged texts.

The output has the columns `id`, `text` and `spans`, a list of structs of `start`, `end`, `label` and `probability`.

Source: https://parquet.apache.org/docs/file-format/. Only `_pyarrow` imports pyarrow, and only when needed, since it is
optional and large.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice, repeat
from pathlib import Path
from typing import Any

from core.domain.errors import UserError
from core.domain.spans import PredictedSpan
from core.formats.records import CorpusFormat, Head, Record, Rejected, TaggedText, reject
from core.formats.sources import Source
from core.io.files import replacing_bytes
from core.messages.catalogue import join_words

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
    """Read the texts of a Parquet file one at a time, whatever the size of its row groups.

    Raises:
        UserError: before the first text, if pyarrow is not installed, the file is not Parquet or is damaged, the column
            `text` is missing, or a column has the wrong type; later, if the file is damaged further on.
    """
    path = source.path
    with _reading(path) as file:
        schema = file.schema_arrow
    columns = [name for name in ("text", "id") if name in schema.names]
    if "text" not in columns:
        raise UserError("{path} has no column text; it has {known:.200}", path=path, known=join_words(schema.names))
    for name in columns:
        if schema.names.count(name) > 1:
            raise UserError(
                "{path} has {number} columns {name}; keep one of them",
                path=path,
                number=schema.names.count(name),
                name=name,
            )
        _check_type(path, name, schema.field(name).type)
    return _records(source, columns)


FORMAT = CorpusFormat("parquet", "Parquet", SUFFIX, score, read, None, "binary")


def write(path: Path, tagged: Iterable[TaggedText]) -> None:
    """Write one text per row.

    Raises:
        UserError: pyarrow is not installed, or the file cannot be written.
    """
    pyarrow = _pyarrow(path)
    span = {
        "start": pyarrow.int32(),
        "end": pyarrow.int32(),
        "label": pyarrow.string(),
        "probability": pyarrow.float64(),
    }
    spans = pyarrow.list_(pyarrow.struct(list(span.items())))
    schema = pyarrow.schema([("id", pyarrow.string()), ("text", pyarrow.string()), ("spans", spans)])
    rows = map(_row, tagged)
    chunks = iter(lambda: list(islice(rows, ROWS_AT_ONCE)), [])
    tables = (pyarrow.Table.from_pylist(chunk, schema) for chunk in chunks)
    with replacing_bytes(path) as file, pyarrow.parquet.ParquetWriter(file, schema) as writer:
        while group := list(islice(tables, ROW_GROUP)):
            writer.write_table(pyarrow.concat_tables(group))


def _row(tagged: TaggedText) -> dict[str, Any]:
    return {"id": tagged.text.id, "text": tagged.text.text, "spans": [_span(predicted) for predicted in tagged.spans]}


def _span(predicted: PredictedSpan) -> dict[str, Any]:
    span = predicted.span
    return {"start": span.start, "end": span.end, "label": span.label, "probability": round(predicted.probability, 6)}


def _pyarrow(path: Path) -> Any:
    try:
        import pyarrow.parquet
    except ImportError as error:
        raise UserError(
            "{path} is Parquet, which needs the package pyarrow: install Spandesk with its extra"
            " [parquet], or use JSON lines",
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


def _records(source: Source, columns: list[str]) -> Iterator[Record | Rejected]:
    with _reading(source.path) as file:
        number = 0
        for batch in file.iter_batches(ROWS_AT_ONCE, columns=columns):
            names = batch.column("id") if "id" in columns else repeat(None)
            for text, name in zip(batch.column("text"), names, strict=False):
                number += 1
                yield _record(source, number, text, name)


def _record(source: Source, number: int, text: Any, name: Any) -> Record | Rejected:
    """The text of one row; `text` and `name` are scalars of pyarrow."""
    try:
        value = text.as_py()
        known_id = None if name is None else name.as_py()
    except UnicodeDecodeError:
        return reject(source, None, UserError("row {number} is not UTF-8", number=number))
    if value is None or not value.strip():
        return reject(source, None, UserError("row {number} has no text", number=number))
    return Record(number, value, (), "" if known_id is None else str(known_id), judged="no")
