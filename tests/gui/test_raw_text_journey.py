"""From nothing in the real window: pasted text, a dictionary, fifty sentences, a first tagger, its suggestions, a
second one, and the learning curve.
"""

from itertools import product

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from core.domain.spans import Span
from core.services.dictionary_draft import DraftLine
from core.store.predictions import EpochKey
from core.store.project import open_project
from tests.gui.driving import click, press_key, wait_for_job

SHIFT = Qt.KeyboardModifier.ShiftModifier
Key = Qt.Key
NAMES = ("이순신", "세종", "박달", "가온", "김훈", "도윤", "하준", "윤슬")
CITIES = ("서울", "부산", "대구", "광주", "울산", "여수", "강릉", "제천")
TEXTS = [f"{name}은 오늘 {city}에서 왔다" for name, city in product(NAMES, CITIES)]
DONE = 50


def test_raw_text_a_dictionary_and_two_taggers(window, qtbot, tmp_path):
    _begin(window, qtbot, tmp_path / "new.spandesk")
    _write_a_dictionary(window, qtbot)
    _finish_fifty(window, qtbot)
    _train(window, qtbot)
    _take_and_correct_suggestions(window, qtbot)
    _train(window, qtbot)
    _look_at_the_curve(window)
    window.context.session.close_project()
    with open_project(tmp_path / "new.spandesk") as project:
        assert project.problems() == []


def _begin(window, qtbot, folder):
    form = window.welcome.form
    QApplication.clipboard().setText("\n".join(TEXTS))
    click(window.welcome.paste)
    form.tag_set.field.setText("PS, LC")
    form.folder_field.setText(str(folder))
    click(form.start)
    wait_for_job(qtbot, window.context.runner)
    assert window.stack.currentWidget() is window.pages["inspect"]
    assert window.pages["inspect"].model.rowCount() == len(TEXTS)


def _write_a_dictionary(window, qtbot):
    window.show_page("sources")
    page = window.pages["sources"]
    page.add_dictionary.trigger()
    editor = page.editor
    editor.model.add([*(DraftLine(name, "PS") for name in NAMES), *(DraftLine(city, "LC") for city in CITIES)])
    editor.count()
    assert editor.model.index(0, 2).data() == str(len(CITIES)), "places of the first name in the pool"
    click(editor.start)
    wait_for_job(qtbot, window.context.runner)
    project = window.context.session.project
    assert project.predictions.count_spans(EpochKey(1, 1)) == 2 * len(TEXTS)


def _finish_fifty(window, qtbot):
    window.show_page("inspect")
    page, project = window.pages["inspect"], window.context.session.project
    batch = page.next_batch
    batch.order.setCurrentIndex(batch.order.findData("random"))
    batch.count.setValue(DONE)
    click(batch.next)
    wait_for_job(qtbot, window.context.runner)
    page.list.setFocus()
    for _ in range(DONE):
        press_key(Key.Key_Return, SHIFT)
    assert project.sentences.count() == DONE
    assert project.sentences.count("dev") > 3, "a share of the random order"
    for sentence in project.sentences.each("train"):
        assert {span.label for span in sentence.gold} == {"PS", "LC"}


def _train(window, qtbot):
    window.show_page("train")
    page = window.pages["train"]
    page.form.epochs.setValue(1)
    click(page.start_bar.start)
    assert window.context.runner.job is not None
    wait_for_job(qtbot, window.context.runner)


def _take_and_correct_suggestions(window, qtbot):
    """The run tags the pool; one sentence is taken as suggested, in another one its first word is labelled."""
    session, page = window.context.session, window.pages["inspect"]
    project = session.project
    window.show_page("sources")
    sources = window.pages["sources"]
    sources.table.choose(2)
    next(each for each in sources.panel.tags.actions() if each.text().startswith("pool")).trigger()
    wait_for_job(qtbot, window.context.runner)
    left = len(TEXTS) - DONE
    assert project.predictions.count(EpochKey(2, 1), "pool") == left
    click(sources.panel.suggest)
    window.show_page("inspect")
    click(page.next_batch.next)
    wait_for_job(qtbot, window.context.runner)
    page.list.setFocus()
    suggested = page.detail.shown
    assert (
        suggested.predicted
        == project.predictions.of(EpochKey(2, 1), [suggested.stored.number])[suggested.stored.number]
    )
    press_key(Key.Key_Return, SHIFT)
    [taken] = project.sentences.by_number([suggested.stored.number])
    assert taken.gold == tuple(each.span for each in suggested.predicted)
    corrected = page.detail.shown.stored
    end = corrected.text.index("은 ")
    press_key(Key.Key_Right)
    press_key(Key.Key_Left, SHIFT)
    press_key(Key.Key_1)
    click(page.detail.reviewed.done)
    [corrected] = project.sentences.by_number([corrected.number])
    assert Span(0, end, "PS") in corrected.gold
    assert project.sentences.count("pool") == left - 2


def _look_at_the_curve(window):
    page = window.pages["train"]
    page.refresh()
    assert page.curve.isVisible()
    assert [point.sentences for point in page.curve.chart._curve.points] == sorted(
        point.sentences for point in page.curve.chart._curve.points
    )
    assert len(page.curve.chart._curve.points) == 2
