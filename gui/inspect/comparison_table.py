"""The table under the sentence: every span, what gold and run say of it, how that ends, and a person's verdict."""

from collections.abc import Iterable, Mapping, Sequence
from typing import cast

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QTableView

from core.analysis.verdicts import pair_of
from core.domain.spans import Span
from core.messages.catalogue import mark, say
from core.metrics.comparison import Comparison
from core.store.gold.reviews import NOTHING_SAID, Reviewed
from gui.look.theme import Look, font, scaled
from gui.sentence.scene import probability
from gui.text.wording import BLAME_WORDS, VERDICTS, name_outcome, wrap_tooltip
from gui.widgets.tables import ROOT, Index, prepare_table

_TITLES = (
    mark("Span"),
    mark("Gold"),
    mark("Predicted"),
    mark("Probability"),
    mark("Outcome"),
    mark("Verdict"),
    mark("Other"),
)
_SPAN, _GOLD, _PREDICTED, _PROBABILITY, _OUTCOME, _VERDICT, _OTHER = range(7)
SaidBy = Sequence[tuple[str, frozenset[Span]]]
"""People with what they say: of the predicted column, and of the other one if there are two."""
_LEAST_WIDTH, _GREATEST_WIDTH = 56, 300
"""Of the columns with text, which share what the others leave; the verdict takes what is left then."""
_ROW_HEIGHT = 28
CELL_MARGIN = 11
"""Pixels from the left edge of the table to the words in its first column."""
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter

_UNKNOWN = mark(
    "How probable the run finds this gold span is not known: it became gold after the run tagged the sentence,"
    " or the run's tagging unit cannot express it"
)


class ComparisonModel(QAbstractTableModel):
    """The comparisons of one sentence."""

    def __init__(self, look: Look, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._text = ""
        self.comparisons: tuple[Comparison, ...] = ()
        self._gold_shares: Mapping[Span, float] = {}
        self._said: Reviewed = NOTHING_SAID
        self.said_by: SaidBy = ()
        self._figures: QFont = font(tabular=True)

    def show_comparisons(
        self,
        text: str,
        comparisons: Sequence[Comparison],
        gold_shares: Mapping[Span, float],
        said: Reviewed,
        said_by: SaidBy = (),
    ) -> None:
        """Show a sentence's spans, with the probability of those gold ones for which it is known, and the verdicts."""
        self.beginResetModel()
        self._said, self.said_by = said, said_by
        self._text, self.comparisons, self._gold_shares = text, tuple(comparisons), gold_shares
        self.endResetModel()

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self.comparisons)

    def columnCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(_TITLES)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation == Qt.Orientation.Vertical:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if section == _PROBABILITY else _LEFT
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            names = [name for name, _ in self.said_by]
            return dict(zip((_PREDICTED, _OTHER), names, strict=False)).get(section) or say(_TITLES[section])
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        comparison, column = self.comparisons[index.row()], index.column()
        if role == Qt.ItemDataRole.ToolTipRole and column == _PROBABILITY:
            return self._probability_meaning(comparison)
        if role == Qt.ItemDataRole.DisplayRole:
            return self._cell(comparison, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            author = self._said.verdict_authors.get(pair_of(comparison)) if column == _VERDICT else None
            words = self._cell(comparison, column)
            return wrap_tooltip(say("{verdict} (by {author})", verdict=words, author=author) if author else words)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if column == _PROBABILITY else _LEFT
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._ink(comparison, column)
        if role == Qt.ItemDataRole.FontRole and column == _PROBABILITY:
            return self._figures
        return None

    def _cell(self, comparison: Comparison, column: int) -> str:
        gold, predicted = comparison.gold, comparison.predicted
        if column in (_PREDICTED, _OTHER) and len(self.said_by) > 1:
            span = cast(Span, gold or (predicted and predicted.span))
            return span.label if span in self.said_by[int(column == _OTHER)][1] else "–"
        if column == _SPAN:
            return self._words(gold or cast(Span, predicted and predicted.span))
        if column == _GOLD:
            return gold.label if gold else "–"
        if column == _PROBABILITY:
            return " / ".join(probability(share) for share in self._shares(comparison) if share is not None)
        if column == _PREDICTED:
            return self._predicted(gold, predicted.span) if predicted else "–"
        return name_outcome(comparison) if column == _OUTCOME else self._verdict(comparison)

    def _verdict(self, comparison: Comparison) -> str:
        """What a person said of it, also where the gold was corrected since."""
        pair, verdicts = pair_of(comparison), self._said.verdicts
        if pair in verdicts:
            return say(BLAME_WORDS[verdicts[pair]])
        was_corrected = not comparison.is_error and any(
            blame == "gold" and judged.predicted == pair.predicted for judged, blame in verdicts.items()
        )
        return say("gold corrected") if was_corrected else ""

    def _shares(self, comparison: Comparison) -> tuple[float | None, float | None]:
        """What the run gives the predicted span and the gold one, as far as there are two and it is known."""
        gold, predicted = comparison.gold, comparison.predicted
        of_gold = self._gold_shares.get(gold) if gold is not None and comparison.is_error else None
        return (predicted.probability if predicted else None), of_gold

    def _probability_meaning(self, comparison: Comparison) -> str:
        predicted, gold = self._shares(comparison)
        if predicted is not None and gold is not None:
            shares = say("predicted span {predicted:.4f}, gold span {gold:.4f}", predicted=predicted, gold=gold)
        elif predicted is not None:
            shares = say("predicted span {predicted:.4f}", predicted=predicted)
        elif gold is not None:
            shares = say("gold span {gold:.4f}", gold=gold)
        else:
            return say(_UNKNOWN)
        return say(
            "How probable the run finds exactly this span, with these edges and this type: {shares}", shares=shares
        )

    def _predicted(self, gold: Span | None, predicted: Span) -> str:
        """The predicted label, with its text where that is another than the gold span's."""
        if gold is None or (gold.start, gold.end) == (predicted.start, predicted.end):
            return predicted.label
        return f"{predicted.label}  {self._words(predicted)}"

    def _words(self, span: Span) -> str:
        return self._text[span.start : span.end]

    def _ink(self, comparison: Comparison, column: int) -> QColor | None:
        if column == _OUTCOME:
            return QColor(self._look.theme.error if comparison.is_error else self._look.theme.right)
        return None


class ComparisonTable(QTableView):
    """Shows a `ComparisonModel`.

    Signals:
        chosen: the user chose the span of a `Comparison`.
    """

    chosen = Signal(object)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.rows = ComparisonModel(look, self)
        self._is_marking = False
        self.setModel(self.rows)
        prepare_table(self, say("Spans of the sentence"), row_height=_ROW_HEIGHT)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        for column in (_PREDICTED, _OTHER, _PROBABILITY, _OUTCOME, _VERDICT):
            self.hideColumn(column)
        self.horizontalHeader().moveSection(_OTHER, _PROBABILITY)
        self.horizontalHeader().setStyleSheet(f"QHeaderView::section {{ padding: 4px {CELL_MARGIN}px; }}")
        self._compares = self._judges = False
        self.horizontalHeader().setStretchLastSection(True)
        self.horizontalHeader().setMinimumSectionSize(scaled(40))
        self.setMinimumHeight(2 * scaled(_ROW_HEIGHT) + 4)
        self.selectionModel().currentRowChanged.connect(lambda current: self._choose(current))
        self.clicked.connect(self._choose)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._size_columns()

    def _size_columns(self) -> None:
        """Give each column what it needs; where that is too much, the tags of the sentence show the probabilities."""
        titles = [_width_of([say(title)]) for title in _TITLES]
        needed = {_GOLD: titles[_GOLD], _PROBABILITY: titles[_PROBABILITY]}
        needed[_OUTCOME] = _width_of([f"✗ {say(words)}" for words in VERDICTS.values()])
        needed[_VERDICT] = max(titles[_VERDICT], _width_of(say(words) for words in BLAME_WORDS.values()))
        least = {column: max(titles[column], scaled(_LEAST_WIDTH)) for column in (_SPAN, _PREDICTED)}
        room = self.viewport().width()
        is_narrow = room < sum(needed.values()) + sum(least.values())
        has_readers, has_two = bool(self.rows.said_by), len(self.rows.said_by) > 1  # people are always certain
        self.setColumnHidden(_PROBABILITY, is_narrow or has_readers or not self._compares)
        if is_narrow or has_readers:
            needed |= {_PROBABILITY: 0, _VERDICT: titles[_VERDICT]}
        if has_two:
            needed |= {_OUTCOME: 0, _VERDICT: 0}
        left, greatest = room - sum(needed.values()), scaled(_GREATEST_WIDTH)
        needed[_PREDICTED] = max(least[_PREDICTED], min(left // (3 if has_two else 2), greatest))
        needed[_SPAN] = max(least[_SPAN], min(left - (1 + has_two) * needed[_PREDICTED], greatest))
        needed[_OTHER] = needed[_PREDICTED]
        for column, width in needed.items():  # the last one takes what is left
            self.horizontalHeader().resizeSection(column, width)

    def show_comparisons(
        self,
        text: str,
        comparisons: Sequence[Comparison],
        gold_shares: Mapping[Span, float],
        said: Reviewed = NOTHING_SAID,
        *,
        compares: bool,
        judges: bool = True,
        said_by: SaidBy = (),
    ) -> None:
        """Show a sentence's spans; the columns on predictions only where there are any.

        Args:
            judges: whether predictions can be right or wrong; suggestions cannot.
            said_by: the people whose spans are decided on, if any are.
        """
        is_same = (compares, judges, len(said_by)) == (self._compares, self._judges, len(self.rows.said_by))
        self.rows.show_comparisons(text, comparisons, gold_shares, said, said_by)
        if not is_same:
            self._compares, self._judges = compares, judges
            self.setColumnHidden(_PREDICTED, not compares)
            self.setColumnHidden(_OTHER, len(said_by) < 2)
            for column in (_OUTCOME, _VERDICT):
                self.setColumnHidden(column, not (compares and judges))
            self._size_columns()
        self.doItemsLayout()  # Qt would do it while painting, and paint everything again

    def highlight(self, comparison: Comparison | None) -> None:
        """Show which comparison the selected span belongs to, without choosing it."""
        self._is_marking = True
        if comparison in self.rows.comparisons:
            self.selectRow(self.rows.comparisons.index(comparison))
        else:
            self.setCurrentIndex(QModelIndex())
        self._is_marking = False

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid() and not self._is_marking:
            self.chosen.emit(self.rows.comparisons[index.row()])


def _width_of(cells: Iterable[str]) -> int:
    """What the longest of these needs."""
    metrics = QFontMetrics(font())
    return max(metrics.horizontalAdvance(words) for words in cells) + 2 * CELL_MARGIN + 8
