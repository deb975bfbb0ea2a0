"""How far the chosen source agrees with the gold or with another source, with the definition of every figure."""

from collections.abc import Generator, Sequence
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from core.analysis.agreement import FIGURES, AgreementFigure, FigureName
from core.domain.errors import UserError
from core.domain.spans import SPLITS, Split
from core.messages.catalogue import mark, say, say_count
from core.services.compare_readers import AgreementReport, compare_readers, find_reader
from core.services.source_list import SourceSummary
from core.store.project import Project
from gui.background import LatestQuery
from gui.look.theme import font
from gui.widgets.choosers import chooser
from gui.widgets.text_labels import PlainLabel, hint_label

_Named = Literal["gold"] | int
"""The gold, or the number of a source."""

_NAMES: dict[FigureName, str] = {
    "exact_f1": mark("Exact F1"),
    "overlap_f1": mark("Overlapping F1"),
    "label_f1": mark("Label F1 on equal edges"),
    "kappa": mark("Cohen's kappa"),
    "alpha": mark("Krippendorff's alpha"),
}
_DEFINITIONS: dict[FigureName, str] = {
    "exact_f1": mark("Exact F1: spans with the same edges and the same label, twice, by the spans of both."),
    "overlap_f1": mark(
        "Overlapping F1: the same, where a pair only needs the same label and one common character; matched one to one."
    ),
    "label_f1": mark("Label F1 on equal edges: of the spans with the same edges, the share with the same label."),
    "kappa": mark(
        "Cohen's kappa: agreement of the characters' labels beyond chance, by how often each of both gives each label."
    ),
    "alpha": mark("Krippendorff's alpha: the same, by how often both together give each label."),
}


class AgreementPanel(QWidget):
    """Compares a source with the gold or another source; a person's with the gold from the beginning."""

    def __init__(self) -> None:
        super().__init__()
        self._project: Project | None = None
        self._shown: SourceSummary | None = None
        self.other = chooser(say("Agreement with"), say("The gold or a source that it is compared with"))
        self.split = chooser(say("Split"), say("The split whose sentences are compared"))
        self.said = hint_label(wraps=True)
        self.values = {name: PlainLabel() for name in FIGURES}
        self.explain = QPushButton(say("What do these figures mean?"))
        self.explain.setProperty("flat", True)
        self.explain.setCheckable(True)
        self.definitions = hint_label("\n".join(say(_DEFINITIONS[name]) for name in FIGURES), wraps=True)
        self._query = LatestQuery(self)
        self._lay_out()
        self._query.answered.connect(self._show_report)
        self.explain.toggled.connect(self.definitions.setVisible)
        for box in (self.other, self.split):
            box.activated.connect(lambda _: self._ask())

    def _lay_out(self) -> None:
        title = PlainLabel(say("Agreement with"))
        title.setProperty("role", "heading")
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(title)
        for box in (self.other, self.split):
            row.addWidget(box)
        row.addStretch(1)
        self.figures = QWidget()
        grid = QGridLayout(self.figures)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        for at, (name, value) in enumerate(self.values.items()):
            value.setFont(font(tabular=True))
            value.setWordWrap(True)
            grid.addWidget(PlainLabel(say(_NAMES[name])), at, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(value, at, 1)
        grid.setColumnStretch(1, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(row)
        layout.addWidget(self.figures)
        layout.addWidget(self.said)
        layout.addWidget(self.explain, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self.definitions)
        self.definitions.hide()

    def forget(self) -> None:
        """Ask nothing more of the project."""
        self._query.cancel()
        self._project = self._shown = None

    def show_source(self, project: Project, shown: SourceSummary, sources: Sequence[SourceSummary]) -> None:
        """Offer what a source can be compared with; the choice stays while the source does."""
        is_other = self._shown is None or self._shown.source.number != shown.source.number
        self._project, self._shown = project, shown
        others = [each for each in sources if each.newest is not None and each.source.number != shown.source.number]
        items: list[tuple[str, _Named | None]] = [(say("choose…"), None), (say("the gold"), "gold")]
        items += [(each.source.heading, each.source.number) for each in others]
        chosen = ("gold" if shown.source.kind == "person" else None) if is_other else self.other.currentData()
        self.other.offer(items, chosen if chosen in [reader for _, reader in items] else None)
        has_older = shown.source.is_run and len(shown.epochs) > 1  # which may have tagged more than the last one
        splits = [split for split in ("dev", *SPLITS) if has_older or shown.judged.get(split)]
        current = self.split.currentData()
        first = next(iter(splits), None)
        self.split.offer([(each, each) for each in dict.fromkeys(splits)], current if current in splits else first)
        self.setVisible(bool(splits))
        self._ask()

    def compare_with(self, reader: _Named) -> None:
        """Choose whom the source is compared with, the gold or the number of a source, if that is offered."""
        offered = [self.other.itemData(at) for at in range(self.other.count())]
        if reader in offered:
            self.other.setCurrentIndex(offered.index(reader))
            self._ask()

    def _ask(self) -> None:
        project, shown, other = self._project, self._shown, self.other.currentData()
        split: Split | None = self.split.currentData()
        is_asked = project is not None and shown is not None and other is not None and split is not None
        parts: tuple[QWidget, ...] = (self.figures, self.said, self.explain)
        for part in parts:
            part.setVisible(is_asked)
        self.definitions.setVisible(is_asked and self.explain.isChecked())
        self._query.cancel()
        if project is None or shown is None or other is None or split is None:
            return
        for value in self.values.values():
            value.setText("…")
        number = shown.source.number
        self.said.setText("")
        self._query.submit(lambda: _compare(project, other, number, split))

    def _show_report(self, report: AgreementReport | UserError) -> None:
        if isinstance(report, UserError):
            for part in (self.figures, self.explain, self.definitions):
                part.hide()
            self.said.setText(str(report))
            return
        for name, figure in report.agreement.figures.items():
            self.values[name].setText(describe_figure(figure))
        words = [
            say_count(
                "On {count:,} sentence that both have judged; 95 % intervals.",
                "On {count:,} sentences that both have judged; 95 % intervals.",
                report.agreement.sentences,
            )
        ]
        if report.untouched is not None:
            words.append(
                say_count(
                    "The gold was adjudicated from {source} in {count:,} sentence. Exact F1 on gold that nobody"
                    " corrected: {f1}",
                    "The gold was adjudicated from {source} in {count:,} sentences. Exact F1 on gold that nobody"
                    " corrected: {f1}",
                    report.adjudicated,
                    source=self._shown.source.title if self._shown is not None else "",
                    f1=describe_figure(report.untouched.exact_f1),
                )
            )
        self.said.setText("\n".join(words))


def _compare(
    project: Project, one: _Named, other: int, split: Split
) -> Generator[int, None, AgreementReport | UserError]:
    """The agreement of two readers by what counts of them in a split, or why there is none."""
    try:
        readers = find_reader(project, one, split), find_reader(project, other, split)
    except UserError as error:
        return error
    return (yield from compare_readers(project, *readers, split))


def describe_figure(figure: AgreementFigure) -> str:
    """The value with its interval, or why it is not defined."""
    if figure.value is None:
        return figure.note
    if figure.interval is None:
        return f"{figure.value:.3f}"
    low, high = figure.interval
    return say("{value:.3f} ({low:.3f}–{high:.3f})", value=figure.value, low=low, high=high)
