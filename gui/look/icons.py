"""Line icons, drawn in the colours of a theme."""

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from gui.look.stylesheet import ICON_FOLDER
from gui.look.theme import Theme

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
