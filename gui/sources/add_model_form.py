"""The panel that asks what the labels of a model from elsewhere mean in this project, once."""

from collections import Counter
from pathlib import Path

from PySide6.QtCore import Qt

from core.domain.errors import UserError
from core.messages.catalogue import say
from core.services.model_source import ModelPlan, ModelPreview, preview_model
from core.store.project import Project
from gui.corpus.label_choices import LabelChoices
from gui.look.theme import Look, set_property
from gui.sources.add_source_form import AddSourceForm
from gui.widgets.choosers import WrappingCheckBox
from gui.widgets.text_labels import PlainLabel


class AddModelForm(AddSourceForm):
    """Shows the labels of a model, and asks for its `plan` and `new_labels`."""

    def __init__(self, look: Look) -> None:
        super().__init__(say("Add a model from elsewhere as a source"))
        self._folder = Path()
        self.said = PlainLabel(wraps=True)
        self.labels = LabelChoices(look)
        self.labels.setColumnHidden(1, True)
        self.whole_words = WrappingCheckBox(say("The first piece of a word decides for all of it"))
        self.cut_particles = WrappingCheckBox(say("Spans end before the particles of their last word"))
        self.body.addWidget(self.said)
        self.body.addWidget(self.labels, 1)
        for box in (self.whole_words, self.cut_particles):
            self.body.addWidget(box)
        self._query.answered.connect(self._show)

    def ask(self, folder: Path, project: Project) -> None:
        """Begin with the model in this folder."""
        self._folder = folder
        self.name.show_text("")
        self.name.setPlaceholderText(ModelPlan(str(folder)).title)
        self.labels.forget(project.sentences.labels())
        self.whole_words.setCheckState(Qt.CheckState.Unchecked)
        self.cut_particles.setCheckState(Qt.CheckState.Unchecked)
        self.said.setText(say("Reading…"))
        self.start.setEnabled(False)
        self.show()
        self.start.setFocus()
        self._query.submit(lambda: _preview(project, folder))

    @property
    def plan(self) -> ModelPlan:
        """What is chosen."""
        return ModelPlan(
            str(self._folder),
            self.name.seen_text.strip(),
            tuple(self.labels.renamed.items()),
            whole_words=self.whole_words.isChecked(),
            cut_particles=self.cut_particles.isChecked(),
        )

    @property
    def new_labels(self) -> tuple[str, ...]:
        """The labels to add to the tag set before."""
        return tuple(self.labels.added)

    def _show(self, found: ModelPreview | str) -> None:
        set_property(self.said, "role", "error" if isinstance(found, str) else "hint")
        self.start.setEnabled(not isinstance(found, str))
        if isinstance(found, str):
            self.said.setText(found)
            return
        self.said.setText(say("What do the labels of the model mean here? Spans of those left out are not taken."))
        proposed = {each.label: each.proposal for each in found.labels if each.proposal not in (None, each.label)}
        self.labels.renamed |= {label: other for label, other in proposed.items() if other is not None}
        self.labels.show_counts(Counter({each.label: 0 for each in found.labels}), keeps_fine=False)


def _preview(project: Project, folder: Path) -> ModelPreview | str:
    """What the classes of a model say, or why it cannot be used."""
    try:
        return preview_model(project, str(folder))
    except UserError as error:
        return str(error)
