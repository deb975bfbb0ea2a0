"""How the window looks, as the person chose it: its theme and the size of the large sentence, changed live."""

from dataclasses import replace
from typing import Literal, Protocol, get_args, runtime_checkable

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from core.domain.labels import FirstNames
from gui.look.theme import DARK, LIGHT, SENTENCE_SIZE, Theme, apply_palette, apply_theme, theme_for
from gui.preferences import Preferences
from gui.sentence.canvas import SentenceCanvas

ThemeChoice = Literal["system", "light", "dark"]
LEAST_SIZE, GREATEST_SIZE = 14, 40
"""Of the large sentence's text, in pixels."""


@runtime_checkable
class Themed(Protocol):
    """What paints with the colours of a theme, and has to be told of another one."""

    def set_theme(self, theme: Theme) -> None:
        """Take another theme's colours."""


class Appearance(QObject):
    """Dresses the application, and everything in the window that paints itself.

    Args:
        theme: the theme to begin with, whatever the person chose; None takes the choice.
    """

    def __init__(self, application: QApplication, preferences: Preferences, theme: Theme | None = None) -> None:
        super().__init__()
        self._application, self._preferences = application, preferences
        self._window: QWidget | None = None
        self._first_names = FirstNames()
        chosen = preferences.theme()
        self.choice: ThemeChoice = next((choice for choice in get_args(ThemeChoice) if choice == chosen), "system")
        self.size = max(LEAST_SIZE, min(preferences.sentence_size(SENTENCE_SIZE), GREATEST_SIZE))
        self.theme = theme or self._chosen()
        apply_palette(application, self.theme)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow_desktop)

    def _chosen(self) -> Theme:
        if self.choice == "system":
            return theme_for(QGuiApplication.styleHints().colorScheme())
        return DARK if self.choice == "dark" else LIGHT

    def take_window(self, window: QWidget) -> None:
        """Dress this window from now on, and all that it holds; its widgets are in their places by now."""
        self._window = window
        apply_theme(self._application, self.theme)
        self._resize_sentences()

    def choose_theme(self, choice: ThemeChoice) -> None:
        """Take a theme, or the desktop's, at once and at every start."""
        self.choice = choice
        self._preferences.remember_theme(choice)
        self._dress(self._chosen())

    def choose_size(self, size: int) -> None:
        """Show large sentences at this size (pixels), at once and at every start."""
        self.size = size
        self._preferences.remember_sentence_size(size)
        self._resize_sentences()

    def name_labels(self, first_names: FirstNames) -> None:
        """Show the labels of a project in the colours, and with the names for people, that they had first."""
        self._first_names = first_names
        self._dress(self.theme)

    def _follow_desktop(self, scheme: Qt.ColorScheme) -> None:
        if self.choice == "system":
            self._dress(theme_for(scheme))

    def _dress(self, theme: Theme) -> None:
        theme = replace(theme, first_names=self._first_names)
        if theme == self.theme:
            return
        self.theme = theme
        apply_theme(self._application, theme)
        for part in self._parts():
            if isinstance(part, Themed):
                part.set_theme(theme)
            elif isinstance(part, QLabel) and "<a " in part.text():
                _read_again(part)

    def _resize_sentences(self) -> None:
        for part in self._parts():
            if isinstance(part, SentenceCanvas):
                part.set_text_size(self.size)

    def _parts(self) -> list[QObject]:
        return [self._window, *self._window.findChildren(QObject)] if self._window is not None else []


def _read_again(label: QLabel) -> None:
    """Rich text takes the colour of its links when it is set."""
    text = label.text()
    label.clear()
    label.setText(text)
