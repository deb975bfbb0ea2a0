"""A label keeps its colour, its names for people and its key in the real window, whatever it is called."""

import pytest
from PySide6.QtCore import Qt

from core.domain.generators import run_to_end
from gui.corpus.labels_window import LabelsWindow
from gui.look.theme import DARK, LIGHT
from gui.metrics.table_model import markdown_table
from tests.building import project_with_run
from tests.gui.driving import click


@pytest.fixture
def desk(window, tmp_path):
    project_with_run(tmp_path / "p.spandesk").close()
    window.open_project(tmp_path / "p.spandesk")
    window.show_page("corpus")
    click(window.pages["corpus"].labels)
    return window


def rename(window, old, new):
    session = window.context.session
    session.publish(run_to_end(session.project.labels.rename(old, new)))


def colours_of(widget):
    image = widget.grab().toImage()
    return {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}


def row_of(table, label):
    """Where a table of the Corpus page shows a label: its words and its ink."""
    cells = [table.item(row, 0) for row in range(table.rowCount())]
    return next((each.text(), each.foreground().color().name()) for each in cells if each.text().split()[0] == label)


def name_in_metrics(window, qtbot, label):
    """Which row of the Metrics page is a label's, with its names, as seen and as copied."""
    metrics = window.pages["metrics"]
    window.show_page("metrics")

    def names():
        return [
            str(metrics.model.headerData(row, Qt.Orientation.Vertical)).split()
            for row in range(metrics.model.rowCount())
        ]

    qtbot.waitUntil(lambda: label in (name[0] for name in names()))
    assert LIGHT.label("LC").fill in colours_of(metrics.table.verticalHeader())
    row, name = next((row, name) for row, name in enumerate(names()) if name[0] == label)
    return row, name, f"| {' '.join(name)} |" in markdown_table(metrics.model)


def seen(window, qtbot, label):
    """How each part of the window shows a label."""
    corpus, inspect = window.pages["corpus"], window.pages["inspect"]
    window.show_page("inspect")
    inspect.listing.go_to(4)
    detail, filters = inspect.detail, inspect.listing.filters.labels
    chip = detail.chips.chips[label]
    for painted in (detail.canvas, inspect.listing.list.view.viewport()):
        assert LIGHT.label("LC").fill in colours_of(painted)
    window.show_page("corpus")
    return {
        "key": detail.chips.key_of(label),
        "chip": (chip.text(), chip.toolTip(), chip.accessibleName(), chip.styleSheet()),
        "menu": detail.chips.captions[label],
        "filter": filters.itemText(filters.findData(label)),
        "corpus": row_of(corpus.summary, label),
        "labels": row_of(window.findChild(LabelsWindow).table, label),
        "metrics": name_in_metrics(window, qtbot, label),
    }


def test_a_renamed_label_keeps_colour_names_key_and_row_until_undo_and_in_a_window_opened_anew(desk, qtbot, tmp_path):
    before = seen(desk, qtbot, "LC")
    assert before["corpus"] == ("LC  지역 · location", LIGHT.label("LC").ink)
    rename(desk, "LC", "PLACE")
    renamed = seen(desk, qtbot, "PLACE")
    assert str(renamed) == str(before).replace("LC", "PLACE")
    desk.undo.trigger()
    assert seen(desk, qtbot, "LC") == before
    desk.redo.trigger()
    desk.context.session.close()
    assert desk.appearance.look.theme == LIGHT
    desk.open_project(tmp_path / "p.spandesk")
    click(desk.pages["corpus"].labels)
    assert str(seen(desk, qtbot, "PLACE")) == str(before).replace("LC", "PLACE")


def test_a_label_that_takes_a_name_given_up_before_looks_like_none_of_the_others(desk):
    rename(desk, "LC", "PLACE")
    desk.context.session.add_label("LC")
    theme = desk.appearance.look.theme
    assert theme.entity_type("PLACE").korean == "지역"
    assert theme.entity_type("LC").korean == "LC"
    assert theme.label("PLACE") == LIGHT.label("LC")
    assert theme.label("LC") not in (LIGHT.label("LC"), LIGHT.label("PLACE"))
    desk.appearance.choose_theme("dark")
    assert desk.appearance.look.theme.label("PLACE") == DARK.label("LC")
