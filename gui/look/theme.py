"""How the window looks: tokens of light and dark, fonts, icons, and the appearance that the person chose."""

import sys
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from typing import Literal, get_args

from PySide6.QtCore import QByteArray, QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication, QWidget

from core.domain.labels import EntityType, FirstNames
from core.io.resources import RESOURCES
from gui.look.palette import LabelColours, label_colours, mixed
from gui.look.stylesheet import ICON_FOLDER, render_stylesheet
from gui.preferences import Preferences

LIST_SIZE, SENTENCE_SIZE, TAG_SIZE, SMALL_SIZE, TITLE_SIZE = 13, 19, 11, 12, 16
"""Font sizes in pixels: lists and controls, the large sentence, tags on it, secondary text, page titles."""

FAMILIES = (
    "Pretendard",
    "Noto Sans KR",
    "Noto Sans CJK KR",
    "Nanum Gothic",
    "NanumGothic",
    "Malgun Gothic",
    "Apple SD Gothic Neo",
    "sans-serif",
)
"""Typefaces with Hangul, the preferred first: Pretendard comes with the program."""


@dataclass(frozen=True, slots=True)
class Theme:
    """How one window looks: its colours as `#rrggbb`, and the first names of its labels, by which they get theirs.

    Every text colour has 5.5 : 1 on every ground that it is meant for.
    """

    dark: bool
    window: str  # behind everything: bars, rail, page grounds
    surface: str  # lists, tables, the sentence
    raised: str  # buttons and fields
    hover: str  # a raised or listed thing under the pointer
    line: str  # hairlines between and around things
    edge: str  # the outline of a field, visible enough to find it (3 : 1)
    text: str
    muted: str  # secondary text
    accent: str  # focus, selection, links, the one primary button
    on_accent: str
    selection: str  # ground of selected rows and of a selected range of text
    hit: str  # ground of text that was searched for
    error: str  # text and strokes of what is wrong
    right: str  # text and strokes of what is right
    first_names: FirstNames = field(default_factory=FirstNames)

    def label(self, label: str) -> LabelColours:
        """The fill and the ink of a label."""
        return label_colours(self.first_names.of(label), dark=self.dark)

    def entity_type(self, label: str) -> EntityType:
        """A label with its names for people."""
        return self.first_names.entity_type(label)


LIGHT = Theme(
    dark=False,
    window="#f3f4f6",
    surface="#ffffff",
    raised="#ffffff",
    hover="#e9ecf1",
    line="#dcdfe5",
    edge="#868d98",
    text="#1c1f24",
    muted="#525963",
    accent="#1f56b5",
    on_accent="#ffffff",
    selection="#dbe7fc",
    hit="#ffdf6b",
    error="#a8201a",
    right="#1c6430",
)

DARK = Theme(
    dark=True,
    window="#1a1c1f",
    surface="#212327",
    raised="#2a2d32",
    hover="#32363d",
    line="#383c43",
    edge="#7d848f",
    text="#e6e7ea",
    muted="#b3b9c2",
    accent="#93baff",
    on_accent="#0d1a30",
    selection="#2b3c5a",
    hit="#625000",
    error="#ffa198",
    right="#93d8a2",
)


class Look(QObject):
    """How the window looks now. What paints reads the theme whenever it paints, and keeps none.

    Signals:
        theme_changed: there is another theme, for those who made something of its colours or names.
        size_changed: large sentences have another size.
    """

    theme_changed = Signal()
    size_changed = Signal()

    def __init__(self, theme: Theme, sentence_size: int = SENTENCE_SIZE) -> None:
        super().__init__()
        self.theme = theme
        self.sentence_size = sentence_size

    def show_theme(self, theme: Theme) -> None:
        """Show another theme everywhere."""
        self.theme = theme
        self.theme_changed.emit()

    def show_size(self, size: int) -> None:
        """Show large sentences at another size (pixels)."""
        self.sentence_size = size
        self.size_changed.emit()


def theme_for(scheme: Qt.ColorScheme) -> Theme:
    """The dark theme for a dark desktop, the light one for any other."""
    return DARK if scheme == Qt.ColorScheme.Dark else LIGHT


def load_fonts() -> None:
    """Make the typeface that comes with the program known to Qt, once for the whole application."""
    for path in sorted((RESOURCES / "fonts").glob("*.otf")):
        QFontDatabase.addApplicationFont(str(path))


_DESKTOP_SIZES = {"darwin": 13, "win32": 12}
_USUAL_DESKTOP_SIZE = 15
"""Pixels of a desktop's own text when nobody enlarged it, by `sys.platform`, and elsewhere."""


def _text_size_for(desktop: QFont) -> int:
    """The size of lists and controls, as much larger than usual as the desktop's own text is."""
    usual = _DESKTOP_SIZES.get(sys.platform, _USUAL_DESKTOP_SIZE)
    return round(LIST_SIZE * max(1.0, QFontInfo(desktop).pixelSize() / usual))


def scaled(pixels: float) -> int:
    """A length that goes with the size of text: it grows as the application's font does."""
    size = QApplication.font().pixelSize()
    return round(pixels * size / LIST_SIZE) if size > LIST_SIZE else round(pixels)


def font(size: int = LIST_SIZE, *, bold: bool = False, tabular: bool = False) -> QFont:
    """The window's typeface at a size in pixels, in one of its two weights, with figures of one width if asked for.

    Args:
        size: as on a desktop of the usual text size; on another one it is `scaled`.
    """
    return QFont(_make_font(scaled(size), bold=bold, tabular=tabular))


@lru_cache
def _make_font(pixels: int, *, bold: bool, tabular: bool) -> QFont:
    """Kept, since much is painted in few fonts."""
    made = QFont()
    made.setFamilies(list(FAMILIES))
    made.setPixelSize(pixels)
    made.setWeight(QFont.Weight.Bold if bold else QFont.Weight.Normal)
    made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    if tabular:
        made.setFeature(QFont.Tag("tnum"), 1)
    return made


def stylesheet(theme: Theme) -> str:
    """The style sheet of the whole application."""
    tokens = asdict(theme) | {
        "accent_hover": mixed(theme.accent, theme.text, 0.85),
        "small_size": scaled(SMALL_SIZE),
        "title_size": scaled(TITLE_SIZE),
    }
    return render_stylesheet(tokens, shade="dark" if theme.dark else "light")


def qt_palette(theme: Theme) -> QPalette:
    """The theme as Qt's palette, for whatever the style sheet does not reach."""
    palette = QPalette()
    for role, colour in _roles(theme).items():
        palette.setColor(role, QColor(colour))
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.WindowText, QPalette.ColorRole.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(theme.edge))
    palette.setColor(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Highlight, QColor(theme.line))
    return palette


def _roles(theme: Theme) -> dict[QPalette.ColorRole, str]:
    role = QPalette.ColorRole
    return {
        role.Window: theme.window,
        role.WindowText: theme.text,
        role.Base: theme.surface,
        role.AlternateBase: theme.window,
        role.Text: theme.text,
        role.PlaceholderText: theme.muted,
        role.Button: theme.raised,
        role.ButtonText: theme.text,
        role.BrightText: theme.error,
        role.Highlight: theme.selection,
        role.HighlightedText: theme.text,
        role.Accent: theme.accent,
        role.Link: theme.accent,
        role.LinkVisited: theme.accent,
        role.ToolTipBase: theme.raised,
        role.ToolTipText: theme.text,
        role.Light: theme.hover,
        role.Midlight: theme.hover,
        role.Mid: theme.line,
        role.Dark: theme.edge,
        role.Shadow: theme.line,
    }


def apply_theme(application: QApplication, theme: Theme) -> None:
    """Dress the whole application; what paints itself is painted anew and reads the theme then."""
    sheet = stylesheet(theme)
    if application.styleSheet() != sheet:
        apply_palette(application, theme)
        application.setStyleSheet(sheet)
    # Not `allWidgets`: it crashed where a widget was left over whose Python class was gone.
    for window in application.topLevelWindows():
        if window.isVisible() and (shown := QWidget.find(window.winId())) is not None:
            for widget in (shown, *shown.findChildren(QWidget)):
                widget.update()


def apply_palette(application: QApplication, theme: Theme) -> None:
    """Apply palette and font only: a style sheet set now would be re-polished for every widget added later."""
    if not application.styleSheet():  # each of these dresses every widget anew
        load_fonts()
        application.setStyle("Fusion")
        if application.font().families() != list(FAMILIES):  # else its size is not the desktop's any more
            size, chosen = _text_size_for(application.font()), font()
            chosen.setPixelSize(size)
            application.setFont(chosen)
    application.setPalette(qt_palette(theme))


def set_property(widget: QWidget, name: str, value: object) -> None:
    """Set a property that the style sheet looks at; Qt does not look again by itself."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


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


ICON_SIZE = 20
_SCALES = (1, 2, 3)


def icon(name: str, theme: Theme) -> QIcon:
    """The icon `resources/icons/NAME.svg`: in the theme's ink, in its accent where checked, pale where disabled.

    Raises:
        FileNotFoundError: there is no such icon.
    """
    drawing = (ICON_FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    made = QIcon()
    for scale in _SCALES:
        made.addPixmap(_pixmap(drawing, theme.muted, scale), QIcon.Mode.Normal, QIcon.State.Off)
        made.addPixmap(_pixmap(drawing, theme.text, scale), QIcon.Mode.Active, QIcon.State.Off)
        made.addPixmap(_pixmap(drawing, theme.accent, scale), QIcon.Mode.Normal, QIcon.State.On)
        made.addPixmap(_pixmap(drawing, theme.edge, scale), QIcon.Mode.Disabled, QIcon.State.Off)
    return made


def _pixmap(drawing: str, colour: str, scale: int) -> QPixmap:
    pixmap = QPixmap(ICON_SIZE * scale, ICON_SIZE * scale)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(drawing.replace("currentColor", colour).encode())).render(painter)
    painter.end()
    return pixmap
