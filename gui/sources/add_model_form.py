"""The panel that asks what the labels of a model from elsewhere mean in this project, once."""

from collections import Counter
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout

from core.domain.errors import UserError
from core.messages.catalogue import say
from core.services.model_source import ModelPlan, ModelPreview, preview_model
from core.store.project import Project
from gui.background import LatestQuery
from gui.corpus.label_choices import LabelChoices
from gui.look.theme import Look, set_property
from gui.widgets.choosers import WrappingCheckBox
from gui.widgets.text_fields import LineField
from gui.widgets.text_labels import PlainLabel


class AddModelForm(QFrame):
    """Shows the labels of a model, and asks for what a `ModelPlan` needs.

    Signals:
        accepted: the plan is ready; see `plan` and `new_labels`.
        cancelled: nothing is to be added.
    """

    accepted = Signal()
    cancelled = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.setProperty("panel", True)
        self._folder = Path()
        self.said = PlainLabel(wraps=True)
        self.name = LineField()
        self.name.setAccessibleName(say("Name of the source"))
        self.labels = LabelChoices(look)
        self.labels.setColumnHidden(1, True)
        self.whole_words = WrappingCheckBox(say("The first piece of a word decides for all of it"))
        self.cut_particles = WrappingCheckBox(say("Spans end before the particles of their last word"))
        self.start = QPushButton(say("Add source"))
        self.start.setProperty("primary", True)
        self.cancel = QPushButton(say("Cancel"))
        self._query = LatestQuery(self)
        self._query.answered.connect(self._show)
        self._lay_out()
        self.start.clicked.connect(self.accepted)
        self.cancel.clicked.connect(self.cancelled)

    def _lay_out(self) -> None:
        title = PlainLabel(say("Add a model from elsewhere as a source"))
        title.setProperty("role", "title")
        naming, buttons = QHBoxLayout(), QHBoxLayout()
        for row in (naming, buttons):
            row.setSpacing(8)
        naming.addWidget(PlainLabel(say("Name")))
        naming.addWidget(self.name, 1)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.start)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        layout.addWidget(title)
        layout.addLayout(naming)
        layout.addWidget(self.said)
        layout.addWidget(self.labels, 1)
        for box in (self.whole_words, self.cut_particles):
            layout.addWidget(box)
        layout.addLayout(buttons)

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

    def dismiss(self) -> None:
        """Hide, and read no more of the model."""
        self._query.cancel()
        self.hide()

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
