"""Labels: which names are valid, what fine labels are coarsened to, and in which order all are shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.errors import UserError
from core.domain.labels import (
    TTA_LABELS,
    FirstNames,
    check_label_name,
    coarse_label,
    entity_type,
    in_display_order,
)


@pytest.mark.parametrize("name", ["PS", "제품", "a-b_c.1", "사람 이름", "기관/단체", "<b>", "B:PS", "x" * 64])
def test_any_printable_name_is_valid(name):
    assert check_label_name(name) == name


@pytest.mark.parametrize("name", ["", "x" * 65, " a", "a ", "PS\n", "a\tb", "\u202ea", "\ud83d"])
def test_other_names_are_refused_in_one_sentence(name):
    with pytest.raises(UserError, match="is not a valid label; use at most 64 printable characters, without outer"):
        check_label_name(name)


@pytest.mark.parametrize(
    ("label", "coarse"),
    [
        ("OGG_ECONOMY", "OG"),
        ("PS_NAME", "PS"),
        ("LCP_CITY", "LC"),
        ("TMIG_GENRE", "TM"),
        ("XX_NAME", "XX_NAME"),  # looks like a fine label, of a type that the standard does not have
        ("PS_", "PS_"),
        ("PSABC_X", "PSABC_X"),
        ("ps_name", "ps_name"),
        ("PERSON", "PERSON"),
    ],
)
def test_a_fine_label_of_the_standard_has_its_coarse_type_and_others_stay(label, coarse):
    assert coarse_label(label) == coarse


@given(st.permutations(["PS", "LC", "OG", "제품", "B", "a"]), st.sets(st.sampled_from(["제품", "a", "OG"])))
def test_the_order_is_that_of_the_tag_set_then_the_standard_then_names(labels, tag_set):
    ordered_set = sorted(tag_set)
    shown = in_display_order(labels, ordered_set)
    rest = [label for label in TTA_LABELS if label in labels and label not in tag_set]
    others = sorted(label for label in labels if label not in TTA_LABELS and label not in tag_set)
    assert shown == (*ordered_set, *rest, *others)


def test_a_renamed_label_keeps_the_korean_and_english_name_of_its_first_one():
    names = FirstNames((("PERSON", "PS"),))
    assert names.entity_type("PERSON") == type(entity_type("PS"))("PERSON", "인물", "person")
    assert names.entity_type("LC") == entity_type("LC")
    assert (entity_type("제품").korean, entity_type("제품").english) == ("제품", "제품")
