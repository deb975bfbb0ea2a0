"""The `predict` command: tag texts, in one process or several, and write the results in order as they are ready.

    accelerate launch --multi_gpu --num_processes 2 main.py predict PROJECT texts.jsonl --out tagged.parquet

uses two GPUs; append `--device cpu` for two processes on the CPU (accelerate's own `--cpu` always starts one process).
On several machines, each needs the project's folder and the inputs at the same paths; the main process alone opens the
project and writes the result.
"""

import argparse
import json
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from core.cli.output import Output, Rejections, mark_spans, print_list
from core.domain.errors import UserError
from core.formats import parquet, registry
from core.formats.records import Rejected, TaggedText, Text
from core.formats.source_files import STANDARD_INPUT, ReadOptions
from core.io.files import STANDARD_OUTPUT, open_descriptor, replacing
from core.messages.catalogue import say_count
from core.services import engine
from core.store.columns import prediction_rows
from core.store.label_history import Names, rename_predictions
from core.store.project import open_project, refuse_inside_project
from core.training.distributed import Crew, crew_of_launch


def predict(options: argparse.Namespace, out: Output) -> int:
    """Tag the texts that the options name; returns the exit status. In the main process, raises any `UserError`."""
    with crew_of_launch(options.device) as crew:
        try:
            with crew.together():
                _tag(options, out, crew)
        except UserError:
            if crew.is_main:
                raise
            return 1
    return 0


def _tag(options: argparse.Namespace, out: Output, crew: Crew) -> None:
    if crew.size > 1 and options.out is None:
        raise UserError("several processes need one output file; name it with --out")
    if options.out is not None:
        refuse_inside_project(options.out)
    records = _read_records(options, crew)
    folder, names = crew.from_main(lambda: _find_weights(options))
    tagged = _rename_labels(engine.predict_texts(folder, records, crew, options.device), names)
    if crew.is_main:
        with tempfile.SpooledTemporaryFile(1 << 20, "w+", encoding="utf-8", errors="surrogatepass") as kept:
            _write(_TaggedTexts(tagged, Rejections(out, kept)), options.out, out)
    else:
        deque(tagged, maxlen=0)


def _read_records(options: argparse.Namespace, crew: Crew) -> Iterator[Text | Rejected]:
    if (options.text is None) == (not options.files):
        raise UserError("predict takes either --text or files")
    if options.text is not None:
        return iter([Text(options.text)])
    if crew.size > 1 and STANDARD_INPUT in options.files:
        raise UserError("several processes cannot share standard input; save it in a file first")
    # Open all files now, so that a problem of the last one is reported at once and not after hours.
    reading = ReadOptions(split_sentences=options.split_sentences)
    return chain.from_iterable([registry.read_texts(path, reading) for path in options.files])


def _find_weights(options: argparse.Namespace) -> tuple[Path, Names]:
    """The checkpoint folder of the chosen epoch, and the labels renamed since.

    The project is closed again before the texts are tagged.
    """
    with open_project(options.project) as project:
        run = project.runs.with_weights(options.run).number
        folder = project.checkpoint_folder(run, project.runs.epoch_number(run, options.epoch))
        return folder, project.label_names.of_source(run)


def _rename_labels(records: Iterator[TaggedText | Rejected], names: Names) -> Iterator[TaggedText | Rejected]:
    """The records with the current names of labels."""
    for record in records:
        if isinstance(record, TaggedText):
            record = replace(record, spans=rename_predictions(tuple(record.spans), names))
        yield record


@dataclass(slots=True)
class _TaggedTexts:
    """Iterates over the tagged texts and counts them; rejected records are reported separately."""

    records: Iterable[TaggedText | Rejected]
    rejections: Rejections
    tagged: int = 0

    def __iter__(self) -> Iterator[TaggedText]:
        for record in self.records:
            if isinstance(record, Rejected):
                self.rejections.add(record)
            else:
                self.tagged += 1
                yield record
        self.rejections.print_count()


def _write(taken: _TaggedTexts, path: Path | None, out: Output) -> None:
    if path is not None:
        _write_file(taken, path, out)
    elif out.as_json:
        print('{"sentences": ', end="")
        print_list(map(_json_of, taken))
        _print_rejected(taken)
    else:
        for tagged in taken:
            print(mark_spans(tagged.text.text, tagged.spans), flush=True)


def _write_file(taken: _TaggedTexts, path: Path, out: Output) -> None:
    if path.suffix.lower() == parquet.SUFFIX:
        parquet.write_tagged(path, taken)
    else:
        _write_lines(path, taken)
    if open_descriptor(path) == STANDARD_OUTPUT:
        out.note(_summary(taken))
    elif out.as_json:
        print(json.dumps({"file": str(path), "sentences": taken.tagged}, ensure_ascii=False)[:-1], end="")
        _print_rejected(taken)
    else:
        out.result({}, _summary(taken))


def _summary(taken: _TaggedTexts) -> str:
    return say_count(
        "{count:,} sentence tagged, {rejected:,} rejected",
        "{count:,} sentences tagged, {rejected:,} rejected",
        taken.tagged,
        rejected=taken.rejections.count,
    )


def _write_lines(path: Path, tagged: Iterable[TaggedText]) -> None:
    with replacing(path) as file:
        file.writelines(_json_of(text) + "\n" for text in tagged)


def _json_of(tagged: TaggedText) -> str:
    name = {} if tagged.text.id is None else {"id": tagged.text.id}
    document = {**name, "text": tagged.text.text, "spans": prediction_rows(tagged.spans), "judged": "no"}
    return json.dumps(document, ensure_ascii=False)


def _print_rejected(taken: _TaggedTexts) -> None:
    """Print the last member of the JSON result and its end."""
    print(', "rejected": ', end="")
    taken.rejections.print_list()
    print("}", flush=True)
