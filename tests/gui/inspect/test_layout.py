"""How the page uses its room."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QToolButton

from core.domain.spans import Sentence, Span
from core.store.project import create_project
from gui.look.theme import LIGHT
from tests.building import TEXTS, add_sentences, project_with_run
from tests.gui.driving import click
from tests.gui.reading import clipped_below

BESIDE, STACKED = Qt.Orientation.Horizontal, Qt.Orientation.Vertical


@pytest.fixture
def inspect(window, tmp_path):
    """Opens a project in the window at a size, and shows its Inspect page."""

    def shown(width, height, build=project_with_run):
        window.resize(width, height)
        build(tmp_path / "p.spandesk").close()
        window.open_project(tmp_path / "p.spandesk")
        window.show_page("inspect")
        QApplication.processEvents()
        assert (window.width(), window.height()) == (width, height), "the page does not need more room"
        return window.pages["inspect"]

    return shown


def test_at_the_least_size_nothing_is_cut_and_the_sentence_has_the_largest_share(inspect):
    page = inspect(960, 600)
    page.list.choose(0)
    page.detail.canvas.select_next(1)
    QApplication.processEvents()
    assert not [text for _, text in clipped_below(page)]
    buttons = [button for button in page.findChildren(QToolButton) if button.isVisible() and button.text()]
    assert [b.text() for b in buttons if b.width() < b.sizeHint().width()] == []
    sentence = page.detail.scroller.height()
    others = (page.detail.table, page.detail.chips, page.filters)
    assert all(sentence > each.height() for each in others)
    assert page.detail.table.horizontalScrollBar().maximum() == 0
    line = page.detail.canvas.scene.lines[0]
    assert sentence >= 2 * (line.bottom - line.top)


def test_a_narrow_high_window_stacks_the_panes_and_each_way_keeps_its_share(inspect, window):
    page = inspect(960, 1000)
    assert page.splitter.orientation() == STACKED
    page.splitter.setSizes([500, 300])
    page.splitter.splitterMoved.emit(500, 1)
    QApplication.processEvents()
    stacked = page.splitter.sizes()
    window.resize(1280, 1000)
    assert page.splitter.orientation() == BESIDE
    window.resize(960, 1000)
    QApplication.processEvents()
    assert page.splitter.sizes() == stacked
    window.resize(960, 600)
    assert page.splitter.orientation() == BESIDE, "too low to be stacked"


def build_frequent(folder):
    """A project with more spans of MT and TM than of others, in sentences of train."""
    project = create_project(folder)
    gold = tuple(Span(2 * at, 2 * at + 1, "MT" if at % 2 else "TM") for at in range(20))
    add_sentences(project, [("train", Sentence("t", "가 " * 20, gold))])
    add_sentences(project, [("dev", Sentence(name, text, spans)) for name, _, text, spans in TEXTS])
    return project


def shown_labels(page):
    return [label for label, chip in page.detail.chips.chips.items() if chip.isVisible()]


def test_labels_that_nothing_needs_fold_away(inspect):
    page = inspect(1280, 720, build_frequent)
    chips = page.detail.chips
    page.list.choose(0)
    first = shown_labels(page)
    assert {"PS", "LC", "MT", "TM"} <= set(first), "those of the sentence, and the most frequent"
    assert len(first) < len(chips.chips)
    assert first == [label for label in chips.chips if label in first], "in display order"
    page.list.choose(len(TEXTS) - 1)
    assert {"LC", "PS"} <= set(shown_labels(page)), "what was needed last is still there"
    one_row = chips.height()
    click(chips.more)
    assert shown_labels(page) == list(chips.chips)
    assert chips.heightForWidth(chips.width()) > one_row
    click(chips.more)
    assert len(shown_labels(page)) == len(first)


def test_a_key_labels_with_what_is_folded_away_and_brings_it_into_sight(inspect):
    page = inspect(1280, 720, build_frequent)
    page.list.choose(0)
    canvas, chips = page.detail.canvas, page.detail.chips
    canvas.setFocus()
    folded = next(label for label in chips.chips if label not in shown_labels(page))
    canvas.select_next(1)
    page.detail.labelling.keyed[chips._places[folded]].trigger()
    assert canvas.selection.label == folded
    assert folded in shown_labels(page)


def test_a_label_that_is_kept_stays_in_sight(inspect):
    page = inspect(1280, 720, build_frequent)
    chips = page.detail.chips
    folded = next(label for label in chips.chips if label not in shown_labels(page))
    chips.keep(folded)
    assert folded in shown_labels(page)
    assert LIGHT.label(folded).ink in chips.chips[folded].styleSheet()


def test_few_labels_are_all_shown(inspect, window):
    page = inspect(1280, 720)
    chips = page.detail.chips
    for label in set(chips.chips) - {"PS", "LC", "OG", "DT", "TI"}:
        window.context.session.delete_label(label)
    assert not chips.more.isVisible()
    assert shown_labels(page) == ["PS", "LC", "OG", "DT", "TI"]
