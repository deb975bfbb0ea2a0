"""Editing at speed in the real window: a key of one's own, a kept label, a span's menu, and the next start."""

from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from gui.app import build_window
from gui.inspect.labelling import SpanMenu
from gui.look.theme import LIGHT
from gui.settings.window import SettingsWindow
from tests.building import project_with_run
from tests.gui.driving import LEFT, NONE, click, drag_over, point_of, press_key

CTRL = Qt.KeyboardModifier.ControlModifier
Key = Qt.Key


def test_keys_of_ones_own_kept_labels_and_menus(late_answers, qtbot, qapp, tmp_path):
    folder = tmp_path / "news.spandesk"
    project_with_run(folder).close()
    window = _started(qtbot, qapp, tmp_path)
    _give_a_key(window, qtbot)
    _open(window, folder, qtbot)
    _use_the_key(window, qtbot, expected=[(1, 2, "PS"), (4, 9, "DT")])
    _keep_a_label(window)
    _edit_by_menu(window)
    window.close()
    window = _started(qtbot, qapp, tmp_path)
    _open(window, folder, qtbot)
    _use_the_key(window, qtbot, expected=[(0, 2, "PS"), (4, 9, "DT")])
    _undo_and_redo(window)
    window.close()


def _open(window, folder, qtbot):
    window.open_project(folder)
    qtbot.waitUntil(lambda: window.pages["inspect"].model.rowCount() > 0)


def _started(qtbot, qapp, tmp_path):
    settings = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    window = build_window(qapp, settings, tmp_path / "data", LIGHT)
    qtbot.addWidget(window)
    window.resize(1280, 720)
    _activate(window, qtbot)
    return window


def _activate(window, qtbot):
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()


def _give_a_key(window, qtbot):
    """Before any project is open: F8 moves the start of a span, which no key then moves but this one."""
    press_key(Key.Key_Comma, CTRL)
    settings = window.findChild(SettingsWindow)
    qtbot.waitUntil(settings.isActiveWindow)
    QTest.keyClicks(settings.keys.search, "start of the span right")
    press_key(Key.Key_Return)
    press_key(Key.Key_Return)
    press_key(Key.Key_F8)
    assert settings.keys.rows.index(0, 1).data() == "F8"
    settings.keys.search.setText("start of the span left")
    settings.keys.table.selectRow(0)
    click(settings.keys.change)
    press_key(Key.Key_F7)
    settings.close()


def _gold(window, sentence_id):
    spans = window.context.session.project.sentences.by_id(sentence_id).gold
    return [(span.start, span.end, span.label) for span in spans]


def _inspect(window):
    return window.pages["inspect"]


def _show(window, sentence_id):
    project, page = window.context.session.project, _inspect(window)
    page.list.choose(page.model.row_of(project.sentences.by_id(sentence_id).number))
    page.list.view.setFocus()


def _use_the_key(window, qtbot, *, expected):
    """F8 shortens the first span once, after the next start F7 gives it back; the old keys do nothing."""
    _activate(window, qtbot)
    _show(window, "news-3")
    canvas = _inspect(window).detail.canvas
    while canvas.selection is None or canvas.selection.kind != "gold":
        press_key(Key.Key_Tab)
    press_key(Key.Key_Right, Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ShiftModifier)
    press_key(Key.Key_F8 if expected[0][0] else Key.Key_F7)
    assert _gold(window, "news-3") == expected
    tips = {action.name: action.toolTip() for action in _inspect(window).detail.actions_by_name.values()}
    assert tips["start right"] == "Move the start of the span right (F8)"


def _keep_a_label(window):
    """A double click on a chip keeps its label: a drag and a double click on the text are labelled at once."""
    detail = _inspect(window).detail
    _show(window, "talk-2")
    press_key(Key.Key_Escape)
    chip = detail.chips.chips["TM"]
    click(chip)
    QTest.mouseDClick(chip, LEFT)
    drag_over(detail.canvas, 4, 5)
    click_at = point_of(detail.canvas, 8)
    QTest.mouseClick(detail.canvas, LEFT, NONE, click_at)
    QTest.mouseDClick(detail.canvas, LEFT, NONE, click_at)
    assert _gold(window, "talk-2") == [(0, 2, "DT"), (4, 6, "TM"), (7, 9, "TM")]
    press_key(Key.Key_Escape)
    drag_over(detail.canvas, 10, 11)
    assert len(_gold(window, "talk-2")) == 3


def _edit_by_menu(window):
    """The right button's menu accepts the predicted span; the keyboard's removes another."""
    canvas = _inspect(window).detail.canvas
    _show(window, "talk-1")
    at = point_of(canvas, 9)
    QApplication.sendEvent(canvas, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, canvas.mapToGlobal(at), NONE))
    _choose("Accept")
    assert _gold(window, "talk-1") == [(0, 2, "PS"), (6, 8, "TI")]
    press_key(Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    press_key(Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
    _choose("Remove")
    assert _gold(window, "talk-1") == [(6, 8, "TI")]
    assert window.context.session.project.problems() == []


def _choose(text):
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, SpanMenu)
    action = next(action for action in menu.actions() if action.text().startswith(text))
    assert action.isEnabled()
    menu.setActiveAction(action)
    QTest.keyClick(menu, Key.Key_Return)


def _undo_and_redo(window):
    """Undo reaches over the start, by both keys of redo there and back."""
    before = _gold(window, "talk-1")
    for _ in range(2):
        press_key(Key.Key_Z, CTRL)
    assert _gold(window, "talk-1") == [(0, 2, "PS"), (6, 8, "TI")]
    press_key(Key.Key_Y, CTRL)
    assert _gold(window, "talk-1") == before
    press_key(Key.Key_Z, CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert _gold(window, "news-3") == [(0, 2, "PS"), (4, 9, "DT")]
