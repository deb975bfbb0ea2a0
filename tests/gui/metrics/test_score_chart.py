"""The lines of the chart and the places of their names."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QFont, QFontMetricsF

from gui.look.palette import mixed
from gui.look.theme import LIGHT, LIST_SIZE, SMALL_SIZE, TAG_SIZE, Look, font, scaled
from gui.metrics.charts import LABEL_GAP, ScoreChart, spread_labels
from gui.metrics.epoch_figures import MICRO, ScoreLine, build_f1_lines
from gui.widgets.segment_chart import TEXT_HEIGHT
from tests.gui.metrics.test_scores_view import ONE, TWO


def test_a_line_a_type_and_micro_last():
    lines = build_f1_lines([ONE, TWO])
    assert [line.name for line in lines] == ["PS", "LC", "QT", "micro"]
    assert lines[2].epochs == (2,)
    assert lines[3].values == (ONE.report.micro.f1, TWO.report.micro.f1)
    assert build_f1_lines([]) == ()


@pytest.fixture
def chart(qtbot):
    """A chart with two types and micro, apart from each other."""
    chart = ScoreChart(Look(LIGHT))
    qtbot.addWidget(chart)
    chart.resize(500, 400)
    chart.setStyleSheet(f"background: {LIGHT.surface}")
    chart.show_lines(
        tuple(ScoreLine(name, (1, 2), (low, low + 0.1)) for name, low in (("PS", 0.1), (MICRO, 0.4), ("LC", 0.7)))
    )
    with qtbot.waitExposed(chart):
        chart.show()
    return chart


def inks(chart):
    """The colour of each line at its last score."""
    image = chart.grab().toImage()
    return {
        line.name: image.pixelColor(chart.place_of(line.epochs[-1], line.values[-1]).toPoint()).name()
        for line in chart._lines
    }


def test_every_line_has_its_ink_until_one_stands_out_and_the_others_are_grey(chart):
    own = {"PS": LIGHT.label("PS").ink, MICRO: LIGHT.text, "LC": LIGHT.label("LC").ink}
    assert inks(chart) == own
    chart.emphasise("LC")
    grey = mixed(LIGHT.muted, LIGHT.surface, 0.28)
    assert inks(chart) == own | {"PS": grey, MICRO: grey}
    chart.emphasise("macro")
    assert inks(chart) == own, "what has no line leaves all as they are"


def test_a_higher_score_is_further_up_and_a_later_epoch_further_right(chart):
    first, later, higher = chart.place_of(1, 0.2), chart.place_of(2, 0.2), chart.place_of(1, 0.9)
    assert later.x() > first.x()
    assert higher.y() < first.y()


def test_without_figures_the_chart_is_blank(chart):
    chart.show_lines(())
    assert chart.grab().toImage().pixelColor(250, 250).name() == LIGHT.surface


def test_names_keep_apart_and_in_order():
    assert spread_labels([50, 50, 50], 10, 0, 100) == [40, 50, 60]
    assert spread_labels([100, 99], 10, 0, 100) == [100, 90]
    assert spread_labels([0, 0, 90], 10, 0, 100) == [0, 10, 90]
    assert spread_labels([5], 10, 0, 100) == [5]
    assert spread_labels([], 10, 0, 100) == []


@given(st.lists(st.floats(0, 300), max_size=20))
def test_names_never_overlap_nor_leave_the_chart(wanted):
    placed = spread_labels(wanted, LABEL_GAP, 0, 300)
    assert all(-1e-6 <= place <= 300 + 1e-6 for place in placed)
    assert all(high - low >= LABEL_GAP - 1e-6 for low, high in itertools.pairwise(sorted(placed)))
    order = sorted(range(len(wanted)), key=lambda index: placed[index])
    assert [wanted[index] for index in order] == sorted(wanted)


def test_from_some_height_on_every_line_has_its_name(chart):
    labels = ["PS", "LC", "OG", "AF", "DT", "TI", "QT", "CV", "AM", "PT", "MT", "FD", "TR", "EV", "TM"]
    chart.show_lines(tuple(ScoreLine(label, (1, 2), (at / 20, at / 20)) for at, label in enumerate(labels)))

    def colours_of_names():
        image, left = chart.grab().toImage(), round(chart.place_of(2, 0).x()) + 16
        places = itertools.product(range(left, chart.width()), range(chart.height()))
        return {image.pixelColor(x, y).name() for x, y in places}

    inks = {LIGHT.label(label).ink for label in labels}
    chart.resize(320, chart.height_for_names)
    assert len(inks & colours_of_names()) > len(labels) // 2, "thin letters do not fill a pixel with their ink"
    chart.resize(320, chart.height_for_names - 40)
    assert not inks & colours_of_names()


@pytest.fixture
def large_text(qapp):
    """Text of 26 pixels instead of 13."""
    usual = qapp.font()
    large = QFont(usual)
    large.setPixelSize(2 * LIST_SIZE)
    qapp.setFont(large)
    yield
    qapp.setFont(usual)


def test_what_axes_say_has_the_room_that_the_desktops_text_needs(large_text, chart):
    metrics = QFontMetricsF(font(TAG_SIZE, tabular=True))
    assert scaled(TEXT_HEIGHT) >= metrics.height()
    assert chart._plot.left() > metrics.horizontalAdvance("0.0")
    assert chart.height() - chart._plot.bottom() >= 10 + scaled(TEXT_HEIGHT)
    names = QFontMetricsF(font(SMALL_SIZE, bold=True)).horizontalAdvance("micro")
    assert chart.place_of(2, 0).x() + names < chart.width()
