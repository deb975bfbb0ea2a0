"""The tables of the Metrics page as Markdown, as they are shown."""

from collections.abc import Iterable, Sequence

from gui.metrics.model import MetricModel, row_title
from gui.metrics.table import Cell, Column, Table, figure, rounds_to_change


def markdown_table(model: MetricModel) -> str:
    """The table that a model shows, with its names, numbers and changes; empty where it has no row."""
    table = model.table
    if not table.rows:
        return ""
    titles = [_title(column, at, table) for at, column in enumerate(table.columns)]
    names = [row_title(row, model.first_names) for row in table.rows]
    rows = [(name, *map(cell_text, cells)) for name, cells in zip(names, table.cells, strict=True)]
    return markdown_of(("", *titles), rows)


def markdown_of(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table whose first column is of names and all others are of numbers."""
    lines = [titles, ["---", *("---:" for _ in titles[1:])], *rows]
    return "\n".join("| " + " | ".join(_escaped(text) for text in line) + " |" for line in lines)


def cell_text(cell: Cell) -> str:
    """`0.873`, `0.873 (+0.022)`, `+0.022 [+0.001, +0.043]`, a dash for none."""
    if cell.interval is not None and cell.value is not None:
        low, high = cell.interval
        return f"{_signed(cell.value)} [{low:+.3f}, {high:+.3f}]{'*' if cell.interval.is_sure else ''}"
    if cell.change is None:
        return figure(cell.value)
    return f"{figure(cell.value)} ({_signed(cell.change)})"


def _title(column: Column, at: int, table: Table) -> str:
    if any(cells[at].interval is not None for cells in table.cells):
        return column.group  # its title says how far the plot reaches
    return f"{column.group} {column.title}".strip()


def _signed(change: float) -> str:
    return f"{change:+.3f}" if rounds_to_change(change) else "0.000"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ")
