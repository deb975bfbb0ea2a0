"""Labelling every identical string: found, shown in context, checked, and stored as one step."""

import pytest
from PySide6.QtCore import Qt

from core.domain.spans import Sentence, Span
from core.store.project import create_project
from gui.inspect.identical_window import IdenticalWindow
from gui.widgets.concordance import CURRENT, LEFT, RIGHT, STRING
from tests.building import add_sentences

SEOUL = "서울은 큰 도시다."


def cities(folder):
    project = create_project(folder)
    rows = [
        ("dev", Sentence("a", SEOUL, (Span(0, 2, "LC"),))),
        ("dev", Sentence("b", "그는 서울에서 서울로 갔다.", ())),
        ("dev", Sentence("c", "서울시청은 넓다.", (Span(0, 4, "OG"),))),
        ("dev", Sentence("d", "부산은 멀다.", ())),
        ("train", Sentence("e", SEOUL, (Span(0, 2, "OG"),))),
    ]
    add_sentences(project, rows)
    return project


@pytest.fixture
def bench(bench_over, qtbot):
    """The page with the first span of the first sentence selected, and the window asked for by its key."""
    bench = bench_over(cities)
    bench.go_to("a")
    bench.key(Qt.Key.Key_Tab)
    bench.key(Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window_of(bench).said.text().startswith(("2 of 3", "There")))
    return bench


def window_of(bench):
    return bench.page.findChild(IdenticalWindow)


def shown(window):
    model = window.model
    rows = range(model.rowCount())
    return [tuple(model.index(row, column).data() for column in (LEFT, STRING, RIGHT, CURRENT)) for row in rows]


def ok(window):
    return window.buttons.button(window.buttons.StandardButton.Ok)


def test_every_place_is_shown_in_its_context(bench):
    window = window_of(bench)
    assert window.windowTitle() == "Label every “서울” as LC"
    assert shown(window) == [
        ("그는 ", "서울", "에서 서울로 갔다.", "–"),
        ("그는 서울에서 ", "서울", "로 갔다.", "–"),
        ("", "서울", "시청은 넓다.", "서울시청 OG"),
    ]
    assert window.said.text().startswith("2 of 3 places will be labelled, in 1 sentence;")
    assert window.said.text().endswith("1 place has it already.")
    assert ok(window).text() == "Label 2 places"


def test_what_is_ticked_is_labelled_in_one_step(bench):
    ok(window_of(bench)).click()
    assert bench.gold("b") == [(3, 5, "LC"), (8, 10, "LC")]
    assert bench.gold("c") == [(0, 4, "OG")]
    bench.session.undo()
    assert bench.gold("b") == []
    assert not bench.project.corrections.can_undo


def test_a_place_inside_another_span_is_labelled_only_if_ticked(bench):
    window = window_of(bench)
    assert window.model.setData(window.model.index(2, LEFT), None, Qt.ItemDataRole.CheckStateRole)
    ok(window).click()
    assert bench.gold("c") == [(0, 2, "LC")]


def test_all_and_none(bench):
    window = window_of(bench)
    bench.click(window.none)
    assert not ok(window).isEnabled()
    bench.click(window.all)
    assert ok(window).text() == "Label 3 places"


def test_all_splits(bench, qtbot):
    window = window_of(bench)
    bench.click(window.everywhere)
    qtbot.waitUntil(lambda: window.model.rowCount() == 4)
    assert shown(window)[0] == ("", "서울", "은 큰 도시다.", "서울 OG")
    assert window.model.index(0, LEFT).data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Unchecked


def test_cancelling_changes_nothing(bench):
    window_of(bench).buttons.rejected.emit()
    assert bench.project.corrections.count() == 0


def test_nothing_selected_offers_nothing(bench_over):
    bench = bench_over(cities)
    bench.go_to("b")
    assert not bench.page.detail.actions_by_name["identical"].isEnabled()
    bench.key(Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    assert window_of(bench) is None


def test_what_changes_meanwhile_is_not_written_over(bench, qtbot):
    number = bench.project.sentences.by_id("b").number
    bench.session.correct(number, (Span(0, 2, "PS"),))
    qtbot.waitUntil(lambda: not window_of(bench)._query.is_waiting)
    window = window_of(bench)
    window.model.check_all()
    qtbot.mouseClick(ok(window), Qt.MouseButton.LeftButton)
    assert bench.gold("b") == [(0, 2, "PS"), (3, 5, "LC"), (8, 10, "LC")]
