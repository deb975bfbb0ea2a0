"""What goes into the log file: bugs of ours, what Qt warns of, and where the process crashed."""

import faulthandler
import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import TextIO

from PySide6.QtCore import QMessageLogContext, Qt, QTimer, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QMessageBox

from core.messages.catalogue import say
from gui.window import MainWindow

log = logging.getLogger(__name__)

_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


def start_log(folder: Path) -> Path:
    """Log to a file in a folder, Qt's messages and crashes included; returns its path."""
    path = folder / "spandesk.log"
    handler = RotatingFileHandler(path, maxBytes=1_000_000, backupCount=2, encoding="utf-8")
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s", handlers=[handler]
    )
    qInstallMessageHandler(log_qt_message)
    record_crashes(folder / "crash.txt")
    return path


def log_qt_message(kind: QtMsgType, _: QMessageLogContext, message: str) -> None:
    """Log what Qt says; by itself it would go to a terminal that nobody sees."""
    log.log(_LEVELS.get(kind, logging.WARNING), "Qt: %s", message)


def record_crashes(path: Path) -> TextIO:
    """Have a crash of this process write where it was to the file that is returned, which must stay open.

    That of an earlier process goes into the log.
    """
    if path.exists() and (crash := path.read_text(encoding="utf-8", errors="replace").strip()):
        log.critical("an earlier Spandesk crashed:\n%s", crash)
    file = path.open("w", encoding="utf-8")
    faulthandler.enable(file)
    return file


class BugReport:
    """Shows a bug of ours once it is in the log; the window stays open."""

    def __init__(self, window: MainWindow, log_file: Path) -> None:
        self._window = window
        self._log_file = log_file
        self._is_shown = False

    def __call__(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self._window.shut_down()
            return
        log.critical("unexpected error", exc_info=(kind, error, trace))
        if not self._is_shown:
            self._is_shown = True
            # Later: this may be the middle of a paintEvent, where Qt refuses to paint a dialog ("Recursive repaint").
            QTimer.singleShot(0, self._window, lambda: self._show(kind.__name__))

    def _show(self, name: str) -> None:
        box = QMessageBox(QMessageBox.Icon.Critical, "Spandesk", "", parent=self._window)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(
            say(
                "Something went wrong inside Spandesk ({error}).\n\n"
                "The details are in {log}; please add that file to your report.",
                error=name,
                log=self._log_file,
            )
        )
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.finished.connect(self._forget)
        box.open()

    def _forget(self) -> None:
        self._is_shown = False
