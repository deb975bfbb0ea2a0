"""The window as tests drive it."""

import threading

import pytest
from PySide6.QtCore import QEvent, QSettings
from PySide6.QtWidgets import QApplication

from core.settings import TINY
from gui.app import made_window
from gui.theme import LIGHT


@pytest.fixture
def window(qtbot, qapp, tmp_path):
    """The real window with settings and data of its own, shown and, at the end, closed as a user would."""
    settings = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    window = made_window(qapp, settings, tmp_path / "data", LIGHT)
    window.resize(1280, 720)
    window.show()
    qtbot.waitExposed(window)
    yield window
    window.close()  # here, not by qtbot: that would come before the fixtures that let a job end
    window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # what is left over, every later theme dresses


@pytest.fixture(autouse=True)
def quick_encoder(monkeypatch):
    """The form offers the encoder that trains in seconds, whatever is installed."""
    for module in ("page", "form"):
        monkeypatch.setattr(f"gui.train.{module}.DEFAULT_ENCODER", TINY)


@pytest.fixture(autouse=True)
def prompt_answers(monkeypatch):
    """What is asked of a small project is answered at once, also on a machine that is busy."""
    monkeypatch.setattr("gui.asking.PATIENCE", 60)


@pytest.fixture(autouse=True)
def no_thread_is_left():
    """A job's thread must not outlive its test."""
    before = set(threading.enumerate())
    yield
    left = [thread for thread in threading.enumerate() if thread not in before and not thread.daemon]
    assert not left, f"threads left: {left}"
