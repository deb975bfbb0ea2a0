"""The `compare` command: what changed between two epochs."""

import argparse
from collections.abc import Iterable
from typing import NamedTuple

from core.analysis.changes import FATES, Changes, compare_epochs
from core.cli.output import Output, count_sentences
from core.domain.errors import UserError
from core.domain.generators import run_to_end
from core.domain.scores import AVERAGES
from core.messages.catalogue import mark, say
from core.metrics.comparison import OUTCOMES
from core.store.predictions import EpochKey
from core.store.project import Project, open_project
from core.store.runs import EpochChoice

_METRICS = ("precision", "recall", "f1")
_HOW_TO_READ = (
    mark("* significant: the 95 % interval (bootstrap over the sentences) excludes 0"),
    mark("The intervals cover the choice of sentences, not the training: another seed changes the scores, too."),
)


class EpochArgument(NamedTuple):
    """An epoch as typed: `RUN`, `RUN:EPOCH` or `RUN:best`, or the name of a source for `RUN`; without an epoch, the
    last one.
    """

    source: int | str
    epoch: EpochChoice | None


def compare(options: argparse.Namespace, out: Output) -> None:
    """Compare two epochs, of runs or other sources, on the sentences that both predicted."""
    with open_project(options.project) as project:
        before, after = (_key(project, chosen) for chosen in (options.before, options.after))
        pairs = project.predictions.pairs(before, after, options.split, options.gold)
        changes = run_to_end(compare_epochs(pairs))
        names = [project.sources.by_number(key.source).name_epoch(key.epoch) for key in (before, after)]
    if not changes.sentences:
        raise UserError(
            "{before} and {after} have no predictions on the same {split} sentences; evaluate both on that split first",
            before=names[0],
            after=names[1],
            split=options.split,
        )
    document = {
        "before": {"run": before.source, "epoch": before.epoch},
        "after": {"run": after.source, "epoch": after.epoch},
        "split": options.split,
        "gold": options.gold,
        **changes.as_json(),
    }
    head = say(
        "from {before} to {after}, {sentences}, {gold}",
        before=names[0],
        after=names[1],
        sentences=count_sentences(changes.sentences, options.split),
        gold=options.gold,
    )
    out.result(document, f"{head}\n{score_table(changes)}\n\n{fate_table(changes)}")


def score_table(changes: Changes) -> str:
    """The change of each score with its interval, as plain text; a star marks what is significant."""
    names = {name: f"{name} avg" for name in AVERAGES}
    width = max((len(names.get(name, name)) for name in changes.scores), default=0)
    lines = [" " * width + "".join(f"{metric:>28}" for metric in _METRICS), ""]
    for name, change in changes.scores.items():
        cells = []
        for metric in _METRICS:
            moved = getattr(change.after, metric) - getattr(change.before, metric)
            interval = getattr(change, metric)
            star = "*" if interval.excludes_zero else " "
            cells.append(f"{moved:+11.4f}{star}{f'[{interval.low:+.3f}, {interval.high:+.3f}]':>16}")
        lines.append(f"{names.get(name, name):>{width}}" + "".join(cells))
    return "\n".join([*lines, "", *map(say, _HOW_TO_READ)])


def fate_table(changes: Changes) -> str:
    """The number of fixed, new and remaining errors of each kind, as plain text."""
    kinds = [outcome for outcome in OUTCOMES if outcome != "right"]
    lines = [" " * 8 + "".join(f"{fate:>10}" for fate in FATES), ""]
    lines += [_fate_line(kind, (len(changes.errors_of(fate, outcome=kind)) for fate in FATES)) for kind in kinds]
    return "\n".join([*lines, _fate_line("all", (len(changes.errors_of(fate)) for fate in FATES))])


def _fate_line(name: str, counts: Iterable[int]) -> str:
    return f"{name:>8}" + "".join(f"{count:10d}" for count in counts)


def _key(project: Project, chosen: EpochArgument) -> EpochKey:
    source = project.sources.number_of(chosen.source)
    return EpochKey(source, project.runs.epoch_number(source, chosen.epoch))
