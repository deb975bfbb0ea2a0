"""The labels of the project: new, renamed, merged, replaced and deleted ones, each change counted before it is made."""

from collections.abc import Callable

from PySide6.QtCore import QSignalBlocker, Qt, QTimer
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMessageBox,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from core.domain.spans import SPLITS
from core.messages.catalogue import mark, say, say_count
from core.store.changes import ChangeSet
from core.store.gold.relabelling import Replacement, ReplacementCount
from core.store.project import Project
from gui.background import Job, LatestQuery, describe_failure
from gui.keys.keymap import Keymap
from gui.look.theme import Look, scaled
from gui.session import Session
from gui.text.step_descriptions import undo_title
from gui.widgets.choosers import chooser
from gui.widgets.tables import LabelItem, SplitTable, count_cells
from gui.widgets.text_fields import LineField
from gui.widgets.text_labels import PlainLabel, hint_label

_TITLES = {
    "rename": (mark("Rename {label} to"), mark("Rename a label to")),
    "merge": (mark("Merge {label} into"), mark("Merge a label into")),
    "replace": (mark("Replace {label} with"), mark("Replace a label with")),
    "delete": (mark("Delete {label}"), mark("Delete a label")),
}
"""What is done to the chosen label, and the words where none is chosen."""

LARGE_CHANGE = 20
"""Spans from which on a change is asked about once more."""

SETTLING_TIME = 500
"""Milliseconds after a change in which no click counts: the second of a double click meets other labels."""


class LabelsWindow(QDialog):
    """Follows the open project; large changes are jobs, with their progress in the main window."""

    def __init__(self, session: Session, project: Project, keymap: Keymap, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(say("Labels"))
        self._session = session
        self._project = project
        self._job: Job | None = None
        self._new_name: str | None = None
        self._restored: str | None = None
        self._settling = QTimer(self, singleShot=True, interval=SETTLING_TIME)
        self.table = LabelsTable(look)
        self.new, self.new_name = LineField(), LineField()
        self.add, self.rename, self.merge = QPushButton(say("Add")), QPushButton(), QPushButton()
        self.replace, self.delete = QPushButton(), QPushButton(say("Delete"))
        self.undo = QPushButton()
        self._undo_action = keymap.action("undo", self, self._undo)
        self.addAction(self._undo_action)
        for button in (self.add, self.rename, self.merge, self.replace, self.delete, self.undo):
            button.setAutoDefault(False)
        self.into = chooser(say("Into"), say("The label that its spans get"))
        self.replaced_by = chooser(say("Replaced by"), say("The label that the spans get"))
        self.how = chooser(say("How"), say("How the text is compared with the string of a span"))
        self.how.addItem(say("whose text is"), True)
        self.how.addItem(say("whose text contains"), False)
        self.text = LineField(say("any text"))
        self.split = chooser(say("Split"), say("Where spans are replaced"))
        self.split.addItem(say("in all splits"), None)
        for split in SPLITS:
            self.split.addItem(say("in {split}", split=split), split)
        self.titles = {name: PlainLabel() for name in _TITLES}
        self.said = PlainLabel(wraps=True)
        self._query = LatestQuery(self)
        self._concerned = ReplacementCount()
        self._form = self._lay_out_form()
        self._lay_out()
        self._connect()
        self._show()

    def _lay_out(self) -> None:
        hint = hint_label(
            say(
                "Each change is one step, which one undo takes back. Renaming or merging a label is not a correction:"
                " the gold as imported and older runs count under the new name."
            ),
            wraps=True,
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        layout.addWidget(hint)
        layout.addWidget(self.table, 1)
        layout.addLayout(self._form)
        layout.addWidget(self.said)
        layout.addWidget(self.undo)
        self.resize(760, 680)

    def _lay_out_form(self) -> QGridLayout:
        form = QGridLayout()
        form.setHorizontalSpacing(8)
        form.setVerticalSpacing(8)
        where = QHBoxLayout()
        where.setSpacing(8)
        for widget in (self.how, self.text, self.split):
            where.addWidget(widget, int(widget is self.text))
        rows: list[tuple[QLabel, QWidget | None, QPushButton]] = [
            (PlainLabel(say("New label")), self.new, self.add),
            (self.titles["rename"], self.new_name, self.rename),
            (self.titles["merge"], self.into, self.merge),
            (self.titles["replace"], self.replaced_by, self.replace),
            (self.titles["delete"], None, self.delete),
        ]
        for row, (title, field, button) in enumerate(rows):
            at = row + (row == len(rows) - 1)
            form.addWidget(title, at, 0)
            if field is not None:
                form.addWidget(field, at, 1)
            form.addWidget(button, at, 2)
        form.addLayout(where, 4, 1)
        form.setColumnStretch(1, 1)
        return form

    def _connect(self) -> None:
        self._session.project_changed.connect(self._leave)
        self._session.changed.connect(self._follow)
        self.table.currentCellChanged.connect(lambda *_: self._choose())
        for field in (self.new, self.new_name):
            field.edited.connect(self._enable)
        self.text.edited.connect(self._count)
        for box in (self.replaced_by, self.how, self.split):
            box.currentIndexChanged.connect(lambda _: self._count())
        self.into.currentIndexChanged.connect(lambda _: self._enable())
        self._query.answered.connect(self._take_count)
        self._settling.timeout.connect(self._enable)
        self.finished.connect(self._leave_job)
        self.add.clicked.connect(self._add)
        self.new.returnPressed.connect(self._add)
        self.new_name.returnPressed.connect(self._rename)
        self.delete.clicked.connect(lambda: self._change(lambda: self._session.delete_label(self._label)))
        self.undo.clicked.connect(self._undo)
        self.rename.clicked.connect(self._rename)
        self.merge.clicked.connect(self._merge)
        self.replace.clicked.connect(self._replace)

    def _leave(self) -> None:
        """Another project, or none, is open."""
        self._query.cancel()
        self.close()

    def _leave_job(self) -> None:
        """A window that is closed before its job ends leaves it to the main window to report a failure."""
        if self._job is not None:
            self._job.failed.disconnect(self._show_failure)
            self._session.report_failure(self._job)

    @property
    def _label(self) -> str:
        return self.table.label or ""

    def _show(self) -> None:
        self.table.show_project(self._project)
        self._keep_widths()
        self._choose()

    def _keep_widths(self) -> None:
        """Give the titles and the buttons the room that the longest of them needs, so that nothing moves."""
        measure = self.fontMetrics().horizontalAdvance
        labels, spans = self._project.sentences.labels(), sum(self._project.sentences.label_counts().values())
        titles = (say(template, label=label) for template, _ in _TITLES.values() for label in labels)
        self._form.setColumnMinimumWidth(0, max(map(measure, (*titles, *(say(none) for _, none in _TITLES.values())))))
        words = (template(spans) for template in (_rename_words, _merge_words, _replace_words))
        self._form.setColumnMinimumWidth(2, max(map(measure, words)) + scaled(_BUTTON_EDGES))

    def _follow(self, change: ChangeSet) -> None:
        if self._session.project is not self._project:
            return
        if change.corpus or change.sentences:
            self._settling.start()
            self._show()
            if self._restored in self._project.sentences.labels():
                self.table.choose(self._restored)
                self._restored = None
        else:
            self._enable()

    def _undo(self) -> None:
        """Undo the last step; the label whose rename, merge or deletion it was is chosen again once it is back."""
        self._report("")
        step = self._session.next_steps().undo
        is_of_label = step is not None and step.kind in ("rename", "merge", "delete label")
        self._restored = step.old_label if step is not None and is_of_label else None
        self._session.run_reporting_errors(self._session.undo, self._refuse)

    def _add(self) -> None:
        name = self.new.seen_text.strip()
        if name and self._job is None:
            self._change(lambda: self._session.add_label(name))

    def _choose(self) -> None:
        """Ask about the chosen label."""
        label = self._label
        for name, title in self.titles.items():
            named, unnamed = _TITLES[name]
            title.setText(say(named, label=label) if label else say(unnamed))
        others = [other for other in self._project.sentences.labels() if other != label]
        for box in (self.into, self.replaced_by):
            box.setPlaceholderText(say("choose a label"))
            # None is chosen: what a click does is never left to the order of the list.
            box.offer([(other, other) for other in others] if label else [])
        self._count()

    @property
    def _replacement(self) -> Replacement:
        return Replacement(
            self._label,
            self.replaced_by.currentData() or "",
            self.split.currentData(),
            self.text.seen_text.strip(),
            bool(self.how.currentData()),
        )

    def _count(self) -> None:
        """Count what a replacement would change; the button waits for it."""
        self._concerned = ReplacementCount()
        self._query.cancel()
        if self._label and self.replaced_by.currentData():
            replacement = self._replacement
            self._query.submit(lambda: self._project.labels.count_matching(replacement))
        self._enable()

    def _take_count(self, concerned: ReplacementCount) -> None:
        self._concerned = concerned
        self._enable()

    def _enable(self) -> None:
        spans = self._project.labels.count(self._label)
        free = self._job is None and not self._settling.isActive()
        steps = self._session.next_steps()
        self.undo.setText(undo_title(steps))
        self.undo.setEnabled(free and steps.undo is not None)
        self.rename.setText(_rename_words(spans))
        self.merge.setText(_merge_words(spans))
        self.replace.setText(say("Replace …") if self._query.is_waiting else _replace_words(self._concerned.spans))
        self.add.setEnabled(free and bool(self.new.seen_text.strip()))
        self.rename.setEnabled(free and bool(self._label and self.new_name.seen_text.strip()))
        self.merge.setEnabled(free and bool(self._label and self.into.currentData()))
        self.replace.setEnabled(free and not self._query.is_waiting and self._concerned.spans > 0)
        self.delete.setEnabled(free and bool(self._label) and not spans)
        self.delete.setToolTip(say("It has spans: rename it, or merge it into another label") if spans else "")

    def _rename(self) -> None:
        label, new = self._label, self.new_name.seen_text.strip()
        spans = self._project.labels.count(label)
        question = say_count(
            "Rename {count:,} {label} span to {new}?",
            "Rename {count:,} {label} spans to {new}?",
            spans,
            label=label,
            new=new,
        )
        if label and new and self._job is None and self._agrees(question, say("Rename"), spans):
            self._start(lambda: self._session.rename_label(label, new), new)

    def _merge(self) -> None:
        label, into = self._label, self.into.currentData()
        spans = self._project.labels.count(label)
        question = say_count(
            "Merge {count:,} {label} span into {into}? {label} leaves the tag set.",
            "Merge {count:,} {label} spans into {into}? {label} leaves the tag set.",
            spans,
            label=label,
            into=into,
        )
        if self._agrees(question, say("Merge"), spans):
            self._start(lambda: self._session.merge_label(label, into))

    def _replace(self) -> None:
        replacement, spans = self._replacement, self._concerned.spans
        question = say_count(
            "Replace {label} with {new} in {count:,} span?",
            "Replace {label} with {new} in {count:,} spans?",
            spans,
            label=replacement.label,
            new=replacement.new,
        )
        if self._agrees(question, say("Replace"), spans):
            self._start(lambda: self._session.replace_label(replacement))

    def _agrees(self, question: str, verb: str, spans: int) -> bool:
        """Ask before a large change; a person who only presses Enter or Esc changes nothing."""
        if spans <= LARGE_CHANGE:
            return True
        box = QMessageBox(QMessageBox.Icon.Question, say("Labels"), question, parent=self)
        box.setTextFormat(Qt.TextFormat.PlainText)
        agreed = box.addButton(verb, QMessageBox.ButtonRole.AcceptRole)
        cancel = box.addButton(say("Cancel"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(cancel)
        box.setEscapeButton(cancel)
        box.exec()
        return box.clickedButton() is agreed

    def _start(self, change: Callable[[], Job], new_name: str | None = None) -> None:
        """Make a change of many sentences, as a job; a label that gets a new name stays chosen."""

        def start() -> None:
            self._job = change()

        if not self._session.run_reporting_errors(start, self._refuse) or self._job is None:
            return
        self._new_name = new_name
        self._report(say("{title} …", title=self._title))
        # Bound methods: they are let go with the window, which may be closed before the job ends.
        self._job.finished.connect(self._show_change)
        self._job.cancelled.connect(self._show_stop)
        self._job.failed.connect(self._show_failure)
        self._job.ended.connect(self._end)
        self._enable()

    def _show_change(self, change: ChangeSet) -> None:
        if change.sentences:
            words = say_count(
                "{title}: {count:,} sentence changed.",
                "{title}: {count:,} sentences changed.",
                len(change.sentences),
                title=self._title,
            )
        else:
            words = say("{title}: no span had the label.", title=self._title)
        self._report(words)
        if self._new_name is not None:
            self.table.choose(self._new_name)

    def _show_stop(self) -> None:
        self._report(say("{title}: stopped, and nothing was changed.", title=self._title))

    def _show_failure(self, error: Exception) -> None:
        self._report(describe_failure(self._title, error), is_error=True)

    @property
    def _title(self) -> str:
        return self._job.title if self._job is not None else ""

    def _end(self) -> None:
        self._job = None
        self.new_name.show_text("")
        self._enable()

    def _change(self, make: Callable[[], None]) -> None:
        """Make a change of the tag set alone."""
        if self._session.run_reporting_errors(make, self._refuse):
            self.new.show_text("")
            self._report("")

    def _refuse(self, reason: str) -> None:
        self._report(reason, is_error=True)

    def _report(self, text: str, *, is_error: bool = False) -> None:
        self.said.setProperty("role", "error" if is_error else "hint")
        self.said.style().polish(self.said)
        self.said.setText(text)


_BUTTON_EDGES = 28
"""Pixels of a button beside its words."""


def _rename_words(spans: int) -> str:
    return say_count("Rename {count:,} span", "Rename {count:,} spans", spans)


def _merge_words(spans: int) -> str:
    return say_count("Merge {count:,} span", "Merge {count:,} spans", spans)


def _replace_words(spans: int) -> str:
    return say_count("Replace {count:,} span", "Replace {count:,} spans", spans)


class LabelsTable(SplitTable):
    """One row a label; one of them is chosen."""

    def __init__(self, look: Look) -> None:
        super().__init__(say("Label"), say("Labels and their spans"), row_height=26)
        self._look = look
        self._labels: tuple[str, ...] = ()
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)

    @property
    def label(self) -> str | None:
        """The chosen label."""
        row = self.currentRow()
        return self._labels[row] if 0 <= row < len(self._labels) else None

    def choose(self, label: str | None) -> None:
        """Choose a label, or none where there is no such one."""
        if label in self._labels:
            self.selectRow(self._labels.index(label))
        else:
            self.clearSelection()
            self.setCurrentCell(-1, -1)

    def show_project(self, project: Project) -> None:
        """Show the labels as they are now; the chosen one stays chosen if it is still there."""
        chosen, counts = self.label, project.sentences.label_counts()
        blocker = QSignalBlocker(self)
        self._labels = project.sentences.labels()
        self.setCurrentCell(-1, -1)
        self.setRowCount(len(self._labels))
        for row, label in enumerate(self._labels):
            counts_of = {split: counts.get((split, label), 0) for split in SPLITS}
            self.fill(row, [LabelItem(label, self._look), *count_cells(counts_of)])
        self.choose(chosen)
        blocker.unblock()
