"""Parquet files made by pyarrow itself."""

import pyarrow
from pyarrow import parquet


def written(path, **columns):
    parquet.write_table(pyarrow.table(columns), path)
    return path


def damaged(path):
    """A file of 5,000 texts, `비 0`, `비 1` and so on, of which those from 3,750 on cannot be read."""
    texts = pyarrow.table({"text": [f"비 {number}" for number in range(5000)]})
    parquet.write_table(texts, path, compression=None, use_dictionary=False, row_group_size=2500)
    content = bytearray(path.read_bytes())
    there = content.index("비 3750".encode())
    content[there - 4 : there + 400] = b"\xff" * 404
    path.write_bytes(content)
    return path
