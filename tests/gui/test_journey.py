"""The whole loop in the real window, over the sample: open, train, read, look, mend, retrain."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from core.domain.spans import Span
from core.metrics.report import build_report
from core.store.predictions import EpochKey
from core.store.project import open_project
from core.store.runs import training_digest
from core.store.sentence_selection import ALL_ERRORS, Selection
from gui.inspect.page import InspectPage
from gui.train.page import TrainPage
from tests.gui.driving import JOB_TIMEOUT, LEFT, NONE, click, drag_over, press_key, wait_for_job

LAST = EpochKey(1, 2)


def test_the_loop(window, qtbot):
    _open_the_sample(window, qtbot)
    _train_two_epochs(window, qtbot)
    sentence = _click_a_cell(window, qtbot)
    by_mouse = _mend_by_mouse(window, sentence)
    by_keys = _mend_by_keys(window)
    _retrain(window, qtbot, {by_mouse.id: by_mouse, by_keys.id: by_keys})


def _open_the_sample(window, qtbot):
    click(window.welcome.sample)
    wait_for_job(qtbot, window.context.runner)
    project = window.context.session.project
    assert project.sentences.count() >= 600
    assert project.sentences.imports()[0].rejected == ()
    assert window.stack.currentWidget() is window.pages["corpus"]


def _train_two_epochs(window, qtbot):
    click(window.rail.button("train"))
    page: TrainPage = window.pages["train"]
    page.form.epochs.setValue(2)
    click(page.start_bar.start)
    assert window.context.runner.job is not None
    wait_for_job(qtbot, window.context.runner)
    project = window.context.session.project
    run = project.runs.by_number(1)
    assert (run.status, run.settings.epochs, len(run.labels)) == ("finished", 2, 15)
    assert [epoch.number for epoch in project.runs.epochs(1)] == [1, 2]
    assert project.predictions.count(LAST, "dev") == project.sentences.count("dev") == run.dev_sentences
    assert training_digest(s.with_gold("imported") for s in project.sentences.each("train"))[0] == run.training_digest
    assert project.problems() == []


def _click_a_cell(window, qtbot):
    """Click the recall of PS in epoch 2; returns the sentence that is then shown."""
    click(window.rail.button("metrics"))
    page, project = window.pages["metrics"], window.context.session.project
    report = build_report(project.predictions.counts(LAST, "dev", "corrected"))
    table = page.model.table
    assert [row.name for row in table.rows] == list(report.rows())
    column = next(i for i, c in enumerate(table.columns) if c.figures.key == LAST and c.metric == "recall")
    row = next(i for i, row in enumerate(table.rows) if row.name == "PS")
    index = page.model.index(row, column)
    page.table.scrollTo(index)
    QTest.mouseClick(page.table.viewport(), LEFT, NONE, page.table.visualRect(index).center())
    assert window.stack.currentWidget() is window.pages["inspect"]
    inspect: InspectPage = window.pages["inspect"]
    expected = project.selections.numbers(Selection(outcomes=ALL_ERRORS, gold_label="PS"), LAST, "corrected")
    assert list(inspect.model.numbers) == expected
    assert expected, "two epochs of tiny found every person; choose another cell"
    return _shown(window)


def _shown(window):
    project, inspect = window.context.session.project, window.pages["inspect"]
    return project.sentences.by_id(inspect.detail.position.text().rsplit(" · ", 1)[-1])


def _mend_by_mouse(window, sentence):
    """Drag over the first two characters and click a label; returns the sentence as stored."""
    project, canvas = window.context.session.project, window.pages["inspect"].detail.canvas
    drag_over(canvas, 0, 1)
    chip = window.pages["inspect"].detail.chips.chips["TR"]
    click(chip)
    stored = project.sentences.by_id(sentence.id)
    assert stored.gold == tuple(
        sorted({Span(0, 2, "TR")} | {span for span in sentence.gold if not span.overlaps(Span(0, 2, "TR"))})
    )
    assert stored.corrected
    assert project.corrections.count() == 1
    return stored


def _mend_by_keys(window):
    """Go to the next sentence, select its first span with Tab, remove it; undo, redo."""
    project = window.context.session.project
    before = _shown(window).id
    press_key(Qt.Key.Key_Down)
    sentence = _shown(window)
    assert sentence.id != before
    while window.pages["inspect"].detail.canvas.selection is None or (
        window.pages["inspect"].detail.canvas.selection.kind != "gold"
    ):
        press_key(Qt.Key.Key_Tab)
    span = window.pages["inspect"].detail.canvas.selection.span
    press_key(Qt.Key.Key_Delete)
    mended = tuple(s for s in sentence.gold if s != span)
    assert project.sentences.by_id(sentence.id).gold == mended
    QTest.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert project.sentences.by_id(sentence.id).gold == sentence.gold
    QTest.keyClick(window, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    stored = project.sentences.by_id(sentence.id)
    assert stored.gold == mended
    assert project.problems() == []
    return stored


def _retrain(window, qtbot, mended):
    project = window.context.session.project
    dev_before = project.sentences.count("dev")
    click(window.rail.button("train"))
    click(window.pages["train"].retrain.button)
    wait_for_job(qtbot, window.context.runner)
    run = project.runs.by_number(2)
    assert run.status == "finished"
    trained_on = {sentence.id: sentence for sentence in project.runs.training_sentences(2)}
    assert training_digest(trained_on.values()) == (run.training_digest, run.train_sentences)
    for sentence_id, stored in mended.items():
        assert trained_on[sentence_id].spans == stored.gold
    remaining = dev_before - len(mended)
    assert project.sentences.count("dev") == run.dev_sentences == remaining
    first, second = EpochKey(1, 2), EpochKey(2, 2)
    assert project.predictions.count(first, "dev", second) == remaining
    click(window.pages["train"].monitor.see_metrics)
    assert window.context.session.context.key == second
    assert window.stack.currentWidget() is window.pages["metrics"]


@pytest.mark.parametrize(
    ("page", "title", "leads_to"),
    [
        ("train", "Nothing to train on yet", "corpus"),
        ("metrics", "No metrics yet", "train"),
        ("inspect", "No sentences yet", "corpus"),
        ("corrections", "No corrections yet", "inspect"),
        ("scratch", "No run yet", "train"),
    ],
)
def test_every_page_of_an_empty_project_says_what_to_do(window, tmp_path, page, title, leads_to):
    window.context.session.create(tmp_path / "empty.spandesk")
    click(window.rail.button(page))
    shown = window.stack.currentWidget()
    assert shown is window.pages[page]
    assert shown.empty.isVisible()
    assert shown.empty.title.text() == title
    click(shown.empty.button)
    assert window.stack.currentWidget() is window.pages[leads_to]


def test_a_dropped_file_is_offered_for_import_and_a_bad_one_leaves_nothing(window, qtbot, tmp_path):
    bad = tmp_path / "bad.jsonl"
    bad.write_bytes(b"\xff\xfe nothing")
    window.take_files([bad])
    assert window.welcome.form.isVisible()
    click(window.welcome.form.start)
    wait_for_job(qtbot, window.context.runner)
    assert window.banner.isVisible()
    assert "bad.jsonl" in window.banner.text.text()
    assert not (tmp_path / "bad.spandesk").exists()
    assert window.context.session.project is None


def test_closing_the_window_while_it_trains_keeps_what_was_finished(window, qtbot, monkeypatch):
    _open_the_sample(window, qtbot)
    click(window.rail.button("train"))
    form, project = window.pages["train"].form, window.context.session.project
    form.limited.setChecked(True)
    form.limit.setValue(20)
    form.epochs.setValue(1000)
    click(window.pages["train"].start_bar.start)
    folder = project.folder
    qtbot.waitUntil(lambda: bool(project.runs.list_all() and project.runs.epochs(1)), timeout=JOB_TIMEOUT)
    monkeypatch.setattr(window, "_confirms_stop", lambda job: True)
    with qtbot.waitSignal(window.closed, timeout=JOB_TIMEOUT):
        window.close()
        assert not window.isVisible()
    with open_project(folder) as project:
        assert project.runs.by_number(1).status == "stopped"
        epochs = [epoch.number for epoch in project.runs.epochs(1)]
        assert 1 <= len(epochs) < 1000
        assert project.checkpoint_folder(1, epochs[-1]).is_dir()
        assert project.predictions.count(EpochKey(1, epochs[-1]), "dev") == 20
        assert project.problems() == []
