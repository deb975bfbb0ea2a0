"""What files to import contain, shown before anything is stored: counts, labels, sentences, and what is rejected."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QPushButton,
    QSpinBox,
    QSplitter,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from core.domain.labels import coarse_label
from core.domain.spans import SentenceNumber
from core.formats.json_spans import KNOWN_TAG_NAMES
from core.formats.source_files import ReadOptions, split_names
from core.messages.catalogue import join_words, mark, say, say_count
from core.services.gold_reading import Rules
from core.services.preview_corpus import FilePreview, Preview, RejectedGroup
from gui.corpus.label_choices import LabelChoices
from gui.look.theme import Look, scaled
from gui.sentence.delegate import ROW_HEIGHT, SENTENCE_ROLE, SentenceDelegate, SentenceRow
from gui.text.wording import wrap_tooltip
from gui.widgets.choosers import Chooser, chip, chooser, indent
from gui.widgets.flow import FlowLayout
from gui.widgets.tables import LEFT, RIGHT, ROOT, Index, prepare_table
from gui.widgets.text_fields import LineField
from gui.widgets.text_labels import PlainLabel, hint_label

TYPING_PAUSE = 400
"""Milliseconds after the last keystroke before the files are read anew."""

_CHOICES: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "overlaps": (
        mark("Overlapping spans"),
        (
            (mark("leave their sentences out"), "reject"),
            (mark("keep the outermost"), "outermost"),
            (mark("keep the innermost"), "innermost"),
        ),
    ),
    "fine_labels": (
        mark("Fine labels"),
        ((mark("fold to their types"), "fold"), (mark("keep and add them"), "keep")),
    ),
    "offsets": (
        mark("Offsets"),
        (
            (mark("count characters"), "characters"),
            (mark("count UTF-16 units"), "utf-16"),
            (mark("shift to what the file says they cover"), "surface"),
        ),
    ),
    "without_spans": (
        mark("Texts without spans"),
        (
            (mark("were not judged"), "not-judged"),
            (mark("have no entities"), "no-entities"),
        ),
    ),
}
"""The choices of `Rules` with their words and values, the default first."""


class ImportPreview(QWidget):
    """Shows a `Preview`, and asks what only a person can decide of these files.

    Signals:
        changed: something else is chosen; the files are to be read again.
    """

    changed = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.said = hint_label(wraps=True)
        self.labels = LabelChoices(look)
        self.add_all = QPushButton()
        self.add_all.setProperty("flat", True)
        self.choices = {name: self._make_choice(name) for name in _CHOICES}
        self.annotator = chooser(say("Annotator"), say("Whose gold is imported"))
        self._rows = {name: _beside(say(title), self.choices[name]) for name, (title, _) in _CHOICES.items()}
        self._rows["annotator"] = _beside(say("Annotator"), self.annotator)
        self.tag_column = QSpinBox(minimum=0, maximum=99)
        self.tag_column.setSpecialValueText(say("as found"))
        self.tag_column.setToolTip(wrap_tooltip(say("The column of the tags, from 1, where another one is found")))
        indent(self.tag_column)
        self.tag_names = LineField("O,B-PS,I-PS, 12=PS")
        self.tag_names.setToolTip(wrap_tooltip(*_describe_tag_names()))
        self.tag_names.setMinimumWidth(scaled(280))
        self.tag_names.setAccessibleName(say("Names of the tags"))
        self.split_sentences = QCheckBox(say("Split each line into its sentences"))
        self._rows["tag_column"] = _beside(say("Tags in column"), self.tag_column)
        self._rows["tag_names"] = _beside(say("Names of the tags"), self.tag_names)
        self._rows["split_sentences"] = self.split_sentences
        self._typing = QTimer(self, singleShot=True, interval=TYPING_PAUSE)
        self.sentences = QTableView()
        self._shown = SentenceModel()
        self.rejected = QTableView()
        self._groups = GroupModel()
        self.show_sentences = chip(say("First sentences"))
        self.show_rejected = chip("")
        self._lay_out(look)
        self.labels.changed.connect(self.changed)
        self.add_all.clicked.connect(lambda: self.labels.tick(self.labels.unknown))
        self.annotator.currentIndexChanged.connect(lambda _: self.changed.emit())
        self.split_sentences.toggled.connect(lambda _: self.changed.emit())
        self.tag_column.valueChanged.connect(lambda _: self._typing.start())
        self.tag_names.edited.connect(self._typing.start)
        self._typing.timeout.connect(self.changed)
        for button, is_rejected in ((self.show_sentences, False), (self.show_rejected, True)):
            button.clicked.connect(lambda _, is_rejected=is_rejected: self._turn_to(is_rejected=is_rejected))

    def _make_choice(self, name: str) -> Chooser:
        box = chooser(say(_CHOICES[name][0]), "")
        box.offer([(say(words), value) for words, value in _CHOICES[name][1]], _CHOICES[name][1][0][1])
        box.currentIndexChanged.connect(lambda _: self.changed.emit())
        return box

    def _lay_out(self, look: Look) -> None:
        flow = FlowLayout(gap=16)
        for row in self._rows.values():
            flow.addWidget(row)
            row.hide()
        for table, model, purpose, height in (
            (self.sentences, self._shown, say("The first sentences as they will look"), ROW_HEIGHT),
            (self.rejected, self._groups, say("Why records are rejected"), 28),
        ):
            table.setModel(model)
            prepare_table(table, purpose, row_height=height)
            table.horizontalHeader().setStretchLastSection(True)
        self.sentences.setItemDelegate(SentenceDelegate(look, self))
        self.sentences.horizontalHeader().hide()
        self.rejected.horizontalHeader().resizeSection(0, scaled(72))
        tabs = QHBoxLayout()
        tabs.setSpacing(4)
        for button in (self.show_sentences, self.show_rejected):
            tabs.addWidget(button)
        tabs.addStretch(1)
        left, right = QVBoxLayout(), QVBoxLayout()
        left.addWidget(self.labels, 1)
        left.addWidget(self.add_all, 0, Qt.AlignmentFlag.AlignLeft)
        right.addLayout(tabs)
        for table in (self.sentences, self.rejected):
            right.addWidget(table, 1)
        self.splitter = QSplitter()
        self.splitter.setChildrenCollapsible(False)
        for side in (left, right):
            side.setContentsMargins(0, 0, 0, 0)
            side.setSpacing(4)
            pane = QWidget()
            pane.setLayout(side)
            self.splitter.addWidget(pane)
        self.labels.setMinimumWidth(scaled(360))
        self.splitter.setStretchFactor(1, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.said)
        layout.addLayout(flow)
        layout.addWidget(self.splitter, 1)
        self._turn_to(is_rejected=False)

    def _turn_to(self, *, is_rejected: bool) -> None:
        self.rejected.setVisible(is_rejected)
        self.sentences.setVisible(not is_rejected)
        self.show_rejected.setChecked(is_rejected)
        self.show_sentences.setChecked(not is_rejected)

    def show_labels(self, *, are_shown: bool) -> None:
        """Show the labels of the files beside the sentences; raw text has none."""
        if (pane := self.labels.parentWidget()) is not None:
            pane.setVisible(are_shown)

    def forget(self, labels: Sequence[str]) -> None:
        """Begin with other files, for a project with these labels."""
        self.labels.forget(labels)
        for name, box in self.choices.items():
            box.offer([(say(words), value) for words, value in _CHOICES[name][1]], _CHOICES[name][1][0][1])
        self.annotator.offer([(say("the last in the file"), "")], "")
        self.tag_column.setValue(0)
        self.tag_names.show_text("")
        self.split_sentences.setChecked(False)
        self._typing.stop()
        for row in self._rows.values():
            row.hide()
        self._turn_to(is_rejected=False)
        self.said.setText(say("Reading…"))

    def propose_judged(self, *, are_read: bool) -> None:
        """Choose what texts without spans are, where files do not say it: without entities, or not judged."""
        box = self.choices["without_spans"]
        box.setCurrentIndex(box.findData("no-entities" if are_read else "not-judged"))

    @property
    def new_labels(self) -> tuple[str, ...]:
        """The labels to add to the tag set."""
        return tuple(self.labels.added)

    @property
    def options(self) -> ReadOptions:
        """What the readers are to be told of the files."""
        return ReadOptions(
            split_names(self.tag_names.seen_text), self.tag_column.value() or None, self.split_sentences.isChecked()
        )

    @property
    def rules(self) -> Rules:
        """How the records are to be judged."""
        chosen: dict[str, Any] = {name: box.currentData() for name, box in self.choices.items()}
        return Rules(tuple(self.labels.renamed.items()), annotator=self.annotator.currentData() or "", **chosen)

    def show_preview(self, preview: Preview) -> None:
        """Show what is known of the files."""
        self.said.setText(_describe_files(preview.files))
        self.labels.show_counts(preview.labels, keeps_fine=self.choices["fine_labels"].currentData() == "keep")
        unknown = len(self.labels.unknown)
        self.add_all.setVisible(unknown > 1)
        self.add_all.setText(say_count("Add {count:,} unknown label", "Add all {count:,} unknown labels", unknown))
        for name in _raised_choices(preview):
            self._rows[name].show()
        names = sorted({name for file in preview.files for name in file.annotators})
        known = {self.annotator.itemData(at) for at in range(self.annotator.count())}
        if not known.issuperset(names):
            self.annotator.offer(
                [(say("the last in the file"), ""), *((name, name) for name in names)], self.annotator.currentData()
            )
        self._shown.show_files(preview.files)
        self._groups.show_groups(preview.rejected)
        rejected = sum(file.rejections for file in preview.files)
        self.show_rejected.setText(say("Rejected: {count:,}", count=rejected))
        self.labels.propose({label: now for file in preview.files for label, now in file.tally.renamed.items()})


def _describe_tag_names() -> tuple[str, ...]:
    """What can be typed there, a line each."""
    return (
        say("What the numbers mean that the file has for labels:"),
        say("names from 0, with commas between: O,B-PS,I-PS"),
        say("or by number: 12=PS,13=LC"),
        say("or the list of a data set: {known}", known=join_words(KNOWN_TAG_NAMES)),
    )


def _beside(title: str, box: QWidget) -> QWidget:
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(8)
    layout.addWidget(PlainLabel(title))
    layout.addWidget(box)
    return row


def _raised_choices(preview: Preview) -> list[str]:
    """The choices that these files need."""
    tallies = [file.tally for file in preview.files]
    known = {*preview.known_labels}
    raised = {
        "overlaps": preview.has_overlaps,
        "fine_labels": any(coarse_label(label) != label and label not in known for label in preview.labels),
        "offsets": any(tally.in_utf16 or tally.shifted for tally in tallies),
        "without_spans": any(file.unstated for file in preview.files),
        "annotator": len({name for file in preview.files for name in file.annotators}) > 1,
        "tag_column": any("tag_column" in file.asks for file in preview.files),
        "tag_names": any(file.lacks_tag_names for file in preview.files),
        "split_sentences": any("split_sentences" in file.asks for file in preview.files),
    }
    return [name for name, is_raised in raised.items() if is_raised]


_DESCRIBED = 6
"""How many files are described; an archive can have a thousand."""


def _describe_files(files: Sequence[FilePreview]) -> str:
    lines = [_describe_file(file) for file in files[:_DESCRIBED]]
    if more := len(files) - len(lines):
        lines.append(say_count("and {count:,} more file", "and {count:,} more files", more))
    return "\n".join(lines)


def _describe_file(file: FilePreview) -> str:
    """A file in a line: what it is, and what it would bring, so far."""
    if file.problem and not file.format:
        return file.problem
    counts = say_count(
        "{count:,} sentence with {spans}",
        "{count:,} sentences with {spans}",
        file.sentences,
        spans=say_count("{count:,} span", "{count:,} spans", file.spans),
    )
    parts = [_describe_format(file), counts]
    if file.documents:
        parts.append(say_count("{count:,} document", "{count:,} documents", file.documents))
    if file.rejections:
        parts.append(say("{count:,} rejected", count=file.rejections))
    if file.tally.in_project:
        parts.append(say("{count:,} of them in this project already", count=file.tally.in_project))
    if file.tally.same_text:
        parts.append(say_count("{count:,} duplicate text", "{count:,} duplicate texts", file.tally.same_text))
    if file.tally.other_gold:
        parts.append(
            say_count(
                "{count:,} text with other gold elsewhere",
                "{count:,} texts with other gold elsewhere",
                file.tally.other_gold,
            )
        )
    if file.tally.unstated:
        parts.append(
            say_count(
                "{count:,} has no span: no entities, or not looked at?",
                "{count:,} have no span: no entities, or not looked at?",
                file.tally.unstated,
            )
        )
    if file.problem:
        parts.append(file.problem)
    elif not file.is_whole:
        parts.append(say("so far"))
    return " · ".join(parts)


def _describe_format(file: FilePreview) -> str:
    if not file.encoding:
        return say("{file}: {format}", file=file.file, format=file.format)
    return say("{file}: {format} in {encoding}", file=file.file, format=file.format, encoding=file.encoding)


class SentenceModel(QAbstractTableModel):
    """The first sentences, for a `SentenceDelegate`."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[SentenceRow] = []

    def show_files(self, files: Sequence[FilePreview]) -> None:
        rows = [
            SentenceRow(SentenceNumber(place), each.id, file.file, each.text, each.spans, None, False)
            for file in files
            for place, each in enumerate(file.first, 1)
        ]
        if rows != self._rows:
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else 1

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        return {SENTENCE_ROLE: row, Qt.ItemDataRole.AccessibleTextRole: row.text}.get(role)


class GroupModel(QAbstractTableModel):
    """The reasons why records are rejected."""

    _HEADS = (mark("Records"), mark("Why, and where first"))

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[RejectedGroup, ...] = ()

    def show_groups(self, groups: tuple[RejectedGroup, ...]) -> None:
        if groups != self._rows:
            self.beginResetModel()
            self._rows = groups
            self.endResetModel()

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._HEADS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return say(self._HEADS[section])
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return LEFT if section else RIGHT
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        group = self._rows[index.row()]
        words = say("{reason} ({places})", reason=group.reason, places=", ".join(group.places))
        if role == Qt.ItemDataRole.DisplayRole:
            return words if index.column() else f"{group.count:,}"
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return LEFT if index.column() else RIGHT
        return wrap_tooltip(words) if role == Qt.ItemDataRole.ToolTipRole else None
