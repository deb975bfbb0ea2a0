"""Undo and redo on every page of the real window: each names its step, and none reaches past what it cannot undo."""

import sqlite3
import time
from contextlib import closing

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QToolButton, QToolTip

from core.domain.generators import run_to_end
from core.domain.settings import TrainSettings
from core.domain.spans import Sentence, Span
from core.services.typed_sentences import SOURCE
from core.store.changes import ChangeSet
from core.store.project import DATABASE
from tests.building import project_with_run
from tests.gui.driving import click, press_key


@pytest.fixture
def desk(window, tmp_path):
    project_with_run(tmp_path / "p.spandesk").close()
    window.open_project(tmp_path / "p.spandesk")
    return window


def project_of(window):
    return window.context.session.project


def gold(window, name):
    return project_of(window).sentences.by_id(name).gold


def relabel(window):
    window.context.session.correct(3, [Span(0, 2, "OG"), Span(4, 9, "DT")])


def test_the_tooltip_under_a_still_mouse_names_the_step_that_is_next_now(desk, qtbot):
    relabel(desk)
    [button] = [each for each in desk.context_bar.findChildren(QToolButton) if each.defaultAction() is desk.undo]
    QCursor.setPos(button.mapToGlobal(button.rect().center()))
    QToolTip.showText(QCursor.pos(), button.toolTip(), button)
    assert "Undo: news-3 PS → OG" in QToolTip.text()
    desk.context.session.correct(3, [Span(4, 9, "DT")])
    assert "PS → OG" not in desk.undo.toolTip()
    assert QToolTip.text() == button.toolTip()
    QToolTip.hideText()
    qtbot.waitUntil(lambda: not QToolTip.isVisible())
    desk.context.session.undo()
    assert not QToolTip.isVisible()


@pytest.mark.parametrize("page", ["train", "corpus", "metrics", "scratch", "corrections", "consistency"])
def test_undo_on_any_page_says_what_it_undid_and_leads_there(desk, page):
    relabel(desk)
    click(desk.rail.button(page))
    assert desk.undo.text() == "Undo: news-3 PS → OG"
    assert "Undo: news-3 PS → OG" in desk.undo.toolTip()
    assert "Ctrl+Z" in desk.undo.toolTip()
    if page == "scratch":  # the key is that of the text field, which has the focus
        desk.undo.trigger()
    else:
        press_key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert gold(desk, "news-3")[0].label == "PS"
    strip = desk.job_strip
    assert strip.notice.isVisible()
    assert strip.notice.text() == "Undone: news-3 PS → OG"
    assert desk.redo.text() == "Redo: news-3 PS → OG"
    assert not desk.undo.isEnabled()
    click(strip.show_sentence)
    assert desk.stack.currentWidget() is desk.pages["inspect"]
    assert desk.pages["inspect"].listing.current == 3
    desk.redo.trigger()
    assert strip.notice.text() == "Redone: news-3 PS → OG"


def test_a_notice_passes_and_the_strip_shows_the_last_job_again(desk):
    relabel(desk)
    desk.undo.trigger()
    assert not desk.job_strip.text.isVisible()
    desk.job_strip._passing.timeout.emit()
    assert not desk.job_strip.notice.isVisible()
    assert not desk.job_strip.show_sentence.isVisible()
    assert desk.job_strip.text.isVisible()


def test_the_first_undo_after_sending_from_scratch_undoes_nothing_and_says_so(desk):
    relabel(desk)
    session = desk.context.session
    session.add_sentences("train", [Sentence("s-1", "새 문장"), Sentence("s-2", "또 하나")], SOURCE)
    stays = "2 sentences sent from Scratch cannot be undone."
    assert desk.undo.text() == f"{stays} Before it: news-3 PS → OG"
    desk.undo.trigger()
    assert gold(desk, "news-3")[0].label == "OG"
    assert desk.job_strip.notice.text() == f"Nothing was undone. {stays} Undo again to undo: news-3 PS → OG"
    assert desk.undo.text() == "Undo: news-3 PS → OG"
    desk.undo.trigger()
    assert gold(desk, "news-3")[0].label == "PS"
    assert project_of(desk).sentences.has_id("s-1")
    assert project_of(desk).problems() == []


def test_the_first_undo_after_a_training_that_moved_sentences_undoes_nothing_and_says_so(desk):
    session, project = desk.context.session, project_of(desk)
    relabel(desk)
    run = project.runs.start(TrainSettings())
    project.sentences.move_to_train([3], run)
    session.publish(ChangeSet("run", sentences=(3,), runs=(run,)))
    stays = "The move of 1 dev sentence to train by run 2 cannot be undone."
    assert desk.undo.text() == f"{stays} Before it: news-3 PS → OG"
    desk.undo.trigger()
    assert gold(desk, "news-3")[0].label == "OG"
    assert desk.job_strip.notice.text() == f"Nothing was undone. {stays} Undo again to undo: news-3 PS → OG"
    desk.undo.trigger()
    assert gold(desk, "news-3")[0].label == "PS"
    assert project.sentences.by_id("news-3").split == "train"
    session.correct(4, [])
    assert desk.undo.text() == "Undo: Remove 2 spans"


def test_a_run_that_moves_sentences_when_it_is_resumed_is_not_passed_in_silence_either(desk):
    session, project = desk.context.session, project_of(desk)
    run = project.runs.start(TrainSettings())
    project.sentences.move_to_train([3], run)
    project.sentences.move_back(run)
    relabel(desk)
    project.sentences.move_to_train([3], run)
    session.publish(ChangeSet("run", sentences=(3,), runs=(run,)))
    stays = "The move of 1 dev sentence to train by run 2 cannot be undone."
    assert desk.undo.text() == f"{stays} Before it: news-3 PS → OG"
    desk.undo.trigger()
    assert gold(desk, "news-3")[0].label == "OG"
    session.correct(4, [])
    project.sentences.move_back(run)
    project.sentences.move_to_train([3], run)
    session.publish(ChangeSet("run", sentences=(3,), runs=(run,)))
    assert desk.undo.text() == f"{stays} Before it: Remove 2 spans", "it is another move of the same run"


def test_a_correction_after_sending_is_undone_at_once(desk):
    session = desk.context.session
    relabel(desk)
    session.add_sentences("train", [Sentence("s-1", "새 문장")], SOURCE)
    session.correct(4, [])
    assert desk.undo.text() == "Undo: Remove 2 spans"
    desk.undo.trigger()
    assert len(gold(desk, "news-4")) == 2
    assert desk.undo.text().startswith("1 sentence sent from Scratch cannot be undone")


def test_labelling_another_sentence_does_not_leave_the_one_that_is_shown(desk):
    inspect = desk.pages["inspect"]
    desk.show_page("inspect")
    inspect.listing.go_to(3)
    desk.context.session.correct_together({4: [Span(0, 4, "PS"), Span(6, 8, "LC")]})
    assert inspect.listing.current == 3
    desk.undo.trigger()
    assert inspect.listing.current == 4


def test_rename_undo_and_redo_name_the_rename(desk):
    session = desk.context.session
    session.publish(run_to_end(project_of(desk).labels.rename("LC", "PLACE")))
    assert desk.undo.text() == "Undo: Rename LC to PLACE"
    desk.undo.trigger()
    assert desk.job_strip.notice.text() == "Undone: Rename LC to PLACE"
    assert not desk.job_strip.show_sentence.isVisible()
    desk.redo.trigger()
    assert desk.job_strip.notice.text() == "Redone: Rename LC to PLACE"
    assert "PLACE" in desk.pages["inspect"].detail.chips.labels


def test_the_window_does_not_wait_for_another_program_that_has_the_project_locked(desk, qtbot):
    session = desk.context.session
    before, began = gold(desk, "news-3"), time.monotonic()
    with closing(sqlite3.connect(project_of(desk).folder / DATABASE)) as other:
        other.execute("BEGIN IMMEDIATE")
        with qtbot.waitSignal(session.problem) as problem:
            assert not session.run_reporting_errors(lambda: relabel(desk))
        assert "the change was not saved (another program is using" in problem.args[0]
    assert time.monotonic() - began < 4, "SQLite alone waits five seconds"
    assert gold(desk, "news-3") == before
    relabel(desk)
    assert gold(desk, "news-3") != before
