"""The tag set of a project: which labels it has, and the places that give them their keys."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.domain.labels import TTA_LABELS
from core.domain.spans import Sentence, Span
from core.store.tag_set import TagSetTable
from tests.building import add_sentences, create_project

NAMES = ("PS", "LC", "WORK", "EVENT")


@pytest.fixture
def project(tmp_path):
    """A project without sentences."""
    with create_project(tmp_path / "p.spandesk") as project:
        yield project


@pytest.fixture
def tag_set(project):
    return TagSetTable(project.database)


def test_at_first_it_has_the_types_of_the_standard_in_their_order(tag_set):
    assert tag_set.labels() == TTA_LABELS
    assert list(tag_set.places().values()) == list(range(15))


def test_a_label_of_a_gold_span_is_in_it_whatever_was_done(project, tag_set):
    tag_set.change({"PS": False})
    assert "PS" not in tag_set.labels()
    add_sentences(project, [("train", Sentence("a", "이순신은", (Span(0, 3, "PS"),)))])
    assert "PS" in tag_set.labels()
    assert tag_set.labels() == TTA_LABELS


def test_a_label_that_replaces_another_has_its_place_and_its_key(tag_set):
    tag_set.change({"LC": False, "PLACE": True})
    assert tag_set.labels() == tuple("PLACE" if label == "LC" else label for label in TTA_LABELS)
    tag_set.change({"PLACE": False, "LC": True})
    assert tag_set.labels() == TTA_LABELS


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(st.tuples(st.sampled_from(NAMES), st.booleans()), max_size=12))
def test_no_two_labels_share_a_place_and_none_moves_where_others_come_and_go(tag_set, changes):
    """The examples follow each other in one project, whatever state the one before has left."""
    for name, is_known in changes:
        before = tag_set.places()
        tag_set.change({name: is_known})
        after = tag_set.places()
        assert set(after) == (set(before) | {name} if is_known else set(before) - {name})
        assert len(set(after.values())) == len(after)
        assert all(after[label] == place for label, place in before.items() if label != name and label in after)
