"""A note and a search with a syllable that the input method has not ended yet."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton

from core.store.project import open_project
from core.store.sentence_selection import Selection
from tests.gui.driving import commit, compose

CTRL = Qt.KeyboardModifier.ControlModifier
Key = Qt.Key


def note_of(bench, name):
    number = bench.project.sentences.by_id(name).number
    return bench.project.reviews.of([number], None)[number].note


def write(bench, written, composed):
    """Write a note on the first sentence whose last syllable is still being composed."""
    bench.go_to("news-3")
    bench.key(Key.Key_N, CTRL)
    note = bench.page.detail.note
    QTest.keyClicks(note, written)
    compose(note, composed)
    return note


def button_of(bench, name):
    action = bench.page.actions_by_name[name]
    return next(button for button in bench.page.findChildren(QToolButton) if button.defaultAction() is action)


def pass_by_tool_button(bench):
    bench.click(button_of(bench, "next sentence"))


def pass_by_key(bench):
    bench.key(Key.Key_Down, CTRL)


def pass_by_reviewing(bench):
    bench.key(Key.Key_R, CTRL | Qt.KeyboardModifier.ShiftModifier)


def pass_by_list(bench):
    bench.go_to("talk-1")


def pass_by_filter(bench):
    bench.page.filters.search.setText("talk-1")
    bench.page.filters.search.returnPressed.emit()


def pass_by_analysis(bench):
    bench.session.inspect(Selection(sentence_id="talk-2"))


@pytest.mark.parametrize(
    "leave",
    [pass_by_tool_button, pass_by_key, pass_by_reviewing, pass_by_list, pass_by_filter, pass_by_analysis],
)
def test_the_last_syllable_of_a_note_stays_with_its_sentence(bench, leave):
    note = write(bench, "x", "류")
    leave(bench)
    assert bench.shown() != "news-3"
    assert note_of(bench, "news-3") == "x류"
    assert note.seen_text == ""
    bench.key(Key.Key_N, CTRL)
    bench.key(Key.Key_Return)
    assert [note_of(bench, name) for name in ("news-4", "talk-1", "talk-2")] == ["", "", ""]


def test_enter_ends_the_syllable_and_the_note(bench):
    write(bench, "x", "류")
    bench.key(Key.Key_Return)
    assert note_of(bench, "news-3") == "x류"


def test_escape_drops_the_syllable_with_the_rest(bench):
    note = write(bench, "x", "류")
    bench.key(Key.Key_Escape)
    assert (note.seen_text, note_of(bench, "news-3")) == ("", "")
    bench.key(Key.Key_Down, CTRL)
    assert note_of(bench, "news-3") == ""


def test_the_last_syllable_of_a_note_is_stored_when_the_project_closes(bench):
    write(bench, "x", "류")
    folder = bench.project.folder
    bench.session.close()
    with open_project(folder) as project:
        number = project.sentences.by_id("news-3").number
        assert project.reviews.of([number], None)[number].note == "x류"


def test_a_first_syllable_outlives_a_change_of_its_sentence(bench):
    note = write(bench, "", "류")
    bench.session.correct(bench.page.listing.current, ())
    assert note.is_composing
    commit(note, "류")
    bench.key(Key.Key_Return)
    assert note_of(bench, "news-3") == "류"


def test_the_search_finds_what_is_still_being_composed(bench, qtbot):
    search = bench.page.filters.search
    bench.key(Key.Key_F, CTRL)
    with qtbot.waitSignal(bench.page.filters.changed):
        commit(search, "부")
        compose(search, "산")
    assert bench.listed() == ["news-4"]
    assert (search.text(), search.seen_text) == ("부", "부산"), "the answer leaves the composition alone"
    with qtbot.waitSignal(bench.page.filters.changed):
        compose(search, "")
    assert bench.page.filters.filter.text == "부"


def test_the_search_box_offers_to_be_cleared_only_while_it_has_text(bench):
    search = bench.page.filters.search
    bench.key(Key.Key_F, CTRL)
    QTest.keyClicks(search, "talk")
    bench.session.inspect(Selection(sentence_id="talk-2"))
    assert search.text() == ""
    clear = search.findChild(QToolButton)
    assert clear.property("opacity") == 0 or not clear.isVisible()
