import itertools
from dataclasses import replace

import pytest
from PySide6.QtCore import QAbstractTableModel
from PySide6.QtGui import QColor, QFontMetricsF
from PySide6.QtWidgets import QHeaderView, QTableView

from core.domain.spans import PredictedSpan, SentenceNumber, Span
from core.metrics.comparison import compare_spans
from gui.look.theme import DARK, LIGHT, Look, font
from gui.sentence.delegate import ROW_HEIGHT, SENTENCE_ROLE, SentenceDelegate, SentenceRow, _excerpt, marks

TEXT = "이순신은 조선 수군을 이끌고 😀 옥포에서 왜군을 물리쳤다."
PS, OG = Span(0, 3, "PS"), Span(5, 10, "OG")


def row(number=0, *, text=TEXT, gold=(PS, OG), predicted=(PS,), corrected=False):
    comparisons = None if predicted is None else compare_spans(gold, [PredictedSpan(span, 0.9) for span in predicted])
    return SentenceRow(SentenceNumber(number), f"news-{number}", "dev", text, tuple(gold), comparisons, corrected)


class Rows(QAbstractTableModel):
    def __init__(self, count, make):
        super().__init__()
        self.count, self.make, self.asked = count, make, set()

    def rowCount(self, parent=None):
        return self.count

    def columnCount(self, parent=None):
        return 1

    def data(self, index, role=0):
        if role != SENTENCE_ROLE:
            return None
        self.asked.add(index.row())
        return self.make(index.row())


def table(qtbot, model, theme=LIGHT):
    view = QTableView()
    qtbot.addWidget(view)
    view.setModel(model)
    view.setItemDelegate(SentenceDelegate(Look(theme), view))
    view.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
    view.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    view.horizontalHeader().setStretchLastSection(True)
    view.resize(420, 400)
    return view


def test_only_the_visible_of_many_rows_are_asked_for(qtbot):
    model = Rows(400_000, row)
    table(qtbot, model).grab()
    assert 0 < len(model.asked) < 20


def test_errors_and_corrections_are_marked_in_words_and_signs():
    assert [text for text, _colour, _meaning in marks(row(corrected=True), LIGHT)] == ["✗ 1", "✎ corrected"]
    assert [text for text, _colour, _meaning in marks(row(predicted=(PS, OG)), LIGHT)] == ["✓"]
    assert marks(row(predicted=None), LIGHT) == []


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_gold_is_filled_in_its_colour_and_errors_are_drawn(qtbot, theme):
    view = table(qtbot, Rows(1, lambda _number: row(predicted=(PS, Span(16, 18, "LC")))), theme)
    image = view.viewport().grab().toImage()
    colours = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(ROW_HEIGHT)}
    assert theme.label("PS").fill in colours
    assert theme.label("OG").fill in colours
    assert theme.error in colours


@pytest.mark.parametrize(
    ("steps", "filled", "hollow"), [((True, False, True), 2, 1), ((False,) * 20, 0, 12), ((True,), 0, 0)]
)
def test_each_epoch_has_a_square_that_is_filled_where_it_was_right(qtbot, steps, filled, hollow):
    view = table(qtbot, Rows(1, lambda _number: replace(row(predicted=None), steps=steps)))
    image = view.viewport().grab().toImage()
    middle = [image.pixelColor(x, 13).name() for x in range(image.width())]
    runs = [colour for colour, _ in itertools.groupby(middle)]
    # A filled square is one stretch of its colour; a hollow one is its outline twice.
    assert runs.count(LIGHT.right) == filled
    assert runs.count(LIGHT.error) == 2 * hollow


def test_the_first_error_of_a_long_sentence_is_in_sight(qtbot):
    text = "가 나 다 라 마 " * 30 + "서울"
    spurious = Span(len(text) - 2, len(text), "LC")
    picture = {}
    for predicted in ((), (spurious,)):
        made = row(text=text, gold=(), predicted=predicted)
        view = table(qtbot, Rows(1, lambda _number, made=made: made))
        image = view.viewport().grab().toImage()
        strip = [image.pixelColor(x, y) for x in range(200) for y in range(24, ROW_HEIGHT - 2)]
        picture[predicted] = QColor(LIGHT.error) in strip
    assert picture == {(): False, (spurious,): True}


@pytest.mark.parametrize("text", ["", "😀", "가\n나\u2028다", "\ud800가", "가" * 5000])
def test_rows_of_any_text_are_painted_alike(qtbot, text):
    gold = (Span(0, 1, "PS"),) if text else ()
    view = table(qtbot, Rows(3, lambda number: row(number, text=text, gold=gold, predicted=())))
    view.selectRow(1)
    image = view.viewport().grab().toImage()
    inks = []
    for number, ground in enumerate((LIGHT.surface, LIGHT.selection, LIGHT.surface)):
        lines = range(number * ROW_HEIGHT + 26, (number + 1) * ROW_HEIGHT - 6)
        colours = {image.pixelColor(x, y).name() for x in range(12, 200) for y in lines}
        assert ground in colours
        inks.append(LIGHT.label("PS").fill in colours)
        assert bool(colours - {ground, LIGHT.label("PS").fill, LIGHT.accent}) == bool(text)
    assert inks == [bool(text)] * 3


def test_a_cut_line_ends_after_a_whole_character(qapp):
    for width in (50.0, 50.5, 123.0, 200.0):
        excerpt = _excerpt(TEXT, 0, width)
        assert excerpt.is_cut
        edges = [cell.right for cell in excerpt.layout.row(0)]
        dots = QFontMetricsF(font(14)).horizontalAdvance("…")
        assert excerpt.right == max(edge for edge in edges if edge <= width - dots)
    assert not _excerpt(TEXT, 0, 2000.0).is_cut
