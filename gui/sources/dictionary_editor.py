"""The panel in which a dictionary is edited: its lines with live counts, and the places of the selected one."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QAbstractItemModel, QObject, QPersistentModelIndex, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QApplication,
    QCheckBox,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QSplitter,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from core.dictionary.entries import DictionaryEntry
from core.messages.catalogue import say, say_count
from core.services.dictionary_draft import (
    DraftLine,
    DraftPlace,
    DraftReport,
    check_lines,
    examine_draft,
    find_draft_places,
)
from core.services.dictionary_source import read_entries
from core.store.project import Project
from core.store.sources import Source
from gui.background import LatestQuery
from gui.look.theme import Look, scaled, set_property
from gui.sources.add_source_form import AddSourceForm
from gui.sources.draft_model import DEV, GOLD, LABEL, NOTE, POOL, STRING, TRAIN, DraftModel
from gui.text.wording import format_spans, wrap_tooltip
from gui.widgets.choosers import Chooser, chooser
from gui.widgets.concordance import PROPOSED, Place, PlaceModel, PlaceTable
from gui.widgets.tables import Index, prepare_table
from gui.widgets.text_fields import LineField
from gui.widgets.text_labels import PlainLabel, hint_label

_PAUSE = 150
"""Milliseconds after the last keystroke before places are counted anew."""
_WIDTHS = {LABEL: 88, POOL: 72, TRAIN: 72, DEV: 72, GOLD: 104}


class DictionaryEditor(AddSourceForm):
    """Edits the lines of a dictionary, or of a new one; nothing is stored before it is accepted, see `check`."""

    def __init__(self, look: Look) -> None:
        super().__init__(say("Dictionary"))
        self.start.setText(say("Save"))
        self._look = look
        self._project: Project | None = None
        self._before: tuple[DraftLine, ...] = ()
        self.source: Source | None = None
        self.model = DraftModel(look)
        self.table = DraftTable(self.model)
        self.sought = LineField(say("Find…"), clearable=True)
        self.sought.setAccessibleName(say("Find an entry"))
        self.delete = QPushButton(say("Delete entries"))
        self.delete.setToolTip(say("The selected ones · Del"))
        self.said = PlainLabel(wraps=True)
        self.places = PlaceModel(look, links=False)
        self.place_table = PlaceTable(self.places, say("Places of the selected entry"), hidden=(PROPOSED,))
        self.tags_pool = QCheckBox(say("Then tag the pool with it"))
        self._typing = QTimer(self, singleShot=True, interval=_PAUSE)
        self._places_query = LatestQuery(self)
        self._fill_body()
        self._connect()

    def _fill_body(self) -> None:
        hint = hint_label(
            say(
                "A string, or an expression between slashes such as /[0-9]+년/, and its label. A match ends with its"
                " word or before particles, and the longest counts."
            ),
            wraps=True,
        )
        self.naming.addWidget(self.sought)
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self.splitter.setChildrenCollapsible(False)
        for table, share in ((self.table, 3), (self.place_table, 1)):
            self.splitter.addWidget(table)
            self.splitter.setStretchFactor(self.splitter.count() - 1, share)
        self.place_table.setMinimumHeight(scaled(96))
        foot = QHBoxLayout()
        foot.setSpacing(12)
        foot.addWidget(self.said, 1)
        foot.addWidget(self.tags_pool)
        foot.addWidget(self.delete)
        self.body.addWidget(hint)
        self.body.addWidget(self.splitter, 1)
        self.body.addLayout(foot)

    def _connect(self) -> None:
        self._query.reported.connect(self._show)
        self._query.answered.connect(self._show)
        self._places_query.reported.connect(self._show_places)
        self._places_query.answered.connect(self._show_places)
        self._typing.timeout.connect(self.count)
        self.model.edited.connect(self._follow_edit)
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self._find_places())
        self.sought.returnPressed.connect(self._find)
        self.delete.clicked.connect(self.table.remove_selected)

    def ask(self, project: Project, source: Source | None) -> None:
        """Begin with a dictionary, or with a new one (None)."""
        self._project, self.source = project, source
        labels = project.sentences.labels()
        entries = read_entries(project, source.number) if source is not None else []
        self.name.show_text(source.name if source is not None else "")
        self.name.setPlaceholderText(source.heading if source is not None else say("dictionary"))
        self._before = tuple(DraftLine(entry.written, entry.label) for entry in entries)
        self.model.show_lines(self._before, labels[0] if labels else "")
        has_pool = project.sentences.has_any("pool")
        self.tags_pool.setVisible(has_pool)
        self.tags_pool.setChecked(has_pool)
        self.show()
        self.table.setFocus()
        self.table.go_to(0)
        self.count()

    def dismiss(self) -> None:
        """Hide, and count no more."""
        self._typing.stop()
        self._places_query.cancel()
        self._project = None
        super().dismiss()

    @property
    def title_typed(self) -> str:
        """The name that the dictionary is to have."""
        return self.name.seen_text.strip() or (say("dictionary") if self.source is None else "")

    def check(self) -> DraftReport:
        """Which lines are entries with the tag set of now, which an undo may have changed meanwhile."""
        return self._check(self.model.lines)

    def _check(self, lines: Sequence[DraftLine]) -> DraftReport:
        assert self._project is not None, "the form is shown with a project only"
        return check_lines(lines, self._project.sentences.labels())

    def find_entries_to_keep(self) -> Sequence[DictionaryEntry]:
        """The lines that are entries; where some are not, also those that are stored, of which these may have come."""
        report = self.check()
        stored = self._check(self._before).entries if report.problems else ()
        return tuple(dict.fromkeys((*report.entries, *stored)))

    @property
    def is_changed(self) -> bool:
        """Whether something is typed that is not stored."""
        return self._project is not None and self.model.lines != self._before

    def take_saved(self, source: Source) -> None:
        """What is typed now is stored, as this source."""
        self.source, self._before = source, self.model.lines

    def count(self) -> None:
        """Check the lines and count what they find, in the background."""
        if (project := self._project) is not None:
            self.table.offer_labels(project.sentences.labels())
            lines = self.model.lines
            self._query.submit(lambda: examine_draft(project, lines))
            self._find_places()

    def _follow_edit(self) -> None:
        self.start.setEnabled(False)
        self._query.cancel()
        self._typing.start()

    def _show(self, report: DraftReport) -> None:
        self.model.show_report(report)
        self.said.setText(describe_report(report))
        set_property(self.said, "role", "error" if report.problems or report.failure else "hint")
        self.start.setEnabled(not report.problems and bool(report.entries))

    def _find(self) -> None:
        row = self.model.find(self.sought.seen_text.strip(), self.table.currentIndex().row())
        if row is not None:
            self.table.go_to(row)

    def _find_places(self) -> None:
        project, row, lines = self._project, self.table.currentIndex().row(), self.model.lines
        if project is None or not 0 <= row < len(lines):
            self._places_query.cancel()
            self.places.clear()
            return
        self._places_query.submit(lambda: find_draft_places(project, lines, row))

    def _show_places(self, found: list[DraftPlace]) -> None:
        row, lines = self.table.currentIndex().row(), self.model.lines
        label = lines[row].label if 0 <= row < len(lines) else None
        self.places.show([_place(each, label) for each in found])


def describe_report(report: DraftReport) -> str:
    """How many entries there are, in how many sentences their places were counted, and what is wrong."""
    if report.failure:
        return report.failure
    entries = say_count("{count:,} entry", "{count:,} entries", len(report.entries))
    words = _describe_reading(report)
    if not report.problems:
        return say("{entries} · {counted}", entries=entries, counted=words)
    return say_count(
        "{entries} · {counted} · {count:,} line has a problem: line {line}",
        "{entries} · {counted} · {count:,} lines have a problem, the first is line {line}",
        len(report.problems),
        entries=entries,
        counted=words,
        line=min(report.problems) + 1,
    )


def _describe_reading(report: DraftReport) -> str:
    if report.read < report.total:
        return say_count(
            "counted in {read:,} of {count:,} sentence so far",
            "counted in {read:,} of {count:,} sentences so far",
            report.total,
            read=report.read,
        )
    return say_count("counted in {count:,} sentence", "counted in all {count:,} sentences", report.total)


def _place(place: DraftPlace, label: str | None) -> Place:
    sentence, touched = place.sentence, place.touched
    if sentence.split == "pool":
        now = say("not judged")
    else:
        now = format_spans(sentence.text, touched) if touched else say("no label")
    return Place(sentence.example, place.start, place.end, label, now, now)


class DraftTable(QTableView):
    """Types into a `DraftModel`: each keystroke counts; Enter goes to the next line, Del removes the selected ones."""

    def __init__(self, model: DraftModel) -> None:
        super().__init__()
        self._model = model
        self.setModel(model)
        prepare_table(self, say("Entries"), row_height=30)
        triggers = QAbstractItemView.EditTrigger
        self.setEditTriggers(
            triggers.DoubleClicked | triggers.EditKeyPressed | triggers.AnyKeyPressed | triggers.SelectedClicked
        )
        header = self.horizontalHeader()
        for column in (STRING, NOTE):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        for column, width in _WIDTHS.items():
            header.resizeSection(column, scaled(width))
        self._labels = _LabelDelegate(self)
        self.setItemDelegateForColumn(STRING, _StringDelegate(self))
        self.setItemDelegateForColumn(LABEL, self._labels)

    def offer_labels(self, labels: Sequence[str]) -> None:
        """Offer these labels for the lines."""
        self._labels.labels = labels

    def go_to(self, row: int) -> None:
        """Make the string of a row current."""
        self.setCurrentIndex(self._model.index(row, STRING))

    def remove_selected(self) -> None:
        """Remove the selected lines."""
        row = self.currentIndex().row()
        self._model.remove([index.row() for index in self.selectionModel().selectedRows()])
        self.go_to(max(0, min(row, self._model.rowCount() - 1)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.state() == QAbstractItemView.State.EditingState:
            event.ignore()  # Enter, which the field leaves to its delegate
        elif event.key() == Qt.Key.Key_Delete:
            self.remove_selected()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.edit(self.currentIndex())
        elif event.matches(QKeySequence.StandardKey.Paste):
            self._model.add(_read_lines(QApplication.clipboard().text()))
        else:
            super().keyPressEvent(event)

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:  # noqa: N802
        """Go to the next line after Enter."""
        super().closeEditor(editor, hint)
        row = self.currentIndex().row() + 1
        if hint == QAbstractItemDelegate.EndEditHint.SubmitModelCache and row < self._model.rowCount():
            self.go_to(row)


def _read_lines(text: str) -> list[DraftLine]:
    """The lines of a copied text, as a spreadsheet gives it: a string, then a tab and a label where there is one."""
    cells = [line.split("\t") for line in text.splitlines() if line.strip()]
    return [DraftLine(row[0].strip(), row[1].strip() if len(row) > 1 else "") for row in cells]


class _StringDelegate(QStyledItemDelegate):
    """A field whose text is in the model as one types; Esc brings back what was there."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._typed: tuple[QPersistentModelIndex, str] | None = None
        self.closeEditor.connect(self._end)

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        field, place = LineField(), QPersistentModelIndex(index)
        field.setParent(parent)
        field.setFrame(False)
        field.setText(index.data(Qt.ItemDataRole.EditRole))
        self._typed = place, field.text()
        field.edited.connect(partial(self._take, place, field))
        return field

    def setEditorData(self, editor: QWidget, index: Index) -> None:  # noqa: N802
        """The field has what is typed."""

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:  # noqa: N802
        assert isinstance(editor, LineField)
        self._take(QPersistentModelIndex(index), editor)

    def _take(self, place: QPersistentModelIndex, field: LineField) -> None:
        if self._typed is not None and place.isValid():
            place.model().setData(self._plain(place), field.seen_text)

    def _plain(self, place: QPersistentModelIndex) -> Index:
        return place.model().index(place.row(), place.column())

    def _end(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:
        typed, self._typed = self._typed, None  # what the field still commits when it is hidden counts no more
        if hint == QAbstractItemDelegate.EndEditHint.RevertModelCache and typed is not None:
            place, before = typed
            if place.isValid():
                place.model().setData(self._plain(place), before)


class _LabelDelegate(QStyledItemDelegate):
    """A list of the labels."""

    labels: Sequence[str] = ()

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        box = chooser(say("Label"), wrap_tooltip(say("The label of what it matches")))
        box.setParent(parent)
        box.activated.connect(lambda _: self._commit(box))
        QTimer.singleShot(0, box, box.showPopup)
        return box

    def _commit(self, box: Chooser) -> None:
        self.commitData.emit(box)
        self.closeEditor.emit(box)

    def setEditorData(self, editor: QWidget, index: Index) -> None:  # noqa: N802
        assert isinstance(editor, Chooser)
        editor.offer([(label, label) for label in self.labels], index.data(Qt.ItemDataRole.EditRole))

    def setModelData(  # noqa: N802
        self, editor: QWidget, model: QAbstractItemModel, index: Index
    ) -> None:
        assert isinstance(editor, Chooser)
        if (label := editor.currentData()) is not None:
            model.setData(index, label)
