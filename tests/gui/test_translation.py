"""With every template translated, nothing English is left in the window, and nothing is cut off at its least size.

The translation is the language for tests, which accents every lower-case letter and makes sentences a third longer:
whatever has a plain lower-case letter comes from the data, or from no catalogue.
"""

import json
import re

import pytest
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDialog,
    QMenu,
)

from core.domain.labels import TTA_TYPES
from core.domain.spans import SPLITS, Span
from core.formats.json_spans import KNOWN_TAG_NAMES
from core.messages.catalogue import PSEUDO, use_language
from core.store.predictions import EpochKey
from gui.widgets.page import EmptyState
from tests.building import SECOND_EPOCH, add_signals, project_with_run, project_with_sentences
from tests.gui.driving import click, wait_for_job
from tests.gui.reading import clipped_below, painted_below, texts_below

PLACES = (
    *("shell", "windows", "welcome", "corpus", "train", "metrics", "inspect", "consistency", "corrections", "scratch"),
)

LEAST_SIZE = (960, 600)


@pytest.fixture(autouse=True)
def pseudo():
    """Before the window is made: what was said at import is not translated."""
    use_language(PSEUDO)
    yield
    use_language("en")


@pytest.fixture
def project_folder(tmp_path):
    """A project with a run, signals, a rejected record and a correction."""
    folder = tmp_path / "p.spandesk"
    with project_with_run(folder) as project:
        add_signals(project, EpochKey(1, 2), dict.fromkeys(SECOND_EPOCH, (0.1, 0.2, 0.3)))
        project.corrections.correct(project.sentences.by_id("news-3").number, [Span(0, 3, "PS")])
        project.corrections.correct(project.sentences.by_id("talk-2").number, [])
    return folder


@pytest.fixture
def visited(window, qtbot, project_folder, tmp_path, monkeypatch):
    """Walks a place of the window; yields each part of it to be read, in each of its states."""
    window.resize(*LEAST_SIZE)

    def visit(place):
        if place != "welcome":
            window.open_project(project_folder)
        for part in STATES[place](window, qtbot, tmp_path):
            QApplication.processEvents()
            wait_for_job(qtbot, window.context.runner)
            QApplication.processEvents()  # words that wrap get their height once they have their width
            yield part

    return visit


# The states of each place


def visit_shell(window, qtbot, folder):
    session = window.context.session

    def frame():
        return [
            window.rail,
            window.context_bar,
            window.banner,
            window.job_strip,
            window.project_menu,
            *window.actions(),
        ]

    yield from frame()
    for action in (window.undo, window.redo):
        action.trigger()
        yield from frame()
    session.problem.emit("?")
    yield from frame()
    session.close_project()
    yield from frame()


def visit_welcome(window, qtbot, folder):
    yield window.welcome
    window.context.preferences.remember_project(folder)
    window.welcome.propose([folder / "1.jsonl"])
    yield window.welcome


def visit_corpus(window, qtbot, folder):
    session, page = window.context.session, window.pages["corpus"]
    window.show_page("corpus")
    yield page
    file = folder / "1.jsonl"
    file.write_text("\n".join(map(json.dumps, ({"id": "1", "text": "가", "spans": [[0, 9, "PS"]]}, 3))), "utf-8")
    session.import_asked.emit([file])
    yield page
    page.form.accepted.emit()
    wait_for_job(qtbot, window.context.runner)
    yield from in_every_state(page, qtbot, window)
    page.exports.list_choices()
    yield from (page.exports, page.exports.addenda)
    click(page.labels)
    yield from page.findChildren(QDialog)


def visit_page(name):
    def visit(window, qtbot, folder):
        window.show_page(name)
        yield from in_every_state(window.pages[name], qtbot, window)
        window.context.session.close_project()
        project_with_sentences(folder / "q.spandesk").close()
        window.open_project(folder / "q.spandesk")
        window.show_page(name)
        yield window.pages[name]

    return visit


def in_every_state(page, qtbot, window):
    """A page as it is, then with each of its buttons that stay down pressed, and searched where it offers a search."""
    yield page
    for button in page.findChildren(QAbstractButton):
        if button.isCheckable() and button.isVisible() and button.isEnabled() and not button.isChecked():
            click(button)
            yield page
            for empty in page.findChildren(EmptyState):
                if empty.button.isVisible() and empty.button.isEnabled():
                    click(empty.button)
                    wait_for_job(qtbot, window.context.runner)
            if page.isVisible():
                yield page
            if button.isChecked() and not button.group():
                click(button)


def visit_inspect(window, qtbot, folder):
    window.show_page("inspect")
    detail = window.pages["inspect"].detail
    detail.canvas.select_next(1)
    detail.actions_by_name["menu"].trigger()
    menu = QApplication.activePopupWidget()
    yield menu
    menu.close()
    detail.actions_by_name["identical"].trigger()
    for dialog in window.findChildren(QDialog):
        yield dialog
        dialog.close()
    yield from visit_page("inspect")(window, qtbot, folder)


def visit_windows(window, qtbot, folder):
    window.show_settings()
    window.show_keys()
    for dialog in window.findChildren(QDialog):
        yield from in_every_state(dialog, qtbot, window)


STATES = {name: visit_page(name) for name in ("train", "metrics", "consistency", "corrections", "scratch")} | {
    "shell": visit_shell,
    "windows": visit_windows,
    "welcome": visit_welcome,
    "corpus": visit_corpus,
    "inspect": visit_inspect,
}


# What is read

_DATA = {
    *SPLITS,
    *(word for kind in TTA_TYPES for word in kind.english.split()),
    *(word for known in KNOWN_TAG_NAMES for word in re.findall("[A-Za-z]+", known)),
    *("news", "talk", "p", "q", "jsonl", "json", "spandesk", "Spandesk"),
    *("px", "s", "ms", "min", "h", "cpu", "cuda", "auto", "e"),
    *("tiny", "small", "starter", "electra", "koelectra"),
    *(
        "Ctrl",
        "Alt",
        "Shift",
        "Esc",
        "Return",
        "Enter",
        "Tab",
        "Backspace",
        "Del",
        "Menu",
        "Up",
        "Down",
        "Left",
        "Right",
    ),
}
"""Words that are no English: ids, labels, formats, file endings, units, encoders, keys."""


def untranslated(text):
    """The words of a text that no catalogue has: what is left in lower case of English when the data is taken out."""
    words = re.findall(r"(…?)([A-Za-z]+)(…?)", re.sub(r"\S*/\S*", "", text))
    return [w for left, w, right in words if re.search("[a-z]", w) and not _is_data(w, is_cut=bool(left or right))]


def _is_data(word, *, is_cut):
    return word in _DATA or (is_cut and any(each.startswith(word) or each.endswith(word) for each in _DATA))


@pytest.mark.parametrize("place", PLACES)
def test_nothing_is_left_untranslated(place, visited):
    left = {}
    for part in visited(place):
        for where, text in (*texts_below(part), *painted_below(part)):
            if untranslated(text):
                left.setdefault(text, where)
    assert not left, "\n".join(f"{text!r} in {where}" for text, where in left.items())


@pytest.mark.parametrize("place", PLACES)
def test_nothing_is_cut_off_at_the_least_size(place, visited, window):
    cut = {}
    for part in visited(place):
        if not isinstance(part, QDialog | QMenu):
            assert (window.width(), window.height()) == LEAST_SIZE, "the window grew for something that needs more room"
        for where, text in clipped_below(part):
            cut.setdefault(text, where)
    assert not cut, "\n".join(f"{text!r} in {where}" for text, where in cut.items())


@pytest.fixture
def large_text(qapp, desktop_font, pseudo):
    """English on a desktop whose own text has 20 pixels; before the window is made."""
    use_language("en")
    large = QFont(desktop_font)
    large.setPixelSize(20)
    qapp.setFont(large)


@pytest.mark.parametrize("place", PLACES)
def test_nothing_is_cut_off_where_the_desktop_has_large_text(place, large_text, visited):
    cut = {}
    for part in visited(place):
        for where, text in clipped_below(part):
            cut.setdefault(text, where)
    assert not cut, "\n".join(f"{text!r} in {where}" for text, where in cut.items())
