"""A layout that goes on in a further row."""

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QLabel, QWidget

from gui.widgets.flow import FlowLayout


@pytest.fixture
def panel(qtbot):
    """Two groups, of three widgets and of two, each of them 50 by 20 pixels, with 10 between."""
    panel = QWidget()
    qtbot.addWidget(panel)
    flow = FlowLayout(panel, gap=10, row_gap=10)
    for size in (3, 2):
        labels = [QLabel() for _ in range(size)]
        for label in labels:
            label.setFixedSize(50, 20)
        flow.add_group(*labels)
    return panel


def rows(panel, width):
    panel.resize(width, 200)
    panel.layout().setGeometry(QRect(0, 0, width, 200))
    places = [label.geometry() for label in panel.findChildren(QLabel) if not label.isHidden()]
    assert all(place.right() < width for place in places)
    assert panel.layout().heightForWidth(width) == max(place.bottom() for place in places) + 1
    tops = [place.top() for place in places]
    return [tops.count(top) for top in sorted(set(tops))]


@pytest.mark.parametrize(
    ("width", "expected"), [(290, [5]), (289, [3, 2]), (170, [3, 2]), (169, [2, 1, 2]), (60, [1, 1, 1, 1, 1])]
)
def test_a_group_stays_in_one_row_if_a_row_has_room_for_it(panel, width, expected):
    assert rows(panel, width) == expected


def test_what_is_hidden_takes_no_room(panel):
    panel.findChildren(QLabel)[1].hide()
    assert rows(panel, 230) == [4]
    assert panel.layout().minimumSize().width() == 50
    assert panel.layout().sizeHint().width() == 230
