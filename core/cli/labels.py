"""The `labels` command: list and change the labels of a project."""

import argparse
from collections.abc import Iterator
from typing import NamedTuple

from core.cli.move import open_to_change
from core.cli.output import Output
from core.domain.generators import run_to_end
from core.domain.spans import SPLITS
from core.messages.catalogue import say_count
from core.store.changes import ChangeSet
from core.store.project import Project


class LabelPair(NamedTuple):
    """Two labels, given as `A=B`."""

    label: str
    other: str


def labels(options: argparse.Namespace, out: Output) -> None:
    """Change the labels as asked: add, then rename, then merge, then delete; then list them with their spans."""
    with open_to_change(options) as project:
        changed = sum(len(change.sentences) for change in _changes(project, options))
        counts, known = project.sentences.label_counts(), project.sentences.labels()
    rows = {label: {split: counts.get((split, label), 0) for split in SPLITS} for label in known}
    width = max(map(len, known))
    lines = [" " * width + "".join(f"{split:>10}" for split in SPLITS)]
    lines += [f"{label:>{width}}" + "".join(f"{row[split]:10d}" for split in SPLITS) for label, row in rows.items()]
    if changed:
        out.note(say_count("{count:,} sentence changed", "{count:,} sentences changed", changed))
    out.result({"changed": changed, "labels": rows}, "\n".join(lines))


def _changes(project: Project, options: argparse.Namespace) -> Iterator[ChangeSet]:
    for label in options.add:
        yield project.labels.add(label)
    for pair in options.rename:
        yield run_to_end(project.labels.rename(*pair))
    for pair in options.merge:
        yield run_to_end(project.labels.merge(*pair))
    for label in options.delete:
        yield project.labels.delete(label)
