"""Moving sentences from Inspect: by keys, by the menu of the list, and back; and who said what of them."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QInputDialog, QMenu, QMessageBox

from core.domain.spans import Span
from core.metrics.comparison import compare_spans
from tests.building import project_with_run
from tests.gui.driving import wait_for_job

Key = Qt.Key
CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def bench(bench_over):
    return bench_over(project_with_run)


@pytest.fixture
def notices(bench):
    said = []
    bench.session.notified.connect(lambda notice: said.append(notice.words))
    return said


def offered(bench):
    box = bench.page.filters.split
    return [box.itemText(at) for at in range(box.count())]


def entries(menu):
    return [action.text() for action in menu.actions() if not action.isSeparator()]


def give_reason(bench, words):
    [dialog] = bench.page.findChildren(QInputDialog)
    dialog.setTextValue(words)
    dialog.accept()


def test_a_deleted_sentence_leaves_the_list_which_goes_on_with_the_next(bench, notices):
    assert offered(bench) == ["train", "dev", "test"]
    bench.go_to("news-4")
    bench.key(Key.Key_Delete, CTRL_SHIFT)
    assert bench.listed() == ["news-3", "talk-1", "talk-2"]
    assert bench.shown() == "talk-1"
    assert notices == ["Done: Delete news-4. Run 1 is measured on 1 dev sentence less."]
    assert offered(bench) == ["train", "dev", "test", "deleted"]
    bench.session.undo()
    assert bench.listed() == ["news-3", "news-4", "talk-1", "talk-2"]
    assert offered(bench) == ["train", "dev", "test"]


def pool_project(folder):
    project = project_with_run(folder)
    project.database.write("UPDATE sentence SET split = 'pool', judged = 'no' WHERE id IN ('news-3', 'news-4')")
    return project


@pytest.mark.parametrize("many", [2, 250])
def test_before_what_nobody_judged_becomes_gold_a_person_is_asked(bench_over, qtbot, monkeypatch, many):
    monkeypatch.setattr("gui.inspect.moving.LARGE", many)
    bench = bench_over(pool_project)
    split = bench.page.filters.split
    split.setCurrentIndex(split.findData("pool"))
    split.activated.emit(split.currentIndex())

    def ask(answer):
        menu = bench.page.mover.menu()
        menu.actions()[-1].menu().actions()[0].trigger()
        qtbot.waitUntil(lambda: bool(bench.page.findChildren(QMessageBox)))
        [box] = bench.page.findChildren(QMessageBox)
        assert box.text() == (
            "Nobody judged 2 of these 2 sentences yet. In train, their gold counts as right, as it is."
        )
        with qtbot.waitSignal(box.destroyed):
            next(button for button in box.buttons() if button.text() == answer).click()
        return bench.project.sentences.count("pool")

    assert ask("Cancel") == 2
    assert ask("Move as gold") == 0
    bench.session.undo()
    assert bench.project.sentences.count("pool") == 2


def test_the_last_one_of_the_list_is_followed_by_the_one_before(bench):
    bench.go_to("talk-2")
    bench.key(Key.Key_Delete, CTRL_SHIFT)
    assert (bench.listed(), bench.shown()) == (["news-3", "news-4", "talk-1"], "talk-1")


def test_a_sentence_is_set_aside_with_a_reason_and_comes_back(bench, notices):
    bench.go_to("news-3")
    bench.key(Key.Key_A, CTRL_SHIFT)
    give_reason(bench, " 번역투 ")
    assert bench.shown() == "news-4"
    split = bench.page.filters.split
    split.setCurrentIndex(split.findData("aside"))
    split.activated.emit(split.currentIndex())
    assert bench.listed() == ["news-3"]
    assert bench.page.detail.position.text() == "1 of 1 · set aside: 번역투 · news-3"
    bench.key(Key.Key_B, CTRL_SHIFT)
    assert bench.project.sentences.by_id("news-3").split == "dev"
    assert notices[-1] == "Done: Bring news-3 back to dev"
    assert bench.page.list.none.text() == "The project has no set aside sentences."
    assert bench.project.problems() == []


def test_keys_move_between_splits(bench):
    bench.go_to("news-3")
    for key, section in ((Key.Key_X, "test"), (Key.Key_T, "train"), (Key.Key_D, "dev")):
        bench.key(key, CTRL_SHIFT)
        assert bench.project.sentences.by_id("news-3").split == section
        bench.page.listing.go_to(bench.project.sentences.by_id("news-3").number)
        bench.page.listing.current = bench.project.sentences.by_id("news-3").number


def test_a_key_that_would_move_nothing_says_so_and_stays(bench, notices):
    bench.go_to("news-3")
    bench.key(Key.Key_B, CTRL_SHIFT)
    bench.key(Key.Key_D, CTRL_SHIFT)
    assert notices == [
        "Nothing to bring back: none of them is set aside or deleted.",
        "Nothing to move: all of them are in dev already.",
    ]
    assert bench.shown() == "news-3"
    bench.session.move_sentences(bench.page.listing.model.numbers, "dev")
    assert notices[-1] == "Nothing to move: all of them are in dev already."
    assert not bench.session.project.corrections.can_undo


def test_who_gives_no_answer_sets_nothing_aside(bench, notices):
    bench.go_to("news-3")
    bench.key(Key.Key_A, CTRL_SHIFT)
    [dialog] = bench.page.findChildren(QInputDialog)
    dialog.reject()
    assert bench.listed() == ["news-3", "news-4", "talk-1", "talk-2"]
    assert notices == []


def test_the_menu_offers_what_can_be_done_with_the_sentence_and_with_all_that_are_listed(bench, notices, qtbot):
    bench.go_to("news-4")
    menu = bench.page.mover.menu()
    assert entries(menu) == ["Move to train", "Move to test", "Set aside…", "Delete", "All 4 listed sentences"]
    everything = menu.actions()[-1].menu()
    assert entries(everything) == ["Move to train", "Move to test", "Set aside…", "Delete"]
    everything.actions()[1].trigger()
    assert bench.listed() == []
    assert bench.project.sentences.count("test") == 5
    assert notices == ["Done: Move 4 sentences to test. Run 1 is measured on 4 dev sentences less."]
    bench.session.undo()
    assert len(bench.listed()) == 4


def test_the_menu_opens_over_a_sentence_and_closes_for_good(bench, qtbot):
    view = bench.page.list.view
    at = view.visualRect(bench.page.model.index(1, 0)).center()
    view.customContextMenuRequested.emit(at)
    [menu] = [menu for menu in bench.page.findChildren(QMenu) if menu.isVisible()]
    with qtbot.waitSignal(menu.destroyed):
        menu.close()
    view.customContextMenuRequested.emit(QPoint(5, view.viewport().height() - 1))
    assert not [menu for menu in bench.page.findChildren(QMenu) if menu.isVisible()]


def test_many_sentences_move_in_a_job_and_are_taken_back_in_one(window, tmp_path, monkeypatch, qtbot):
    for module in ("gui.session", "core.store.gold.moves", "core.store.gold.corrections"):
        monkeypatch.setattr(f"{module}.LARGE", 2)
    project_with_run(tmp_path / "p.spandesk").close()
    window.open_project(tmp_path / "p.spandesk")
    session, said = window.context.session, []
    session.notified.connect(lambda notice: said.append(notice.words))
    session.move_sentences([1, 2, 3, 4], "aside")
    wait_for_job(qtbot, window.context.runner)
    assert session.project.sentences.count("aside") == 4
    session.undo()
    wait_for_job(qtbot, window.context.runner)
    assert session.project.sentences.count("aside") == 0
    assert said == [
        "Done: Set 4 sentences aside. Run 1 is measured on 2 dev sentences less.",
        "Undone: Set 4 sentences aside",
    ]


def test_who_wrote_a_note_and_gave_a_verdict_is_in_their_tooltips(bench):
    project, number = bench.project, bench.project.sentences.by_id("talk-2").number
    bench.go_to("talk-2")
    assert bench.page.detail.note.toolTip().startswith("A note on the sentence")
    bench.session.sign("지민")
    bench.session.note(number, "확인")
    assert bench.page.detail.note.toolTip().startswith("Written by 지민; the search finds it")
    predicted = project.predictions.of(bench.session.context.key, [number])[number]
    wrong = next(each for each in compare_spans((Span(0, 2, "DT"),), predicted) if each.is_error)
    project.reviews.judge(number, bench.session.context.key, wrong, "model")
    bench.page.refresh()
    rows = bench.page.detail.table.model()
    tips = [rows.index(row, 5).data(Qt.ItemDataRole.ToolTipRole) for row in range(rows.rowCount())]
    assert "model wrong (by 지민)" in tips
