"""How the window looks, as the person chose it: its theme and the size of the large sentence, changed live."""

from dataclasses import replace
from typing import Literal, get_args

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from core.domain.labels import FirstNames
from gui.look.theme import DARK, LIGHT, SENTENCE_SIZE, Look, Theme, apply_palette, apply_theme, theme_for
from gui.preferences import Preferences

ThemeChoice = Literal["system", "light", "dark"]
LEAST_SIZE, GREATEST_SIZE = 14, 40
"""Of the large sentence's text, in pixels."""


class Appearance(QObject):
    """Dresses the application as the person chose; `look` says how everything in it looks.

    Args:
        theme: the theme to begin with, whatever the person chose; None takes the choice.
    """

    def __init__(self, application: QApplication, preferences: Preferences, theme: Theme | None = None) -> None:
        super().__init__()
        self._application, self._preferences = application, preferences
        self._is_dressed = False
        self._first_names = FirstNames()
        chosen = preferences.theme()
        self.choice: ThemeChoice = next((choice for choice in get_args(ThemeChoice) if choice == chosen), "system")
        size = max(LEAST_SIZE, min(preferences.sentence_size(SENTENCE_SIZE), GREATEST_SIZE))
        self.look = Look(theme or self._chosen(), size)
        self.look.setParent(self)
        apply_palette(application, self.look.theme)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow_desktop)

    def _chosen(self) -> Theme:
        if self.choice == "system":
            return theme_for(QGuiApplication.styleHints().colorScheme())
        return DARK if self.choice == "dark" else LIGHT

    def apply(self) -> None:
        """Dress all windows from now on; the main window's widgets are in their places by now."""
        self._is_dressed = True
        apply_theme(self._application, self.look.theme)

    def choose_theme(self, choice: ThemeChoice) -> None:
        """Take a theme, or the desktop's, at once and at every start."""
        self.choice = choice
        self._preferences.remember_theme(choice)
        self._dress(self._chosen())

    def choose_size(self, size: int) -> None:
        """Show large sentences at this size (pixels), at once and at every start."""
        self._preferences.remember_sentence_size(size)
        self.look.show_size(size)

    def name_labels(self, first_names: FirstNames) -> None:
        """Show the labels of a project in the colours, and with the names for people, that they had first."""
        self._first_names = first_names
        self._dress(self.look.theme)

    def _follow_desktop(self, scheme: Qt.ColorScheme) -> None:
        if self.choice == "system":
            self._dress(theme_for(scheme))

    def _dress(self, theme: Theme) -> None:
        theme = replace(theme, first_names=self._first_names)
        if theme != self.look.theme:
            self.look.show_theme(theme)
            apply_theme(self._application, theme)
