"""What may follow a noun in its eojeol."""

import pytest

from core.languages.korean.josa import may_follow_noun


@pytest.mark.parametrize("tail", ["은", "에서", "에서는", "에게까지도", "으로부터의", "이다", "였다", "이라며", "이나"])
def test_particles_and_the_copula_follow_a_noun(tail):
    assert may_follow_noun(tail)


@pytest.mark.parametrize("tail", ["", "시청", "은행", "역에서", "a", "은 "])
def test_other_words_and_nothing_do_not(tail):
    assert not may_follow_noun(tail)
