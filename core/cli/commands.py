"""What each command does: the engine's work, and its result printed."""

import argparse
import io
import json
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Generator, Sequence
from functools import partial
from types import FrameType
from typing import Any

from core.cli.compare import compare
from core.cli.crosscheck import crosscheck
from core.cli.labels import labels
from core.cli.output import Output, Rejections, error_table, f1_table, klue_line, report_events, table, verdicts_line
from core.cli.parser import TRAIN_SETTINGS, parsed
from core.cli.predict import predict
from core.cli.usage import COMMANDS, program, usage
from core.cli.warnings import warn_of_epoch, warn_of_split
from core.domain.errors import UserError
from core.domain.generators import run_to_end
from core.domain.settings import DEFAULT_ENCODER, TrainSettings
from core.domain.spans import Span
from core.formats.jsonl import span_of
from core.io.files import STANDARD_OUTPUT, open_descriptor
from core.io.manifest import checked_manifest
from core.messages.words import counted, escape_controls
from core.metrics.confusion import confusion, error_kinds
from core.services import engine
from core.services.export_corpus import export_corpus
from core.services.import_corpus import ImportPlan, ImportReport, NothingImportedError, import_corpus
from core.store.predictions import EpochKey
from core.store.project import Project, open_for_import, opened
from core.store.runs import Run
from core.training.distributed import Crew, LoneError, crew_of_launch
from core.training.events import BatchHalved, EpochFinished, Prepared, Progress, RunStarted, TrainingEvent

_STORING = ("train", "evaluate")
"""Commands that store what they do step by step."""


def run(arguments: Sequence[str]) -> int:
    """Run the command line; returns the exit status: 0 done, 1 a `UserError`, 2 wrong usage."""
    command, *rest = arguments
    if command not in (*COMMANDS, "-h", "--help"):
        print(f"{program()}: unknown option {command}\n{usage()}", file=sys.stderr)
        return 2
    out = Output(as_json=False)
    signal.signal(signal.SIGTERM, _interrupt)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A file name that is not UTF-8 comes as lone surrogates; \udcff is what JSON writes for one.
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        if command not in COMMANDS:
            out.result({}, usage())
            return 0
        options = parsed(command, rest)
        out = Output(options.json)
        return _COMMANDS[command](options, out) or 0
    except UserError as error:
        out.note(f"error: {escape_controls(str(error))}")
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            # Who reads the output, such as `head`, has enough; Python would complain when it flushes at its end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        elif error.filename is None:
            raise
        else:
            out.note(f"error: {escape_controls(os.fsdecode(error.filename))} cannot be used: {error.strerror}")
    except KeyboardInterrupt:
        out.note("stopped; what was finished is stored" if command in _STORING else "stopped")
    return 1


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _import(options: argparse.Namespace, out: Output) -> None:
    labels = tuple(label.strip() for label in options.add_labels.split(",") if label.strip())
    plan = ImportPlan(tuple(options.files), options.split, options.dev_ratio, options.seed, options.format, labels)
    with tempfile.SpooledTemporaryFile(1 << 20, "w+", encoding="utf-8", errors="surrogatepass") as kept:
        rejections = Rejections(out, kept)
        try:
            with open_for_import(options.project) as project:
                report = run_to_end(import_corpus(project, plan), rejections.keep_all_of)
        except NothingImportedError as error:
            if error.report.repeated < error.report.rejections > 1:
                rejections.print_first(error.report.rejected)
            _print_import(error.report, rejections, out)
            raise
        rejections.print_first(report.rejected)
        for warning in report.warnings:
            out.warn(warning)
        _print_import(report, rejections, out)


def _print_import(report: ImportReport, rejections: Rejections, out: Output) -> None:
    if out.as_json:
        print(f'{{"sentences": {report.sentences}, "spans": {report.spans}, "rejected": ', end="")
        rejections.print_list()
        print(f', "warnings": {json.dumps(report.warnings, ensure_ascii=False)}}}', flush=True)
    elif report.sentences:
        taken = f"{counted(report.sentences, 'sentence')} with {counted(report.spans, 'span')} imported"
        out.result({}, f"{taken}, {rejections.count:,} rejected")


def _train(options: argparse.Namespace, out: Output) -> int:
    """Train, alone or as one of several processes.

    Raises:
        UserError: this is the main process and any failed, or it is another and no other could be told of its error.
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
    with opened(options.project) as project:
        work = _training(project, options, crew)
        number = report_events(work, partial(_report_and_warn, project, out), is_fleeting=_is_passing)
        finished = project.runs.by_number(number)
        epochs = project.runs.epochs(number)
        best = project.runs.epoch_number(number, "best")
    metrics = epochs[-1].report["corrected"]
    document = {
        "run": number,
        "status": finished.status,
        "epochs": len(epochs),
        "best_epoch": best,
        "metrics": metrics,
    }
    text = f"run {number} finished, F1 {metrics['micro']['f1']:.4f} on dev"
    out.result({"event": "finished", **document}, text)


def _training(project: Project, options: argparse.Namespace, crew: Crew) -> Generator[TrainingEvent, None, int]:
    """The training that was asked for: a new run, or the rest of one."""
    chosen = {name: getattr(options, name) for name in TRAIN_SETTINGS if getattr(options, name) is not None}
    if options.resume is None:
        return engine.train_run(project, _train_settings(project, options.from_run, chosen), crew)
    if chosen or options.from_run is not None:
        raise UserError("--resume uses the settings of the run; give it alone")
    return engine.resume_run(project, options.resume, crew)


def _train_settings(project: Project, from_run: int | None, chosen: dict[str, Any]) -> TrainSettings:
    """What was asked for; the rest suits the encoder, or is as it was in the run whose weights are the start."""
    if from_run is not None:
        return project.runs.by_number(from_run).settings.continued(from_run, **chosen)
    return TrainSettings.of_preset(chosen.pop("encoder", DEFAULT_ENCODER), **chosen)


def _is_passing(event: TrainingEvent) -> bool:
    """Whether an event may go by untold: progress, but for the last step of a phase."""
    return isinstance(event, Progress) and event.step != event.steps


def _report_and_warn(project: Project, out: Output, event: TrainingEvent) -> None:
    _report(out, event)
    if isinstance(event, RunStarted):
        warn_of_split(project, "dev", out)
    elif isinstance(event, EpochFinished):
        warn_of_epoch(project, EpochKey(event.run, event.epoch), "dev", "corrected", out)


def _report(out: Output, event: TrainingEvent) -> None:
    if isinstance(event, RunStarted):
        moved = f", {counted(event.moved, 'corrected dev sentence')} moved to train" if event.moved else ""
        dev = counted(event.dev_sentences, "dev sentence")
        text = f"run {event.run}{_resumed_words(event)}: {event.train_sentences:,} training and {dev}{moved}"
        out.event("started", _fields(event), text)
    elif isinstance(event, Prepared):
        ceiling = "" if event.ceiling is None else f", ceiling of the tagging unit {event.ceiling:.4f}"
        out.event("prepared", _fields(event), f"{counted(event.parameters, 'parameter')} on {event.device}{ceiling}")
    elif isinstance(event, Progress):
        loss = "" if event.loss is None else f", loss {event.loss:.4f}"
        text = f"{event.phase} {event.epoch}/{event.epochs}, step {event.step:,}/{event.steps:,}{loss}"
        out.event("progress", _fields(event), f"{text}, {event.sentences_per_second:,.0f} sentences/s")
    elif isinstance(event, BatchHalved):
        text = f"memory ran out: batches of {event.batch_size:,} now run in parts of {event.at_once:,}"
        out.event("batch_halved", _fields(event), text)
    else:
        document = {**_fields(event), "metrics": event.report.as_json()}
        del document["report"]
        out.event("epoch", document, f"epoch {event.epoch}, loss {event.loss:.4f}\n{table(event.report)}\n")


def _resumed_words(event: RunStarted) -> str:
    if event.resumed_from is None:
        return ""
    if event.resumed_from == "start":
        return " started again, because none of it was saved"
    if event.resumed_from == "weights":
        return f" resumed with the weights of epoch {event.epoch - 1}, because its saved state is missing"
    again = f", {counted(event.repeated, 'finished epoch')} will be trained again" if event.repeated else ""
    return f" resumed from epoch {event.epoch}, step {event.step:,}{again}"


def _fields(event: TrainingEvent) -> dict[str, Any]:
    return {name: getattr(event, name) for name in event.__slots__}


def _ceilings(options: argparse.Namespace, out: Output) -> None:
    with opened(options.project) as project:
        reports = run_to_end(engine.measure_ceilings(project, options.encoder, options.split))
    document = {
        "encoder": options.encoder,
        "split": options.split,
        "units": {unit: report.as_json() for unit, report in reports.items()},
    }
    head = f"F1 that perfect tags would reach with {options.encoder} on {options.split}"
    out.result(document, f"{head}\n{f1_table(reports)}")


def _evaluate(options: argparse.Namespace, out: Output) -> None:
    with opened(options.project) as project:
        evaluation = run_to_end(
            engine.evaluate_epoch(project, options.run, options.epoch, options.split, options.gold, options.device)
        )
        estimate = project.reviews.estimate(evaluation.key, evaluation.split)
        warn_of_split(project, evaluation.split, out)
        warn_of_epoch(project, evaluation.key, evaluation.split, evaluation.gold, out)
    key = evaluation.key
    what = {"run": key.source, "epoch": key.epoch, "split": evaluation.split, "gold": evaluation.gold}
    sentences = counted(evaluation.sentences, f"{evaluation.split} sentence")
    head = f"run {key.source}, epoch {key.epoch}, {sentences}, {evaluation.gold}"
    kinds, pairs = error_kinds(evaluation.verdicts), confusion(evaluation.verdicts)
    document = {
        **what,
        "sentences": evaluation.sentences,
        **evaluation.report.as_json(),
        "klue": evaluation.klue.as_json(),
        "errors": {label: kind.as_json() for label, kind in kinds.items()},
        "confusion": pairs.as_json(),
    }
    text = f"{head}\n{table(evaluation.report)}\n\n{klue_line(evaluation.klue)}\n\n{error_table(kinds)}"
    if estimate is not None:
        document["verdicts"] = estimate.as_json()
        text = f"{text}\n\n{verdicts_line(estimate)}"
    out.result(document, text)


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
    except (ValueError, RecursionError) as error:
        raise UserError(_bad_spans(text)) from error
    if not isinstance(rows, list):
        raise UserError(_bad_spans(text))
    return [span_of(row) for row in rows]


def _bad_spans(text: str) -> str:
    return f'--spans is {text:.200}; it must be JSON such as [[0, 3, "PS"]]'


def _export(options: argparse.Namespace, out: Output) -> None:
    with opened(options.project) as project:
        count = export_corpus(project, options.file, options.format, options.split, options.gold)
    text = f"{counted(count, 'sentence')} written to {options.file}"
    if open_descriptor(options.file) == STANDARD_OUTPUT:
        out.note(text)
    else:
        out.result({"file": str(options.file), "sentences": count}, text)


def _runs(options: argparse.Namespace, out: Output) -> None:
    with opened(options.project) as project:
        runs = [_run_document(project, run) for run in project.runs.listed()]
    lines = [
        f"run {run['run']}  {run['status']:<9}{run['settings']['encoder']}  {_kind(run['settings'])}"
        + "  ".join(f"epoch {e['epoch']} F1 {e['metrics']['corrected']['micro']['f1']:.4f}" for e in run["epochs"])
        for run in runs
    ]
    out.result({"runs": runs}, "\n".join(lines) or "no run yet")


def _kind(settings: dict[str, Any]) -> str:
    folds = settings["folds"]
    return "" if folds is None else f"cross-check of train in {folds} folds  "


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
        problems = project.problems() or _damaged_checkpoints(project)
    out.result({"ok": not problems, "problems": problems}, "\n".join(problems) or "nothing is damaged")
    return int(bool(problems))


def _damaged_checkpoints(project: Project) -> list[str]:
    """What is wrong with the checkpoints of the project's epochs; empty when all are as they were written."""
    problems = []
    for run in project.runs.listed():
        for epoch in () if run.is_crosscheck else project.runs.epochs(run.number):
            try:
                checked_manifest(project.checkpoint_folder(run.number, epoch.number))
            except UserError as error:
                problems.append(str(error))
    return problems


_COMMANDS: dict[str, Callable[[argparse.Namespace, Output], int | None]] = {
    "import": _import,
    "train": _train,
    "crosscheck": crosscheck,
    "ceilings": _ceilings,
    "evaluate": _evaluate,
    "compare": compare,
    "predict": predict,
    "correct": _correct,
    "labels": labels,
    "export": _export,
    "runs": _runs,
    "check": _check,
}
