"""The field in which the labels of a new project are typed, shown as they will look."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.domain.errors import UserError
from core.domain.labels import TTA_LABELS, parse_labels
from core.messages.catalogue import say
from gui.look.theme import Look, set_property
from gui.text.wording import label_names
from gui.widgets.flow import FlowLayout
from gui.widgets.text_fields import LineField
from gui.widgets.text_labels import PlainLabel, hint_label


class TagSetField(QWidget):
    """Asks for labels with commas between; without any, the project has the standard's.

    Signals:
        edited: something else is typed.
    """

    edited = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._shown: tuple[str, ...] = ()
        self.field = LineField(say("Labels with commas between, such as PS, LC, product"))
        self.field.setAccessibleName(say("Labels of the project"))
        self.problem = hint_label(wraps=True)
        set_property(self.problem, "role", "error")
        self._samples = QWidget()
        self._flow = FlowLayout(gap=4, row_gap=4)
        self._samples.setLayout(self._flow)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for widget in (self.field, self._samples, self.problem):
            layout.addWidget(widget)
        self.field.edited.connect(self._follow)
        look.theme_changed.connect(lambda: self._show_samples(again=True))
        self._follow()

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that are typed; none means the standard's.

        Raises:
            UserError: one is not valid, or comes twice.
        """
        return parse_labels(self.field.seen_text)

    @property
    def is_valid(self) -> bool:
        """Whether all that is typed are labels."""
        return self.problem.isHidden()

    def _follow(self) -> None:
        try:
            self.labels  # noqa: B018 - it may raise
        except UserError as error:
            self.problem.setText(str(error))
            self.problem.show()
        else:
            self.problem.hide()
            self._show_samples()
        self.edited.emit()

    def _show_samples(self, *, again: bool = False) -> None:
        labels = (self.labels if self.is_valid else self._shown) or TTA_LABELS
        if labels == self._shown and not again:
            return
        while item := self._flow.takeAt(0):
            if sample := item.widget():
                sample.hide()
                sample.deleteLater()
        for label in labels:
            shown = PlainLabel(label_names(self._look.theme.entity_type(label)))
            colours = self._look.theme.label(label)
            shown.setStyleSheet(
                f"background: {colours.fill}; color: {colours.ink}; border-radius: 3px; padding: 1px 6px"
            )
            self._flow.addWidget(shown)
        self._shown = labels
