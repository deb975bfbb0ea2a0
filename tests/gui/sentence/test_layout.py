import itertools
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter

from gui.look.theme import SENTENCE_SIZE, font
from gui.sentence.layout import TextLayout, shown

pytestmark = pytest.mark.usefixtures("qapp")

SENTENCE = "이순신은 조선 수군을 이끌고 옥포 앞바다에서 왜군을 물리쳤다."


def all_cells(layout):
    return layout.cells_of(0, len(layout.text))


def laid(text, width=400):
    return TextLayout(text, font(SENTENCE_SIZE), width)


@given(st.text(max_size=40), st.integers(1, 400))
def test_cells_cover_any_text_in_order(text, width):
    layout = laid(text, width)
    assert "".join(text[cell.start : cell.end] for cell in all_cells(layout)) == text
    assert [cell.line for cell in all_cells(layout)] == sorted(cell.line for cell in all_cells(layout))
    assert len(layout.lines) == (all_cells(layout)[-1].line + 1 if all_cells(layout) else 1)


@given(st.text())
def test_what_is_shown_has_the_same_offsets(text):
    visible = shown(text)
    assert len(visible) == len(text)
    assert len(visible.encode("utf-16-le")) == len(text.encode("utf-16-le", "surrogatepass"))
    assert not set(visible) & set("\n\r\t\u2028\u2029\x00")


def test_lines_break_between_eojeols_and_stay_within_the_width():
    layout = laid(SENTENCE, 180)
    starts = [next(cell.start for cell in all_cells(layout) if cell.line == line) for line in range(len(layout.lines))]
    assert len(starts) > 2
    assert all(start == 0 or SENTENCE[start - 1] == " " for start in starts)
    assert max(cell.right for cell in all_cells(layout)) <= 180


def test_an_eojeol_wider_than_a_line_is_broken_inside():
    layout = laid("가" * 40, 100)
    assert len(layout.lines) > 4
    assert max(cell.right for cell in all_cells(layout)) <= 100


def test_decomposed_hangul_is_one_cell_a_syllable():
    text = unicodedata.normalize("NFD", "이순신은")
    layout = laid(text)
    assert [text[cell.start : cell.end] for cell in all_cells(layout)] == [
        unicodedata.normalize("NFD", syllable) for syllable in "이순신은"
    ]


def test_a_family_of_emoji_is_one_cell():
    layout = laid("가👨‍👩‍👧나")
    assert [(cell.start, cell.end) for cell in all_cells(layout)] == [(0, 1), (1, 6), (6, 7)]
    assert layout.moved(1, 1) == 6
    assert layout.moved(6, -1) == 1


def test_a_range_over_two_lines_is_two_pieces():
    layout = laid(SENTENCE, 180)
    second = next(cell.start for cell in all_cells(layout) if cell.line == 1)
    pieces = layout.pieces(second - 3, second + 2)
    assert [(piece.line, piece.first, piece.last) for piece in pieces] == [(0, True, False), (1, False, True)]
    assert pieces[1].left == 0


def test_boundaries_and_characters_are_found_by_place():
    layout = laid("가나다")
    middle = all_cells(layout)[1]
    assert layout.cell_at(0, (middle.left + middle.right) / 2) == middle
    assert layout.boundary_at(0, middle.left + 1) == 1
    assert layout.boundary_at(0, middle.right - 1) == 2
    assert layout.boundary_at(0, -50) == 0
    assert layout.boundary_at(0, 5000) == 3


def test_a_move_stays_in_the_text():
    layout = laid("가나다")
    assert layout.moved(0, -1) == 0
    assert layout.moved(3, 1) == 3
    assert layout.moved(1, 1) == 2


WORDS = st.sampled_from(
    [
        "이순신은",
        "조선",
        unicodedata.normalize("NFD", "수군을"),
        "שלום",
        "שָׁלוֹם",
        "עולם,",
        "مرحبا",
        "لا",
        "KBS",
        "2026년",
        "(3.5)",
        "😀",
        "👨‍👩‍👧",
        "🇰🇷",
        "e\u0301",
        "נתניהו·서울",
        "\n",
        "\u200f",
        "  ",
    ]
)
MIXED = st.lists(WORDS, min_size=1, max_size=14).flatmap(
    lambda words: st.sampled_from([" ", ""]).map(lambda b: b.join(words))
)


@given(MIXED, st.integers(60, 500))
def test_characters_of_any_direction_fill_their_line_side_by_side(text, width):
    layout = laid(text, width)
    for line in layout.lines:
        places = sorted((cell.left, cell.right) for cell in layout.row(line))
        assert all(left <= right for left, right in places)
        assert all(one[1] == pytest.approx(other[0], abs=0.02) for one, other in itertools.pairwise(places))
        assert places[-1][1] - places[0][0] == pytest.approx(layout.natural_width(line), abs=3), (
            "but for ink that stands out"
        )


@given(MIXED, st.integers(60, 500))
def test_lines_of_any_direction_fit_the_width(text, width):
    layout = laid(text, width)
    for line in layout.lines[:-1]:
        row = layout.row(line)
        assert len(row) == 1 or min(cell.left for cell in row) >= -0.5
        assert len(row) == 1 or max(cell.right for cell in row) <= width + 0.5


@given(MIXED, st.integers(60, 500))
def test_every_character_is_hit_where_it_stands(text, width):
    layout = laid(text, width)
    for cell in all_cells(layout):
        if cell.right - cell.left > 1:
            quarter = (cell.far - cell.near) / 4
            assert layout.cell_at(cell.line, (cell.left + cell.right) / 2) == cell
            assert layout.boundary_at(cell.line, cell.near + quarter) == cell.start
            assert layout.boundary_at(cell.line, cell.far - quarter) == cell.end


@given(MIXED, st.integers(60, 500), st.data())
def test_the_pieces_of_a_range_are_its_characters_and_end_where_it_ends(text, width, data):
    layout = laid(text, width)
    start, end = sorted(data.draw(st.lists(st.sampled_from(layout.boundaries), min_size=2, max_size=2)))
    pieces, cells = layout.pieces(start, end), layout.cells_of(start, end)
    assert sum(piece.right - piece.left for piece in pieces) == pytest.approx(
        sum(cell.right - cell.left for cell in cells), abs=1.0 * len(pieces)
    )
    ends = {(edge.line, edge.x) for edge in layout.edges(start, end)}
    sides = [(p.line, p.left, p.first) for p in pieces] + [(p.line, p.right, p.last) for p in pieces]
    assert all(is_end == ((line, x) in ends) for line, x, is_end in sides)


def test_characters_of_right_to_left_words_are_as_wide_as_their_glyphs():
    metrics = QFontMetricsF(font(SENTENCE_SIZE))
    for text in ("가 שלום 나", "שלום 가나 עולם", "שלום"):
        for cell in all_cells(laid(text)):
            assert cell.right - cell.left == pytest.approx(metrics.horizontalAdvance(text[cell.start]), abs=0.1)


@pytest.mark.parametrize("text", ["가 שלום 나 עולם", "שלום 가나 עולם", "مرحبا لا ab"])
def test_the_ink_of_every_character_is_in_its_cell_and_blanks_have_none(text):
    layout = laid(text)
    ink = ink_of(layout)
    for cell in all_cells(layout):
        inside = {x for x in ink if cell.left + 1.5 <= x <= cell.right - 2.5}
        assert bool(inside) == (text[cell.start] != " ")


def ink_of(layout):
    """The columns of pixels that the first line paints."""
    image = QImage(420, 40, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    painter.setPen(QColor("black"))
    layout.draw(painter, 0, QPointF(0, 5))
    painter.end()
    return {x for x in range(image.width()) for y in range(image.height()) if image.pixelColor(x, y).value() < 160}


def test_a_long_right_to_left_sentence_wraps_and_begins_at_the_right():
    text = "שלום עולם זה משפט ארוך מאוד " * 9
    layout = laid(text)
    assert layout.is_reversed
    assert len(layout.lines) > 4
    for line in layout.lines[:-1]:
        assert max(cell.right for cell in layout.row(line)) == pytest.approx(400, abs=0.5)
        assert min(cell.left for cell in layout.row(line)) >= 0
    starts = [layout.row(line)[0].start for line in layout.lines]
    assert all(start == 0 or text[start - 1] == " " for start in starts)


def test_many_blanks_take_room_and_few_hang_out():
    row = laid("가" + " " * 200 + "나", 100).row(0)
    assert 80 <= max(cell.right for cell in row) <= 100
    layout = laid("가나다라  마바사아", 80)
    assert [layout.row(line)[0].start for line in layout.lines] == [0, 6]


@given(st.text(max_size=40), st.integers(1, 400), st.integers(0, 40), st.integers(0, 40))
def test_characters_of_a_range_are_where_the_whole_line_has_them(text, width, start, end):
    layout = laid(text, width)
    whole = [cell for line in layout.lines for cell in layout.row(line)]
    assert layout.cells_of(start, end) == [
        cell for cell in whole if cell.start < end and cell.end > start and start < end
    ]


@given(st.text(max_size=40), st.integers(0, 400))
def test_a_line_that_is_cut_ends_with_a_whole_character(text, room):
    layout = TextLayout(text, font(SENTENCE_SIZE), 400, part=range(len(text)))
    fitting = [cell.right for cell in layout.row(0) if cell.right <= room]
    assert layout.right_edge_within(room) == max(fitting, default=0)
