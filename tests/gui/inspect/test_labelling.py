"""Labels by key whatever the input method, a label that is kept, and the menu of a span."""

import sys

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from gui.inspect.labelling import READ_ONLY, SpanMenu
from tests.gui.driving import LEFT, NONE

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
Key = Qt.Key


def double_click(widget, at=None):
    QTest.mouseClick(widget, LEFT, NONE, at or QPoint())
    QTest.mouseDClick(widget, LEFT, NONE, at or QPoint())


def chip(bench, label):
    return bench.page.detail.chips.chips[label]


def kept(bench):
    return bench.page.detail.chips.kept


# Keys


def test_eojeols_are_selected_and_labelled_by_keys_alone(bench):
    bench.go_to("talk-2")
    bench.key(Key.Key_Escape)
    for _ in range(3):
        bench.key(Key.Key_Right)
    bench.key(Key.Key_Left, SHIFT)
    bench.key(Key.Key_6)
    assert bench.gold("talk-2") == [(0, 2, "DT"), (7, 8, "TI")]


def test_a_span_is_extended_and_shrunk_by_keys(bench):
    bench.go_to("talk-2")
    bench.key(Key.Key_Tab)
    bench.key(Key.Key_E, CTRL)
    assert bench.gold("talk-2") == [(0, 3, "DT")]
    bench.key(Key.Key_E, CTRL | SHIFT)
    assert bench.gold("talk-2") == [(0, 2, "DT")]


@pytest.mark.skipif(sys.platform != "linux", reason="key codes of X11 and Wayland")
def test_a_letter_that_was_given_to_a_label_works_in_hangul(bench):
    bench.keymap.give("label 3", "Q")
    bench.go_to("news-3")
    bench.drag(11, 12)
    view = bench.page.list.view
    view.setFocus()
    QApplication.sendEvent(view, QKeyEvent(QEvent.Type.KeyPress, ord("ㅂ"), NONE, 24, 0, 0, "ㅂ"))
    assert bench.gold("news-3")[-1] == (11, 13, "OG")
    assert chip(bench, "OG").text().startswith("Q  ")


def test_no_widget_that_takes_no_text_takes_an_input_method(bench):
    bench.go_to("news-4")
    for widget in (bench.canvas, bench.page.list.view, bench.page.detail.table):
        widget.setFocus()
        bench.key(Key.Key_Down)
        assert not widget.inputMethodQuery(Qt.InputMethodQuery.ImEnabled)
        assert not widget.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)


def test_copy_takes_the_text_of_the_span(bench):
    bench.go_to("news-3")
    bench.key(Key.Key_Tab)
    bench.key(Key.Key_C, CTRL)
    assert QGuiApplication.clipboard().text() == "세종"


# A label that is kept


def test_a_kept_label_goes_on_every_drag_and_double_click(bench):
    bench.go_to("talk-2")
    double_click(chip(bench, "TM"))
    assert kept(bench) == "TM"
    note = bench.page.detail.labelling.note
    assert note.isVisible()
    assert note.text() == "Sticky label TM (Esc to stop)"
    bench.drag(4, 5)
    double_click(bench.canvas, bench.point(8))
    assert bench.gold("talk-2") == [(0, 2, "DT"), (4, 6, "TM"), (7, 9, "TM")]
    bench.go_to("news-3")
    bench.drag(1, 4)
    assert bench.gold("news-3") == [(1, 5, "TM")]
    assert bench.page.detail.notice.text() == "replaced 세종 PS, 1443년 DT"
    bench.key(Key.Key_Escape)
    assert kept(bench) is None
    assert not note.isVisible()
    assert bench.canvas.selection is None
    bench.drag(11, 12)
    assert bench.gold("news-3") == [(1, 5, "TM")]


def test_a_double_click_on_the_kept_label_lets_it_go(bench):
    double_click(chip(bench, "PS"))
    double_click(chip(bench, "OG"))
    assert kept(bench) == "OG"
    double_click(chip(bench, "OG"))
    assert kept(bench) is None


def test_keys_keep_switch_and_let_go(bench):
    bench.go_to("news-4")
    bench.key(Key.Key_Tab)
    bench.key(Key.Key_L, CTRL)
    assert kept(bench) == "OG"
    bench.key(Key.Key_2)
    assert bench.gold("news-4")[0] == (0, 4, "LC"), "a label's key is for the selected span first"
    bench.canvas.clear_selection()
    bench.key(Key.Key_5)
    assert kept(bench) == "DT"
    bench.key(Key.Key_5)
    assert kept(bench) is None
    bench.key(Key.Key_L, CTRL)
    assert kept(bench) == "PS", "where nothing is selected, the first label"
    bench.key(Key.Key_L, CTRL)
    assert kept(bench) is None


def test_while_a_label_is_kept_chips_choose_and_do_not_label(bench):
    bench.go_to("news-4")
    double_click(chip(bench, "TM"))
    bench.drag(10, 12)
    bench.click(chip(bench, "PS"))
    assert kept(bench) == "PS"
    assert bench.gold("news-4")[-1] == (11, 13, "TM")


def test_esc_in_a_drag_ends_the_drag_alone(bench):
    bench.go_to("news-4")
    double_click(chip(bench, "TM"))
    QTest.mousePress(bench.canvas, LEFT, NONE, bench.point(10))
    bench.key(Key.Key_Escape)
    QTest.mouseRelease(bench.canvas, LEFT, NONE, bench.point(12))
    assert kept(bench) == "TM"
    assert bench.project.corrections.count() == 0


def test_a_kept_label_respects_the_gold_as_imported(bench):
    double_click(chip(bench, "TM"))
    bench.session.set_context(gold="imported")
    bench.drag(11, 12)
    assert bench.page.detail.notice.text() == READ_ONLY
    assert bench.project.corrections.count() == 0


# The menu


def menu_at(bench, position):
    """The menu that the right button opens on a character."""
    at = bench.point(position)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, bench.canvas.mapToGlobal(at))
    QApplication.sendEvent(bench.canvas, event)
    return open_menu(bench)


def open_menu(bench):
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, SpanMenu)
    return menu


def entry(menu, text):
    return next(action for action in menu.actions() if action.text().startswith(text))


def choose(menu, text):
    entry(menu, text).trigger()
    menu.close()


def said(menu):
    return [label.text() for label in menu.findChildren(QLabel)]


def test_the_menu_says_what_is_wrong(bench):
    menu = menu_at(bench, 0)
    assert said(menu) == ["세종  PS"]
    menu.close()
    bench.go_to("talk-1")
    menu = menu_at(bench, 9)
    assert said(menu) == ["오후 3시  TI", "✗ wrong edge: gold 오후 3시 TI, predicted 오후 TI 0.44"]
    menu.close()


def test_the_menu_labels_what_is_under_the_mouse(bench):
    bench.go_to("talk-2")
    menu = menu_at(bench, 4)
    labels = entry(menu, "Label").menu()
    assert labels.actions()[1].text() == "LC  지역 · location\t2"
    labels.actions()[1].trigger()
    menu.close()
    assert bench.gold("talk-2") == [(0, 2, "DT"), (4, 6, "LC")]


def test_the_menu_edits_the_span(bench):
    bench.go_to("talk-1")
    choose(menu_at(bench, 9), "Accept")
    assert bench.gold("talk-1") == [(0, 2, "PS"), (6, 8, "TI")]
    choose(menu_at(bench, 0), "Extend")
    assert bench.gold("talk-1")[0] == (0, 3, "PS")
    choose(menu_at(bench, 0), "Shrink")
    assert bench.gold("talk-1")[0] == (0, 2, "PS")
    choose(menu_at(bench, 0), "Copy")
    assert QGuiApplication.clipboard().text() == "민서"
    choose(menu_at(bench, 0), "Use PS")
    assert kept(bench) == "PS"
    choose(menu_at(bench, 6), "Remove")
    assert bench.gold("talk-1") == [(0, 2, "PS")]


def test_the_gold_as_imported_has_a_menu_that_changes_nothing(bench):
    bench.session.set_context(gold="imported")
    menu = menu_at(bench, 0)
    enabled = [action.text() for action in menu.actions() if action.isEnabled() and action.text()]
    assert [text for text in enabled if not text.startswith(("Copy", "Use"))] == []
    menu.close()


@pytest.mark.parametrize(("key", "modifiers"), [(Key.Key_Menu, NONE), (Key.Key_F10, SHIFT)])
def test_the_menu_opens_by_keys_where_something_is_selected(bench, key, modifiers):
    bench.go_to("talk-1")
    bench.key(Key.Key_Tab)
    bench.key(key, modifiers)
    menu = open_menu(bench)
    assert said(menu) == ["민서  PS"]
    QTest.keyClick(menu, Key.Key_Escape)
    bench.key(Key.Key_Escape)
    bench.key(key, modifiers)
    assert said(open_menu(bench))[0] == "민서  PS"
    open_menu(bench).close()


def test_a_double_click_that_keeps_a_label_leaves_the_selected_gold_span_as_it_is(bench):
    bench.go_to("news-3")
    bench.key(Qt.Key.Key_Tab)
    double_click(chip(bench, "OG"))
    assert bench.page.detail.chips.kept == "OG"
    assert bench.gold("news-3") == [(0, 2, "PS"), (4, 9, "DT")]
    bench.click(chip(bench, "OG"))
    bench.click(chip(bench, "OG"))
    assert bench.gold("news-3") == [(0, 2, "OG"), (4, 9, "DT")], "a click alone relabels as ever"
