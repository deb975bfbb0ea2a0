"""The probabilities in the table under the sentence: of the predicted span and of the gold one."""

import pytest
from PySide6.QtCore import Qt

from core.domain.spans import Span
from core.metrics.signals import Signals
from core.store.predictions import EpochKey
from tests.building import project_with_run

_PROBABILITY = 3
DATE = Span(4, 9, "DT")


def build(folder):
    """The first epoch's signals of news-3 (wrong edge .61, DT missed) and talk-1 (TI missed, OG spurious .31)."""
    project = project_with_run(folder)
    for name, shares in (("news-3", (0.07, 0.8)), ("talk-1", (0.91, None))):
        stored = project.sentences.by_id(name)
        signals = {stored.number: Signals(1.0, 2.0, 0.6, stored.gold, shares)}
        project.signals.save(EpochKey(1, 1), signals)
    return project


@pytest.fixture
def bench(bench_over):
    bench = bench_over(build)
    bench.session.set_context(epoch=1)
    return bench


def cells(bench, role=Qt.ItemDataRole.DisplayRole):
    rows = bench.page.detail.table.rows
    return [rows.data(rows.index(row, _PROBABILITY), role) for row in range(rows.rowCount())]


def test_both_where_both_are_known_and_the_golds_alone_where_it_was_missed(bench):
    bench.go_to("news-3")
    assert cells(bench) == [".61 / .07", ".80"]
    tips = cells(bench, Qt.ItemDataRole.ToolTipRole)
    assert "predicted span 0.6100, gold span 0.0700" in tips[0]
    assert tips[1].endswith(": gold span 0.8000")


def test_one_where_the_two_agree_and_none_where_none_is_known(bench):
    bench.go_to("talk-1")
    assert cells(bench) == [".91", "", ".31"]
    assert "not known" in cells(bench, Qt.ItemDataRole.ToolTipRole)[1]
    bench.go_to("news-4")  # without signals
    assert cells(bench) == [".55", ".97"]


def test_a_correction_leaves_the_probabilities_of_the_spans_that_stay(bench):
    stored = bench.project.sentences.by_id("news-3")
    bench.go_to("news-3")
    bench.session.correct(stored.number, [Span(0, 1, "OG"), DATE])
    assert cells(bench) == [".61", ".80"]
    bench.session.undo()
    assert cells(bench) == [".61 / .07", ".80"]
