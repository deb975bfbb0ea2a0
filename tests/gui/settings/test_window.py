"""The settings window: keys are changed by pressing others, and what another command has is not taken unasked."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from gui.settings.key_table import WAITING
from gui.settings.window import SettingsWindow
from tests.building import project_with_sentences
from tests.gui.driving import click, compose, press_key

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
Key = Qt.Key


@pytest.fixture
def opened(window, qtbot):
    """The settings window as Ctrl+, opens it, without a project."""
    with qtbot.waitActive(window):
        window.activateWindow()
    press_key(Key.Key_Comma, CTRL)
    settings = window.findChild(SettingsWindow)
    qtbot.waitUntil(settings.isActiveWindow)
    yield settings
    settings.close()


@pytest.fixture
def keymap(window):
    return window.context.keymap


def choose(opened, words):
    opened.keys.search.setText(words)
    assert opened.keys.rows.rowCount() > 0
    opened.keys.table.selectRow(0)
    return opened.keys.name


def press_into(recorder, key, modifiers=Qt.KeyboardModifier.NoModifier):
    click(recorder)
    assert recorder.text() == WAITING
    QTest.keyClick(recorder, key, modifiers)
    assert recorder.text() != WAITING


def caps(opened):
    row = opened.keys.caps
    return [row.itemAt(at).widget() for at in range(row.count())]


def cells(opened):
    rows = opened.keys.rows
    return [[rows.index(row, column).data() for column in range(3)] for row in range(rows.rowCount())]


def test_it_opens_once(window, opened):
    window.show_settings()
    assert len(window.findChildren(SettingsWindow)) == 1


def test_the_first_screen_has_a_way_to_it(window):
    click(window.welcome.settings)
    window.findChild(SettingsWindow).close()


def test_commands_are_sought_by_title_key_and_place(opened, keymap):
    assert len(cells(opened)) == len(keymap.commands)
    opened.keys.search.setText("ctrl+d")
    assert cells(opened) == [
        ["Next sentence", "Ctrl+Down", "On the Inspect page"],
        ["Label every identical string like this span", "Ctrl+D", "On a sentence"],
    ]
    opened.keys.search.setText("everywhere")
    assert {place for *_, place in cells(opened)} == {"Everywhere"}
    opened.keys.search.setText("no such command")
    assert opened.keys.title.text() == "No command matches"
    assert not opened.keys.change.isEnabled()


def test_a_pressed_key_takes_the_place_of_the_old_ones(opened, keymap, window):
    assert choose(opened, "redo") == "redo"
    press_into(opened.keys.change, Key.Key_U, CTRL)
    assert keymap.keys("redo") == ("Ctrl+U",)
    assert window.redo.shortcut().toString() == "Ctrl+U"
    assert window.redo.toolTip() == "Redo (Ctrl+U)"
    assert [cap.text() for cap in caps(opened)] == ["Ctrl+U  ✕"]
    click(opened.keys.reset)
    assert keymap.keys("redo") == ("Ctrl+Shift+Z", "Ctrl+Y")
    assert not opened.keys.reset.isEnabled()


def test_a_key_is_added_and_taken_away(opened, keymap):
    choose(opened, "undo")
    press_into(opened.keys.add, Key.Key_F9)
    assert keymap.keys("undo") == ("Ctrl+Z", "F9")
    click(caps(opened)[0])
    assert keymap.keys("undo") == ("F9",)
    press_into(opened.keys.add, Key.Key_F9)
    assert keymap.keys("undo") == ("F9",)


def test_a_key_of_another_command_is_given_only_when_that_was_agreed(opened, keymap):
    choose(opened, "extend")
    press_into(opened.keys.change, Key.Key_D, CTRL)
    assert opened.keys.said.text() == "Ctrl+D is a key of “Label every identical string like this span”."
    assert keymap.keys("extend") == ("Ctrl+E",)
    click(opened.keys.leave)
    assert (opened.keys.said.text(), opened.keys.agree.isVisible()) == ("", False)
    assert keymap.keys("identical") == ("Ctrl+D",)
    press_into(opened.keys.change, Key.Key_D, CTRL)
    assert opened.keys.agree.text() == "Give Ctrl+D to this command"
    click(opened.keys.agree)
    assert (keymap.keys("extend"), keymap.keys("identical")) == (("Ctrl+D",), ())
    click(opened.keys.reset_all)
    assert (keymap.keys("extend"), keymap.keys("identical")) == (("Ctrl+E",), ("Ctrl+D",))


@pytest.mark.parametrize(
    ("key", "modifiers", "expected"),
    [
        (Key.Key_Backtab, SHIFT, "Shift+Tab"),
        (Key.Key_Return, Qt.KeyboardModifier.NoModifier, "Return"),
        (ord("ㅁ"), CTRL, "Ctrl+A"),
    ],
)
def test_keys_that_the_window_would_use_itself_are_recorded_too(opened, keymap, qtbot, key, modifiers, expected):
    choose(opened, "search")
    click(opened.keys.change)
    with qtbot.waitSignal(opened.keys.change.recorded, check_params_cb=lambda found: found == expected):
        QTest.sendKeyEvent(QTest.KeyAction.Press, opened.keys.change, Qt.Key(key), chr(0), modifiers) if isinstance(
            key, Qt.Key
        ) else press_jamo(opened.keys.change, key, modifiers)
    assert opened.isVisible()


def press_jamo(widget, key, modifiers):
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QKeyEvent

    QApplication.sendEvent(widget, QKeyEvent(QEvent.Type.KeyPress, key, modifiers))


def test_esc_and_another_focus_stop_the_recording(opened, keymap):
    choose(opened, "search")
    click(opened.keys.change)
    QTest.keyClick(opened.keys.change, Key.Key_Shift)
    assert opened.keys.change.text() == WAITING
    QTest.keyClick(opened.keys.change, Key.Key_Escape)
    assert opened.isVisible()
    assert opened.keys.change.text() != WAITING
    click(opened.keys.change)
    opened.keys.search.setFocus()
    assert opened.keys.change.text() != WAITING
    assert keymap.keys("find") == ("Ctrl+F",)


def test_enter_on_a_row_records(opened, keymap):
    choose(opened, "search")
    opened.keys.table.setFocus()
    press_key(Key.Key_Return)
    assert QApplication.focusWidget() is opened.keys.change
    press_key(Key.Key_K, CTRL)
    assert keymap.keys("find") == ("Ctrl+K",)


def test_enter_in_the_search_presses_no_button(opened, keymap):
    opened.keys.search.setText("redo")
    opened.keys.search.setFocus()
    press_key(Key.Key_Return)
    assert not any(button.autoDefault() for button in opened.findChildren(QPushButton))
    assert QApplication.focusWidget() is opened.keys.table
    assert opened.isVisible()


def test_looks_are_chosen_and_seen_at_once(opened, window):
    click(opened.sections["look"])
    assert opened.look.themes["system"].isChecked()
    before = opened.look.sample.scene.layout.text_height
    opened.look.text_size.setValue(24)
    assert opened.look.sample.scene.layout.text_height > before
    click(opened.look.themes["dark"])
    assert window.appearance.look.theme.dark
    assert window.context.preferences.theme() == "dark"


def test_the_search_finds_what_is_still_being_composed(opened):
    opened.keys.search.setText("no such com")
    assert opened.keys.rows.rowCount() == 0
    opened.keys.search.setText("ctrl+")
    before = opened.keys.rows.rowCount()
    compose(opened.keys.search, "d")
    assert 0 < opened.keys.rows.rowCount() < before


@pytest.mark.parametrize(("typed", "size"), [("28", 28), ("2", 14), ("99", 40)])
def test_any_text_size_can_be_typed_and_the_nearest_possible_one_is_taken(opened, window, typed, size):
    click(opened.sections["look"])
    box = opened.look.text_size
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, typed)
    press_key(Key.Key_Return)
    assert box.value() == window.appearance.look.sentence_size == size
    assert box.text() == f"{size} px"


def test_the_labels_of_the_large_sentence_grow_with_it(opened):
    click(opened.sections["look"])
    look = opened.look
    small = {mark.lane: mark.tag.rect.height() for mark in look.sample.scene.marks}
    look.text_size.setValue(38)
    large = {mark.lane: mark.tag.rect.height() for mark in look.sample.scene.marks}
    assert all(large[lane] > 1.6 * small[lane] for lane in small)
    assert look.sample.scene.style.tags.size == 22
    look.text_size.setValue(14)
    assert look.sample.scene.style.tags.size == 11, "they stay legible"


def test_the_name_of_the_person_is_stored_with_their_steps_from_now_on(window, opened, tmp_path):
    project_with_sentences(tmp_path / "p.spandesk").close()
    window.context.session.open(tmp_path / "p.spandesk")
    project = window.context.session.project
    window.context.session.correct(3, [])
    click(opened.sections["person"])
    opened.person.name.setText(" 지민 ")
    window.context.session.correct(4, [])
    assert project.database.rows("SELECT author FROM correction") == [("",), ("지민",)]
    assert window.context.preferences.author() == "지민"
    window.context.session.close_project()
    window.context.session.open(tmp_path / "p.spandesk")
    window.context.session.undo()
    assert window.context.session.project.database.value("SELECT author FROM correction WHERE kind = 'undo'") == "지민"
