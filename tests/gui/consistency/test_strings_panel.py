"""Inconsistent strings in the real window: searched for, looked at in context, corrected at once, undone at once."""

import threading

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from core.domain.spans import Sentence, Span
from core.store.project import create_project, open_project
from gui.widgets.concordance import CURRENT, LEFT, PROPOSED, RIGHT, SENTENCE, STRING
from tests.building import add_sentences
from tests.gui.driving import LEFT as LEFT_BUTTON
from tests.gui.driving import NONE, click, compose, wait_for_job
from tests.gui.reading import clipped_below


def cities(folder):
    project = create_project(folder)
    lc = [("train", Sentence(f"t-{n}", f"서울은 {n}번째다.", (Span(0, 2, "LC"),))) for n in range(6)]
    rows = [
        ("dev", Sentence("d-1", "서울이 졌다.", (Span(0, 2, "OG"),))),
        ("dev", Sentence("d-2", "그는 서울에서 서울로 갔다.", (Span(3, 5, "LC"),))),
        ("test", Sentence("x-1", "서울 시청은 넓다.", (Span(0, 5, "LC"),))),
        ("train", Sentence("p-1", "부산은 멀다.", (Span(0, 2, "LC"),))),
        ("train", Sentence("p-2", "부산은 크다.", ())),
        ("train", Sentence("q-1", "대구는 덥다.", (Span(0, 2, "LC"),))),
    ]
    add_sentences(project, [*lc, *rows])
    return project


@pytest.fixture
def page(window, qtbot, tmp_path):
    cities(tmp_path / "p.spandesk").close()
    window.open_project(tmp_path / "p.spandesk")
    click(window.rail.button("consistency"))
    page = window.pages["consistency"].strings
    click(page.empty.button)
    wait_for_job(qtbot, window.context.runner)
    wait_for_places(qtbot, page)
    return page


def wait_for_places(qtbot, page):
    qtbot.waitUntil(lambda: not page._query.is_waiting)


def strings(page):
    rows = range(page.model.rowCount())
    return [tuple(page.model.index(row, column).data() for column in range(3)) for row in rows]


def places(page):
    model = page.places.model
    rows = range(model.rowCount())
    return [tuple(model.index(row, column).data() for column in (SENTENCE, LEFT, CURRENT, PROPOSED)) for row in rows]


def number_of(window, name):
    return window.context.session.project.sentences.by_id(name).number


def _endless(project):
    pause = threading.Event()
    while True:
        pause.wait(0.01)
        yield


def checked(page):
    return [page.places.model.places[row].sentence.id for row in page.places.model.checked_rows]


def gold(window, name):
    return [(s.start, s.end, s.label) for s in window.context.session.project.sentences.by_id(name).gold]


def choose(qtbot, page, row):
    index = page.model.index(row, 0)
    QTest.mouseClick(page.table.viewport(), LEFT_BUTTON, NONE, page.table.visualRect(index).center())
    wait_for_places(qtbot, page)


def test_it_offers_to_search_and_lists_what_it_finds(page):
    assert strings(page) == [
        ("서울", "LC 7 · OG 1 · other edges 1 · no label 1", "3 of 10"),
        ("부산", "LC 1 · no label 1", "1 of 2"),
    ]
    assert page.count.text() == "2 strings."
    assert "Searched at" in page.age.text()


def context_width(page):
    return page.places.table.columnWidth(LEFT) + page.places.table.columnWidth(RIGHT)


def test_in_a_narrow_window_the_places_are_below_the_strings_and_have_room_for_context(page, window):
    assert not page.splitter.is_stacked
    window.resize(960, 600)
    QApplication.processEvents()
    assert (window.width(), window.height()) == (960, 600)
    assert page.splitter.is_stacked
    assert context_width(page) > 400
    for table, rows in ((page.table, 3), (page.places.table, 4)):
        assert table.viewport().height() >= rows * table.rowHeight(0)
    assert not [text for _, text in clipped_below(page)]
    window.resize(1280, 720)
    QApplication.processEvents()
    assert not page.splitter.is_stacked


def test_the_places_that_differ_come_first_and_none_is_ticked_beforehand(page):
    assert places(page)[:4] == [
        ("d-1", "", "OG", "LC"),
        ("d-2", "그는 서울에서 ", "no label", "LC"),
        ("x-1", "", "서울 시청 LC", "LC"),
        ("t-0", "", "LC", "–"),
    ]
    assert checked(page) == []
    assert page.places.apply.text() == "Change 0 places"
    assert not page.places.apply.isEnabled()
    assert page.places.said.text() == "3 places differ."
    page.places.target.setCurrentIndex(page.places.target.findData("OG"))
    assert checked(page) == []
    click(page.places.all)
    assert page.places.said.text() == "9 of 10 places checked, in 8 sentences; overlapping spans are replaced."


def test_the_chosen_places_are_corrected_in_one_step_and_the_strings_stay_where_they_are(page, window, qtbot):
    page.places.model.check([0, 1])
    assert page.places.apply.text() == "Change 2 places"
    click(page.places.apply)
    wait_for_places(qtbot, page)
    assert gold(window, "d-1") == [(0, 2, "LC")]
    assert gold(window, "d-2") == [(3, 5, "LC"), (8, 10, "LC")]
    assert gold(window, "x-1") == [(0, 5, "LC")]
    assert strings(page)[0] == ("서울", "LC 9 · other edges 1", "1 of 10")
    assert "2 corrections since then are counted" in page.age.text()
    window.undo.trigger()
    wait_for_places(qtbot, page)
    assert gold(window, "d-1") == [(0, 2, "OG")]
    assert strings(page)[0] == ("서울", "LC 7 · OG 1 · other edges 1 · no label 1", "3 of 10")
    assert not window.context.session.project.corrections.can_undo
    assert window.context.session.project.problems() == []


def test_a_string_that_is_consistent_by_now_is_not_counted_among_the_inconsistent(page, window, qtbot):
    assert page.count.text() == "2 strings."
    row = [each[0] for each in strings(page)].index("부산")
    choose(qtbot, page, row)
    page.places.model.check_all()
    click(page.places.apply)
    wait_for_places(qtbot, page)
    assert strings(page)[row][2] == "✓"
    assert page.count.text() == "1 string. 1 more is settled."


def test_places_show_what_was_corrected_though_the_counts_are_outdated(page, window, qtbot):
    new = Sentence("s-1", "서울이 좋다.", (Span(0, 2, "OG"),))
    window.context.session.add_sentences("train", [new], "scratch")
    wait_for_places(qtbot, page)
    assert "search again" in page.age.text()
    assert ("s-1", "", "OG", "LC") in places(page)
    page.places.model.check(row for row, each in enumerate(places(page)) if each[0] in ("d-1", "s-1"))
    click(page.places.apply)
    wait_for_places(qtbot, page)
    assert gold(window, "s-1") == gold(window, "d-1") == [(0, 2, "LC")]
    choose(qtbot, page, 0)
    assert ("d-1", "", "LC", "–") in places(page)
    assert page.places.apply.text() == "Change 0 places"
    assert page.places.said.text() == "2 places differ."


def test_a_search_hands_the_keys_to_the_list(page):
    assert page.window().focusWidget() is page.table


def test_no_label_takes_spans_away_and_a_string_that_agrees_is_ticked_off(page, window, qtbot):
    row = [each[0] for each in strings(page)].index("부산")
    choose(qtbot, page, row)
    assert page.places.title.text() == "부산"
    page.places.target.setCurrentIndex(page.places.target.findText("no label"))
    page.places.model.check_all()
    assert checked(page) == ["p-1"]
    click(page.places.apply)
    wait_for_places(qtbot, page)
    assert gold(window, "p-1") == []
    assert strings(page)[row] == ("부산", "no label 2", "✓")
    assert page.places.said.text() == "Nothing to change."
    page.filters.changed.emit()
    assert "부산" not in [each[0] for each in strings(page)]


def test_another_edge_is_corrected_where_it_is_ticked(page, window, qtbot):
    model = page.places.model
    model.check([])
    page.places.table.setFocus()
    page.places.table.go_to(2)
    QTest.keyClick(page.places.table, Qt.Key.Key_Space)
    assert checked(page) == ["x-1"]
    click(page.places.apply)
    assert gold(window, "x-1") == [(0, 2, "LC")]


def test_a_click_on_an_id_opens_the_sentence(page, window):
    table = page.places.table
    index = page.places.model.index(0, SENTENCE)
    QTest.mouseClick(table.viewport(), LEFT_BUTTON, NONE, table.visualRect(index).center())
    inspect = window.pages["inspect"]
    assert window.stack.currentWidget() is inspect
    assert inspect.detail.position.text().endswith("d-1")


def test_filters(page, qtbot):
    with qtbot.waitSignal(page.filters.changed):
        page.filters.text.setText("부")
    assert [row[0] for row in strings(page)] == ["부산"]
    page.filters.text.clear()
    page.filters.kind.setCurrentIndex(page.filters.kind.findData("labels"))
    assert [row[0] for row in strings(page)] == ["서울"]
    assert page.count.text() == "1 of 2 strings."
    page.filters.kind.setCurrentIndex(0)
    page.filters.label.setCurrentIndex(page.filters.label.findData("OG"))
    assert [row[0] for row in strings(page)] == ["서울"]
    page.filters.label.setCurrentIndex(0)
    page.filters.split.setCurrentIndex(page.filters.split.findData("test"))
    assert [row[0] for row in strings(page)] == ["서울"]
    with qtbot.waitSignal(page.filters.changed):
        page.filters.text.setText("nothing")
    assert not page.places.isVisible()


def test_the_filter_waits_for_the_last_key(page, qtbot):
    asked = []
    page.filters.changed.connect(lambda: asked.append(page.filters.filter.text))
    with qtbot.waitSignal(page.filters.changed):
        QTest.keyClicks(page.filters.text, "busan")
    QTest.keyClicks(page.filters.text, "2")
    QTest.keyClick(page.filters.text, Qt.Key.Key_Return)
    assert asked == ["busan", "busan2"]


def sorted_by(page, column):
    """The ids, once the header of a column is clicked."""
    header = page.places.table.horizontalHeader()
    at = header.sectionViewportPosition(column) + header.sectionSize(column) // 2
    QTest.mouseClick(header.viewport(), LEFT_BUTTON, NONE, QPoint(at, header.height() // 2))
    return [each[0] for each in places(page)]


def test_the_concordance_is_sorted_by_context_and_label_and_keeps_its_ticks(page):
    unsorted = [each[0] for each in places(page)]
    page.places.model.check([1])
    assert checked(page) == ["d-2"]
    contexts = [page.places.model.places[row] for row in range(10)]
    by_right = sorted(contexts, key=lambda place: place.sentence.text[place.end :])
    assert sorted_by(page, RIGHT) == [place.sentence.id for place in by_right]
    assert checked(page) == ["d-2"]
    assert sorted_by(page, LEFT)[-2:] == ["d-2", "d-2"]
    left = [row[1] for row in places(page)][-2:]
    assert left == ["그는 ", "그는 서울에서 "], "from the match backwards: 는 before 서"
    assert sorted_by(page, CURRENT)[-2:] == ["d-1", "x-1"]
    assert sorted_by(page, CURRENT)[:2] == ["x-1", "d-1"]
    assert sorted_by(page, CURRENT) == unsorted, "the third click"
    assert checked(page) == ["d-2"]


def test_places_that_are_right_as_they_are_are_not_counted_against_the_string(page, window, qtbot):
    page.places.model.check([0, 1])
    assert page.places.accept.text() == "Accept 2 places as right"
    click(page.places.accept)
    wait_for_places(qtbot, page)
    session = window.context.session
    accepted = session.project.dismissals.places()
    assert {place.sentence for place in accepted} == {number_of(window, "d-1"), number_of(window, "d-2")}
    assert strings(page)[0] == ("서울", "LC 7 · other edges 1", "1 of 8")
    assert [row[0] for row in places(page)][-2:] == ["d-1", "d-2"]
    assert places(page)[-1][3] == "right as it is"
    assert not window.context.session.project.corrections.count()
    click(page.places.all)
    assert checked(page) == ["x-1"], "they are not checked with the others"
    page.places.model.check([8, 9])
    assert page.places.accept.text() == "Ask about 2 places again"
    click(page.again)
    wait_for_job(qtbot, window.context.runner)
    wait_for_places(qtbot, page)
    assert strings(page)[0] == ("서울", "LC 7 · other edges 1", "1 of 8")
    assert window.undo.text() == "Undo: Accept the labelling of 2 × 서울"
    window.undo.trigger()
    wait_for_places(qtbot, page)
    assert strings(page)[0] == ("서울", "LC 7 · OG 1 · other edges 1 · no label 1", "3 of 10")
    assert session.project.dismissals.places() == set()


def test_a_string_that_is_right_as_it_is_is_listed_for_itself(page, window, qtbot):
    page.table.setFocus()
    QTest.keyClick(page.table, Qt.Key.Key_Delete)
    wait_for_places(qtbot, page)
    assert strings(page)[0][2] == "✓"
    assert page.places.title.text() == "부산"
    assert page.count.text() == "1 string. 1 more is settled."
    click(page.again)
    wait_for_job(qtbot, window.context.runner)
    wait_for_places(qtbot, page)
    assert [row[0] for row in strings(page)] == ["부산"]
    page.filters.kind.setCurrentIndex(page.filters.kind.findData("accepted"))
    wait_for_places(qtbot, page)
    assert [row[0] for row in strings(page)] == ["서울"]
    assert page.places.ways.text().endswith("right as it is")
    click(page.places.accept_string)
    wait_for_places(qtbot, page)
    assert window.context.session.project.dismissals.strings("string") == set()
    page.filters.kind.setCurrentIndex(0)
    assert [row[0] for row in strings(page)] == ["서울", "부산"]
    window.undo.trigger()
    assert window.context.session.project.dismissals.strings("string") == {"서울"}


def test_what_was_found_is_there_again_when_the_project_is_opened_again(page, window, qtbot, tmp_path):
    session = window.context.session
    session.correct(number_of(window, "p-2"), (Span(0, 2, "LC"),))
    before, age = strings(page), page.age.text()
    session.close_project()
    assert page.model.rowCount() == 0
    window.open_project(tmp_path / "p.spandesk")
    click(window.rail.button("consistency"))
    wait_for_places(qtbot, page)
    assert page.age.text() == age
    assert "1 correction since then is counted" in age
    assert [row[0] for row in strings(page)] == ["서울"]
    assert before[0] == strings(page)[0]
    session.correct(number_of(window, "d-1"), (Span(0, 2, "LC"),))
    assert strings(page)[0] == ("서울", "LC 8 · other edges 1 · no label 1", "2 of 10")


def test_what_was_found_is_outdated_where_the_corpus_changed_meanwhile(page, window, qtbot, tmp_path):
    window.context.session.close_project()
    with open_project(tmp_path / "p.spandesk") as project:
        project.corrections.correct(project.sentences.by_id("d-1").number, [])
    window.open_project(tmp_path / "p.spandesk")
    assert len(strings(page)) == 2
    assert "the corpus has changed since, so search again" in page.age.text()
    window.context.session.close_project()
    cities(tmp_path / "other.spandesk").close()
    window.open_project(tmp_path / "other.spandesk")
    click(window.rail.button("consistency"))
    assert page.empty.isVisible(), "it was found in another project"


def test_a_change_that_cannot_be_counted_asks_for_another_search(page, window, qtbot):
    session = window.context.session
    session.publish(session.project.labels.add("NEW"))
    assert "search again" in page.age.text()
    click(page.again)
    wait_for_job(qtbot, window.context.runner)
    assert "search again" not in page.age.text()
    assert page.places.target.findText("NEW") >= 0


def test_a_search_that_is_stopped_leaves_what_was_found(page, window, qtbot):
    before = strings(page)
    click(page.again)
    window.context.runner.job.cancel()
    wait_for_job(qtbot, window.context.runner)
    assert strings(page) == before
    assert page.again.isEnabled()


def test_string_is_drawn_in_the_ink_of_its_label(page, window):
    index = page.places.model.index(0, STRING)
    assert index.data(Qt.ItemDataRole.ForegroundRole).name() == window.context.look.theme.label("OG").ink


def test_without_sentences_it_leads_to_the_corpus(window, tmp_path):
    create_project(tmp_path / "empty.spandesk").close()
    window.open_project(tmp_path / "empty.spandesk")
    click(window.rail.button("consistency"))
    page = window.pages["consistency"]
    click(page.empty.button)
    assert window.stack.currentWidget() is window.pages["corpus"]


def change_labels(window, qtbot, work):
    window.context.session.change_many("Changing labels", lambda: work)
    wait_for_job(qtbot, window.context.runner)


def test_what_changed_in_too_many_ways_to_be_counted_is_not_written_over(page, window, qtbot):
    labels = window.context.session.project.labels
    click(page.again)
    wait_for_job(qtbot, window.context.runner)
    change_labels(window, qtbot, labels.rename("LC", "CITY"))
    wait_for_places(qtbot, page)
    assert "search again" in page.age.text()
    window.context.session.correct(number_of(window, "d-2"), (Span(3, 5, "CITY"), Span(0, 2, "PS")))
    wait_for_places(qtbot, page)
    page.places.target.setCurrentIndex(page.places.target.findData("CITY"))
    page.places.model.check_all()
    click(page.places.apply)
    wait_for_places(qtbot, page)
    assert gold(window, "d-1") == [(0, 2, "CITY")]
    assert gold(window, "d-2") == [(0, 2, "PS"), (3, 5, "CITY"), (8, 10, "CITY")]


def test_nothing_is_corrected_while_places_are_sought_anew(late_answers, page, window):
    window.context.session.correct(number_of(window, "d-2"), (Span(0, 2, "PS"),))
    page.places.model.check_all()
    assert not page.places.apply.isEnabled()


def test_a_correction_during_the_search_is_told(page, window, qtbot):
    click(page.again)
    window.context.session.correct(number_of(window, "p-2"), (Span(0, 2, "LC"),))
    wait_for_job(qtbot, window.context.runner)
    assert "search again" in page.age.text()
    click(page.again)
    wait_for_job(qtbot, window.context.runner)
    assert "search again" not in page.age.text()
    assert "since then" not in page.age.text()


def test_a_stopped_search_leaves_it_said_that_the_corpus_has_changed(page, window, qtbot, monkeypatch):
    session = window.context.session
    session.publish(session.project.labels.add("NEW"))
    monkeypatch.setattr("gui.consistency.strings_panel.searching", _endless)
    click(page.again)
    window.context.runner.job.cancel()
    wait_for_job(qtbot, window.context.runner)
    session.correct(number_of(window, "p-2"), (Span(0, 2, "LC"),))
    assert "search again" in page.age.text()


def test_a_label_that_is_gone_is_no_longer_what_places_become(page, window, qtbot):
    session = window.context.session
    session.publish(session.project.labels.add("NEW"))
    wait_for_places(qtbot, page)
    page.places.target.setCurrentIndex(page.places.target.findData("NEW"))
    session.publish(session.project.labels.delete("NEW"))
    wait_for_places(qtbot, page)
    assert page.places.label == "LC"


def test_the_search_finds_what_is_still_being_composed(page, qtbot):
    before = strings(page)
    page.filters.text.setText("부")
    compose(page.filters.text, "산")
    qtbot.waitUntil(lambda: [row[0] for row in strings(page)] == ["부산"])
    assert len(before) > 1


def test_after_a_change_the_next_string_is_chosen_and_has_the_keys(page, qtbot):
    first, second = (row[0] for row in strings(page)[:2])
    page.places.model.check_all()
    page.places.apply.setFocus()
    click(page.places.apply)
    wait_for_places(qtbot, page)
    assert page.places.title.text() == second != first
    assert QApplication.focusWidget() is page.table
    assert page.model.at(page.table.currentIndex().row()).text == second


def test_the_page_works_with_answers_that_come_late(late_answers, page, window, qtbot):
    assert [each[0] for each in strings(page)] == ["서울", "부산"]
    page.places.model.check([0])
    click(page.places.apply)
    wait_for_places(qtbot, page)
    assert gold(window, "d-1") == [(0, 2, "LC")]
    assert page.places.title.text() == "부산"
    click(page.places.accept_string)
    wait_for_places(qtbot, page)
    assert strings(page)[1][2] == "✓"
    page.table.selectRow(0)
    page.table.selectRow(1)
    window.undo.trigger()
    wait_for_places(qtbot, page)
    assert page.places.title.text() == "부산"
    assert {row[0] for row in places(page)} == {"p-1", "p-2"}
    assert page.places.accept_string.text() == "Accept string as right"
    window.context.session.close_project()
    assert page.model.rowCount() == 0
    assert not page._query.is_waiting
