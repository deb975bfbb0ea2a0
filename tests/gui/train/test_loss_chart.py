"""The chart of a training."""

import pytest

from gui.look.theme import LIGHT, Look
from gui.train.loss_chart import LossChart


@pytest.fixture
def chart(qtbot):
    chart = LossChart(Look(LIGHT))
    qtbot.addWidget(chart)
    chart.resize(600, 300)
    chart.show()
    return chart


def drawn(chart):
    x, y = chart._loss_line.getOriginalDataset()
    return list(x), list(y)


def test_steps_run_on_over_the_epochs(chart):
    chart.begin(2, 10)
    chart.add_loss(1, 5, 0.8)
    chart.add_loss(1, 10, 0.6)
    chart.add_loss(2, 1, 0.4)
    assert drawn(chart) == ([5, 10, 11], [0.8, 0.6, 0.4])


def test_loss_and_f1_stand_at_the_end_of_their_epoch(chart):
    chart.begin(3, 10)
    chart.end_epoch(1, 0.3, 0.5)
    chart.end_epoch(2, 0.2, 0.75)
    x, y = chart._f1_line.getOriginalDataset()
    assert (list(x), list(y)) == ([10, 20], [0.5, 0.75])
    assert drawn(chart) == ([10, 20], [0.3, 0.2])
    assert chart._f1_text.toPlainText() == "0.7500"


def test_a_long_run_stays_quick_to_draw(chart, monkeypatch):
    monkeypatch.setattr("gui.train.loss_chart._MAX_POINTS", 100)
    chart.begin(1, 1000)
    for step in range(1, 1001):
        chart.add_loss(1, step, 1.0 / step)
    x, _ = drawn(chart)
    assert len(x) <= 101
    assert (x[0], x[-1]) == (1, 1000)


def test_the_loss_axis_grows_and_never_shrinks(chart):
    chart.begin(1, 10)
    chart.add_loss(1, 1, 2.0)
    top = chart._plot.viewRange()[1][1]
    assert top > 2.0
    chart.add_loss(1, 2, 0.1)
    assert chart._plot.viewRange()[1][1] == top
    chart.add_loss(1, 3, 5.0)
    assert chart._plot.viewRange()[1][1] > 5.0


def test_a_new_run_begins_with_an_empty_chart(chart):
    chart.begin(1, 10)
    chart.add_loss(1, 1, 2.0)
    chart.end_epoch(1, 0.3, 0.5)
    chart.begin(2, 10)
    assert chart._loss_line.getOriginalDataset() == (None, None)
    assert not chart._f1_text.isVisible()


def test_small_losses_are_written_as_they_are(chart):
    chart.begin(1, 10)
    chart.add_loss(1, 1, 0.0004)
    assert "x0.001" not in chart._plot.getAxis("left").labelString()
    assert chart._plot.getAxis("left").autoSIPrefixScale == 1.0


def test_a_loss_that_is_reported_until_the_next_is_measured_makes_no_stairs(chart):
    chart.begin(1, 10)
    for step, loss in ((1, 0.8), (2, 0.8), (3, 0.8), (4, 0.5), (5, 0.5)):
        chart.add_loss(1, step, loss)
    assert drawn(chart) == ([1, 4], [0.8, 0.5])


def test_a_run_of_which_only_epochs_are_known_has_no_steps(chart):
    chart.begin(3, None)
    for epoch, loss in ((1, 0.3), (2, 0.2)):
        chart.end_epoch(epoch, loss, 0.5)
    assert drawn(chart) == ([1, 2], [0.3, 0.2])
    x, y = chart._mean_points.getOriginalDataset()
    assert (list(x), list(y)) == ([1, 2], [0.3, 0.2])
    assert not chart._plot.getAxis("bottom").label.isVisible()
    chart.begin(1, 10)
    assert chart._plot.getAxis("bottom").label.isVisible()
