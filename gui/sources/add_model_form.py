"""The panel that asks what the labels of a model from elsewhere mean in this project, once."""

from collections import Counter
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from core.domain.errors import UserError
from core.formats.json_spans import KNOWN_TAG_NAMES
from core.messages.catalogue import join_words, say
from core.model.class_names import NAMELESS
from core.services.model_source import ModelPlan, ModelPreview, preview_model
from core.store.project import Project
from gui.background import describe_failure
from gui.corpus.import_preview import TYPING_PAUSE
from gui.corpus.label_choices import LabelChoices
from gui.look.theme import Look, set_property
from gui.sources.add_source_form import AddSourceForm
from gui.text.wording import wrap_tooltip
from gui.widgets.choosers import WrappingCheckBox
from gui.widgets.text_fields import LineField
from gui.widgets.text_labels import PlainLabel


class AddModelForm(AddSourceForm):
    """Shows the labels of a model, and asks for its `plan` and `new_labels`.

    Signals:
        fetch_asked: a name on the hub was typed, whose files may have to be fetched; then `read` shows what they say.
    """

    fetch_asked = Signal(str)

    def __init__(self, look: Look) -> None:
        super().__init__(say("Add a model from elsewhere as a source"))
        self._project: Project | None = None
        self._model = ""
        self.hub_name = LineField(say("owner/model, or a folder"))
        self.fetch = QPushButton(say("Fetch"))
        self.said = PlainLabel(wraps=True)
        self.class_names = LineField("O,B-PS,I-PS")
        self.class_names.setToolTip(wrap_tooltip(*_describe_class_names()))
        self.labels = LabelChoices(look)
        self.labels.setColumnHidden(1, True)
        self.whole_words = WrappingCheckBox(say("The first piece of a word decides for all of it"))
        self.cut_particles = WrappingCheckBox(say("Spans end before the particles of their last word"))
        self._hub_row = _named_row(say("Model"), self.hub_name, self.fetch)
        self._classes_row = _named_row(say("Names of its classes"), self.class_names)
        self._typing = QTimer(self, singleShot=True, interval=TYPING_PAUSE)
        self.column.insertWidget(1, self._hub_row)
        for widget in (self.said, self._classes_row):
            self.body.addWidget(widget)
        self.body.addWidget(self.labels, 1)
        for widget in (self.whole_words, self.cut_particles):
            self.body.addWidget(widget)
        self.body.addStretch(0)
        self._connect()

    def _connect(self) -> None:
        self._query.answered.connect(self._show)
        self._typing.timeout.connect(self.read)
        self.class_names.edited.connect(self._typing.start)
        self.hub_name.returnPressed.connect(self.fetch.click)
        self.fetch.clicked.connect(self._fetch)

    def ask(self, folder: Path | None, project: Project) -> None:
        """Begin with the model in this folder; without one, with the question for a name on the hub."""
        self._project = project
        self.name.show_text("")
        self.whole_words.setCheckState(Qt.CheckState.Unchecked)
        self.cut_particles.setCheckState(Qt.CheckState.Unchecked)
        self._hub_row.setVisible(folder is None)
        self._choose("" if folder is None else str(folder))
        self.show()
        if folder is None:
            self.said.setText(say("A name as on huggingface.co; neither code nor pickled weights are fetched."))
            self.hub_name.selectAll()
            self.hub_name.setFocus()
        else:
            self.start.setFocus()
            self.read()

    def _choose(self, model: str) -> None:
        """Begin with this model, of which nothing is known yet."""
        assert self._project is not None, "the form is shown with a project only"
        self._model = model
        self.name.setPlaceholderText(ModelPlan(model).title)
        self.class_names.show_text("")
        self._typing.stop()
        self.labels.forget(self._project.sentences.labels())
        self._show_choices(are_known=False)
        self._classes_row.hide()
        set_property(self.said, "role", "hint")
        self.start.setEnabled(False)

    def _fetch(self) -> None:
        if model := self.hub_name.seen_text.strip():
            self._choose(model)
            self.said.setText(say("Fetching…"))
            self.fetch_asked.emit(model)

    def read(self) -> None:
        """Read the model with the class names that are typed now."""
        if self._project is None:
            return
        project, model, class_names = self._project, self._model, self.class_names.seen_text
        self.said.setText(say("Reading…"))
        self._query.submit(lambda: _preview(project, model, class_names))

    def dismiss(self) -> None:
        """Hide, and read no more of the model."""
        self._typing.stop()
        self._project = None
        super().dismiss()

    @property
    def plan(self) -> ModelPlan:
        """What is chosen."""
        return ModelPlan(
            self._model,
            self.name.seen_text.strip(),
            tuple(self.labels.renamed.items()),
            self.class_names.seen_text.strip(),
            whole_words=self.whole_words.isChecked(),
            cut_particles=self.cut_particles.isChecked(),
        )

    @property
    def new_labels(self) -> tuple[str, ...]:
        """The labels to add to the tag set before."""
        return tuple(self.labels.added)

    def show_problem(self, error: Exception) -> None:
        """Say why the model cannot be used; classes without names are asked for."""
        set_property(self.said, "role", "error")
        self.said.setText(describe_failure(self._model, error))
        self.start.setEnabled(False)
        if isinstance(error, UserError) and error.code == NAMELESS:
            self._classes_row.show()
            self.class_names.setFocus()

    def _show(self, found: ModelPreview | UserError) -> None:
        if isinstance(found, UserError):
            self._show_choices(are_known=False)
            self.show_problem(found)
            return
        set_property(self.said, "role", "hint")
        self.said.setText(say("What do the labels of the model mean here? Spans of those left out are not taken."))
        self.start.setEnabled(True)
        proposed = {each.label: each.proposal for each in found.labels if each.proposal not in (None, each.label)}
        chosen = {label: other for label, other in proposed.items() if other is not None}
        self.labels.renamed = {**chosen, **self.labels.renamed}
        self.labels.show_counts(Counter({each.label: 0 for each in found.labels}), keeps_fine=False)
        self._show_choices(are_known=True)

    def _show_choices(self, *, are_known: bool) -> None:
        for widget in (self.labels, self.whole_words, self.cut_particles):
            widget.setVisible(are_known)


def _describe_class_names() -> tuple[str, ...]:
    """What can be typed there, a line each."""
    return (
        say("The names of its classes from 0, with commas between: O,B-PS,I-PS"),
        say("or the list of a data set: {known}", known=join_words(KNOWN_TAG_NAMES)),
    )


def _named_row(title: str, field: QWidget, *further: QWidget) -> QWidget:
    row = QWidget()
    field.setAccessibleName(title)
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(8)
    layout.addWidget(PlainLabel(title))
    layout.addWidget(field, 1)
    for widget in further:
        layout.addWidget(widget)
    return row


def _preview(project: Project, model: str, class_names: str) -> ModelPreview | UserError:
    """What the classes of a model say, or why it cannot be used."""
    try:
        return preview_model(project, model, class_names)
    except UserError as error:
        return error
