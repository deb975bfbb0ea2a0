from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication

from core.domain.spans import Sentence, Span
from core.store.changes import ChangeSet
from core.store.project import create_project
from core.store.sentence_selection import ALL_ERRORS, FixedSet, Selection
from gui.inspect.comparison_table import CELL_MARGIN
from gui.inspect.detail_pane import READ_ONLY
from gui.sentence.delegate import SENTENCE_ROLE
from tests.building import FIRST_EPOCH, add_run, add_sentences, project_with_run, project_with_sentences
from tests.gui.driving import LEFT, NONE, move_to

CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)
Key = Qt.Key


def project_with_first_epoch(folder):
    project = project_with_sentences(folder)
    add_run(project, FIRST_EPOCH)
    return project


def choose(combo, text):
    combo.setCurrentIndex(combo.findText(text, Qt.MatchFlag.MatchStartsWith))
    combo.activated.emit(combo.currentIndex())


# Filters


def test_it_opens_on_all_dev_sentences_with_the_first_one_large(bench):
    assert bench.listed() == ["news-3", "news-4", "talk-1", "talk-2"]
    assert bench.page.detail.position.text() == "1 of 4 · dev · news-3"
    assert (bench.page.filters.all.text(), bench.page.filters.errors.text()) == ("All 4", "Errors 2")
    assert QApplication.focusWidget() is bench.page.list.view


def test_error_filters(bench_over):
    bench = bench_over(project_with_first_epoch)
    filters = bench.page.filters
    bench.click(filters.errors)
    assert bench.listed() == ["news-3", "news-4", "talk-1", "talk-2"]
    bench.click(filters.kinds["type"])
    assert bench.listed() == ["news-4"]
    bench.click(filters.kinds["spurious"])
    assert bench.listed() == ["news-4", "talk-1"]
    bench.click(filters.kinds["type"])
    bench.click(filters.kinds["spurious"])
    assert filters.all.isChecked()
    assert len(bench.listed()) == 4


def test_the_path_over_the_epochs(bench):
    filters = bench.page.filters
    choose(filters.histories, "Learned")
    assert bench.listed() == ["news-3", "news-4"]
    steps = [bench.page.model.data(bench.page.model.index(row, 0), SENTENCE_ROLE).steps for row in range(2)]
    assert steps == [(False, True), (False, True)]
    choose(filters.histories, "Never right")
    assert bench.listed() == ["talk-1", "talk-2"]
    bench.click(filters.errors)
    assert bench.listed() == ["talk-1", "talk-2"], "a path and errors hold together"
    choose(filters.split, "train")
    assert not filters.histories.isEnabled()
    assert bench.listed() == ["news-1", "news-2"], "without predictions there is no path"


def test_sentences_that_an_analysis_found_are_shown_in_its_words(bench):
    number = bench.project.sentences.by_id("talk-2").number
    bench.session.inspect(Selection(among=FixedSet("new errors: QT", frozenset([number]))))
    assert bench.listed() == ["talk-2"]
    assert "new errors: QT" in bench.page.filters.asked.text()


def lanes(bench):
    """The spans in the lane of the other epoch."""
    return sorted(mark.span for mark in bench.canvas.scene.marks if mark.lane == "other" and mark.span)


def test_another_epochs_predictions_are_shown_below(bench):
    bar = bench.page.detail.lanes
    assert bar.isVisible()
    assert bar.other.currentText() == "none"
    assert lanes(bench) == []
    choose(bar.other, "run 1, epoch 1")
    assert lanes(bench) == [Span(0, 3, "PS")]
    bench.go_to("news-4")
    assert lanes(bench) == [Span(0, 4, "LC"), Span(6, 8, "LC")]
    bench.session.set_context(epoch=1)
    assert lanes(bench) == [], "an epoch is not compared with itself"
    choose(bar.other, "run 1, epoch 2")
    choose(bar.other, "none")
    assert lanes(bench) == []


def test_one_epoch_alone_has_no_other(bench_over):
    assert not bench_over(project_with_first_epoch).page.detail.lanes.isVisible()


def test_label_and_split(bench):
    filters = bench.page.filters
    choose(filters.labels, "DT")
    assert bench.listed() == ["news-3", "talk-2"]
    bench.click(filters.errors)
    assert bench.listed() == []
    choose(filters.labels, "All types")
    bench.click(filters.all)
    choose(filters.split, "train")
    assert bench.listed() == ["news-1", "news-2"]
    assert not filters.errors.isEnabled()
    assert "No predictions of run 1, epoch 2 for the train" in filters.errors.toolTip()


def test_search_waits_for_the_last_key(bench, qtbot, monkeypatch):
    asked = []
    numbers = bench.project.selections.numbers
    monkeypatch.setattr(bench.project.selections, "numbers", lambda *args: asked.append(args) or numbers(*args))
    bench.key(Key.Key_F, CTRL)
    search = bench.page.filters.search
    assert QApplication.focusWidget() is search
    with qtbot.waitSignal(bench.page.filters.changed):
        QTest.keyClicks(search, "talk-1")
    assert bench.listed() == ["talk-1"]
    assert len(asked) == 1
    search.setText("부산")
    bench.key(Key.Key_Return)
    assert bench.listed() == ["news-4"]
    with qtbot.waitSignal(bench.page.filters.changed):
        search.clear()
    assert len(bench.listed()) == 4
    assert bench.shown() == "news-4"


def test_the_search_field_offers_to_clear_only_what_is_in_it(bench, qtbot):
    search = bench.page.filters.search
    [clear] = search.findChildren(QAbstractButton)
    search.setText("부산")
    bench.key(Key.Key_Return)
    qtbot.waitUntil(lambda: clear.property("opacity") == 1)
    bench.session.inspect(Selection("dev"))
    assert search.text() == ""
    qtbot.waitUntil(lambda: clear.property("opacity") == 0)


def test_digits_and_enter_in_the_search_field_do_not_label(bench):
    bench.canvas.select_next(1)
    bench.page.filters.search.setFocus()
    bench.key(Key.Key_2)
    bench.key(Key.Key_Return)
    assert bench.page.filters.search.text() == "2"
    assert bench.project.corrections.count() == 0


def test_no_match_says_so_and_leads_back(bench):
    bench.page.filters.search.setText("없는 말")
    bench.page.filters.search.returnPressed.emit()
    assert bench.page.list.none.isVisible()
    assert not bench.canvas.isVisible()
    bench.click(bench.page.list.show_all)
    assert len(bench.listed()) == 4
    assert bench.page.filters.search.text() == ""
    assert bench.canvas.isVisible()


def test_corrected_sentences(bench):
    bench.go_to("talk-2")
    bench.session.correct(bench.project.sentences.by_id("talk-2").number, ())
    bench.click(bench.page.filters.corrected)
    assert bench.listed() == ["talk-2"]
    assert "✎ corrected" in bench.page.detail.position.text()


# What other pages ask for


def test_a_selection_from_outside_is_shown_exactly_and_in_words(bench_over):
    bench = bench_over(project_with_first_epoch)
    bench.session.inspect(Selection(outcomes=("edge", "type", "both", "spurious"), predicted_label="OG"))
    asked = bench.page.filters.asked
    assert bench.listed() == ["talk-1"]
    assert asked.isVisible()
    assert "OG · wrong predictions (precision)" in asked.text()
    assert (bench.canvas.selection.kind, bench.canvas.selection.label) == ("predicted", "OG")
    bench.click(asked)
    assert not asked.isVisible()
    assert len(bench.listed()) == 4


def test_asked_for_all_errors_the_errors_button_is_down(bench):
    bench.session.inspect(Selection(outcomes=ALL_ERRORS))
    assert bench.page.filters.errors.isChecked()
    assert bench.listed() == ["talk-1", "talk-2"]
    assert bench.shown() == "talk-1"


# Mending


def test_a_drag_and_a_digit_make_a_span(bench):
    bench.go_to("news-3")
    bench.drag(11, 12)
    bench.key(Key.Key_4)
    assert bench.gold("news-3") == [(0, 2, "PS"), (4, 9, "DT"), (11, 13, "AF")]
    assert "✎ corrected" in bench.page.detail.position.text()
    assert bench.canvas.selection.label == "AF"


def test_shift_and_a_digit_label_too(bench):
    bench.go_to("news-3")
    bench.drag(11, 12)
    bench.key(Key.Key_Percent, SHIFT)
    assert bench.gold("news-3")[-1] == (11, 13, "TM")


def test_the_gold_is_mended_by_keys_alone(bench):
    bench.go_to("talk-1")
    bench.key(Key.Key_Tab)
    assert bench.canvas.selection.label == "PS"
    bench.key(Key.Key_Right, SHIFT)
    assert bench.gold("talk-1")[0] == (0, 3, "PS")
    bench.key(Key.Key_Right, ALT | SHIFT)
    assert bench.gold("talk-1")[0] == (1, 3, "PS")
    bench.key(Key.Key_Left, ALT | SHIFT)
    bench.key(Key.Key_Left, SHIFT)
    bench.key(Key.Key_3)
    assert bench.gold("talk-1")[0] == (0, 2, "OG")
    bench.key(Key.Key_Tab)
    assert (bench.canvas.selection.kind, bench.canvas.selection.label) == ("predicted", "PS")
    bench.key(Key.Key_Tab)
    bench.key(Key.Key_Tab)
    assert (bench.canvas.selection.kind, bench.canvas.selection.label) == ("gold", "TI")
    bench.key(Key.Key_Delete)
    assert bench.gold("talk-1") == [(0, 2, "OG")]
    bench.key(Key.Key_Backtab, SHIFT)
    assert bench.canvas.selection is not None
    bench.key(Key.Key_Escape)
    assert bench.canvas.selection is None


def test_enter_accepts_what_the_run_said(bench):
    bench.go_to("talk-1")
    bench.key(Key.Key_Return)
    assert bench.gold("talk-1") == [(0, 2, "PS"), (6, 8, "TI")]
    assert bench.page.filters.errors.text() == "Errors 1"


def test_ctrl_enter_goes_through_all_errors(bench_over):
    bench = bench_over(project_with_first_epoch)
    bench.go_to("news-3")
    seen = []
    for _ in range(8):
        bench.key(Key.Key_Return, CTRL)
        seen.append(bench.shown())
    assert list(dict.fromkeys(seen)) == ["news-3", "news-4", "talk-1", "talk-2"]
    assert bench.gold("news-3") == [(0, 3, "PS"), (4, 9, "DT")]
    assert bench.gold("news-4") == [(0, 4, "LC"), (6, 8, "LC")]
    assert (12, 14, "OG") in bench.gold("talk-1")
    assert bench.page.detail.notice.text() == "No further error in this list"


def test_a_chip_labels_and_shows_the_label_of_the_selected_span(bench):
    bench.go_to("news-4")
    bench.key(Key.Key_Tab)
    chips = bench.page.detail.chips.chips
    assert [label for label, chip in chips.items() if chip.isChecked()] == ["OG"]
    bench.click(chips["LC"])
    assert bench.gold("news-4")[0] == (0, 4, "LC")
    assert [label for label, chip in chips.items() if chip.isChecked()] == ["LC"]
    bench.key(Key.Key_Escape)
    bench.click(chips["PS"])
    assert "Select a span" in bench.page.detail.notice.text()
    assert bench.project.corrections.count() == 1


def test_the_table_says_every_verdict_and_selects(bench_over):
    bench = bench_over(project_with_first_epoch)
    bench.go_to("talk-1")
    rows = bench.page.detail.table.rows
    cells = [[rows.index(row, column).data() for column in range(5)] for row in range(rows.rowCount())]
    assert cells == [
        ["민서", "PS", "PS", ".91", "✓ right"],
        ["오후 3시", "TI", "–", "", "✗ missed"],
        [" 보", "–", "OG", ".31", "✗ spurious"],
    ]
    table = bench.page.detail.table
    QTest.mouseClick(table.viewport(), LEFT, NONE, table.visualRect(rows.index(2, 0)).center())
    assert (bench.canvas.selection.kind, bench.canvas.selection.label) == ("predicted", "OG")
    bench.key(Key.Key_5)
    assert (12, 14, "DT") in bench.gold("talk-1")


# Going from sentence to sentence


def test_keys_go_from_sentence_to_sentence(bench):
    bench.key(Key.Key_Down)
    assert bench.shown() == "news-4"
    bench.canvas.setFocus()
    bench.key(Key.Key_Down)
    assert bench.shown() == "talk-1"
    bench.key(Key.Key_Up)
    bench.key(Key.Key_Up, CTRL)
    bench.key(Key.Key_Up, CTRL)
    assert bench.shown() == "news-3"
    bench.key(Key.Key_Right, CTRL)
    assert bench.shown() == "talk-1"
    assert bench.canvas.selection.label == "TI"
    bench.key(Key.Key_Right, CTRL)
    bench.key(Key.Key_Right, CTRL)
    assert bench.shown() == "talk-2"
    bench.key(Key.Key_Left, CTRL)
    assert bench.shown() == "talk-1"


def test_f6_goes_round_the_panes(bench):
    seen = []
    for _ in range(5):
        bench.key(Key.Key_F6)
        seen.append(QApplication.focusWidget())
    detail = bench.page.detail
    assert seen == [detail.lanes.other, bench.canvas, detail.table, bench.page.filters.search, bench.page.list.view]


# Changes


def test_another_epoch_keeps_the_sentence_though_it_is_no_longer_listed(bench_over):
    bench = bench_over(project_with_run)
    bench.session.set_context(epoch=1)
    bench.click(bench.page.filters.errors)
    bench.go_to("news-4")
    bench.session.set_context(epoch=2)
    assert bench.listed() == ["talk-1", "talk-2"]
    assert bench.shown() == "news-4"
    assert bench.page.detail.position.text() == "not in this list · dev · news-4"
    bench.key(Key.Key_Down, CTRL)
    assert bench.shown() == "talk-1"


def test_a_sentence_that_moves_to_train_stays_in_sight(bench):
    bench.session.inspect(Selection(sentence_id="talk-1"))
    assert bench.listed() == ["talk-1"]
    assert bench.page.filters.asked.text() == "sentence talk-1  ✕"
    bench.project.sentences.move_to_train([bench.project.sentences.by_id("talk-1").number], 1)
    bench.session.publish(ChangeSet("import", corpus=True))
    assert bench.listed() == []
    assert bench.canvas.isVisible()
    assert bench.page.detail.position.text() == "not in this list · train · talk-1"


def test_a_drag_is_not_dropped_when_an_epoch_ends(bench):
    bench.go_to("news-3")
    QTest.mousePress(bench.canvas, LEFT, NONE, bench.point(11))
    bench.session.set_context(epoch=1)
    bench.session.publish(ChangeSet("import", corpus=True))
    assert bench.page.filters.errors.text() == "Errors 2"
    move_to(bench.canvas, bench.point(12))
    QTest.mouseRelease(bench.canvas, LEFT, NONE, bench.point(12))
    assert (bench.canvas.selection.start, bench.canvas.selection.end) == (11, 13)
    assert bench.page.filters.errors.text() == "Errors 4"


def test_after_undo_and_redo_the_span_is_selected(bench):
    bench.go_to("talk-1")
    bench.key(Key.Key_Tab)
    bench.key(Key.Key_Right, SHIFT)
    bench.session.undo()
    assert bench.canvas.selection.span == Span(0, 2, "PS")
    bench.session.redo()
    assert bench.canvas.selection.span == Span(0, 3, "PS")
    bench.key(Key.Key_Delete)
    bench.go_to("news-3")
    bench.session.undo()
    assert (bench.shown(), bench.canvas.selection.span) == ("talk-1", Span(0, 3, "PS"))


def test_what_a_label_would_replace_is_said_before(bench):
    bench.go_to("news-3")
    bench.drag(1, 5)
    assert bench.page.detail.notice.text() == "replaces 세종 PS, 1443년 DT"
    bench.key(Key.Key_Escape)
    assert bench.page.detail.notice.text() == ""


def test_every_verdict_is_read_whole(bench):
    table = bench.page.detail.table
    words = table.fontMetrics().horizontalAdvance("✗ wrong edge + type")
    assert table.columnWidth(4) >= words + 2 * CELL_MARGIN


def test_the_list_stays_while_errors_are_mended(bench):
    bench.click(bench.page.filters.errors)
    bench.go_to("talk-1")
    bench.key(Key.Key_Return)
    assert bench.listed() == ["talk-1", "talk-2"]
    assert bench.shown() == "talk-1"
    bench.click(bench.page.filters.errors)
    assert bench.listed() == ["talk-2"]


def test_undo_leads_to_the_sentence_that_it_changed(bench):
    bench.go_to("talk-1")
    bench.key(Key.Key_Return)
    bench.go_to("news-3")
    bench.session.undo()
    assert bench.shown() == "talk-1"
    assert bench.gold("talk-1") == [(0, 2, "PS"), (6, 11, "TI")]
    assert bench.page.filters.errors.text() == "Errors 2"
    bench.session.redo()
    assert bench.canvas.comparisons[1].gold == Span(6, 8, "TI")
    bench.page.filters.search.setText("세종")
    bench.page.filters.search.returnPressed.emit()
    bench.session.undo()
    assert bench.shown() == "news-3"
    assert "talk-1" in bench.page.detail.notice.text()


def test_who_hears_of_a_selection_finds_it_in_the_gold_that_is_shown(bench):
    heard = []

    def look():
        selection, detail = bench.canvas.selection, bench.page.detail
        if selection is not None and selection.kind == "gold":
            shown = {comparison.gold for comparison in bench.canvas.comparisons}
            listed = {comparison.gold for comparison in detail.table.rows.comparisons}
            heard.append((selection.label, selection.span in shown, selection.span in listed))

    bench.go_to("news-3")
    bench.key(Key.Key_Tab)
    bench.canvas.setFocus()
    bench.canvas.selectionChanged.connect(look)
    for key in (Key.Key_2, Key.Key_3):
        bench.key(key)
    bench.session.undo()
    assert [label for label, *_ in heard] == ["LC", "OG", "LC"]
    assert all(is_shown and is_listed for _, is_shown, is_listed in heard)


def test_a_refusal_leaves_the_stored_gold_on_the_canvas(bench, qtbot):
    bench.go_to("news-3")
    with qtbot.waitSignal(bench.session.problem):
        bench.canvas.goldProposed.emit((Span(0, 99, "PS"),))
    assert bench.gold("news-3") == [(0, 2, "PS"), (4, 9, "DT")]
    assert [comparison.gold for comparison in bench.canvas.comparisons] == [Span(0, 2, "PS"), Span(4, 9, "DT")]


def test_the_gold_as_imported_is_only_looked_at(bench):
    number = bench.project.sentences.by_id("news-3").number
    bench.session.correct(number, (Span(0, 3, "PS"),))
    bench.session.set_context(gold="imported")
    assert bench.shown() == "news-3"
    assert [c.gold for c in bench.canvas.comparisons] == [Span(0, 2, "PS"), Span(4, 9, "DT")]
    assert bench.page.detail.notice.text() == READ_ONLY
    bench.drag(11, 12)
    bench.key(Key.Key_4)
    bench.key(Key.Key_Delete)
    assert bench.project.corrections.count() == 1
    assert bench.page.detail.notice.property("role") == "error"
    bench.session.set_context(gold="corrected")
    assert [c.gold for c in bench.canvas.comparisons if c.gold] == [Span(0, 3, "PS")]


def test_another_epoch_brings_other_errors(bench):
    bench.go_to("talk-1")
    bench.session.set_context(epoch=1)
    assert bench.shown() == "talk-1"
    assert bench.page.filters.errors.text() == "Errors 4"
    assert any(c.outcome == "missed" for c in bench.canvas.comparisons)


def test_an_import_lengthens_the_list_and_keeps_the_place(bench):
    bench.go_to("talk-1")
    add_sentences(bench.project, [("dev", Sentence("new-1", "새 문장이다."))])
    bench.project.sentences.add_labels(["ZZ"])
    bench.session.publish(ChangeSet("import", corpus=True))
    assert bench.listed()[-1] == "new-1"
    assert bench.shown() == "talk-1"
    assert "ZZ" in bench.page.detail.chips.labels


# Without


def test_without_a_run_the_gold_is_edited_all_the_same(bench_over):
    bench = bench_over(project_with_sentences)
    assert bench.listed() == ["news-3", "news-4", "talk-1", "talk-2"]
    assert not bench.page.filters.errors.isEnabled()
    assert "Train a run first" in bench.page.filters.kinds["missed"].toolTip()
    bench.drag(11, 12)
    bench.click(bench.page.detail.chips.chips["CV"])
    assert bench.gold("news-3")[-1] == (11, 13, "CV")


def test_an_empty_project_leads_to_the_corpus(bench_over, qtbot):
    bench = bench_over(create_project)
    assert bench.page.empty.isVisible()
    with qtbot.waitSignal(bench.session.page_asked, check_params_cb=lambda name: name == "corpus"):
        bench.click(bench.page.empty.button)
    add_sentences(bench.project, [("test", Sentence("only", "하나뿐인 문장."))])
    bench.session.publish(ChangeSet("import", corpus=True))
    assert "no dev sentences" in bench.page.list.none.text()
    bench.click(bench.page.list.show_all)
    assert bench.listed() == ["only"]


def test_a_closed_project_leaves_nothing_behind(bench):
    bench.session.close()
    assert bench.page.empty.isVisible()
    assert bench.page.model.rowCount() == 0


def test_every_button_names_its_key(bench):
    actions = bench.page.actions_by_name | bench.page.detail.actions_by_name
    for action in actions.values():
        assert action.shortcut().toString(action.shortcut().SequenceFormat.NativeText) in action.toolTip()
