"""Every control of the page is reached without a mouse: by F6 and Tab, or by a key of its own."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication

from gui.inspect.labelling import LabelChip
from gui.inspect.review_bar import NoteLine
from gui.keys.keymap import CommandAction
from gui.sentence import canvas
from tests.gui.driving import controls_of, tab_through

Key = Qt.Key


def has_key(page, widget):
    """Whether a command with a key does the same."""
    if isinstance(widget, LabelChip):
        return any(page.detail.chips.key_of(label) for label, chip in page.detail.chips.chips.items() if chip is widget)
    if isinstance(widget, NoteLine):
        return bool(page.detail.note._keymap.keys("note"))
    actions = widget.actions() if isinstance(widget, QAbstractButton) else []
    return any(isinstance(action, CommandAction) and action.shortcuts() for action in actions)


@pytest.mark.parametrize("sentence", ["news-4", "talk-1"])
def test_every_control_is_reached_by_keyboard(bench, sentence):
    bench.go_to(sentence)
    reached = set()
    for _pane in range(5):
        bench.key(Key.Key_F6)
        pane = QApplication.focusWidget()
        reached |= tab_through(Key.Key_Tab)
        pane.setFocus()
        reached |= tab_through(Key.Key_Backtab)
        pane.setFocus()
    lost = [widget for widget in controls_of(bench.page) if widget not in reached and not has_key(bench.page, widget)]
    assert lost == []


def test_tab_stays_in_the_sentence_and_f6_leads_out_of_it(bench):
    bench.go_to("news-4")
    bench.canvas.setFocus()
    bench.key(Key.Key_Tab)
    assert bench.canvas.hasFocus()
    assert bench.canvas.selection is not None
    bench.key(Key.Key_F6)
    assert QApplication.focusWidget() is bench.page.detail.table


def test_a_label_typed_by_key_is_announced_once(bench, monkeypatch):
    bench.go_to("news-4")
    bench.canvas.setFocus()
    bench.key(Key.Key_Tab)
    said = []
    monkeypatch.setattr(canvas, "announce", lambda _, words: said.append(words()))
    text = bench.project.sentences.by_id("news-4").text
    start, end, label = bench.gold("news-4")[0]
    bench.key(Key.Key_4)
    assert bench.gold("news-4")[0] == (start, end, "AF")
    assert [words.partition(",")[0] for words in said] == [f"{text[start:end]}: {label} to AF"]
