"""What each command does: the engine's work, and its result printed."""

import argparse
import json
import signal
import sys
import time
from collections.abc import Callable, Generator, Sequence
from types import FrameType
from typing import Any, TypeVar

from core import engine, importing
from core.cli.output import Output, marked, table
from core.cli.parser import parsed
from core.cli.usage import COMMANDS, USAGE
from core.corpus import formats
from core.errors import UserError
from core.events import EpochFinished, Prepared, Progress, RunStarted, TrainingEvent
from core.files import replacing
from core.importing import ImportPlan
from core.settings import TrainSettings
from core.spans import PredictedSpan, Span
from core.store.project import Project, discard_if_empty, opened, opened_or_created
from core.store.runs import Run

PROGRESS_INTERVAL = 0.5
"""Seconds between two lines of progress."""

Result = TypeVar("Result")


def run(arguments: Sequence[str]) -> int:
    """Run the command line; returns the exit status: 0 done, 1 a `UserError`, 2 wrong usage."""
    command, *rest = arguments
    if command in ("-h", "--help"):
        print(USAGE)
        return 0
    if command not in COMMANDS:
        print(f"main.py: unknown option {command}\n{USAGE}", file=sys.stderr)
        return 2
    options = parsed(command, rest)
    out = Output(options.json)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        return _COMMANDS[command](options, out) or 0
    except UserError as error:
        out.note(f"error: {error}")
    except KeyboardInterrupt:
        out.note("stopped; what was finished is stored")
    return 1


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _import(options: argparse.Namespace, out: Output) -> None:
    labels = tuple(label.strip() for label in options.add_labels.split(",") if label.strip())
    plan = ImportPlan(tuple(options.files), options.split, options.dev_ratio, options.seed, options.format, labels)
    was_there = options.project.exists()
    try:
        with opened_or_created(options.project) as project:
            report = _exhausted(importing.importing(project, plan))
    except UserError:
        if not was_there:
            discard_if_empty(options.project)
        raise
    rejected = [{"file": r.file, "line": r.line, "reason": r.reason} for r in report.rejected]
    for record in report.rejected:
        out.note(f"rejected: {record.where}: {record.reason}")
    text = f"{report.sentences:,} sentences with {report.spans:,} spans imported, {len(rejected):,} rejected"
    out.result({"sentences": report.sentences, "spans": report.spans, "rejected": rejected}, text)


def _train(options: argparse.Namespace, out: Output) -> None:
    chosen = {
        name: getattr(options, name)
        for name in ("unit", "epochs", "batch_size", "learning_rate", "seed", "device", "limit", "from_run")
    }
    settings = TrainSettings.of_preset(options.encoder, **chosen)
    with opened(options.project) as project:
        number = _trained(project, settings, not options.keep_corrected_dev, out)
        finished = project.runs.by_number(number)
        epochs = project.runs.epochs(number)
    metrics = epochs[-1].report["corrected"]
    document = {"run": number, "status": finished.status, "epochs": len(epochs), "metrics": metrics}
    out.event("finished", document, f"run {number} finished, F1 {metrics['micro']['f1']:.4f} on dev")


def _trained(project: Project, settings: TrainSettings, move_corrected_dev: bool, out: Output) -> int:
    """Train, telling every event; returns the run."""
    told = 0.0
    training = engine.training(project, settings, move_corrected_dev=move_corrected_dev)
    try:
        while True:
            try:
                event = next(training)
            except StopIteration as stop:
                return int(stop.value)
            now = time.monotonic()
            if not isinstance(event, Progress) or event.step == event.steps or now - told > PROGRESS_INTERVAL:
                told = now
                _tell(event, out)
    finally:
        training.close()


def _tell(event: TrainingEvent, out: Output) -> None:
    if isinstance(event, RunStarted):
        moved = f", {event.moved} corrected dev sentences moved to train" if event.moved else ""
        text = f"run {event.run}: {event.train_sentences:,} training and {event.dev_sentences:,} dev sentences{moved}"
        out.event("started", _fields(event), text)
    elif isinstance(event, Prepared):
        ceiling = "" if event.ceiling is None else f", ceiling of the tagging unit {event.ceiling:.4f}"
        out.event("prepared", _fields(event), f"{event.parameters:,} parameters on {event.device}{ceiling}")
    elif isinstance(event, Progress):
        loss = "" if event.loss is None else f", loss {event.loss:.4f}"
        text = f"{event.phase} {event.epoch}/{event.epochs}, step {event.step:,}/{event.steps:,}{loss}"
        out.event("progress", _fields(event), f"{text}, {event.sentences_per_second:,.0f} sentences/s")
    else:
        document = {**_fields(event), "metrics": event.report.as_json()}
        del document["report"]
        out.event("epoch", document, f"epoch {event.epoch}, loss {event.loss:.4f}\n{table(event.report)}\n")


def _fields(event: RunStarted | Prepared | Progress | EpochFinished) -> dict[str, Any]:
    return {name: getattr(event, name) for name in event.__slots__}


def _evaluate(options: argparse.Namespace, out: Output) -> None:
    with opened(options.project) as project:
        evaluation = _exhausted(
            engine.evaluating(project, options.run, options.epoch, options.split, options.gold, options.device)
        )
    key = evaluation.key
    what = {"run": key.run, "epoch": key.epoch, "split": evaluation.split, "gold": evaluation.gold}
    head = f"run {key.run}, epoch {key.epoch}, {evaluation.sentences:,} {evaluation.split} sentences, {evaluation.gold}"
    document = {**what, "sentences": evaluation.sentences, **evaluation.report.as_json()}
    out.result(document, f"{head}\n{table(evaluation.report)}")


def _predict(options: argparse.Namespace, out: Output) -> None:
    if (options.text is None) == (not options.files):
        raise UserError("predict takes either --text or files")
    texts = [options.text] if options.text is not None else [t for path in options.files for t in formats.texts(path)]
    with opened(options.project) as project:
        found = _exhausted(engine.predicting(project, options.run, options.epoch, texts, options.device))
    sentences = [_prediction(text, spans) for text, spans in zip(texts, found, strict=True)]
    if options.out:
        with replacing(options.out) as file:
            file.writelines(json.dumps(sentence, ensure_ascii=False) + "\n" for sentence in sentences)
        out.result({"file": str(options.out), "sentences": len(sentences)}, f"{len(sentences):,} sentences tagged")
    else:
        lines = [marked(text, spans) for text, spans in zip(texts, found, strict=True)]
        out.result({"sentences": sentences}, "\n".join(lines))


def _prediction(text: str, spans: Sequence[PredictedSpan]) -> dict[str, Any]:
    rows = [[p.span.start, p.span.end, p.span.label, round(p.probability, 6)] for p in spans]
    return {"text": text, "spans": rows}


def _correct(options: argparse.Namespace, out: Output) -> None:
    spans = _spans(options.spans)
    with opened(options.project) as project:
        sentence = project.sentences.by_id(options.sentence)
        changed = bool(project.corrections.correct(sentence.number, spans))
    text = f"sentence {sentence.id} corrected" if changed else f"sentence {sentence.id} has these spans already"
    out.result({"sentence": sentence.id, "changed": changed, "spans": [[s.start, s.end, s.label] for s in spans]}, text)


def _spans(text: str) -> list[Span]:
    try:
        rows = json.loads(text)
        return [Span(int(start), int(end), str(label)) for start, end, label in rows]
    except (ValueError, TypeError) as error:
        raise UserError(f'--spans is {text}; it must be JSON such as [[0, 3, "PS"]]') from error


def _export(options: argparse.Namespace, out: Output) -> None:
    with opened(options.project) as project:
        count = importing.export(project, options.file, options.format, options.split, options.gold)
    out.result({"file": str(options.file), "sentences": count}, f"{count:,} sentences written to {options.file}")


def _runs(options: argparse.Namespace, out: Output) -> None:
    with opened(options.project) as project:
        runs = [_run_document(project, run) for run in project.runs.listed()]
    lines = [
        f"run {run['run']}  {run['status']:<9}{run['settings']['encoder']}  "
        + "  ".join(f"epoch {e['epoch']} F1 {e['metrics']['corrected']['micro']['f1']:.4f}" for e in run["epochs"])
        for run in runs
    ]
    out.result({"runs": runs}, "\n".join(lines) or "no run yet")


def _run_document(project: Project, run: Run) -> dict[str, Any]:
    epochs = [
        {"epoch": e.number, "loss": e.loss, "seconds": e.seconds, "metrics": e.report}
        for e in project.runs.epochs(run.number)
    ]
    return {
        "run": run.number,
        "status": run.status,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "settings": run.settings.as_json(),
        "labels": run.labels,
        "train_sentences": run.train_sentences,
        "dev_sentences": run.dev_sentences,
        "epochs": epochs,
    }


def _check(options: argparse.Namespace, out: Output) -> int:
    with opened(options.project) as project:
        problems = project.problems() + engine.damaged_checkpoints(project)
    out.result({"ok": not problems, "problems": problems}, "\n".join(problems) or "nothing is damaged")
    return int(bool(problems))


def _exhausted(generator: Generator[object, None, Result]) -> Result:
    """What the generator returns in the end."""
    while True:
        try:
            next(generator)
        except StopIteration as stop:
            result: Result = stop.value
            return result


_COMMANDS: dict[str, Callable[[argparse.Namespace, Output], int | None]] = {
    "import": _import,
    "train": _train,
    "evaluate": _evaluate,
    "predict": _predict,
    "correct": _correct,
    "export": _export,
    "runs": _runs,
    "check": _check,
}
