"""The scores: what the cells of their tables say, the table of two runs, and KLUE's two figures."""

from collections.abc import Generator, Iterable, Iterator, Sequence
from typing import NamedTuple

from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QLabel, QWidget

from core.domain.labels import in_display_order
from core.domain.scores import AVERAGES, KlueFigures
from core.domain.spans import Example, Split
from core.messages.catalogue import mark, say, say_count
from core.metrics.comparison import Outcome
from core.metrics.report import Counts, KlueCounts
from core.metrics.strict import count_for_klue, split_into_parts
from core.store.predictions import EpochKey
from core.store.project import Project
from core.store.sentence_selection import ALL_ERRORS, Selection
from core.store.sentences import Gold
from gui.look.theme import Look, font
from gui.metrics.epoch_figures import EpochFigures, KeptAnswers
from gui.metrics.table_model import (
    Metric,
    MetricCell,
    MetricColumn,
    MetricModel,
    MetricRow,
    MetricTable,
    SentencesLink,
    format_figure,
    markdown_table,
    rounds_to_change,
)
from gui.metrics.table_painting import MetricDelegate
from gui.metrics.table_view import TitledTable
from gui.text.wording import wrap_tooltip
from gui.widgets.flow import FlowLayout
from gui.widgets.text_labels import PlainLabel, hint_label

_RATIOS: tuple[Metric, ...] = ("precision", "recall", "f1")
_SHORT = {"precision": mark("P"), "recall": mark("R"), "f1": mark("F1"), "support": mark("Support")}
METRIC_TITLES = {"precision": mark("Precision"), "recall": mark("Recall"), "f1": mark("F1"), "support": mark("Support")}
AVERAGE_TITLES = {"micro": mark("micro avg"), "macro": mark("macro avg"), "weighted": mark("weighted avg")}


def build_epochs_table(epochs: Sequence[EpochFigures], current: EpochKey | None) -> MetricTable:
    """Epochs side by side, each with its change from the one before; support, which they share, once and last."""
    columns: list[MetricColumn] = []
    for figures, before in zip(epochs, [None, *epochs], strict=False):
        comparable = before if before is not None and before.sentences == figures.sentences else None
        columns += _epoch_columns(figures, comparable, is_current=figures.key == current)
    shared = next((figures for figures in epochs if figures.key == current), None) or (epochs[-1] if epochs else None)
    return _table(columns if shared is None else [*columns, _support_column(shared, links=True)])


def _epoch_columns(figures: EpochFigures, before: EpochFigures | None, *, is_current: bool) -> list[MetricColumn]:
    return [
        MetricColumn(
            metric,
            figures,
            figures.epoch_title,
            say(_SHORT[metric]),
            say("{metric} in epoch {epoch}", metric=say(METRIC_TITLES[metric]), epoch=figures.key.epoch),
            starts_group=metric == _RATIOS[0],
            before=before,
            before_name=before.epoch_in_words if before else "",
            is_current=is_current,
        )
        for metric in _RATIOS
    ]


def _support_column(figures: EpochFigures, *, links: bool) -> MetricColumn:
    title, purpose = say(_SHORT["support"]), say("Number of gold spans")
    return MetricColumn("support", figures, "", title, purpose, starts_group=True, links=links)


def build_comparison_table(before: EpochFigures, now: EpochFigures) -> MetricTable:
    """Two epochs metric by metric, F1 first; both on the same sentences. They are named by what they differ in."""
    metrics: tuple[Metric, ...] = ("f1", "precision", "recall")
    columns = [_compared_column(metric, figures, before, now) for metric in metrics for figures in (before, now)]
    return _table([*columns, _support_column(now, links=False)])


def _compared_column(metric: Metric, figures: EpochFigures, before: EpochFigures, now: EpochFigures) -> MetricColumn:
    title = say(METRIC_TITLES[metric])
    return MetricColumn(
        metric,
        figures,
        title,
        _difference_title(figures, before, now),
        say("{metric} with {epoch}", metric=title, epoch=figures.name),
        starts_group=figures is before,
        before=before if figures is now else None,
        before_name=_before_name(before, now),
        links=False,
    )


def _difference_title(figures: EpochFigures, before: EpochFigures, now: EpochFigures) -> str:
    if before.key.source != now.key.source:
        return figures.source.heading
    return figures.epoch_title


def _before_name(before: EpochFigures, now: EpochFigures) -> str:
    if before.key.source != now.key.source:
        return before.source.title
    return before.epoch_in_words


def _table(columns: Sequence[MetricColumn]) -> MetricTable:
    labels = {label for column in columns for label in column.figures.report.labels}
    types = [MetricRow(label) for label in in_display_order(labels, columns[0].figures.tag_set if columns else ())]
    rows = (*types, *(average_row(name) for name in AVERAGES))
    by_column = [_column_cells(column, rows) for column in columns]
    return MetricTable(rows, tuple(columns), tuple(zip(*by_column, strict=True)) if columns else ())


def average_row(name: str) -> MetricRow:
    """The row of one of the `AVERAGES`."""
    return MetricRow(name, say(AVERAGE_TITLES[name]))


def _column_cells(column: MetricColumn, rows: Sequence[MetricRow]) -> list[MetricCell]:
    now = column.figures.report.rows()
    before = column.before.report.rows() if column.before else {}
    cells = []
    for row in rows:
        value = getattr(now[row.name], column.metric) if row.name in now else None
        old = getattr(before[row.name], column.metric) if row.name in before else None
        change = value - old if value is not None and old is not None else None
        counts = column.figures.counts.get(row.name, Counts()) if row.is_type else column.figures.total
        words = "\n".join(_describe(row, column, counts, value, change))
        cells.append(MetricCell(value, change, words, _link(row, column, counts)))
    return cells


def _describe(
    row: MetricRow, column: MetricColumn, counts: Counts, value: float | None, change: float | None
) -> Iterator[str]:
    """What a number says, one sentence each."""
    if value is None:
        yield say("No {label} here, neither in the gold nor predicted", label=row.name)
        return
    if column.metric == "support":
        yield _describe_support(row, counts)
        return
    metric, figure = say(METRIC_TITLES[column.metric]), format_figure(value)
    if row.is_type:
        yield say("{metric} of {label}: {figure}", metric=metric, label=row.name, figure=figure)
    else:
        yield say("{metric}, {average}: {figure}", metric=metric, average=row.title, figure=figure)
    if row.name not in ("macro", "weighted") and column.metric != "f1":
        yield _describe_fraction(column.metric, counts)
    if change is not None:
        yield describe_change(change, column.before_name)


def _describe_support(row: MetricRow, counts: Counts) -> str:
    if row.is_type:
        return say_count(
            "{count:,} gold span of {label}", "{count:,} gold spans of {label}", counts.support, label=row.name
        )
    return say_count("{count:,} gold span", "{count:,} gold spans", counts.support)


def _describe_fraction(metric: Metric, counts: Counts) -> str:
    if metric == "precision":
        spans = say_count("{count:,} predicted span", "{count:,} predicted spans", counts.predicted)
        return say("Right: {right:,} of {spans}", right=counts.right, spans=spans)
    spans = say_count("{count:,} gold span", "{count:,} gold spans", counts.support)
    return say("Found: {right:,} of {spans}", right=counts.right, spans=spans)


def describe_change(change: float, before_name: str) -> str:
    """`+0.021 from epoch 1`."""
    if not rounds_to_change(change):
        return say("Unchanged from {before}", before=before_name)
    return say("{change:+.3f} from {before}", change=change, before=before_name)


def _link(row: MetricRow, column: MetricColumn, counts: Counts) -> SentencesLink | None:
    if not column.links or not _spans_behind(column.metric, counts):
        return None
    split = column.figures.split
    return SentencesLink(column.figures.key, *link_behind(column.metric, row.name if row.is_type else None, split))


def _spans_behind(metric: Metric, counts: Counts) -> int:
    """How many spans a link would show."""
    spurious, missed = counts.predicted - counts.right, counts.support - counts.right
    spans = {"support": counts.support, "f1": spurious + missed, "precision": spurious, "recall": missed}
    return spans[metric]


def link_behind(metric: Metric, label: str | None, split: Split) -> tuple[Selection, str]:
    """The sentences behind a score of a type, or of all types, and their title."""
    return _average_link(metric, split) if label is None else _label_link(metric, label, split)


def _average_link(metric: Metric, split: Split) -> tuple[Selection, str]:
    if metric == "support":
        return Selection(split=split), say("all of {split}", split=split)
    if metric == "precision":
        return Selection(split=split, outcomes=_all_but("missed")), say("wrong predictions")
    if metric == "recall":
        return Selection(split=split, outcomes=_all_but("spurious")), say("gold spans not found")
    return Selection(split=split, outcomes=ALL_ERRORS), say("errors")


def _all_but(outcome: Outcome) -> tuple[Outcome, ...]:
    return tuple(error for error in ALL_ERRORS if error != outcome)


def _label_link(metric: Metric, label: str, split: Split) -> tuple[Selection, str]:
    if metric == "support":
        return Selection(split=split, gold_label=label), say("{label} in the gold", label=label)
    if metric == "precision":
        wrong = Selection(split=split, outcomes=ALL_ERRORS, predicted_label=label)
        return wrong, say("wrong {label} predictions", label=label)
    if metric == "recall":
        missed = Selection(split=split, outcomes=ALL_ERRORS, gold_label=label)
        return missed, say("gold {label} not found", label=label)
    return Selection(split=split, outcomes=ALL_ERRORS, label=label), say("errors in {label}", label=label)


class ComparisonPanel(TitledTable):
    """A compact table of both runs, F1 first."""

    def __init__(self, look: Look) -> None:
        super().__init__(
            say("F1, precision and recall of both runs"), "", MetricDelegate(MetricModel(), look), names="korean"
        )

    def markdown(self) -> list[str]:
        """The table with its heading and on how many sentences it is."""
        return [f"**{self.title.text()}**", self.caption.text(), markdown_table(self.model)]

    def show_figures(self, before: EpochFigures, now: EpochFigures) -> None:
        """Show both epochs' figures, which are on the same sentences."""
        self.title.setText(
            say(
                "{epoch}, compared with {other}",
                epoch=now.name[:1].upper() + now.name[1:],
                other=before.name,
            )
        )
        self.describe(describe_comparison(before, now))
        self.view.show_table(build_comparison_table(before, now))
        self.view.setVisible(bool(now.sentences))


NOTHING_IN_COMMON = mark("The two epochs have no predicted sentence in common to compare.")


def describe_comparison(before: EpochFigures, now: EpochFigures) -> str:
    """On how many sentences two runs are compared, and how the micro F1 differs."""
    if not now.sentences:
        return say(NOTHING_IN_COMMON)
    old, new = before.report.micro.f1, now.report.micro.f1
    return say_count(
        "On the {count:,} {split} sentence that both predicted: micro F1 {new:.3f}, {change:+.3f} from {before}"
        " ({old:.3f}).",
        "On the {count:,} {split} sentences that both predicted: micro F1 {new:.3f}, {change:+.3f} from {before}"
        " ({old:.3f}).",
        now.sentences,
        split=now.split,
        new=new,
        change=new - old,
        before=_before_name(before, now),
        old=old,
    )


PENDING = "…"


_SOURCE = mark(
    "Counted as the evaluation code of KLUE does (Park et al., KLUE: Korean Language Understanding Evaluation, 2021),"
    " for comparison with published figures"
)
_ENTITY = mark("The mean F1 of all types, strict, found in the tags of the characters without the spaces")
_CHARACTER = mark("The mean F1 of all tags (O, and B and I of each type) over the characters without the spaces")


class EpochQuestion(NamedTuple):
    """What KLUE's figures and the calibration are of."""

    key: EpochKey
    split: Split
    gold: Gold


class KlueLine(QWidget):
    """The figures of one epoch; those that were counted are kept until `forget`."""

    def __init__(self) -> None:
        super().__init__()
        self.epoch = hint_label("")
        self.entity, self.character = _value(), _value()
        self._figures = KeptAnswers[EpochQuestion](self, is_patient=True)
        self._figures.counting.connect(lambda: self._show(None))
        self._figures.answered.connect(self._show)
        self.forget = self._figures.forget
        layout = FlowLayout(self, gap=8)
        layout.setContentsMargins(16, 8, 16, 8)
        layout.add_group(self.epoch)
        for name, value, tip in (
            (say("entity macro F1"), self.entity, _ENTITY),
            (say("character macro F1"), self.character, _CHARACTER),
        ):
            labels = (hint_label(name), value)
            for label in labels:
                label.setToolTip(wrap_tooltip(say(tip), say(_SOURCE)))
            layout.add_group(*labels)

    def show_epoch(self, project: Project, question: EpochQuestion) -> None:
        """Show the figures of an epoch, as soon as they are counted."""
        is_run = project.sources.by_number(question.key.source).is_run
        template = mark("KLUE, epoch {number}") if is_run else mark("KLUE, version {number}")
        self.epoch.setText(say(template, number=question.key.epoch))
        self._figures.ask(question, lambda: _count_klue(project.predictions.examples(*question)))

    def describe(self) -> str:
        """The figures in one line; empty as long as they are not counted."""
        if PENDING in (self.entity.text(), self.character.text()):
            return ""
        return say(
            "{epoch}: entity macro F1 {entity}, character macro F1 {character}",
            epoch=self.epoch.text(),
            entity=self.entity.text(),
            character=self.character.text(),
        )

    def _show(self, figures: KlueFigures | None) -> None:
        self.entity.setText(format_figure(figures.entity_macro_f1) if figures else PENDING)
        self.character.setText(format_figure(figures.character_macro_f1) if figures else PENDING)


def _count_klue(sentences: Iterable[Example]) -> Generator[None, None, KlueFigures]:
    total = KlueCounts()
    for part in split_into_parts(sentences):
        total += count_for_klue(part)
        yield
    return total.figures


def _value() -> QLabel:
    """Room for a figure, which does not move its neighbours when it comes."""
    label = PlainLabel(PENDING)
    label.setFont(font(tabular=True))
    label.setMinimumWidth(QFontMetrics(label.font()).horizontalAdvance("0.000"))
    return label
