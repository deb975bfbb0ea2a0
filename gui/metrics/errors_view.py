"""What the tables of errors say: how the spans of each type err, and which types are taken for which."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QScrollArea, QSplitter

from core.domain.labels import in_display_order
from core.metrics.comparison import OUTCOMES, Outcome
from core.metrics.confusion import Confusion, ErrorKinds, build_confusion, count_error_kinds
from core.metrics.report import Counts
from core.store.sentence_selection import Selection, behind_outcome, behind_pair
from gui.look.theme import Look
from gui.metrics.epoch_figures import Figures
from gui.metrics.error_bars import KindBars
from gui.metrics.table_model import EMPTY, Behind, Cell, Column, Link, MetricModel, Row, Table
from gui.metrics.table_painting import CountDelegate
from gui.metrics.table_view import TitledTable
from gui.text.inspect import VERDICTS
from gui.text.words import counted
from gui.widgets.choosers import chip

ALL = Row("all", "all types")
SPURIOUS = Row("spurious", "spurious")

_KINDS: dict[Outcome, tuple[str, str, str]] = {
    "right": ("", "Right", "Gold spans that were found with both edges and the type right"),
    "edge": ("Wrong", "edge", "Gold spans that were found with the right type and another start or end"),
    "type": ("Wrong", "type", "Gold spans that were found with both edges right and another type"),
    "both": ("Wrong", "both", "Gold spans that a predicted span of another type overlaps, with another start or end"),
    "missed": ("", "Missed", "Gold spans that no predicted span is paired with"),
    "spurious": ("", "Spurious", "Predicted spans that no gold span is paired with, under the predicted type"),
}
"""Group, title and meaning of the column of each outcome."""

_PURPOSES: dict[Outcome, str] = {
    "right": "with a right {}",
    "edge": "with a gold {} of wrong edge",
    "type": "with a gold {} taken for another type",
    "both": "with a gold {} wrong in edge and type",
    "missed": "with a missed {}",
    "spurious": "with a spurious {}",
}
"""Which sentences stand behind each outcome, given a type."""


def kinds_table(figures: Figures) -> Table:
    """How often each outcome befell each type, and all of them together."""
    kinds = count_error_kinds(figures.matches)
    if not kinds:
        return EMPTY
    columns = tuple(
        Column("count", figures, group, title, starts_group=outcome not in ("type", "both"), purpose=purpose)
        for outcome, (group, title, purpose) in _KINDS.items()
    )
    labels = in_display_order(kinds, figures.tag_set)
    rows = [(Row(label), kinds[label], figures.counts[label]) for label in labels]
    rows.append((ALL, sum(kinds.values(), ErrorKinds()), figures.total))
    cells = tuple(tuple(_kind_cell(figures, *row, outcome) for outcome in OUTCOMES) for row in rows)
    return Table(tuple(row for row, _, _ in rows), columns, cells)


def _kind_cell(figures: Figures, row: Row, kind: ErrorKinds, counts: Counts, outcome: Outcome) -> Cell:
    number: int = getattr(kind, outcome)
    label = row.name if row.is_type else None
    side, whole = ("predicted", counts.predicted) if outcome == "spurious" else ("gold", counts.support)
    words = f"{number:,} of {counted(whole, f'{side} span')}{f' of {label}' if label else ''}: {VERDICTS[outcome]}"
    heat = 0.0 if outcome == "right" else number / max(whole, 1)
    selection = behind_outcome(outcome, label, figures.split)
    return _cell(figures, number, words, selection, _PURPOSES[outcome].format(label or "span"), heat)


def confusion_table(figures: Figures) -> Table:
    """Gold types by predicted types; after them what was missed, and below what is spurious."""
    pairs = build_confusion(figures.matches)
    if not pairs.labels:
        return EMPTY
    labels = in_display_order(pairs.labels, figures.tag_set)
    columns = tuple(
        Column("count", figures, "Predicted as", label, starts_group=not at, is_type=True, purpose=f"Predicted {label}")
        for at, label in enumerate(labels)
    )
    missed = Column("count", figures, "", "Missed", starts_group=True, purpose=_KINDS["missed"][2])
    rows = (*(Row(label) for label in labels), SPURIOUS)
    cells = tuple(
        tuple(_pair_cell(figures, pairs, gold, predicted) for predicted in (*labels, None)) for gold in (*labels, None)
    )
    return Table(rows, (*columns, missed), cells)


def _pair_cell(figures: Figures, pairs: Confusion, gold: str | None, predicted: str | None) -> Cell:
    if gold is None and predicted is None:
        return Cell(None, None, "what is neither in the gold nor predicted is not counted", None)
    number = pairs.count(gold, predicted)
    counts = figures.counts[gold or predicted or ""]
    side, whole = ("gold", counts.support) if gold else ("predicted", counts.predicted)
    words, purpose = _pair_words(gold, predicted)
    heat = 0.0 if gold == predicted else number / max(whole, 1)
    words = f"{number:,} of {counted(whole, f'{side} span')} of {gold or predicted}: {words}"
    return _cell(figures, number, words, behind_pair(gold, predicted, figures.split), purpose, heat)


def _pair_words(gold: str | None, predicted: str | None) -> tuple[str, str]:
    """What befell the spans, and which sentences show it."""
    if gold is None:
        return "spurious", f"with a spurious {predicted}"
    if predicted is None:
        return "missed", f"with a missed {gold}"
    if gold == predicted:
        return f"predicted as {gold}, edges right or wrong", f"with a gold {gold} predicted as {gold}"
    return f"taken for {predicted}, edges right or wrong", f"with a gold {gold} taken for {predicted}"


def _cell(figures: Figures, number: int, words: str, selection: Selection, purpose: str, heat: float) -> Cell:
    link = Link(figures.key, selection, purpose) if number else None
    return Cell(number, None, words, link, heat)


_PADDING = 8
_AS_TABLE = "Gold spans by outcome, spurious by predicted type"
_AS_BARS = "A bar is the gold spans of a type, whose number stands before it; spurious ones are behind its end"


class KindsPanel(TitledTable):
    """Two views of one table, one of which is shown."""

    def __init__(self, behind: Behind, look: Look) -> None:
        delegate = CountDelegate(MetricModel(behind), look, padding=_PADDING)
        super().__init__("Kinds of errors", _AS_TABLE, delegate, names="korean")
        self.bars = KindBars(behind, look)
        self.bars.opened.connect(self.view.opened)
        self.as_table = chip("Table", "The numbers")
        self.as_bars = chip("Bars", "The shares of each type, at a glance")
        choice = QButtonGroup(self)
        for button in (self.as_table, self.as_bars):
            choice.addButton(button)
            self.head.addWidget(button)
        self.as_table.setChecked(True)
        scroller = QScrollArea(widgetResizable=True)
        scroller.setFrameShape(QFrame.Shape.NoFrame)
        scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroller.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroller.setWidget(self.bars)
        self.body.addWidget(scroller)
        self.as_bars.toggled.connect(self._show_bars)

    def _show_bars(self, is_shown: bool) -> None:
        self.said.setText(_AS_BARS if is_shown else _AS_TABLE)
        self.body.setCurrentIndex(int(is_shown))

    def show_table(self, table: Table, of: str = "") -> None:
        super().show_table(table, of)
        self.bars.show_table(table)


_PAIRS_PADDING, _MARGIN = 5, 16


class ErrorsPanel(QSplitter):
    """Both tables of one epoch, the first one as bars if asked for.

    Signals:
        opened: a number with sentences behind it was chosen; its `Link`.
    """

    opened = Signal(object)

    def __init__(self, behind: Behind, look: Look) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.kinds = KindsPanel(behind, look)
        self.confusion = TitledTable(
            "Confusion of types",
            "Gold types in rows, predicted types in columns; on the diagonal the edges may be wrong",
            CountDelegate(MetricModel(behind), look, padding=_PAIRS_PADDING),
            names="label",
        )
        for table in (self.kinds, self.confusion):
            self.addWidget(table)
            table.view.opened.connect(self.opened)
        self.setChildrenCollapsible(False)
        self.setProperty("panel", True)

    def show_figures(self, figures: Figures) -> None:
        """Show the errors of an epoch."""
        for table, shown in ((self.kinds, kinds_table(figures)), (self.confusion, confusion_table(figures))):
            table.show_table(shown, f" in epoch {figures.key.epoch}")

    def markdown(self) -> list[str]:
        """Both tables."""
        return [*self.kinds.markdown(), *self.confusion.markdown()]

    def fit(self, room: QSize) -> None:
        """Give both tables what they need of the room; what is left makes longer bars of the first one."""
        least, others = (table.view.fitting_width(room) for table in (self.kinds, self.confusion))
        wanted = max(least, min(room.width() - others - _MARGIN, 2 * least))
        self.setSizes([wanted, room.width() - wanted - self.handleWidth()])
