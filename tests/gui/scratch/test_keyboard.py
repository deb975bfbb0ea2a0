from PySide6.QtCore import Qt

from tests.gui.driving import controls_of, tab_through


def test_every_control_is_reached_by_tab(desk, qtbot):
    desk.type(qtbot, "김구는 서울에 갔다\n비가 온다")
    desk.page.field.setFocus()
    reached = tab_through(Qt.Key.Key_Tab)
    assert [widget for widget in controls_of(desk.page) if widget not in reached] == []
