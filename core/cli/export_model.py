"""The `export-model` command: write a run's tagger to a folder that `transformers` opens without Spandesk."""

import argparse

from core.cli.output import Output
from core.domain.generators import run_to_end
from core.messages.catalogue import say
from core.services import engine
from core.store.project import open_project


def export_model(options: argparse.Namespace, out: Output) -> None:
    """Write the folder, and print which epoch is in it."""
    with open_project(options.project) as project:
        made = run_to_end(engine.export_model(project, options.folder, options.run, options.epoch))
    text = say(
        "run {run}, epoch {epoch} written to {folder} ({size:.1f} MB)",
        run=made.key.source,
        epoch=made.key.epoch,
        folder=made.folder,
        size=made.size / 1e6,
    )
    document = {"folder": str(made.folder), "run": made.key.source, "epoch": made.key.epoch, "bytes": made.size}
    out.result(document, text)
