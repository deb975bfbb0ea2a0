"""The panel that asks what a file of spans is: whose, of which sentences, with which labels; nothing is stored yet."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QRadioButton

from core.domain.errors import UserError
from core.domain.labels import propose_label
from core.formats.records import escape_name
from core.messages.catalogue import say, say_count
from core.services.add_source import FileKind, SourcePlan
from core.services.preview_source import SourcePreview, preview_source
from core.store.project import Project
from gui.corpus.import_preview import ImportPreview
from gui.look.theme import Look, set_property
from gui.sources.add_source_form import AddSourceForm
from gui.widgets.choosers import WrappingCheckBox
from gui.widgets.text_labels import PlainLabel


class AddFileForm(AddSourceForm):
    """Shows what a file would bring as a source, and asks for its `plan` and `new_labels`."""

    def __init__(self, look: Look) -> None:
        super().__init__(say("Add a file of spans as a source"))
        self._path: Path | None = None
        self._project: Project | None = None
        self._is_chosen = False
        self.tool, self.person = QRadioButton(say("a tool")), QRadioButton(say("a person"))
        self.matched = PlainLabel(wraps=True)
        self.preview = ImportPreview(look)
        self.cut_particles = WrappingCheckBox(say("Spans end before the particles of their last word"))
        for widget, stretch in ((self.matched, 0), (self.preview, 1), (self.cut_particles, 0)):
            self.body.addWidget(widget, stretch)
        self._lay_out_kinds()
        self._query.reported.connect(self._show)
        self._query.answered.connect(self._show)
        self.preview.changed.connect(self._read)
        self.preview.annotator.currentIndexChanged.connect(lambda _: self._propose_name())

    def _lay_out_kinds(self) -> None:
        self._kinds = QButtonGroup(self)
        self.naming.insertWidget(0, PlainLabel(say("The spans are by")))
        for place, button in enumerate((self.tool, self.person), 1):
            self._kinds.addButton(button)
            self.naming.insertWidget(place, button)
            button.clicked.connect(self._choose_kind)
        self.naming.insertSpacing(3, 16)

    def ask(self, path: Path, project: Project) -> None:
        """Begin with this file."""
        self._path, self._project, self._is_chosen = path, project, False
        self.tool.setChecked(True)
        self.name.show_text("")
        self.cut_particles.setCheckState(Qt.CheckState.Unchecked)
        self.preview.forget(project.sentences.labels())
        self._propose_name()
        self.show()
        self.start.setFocus()
        self._read()

    def dismiss(self) -> None:
        super().dismiss()
        self._path = self._project = None

    @property
    def plan(self) -> SourcePlan:
        """What is chosen.

        Raises:
            UserError: what is typed for the names of tags cannot be read.
        """
        assert self._path is not None, "a file was chosen"
        kind: FileKind = "person" if self.person.isChecked() else "file"
        name = self.name.seen_text.strip()
        cuts = self.cut_particles.isChecked()
        return SourcePlan(
            self._path, kind, name, options=self.preview.options, rules=self.preview.rules, cut_particles=cuts
        )

    @property
    def new_labels(self) -> tuple[str, ...]:
        """The labels to add to the tag set before."""
        return self.preview.new_labels

    def _choose_kind(self) -> None:
        self._is_chosen = True
        self._propose_judged()
        self._read()

    def _propose_judged(self) -> None:
        """A person who leaves a text without spans says that it has none; what a tool left so was perhaps not read."""
        self.preview.propose_judged(are_read=self.person.isChecked())

    def _propose_name(self) -> None:
        if self._path is not None:
            self.name.setPlaceholderText(self.preview.rules.annotator or escape_name(self._path.stem))

    def _read(self) -> None:
        """Read the file with what is chosen now."""
        self._query.cancel()
        self.start.setEnabled(False)
        if self._project is None:
            return
        self.matched.setText(say("Comparing with the sentences of this project…"))
        try:
            project, plan, labels = self._project, self.plan, self.new_labels
        except UserError as error:
            self.preview.said.setText(str(error))
            return
        self._query.submit(lambda: preview_source(project, plan, labels))

    def _show(self, preview: SourcePreview) -> None:
        annotators = {name for file in preview.file.files for name in file.annotators}
        is_by_person = bool(annotators) and not self._is_chosen and not self.person.isChecked()
        if is_by_person:
            self.person.setChecked(True)
        self.preview.show_preview(preview.file)
        must_choose = len(annotators) > 1 and not self.preview.annotator.currentData()
        problem = say("Choose whose spans to add: the file is by several people.") if must_choose else ""
        self.matched.setText(problem or describe_matching(preview))
        has_any = any(file.sentences for file in preview.file.files)
        set_property(self.matched, "role", "error" if problem or (preview.is_whole and not has_any) else "heading")
        self.start.setEnabled(has_any and not problem)
        self._propose_labels()  # last, as these two may have the file read again
        if is_by_person:
            self._propose_judged()

    def _propose_labels(self) -> None:
        """Take labels of other names for those that they mean here; one that nobody knows stays left out."""
        assert self._project is not None, "no preview outlives its project"
        labels, tag_set = self.preview.labels, self._project.sentences.labels()
        meant = {label: propose_label(label, tag_set) for label in labels.unknown}
        labels.propose({label: other for label, other in meant.items() if other is not None})


def describe_matching(preview: SourcePreview) -> str:
    """How many records are of sentences of the project, and by what they were found."""
    found = preview.by_id + preview.by_text
    parts = [
        say_count("{count:,} record matches by id and text", "{count:,} records match by id and text", preview.by_id)
    ]
    if preview.by_text:
        parts.append(say("{count:,} by text alone", count=preview.by_text))
    if preview.unmatched:
        parts.append(
            say_count(
                "{count:,} is of no sentence of this project",
                "{count:,} are of no sentence of this project",
                preview.unmatched,
            )
        )
    if not found and not preview.unmatched:
        return say("No records yet.") if not preview.is_whole else say("There is no record in the file.")
    words = " · ".join(parts)
    return words if preview.is_whole else say("{words} · so far", words=words)
