import pytest

from core.messages.words import counted


@pytest.mark.parametrize(("number", "words"), [(0, "0 spans"), (1, "1 span"), (2, "2 spans"), (1964, "1,964 spans")])
def test_one_is_singular_and_thousands_are_set_apart(number, words):
    assert counted(number, "span") == words
