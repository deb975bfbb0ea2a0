"""What the tables of changes say: by how much each score moved, and what became of the errors."""

from collections.abc import Sequence

from core.analysis.bootstrap import Interval
from core.analysis.changes import FATES, Changes, Fate, ScoreChange
from core.domain.labels import in_display_order
from core.domain.spans import SentenceNumber
from core.metrics.comparison import OUTCOMES, Outcome
from core.metrics.report import AVERAGES
from core.store.selection import Among, Selection
from gui.inspect.words import VERDICTS
from gui.metrics.errors import ALL
from gui.metrics.figures import Figures
from gui.metrics.table import EMPTY, Cell, Column, Link, Metric, Row, Table, figure

_METRICS: tuple[tuple[Metric, str], ...] = (("precision", "Precision"), ("recall", "Recall"), ("f1", "F1"))
_FATES: dict[Fate, tuple[str, str, str]] = {
    "fixed": ("Fixed", "fixed errors", "Errors that the other epoch makes and this one does not"),
    "broken": ("Broken", "new errors", "Errors that this epoch makes and the other one does not"),
    "kept": ("Kept", "kept errors", "Gold spans wrong in both, and spurious spans that both predicted"),
}
"""Title of the column of each fate, what it counts, and what that means."""
_KINDS: tuple[Outcome, ...] = tuple(outcome for outcome in OUTCOMES if outcome != "right")


def scores_table(changes: Changes, now: Figures) -> Table:
    """The change of precision, recall and F1 of each type and average."""
    if not changes.scores:
        return EMPTY
    farthest = max(abs(bound) for change in changes.scores.values() for at in change.intervals for bound in at)
    columns = tuple(
        Column(metric, now, title, f"±{farthest:.3f}", True, purpose=f"Change of {title}, plotted to ±{farthest:.3f}")
        for metric, title in _METRICS
    )
    averages = [Row(name, f"{name} avg") for name in AVERAGES if name in changes.scores]
    rows = (*map(Row, _labels(changes, now)), *averages)
    cells = tuple(
        tuple(_score_cell(changes, row, changes.scores[row.name], metric, title, now) for metric, title in _METRICS)
        for row in rows
    )
    return Table(rows, columns, cells)


def _labels(changes: Changes, now: Figures) -> tuple[str, ...]:
    return in_display_order([name for name in changes.scores if name not in AVERAGES], now.tag_set)


def _score_cell(changes: Changes, row: Row, change: ScoreChange, metric: Metric, title: str, now: Figures) -> Cell:
    before, after = getattr(change.before, metric), getattr(change.after, metric)
    interval: Interval = getattr(change, metric)
    name = row.title or row.name
    verdict = "excludes zero" if interval.is_sure else "includes zero, so the change may be chance"
    words = (
        f"{title} of {name}: from {figure(before)} to {figure(after)}; the 95 % interval of the change,"
        f" {interval.low:+.3f} to {interval.high:+.3f}, {verdict}. It covers the choice of sentences, not the run's own"
        " chance"
    )
    label = row.name if row.is_type else None
    moved = [number for fate in ("fixed", "broken") for number in changes.errors_of(fate, label=label)]
    link = _link(now, moved, f"fixed and new errors{f': {label}' if label else ''}")
    return Cell(after - before, None, words, link, interval=interval)


def types_table(changes: Changes, now: Figures) -> Table:
    """How many errors of each type were fixed, broken and kept."""
    labels = _labels(changes, now)
    rows = [_fate_cells(changes, now, Row(label), label=label) for label in labels]
    return _fates_table(now, [*map(Row, labels), ALL], [*rows, _fate_cells(changes, now, ALL)]) if labels else EMPTY


def kinds_table(changes: Changes, now: Figures) -> Table:
    """How many errors of each kind were fixed, broken and kept."""
    rows = {kind: Row(kind, VERDICTS[kind]) for kind in _KINDS}
    cells = [_fate_cells(changes, now, row, outcome=kind) for kind, row in rows.items()]
    return _fates_table(now, [*rows.values()], cells) if changes.scores else EMPTY


def _fates_table(now: Figures, rows: Sequence[Row], cells: Sequence[tuple[Cell, ...]]) -> Table:
    columns = tuple(
        Column("count", now, "Errors", title, starts_group=not at, purpose=purpose)
        for at, (title, _, purpose) in enumerate(_FATES.values())
    )
    return Table(tuple(rows), columns, tuple(cells))


def _fate_cells(
    changes: Changes, now: Figures, row: Row, *, label: str | None = None, outcome: Outcome | None = None
) -> tuple[Cell, ...]:
    numbers = {fate: changes.errors_of(fate, label=label, outcome=outcome) for fate in FATES}
    whole = sum(map(len, numbers.values()))
    return tuple(_fate_cell(now, row, fate, found, whole) for fate, found in numbers.items())


def _fate_cell(now: Figures, row: Row, fate: Fate, numbers: Sequence[SentenceNumber], whole: int) -> Cell:
    what = f"{_FATES[fate][1]}{'' if row is ALL else f': {row.title or row.name}'}"
    words = f"{what}: {len(numbers):,} of {whole:,} that either epoch makes"
    heat = len(numbers) / whole if fate == "broken" and whole else None
    return Cell(len(numbers), None, words, _link(now, numbers, what), heat)


def _link(now: Figures, numbers: Sequence[SentenceNumber], words: str) -> Link | None:
    if not numbers:
        return None
    selection = Selection(now.split, among=Among(words, frozenset(numbers)))
    return Link(now.key, selection, f"with {words}")
