from hypothesis import given
from hypothesis import strategies as st

from gui.inspect.list_pane import ErrorIndex

NUMBERS = st.integers(1, 30)


@given(st.sets(NUMBERS), st.lists(st.tuples(NUMBERS, st.booleans())), NUMBERS, st.sets(NUMBERS))
def test_it_follows_every_change_and_finds_the_listed_neighbours(start, changes, here, listed):
    index, expected = ErrorIndex(sorted(start)), set(start)
    for number, has_error in changes:
        index.set_has_error(number, has_error)
        expected = expected | {number} if has_error else expected - {number}
    assert len(index) == len(expected)
    found = expected & listed
    is_listed = listed.__contains__
    assert index.following(here, 1, is_listed) == min((n for n in found if n > here), default=None)
    assert index.following(here, -1, is_listed) == max((n for n in found if n < here), default=None)
    assert {number for number in range(1, 31) if number in index} == expected
