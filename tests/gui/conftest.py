"""The window as tests drive it."""

import threading

import pytest
from PySide6.QtCore import QEvent, QSettings
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication

from core.domain.settings import TINY
from gui.app import GarbageCollector, build_window
from gui.background import LatestQuery
from gui.look.theme import LIGHT, LIST_SIZE, apply_palette
from tests.gui.driving import wait_for_end


@pytest.fixture
def window(qtbot, qapp, tmp_path):
    """The real window with settings and data of its own, shown and, at the end, closed as a user would."""
    settings = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    window = build_window(qapp, settings, tmp_path / "data", LIGHT)
    window.resize(1280, 720)
    window.show()
    qtbot.waitExposed(window)
    yield window
    if window.context.runner.job is None:
        window.close()  # here, not by qtbot: that would come before the fixtures that let a job end
    else:
        window.shut_down()  # a test that failed amid a job is not asked whether to stop it
    wait_for_end(qtbot, window.context.runner)
    window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # what is left over, every later theme dresses


@pytest.fixture(scope="session")
def collector(qapp):
    collector = GarbageCollector(qapp)
    yield collector
    collector.stop()


@pytest.fixture(autouse=True)
def no_garbage_is_collected_on_other_threads(collector):
    """As in the window: the next test's question would else destroy what is left of this test's widgets."""
    yield
    collector.collect()


@pytest.fixture(scope="session")
def desktop_font(qapp):
    """The application's font before anything was dressed."""
    return QFont(qapp.font())


@pytest.fixture(autouse=True)
def application(qapp, desktop_font):
    """The application with fonts and palette, but no style sheet yet, whichever tests ran before.

    A style sheet is set last, as in `build_window`: with one, Qt takes three times as long to make a window.
    """
    if qapp.styleSheet() or qapp.font().pixelSize() != LIST_SIZE:
        qapp.setStyleSheet("")
        qapp.setFont(desktop_font)
        apply_palette(qapp, LIGHT)
    return qapp


@pytest.fixture(autouse=True)
def quick_encoder(monkeypatch):
    """The form offers the encoder that trains in seconds, whatever is installed."""
    for module in ("page", "form"):
        monkeypatch.setattr(f"gui.train.{module}.DEFAULT_ENCODER", TINY)


@pytest.fixture
def late_answers():
    """Answers come when the window's events are handled, as they do outside of tests."""


@pytest.fixture(autouse=True)
def prompt_answers(request, monkeypatch):
    """Answers come before `submit` returns, so that most tests can look at once; not beside `late_answers`."""
    if "late_answers" in request.fixturenames:
        return
    submit = LatestQuery.submit

    def submit_and_wait(query, question):
        submit(query, question)
        wait_for_answer(query)

    monkeypatch.setattr(LatestQuery, "submit", submit_and_wait)
    monkeypatch.setattr(LatestQuery, "submit_when_painted", submit_and_wait)


def wait_for_answer(query):
    while query.is_waiting:
        if (thread := query._worker._thread) is not None:
            thread.join()
        query._deliver()


@pytest.fixture(autouse=True)
def no_thread_is_left():
    """A job's thread must not outlive its test."""
    before = set(threading.enumerate())
    yield
    left = [thread for thread in threading.enumerate() if thread not in before]
    for thread in left:
        if thread.name == "question":  # nobody waits for its answer any more
            thread.join(60)
    left = [thread for thread in left if thread.is_alive()]
    assert not left, f"threads left: {left}"
