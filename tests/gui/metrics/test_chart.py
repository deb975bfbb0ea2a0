"""The lines of the chart and the places of their names."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from gui.metrics.chart import LINES_AT_ONCE, ScoreChart
from gui.metrics.lines import Line, f1_lines
from gui.metrics.plot import LABEL_GAP, spread
from gui.theme import LIGHT
from tests.gui.metrics.test_table import ONE, TWO


def test_a_line_a_type_and_micro_last():
    lines = f1_lines([ONE, TWO])
    assert [line.name for line in lines] == ["PS", "LC", "QT", "micro"]
    assert lines[2].epochs == (2,)
    assert lines[3].values == (ONE.report.micro.f1, TWO.report.micro.f1)
    assert f1_lines([]) == ()


def test_the_chart_draws_every_line_and_greys_all_but_one(desk, qtbot):
    qtbot.waitUntil(lambda: desk.page.chart.is_drawn)
    plot = desk.page.chart.plot
    assert plot is not None
    names = set(plot._items)
    assert names == {"PS", "LC", "OG", "DT", "TI", "QT", "micro"}
    widths = {name: items.curve.opts["pen"].widthF() for name, items in plot._items.items()}
    assert max(widths, key=widths.get) == "micro"
    desk.page.chart.emphasise("DT")
    widths = {name: items.curve.opts["pen"].widthF() for name, items in plot._items.items()}
    assert max(widths, key=widths.get) == "DT"
    assert list(plot._items["DT"].curve.getData()[0]) == [1, 2]


def test_the_first_drawing_takes_several_turns_of_the_event_loop(qtbot):
    chart, lines = ScoreChart(LIGHT), tuple(Line(f"L{number}", (1, 2), (0.1, 0.2)) for number in range(10))
    qtbot.addWidget(chart)
    chart.show_lines(lines)
    sizes = []
    chart._first_drawing.timeout.connect(lambda: sizes.append(len(chart.plot._items)))
    with qtbot.waitExposed(chart):
        chart.show()
    qtbot.waitUntil(lambda: chart.is_drawn)
    assert sizes == [0, LINES_AT_ONCE, 2 * LINES_AT_ONCE, len(lines)]
    chart.show_lines(lines[:3])
    assert set(chart.plot._items) == {"L0", "L1", "L2"}


def test_names_keep_apart_and_in_order():
    assert spread([50, 50, 50], 10, 0, 100) == [40, 50, 60]
    assert spread([100, 99], 10, 0, 100) == [100, 90]
    assert spread([0, 0, 90], 10, 0, 100) == [0, 10, 90]
    assert spread([5], 10, 0, 100) == [5]
    assert spread([], 10, 0, 100) == []


@given(st.lists(st.floats(0, 300), max_size=20))
def test_names_never_overlap_nor_leave_the_chart(wanted):
    placed = spread(wanted, LABEL_GAP, 0, 300)
    assert all(-1e-6 <= place <= 300 + 1e-6 for place in placed)
    assert all(high - low >= LABEL_GAP - 1e-6 for low, high in itertools.pairwise(sorted(placed)))
    order = sorted(range(len(wanted)), key=lambda index: placed[index])
    assert [wanted[index] for index in order] == sorted(wanted)
