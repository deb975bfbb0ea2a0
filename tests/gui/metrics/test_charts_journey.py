"""The charts in the real window: from a part of a bar, a bar or a dot to its sentences in Inspect."""

from PySide6.QtTest import QTest

from core.analysis.calibration import find_bin
from core.metrics.comparison import OUTCOMES
from core.store.predictions import EpochKey
from tests.building import project_with_run
from tests.gui.driving import LEFT, NONE, click

LAST = EpochKey(1, 2)


def test_every_chart_leads_to_its_sentences(window, qtbot, tmp_path):
    project_with_run(tmp_path / "p.spandesk").close()
    window.open_project(tmp_path / "p.spandesk")
    assert _ids_behind_a_wrong_edge(window) == ["talk-1"]
    assert _ids_behind_a_bar(window, qtbot, 0.35, is_right=False) == ["talk-2"]
    assert _ids_behind_a_dot(window, 0.95) == ["talk-1"]
    assert window.context.session.project.problems() == []


def _ids_behind_a_wrong_edge(window):
    click(window.rail.button("metrics"))
    page = window.pages["metrics"]
    click(page.head.errors)
    click(page.errors.kinds.as_bars)
    bars, names = page.errors.kinds.bars, [row.name for row in page.errors.kinds.model.table.rows]
    place = (names.index("TI"), OUTCOMES.index("edge"))
    return _opened(window, bars, next(part for part in bars.segments if (part.row, part.column) == place))


def _ids_behind_a_bar(window, qtbot, probability, *, is_right):
    click(window.rail.button("metrics"))
    page = window.pages["metrics"]
    click(page.head.calibration)
    chart = page.calibration.histogram
    qtbot.waitUntil(lambda: bool(chart.segments))
    place = (int(not is_right), find_bin(probability))
    return _opened(window, chart, next(part for part in chart.segments if (part.row, part.column) == place))


def _ids_behind_a_dot(window, probability):
    click(window.rail.button("metrics"))
    chart = window.pages["metrics"].calibration.reliability
    return _opened(window, chart, next(part for part in chart.segments if part.column == find_bin(probability)))


def _opened(window, chart, part):
    """Click a part; returns the ids that Inspect then lists, which are those of the store."""
    QTest.mouseClick(chart, LEFT, NONE, part.rect.center().toPoint())
    inspect, project = window.pages["inspect"], window.context.session.project
    assert window.stack.currentWidget() is inspect
    assert list(inspect.model.numbers) == project.selections.numbers(part.link.selection, LAST, "corrected")
    return [stored.id for stored in project.sentences.by_number(list(inspect.model.numbers))]
