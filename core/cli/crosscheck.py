"""The command that tags each training sentence with a model that was not trained on it."""

import argparse
from dataclasses import asdict
from functools import partial

from core.cli.output import Output, report_events, table
from core.cli.parser import CROSSCHECK_SETTINGS
from core.domain.settings import DEFAULT_ENCODER, TrainSettings
from core.messages.words import counted
from core.services import engine
from core.store.predictions import EpochKey
from core.store.project import opened
from core.store.selection import Selection
from core.training.events import BatchHalved, CrosscheckEvent, FoldProgress, RunStarted

_PHASES = {"prepare": "preparing", "train": "training", "predict": "tagging"}


def crosscheck(options: argparse.Namespace, out: Output) -> None:
    """Cross-check the training sentences, reporting every event; the result counts sentences with doubted gold."""
    chosen = {name: getattr(options, name) for name in CROSSCHECK_SETTINGS if getattr(options, name) is not None}
    encoder = chosen.pop("encoder", DEFAULT_ENCODER)
    settings = TrainSettings.of_preset(encoder, **chosen, folds=options.folds)
    with opened(options.project) as project:
        work = engine.crosscheck(project, settings)
        number = report_events(work, partial(_report, out), is_fleeting=lambda event: isinstance(event, FoldProgress))
        run, [epoch] = project.runs.by_number(number), project.runs.epochs(number)
        doubted = project.selections.numbers(
            Selection("train", order="suspicious"), EpochKey(number, epoch.number), "corrected"
        )
    metrics = epoch.report["corrected"]
    document = {
        "run": number,
        "status": run.status,
        "folds": settings.folds,
        "epoch": epoch.number,
        "sentences": run.train_sentences,
        "doubted": len(doubted),
        "metrics": metrics,
    }
    text = (
        f"run {number} finished, F1 {metrics['micro']['f1']:.4f}"
        f" on {counted(run.train_sentences, 'training sentence')};"
        f" its predictions differ from the gold in {counted(len(doubted), 'sentence')}"
    )
    out.result({"event": "finished", **document}, text)


def _report(out: Output, event: CrosscheckEvent) -> None:
    if isinstance(event, RunStarted):
        text = f"run {event.run}: {counted(event.train_sentences, 'training sentence')}"
        out.event("started", {"run": event.run, "train_sentences": event.train_sentences}, text)
    elif isinstance(event, FoldProgress):
        text = f"fold {event.fold}/{event.folds}, {_PHASES[event.phase]}, {event.share:.0%}"
        out.event("progress", asdict(event), text)
    elif isinstance(event, BatchHalved):
        text = f"memory ran out: batches of {event.batch_size:,} now run in parts of {event.at_once:,}"
        out.event("batch_halved", asdict(event), text)
    else:
        out.note(table(event.report))
