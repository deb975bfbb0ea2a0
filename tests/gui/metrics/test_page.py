"""The Metrics page, with clicks and keys."""

import threading

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QCursor, QGuiApplication, QHelpEvent
from PySide6.QtWidgets import QApplication, QPushButton, QToolTip

from core.domain.errors import UserError
from core.domain.events import Predicting
from core.domain.settings import TrainSettings
from core.domain.spans import Span
from core.metrics.report import build_report
from core.services import evaluate
from core.store.changes import ChangeSet
from core.store.predictions import EpochKey
from core.store.runs import Epoch
from core.store.sentence_selection import ALL_ERRORS, Selection, Selections
from gui.background import LatestQuery
from gui.look.palette import mixed
from gui.look.theme import DARK, LIGHT
from gui.metrics.header import COPIED, COPY
from gui.metrics.table_painting import ground, heat_share
from tests.building import (
    FIRST_EPOCH,
    SECOND_EPOCH,
    add_run,
    epoch_report,
    predicted,
    project_with_run,
    project_with_sentences,
)
from tests.gui.metrics.conftest import click_on, index_of

METRICS = {"P": "precision", "R": "recall", "F1": "f1"}


def with_two_runs(folder):
    project = project_with_run(folder)
    add_run(project, SECOND_EPOCH | {"news-4": predicted((0, 4, "OG", 0.9))})
    return project


def with_many_epochs(folder):
    project = project_with_sentences(folder)
    add_run(project, *[FIRST_EPOCH, SECOND_EPOCH] * 12)
    return project


def test_the_numbers_are_those_of_the_store(desk):
    for epoch in (1, 2):
        report = build_report(desk.project.predictions.counts(EpochKey(1, epoch), "dev", "corrected"))
        for name, score in report.rows().items():
            for title, metric in METRICS.items():
                assert desk.text(name, f"Epoch {epoch}", title) == f"{getattr(score, metric):.3f}"
            if epoch == 2:
                assert desk.text(name, "", "Support") == str(score.support)


def test_a_precision_cell_leads_to_exactly_its_wrong_predictions(desk, qtbot):
    desk.click(qtbot, "LC", "Epoch 1", "P")
    [selection] = desk.asked
    assert selection == Selection(split="dev", outcomes=ALL_ERRORS, predicted_label="LC")
    assert desk.session.context.epoch == 1
    numbers = desk.project.selections.numbers(selection, desk.session.context.key, "corrected")
    assert [sentence.id for sentence in desk.project.sentences.by_number(numbers)] == ["news-4"]


def test_enter_opens_the_current_cell(desk, qtbot):
    desk.page.table.setFocus()
    desk.page.table.setCurrentIndex(desk.cell("TI", "Epoch 2", "R"))
    qtbot.keyClick(desk.page.table, Qt.Key.Key_Return)
    assert desk.asked == [Selection(split="dev", outcomes=ALL_ERRORS, gold_label="TI")]
    qtbot.keyClick(desk.page.table, Qt.Key.Key_Escape)
    assert not desk.page.table.currentIndex().isValid()


def test_a_number_without_sentences_opens_nothing(desk, qtbot):
    desk.click(qtbot, "OG", "Epoch 2", "P")
    assert desk.asked == []
    tip = desk.cell("OG", "Epoch 2", "P").data(Qt.ItemDataRole.ToolTipRole)
    assert tip.endswith("No sentences to show")


def test_a_tooltip_says_number_change_and_sentences(desk):
    tip = desk.cell("PS", "Epoch 2", "P").data(Qt.ItemDataRole.ToolTipRole)
    assert tip.startswith("Precision of PS: 1.000\nRight: 2 of 2 predicted spans\n+0.500 from epoch 1\n")
    tip = desk.cell("PS", "Epoch 1", "P").data(Qt.ItemDataRole.ToolTipRole)
    assert tip.endswith("\nClick to see 1 sentence: wrong PS predictions")


def test_a_tooltip_gets_its_count_once_another_thread_has_counted(late_answers, desk, qtbot, monkeypatch):
    qtbot.waitUntil(lambda: not any(query.is_waiting for query in desk.page.findChildren(LatestQuery)))
    QApplication.processEvents()  # rows move no more
    threads, numbers = [], Selections.numbers

    def watched(*arguments):
        threads.append(threading.current_thread())
        return numbers(*arguments)

    monkeypatch.setattr(Selections, "numbers", watched)
    table, index = desk.page.table, desk.cell("PS", "Epoch 1", "P")
    at = table.visualRect(index).center()
    QCursor.setPos(table.viewport().mapToGlobal(at))
    QApplication.sendEvent(table.viewport(), QHelpEvent(QEvent.Type.ToolTip, at, QCursor.pos()))
    assert QToolTip.text().endswith("Click to see the sentences: wrong PS predictions")
    qtbot.waitUntil(lambda: QToolTip.text().endswith("Click to see 1 sentence: wrong PS predictions"))
    QToolTip.hideText()
    assert threads
    assert threading.main_thread() not in threads


def test_errors_are_tabulated_when_they_are_first_looked_at(desk):
    assert desk.page.errors.confusion.model.rowCount() == 0
    desk.page.head.errors.click()
    assert desk.page.errors.confusion.model.rowCount() > 0


def test_no_tooltip_has_long_lines(desk):
    page = desk.page
    tips = [
        page.model.index(row, column).data(Qt.ItemDataRole.ToolTipRole)
        for row in range(page.model.rowCount())
        for column in range(page.model.columnCount())
    ]
    for tip in (*tips, page.head.copy.toolTip(), page.head.evaluate.toolTip()):
        assert max(map(len, tip.splitlines())) < 60


@pytest.mark.parametrize(("title", "ids"), [("P", ["news-3", "news-4", "talk-1"]), ("R", None)])
def test_averages_lead_to_the_sentences_that_their_words_name(desk, qtbot, title, ids):
    desk.click(qtbot, "micro", "Epoch 1", title)
    numbers = desk.project.selections.numbers(desk.asked[0], desk.session.context.key, "corrected")
    found = [sentence.id for sentence in desk.project.sentences.by_number(numbers)]
    assert found == (ids or ["news-3", "news-4", "talk-1", "talk-2"])


def test_the_pointer_is_a_hand_on_links_only(desk, qtbot):
    table = desk.page.table
    for place, shape in (("LC", Qt.CursorShape.PointingHandCursor), ("OG", Qt.CursorShape.ArrowCursor)):
        index = desk.cell(place, "Epoch 1" if place == "LC" else "Epoch 2", "P")
        qtbot.mouseMove(table.viewport(), table.visualRect(index).center())
        assert table.viewport().cursor().shape() == shape


def test_the_first_epoch_has_no_change_and_later_ones_have(desk):
    model = desk.page.model
    assert model.cell(desk.cell("LC", "Epoch 1", "P")).change is None
    assert model.cell(desk.cell("LC", "Epoch 2", "P")).change == 0.5
    assert model.cell(desk.cell("OG", "Epoch 2", "P")).change == 1.0


def test_a_correction_updates_the_table_at_once_and_keeps_the_current_cell(desk):
    desk.page.table.setCurrentIndex(desk.cell("PS", "Epoch 2", "R"))
    before = desk.text("TI", "Epoch 2", "F1")
    sentence = desk.project.sentences.by_id("talk-1")
    desk.session.correct(sentence.number, [Span(0, 2, "PS"), Span(6, 8, "TI")])
    assert (before, desk.text("TI", "Epoch 2", "F1")) == ("0.000", "1.000")
    desk.session.undo()
    assert desk.text("TI", "Epoch 2", "F1") == "0.000"
    assert desk.page.table.currentIndex() == desk.cell("PS", "Epoch 2", "R")


def test_gold_as_imported_is_followed(desk):
    sentence = desk.project.sentences.by_id("talk-1")
    desk.session.correct(sentence.number, [Span(0, 2, "PS"), Span(6, 8, "TI")])
    desk.session.set_context(gold="imported")
    assert desk.text("TI", "Epoch 2", "F1") == "0.000"


def test_the_current_epoch_is_marked(desk):
    assert {column.group for column in desk.page.model.table.columns if column.is_current} == {"Epoch 2"}
    desk.session.set_context(epoch=1)
    assert {column.group for column in desk.page.model.table.columns if column.is_current} == {"Epoch 1"}


def copied(desk, qtbot):
    qtbot.mouseClick(desk.page.head.copy, Qt.MouseButton.LeftButton)
    return QGuiApplication.clipboard().text()


def test_what_is_copied_says_what_it_is_of_with_names_and_the_decimals_shown(desk, qtbot):
    lines = copied(desk, qtbot).splitlines()
    assert lines[0] == "### Run 1, epoch 2, on 4 dev sentences, gold as corrected"
    assert lines[2] == desk.page.head.title.text()
    assert lines[4].startswith("|  | Epoch 1 P | Epoch 1 R | Epoch 1 F1 | Epoch 2 P |")
    assert "| PS 인물 person | 0.500 | 0.500 | 0.500 | 1.000 (+0.500) |" in "\n".join(lines)
    assert desk.page.head.copy.text() == COPIED
    qtbot.waitUntil(lambda: desk.page.head.copy.text() == COPY)


def test_the_comparison_is_copied_with_the_scores(open_desk, qtbot):
    desk = open_desk(with_two_runs)
    text = copied(desk, qtbot)
    assert "**Run 2, epoch 1, compared with run 1, epoch 2**" in text
    assert "|  | F1 Run 1 | F1 Run 2 |" in text


def test_each_view_copies_what_it_shows(desk, qtbot):
    desk.page.head.errors.click()
    errors = copied(desk, qtbot)
    assert "**Kinds of errors in epoch 2**" in errors
    assert "|  | Right | Wrong edge | Wrong type | Wrong both | Missed | Spurious |" in errors
    assert "**Confusion of types in epoch 2**" in errors
    desk.page.head.changes.click()
    qtbot.waitUntil(lambda: desk.page.changes.scores.model.rowCount() > 0)
    changes = copied(desk, qtbot)
    assert "**What changed from run 1, epoch 1 to run 1, epoch 2**\n\n|  | Precision | Recall | F1 |" in changes
    assert "not the run's own chance" in changes
    desk.page.head.calibration.click()
    qtbot.waitUntil(lambda: "calibration error" in desk.page.calibration.caption.text())
    calibration = copied(desk, qtbot)
    assert desk.page.calibration.caption.text() in calibration
    assert "| .95–.98 | 1 | 0.950 | 1 | 1.000 |" in calibration
    assert len({errors, changes, calibration}) == 3


def test_the_head_says_what_moved_to_train(desk):
    assert desk.page.head.title.text() == (
        "Run 1 · Tiny, learned from this corpus · 2 training and 4 dev sentences · finished"
    )
    assert desk.page.head.hint.text() == "Scored on 4 dev sentences."
    desk.project.sentences.move_to_train([desk.project.sentences.by_id("news-3").number], 1)
    desk.session.publish(ChangeSet("import", corpus=True))
    assert desk.page.head.hint.text().startswith("1 of 4 dev sentences has moved to train since")


def test_a_retraining_is_compared_with_the_newest_earlier_run(open_desk):
    desk = open_desk(with_two_runs)
    assert desk.page.head.other.currentText() == "run 1, epoch 2"
    counts = desk.project.predictions.counts
    for key, other, title in ((EpochKey(1, 2), EpochKey(2, 1), "Run 1"), (EpochKey(2, 1), EpochKey(1, 2), "Run 2")):
        report = build_report(counts(key, "dev", "corrected", other))
        for name, score in report.rows().items():
            assert index_of(desk.page.comparison.model, name, "F1", title).data() == f"{score.f1:.3f}"
    assert "On the 4 dev sentences" in desk.page.comparison.caption.text()


def test_runs_are_compared_on_sentences_that_both_predicted(open_desk):
    def build(folder):
        project = project_with_run(folder)
        add_run(project, {name: SECOND_EPOCH[name] for name in ("news-3", "talk-2")})
        return project

    desk = open_desk(build)
    assert "On the 2 dev sentences" in desk.page.comparison.caption.text()
    assert index_of(desk.page.comparison.model, "DT", "F1", "Run 1").data() == "1.000"
    assert index_of(desk.page.comparison.model, "micro", "", "Support").data() == "3"


def test_another_run_or_none_can_be_chosen(open_desk):
    desk = open_desk(with_two_runs)
    box = desk.page.head.other
    box.setCurrentIndex(box.findText("run 1, epoch 1"))
    box.activated.emit(box.currentIndex())
    assert desk.page.comparison.title.text() == "Run 2, epoch 1, compared with run 1, epoch 1"
    box.setCurrentIndex(0)
    box.activated.emit(0)
    assert not desk.page.comparison.isVisible()


def test_without_an_earlier_run_the_epoch_before_suggests_itself(open_desk):
    desk = open_desk(with_two_runs)
    desk.session.set_context(source=1)
    assert desk.page.head.other.currentText() == "run 1, epoch 1"
    assert desk.page.comparison.model.column(0).title == "Epoch 1"
    assert "from epoch 1" in desk.page.comparison.caption.text()
    desk.session.set_context(epoch=1)
    assert desk.page.head.other.currentText() == "nothing"
    assert not desk.page.comparison.isVisible()


def test_scores_and_changes_compare_with_the_same_epoch(open_desk, qtbot):
    desk = open_desk(with_two_runs)
    box, page = desk.page.head.other, desk.page
    page.head.changes.click()
    assert box.currentData() == EpochKey(1, 2), "the earlier run, as on Scores"
    box.setCurrentIndex(box.findText("run 1, epoch 1"))
    box.activated.emit(box.currentIndex())
    page.head.scores.click()
    assert box.currentData() == EpochKey(1, 1)
    assert page.comparison.title.text() == "Run 2, epoch 1, compared with run 1, epoch 1"
    desk.session.set_context(source=1)
    desk.session.set_context(source=2)
    assert box.currentData() == EpochKey(1, 1), "the choice holds for its run"


def test_many_epochs_keep_names_and_the_current_epoch_in_view(open_desk, qtbot):
    desk = open_desk(with_many_epochs)
    table = desk.page.table
    last = table.visualRect(desk.cell("PS", "Epoch 24", "P"))
    assert table.viewport().rect().contains(last)
    table.horizontalScrollBar().setValue(0)
    assert table.verticalHeader().isVisible()
    assert table.horizontalScrollBar().maximum() > 3_000
    desk.click(qtbot, "LC", "Epoch 13", "P")
    assert desk.session.context.epoch == 13


def test_numbers_that_change_do_not_scroll(open_desk):
    desk = open_desk(with_many_epochs)
    bar = desk.page.table.horizontalScrollBar()
    bar.setValue(777)
    desk.session.correct(desk.project.sentences.by_id("talk-2").number, [])
    assert bar.value() == 777


def test_a_hidden_page_counts_when_it_is_seen_again(desk, qtbot):
    desk.page.hide()
    desk.session.correct(desk.project.sentences.by_id("talk-1").number, [Span(0, 2, "PS"), Span(6, 8, "TI")])
    assert desk.text("TI", "Epoch 2", "F1") == "0.000"
    desk.page.show()
    assert desk.text("TI", "Epoch 2", "F1") == "1.000"


def test_without_a_run_the_page_leads_to_training(open_desk, qtbot):
    desk = open_desk(project_with_sentences)
    assert desk.page.empty.title.text() == "No metrics yet"
    with qtbot.waitSignal(desk.session.page_asked) as asked:
        qtbot.mouseClick(desk.page.empty.button, Qt.MouseButton.LeftButton)
    assert asked.args == ["train"]


def test_without_a_project_the_page_is_empty(open_desk):
    desk = open_desk(None)
    assert desk.page.empty.isVisible()


def test_a_run_without_an_epoch_says_so(open_desk):
    def build(folder):
        project = project_with_run(folder)
        project.runs.end(project.runs.start(TrainSettings()), "stopped")
        return project

    desk = open_desk(build)
    desk.session.set_context(source=2)
    assert desk.page.empty.title.text() == "Run 2 has no finished epoch yet"
    assert "Run 2: stopped." in desk.page.empty.hint.text()


def test_a_new_project_takes_the_place_of_the_old(open_desk, tmp_path):
    desk = open_desk(with_two_runs)
    with project_with_run(tmp_path / "other.spandesk"):
        pass
    desk.session.open(tmp_path / "other.spandesk")
    assert desk.page.head.title.text().startswith("Run 1")


@pytest.fixture
def fake_evaluation(monkeypatch):
    """Predicts the test sentence without a checkpoint."""

    def evaluating(project, run, epoch, split, gold, device="auto"):
        number = project.sentences.by_id("news-5").number
        project.predictions.save(EpochKey(run, epoch), {number: predicted((0, 2, "LC", 0.9))[:1]})
        yield Predicting(1, 1)

    monkeypatch.setattr(evaluate, "evaluate_epoch", evaluating)


def test_evaluating_on_test_shows_test(desk, qtbot, fake_evaluation):
    assert not desk.page.head.split.isVisible()
    qtbot.mouseClick(desk.page.head.evaluate, Qt.MouseButton.LeftButton)
    assert not desk.page.head.evaluate.isEnabled()
    assert "has ended" in desk.page.head.evaluate.toolTip()
    with qtbot.waitSignal(desk.runner.job.ended):
        pass
    assert desk.page.head.split.currentText() == "test"
    assert desk.text("LC", "Epoch 2", "F1") == "1.000"
    assert desk.page.head.hint.text() == "Scored on 1 test sentence."
    assert desk.page.head.evaluate.isEnabled()
    desk.click(qtbot, "LC", "", "Support")
    assert desk.asked == [Selection(split="test", gold_label="LC")]
    box = desk.page.head.split
    box.setCurrentIndex(0)
    box.activated.emit(0)
    assert desk.text("LC", "Epoch 1", "P") == "0.500"


def test_a_failed_evaluation_is_reported(desk, qtbot, monkeypatch):
    def evaluating(*_):
        raise UserError("the checkpoint is damaged")
        yield

    monkeypatch.setattr(evaluate, "evaluate_epoch", evaluating)
    with qtbot.waitSignal(desk.session.problem) as problem:
        qtbot.mouseClick(desk.page.head.evaluate, Qt.MouseButton.LeftButton)
    assert problem.args == ["the checkpoint is damaged"]


def test_without_test_sentences_the_button_says_why_it_is_disabled(open_desk):
    def build(folder):
        project = project_with_run(folder)
        project.database.write("DELETE FROM sentence WHERE split = 'test'", [])
        return project

    button: QPushButton = open_desk(build).page.head.evaluate
    assert not button.isEnabled()
    assert "no test sentences" in button.toolTip()


def test_pointing_at_a_row_emphasises_its_line(desk, qtbot):
    table = desk.page.table
    pointed = []
    table.row_pointed.connect(pointed.append)
    qtbot.mouseMove(table.viewport(), table.visualRect(desk.cell("DT", "Epoch 2", "P")).center())
    assert pointed[-1] == "DT"
    table.setCurrentIndex(desk.cell("LC", "Epoch 2", "P"))
    assert pointed[-1] == "DT", "the pointer comes before the current cell"


def test_a_selected_row_stays_emphasised_until_escape(desk, qtbot):
    table = desk.page.table
    pointed = []
    table.row_pointed.connect(pointed.append)
    table.setCurrentIndex(desk.cell("LC", "Epoch 2", "P"))
    qtbot.keyClick(table, Qt.Key.Key_Escape)
    assert pointed == ["LC", ""]


def test_the_theme_can_change(desk):
    desk.look.show_theme(DARK)
    table = desk.page.table
    corner = table.visualRect(desk.cell("LC", "Epoch 2", "R")).topLeft()
    assert table.viewport().grab().toImage().pixelColor(corner).name() == ground(DARK, is_current=True).name()


def test_a_new_epoch_comes_beside_the_others(desk):
    desk.session.set_context(epoch=1)
    desk.page.table.setCurrentIndex(desk.cell("PS", "Epoch 2", "R"))
    numbers = {desk.project.sentences.by_id(name).number: spans for name, spans in FIRST_EPOCH.items()}
    desk.project.predictions.save(EpochKey(1, 3), numbers)
    desk.session.publish(desk.project.runs.add_epoch(Epoch(1, 3, 0.1, 1.0, epoch_report(desk.project, EpochKey(1, 3)))))
    assert desk.text("LC", "Epoch 3", "P") == "0.500"
    assert desk.page.table.currentIndex() == desk.cell("PS", "Epoch 2", "R")


def test_a_run_that_gets_its_first_epoch_shows_it(open_desk):
    def build(folder):
        project = project_with_run(folder)
        project.runs.start(TrainSettings())
        return project

    desk = open_desk(build)
    desk.session.set_context(source=2)
    assert desk.page.empty.isVisible()
    numbers = {desk.project.sentences.by_id(name).number: spans for name, spans in FIRST_EPOCH.items()}
    desk.project.predictions.save(EpochKey(2, 1), numbers)
    desk.session.publish(desk.project.runs.add_epoch(Epoch(2, 1, 0.1, 1.0, epoch_report(desk.project, EpochKey(2, 1)))))
    assert desk.text("LC", "Epoch 1", "P") == "0.500"
    assert desk.page.model.column(0).is_current


def test_an_epoch_that_was_not_evaluated_on_test_has_nothing_to_copy(desk, qtbot, fake_evaluation):
    qtbot.mouseClick(desk.page.head.evaluate, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(desk.runner.job.ended):
        pass
    assert desk.page.head.copy.isEnabled()
    desk.session.set_context(epoch=1)
    assert {column.group for column in desk.page.model.table.columns} == {"Epoch 2", ""}
    assert not desk.page.head.copy.isEnabled()
    assert desk.page.head.hint.text().startswith("Epoch 1 has not tagged the test sentences yet")


def test_a_selected_cell_stays_legible(desk):
    table = desk.page.table
    table.setCurrentIndex(desk.cell("LC", "Epoch 2", "P"))
    rect = table.visualRect(table.currentIndex())
    inside = table.viewport().grab().toImage().pixelColor(rect.topLeft() + QPoint(4, 4))
    assert inside.name() == ground(LIGHT, is_current=True).name()


def look_at_errors(desk, qtbot):
    qtbot.mouseClick(desk.page.head.errors, Qt.MouseButton.LeftButton)
    return desk.page.errors


def test_errors_take_the_place_of_the_scores_and_back(open_desk, qtbot):
    desk = open_desk(with_two_runs)
    errors = look_at_errors(desk, qtbot)
    assert errors.isVisible()
    assert not desk.page.table.isVisible()
    assert not desk.page.head.other.isVisible(), "errors are those of one epoch"
    qtbot.mouseClick(desk.page.head.scores, Qt.MouseButton.LeftButton)
    assert desk.page.table.isVisible()
    assert desk.page.head.other.isVisible()


def test_the_errors_are_those_of_the_current_epoch(desk, qtbot):
    errors = look_at_errors(desk, qtbot)
    assert errors.kinds.title.text() == "Kinds of errors in epoch 2"
    assert index_of(errors.kinds.model, "TI", "Wrong", "edge").data() == "1"
    desk.session.set_context(epoch=1)
    assert errors.confusion.title.text() == "Confusion of types in epoch 1"
    assert index_of(errors.kinds.model, "TI", "", "Missed").data() == "1"
    assert index_of(errors.confusion.model, "OG", "Predicted as", "LC").data() == "1"


@pytest.mark.parametrize("epoch", [1, 2])
@pytest.mark.parametrize("table", ["kinds", "confusion"])
def test_every_number_of_errors_leads_to_its_sentences(desk, qtbot, epoch, table):
    desk.session.set_context(epoch=epoch)
    shown = getattr(look_at_errors(desk, qtbot), table)
    for row in range(shown.model.rowCount()):
        for column in range(shown.model.columnCount()):
            desk.asked.clear()
            index = shown.model.index(row, column)
            click_on(qtbot, shown.view, index)
            assert len(desk.asked) == bool(shown.model.cell(index).value)
            for selection in desk.asked:
                assert desk.project.selections.numbers(selection, EpochKey(1, epoch), "corrected")


def test_a_confusion_leads_to_exactly_its_sentences(desk, qtbot):
    desk.session.set_context(epoch=1)
    errors = look_at_errors(desk, qtbot)
    index = index_of(errors.confusion.model, "OG", "Predicted as", "LC")
    click_on(qtbot, errors.confusion.view, index)
    assert desk.asked == [Selection("dev", outcomes=("type", "both"), gold_label="OG", predicted_label="LC")]
    assert index.data(Qt.ItemDataRole.ToolTipRole) == (
        "1 of 1 gold span of OG: taken for LC, edges right or wrong\nClick to see 1 sentence: gold OG taken for LC"
    )


def test_a_correction_updates_the_errors_at_once(desk, qtbot):
    errors = look_at_errors(desk, qtbot)
    desk.session.correct(desk.project.sentences.by_id("talk-1").number, [Span(0, 2, "PS"), Span(6, 8, "TI")])
    assert index_of(errors.kinds.model, "TI", "Wrong", "edge").data() == "0"
    assert index_of(errors.kinds.model, "TI", "", "Right").data() == "1"


def test_the_headings_of_errors_say_what_they_count(desk, qtbot):
    model = look_at_errors(desk, qtbot).kinds.model
    for column in range(model.columnCount()):
        said = model.headerData(column, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole)
        assert said.startswith("Predicted spans" if column == 5 else "Gold spans")


def test_the_ground_of_errors_follows_the_theme(desk, qtbot):
    errors = look_at_errors(desk, qtbot)
    desk.look.show_theme(DARK)
    index = index_of(errors.kinds.model, "TI", "Wrong", "edge")
    corner = errors.kinds.view.visualRect(index).topLeft() + QPoint(2, 2)
    colour = errors.kinds.view.viewport().grab().toImage().pixelColor(corner)
    assert colour.name() == mixed(DARK.error, DARK.surface, heat_share(1.0))


def test_an_epoch_that_has_not_tagged_the_split_has_no_errors(desk, qtbot, fake_evaluation):
    qtbot.mouseClick(desk.page.head.evaluate, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(desk.runner.job.ended):
        pass
    errors = look_at_errors(desk, qtbot)
    assert errors.kinds.model.rowCount() == 2
    desk.session.set_context(epoch=1)
    assert errors.kinds.model.rowCount() == errors.confusion.model.rowCount() == 0


def test_both_golds_are_shown_side_by_side_once_they_differ(desk):
    assert "as imported" not in desk.page.head.hint.text()
    number = desk.project.sentences.by_id("talk-2").number
    desk.session.correct(number, [Span(0, 2, "DT"), Span(4, 6, "QT")])
    hint = desk.page.head.hint.text()
    assert hint.endswith("Epoch 2: micro F1 0.800 on the gold as imported, 0.875 as corrected.")
    desk.session.set_context(gold="imported")
    assert desk.page.head.hint.text() == hint


def test_the_window_does_not_wait_while_spans_are_counted(late_answers, desk, qtbot, monkeypatch):
    count, threads = type(desk.project.predictions).matches, []

    def counted(predictions, *asked):
        threads.append(threading.current_thread())
        return count(predictions, *asked)

    qtbot.waitUntil(lambda: desk.page.model.rowCount() > 0)
    monkeypatch.setattr(type(desk.project.predictions), "matches", counted)
    desk.session.correct(desk.project.sentences.by_id("talk-1").number, [])
    qtbot.waitUntil(lambda: len(threads) >= 2 and not desk.page._query.is_waiting)
    assert threading.main_thread() not in threads
    threads.clear()
    desk.session.set_context(epoch=1)
    desk.session.set_context(epoch=2)
    qtbot.waitUntil(lambda: not desk.page._query.is_waiting)
    assert threading.main_thread() not in threads


def test_the_tables_of_errors_get_the_room_that_they_need_when_they_are_first_shown(desk, qtbot):
    desk.page.head.errors.click()
    errors = desk.page.errors
    assert errors.kinds.view.model().rowCount() > 0
    shown = errors.sizes()
    errors.fit(errors.size())
    assert shown[0] == pytest.approx(errors.sizes()[0], abs=2), "as wide as its columns ask for, once they are known"
    least = errors.kinds.view.fitting_width(errors.size())
    assert shown[0] >= least


def test_a_source_that_is_not_a_run_is_shown_like_one(open_desk):
    def build(folder):
        project = project_with_run(folder)
        key = project.sources.open_version(project.sources.add("file", "GPU server", {}), "a")
        spans = {project.sentences.by_id(name).number: found for name, found in SECOND_EPOCH.items()}
        project.predictions.save(key, spans)
        return project

    desk = open_desk(build)
    desk.session.set_context(source=2)
    assert desk.page.head.title.text() == "GPU server · file of spans · 4 sentences"
    assert desk.page.head.hint.text() == "Scored on 4 dev sentences."
    of_run = build_report(desk.project.predictions.counts(EpochKey(1, 2), "dev", "corrected"))
    assert desk.text("PS", "Version 1", "F1") == f"{of_run.labels['PS'].f1:.3f}"
    assert "GPU server says what its file says" in desk.page.head.evaluate.toolTip()
    others = [desk.page.head.other.itemText(at) for at in range(desk.page.head.other.count())]
    assert others == ["nothing", "run 1, epoch 2", "run 1, epoch 1"]
    assert desk.page.comparison.title.text() == "GPU server, compared with run 1, epoch 2"
    desk.session.set_context(source=1)
    assert desk.page.head.other.itemText(2) == "GPU server"
