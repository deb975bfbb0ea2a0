import pytest

from core.analysis.paths import path_of


@pytest.mark.parametrize(
    ("steps", "path"),
    [
        ("", None),
        ("1", "right"),
        ("0", "never"),
        ("111", "right"),
        ("011", "learned"),
        ("101", "learned"),
        ("110", "forgotten"),
        ("010", "forgotten"),
        ("000", "never"),
    ],
)
def test_the_path_is_told_by_the_last_epoch_and_those_before(steps, path):
    assert path_of([step == "1" for step in steps]) == path
