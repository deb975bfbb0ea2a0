"""The `crosscheck` command: tag each training sentence with a model that was not trained on it."""

import argparse
from dataclasses import asdict
from functools import partial

from core.cli.output import Output, batch_halved, count_sentences, report_events, table
from core.cli.parser import CROSSCHECK_SETTINGS
from core.domain.events import BatchHalved, CrosscheckEvent, FoldProgress, RunStarted
from core.domain.settings import DEFAULT_ENCODER, TrainSettings
from core.messages.catalogue import mark, say, say_count
from core.services import engine
from core.store.predictions import EpochKey
from core.store.project import open_project
from core.store.sentence_selection import Selection

_PHASES = {
    "prepare": mark("fold {fold}/{folds}, preparing, {share:.0%}"),
    "train": mark("fold {fold}/{folds}, training, {share:.0%}"),
    "predict": mark("fold {fold}/{folds}, tagging, {share:.0%}"),
}


def crosscheck(options: argparse.Namespace, out: Output) -> None:
    """Cross-check the training sentences and print how many have predictions that differ from their gold."""
    chosen = {name: getattr(options, name) for name in CROSSCHECK_SETTINGS if getattr(options, name) is not None}
    encoder = chosen.pop("encoder", DEFAULT_ENCODER)
    settings = TrainSettings.of_preset(encoder, **chosen, folds=options.folds)
    with open_project(options.project) as project:
        work = engine.crosscheck(project, settings)
        number = report_events(work, partial(_report, out), is_fleeting=lambda event: isinstance(event, FoldProgress))
        run, [epoch] = project.runs.by_number(number), project.runs.epochs(number)
        doubted = project.selections.numbers(
            Selection("train", order="suspicious"), EpochKey(number, epoch.number), "corrected"
        )
    metrics = epoch.report.corrected.as_json()
    document = {
        "run": number,
        "status": run.status,
        "folds": settings.folds,
        "epoch": epoch.number,
        "sentences": run.train_sentences,
        "doubted": len(doubted),
        "metrics": metrics,
    }
    text = say_count(
        "run {run} finished, F1 {f1:.4f} on {sentences}; its predictions differ from the gold in {count:,} sentence",
        "run {run} finished, F1 {f1:.4f} on {sentences}; its predictions differ from the gold in {count:,} sentences",
        len(doubted),
        run=number,
        f1=metrics["micro"]["f1"],
        sentences=count_sentences(run.train_sentences, "train"),
    )
    out.result({"event": "finished", **document}, text)


def _report(out: Output, event: CrosscheckEvent) -> None:
    if isinstance(event, RunStarted):
        text = say("run {run}: {sentences}", run=event.run, sentences=count_sentences(event.train_sentences, "train"))
        out.event("started", {"run": event.run, "train_sentences": event.train_sentences}, text)
    elif isinstance(event, FoldProgress):
        text = say(_PHASES[event.phase], fold=event.fold, folds=event.folds, share=event.share)
        out.event("progress", asdict(event), text)
    elif isinstance(event, BatchHalved):
        out.event("batch_halved", asdict(event), batch_halved(event))
    else:
        out.note(table(event.report))
