from hypothesis import given
from hypothesis import strategies as st

from gui.text.utf16 import offsets


@given(st.text(alphabet="a가😀𝒳\u1100\u1161 ", max_size=40))
def test_positions_go_to_utf16_and_back(text):
    mapping = offsets(text)
    for position in range(len(text) + 1):
        units = len(text[:position].encode("utf-16-le")) // 2
        assert mapping.to_units(position) == units
        assert mapping.to_code_points(units) == position


def test_inside_a_character_is_its_start():
    assert offsets("a😀b").to_code_points(2) == 1
