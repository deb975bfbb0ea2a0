"""The way back from a link, and the place that is kept over a restart, in the real window."""

import itertools
import shutil

import pytest
from PySide6.QtCore import QSettings, Qt

from core.store.sentence_selection import ALL_ERRORS, Selection
from gui.app import build_window
from gui.inspect.filter import Filter, read_filter, stored_filter
from gui.look.theme import LIGHT
from gui.preferences import Preferences
from tests.building import FIRST_EPOCH, add_run, project_with_run
from tests.gui.driving import click, press_key, wait_for_end
from tests.gui.metrics.conftest import click_on, index_of

ALT, Key = Qt.KeyboardModifier.AltModifier, Qt.Key


@pytest.fixture
def folder(tmp_path):
    project_with_run(tmp_path / "p.spandesk").close()
    return tmp_path / "p.spandesk"


def shown_page(window):
    return window.stack.currentWidget().id


def shown_sentence(window):
    return window.pages["inspect"].detail.position.text().rsplit(" · ", 1)[-1]


def listed(window):
    inspect = window.pages["inspect"]
    return [stored.id for stored in window.context.session.project.sentences.by_number(inspect.model.numbers)]


def search(window, text):
    field = window.pages["inspect"].filters.search
    field.setText(text)
    field.returnPressed.emit()


def test_back_leads_to_where_a_link_was_followed_and_forward_again(window, folder, qtbot):
    window.open_project(folder)
    window.activateWindow()
    window.show_page("metrics")
    assert not window.back.isEnabled()
    metrics = window.pages["metrics"]
    click_on(qtbot, metrics.table, index_of(metrics.model, "LC", "Epoch 1", "P"))
    assert (shown_page(window), listed(window)) == ("inspect", ["news-4"])
    assert window.back.text() == "Back to Metrics"
    press_key(Key.Key_Left, ALT)
    assert shown_page(window) == "metrics"
    assert not window.back.isEnabled()
    press_key(Key.Key_Right, ALT)
    assert (shown_page(window), listed(window)) == ("inspect", ["news-4"])
    assert not window.forward.isEnabled()


def test_back_within_inspect_shows_the_filter_and_the_sentence_again(window, folder):
    window.open_project(folder)
    window.activateWindow()
    inspect = window.pages["inspect"]
    click(inspect.filters.errors)
    search(window, "o")
    search(window, "에")
    inspect.list.choose(1)
    before = (listed(window), shown_sentence(window), inspect.filters.filter)
    window.context.session.inspect(Selection("dev", outcomes=ALL_ERRORS, gold_label="DT"))
    assert (listed(window), shown_sentence(window)) != before[:2]
    inspect.list.setFocus()
    press_key(Key.Key_Left, ALT)
    assert (listed(window), shown_sentence(window), inspect.filters.filter) == before
    press_key(Key.Key_Right, ALT)
    assert inspect.filters.filter.asked is not None


def test_back_and_forward_show_the_epoch_and_the_gold_that_were_looked_at(window, folder, qtbot):
    window.open_project(folder)
    window.activateWindow()
    window.show_page("metrics")
    session, metrics = window.context.session, window.pages["metrics"]
    session.set_context(epoch=2)
    click_on(qtbot, metrics.table, index_of(metrics.model, "LC", "Epoch 1", "P"))
    assert session.context.epoch == 1
    session.set_context(gold="imported")
    press_key(Key.Key_Left, ALT)
    assert (shown_page(window), session.context.epoch, session.context.gold) == ("metrics", 2, "corrected")
    press_key(Key.Key_Right, ALT)
    assert (listed(window), session.context.epoch, session.context.gold) == (["news-4"], 1, "imported")


def test_back_to_metrics_leaves_a_new_run_for_the_next_visit(window, folder):
    window.open_project(folder)
    session = window.context.session
    window.show_page("metrics")
    session.show_page("train")
    add_run(session.project, FIRST_EPOCH)
    session.announce_run(2)
    window.back.trigger()
    assert (shown_page(window), session.context.source) == ("metrics", 1)
    window.show_page("inspect")
    window.show_page("metrics")
    assert session.context.source == 2


def test_another_project_has_no_way_back(window, folder, tmp_path):
    window.open_project(folder)
    window.context.session.show_page("metrics")
    assert window.back.isEnabled()
    project_with_run(tmp_path / "q.spandesk").close()
    window.open_project(tmp_path / "q.spandesk")
    assert not window.back.isEnabled()


def restarted(qapp, qtbot, tmp_path, folder):
    """Another window with the same settings, on the same project."""
    settings = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    window = build_window(qapp, settings, tmp_path / "data", LIGHT)
    window.show()
    window.open_project(folder)
    return window


@pytest.fixture
def restart(window, qapp, qtbot, tmp_path, folder):
    """Closes the window and opens another one; closed at the end."""
    opened = []

    def restart():
        window.close()
        wait_for_end(qtbot, window.context.runner)
        opened.append(restarted(qapp, qtbot, tmp_path, folder))
        return opened[-1]

    yield restart
    for each in opened:
        each.close()
        wait_for_end(qtbot, each.context.runner)
        each.deleteLater()


def test_page_filter_and_sentence_are_kept_over_a_restart(window, folder, restart):
    window.open_project(folder)
    inspect = window.pages["inspect"]
    click(inspect.filters.kinds["spurious"])
    click(inspect.filters.kinds["edge"])
    search(window, "o")
    search(window, "보자")
    search(window, "")
    inspect.list.choose(1)
    before = (listed(window), shown_sentence(window), inspect.filters.filter)
    assert len(before[0]) == 2
    window.show_page("corrections")
    again = restart()
    assert shown_page(again) == "corrections"
    again.show_page("inspect")
    assert (listed(again), shown_sentence(again), again.pages["inspect"].filters.filter) == before


@pytest.fixture
def settled_at_once(monkeypatch):
    """Before the window is made: what is looked at is remembered without delay."""
    for module in ("gui.window", "gui.inspect.page"):
        monkeypatch.setattr(f"{module}.SETTLED_AFTER", 0)


def test_page_filter_and_sentence_are_on_disk_before_the_window_is_closed(
    settled_at_once, window, folder, qtbot, tmp_path
):
    window.open_project(folder)
    inspect = window.pages["inspect"]
    window.show_page("inspect")
    click(inspect.filters.kinds["edge"])
    inspect.list.choose(len(listed(window)) - 1)
    filter_now, number = inspect.place()
    assert number is not None
    window.show_page("corrections")

    def on_disk():
        copy = tmp_path / f"{next(copies)}.ini"  # Qt does not read a file again that it knows
        shutil.copy(tmp_path / "settings.ini", copy)
        place = Preferences(QSettings(str(copy), QSettings.Format.IniFormat)).place(folder)
        return place.get("page"), read_filter(place.get("filter")), place.get("sentence")

    copies = itertools.count()
    qtbot.waitUntil((tmp_path / "settings.ini").exists)
    qtbot.waitUntil(lambda: on_disk() == ("corrections", filter_now, number))


def test_a_place_that_cannot_be_read_is_as_at_first(window, folder, restart):
    window.open_project(folder)
    window.context.session.close()
    window.context.preferences.remember_place(folder, page="none", filter={"split": "dev", "order": 3}, sentence="x")
    again = restart()
    assert shown_page(again) == "inspect"
    assert shown_sentence(again) == "news-3"


@pytest.mark.parametrize("stored", [None, [], {}, {"split": "none"}, "dev"])
def test_what_is_no_filter_is_none(stored):
    assert read_filter(stored) is None


def test_a_filter_is_read_as_it_was_stored():
    shown = Filter("train", True, frozenset({"edge"}), True, "PS", "가", "learned", "noted", "loss")
    assert read_filter(stored_filter(shown)) == shown
    assert read_filter(stored_filter(Filter())) == Filter()
    assert read_filter({"split": "dev", "kinds": ["edge", 3, "other"], "text": 1}) == Filter(kinds=frozenset({"edge"}))
