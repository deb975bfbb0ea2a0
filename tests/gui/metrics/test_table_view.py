"""What heads a table of figures."""

import pytest
from PySide6.QtCore import QSize
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


def test_the_table_is_wide_enough_for_the_whole_epoch_that_is_looked_at(desk):
    view, columns = desk.page.table, desk.page.model.table.columns
    current = [number for number, column in enumerate(columns) if column.is_current]
    assert columns[current[-1] + 1].metric == "support"
    names = view.fitting_width(QSize(0, 10_000))
    needed = names + sum(map(view.columnWidth, current))
    assert view.fitting_width(QSize(needed + 1, 10_000)) == needed, "without the support"
    assert view.fitting_width(QSize(10_000, 10_000)) == names + sum(map(view.columnWidth, range(len(columns))))
