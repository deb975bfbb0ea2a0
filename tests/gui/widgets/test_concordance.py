"""The widths of the columns beside the context."""

import pytest

from gui.look.theme import LIGHT, Look
from gui.widgets.concordance import CURRENT, LEFT, RIGHT, STRING, Place, PlaceModel, PlaceTable
from tests.building import example


@pytest.fixture
def table(qtbot):
    table = PlaceTable(PlaceModel(Look(LIGHT)), "Places")
    qtbot.addWidget(table)
    table.resize(900, 300)
    table.show()
    return table


def places(*current):
    """Places of 서울, labelled as each of these says."""
    sentence = example("그는 서울로 갔다.", (3, 5, "LC"))
    return [Place(sentence, 3, 5, "LC", words, "LC") for words in current]


def test_columns_take_what_their_text_needs_and_leave_the_rest_to_the_context(table):
    model = table.model()
    model.show(places("LC"))
    labels, context = table.columnWidth(CURRENT), table.columnWidth(LEFT) + table.columnWidth(RIGHT)
    model.show(places("서울특별시 마포구 LC", "OG"))
    wide = table.columnWidth(CURRENT)
    assert wide > labels
    assert table.columnWidth(LEFT) + table.columnWidth(RIGHT) == context - (wide - labels)
    model.show(places("OG"))
    assert table.columnWidth(CURRENT) == wide, "a correction does not move the columns"
    model.clear()
    model.show(places("LC"))
    assert table.columnWidth(CURRENT) == labels
    model.show(places("서울특별시 마포구 " * 9))
    assert table.columnWidth(CURRENT) < 200, "what is too long is cut off"


def test_a_column_that_a_person_resized_stays(table):
    model = table.model()
    table.setColumnWidth(STRING, 111)
    model.show(places("LC"))
    assert table.columnWidth(STRING) == 111
