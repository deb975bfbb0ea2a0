"""The `pool` command: what to label next, and how far labelling is."""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core.cli.arguments import read_number, read_source, read_text
from core.cli.move import open_to_change
from core.cli.output import Output
from core.domain.errors import UserError
from core.domain.generators import run_to_end
from core.io.files import replacing
from core.messages.catalogue import say, say_count
from core.services.learning_curve import describe_basis, describe_forecast, measure_curve
from core.services.next_batch import describe_left_out, describe_starved, find_starved, make_batch
from core.services.next_step import find_next_step
from core.services.source_choice import find_suggestions
from core.store.batches import BATCH_ORDERS, Batch, count_since_midnight
from core.store.candidates import find_candidates
from core.store.columns import prediction_rows
from core.store.project import Project, refuse_inside_project


def add_pool_options(parser: argparse.ArgumentParser) -> None:
    """The options of the command, but for the author of its steps."""
    parser.add_argument("--next", type=read_number, metavar="N", help=say("choose N sentences to label next"))
    parser.add_argument(
        "--order", choices=BATCH_ORDERS, default="informative", help=say("how to choose them (default: informative)")
    )
    parser.add_argument(
        "--source",
        type=read_source,
        metavar="N",
        help=say("whose scores or hits to choose by, by number or name (default: the newest)"),
    )
    parser.add_argument(
        "--dev-share",
        type=float,
        metavar="R",
        help=say("share of the random order that goes to dev (default: as before, at first 0.1)"),
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help=say("write JSON Lines here"))
    parser.add_argument(
        "--skip", type=read_text, nargs="+", default=(), metavar="ID", help=say("sentences to skip for now")
    )
    parser.add_argument("--come-back", action="store_true", help=say("offer again what was skipped"))


def show_pool(options: argparse.Namespace, out: Output) -> None:
    """Skip sentences or come back to them, where asked to; then choose a batch, or say how far labelling is.

    Raises:
        UserError: nothing can be chosen so, or the file cannot be written.
    """
    if options.out is not None:
        refuse_inside_project(options.out)
        if options.next is None:
            raise UserError("--out is where a batch is written; give --next as well")
    with open_to_change(options) as project:
        if options.come_back:
            project.pool.come_back()
        if options.skip:
            project.pool.skip([project.sentences.by_id(each).number for each in options.skip])
        if options.next is None:
            _print_progress(project, out)
        else:
            _print_batch(project, options, out)


def _print_batch(project: Project, options: argparse.Namespace, out: Output) -> None:
    source = None if options.source is None else project.sources.number_of(options.source)
    found = run_to_end(make_batch(project, options.next, options.order, source, options.dev_share))
    for notice in found.notices:
        out.note(notice)
    lines = [] if found.batch is None else list(_rows(project, found.batch, source))
    if options.out is not None:
        with replacing(options.out) as file:
            file.writelines(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines)
        text = say_count("{count:,} sentence written", "{count:,} sentences written", len(lines))
        out.result({"sentences": len(lines), "notices": found.notices}, text)
    else:
        for line in lines:
            print(json.dumps(line, ensure_ascii=False), flush=True)


def _rows(project: Project, batch: Batch, source: int | None) -> Iterator[dict[str, Any]]:
    """The sentences of a batch with suggestions and why, so that an import does not take these for gold."""
    numbers = [entry.sentence for entry in batch.entries]
    suggested = find_suggestions(project, numbers, project.batches.dictionary(batch.number), source=source)
    stored = {each.number: each for each in project.sentences.by_number(numbers)}
    for entry in batch.entries:
        key, spans = suggested.get(entry.sentence, (None, ()))
        yield {
            "id": stored[entry.sentence].id,
            "text": stored[entry.sentence].text,
            "spans": prediction_rows(spans),
            "judged": "no",
            "batch": batch.number,
            "order": batch.order,
            **({} if key is None else {"source": key.source, "epoch": key.epoch}),
            "why": {"reason": entry.reason, "value": entry.value, "label": entry.label, "similar": entry.similar},
        }


def _print_progress(project: Project, out: Output) -> None:
    labelled = count_since_midnight(project.batches)
    candidates = run_to_end(find_candidates(project.database, project.batches.dev_share()))
    curve, pace, left = measure_curve(project), project.reviews.pace(), len(candidates.numbers)
    starved, step = find_starved(project), find_next_step(project).text
    lines = [
        say_count("{count:,} text left in the pool", "{count:,} different texts left in the pool", left),
        say("{today:,} labelled today, {total:,} in all", today=labelled.recently, total=labelled.total),
    ]
    if pace is not None:
        lines.append(say("{seconds:.0f} s each, about {hours:,.1f} h left", seconds=pace, hours=left * pace / 3600))
    lines += [*describe_left_out(candidates), *([describe_starved(starved)] if starved else [])]
    lines += [
        say(
            "run {run}: {sentences:,} sentences, F1 {f1:.4f} ({low:.4f}–{high:.4f})",
            run=point.run,
            sentences=point.sentences,
            f1=point.f1,
            low=point.interval.low,
            high=point.interval.high,
        )
        for point in curve.points
    ]
    lines += [*([describe_basis(curve)] if curve.points else []), describe_forecast(curve), step]
    document = {
        "sentences": candidates.sentences,
        "left": left,
        "copies": candidates.copies,
        "in_splits": candidates.in_splits,
        "of_documents_in_test": candidates.with_document,
        "skipped": candidates.skipped,
        "labelled_today": labelled.recently,
        "labelled": labelled.total,
        "seconds_each": pace,
        "labels_without_example": starved,
        "curve": curve.as_json(),
        "next_step": step,
    }
    out.result(document, "\n".join(lines))
