import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gui.sentence.layout import lay_out, shown
from gui.theme import SENTENCE_SIZE, font

pytestmark = pytest.mark.usefixtures("qapp")

SENTENCE = "이순신은 조선 수군을 이끌고 옥포 앞바다에서 왜군을 물리쳤다."


def laid(text, width=400):
    return lay_out(text, font(SENTENCE_SIZE), width)


@given(st.text(max_size=40), st.integers(1, 400))
@settings(max_examples=150, deadline=None)
def test_cells_cover_any_text_in_order(text, width):
    layout = laid(text, width)
    assert "".join(text[cell.start : cell.end] for cell in layout.cells) == text
    assert [cell.line for cell in layout.cells] == sorted(cell.line for cell in layout.cells)
    assert len(layout.lines) == (layout.cells[-1].line + 1 if layout.cells else 1)


@given(st.text())
def test_what_is_shown_has_the_same_offsets(text):
    visible = shown(text)
    assert len(visible) == len(text)
    assert len(visible.encode("utf-16-le")) == len(text.encode("utf-16-le", "surrogatepass"))
    assert not set(visible) & set("\n\r\t\u2028\u2029\x00")


def test_lines_break_between_eojeols_and_stay_within_the_width():
    layout = laid(SENTENCE, 180)
    starts = [next(cell.start for cell in layout.cells if cell.line == line) for line in range(len(layout.lines))]
    assert len(starts) > 2
    assert all(start == 0 or SENTENCE[start - 1] == " " for start in starts)
    assert max(cell.right for cell in layout.cells) <= 180


def test_an_eojeol_wider_than_a_line_is_broken_inside():
    layout = laid("가" * 40, 100)
    assert len(layout.lines) > 4
    assert max(cell.right for cell in layout.cells) <= 100


def test_decomposed_hangul_is_one_cell_a_syllable():
    text = unicodedata.normalize("NFD", "이순신은")
    layout = laid(text)
    assert [text[cell.start : cell.end] for cell in layout.cells] == [
        unicodedata.normalize("NFD", syllable) for syllable in "이순신은"
    ]


def test_a_family_of_emoji_is_one_cell():
    layout = laid("가👨‍👩‍👧나")
    assert [(cell.start, cell.end) for cell in layout.cells] == [(0, 1), (1, 6), (6, 7)]
    assert layout.moved(1, 1) == 6
    assert layout.moved(6, -1) == 1


def test_a_range_over_two_lines_is_two_pieces():
    layout = laid(SENTENCE, 180)
    second = next(cell.start for cell in layout.cells if cell.line == 1)
    pieces = layout.pieces(second - 3, second + 2)
    assert [(piece.line, piece.first, piece.last) for piece in pieces] == [(0, True, False), (1, False, True)]
    assert pieces[1].left == 0


def test_boundaries_and_characters_are_found_by_place():
    layout = laid("가나다")
    middle = layout.cells[1]
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


def test_characters_of_right_to_left_words_keep_their_places():
    text = "가 שלום 나"
    layout = laid(text)
    pieces = layout.pieces(2, 6)
    assert len(pieces) == 1
    assert pieces[0].right > pieces[0].left
