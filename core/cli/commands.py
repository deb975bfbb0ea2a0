"""The commands: each runs the engine and prints its result."""

import argparse
import errno
import io
import json
import os
import signal
import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from functools import partial
from types import FrameType
from typing import Any

from core.analysis.verdicts import describe_estimate
from core.cli.compare import compare
from core.cli.crosscheck import crosscheck
from core.cli.export import export
from core.cli.export_model import export_model
from core.cli.import_files import import_files
from core.cli.labels import labels
from core.cli.move import move, open_to_change
from core.cli.output import (
    Output,
    batch_halved,
    count_sentences,
    error_table,
    f1_table,
    klue_line,
    name_version,
    report_events,
    table,
)
from core.cli.parser import TRAIN_SETTINGS, parse_arguments
from core.cli.pool import show_pool
from core.cli.predict import predict
from core.cli.source_commands import add_source, agreement, sources, suggest
from core.cli.usage import COMMANDS, unknown_usage, usage
from core.cli.warnings import warn_of_epoch, warn_of_split
from core.domain.errors import UserError
from core.domain.events import BatchHalved, EpochFinished, Prepared, Progress, RunStarted, TrainingEvent
from core.domain.generators import run_to_end
from core.domain.settings import DEFAULT_ENCODER, TrainSettings
from core.domain.spans import Span
from core.formats.json_spans import span_of
from core.io.manifest import load_manifest
from core.messages.catalogue import mark, say, say_count
from core.messages.terminal import escape_controls
from core.metrics.confusion import build_confusion, count_error_kinds
from core.services import engine
from core.services.evaluate import evaluate_epoch
from core.store.predictions import EpochKey
from core.store.project import Project, open_project
from core.store.runs import Run
from core.training.distributed import Crew, LoneError, crew_of_launch

_STORING = ("train", "evaluate", "suggest")
"""Commands that save their work step by step."""
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""What is wrong where a file can become no larger."""


def run(arguments: Sequence[str]) -> int:
    """Run the command line; returns the exit status: 0 success, 1 a `UserError`, 2 wrong usage."""
    command, *rest = arguments
    if command not in (*COMMANDS, "-h", "--help"):
        print(unknown_usage(say("unknown option {option}", option=command)), file=sys.stderr)
        return 2
    out = Output(as_json=False)
    signal.signal(signal.SIGTERM, _interrupt)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A file name that is not UTF-8 arrives as lone surrogates, which JSON writes as \udcff.
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        if command not in COMMANDS:
            out.result({}, usage())
            return 0
        options = parse_arguments(command, rest)
        out = Output(options.json)
        return _COMMANDS[command](options, out) or 0
    except UserError as error:
        out.note(say("error: {text}", text=escape_controls(str(error))))
    except OSError as error:
        if isinstance(error, BrokenPipeError) or (error.filename is None and error.errno in _FULL):
            # The reader of the output, such as `head`, has exited, or the output is a file on a full disk; Python would
            # fail when it flushes at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            if error.errno in _FULL:
                out.note(say("error: the output cannot be written: {reason}", reason=error.strerror))
        elif error.filename is None:
            raise
        else:
            fault = UserError(
                "{path} cannot be used: {reason}", path=os.fsdecode(error.filename), reason=error.strerror
            )
            out.note(say("error: {text}", text=escape_controls(str(fault))))
    except KeyboardInterrupt:
        out.note(say("stopped; what was finished is saved") if command in _STORING else say("stopped"))
    return 1


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _train(options: argparse.Namespace, out: Output) -> int:
    """Train in this process, or as one of several.

    Raises:
        UserError: in the main process if any process failed; in another one if it could not report its error.
    """
    with crew_of_launch(options.device or "auto", trains=True) as crew:
        try:
            with crew.together():
                if crew.is_main:
                    _train_run(options, out, crew)
                else:
                    engine.assist_training(crew)
        except LoneError:
            raise
        except UserError:
            if crew.is_main:
                raise
            return 1
    return 0


def _train_run(options: argparse.Namespace, out: Output, crew: Crew) -> None:
    with open_project(options.project) as project:
        work = _start_training(project, options, crew)
        number = report_events(work, partial(_report_and_warn, project, out), is_fleeting=_is_skippable)
        finished = project.runs.by_number(number)
        epochs = project.runs.epochs(number)
        best = project.runs.epoch_number(number, "best")
    metrics = epochs[-1].report.corrected.as_json()
    document = {
        "run": number,
        "status": finished.status,
        "epochs": len(epochs),
        "best_epoch": best,
        "metrics": metrics,
    }
    text = say("run {run} finished, F1 {f1:.4f} on dev", run=number, f1=metrics["micro"]["f1"])
    out.result({"event": "finished", **document}, text)


def _start_training(project: Project, options: argparse.Namespace, crew: Crew) -> Generator[TrainingEvent, None, int]:
    """Start a new run or resume one, as the options say."""
    chosen = {name: getattr(options, name) for name in TRAIN_SETTINGS if getattr(options, name) is not None}
    if options.resume is None:
        return engine.train_run(project, _train_settings(project, options.from_run, chosen), crew)
    if chosen or options.from_run is not None:
        raise UserError("--resume uses the settings of the run; give it alone")
    return engine.resume_run(project, options.resume, crew)


def _train_settings(project: Project, from_run: int | None, chosen: dict[str, Any]) -> TrainSettings:
    """The chosen settings; others come from the encoder's preset, or from the run whose weights are the start."""
    if from_run is not None:
        return project.runs.by_number(from_run).settings.continued(from_run, **chosen)
    return TrainSettings.of_preset(chosen.pop("encoder", DEFAULT_ENCODER), **chosen)


def _is_skippable(event: TrainingEvent) -> bool:
    """Whether an event may be skipped: progress, except for the last step of a phase."""
    return isinstance(event, Progress) and event.step != event.steps


def _report_and_warn(project: Project, out: Output, event: TrainingEvent) -> None:
    _report(out, event)
    if isinstance(event, RunStarted):
        warn_of_split(project, "dev", out)
    elif isinstance(event, EpochFinished):
        warn_of_epoch(project, EpochKey(event.run, event.epoch), "dev", "corrected", out)


def _report(out: Output, event: TrainingEvent) -> None:
    if isinstance(event, RunStarted):
        out.event("started", _fields(event), _describe_start(event))
    elif isinstance(event, Prepared):
        out.event("prepared", _fields(event), _describe_preparation(event))
    elif isinstance(event, Progress):
        out.event("progress", _fields(event), _describe_progress(event))
    elif isinstance(event, BatchHalved):
        out.event("batch_halved", _fields(event), batch_halved(event))
    else:
        document = {**_fields(event), "metrics": event.report.as_json()}
        del document["report"]
        head = say("epoch {epoch}, loss {loss:.4f}", epoch=event.epoch, loss=event.loss)
        out.event("epoch", document, f"{head}\n{table(event.report)}\n")


def _describe_start(event: RunStarted) -> str:
    train = count_sentences(event.train_sentences, "train")
    dev = count_sentences(event.dev_sentences, "dev")
    lines = [say("run {run}: {train} and {dev}", run=event.run, train=train, dev=dev)]
    if event.resumed_from == "start":
        lines.append(say("started from the beginning, because nothing had been saved"))
    elif event.resumed_from == "weights":
        epoch = event.epoch - 1
        lines.append(say("resumed from the weights of epoch {epoch}: its saved state is missing", epoch=epoch))
    elif event.resumed_from is not None:
        lines.append(say("resumed from epoch {epoch}, step {step:,}", epoch=event.epoch, step=event.step))
    if event.resumed_from == "state" and event.repeated:
        lines.append(
            say_count(
                "{count:,} finished epoch will be trained again",
                "{count:,} finished epochs will be trained again",
                event.repeated,
            )
        )
    if event.moved:
        lines.append(
            say_count(
                "{count:,} corrected dev sentence moved to train",
                "{count:,} corrected dev sentences moved to train",
                event.moved,
            )
        )
    return "\n".join(lines)


def _describe_preparation(event: Prepared) -> str:
    parameters = say_count("{count:,} parameter", "{count:,} parameters", event.parameters)
    if event.ceiling is None:
        return say("{parameters} on {device}", parameters=parameters, device=event.device)
    return say(
        "{parameters} on {device}, ceiling of the tagging unit {ceiling:.4f}",
        parameters=parameters,
        device=event.device,
        ceiling=event.ceiling,
    )


_PHASES = {
    "prepare": mark("prepare {epoch}/{epochs}, step {step:,}/{steps:,}, {speed:,.0f} sentences/s"),
    "train": mark("train {epoch}/{epochs}, step {step:,}/{steps:,}, loss {loss:.4f}, {speed:,.0f} sentences/s"),
    "predict": mark("predict {epoch}/{epochs}, step {step:,}/{steps:,}, {speed:,.0f} sentences/s"),
}


def _describe_progress(event: Progress) -> str:
    return say(
        _PHASES[event.phase],
        epoch=event.epoch,
        epochs=event.epochs,
        step=event.step,
        steps=event.steps,
        loss=event.loss,
        speed=event.sentences_per_second,
    )


def _fields(event: TrainingEvent) -> dict[str, Any]:
    return {name: getattr(event, name) for name in event.__slots__}


def _ceilings(options: argparse.Namespace, out: Output) -> None:
    with open_project(options.project) as project:
        reports = run_to_end(engine.measure_ceilings(project, options.encoder, options.split))
    document = {
        "encoder": options.encoder,
        "split": options.split,
        "units": {unit: report.as_json() for unit, report in reports.items()},
    }
    head = say(
        "F1 that perfect tags would reach with {encoder} on {split}", encoder=options.encoder, split=options.split
    )
    out.result(document, f"{head}\n{f1_table(reports)}")


def _evaluate(options: argparse.Namespace, out: Output) -> None:
    with open_project(options.project) as project:
        number = None if options.run is None else project.sources.number_of(options.run)
        evaluation = run_to_end(
            evaluate_epoch(project, number, options.epoch, options.split, options.gold, options.device)
        )
        source = project.sources.by_number(evaluation.key.source)
        name = source.name_epoch(evaluation.key.epoch)
        estimate = project.reviews.estimate(evaluation.key, evaluation.split)
        warn_of_split(project, evaluation.split, out)
        warn_of_epoch(project, evaluation.key, evaluation.split, evaluation.gold, out)
    key = evaluation.key
    what = {"run": key.source, "epoch": key.epoch, "split": evaluation.split, "gold": evaluation.gold}
    head = say(
        "{epoch}, {sentences}, {gold}",
        epoch=name,
        sentences=count_sentences(evaluation.sentences, evaluation.split),
        gold=evaluation.gold,
    )
    kinds, pairs = count_error_kinds(evaluation.matches), build_confusion(evaluation.matches)
    document = {
        **what,
        "sentences": evaluation.sentences,
        **evaluation.report.as_json(),
        "klue": evaluation.klue.as_json(),
        "errors": {label: kind.as_json() for label, kind in kinds.items()},
        "confusion": pairs.as_json(),
        "lacking": evaluation.lacking,
        **name_version(key, is_run=source.is_run),
    }
    text = f"{head}\n{table(evaluation.report)}\n\n{klue_line(evaluation.klue)}\n\n{error_table(kinds)}"
    if estimate is not None:
        document["verdicts"] = estimate.as_json()
        text = f"{text}\n\n{describe_estimate(estimate)}"
    out.result(document, text)


def _correct(options: argparse.Namespace, out: Output) -> None:
    spans = _spans(options.spans)
    with open_to_change(options) as project:
        sentence = project.sentences.by_id(options.sentence)
        changed = bool(project.corrections.correct(sentence.number, spans))
    template = mark("sentence {id} corrected") if changed else mark("sentence {id} already has these spans")
    text = say(template, id=sentence.id)
    out.result({"sentence": sentence.id, "changed": changed, "spans": [[s.start, s.end, s.label] for s in spans]}, text)


def _spans(text: str) -> list[Span]:
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError):
        rows = None
    if not isinstance(rows, list):
        raise UserError('--spans is {spans:.200}; it must be JSON such as [[0, 3, "PS"]]', spans=text)
    return [span_of(row) for row in rows]


def _runs(options: argparse.Namespace, out: Output) -> int:
    with open_project(options.project) as project:
        problems, runs = list(project.runs.problems()), []
        for run in project.runs.list_all():
            with suppress(UserError):  # its report is damaged, as the problems say
                runs.append(_run_document(project, run))
    for problem in problems:
        out.note(say("error: {text}", text=problem))
    none = say("no run can be read") if problems else say("no run yet")
    out.result({"runs": runs}, "\n".join(map(_run_line, runs)) or none)
    return int(bool(problems))


def _run_line(run: dict[str, Any]) -> str:
    settings = run["settings"]
    parts = [say("run {run}", run=run["run"]), f"{run['status']:<8}", settings["encoder"]]
    if settings["folds"] is not None:
        parts.append(say("cross-check of train in {folds} folds", folds=settings["folds"]))
    parts += [
        say("epoch {epoch} F1 {f1:.4f}", epoch=epoch["epoch"], f1=epoch["metrics"]["corrected"]["micro"]["f1"])
        for epoch in run["epochs"]
    ]
    if run["epochs"]:
        parts.append(say("(by the gold when each epoch ended)"))
    return "  ".join(parts)


def _run_document(project: Project, run: Run) -> dict[str, Any]:
    epochs = [
        {"epoch": e.number, "loss": e.loss, "seconds": e.seconds, "metrics": e.report.as_json()}
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
    with open_project(options.project) as project:
        problems = project.problems() or _damaged_checkpoints(project)
    out.result({"ok": not problems, "problems": problems}, "\n".join(problems) or say("nothing is damaged"))
    return int(bool(problems))


def _damaged_checkpoints(project: Project) -> list[str]:
    """The problems of the checkpoints of all epochs; empty if every file is intact."""
    problems = []
    for run in project.runs.list_all():
        has_weights = project.sources.by_number(run.number).tags_more
        for epoch in project.runs.epochs(run.number) if has_weights else ():
            try:
                load_manifest(project.checkpoint_folder(run.number, epoch.number))
            except UserError as error:
                problems.append(str(error))
    return problems


_COMMANDS: dict[str, Callable[[argparse.Namespace, Output], int | None]] = {
    "import": import_files,
    "train": _train,
    "crosscheck": crosscheck,
    "ceilings": _ceilings,
    "evaluate": _evaluate,
    "compare": compare,
    "predict": predict,
    "correct": _correct,
    "move": move,
    "labels": labels,
    "export": export,
    "export-model": export_model,
    "pool": show_pool,
    "runs": _runs,
    "sources": sources,
    "add-source": add_source,
    "suggest": suggest,
    "agreement": agreement,
    "check": _check,
}
