# SPDX-License-Identifier: Apache-2.0
"""Tag texts with the model in this folder, one per line of the input, and print JSON Lines.

    python FOLDER/predict.py texts.txt > spans.jsonl
    echo '이순신은 조선 수군을 이끌었다.' | python FOLDER/predict.py -

It imports the code beside it as an ordinary module, so nothing needs `trust_remote_code`, and asks no network.
"""

import argparse
import importlib
import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from itertools import islice
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
_STANDARD_INPUT = Path("-")
_AT_ONCE = 1024
"""Lines that are sorted by length together."""


def load(folder: Path = FOLDER, device: str = "cpu") -> Any:
    """The pipeline of the model in a folder: `load()("text")` gives the spans of a text."""
    from transformers import PreTrainedTokenizerFast, logging  # takes seconds, for which --help does not wait

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    reference = json.loads((folder / "config.json").read_text(encoding="utf-8"))["auto_map"]["AutoConfig"]
    sys.path.insert(0, str(folder))
    code = importlib.import_module(reference.partition(".")[0])
    model = code.SpanTagger.from_pretrained(folder, local_files_only=True)
    tokenizer = PreTrainedTokenizerFast.from_pretrained(folder, local_files_only=True)
    return code.SpanPipeline(model=model.eval(), tokenizer=tokenizer, device=device)


def predict(pipeline: Any, texts: Iterable[str], batch_size: int = 16) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Each text with its spans, in order; texts of similar length are tagged together."""
    unread = iter(texts)
    while part := list(islice(unread, _AT_ONCE)):
        order = sorted(range(len(part)), key=lambda number: len(part[number]))
        found = pipeline([part[number] for number in order], batch_size=batch_size)
        spans = dict(zip(order, found, strict=True))
        yield from ((text, spans[number]) for number, text in enumerate(part))


def main() -> None:
    """Read the files or standard input, and print a JSON object for each line."""
    parser = argparse.ArgumentParser(description="Tag texts, one per line; print JSON Lines.")
    parser.add_argument("files", type=Path, nargs="*", metavar="FILE", help="UTF-8 texts (default: -, standard input)")
    parser.add_argument("--device", default="cpu", help="cpu, cuda, mps (default: cpu)")
    parser.add_argument("--batch-size", type=int, default=16, metavar="N")
    options = parser.parse_args()
    sys.stdin.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    for path in options.files:
        if path != _STANDARD_INPUT and (path.is_dir() or not os.access(path, os.R_OK)):
            sys.exit(f"error: {path} is not a file that can be read")
    pipeline = load(device=options.device)
    for text, spans in predict(pipeline, _lines(options.files or [_STANDARD_INPUT]), options.batch_size):
        print(json.dumps({"text": text, "spans": spans}, ensure_ascii=False), flush=True)


def _lines(files: list[Path]) -> Iterator[str]:
    for path in files:
        with nullcontext(sys.stdin) if path == _STANDARD_INPUT else path.open(encoding="utf-8-sig") as file:
            yield from (line.rstrip("\n") for line in file if line.strip())


if __name__ == "__main__":
    main()
