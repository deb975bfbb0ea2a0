"""Labels in the real window: new, renamed, merged, replaced, deleted; counted before, undone in one step."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox

from core.domain.generators import run_to_end
from core.domain.spans import SPLITS
from core.store.gold import corrections
from gui.corpus import labels_window
from gui.corpus.labels_window import LabelsWindow
from gui.look.theme import DARK
from tests.building import project_with_run
from tests.core.store.failing import connection_of, failing_connections
from tests.gui.driving import click, compose, wait_for_job


@pytest.fixture
def labels(window, tmp_path):
    project_with_run(tmp_path / "p.spandesk").close()
    window.open_project(tmp_path / "p.spandesk")
    click(window.rail.button("corpus"))
    click(window.pages["corpus"].labels)
    return window.findChild(LabelsWindow)


def count(window, label):
    counts = window.context.session.project.sentences.label_counts()
    return sum(counts.get((split, label), 0) for split in SPLITS)


def choose(box, label):
    box.setCurrentIndex(box.findData(label))


def test_a_label_is_renamed_and_one_undo_takes_it_back(labels, window, qtbot):
    labels.table.choose("LC")
    assert labels.rename.text() == "Rename 4 spans"
    assert not labels.rename.isEnabled()
    labels.new_name.setText("PLACE")
    click(labels.rename)
    wait_for_job(qtbot, window.context.runner)
    assert (count(window, "LC"), count(window, "PLACE")) == (0, 4)
    assert labels.said.text() == "Renaming LC to PLACE: 4 sentences changed."
    project = window.context.session.project
    assert "LC" not in project.sentences.labels()
    assert [s.label for s in project.sentences.by_id("news-5").imported] == ["LC"]
    assert project.runs.by_number(1).labels == ("PS", "LC", "OG", "DT")
    window.show_page("inspect")
    assert "PLACE" in window.pages["inspect"].detail.chips.labels
    window.undo.trigger()
    assert (count(window, "LC"), count(window, "PLACE")) == (4, 0)
    assert "PLACE" not in project.sentences.labels()
    assert project.problems() == []
    click(window.rail.button("metrics"))


def test_a_large_step_is_undone_as_a_job(labels, window, qtbot, monkeypatch):
    monkeypatch.setattr(corrections, "LARGE", 2)
    monkeypatch.setattr("core.store.gold.relabelling.LARGE", 2)
    labels.table.choose("LC")
    labels.new_name.setText("PLACE")
    click(labels.rename)
    wait_for_job(qtbot, window.context.runner)
    window.undo.trigger()
    assert window.context.runner.job.title == "Undoing: Rename LC to PLACE"
    wait_for_job(qtbot, window.context.runner)
    assert (count(window, "LC"), count(window, "PLACE")) == (4, 0)
    window.redo.trigger()
    wait_for_job(qtbot, window.context.runner)
    assert (count(window, "LC"), count(window, "PLACE")) == (0, 4)
    assert window.context.session.project.problems() == []


def test_labels_are_merged(labels, window, qtbot):
    labels.table.choose("TI")
    choose(labels.into, "DT")
    assert labels.merge.text() == "Merge 1 span"
    click(labels.merge)
    wait_for_job(qtbot, window.context.runner)
    assert (count(window, "TI"), count(window, "DT")) == (0, 4)
    assert "TI" not in window.context.session.project.sentences.labels()


def test_a_label_is_replaced_where_the_text_and_the_split_match(labels, window, qtbot):
    labels.table.choose("LC")
    choose(labels.replaced_by, "OG")
    qtbot.waitUntil(lambda: labels.replace.text() == "Replace 4 spans")
    choose(labels.how, False)
    labels.text.setText("산")
    qtbot.waitUntil(lambda: labels.replace.text() == "Replace 1 span")
    choose(labels.split, "train")
    qtbot.waitUntil(lambda: labels.replace.text() == "Replace 0 spans")
    assert not labels.replace.isEnabled()
    choose(labels.split, None)
    qtbot.waitUntil(labels.replace.isEnabled)
    click(labels.replace)
    wait_for_job(qtbot, window.context.runner)
    assert [s.label for s in window.context.session.project.sentences.by_id("news-4").gold] == ["OG", "OG"]
    assert count(window, "LC") == 3


def test_labels_come_and_only_those_without_a_span_go(labels, window, qtbot):
    labels.new.setText("NEW")
    click(labels.add)
    project = window.context.session.project
    assert "NEW" in project.sentences.labels()
    labels.table.choose("LC")
    assert not labels.delete.isEnabled()
    assert "merge it" in labels.delete.toolTip()
    labels.table.choose("NEW")
    qtbot.waitUntil(labels.delete.isEnabled)
    click(labels.delete)
    assert "NEW" not in project.sentences.labels()


def test_what_cannot_be_done_is_said_in_the_window(labels, window):
    labels.new.setText("no\u200blabel")
    click(labels.add)
    assert "is not a valid label" in labels.said.text()
    labels.table.choose("LC")
    labels.new_name.setText("OG")
    click(labels.rename)
    assert "merge into it instead" in labels.said.text()
    assert window.context.runner.job is None


def test_it_closes_with_its_project(labels, window):
    window.context.session.close()
    assert not labels.isVisible()


def test_it_may_be_closed_while_its_job_runs(labels, window, qtbot):
    labels.table.choose("LC")
    labels.new_name.setText("PLACE")
    click(labels.rename)
    with qtbot.waitSignal(labels.destroyed):
        labels.close()
    wait_for_job(qtbot, window.context.runner)
    assert (count(window, "LC"), count(window, "PLACE")) == (0, 4)


def test_a_job_that_is_stopped_changes_nothing(labels, window, qtbot, monkeypatch):
    monkeypatch.setattr("core.store.gold.relabelling.LARGE", 1)
    labels.table.choose("LC")
    labels.new_name.setText("PLACE")
    click(labels.rename)
    window.context.runner.job.cancel()
    wait_for_job(qtbot, window.context.runner)
    assert labels.said.text().endswith(("stopped, and nothing was changed.", "4 sentences changed."))
    stopped = "stopped" in labels.said.text()
    assert (count(window, "LC"), count(window, "PLACE")) == ((4, 0) if stopped else (0, 4))


def test_it_wears_the_theme_of_the_window(labels, window):
    window.appearance.choose_theme("dark")
    ink = labels.table.item(0, 0).foreground().color().name()
    labels.close()
    click(window.pages["corpus"].labels)
    opened_later = window.findChildren(LabelsWindow)[-1].table.item(0, 0).foreground().color().name()
    assert (ink, opened_later) == (DARK.label("PS").ink, DARK.label("PS").ink)


def test_one_window_is_enough(labels, window):
    labels.new_name.setText("half a name")
    click(window.pages["corpus"].labels)
    assert [each.new_name.text() for each in window.findChildren(LabelsWindow)] == ["half a name"]


def test_another_project_gets_a_window_of_its_own(labels, window, tmp_path):
    project_with_run(tmp_path / "q.spandesk").close()
    window.open_project(tmp_path / "q.spandesk")
    click(window.pages["corpus"].labels)
    [shown] = [each for each in window.findChildren(LabelsWindow) if each.isVisible()]
    shown.new.setText("NEW")
    click(shown.add)
    assert "NEW" in window.context.session.project.sentences.labels()


def test_a_rename_that_can_be_neither_finished_nor_taken_back_is_shown_and_holds_up_all_others(
    window, qtbot, tmp_path, monkeypatch
):
    monkeypatch.setattr(corrections, "LARGE", 2)
    monkeypatch.setattr("core.store.gold.relabelling.LARGE", 2)
    folder, problems = tmp_path / "p.spandesk", []
    project_with_run(folder).close()
    with failing_connections():
        window.open_project(folder)
    session = window.context.session
    project, connection = session.project, connection_of(session.project)
    session.problem.connect(problems.append)

    def rename():
        work = project.labels.rename("LC", "PLACE")
        yield next(work)
        connection.fail(0, lasts=True)
        yield from work

    with qtbot.waitSignal(session.changed) as changed:
        session.change_many("Renaming LC to PLACE", rename)
    assert changed.args[0].corpus
    wait_for_job(qtbot, window.context.runner)
    assert "could not be rolled back, so some of them still have it" in problems[0]
    number = project.sentences.by_id("news-3").number
    assert not session.run_reporting_errors(lambda: session.correct(number, []))
    connection.heal()
    assert session.run_reporting_errors(lambda: session.correct(number, []))
    assert (count(window, "LC"), count(window, "PLACE")) == (4, 0)


def test_a_double_click_on_merge_merges_once_and_no_other_label(labels, window, qtbot):
    labels.table.choose("AM")
    choose(labels.into, "DT")
    before = {label: count(window, label) for label in ("PS", "LC", "OG", "DT", "TI")}
    assert labels.merge.text() == "Merge 0 spans"
    qtbot.mouseClick(labels.merge, Qt.MouseButton.LeftButton)
    qtbot.mouseDClick(labels.merge, Qt.MouseButton.LeftButton)
    wait_for_job(qtbot, window.context.runner)
    qtbot.mouseClick(labels.merge, Qt.MouseButton.LeftButton)
    assert window.context.runner.job is None
    assert {label: count(window, label) for label in before} == before
    assert "AM" not in window.context.session.project.sentences.labels()
    assert labels.table.label is None
    assert labels.into.currentData() is None
    assert labels.undo.text() == "Undo: Merge AM into DT"
    qtbot.waitUntil(labels.undo.isEnabled)
    click(labels.undo)
    assert "AM" in window.context.session.project.sentences.labels()
    assert window.job_strip.notice.text() == "Undone: Merge AM into DT"


def test_a_label_whose_rename_is_undone_stays_chosen_under_its_old_name(labels, window, qtbot):
    labels.table.choose("LC")
    labels.new_name.setText("PLACE")
    click(labels.rename)
    wait_for_job(qtbot, window.context.runner)
    assert labels.table.label == "PLACE"
    qtbot.waitUntil(labels.undo.isEnabled)
    click(labels.undo)
    assert labels.table.label == "LC"
    assert labels.titles["rename"].text() == "Rename LC to"


def test_no_target_is_chosen_beforehand(labels):
    labels.table.choose("LC")
    assert labels.into.currentData() is None
    assert labels.replaced_by.currentData() is None
    assert not labels.merge.isEnabled()
    choose(labels.into, "PS")
    assert labels.merge.isEnabled()
    labels.table.choose("OG")
    assert labels.into.currentData() is None


def test_a_large_change_asks_once_with_its_numbers(labels, window, qtbot, monkeypatch):
    monkeypatch.setattr(labels_window, "LARGE_CHANGE", 2)
    asked = []

    def answer(box):
        asked.append((box.text(), [button.text() for button in box.buttons()]))
        box.buttons()[len(asked) == 1].click()

    monkeypatch.setattr(QMessageBox, "exec", answer)
    labels.table.choose("LC")
    choose(labels.into, "OG")
    click(labels.merge)
    assert asked == [("Merge 4 LC spans into OG? LC leaves the tag set.", ["Merge", "Cancel"])]
    assert window.context.runner.job is None
    assert count(window, "LC") == 4
    click(labels.merge)
    wait_for_job(qtbot, window.context.runner)
    assert count(window, "LC") == 0
    assert len(asked) == 2


def test_enter_adds_and_renames_and_the_renamed_label_stays_chosen(labels, window, qtbot):
    labels.new.setText("NEW")
    qtbot.keyClick(labels.new, Qt.Key.Key_Return)
    assert "NEW" in window.context.session.project.sentences.labels()
    labels.table.choose("LC")
    labels.new_name.setText("PLACE")
    qtbot.keyClick(labels.new_name, Qt.Key.Key_Return)
    wait_for_job(qtbot, window.context.runner)
    assert count(window, "PLACE") == 4
    assert labels.table.label == "PLACE"


def test_the_undo_key_works_in_the_window(labels, window, qtbot):
    labels.new.setText("NEW")
    click(labels.add)
    labels.table.setFocus()
    qtbot.keyClick(labels.table, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert "NEW" not in window.context.session.project.sentences.labels()
    assert not labels.undo.isEnabled()
    assert labels.undo.text() == "Nothing to undo"


def test_keys_stay_with_their_labels_whatever_becomes_of_others(labels, window, qtbot):
    project, chips = window.context.session.project, window.pages["inspect"].detail.chips
    window.show_page("inspect")
    before = {label: chips.key_of(label) for label in chips.labels}
    assert [before[label] for label in ("PS", "LC", "OG", "AF", "DT")] == ["1", "2", "3", "4", "5"]
    for name in ("TM", "TR"):
        window.context.session.delete_label(name)
    window.context.session.publish(run_to_end(project.labels.rename("AF", "ART")))
    window.context.session.publish(run_to_end(project.labels.merge("OG", "LC")))
    assert chips.labels[:4] == ("PS", "LC", "ART", "DT")
    kept = {label: before["AF" if label == "ART" else label] for label in chips.labels}
    assert {label: chips.key_of(label) for label in chips.labels} == kept
    assert chips.label_at(2) is None
    assert chips.label_at(3) == "ART"
    window.context.session.add_label("NEW")
    assert chips.label_at(2) == "NEW"
    for _ in range(5):
        window.undo.trigger()
    assert {label: chips.key_of(label) for label in chips.labels} == before
    assert project.problems() == []


@pytest.mark.parametrize("is_closed", [False, True])
def test_a_change_that_fails_is_reported_once(labels, window, qtbot, monkeypatch, is_closed):
    def broken(*_):
        yield 1
        raise KeyError("hidden_size")

    monkeypatch.setattr(type(window.context.session.project.labels), "rename", broken)
    labels.table.choose("LC")
    labels.new_name.setText("PLACE")
    problems = []
    window.context.session.problem.connect(problems.append)
    click(labels.rename)
    if is_closed:
        with qtbot.waitSignal(labels.destroyed):
            labels.close()
    wait_for_job(qtbot, window.context.runner)
    reported = problems if is_closed else [labels.said.text()]
    assert "failed because of a fault in Spandesk (KeyError: 'hidden_size')" in reported[0]
    assert len(problems) == int(is_closed)


def test_a_syllable_that_is_still_composed_counts_in_the_names(labels):
    labels.new.setText("지")
    labels.new.setCursorPosition(1)
    compose(labels.new, "역")
    assert labels.new.seen_text == "지역"
    click(labels.add)
    assert labels.table.item(labels.table.rowCount() - 1, 0).text() == "지역"


def test_fields_and_buttons_keep_their_places_whichever_label_is_chosen(labels, qtbot):
    session = labels._session
    session.add_label("A_RATHER_LONG_LABEL")
    labels.table.choose(None)
    qtbot.waitUntil(lambda: not labels._settling.isActive())

    def places():
        labels.layout().activate()
        fields = (labels.new_name, labels.into, labels.replaced_by, labels.rename, labels.replace)
        return [each.geometry() for each in fields]

    before = places()
    for label in ("A_RATHER_LONG_LABEL", "LC", "PS"):
        labels.table.choose(label)
        assert places() == before
    assert labels.into.geometry().width() == labels.replaced_by.geometry().width()
