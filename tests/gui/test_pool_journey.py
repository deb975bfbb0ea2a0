"""From raw text in the real window: labels, sentences done by keys, a run's suggestions taken and corrected, undo."""

from PySide6.QtCore import Qt

from core.domain.generators import run_to_end
from core.domain.spans import Span
from core.services.import_corpus import ImportPlan, import_corpus
from core.store.changes import ChangeSet
from core.store.predictions import EpochKey
from core.store.project import create_project
from tests.building import add_run, predicted
from tests.gui.driving import click, press_key

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
Key = Qt.Key
TEXTS = ("이순신은 수군을 이끌었다", "비가 온다", "나리는 부산에 산다", "눈이 서울에 온다")


def test_raw_text_becomes_gold_by_hand_and_then_by_suggestions(qtbot, window, tmp_path):
    (tmp_path / "raw.txt").write_text("\n".join(TEXTS), encoding="utf-8")
    folder = tmp_path / "raw.spandesk"
    with create_project(folder) as project:
        run_to_end(import_corpus(project, ImportPlan((tmp_path / "raw.txt",), "pool")))
    window.open_project(folder)
    session, page = window.context.session, window.pages["inspect"]
    session.add_label("직업")
    window.show_page("inspect")
    page.list.setFocus()
    qtbot.waitUntil(lambda: page.model.rowCount() == len(TEXTS))
    assert page.filters.filter.split == "pool", "a project of raw text opens on it"
    assert window.job_strip.text.text().startswith("4 sentences to label: begin with 4 in the random order")
    window.show_page("corpus")
    click(window.job_strip.go)
    assert window.stack.currentWidget() is page
    page.list.setFocus()
    _label_by_hand(page)
    _take_suggestions(session, page)
    _undo(session, page)
    assert session.project.problems() == []


def _stored(session, place):
    [number] = session.project.search.find(TEXTS[place], "pool") or session.project.search.find(TEXTS[place], "train")
    [stored] = session.project.sentences.by_number([number])
    return stored.split, stored.gold


def _label_by_hand(page):
    """The first eojeol's particle is cut by a key; the second sentence has no entity."""
    press_key(Key.Key_Right)
    press_key(Key.Key_Left, SHIFT)
    press_key(Key.Key_1)
    for _ in range(2):
        press_key(Key.Key_R, CTRL | SHIFT)
    assert page.detail.shown.stored.text == TEXTS[2]


def _take_suggestions(session, page):
    project = session.project
    assert [_stored(session, place) for place in (0, 1)] == [("train", (Span(0, 3, "PS"),)), ("train", ())]
    add_run(project, {})
    found = {2: predicted((0, 3, "PS", 0.6), (4, 6, "LC", 0.9)), 3: predicted((3, 5, "LC", 0.9))}
    numbers = [*page.model.numbers]
    project.predictions.save(EpochKey(1, 1), dict(zip(numbers, found.values(), strict=True)))
    session.publish(ChangeSet("run", runs=(1,)))
    session.set_context(source=1)
    assert [comparison.gold for comparison in page.detail.canvas.comparisons] == [None, None]
    press_key(Key.Key_Return, CTRL | SHIFT)
    press_key(Key.Key_Tab)
    press_key(Key.Key_Left, SHIFT)
    click(page.detail.reviewed.done)
    page.list.setFocus()
    assert _stored(session, 2) == ("train", (Span(0, 2, "PS"), Span(4, 6, "LC")))
    press_key(Key.Key_Return, CTRL)
    assert _stored(session, 3) == ("train", (Span(3, 5, "LC"),))
    assert page.next_batch.progress.text().startswith("4 labelled today, 4 in all")


def _undo(session, page):
    session.undo()
    assert _stored(session, 3)[0] == "pool"
    assert page.detail.shown.stored.text == TEXTS[3], "it is back under one's hands"
    assert page.model.rowCount() == 1
