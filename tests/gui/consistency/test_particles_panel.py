"""Spans that end in particles in the real window: found, dropped by a key, several at once, dismissed for good."""

import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from core.domain.spans import Sentence, Span
from core.store.project import create_project, open_project
from core.store.sentences import Sentences
from gui.widgets.concordance import CURRENT, PROPOSED, SENTENCE
from tests.building import add_sentences
from tests.gui.driving import LEFT, NONE, click, press_key, wait_for_job


def heroes(folder):
    project = create_project(folder)
    rows = [
        ("train", Sentence("a", "이순신은 조선 수군을 이끌었다.", (Span(0, 4, "PS"), Span(5, 7, "LC")))),
        ("dev", Sentence("b", "서울에서 부산까지 갔다.", (Span(0, 4, "LC"), Span(5, 9, "LC")))),
        ("dev", Sentence("c", "마음이 재주를 본다.", (Span(0, 3, "PS"),))),
        ("test", Sentence("d", "마음 하나로 산다.", (Span(0, 2, "PS"),))),
        ("test", Sentence("e", "제주도 여행을 갔다.", (Span(0, 3, "LC"),))),
        ("test", Sentence("f", "제주도 바다가 푸르다.", (Span(0, 2, "LC"),))),
    ]
    add_sentences(project, rows)
    return project


@pytest.fixture
def page(window, qtbot, tmp_path):
    heroes(tmp_path / "p.spandesk").close()
    window.open_project(tmp_path / "p.spandesk")
    click(window.rail.button("consistency"))
    page = window.pages["consistency"]
    click(page.tabs["particles"])
    with qtbot.waitActive(window):
        window.activateWindow()
    click(page.particles.empty.button)
    wait_for_job(qtbot, window.context.runner)
    return page.particles


def rows(page):
    model = page.model
    return [tuple(model.index(r, c).data() for c in (SENTENCE, CURRENT, PROPOSED)) for r in range(model.rowCount())]


def gold(window, name):
    return [(s.start, s.end, s.label) for s in window.context.session.project.sentences.by_id(name).gold]


MIND = ("c", "마음이 PS", "마음 PS")
OTHERS = [("b", "부산까지 LC", "부산 LC"), ("b", "서울에서 LC", "서울 LC"), ("a", "이순신은 PS", "이순신 PS")]


def test_each_span_is_shown_as_it_is_and_as_it_would_be(page):
    assert rows(page) == [MIND, *OTHERS]
    assert page.said.text().startswith("4 spans.")


def test_one_key_drops_the_particle_and_goes_to_the_next(page, window):
    page.table.go_to(1)
    press_key(Qt.Key.Key_Return)
    assert gold(window, "b") == [(0, 4, "LC"), (5, 7, "LC")]
    assert rows(page) == [MIND, *OTHERS[1:]]
    press_key(Qt.Key.Key_Return)
    assert gold(window, "b") == [(0, 2, "LC"), (5, 7, "LC")]
    assert rows(page) == [MIND, OTHERS[2]]
    window.undo.trigger()
    assert gold(window, "b") == [(0, 4, "LC"), (5, 7, "LC")]
    assert rows(page) == [MIND, *OTHERS[1:]]


def test_all_that_are_ticked_are_one_step(page, window):
    click(page.all)
    page.table.go_to(0)
    press_key(Qt.Key.Key_Space)
    assert page.apply.text() == "Drop 3 checked particles"
    click(page.apply)
    assert gold(window, "a") == [(0, 3, "PS"), (5, 7, "LC")]
    assert gold(window, "b") == [(0, 2, "LC"), (5, 7, "LC")]
    assert rows(page) == [MIND]
    window.undo.trigger()
    assert gold(window, "a") == [(0, 4, "PS"), (5, 7, "LC")]
    assert not window.context.session.project.corrections.can_undo
    assert len(rows(page)) == 4


def test_what_is_no_particle_is_not_asked_about_again(page, window, qtbot, tmp_path):
    page.table.go_to(0)
    press_key(Qt.Key.Key_Delete)
    assert rows(page) == OTHERS
    assert gold(window, "c") == [(0, 3, "PS")]
    click(page.again)
    wait_for_job(qtbot, window.context.runner)
    assert rows(page) == OTHERS
    page.shown.setCurrentIndex(2)
    assert rows(page) == [MIND]
    assert page.dismiss.text() == "Ask again"
    window.context.session.close()
    with open_project(tmp_path / "p.spandesk") as project:
        assert project.dismissals.strings("particle") == {"마음이"}


def test_a_dismissed_string_is_asked_about_again(page):
    page.table.go_to(0)
    click(page.dismiss)
    page.shown.setCurrentIndex(2)
    page.table.go_to(0)
    click(page.dismiss)
    assert rows(page) == []
    assert page.nothing.isVisible()
    assert page.nothing.text() == "No string was dismissed."
    page.shown.setCurrentIndex(0)
    assert rows(page) == [MIND, *OTHERS]


def test_an_end_that_is_no_particle_is_added(page, window):
    page.shown.setCurrentIndex(1)
    assert rows(page) == [("f", "제주 LC", "제주도 LC")]
    page.table.go_to(0)
    click(page.correct)
    assert gold(window, "f") == [(0, 3, "LC")]
    assert rows(page) == []


def test_a_click_on_an_id_opens_the_sentence(page, window, qtbot):
    index = page.model.index(3, SENTENCE)
    qtbot.mouseClick(page.table.viewport(), LEFT, NONE, page.table.visualRect(index).center())
    assert window.stack.currentWidget() is window.pages["inspect"]
    assert window.pages["inspect"].detail.position.text().endswith(" · a")


def test_a_correction_made_elsewhere_takes_its_row_away(page, window):
    session = window.context.session
    session.correct(session.project.sentences.by_id("a").number, [])
    assert rows(page) == [MIND, *OTHERS[:2]]
    session.undo()
    assert rows(page) == [MIND, *OTHERS]


def test_after_all_ticked_ones_are_dropped_the_table_of_those_left_has_the_keys(page):
    page.model.check([0])
    page.apply.setFocus()
    click(page.apply)
    assert page.model.rowCount() > 0
    assert QApplication.focusWidget() is page.table
    page.model.check_all()
    page.apply.setFocus()
    click(page.apply)
    assert QApplication.focusWidget() is page.shown, "where none is left"


def test_after_a_search_another_thread_reads_the_gold_of_many(late_answers, page, window, qtbot, monkeypatch):
    monkeypatch.setattr("gui.consistency.particles_panel.LARGE", 1)
    threads, by_number = [], Sentences.by_number

    def watched(*arguments):
        threads.append(threading.current_thread())
        return by_number(*arguments)

    monkeypatch.setattr(Sentences, "by_number", watched)
    click(page.again)
    wait_for_job(qtbot, window.context.runner)
    qtbot.waitUntil(lambda: bool(threads) and not page._query.is_waiting)
    assert rows(page) == [MIND, *OTHERS]
    assert threading.main_thread() not in threads


def test_a_correction_while_the_golds_are_read_is_not_lost(late_answers, page, window, qtbot, monkeypatch):
    monkeypatch.setattr("gui.consistency.particles_panel.LARGE", 1)
    session = window.context.session
    click(page.again)
    with qtbot.waitSignal(window.context.runner.job.finished):
        pass
    assert page._query.is_waiting
    click(page.correct)
    assert gold(window, "c") == [(0, 3, "PS")], "nothing is corrected by what may be outdated"
    session.correct(session.project.sentences.by_id("c").number, [])
    qtbot.waitUntil(lambda: not page._query.is_waiting)
    assert rows(page) == OTHERS


def test_what_was_found_is_there_again_when_the_project_is_opened_again(page, window, tmp_path):
    age = page.age.text()
    page.model.check([0])
    window.context.session.close_project()
    assert rows(page) == []
    window.open_project(tmp_path / "p.spandesk")
    click(window.rail.button("consistency"))
    assert rows(page) == [MIND, *OTHERS]
    assert page.age.text() == age
    assert page.model.checked_rows == []
    session = window.context.session
    session.correct(session.project.sentences.by_id("c").number, [])
    assert rows(page) == OTHERS
