"""Signals of sentences, and the orders of a list that go by them."""

import itertools

import pytest

from core.domain.spans import Sentence, Span
from core.metrics.signals import Signals
from core.store.predictions import EpochKey
from core.store.project import open_project
from core.store.sentence_selection import ALL_ERRORS, Selection
from core.store.signal_store import ORDERS
from tests.building import add_sentences, add_signals, project_with_run

KEY = EpochKey(1, 1)
OTHER = EpochKey(1, 2)
BY_SIGNAL = ("uncertain", "suspicious", "loss")
MEASURES = {  # uncertainty, loss, suspicion
    "news-3": (0.5, 3.0, 0.25),
    "news-4": (2.0, 1.0, 0.75),
    "talk-1": (1.0, None, 0.5),
    "talk-2": (0.5, 2.0, None),
}


@pytest.fixture
def project(tmp_path):
    with project_with_run(tmp_path / "p.spandesk") as project:
        add_signals(project, KEY, MEASURES)
        yield project


def ids(project, order, key=KEY, gold="corrected", **conditions):
    numbers = project.selections.numbers(Selection(order=order, **conditions), key, gold)
    return [stored.id for stored in project.sentences.by_number(numbers)]


def test_what_is_saved_is_read(project):
    number = project.sentences.by_id("news-3").number
    signals = Signals(1 / 3, None, 2 / 3, (Span(0, 2, "PS"), Span(4, 9, "DT")), (0.123456, None))
    project.signals.save(KEY, {number: signals})
    assert project.signals.of(KEY, [number, 1]) == {number: signals}
    assert project.signals.of(OTHER, [number]) == {}


def test_signals_of_an_epoch_are_there_or_not(project):
    assert project.signals.has_any(KEY, "dev")
    assert not project.signals.has_any(KEY, "train")
    assert not project.signals.has_any(OTHER, "dev")


def test_the_orders(project):
    assert ids(project, "import") == ["news-3", "news-4", "talk-1", "talk-2"]
    assert ids(project, "uncertain") == ["news-4", "talk-1", "news-3", "talk-2"]  # equal ones as imported
    assert ids(project, "suspicious") == ["news-4", "talk-1", "news-3"]
    assert ids(project, "loss") == ["news-3", "talk-2", "news-4"]


def test_an_order_is_that_of_its_epoch(project):
    add_signals(project, OTHER, {"news-3": (0.1, 0.1, 0.1), "talk-2": (0.2, 0.2, 0.2)})
    for order in BY_SIGNAL:
        assert ids(project, order, OTHER) == ["talk-2", "news-3"]
        assert len(ids(project, order)) > 2


@pytest.mark.parametrize("order", ORDERS)
def test_conditions_apply_in_every_order(project, order):
    everywhere = ids(project, order)
    assert ids(project, order, text="talk") == [name for name in everywhere if name.startswith("talk")]
    wrong = set(ids(project, "import", outcomes=ALL_ERRORS, label="OG"))
    assert wrong
    assert ids(project, order, outcomes=ALL_ERRORS, label="OG") == [name for name in everywhere if name in wrong]
    assert ids(project, order, split="test") == (["news-5"] if order in ("import", "random") else [])


@pytest.mark.parametrize("order", BY_SIGNAL)
def test_an_order_by_signals_needs_a_run(project, order):
    assert Selection(order=order).needs_run
    assert ids(project, order, None) == []


def test_a_corrected_sentence_leaves_the_queues_until_it_is_undone(project):
    before = {order: ids(project, order) for order in ORDERS}
    number = project.sentences.by_id("news-4").number
    project.corrections.correct(number, [])
    for order in ("suspicious", "loss"):
        assert ids(project, order) == [name for name in before[order] if name != "news-4"]
        assert ids(project, order, gold="imported") == before[order]
    assert ids(project, "uncertain") == before["uncertain"]
    project.corrections.undo()
    assert {order: ids(project, order) for order in ORDERS} == before


def test_signals_on_a_correction_are_valid_only_for_the_corrected_gold(project):
    project.corrections.correct(project.sentences.by_id("news-4").number, [Span(0, 4, "OG")])
    add_signals(project, KEY, MEASURES)
    for order in ("suspicious", "loss"):
        assert "news-4" in ids(project, order)
        assert "news-4" not in ids(project, order, gold="imported")


def test_epochs_that_never_became_known_leave_no_signals(project):
    add_signals(project, EpochKey(1, 3), MEASURES)
    project.predictions.forget_unfinished(1)
    assert not project.signals.has_any(EpochKey(1, 3), "dev")
    assert project.signals.has_any(KEY, "dev")


def many(count, first=0):
    return [("dev", Sentence(f"many-{number}", f"문장 {number}")) for number in range(first, first + count)]


def test_a_random_order_is_one_and_stays_it(project, tmp_path):
    add_sentences(project, many(300))
    imported, shuffled = ids(project, "import"), ids(project, "random", None)
    assert sorted(shuffled) == sorted(imported)
    assert shuffled != imported
    project.close()
    with open_project(tmp_path / "p.spandesk") as again:
        assert ids(again, "random") == shuffled
        add_sentences(again, many(300, first=300))
        more = ids(again, "random")
    assert [name for name in more if name in set(shuffled)] == shuffled


def test_the_head_of_a_random_order_is_a_fair_sample(project):
    add_sentences(project, many(4_000))
    numbers = project.selections.numbers(Selection(order="random"), None, "corrected")
    middle = sorted(numbers)[len(numbers) // 2]
    later = sum(number >= middle for number in numbers[:1_000])
    assert 430 < later < 570  # 4.5 standard deviations of a draw
    neighbours = sum(abs(a - b) == 1 for a, b in itertools.pairwise(numbers))
    assert neighbours < 20  # 2 are expected
