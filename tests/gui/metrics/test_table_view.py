"""What heads a table of figures."""

import pytest
from PySide6.QtWidgets import QApplication

from gui.look.theme import LIGHT, Look
from gui.metrics.table_model import MetricModel
from gui.metrics.table_painting import MetricDelegate
from gui.metrics.table_view import TitledTable

CAPTION = "A line about the table that is long enough to need several lines where the table is narrow."


@pytest.fixture
def table(qtbot):
    table = TitledTable("Errors", CAPTION, MetricDelegate(MetricModel(), Look(LIGHT)), names="korean")
    qtbot.addWidget(table)
    table.resize(240, 600)
    table.show()
    return table


def test_the_line_on_how_to_read_it_is_whole_or_in_the_tooltip_of_the_heading(table):
    assert table.caption.isVisible()
    assert table.title.toolTip() == ""
    table.resize(240, table.least_height(240) - 1)
    assert not table.caption.isVisible()
    assert table.title.toolTip().replace("\n", " ") == CAPTION
    table.describe("Short.")
    assert table.caption.isVisible(), "it takes fewer lines"
    table.describe(CAPTION)
    table.resize(240, table.least_height(240))
    QApplication.processEvents()
    assert table.caption.height() >= table.caption.heightForWidth(table.caption.width())
