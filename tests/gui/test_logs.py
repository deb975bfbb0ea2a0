"""The log has what went wrong, and a bug in the middle of painting is shown after it."""

import faulthandler
import logging
import sys

import pytest
from PySide6.QtCore import QMessageLogContext, QtMsgType
from PySide6.QtWidgets import QMessageBox, QWidget

from gui.logs import BugReport, log_qt_message, record_crashes


def boxes(window):
    return [box for box in window.findChildren(QMessageBox) if box.isVisible()]


def test_a_bug_is_logged_at_once_and_shown_when_the_event_is_over(window, qtbot, tmp_path, caplog):
    report = BugReport(window, tmp_path / "spandesk.log")
    for error in (KeyError("hidden_size"), ValueError("another, because of it")):
        report(type(error), error, None)
    assert not boxes(window), "this may be a paintEvent"
    assert "hidden_size" in caplog.text
    qtbot.waitUntil(lambda: len(boxes(window)) == 1)
    [box] = boxes(window)
    assert "KeyError" in box.text()
    assert str(tmp_path / "spandesk.log") in box.text()
    box.accept()
    report(ValueError, ValueError("later"), None)
    qtbot.waitUntil(lambda: len(boxes(window)) == 1)
    boxes(window)[0].accept()


def test_a_bug_in_a_paint_event_is_shown_without_a_word_from_qt(window, qtbot, tmp_path, monkeypatch, caplog):
    class Broken(QWidget):
        def paintEvent(self, event):
            report(ZeroDivisionError, ZeroDivisionError("in paintEvent"), None)

    report = BugReport(window, tmp_path / "spandesk.log")
    broken = Broken(window)
    broken.resize(50, 50)
    broken.show()
    with qtbot.captureExceptions() as errors:
        qtbot.waitUntil(lambda: bool(boxes(window)))
    assert errors == []
    broken.hide()
    boxes(window)[0].accept()


@pytest.mark.parametrize(("kind", "level"), [(QtMsgType.QtWarningMsg, "WARNING"), (QtMsgType.QtCriticalMsg, "ERROR")])
def test_what_qt_warns_of_is_in_the_log(caplog, kind, level):
    with caplog.at_level(logging.INFO):
        log_qt_message(kind, QMessageLogContext(), "QPainter::begin: Paint device returned engine == 0")
    assert caplog.records[0].levelname == level
    assert "QPainter::begin" in caplog.text


def test_where_the_last_process_crashed_is_in_the_log_of_the_next(tmp_path, caplog):
    was_on = faulthandler.is_enabled()
    path = tmp_path / "crash.txt"
    files = [record_crashes(path)]
    try:
        assert caplog.text == ""
        path.write_text("Fatal Python error: Segmentation fault\n  File paint.py", encoding="utf-8")
        files.append(record_crashes(path))
    finally:
        faulthandler.disable()
        for file in files:
            file.close()
        if was_on:
            faulthandler.enable(sys.__stderr__)
    assert "Segmentation fault" in caplog.text
    assert path.read_text(encoding="utf-8") == ""
