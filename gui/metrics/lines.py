"""F1 by epoch as lines: what the chart draws."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.domain.labels import in_display_order
from gui.metrics.figures import Figures

MICRO = "micro"


@dataclass(frozen=True, slots=True)
class Line:
    """The F1 of a type, or of all (`micro`), at those epochs that have one."""

    name: str
    epochs: tuple[int, ...]
    values: tuple[float, ...]


def f1_lines(figures: Sequence[Figures]) -> tuple[Line, ...]:
    """A line for every type that occurs, and the micro average last."""
    found = {label for epoch in figures for label in epoch.report.labels}
    labels = in_display_order(found, figures[0].tag_set) if figures else ()
    rows = [(epoch.key.epoch, epoch.report.rows()) for epoch in figures]
    return tuple(
        Line(
            name,
            tuple(epoch for epoch, row in rows if name in row),
            tuple(row[name].f1 for _, row in rows if name in row),
        )
        for name in (*labels, MICRO)
        if figures
    )
