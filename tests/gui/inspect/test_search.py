"""A text search in the page: its hits are seen in the list and in the large sentence."""

import unicodedata

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip

from core.domain.spans import Sentence, Span
from core.store.project import create_project
from gui.look.theme import LIGHT
from tests.building import add_run, add_sentences, predicted

FILLER = "가나 다라 마바 "
LONG = FILLER * 60 + "그리고 북한 대표가 왔다."


def build(folder):
    """A short sentence with the string, a long one in which it comes last, in both normal forms, and one without it."""
    project = create_project(folder)
    texts = ["북한에서 왔다.", LONG, unicodedata.normalize("NFD", LONG), "서울에 갔다."]
    sentences = [Sentence(f"klue-ner-v1_dev_{at:05}-wikitree", text, ()) for at, text in enumerate(texts)]
    add_sentences(project, [("dev", sentence) for sentence in sentences])
    add_sentences(project, [("train", Sentence("t", "북한", (Span(0, 2, "LC"),)))])
    add_run(project, {sentences[0].id: ()}, {sentences[0].id: predicted((0, 2, "LC", 0.9))})
    return project


def search(bench, text):
    bench.page.filters.search.setFocus()
    bench.page.filters.search.setText(text)
    bench.page.filters.search.returnPressed.emit()


def colours_of(widget):
    image = widget.grab().toImage()
    return {image.pixelColor(x, y).name() for x in range(0, image.width(), 2) for y in range(image.height())}


def test_the_hits_are_highlighted_and_the_first_one_is_in_sight(bench_over):
    bench = bench_over(build)
    assert LIGHT.hit not in colours_of(bench.page)
    search(bench, "북한")
    assert len(bench.listed()) == 3
    for row in range(3):
        bench.page.list.choose(row)
        [(start, end)] = bench.canvas.hits
        text = bench.canvas.scene.layout.text
        assert unicodedata.normalize("NFC", text[start:end]) == "북한"
        seen = bench.canvas.visibleRegion().boundingRect()
        assert seen.contains(bench.canvas.scene.text_rects(start, end)[0].toRect())
        assert LIGHT.hit in colours_of(bench.canvas)
    rows = bench.page.list.view
    for row in range(3):
        rect = rows.visualRect(bench.page.model.index(row, 0))
        image = rows.viewport().grab(rect).toImage()
        assert LIGHT.hit in {image.pixelColor(x, 38).name() for x in range(image.width())}
    search(bench, "")
    assert bench.canvas.hits == ()
    assert LIGHT.hit not in colours_of(bench.page)


def test_the_next_sentence_is_seen_from_its_beginning(bench_over):
    bench = bench_over(build)
    search(bench, "왔다")
    bench.page.list.choose(1)
    assert bench.page.detail.scroller.verticalScrollBar().value() > 0
    search(bench, "")
    bench.page.list.choose(2)
    assert bench.page.detail.scroller.verticalScrollBar().value() == 0


def test_a_span_that_is_selected_by_a_key_is_brought_into_sight(bench_over):
    bench = bench_over(build)
    bench.page.list.choose(1)
    bench.canvas.setFocus()
    bench.canvas.select_next_word(-1)
    selection = bench.canvas.selection
    seen = bench.canvas.visibleRegion().boundingRect()
    assert seen.contains(bench.canvas.scene.text_rects(selection.start, selection.end)[0].toRect())


def tip_at(view, x, y):
    at = QPoint(x, y)
    QApplication.sendEvent(view.viewport(), QHelpEvent(QHelpEvent.Type.ToolTip, at, view.viewport().mapToGlobal(at)))
    return QToolTip.text()


@pytest.fixture
def view(bench_over):
    bench = bench_over(build)
    search(bench, "북한")
    return bench.page.list.view


def test_the_marks_of_a_row_explain_themselves(view):
    width = view.viewport().width()
    assert tip_at(view, 20, 12) == "klue-ner-v1_dev_00000-wikitree", "the whole id"
    assert tip_at(view, width - 20, 12) == "✗ spurious: predicted 북한 LC 0.90"
    squares = "No error in 1 of 2 epochs\nOne square for each epoch, filled where it made no error in this sentence"
    assert squares.splitlines()[0] in {tip_at(view, x, 12).splitlines()[0] for x in range(100, width - 20, 4)}
    index = view.model().index(0, 0)
    described = view.model().data(index, Qt.ItemDataRole.AccessibleDescriptionRole)
    assert described == f"✗ spurious: predicted 북한 LC 0.90\n{squares}"


def test_escape_clears_the_search_and_then_leaves_it(bench_over):
    bench = bench_over(build)
    search(bench, "북한")
    assert len(bench.listed()) == 3
    bench.key(Qt.Key.Key_Escape)
    assert (bench.page.filters.search.text(), len(bench.listed())) == ("", 4)
    bench.key(Qt.Key.Key_Escape)
    assert bench.page.list.view.hasFocus()
