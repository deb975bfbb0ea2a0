"""Where the keys go after the mouse chose something, in the real window."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from gui.corpus.import_form import ImportForm
from gui.look.theme import LIGHT, Look
from tests.building import project_with_run
from tests.gui.driving import LEFT, NONE, click, press_key

Key, CTRL = Qt.Key, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def inspecting(window, qtbot, tmp_path):
    project_with_run(tmp_path / "p.spandesk").close()
    window.open_project(tmp_path / "p.spandesk")
    with qtbot.waitActive(window):
        window.activateWindow()
    window.show_page("inspect")
    return window


def pick(qtbot, box, row):
    """Open a list with the mouse and take an item of it."""
    QTest.mousePress(box, LEFT, NONE, QPoint(6, box.height() // 2))
    view = box.view()
    qtbot.waitUntil(view.isVisible)
    QTest.mouseRelease(box, LEFT, NONE, QPoint(6, box.height() // 2))
    view.setCurrentIndex(view.model().index(row, 0))
    QTest.keyClick(view, Key.Key_Return)
    qtbot.waitUntil(lambda: not view.isVisible())


@pytest.mark.parametrize("name", ["source", "epoch", "gold"])
def test_after_a_choice_in_the_top_bar_the_keys_of_inspect_work_at_once(inspecting, qtbot, name):
    page = inspecting.pages["inspect"]
    box = getattr(inspecting.context_bar, name)
    box.setFocus()
    pick(qtbot, box, 0)
    assert QApplication.focusWidget() is page.list.view
    before = page.listing.current
    press_key(Key.Key_Down, CTRL)
    assert page.listing.current != before


@pytest.mark.parametrize("name", ["split", "histories", "labels", "orders", "reviews"])
def test_after_a_choice_among_the_filters_the_list_has_the_keys(inspecting, qtbot, name):
    page = inspecting.pages["inspect"]
    box = getattr(page.filters, name)
    box.setFocus()
    pick(qtbot, box, 1)
    has_sentences = page.model.rowCount() > 0
    assert QApplication.focusWidget() is (page.list.view if has_sentences else page.list.show_all)


def test_steps_by_keys_through_a_closed_list_keep_the_focus_there(inspecting):
    epoch = inspecting.context_bar.epoch
    epoch.setFocus()
    press_key(Key.Key_Up)
    assert inspecting.context.session.context.epoch == 1
    assert QApplication.focusWidget() is epoch


def test_the_keys_of_inspect_work_with_the_focus_in_the_top_bar_and_only_while_it_shows(inspecting):
    page = inspecting.pages["inspect"]
    before = page.listing.current
    inspecting.context_bar.source.setFocus()
    press_key(Key.Key_Down, CTRL)
    assert page.listing.current != before
    press_key(Key.Key_F, CTRL)
    assert QApplication.focusWidget() is page.filters.search
    inspecting.show_page("corpus")
    inspecting.context_bar.source.setFocus()
    before = page.listing.current
    press_key(Key.Key_Down, CTRL)
    assert page.listing.current == before


def test_the_keys_of_inspect_work_from_the_top_bar_when_they_type_jamo(inspecting):
    inspecting.context_bar.source.setFocus()
    event = QKeyEvent(QKeyEvent.Type.KeyPress, ord("ㄹ"), CTRL, 0, 0, 0, "ㄹ")
    QApplication.sendEvent(inspecting.context_bar.source, event)
    assert QApplication.focusWidget() is inspecting.pages["inspect"].filters.search


def test_ctrl_left_in_the_search_field_moves_the_cursor_there(inspecting):
    page = inspecting.pages["inspect"]
    search = page.filters.search
    search.setFocus()
    search.setText("김구 서울")
    before = page.listing.current
    press_key(Key.Key_Left, CTRL)
    assert search.cursorPosition() == 3
    assert page.listing.current == before


def test_a_button_that_is_disabled_hands_the_focus_to_its_page(inspecting):
    inspecting.show_page("corpus")
    page = inspecting.pages["corpus"]
    button = next(each for each in page.findChildren(QPushButton) if each.isVisible() and each.isEnabled())
    others = [each for each in page.findChildren(QPushButton) if each is not button]
    for other in others:
        other.setEnabled(False)
    button.setFocus()
    button.setEnabled(False)
    focused = QApplication.focusWidget()
    assert focused is page or page.isAncestorOf(focused)


def test_enter_in_the_import_form_imports(qtbot, tmp_path):
    form = ImportForm(Look(LIGHT), asks_folder=True)
    qtbot.addWidget(form)
    with qtbot.waitActive(form):
        form.show()
        form.activateWindow()
    form.ask([tmp_path / "corpus.jsonl"])
    for widget in (form.start, form.target, form.folder_field):
        widget.setFocus()
        with qtbot.waitSignal(form.accepted):
            press_key(Key.Key_Return)
    form.cancel.setFocus()
    with qtbot.waitSignal(form.cancelled):
        press_key(Key.Key_Return)
    form.folder_field.setText("")
    form.target.setFocus()
    with qtbot.assertNotEmitted(form.accepted):
        press_key(Key.Key_Enter)
    click(form.cancel)


def test_a_button_that_a_training_disables_hands_the_focus_to_its_page(inspecting):
    """Not to “Folder…”, which Qt finds next: a person who presses Enter again would choose another encoder."""
    inspecting.show_page("train")
    page = inspecting.pages["train"]
    page.start_bar.start.setFocus()
    page.start_bar.show_buttons(reason="“Training run 2” is running", is_training=True, is_stopping=False)
    assert QApplication.focusWidget() is page
