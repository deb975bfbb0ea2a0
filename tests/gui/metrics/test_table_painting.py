import pytest

from gui.metrics.table_painting import format_change


@pytest.mark.parametrize(
    ("change", "words"), [(0.0, "="), (0.0525, ".052"), (-0.3, ".300"), (0.999, ".999"), (1.0, "1.00"), (-1.0, "1.00")]
)
def test_a_change_is_four_characters_at_most(change, words):
    assert format_change(change) == words
