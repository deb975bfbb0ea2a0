"""The window's frame: projects come and go, jobs are not cut off, the session's news reaches the bars."""

import threading

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox

from core.domain.errors import UserError
from core.domain.settings import TrainSettings
from core.store.changes import ChangeSet
from gui.keys.keys_window import KeysWindow
from gui.preferences import fitting
from gui.session import Session
from gui.settings.window import SettingsWindow
from gui.shell.bars import IDLE, OUTCOME_STAYS
from gui.window import MainWindow
from tests.building import FIRST_EPOCH, add_run, project_with_run, project_with_sentences
from tests.gui.driving import click, press_key, wait_for_job


@pytest.fixture
def projects(tmp_path):
    """Two projects, `a` with a run."""
    project_with_run(tmp_path / "a.spandesk").close()
    project_with_sentences(tmp_path / "b.spandesk").close()
    return tmp_path / "a.spandesk", tmp_path / "b.spandesk"


@pytest.fixture
def busy(window, qtbot):
    """Starts a job that goes on until it is let go."""
    go = threading.Event()

    def work():
        go.wait()
        yield "step"

    yield lambda: window.context.runner.start("Counting", work)
    go.set()
    wait_for_job(qtbot, window.context.runner)


def test_another_project_is_refused_while_a_job_runs(window, projects, busy):
    first, second = projects
    window.open_project(first)
    busy()
    window.take_files([second])
    assert window.context.session.project.folder == first
    assert "“Counting” is still running" in window.banner.text.text()
    assert window.context.session.project.sentences.count() == 7


def test_opening_another_project_closes_the_first(window, projects):
    first, second = projects
    window.open_project(first)
    window.open_project(second)
    assert window.context.session.project.folder == second
    assert window.windowTitle().startswith("b")
    session = Session()
    session.open(first)
    session.close()


def test_a_project_that_cannot_be_opened_leaves_the_open_one(window, projects, tmp_path):
    window.open_project(projects[0])
    window.open_project(tmp_path)
    assert "not a Spandesk project" in window.banner.text.text()
    assert window.context.session.project.folder == projects[0]


def test_a_project_that_another_window_has_open(window, projects):
    other = Session()
    other.open(projects[0])
    window.open_project(projects[0])
    assert "open in another Spandesk" in window.banner.text.text()
    assert window.context.session.project is None
    other.close()


def test_closing_the_project_leads_to_the_first_screen_with_the_recent_ones(window, projects):
    window.open_project(projects[0])
    close = next(action for action in window.project_menu.actions() if action.text() == "Close project")
    close.trigger()
    assert window.stack.currentWidget() is window.welcome
    assert window.welcome.recent.count() == 2
    assert not window.rail.isVisible()


def test_the_context_bar_changes_what_all_pages_look_at(window, projects):
    window.open_project(projects[0])
    add_run(window.context.session.project, FIRST_EPOCH)
    bar, session = window.context_bar, window.context.session
    session.set_context(source=1, epoch=1)
    assert (bar.source.currentData(), bar.epoch.currentData()) == (1, 1)
    bar.epoch.setCurrentIndex(bar.epoch.findData(2))
    bar.epoch.activated.emit(bar.epoch.currentIndex())
    assert session.context.epoch == 2
    bar.gold.setCurrentIndex(bar.gold.findData("imported"))
    bar.gold.activated.emit(bar.gold.currentIndex())
    assert session.context.gold == "imported"


def test_no_blank_run_is_offered_while_the_first_one_trains_its_first_epoch(window, projects):
    window.open_project(projects[1])
    session, bar = window.context.session, window.context_bar
    run = session.project.runs.start(TrainSettings())
    session.publish(ChangeSet("run", runs=(run,)))
    assert not bar.source.isVisible()
    session.project.runs.end(run, "failed")
    session.publish(ChangeSet("run", runs=(run,)))
    assert (bar.source.isVisible(), bar.source.currentIndex(), bar.source.placeholderText()) == (
        True,
        -1,
        "Choose a source",
    )


def test_stop_on_the_strip_stops_the_job(window, projects, qtbot):
    window.open_project(projects[0])
    strip = window.job_strip

    def work():
        while True:
            yield "step"

    job = window.context.runner.start("Counting", work)
    assert strip.stop.isVisible()
    with qtbot.waitSignal(job.cancelled):
        click(strip.stop)
    assert "stopped" in strip.text.text()
    assert not strip.stop.isVisible()


def test_a_dropped_folder_that_is_a_corpus_is_imported(window, qtbot, projects, tmp_path):
    window.open_project(projects[0])
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "a.txt").write_text("나리는 갔다\n", encoding="utf-8")
    (folder / "a.ann").write_text("T1\tPS 0 2\t나리\n", encoding="utf-8")
    window.take_files([folder])
    click(window.pages["corpus"].form.start)
    wait_for_job(qtbot, window.context.runner)
    (span,) = window.context.session.project.sentences.by_id("a:1").gold
    assert (span.start, span.end, span.label) == (0, 2, "PS")


def test_a_fault_in_a_job_is_told_with_where_the_log_is(window, qtbot, tmp_path, monkeypatch, caplog):
    def broken(project, *plans):
        yield "step"
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("gui.session.import_corpus", broken)
    corpus = tmp_path / "c.jsonl"
    corpus.write_text('{"text": "서울"}', encoding="utf-8")
    window.take_files([corpus])
    click(window.welcome.form.start)
    wait_for_job(qtbot, window.context.runner)
    assert "fault in Spandesk (ZeroDivisionError: a bug)" in window.banner.text.text()
    assert "details are in" in window.banner.text.text()
    assert not (tmp_path / "c.spandesk").exists()


def test_a_stopped_sample_import_leaves_no_half_sample(window, qtbot):
    click(window.welcome.sample)
    window.context.runner.job.cancel()
    wait_for_job(qtbot, window.context.runner)
    session = window.context.session
    assert session.project is None or session.project.sentences.count("dev")
    if session.project is None:
        click(window.welcome.sample)
        wait_for_job(qtbot, window.context.runner)
    assert session.project.sentences.count("dev") > 0


def test_refusals_are_user_errors(window, projects, busy):
    window.open_project(projects[0])
    busy()
    with pytest.raises(UserError):
        window.context.session.close_project()
    assert isinstance(window, MainWindow)


def test_metrics_shows_a_run_that_finished_while_another_was_looked_at(window, projects):
    session = window.context.session
    window.open_project(projects[0])
    add_run(session.project, FIRST_EPOCH)
    session.announce_run(2)
    window.rail.chosen.emit("inspect")
    assert session.context.source == 1
    window.rail.chosen.emit("metrics")
    assert session.context.source == 2
    session.announce_run(2)
    session.set_context(source=1)
    window.rail.chosen.emit("metrics")
    assert session.context.source == 1, "the person chose it since"


@pytest.fixture
def asked(monkeypatch):
    """Answers the question that closing asks with a button's text, or with the key Esc or Enter; keeps the boxes."""
    boxes = []

    def answering(answer):
        def exec_(box):
            boxes.append((box.text(), [button.text() for button in box.buttons()]))
            box.show()
            if isinstance(answer, str):
                click(next(button for button in box.buttons() if button.text() == answer))
            else:
                QTest.keyClick(box, answer)

        monkeypatch.setattr(QMessageBox, "exec", exec_)
        return boxes

    return answering


@pytest.mark.parametrize("answer", ["Keep training", Qt.Key.Key_Escape, Qt.Key.Key_Return])
def test_a_person_who_does_not_say_stop_keeps_the_training(window, projects, qtbot, asked, answer):
    window.open_project(projects[0])
    go, boxes = threading.Event(), asked(answer)

    def training(project, settings):
        go.wait()
        yield from ()
        return 2

    window.pages["train"].training._training = training
    window.pages["train"].training.start(TrainSettings())
    job = window.context.runner.job
    window.close()
    assert [(text, sorted(buttons)) for text, buttons in boxes] == [
        ("Run 2 is still training. Finished epochs are saved.", ["Keep training", "Stop and close"])
    ]
    assert window.isVisible()
    assert not job.is_stopping
    go.set()
    wait_for_job(qtbot, window.context.runner)


def test_a_window_whose_job_ends_while_it_asks_closes_without_an_answer(window, projects, qtbot, monkeypatch):
    window.open_project(projects[0])
    go = threading.Event()

    def work():
        go.wait()
        yield from ()

    def exec_(box):
        box.show()
        go.set()
        qtbot.waitUntil(lambda: not box.isVisible())

    monkeypatch.setattr(QMessageBox, "exec", exec_)
    window.context.runner.start("Counting", work)
    with qtbot.waitSignal(window.closed):
        window.close()
    assert not window.isVisible()


def test_a_closed_window_vanishes_at_once_and_closes_the_project_when_its_work_has_ended(
    window, projects, qtbot, asked
):
    window.open_project(projects[0])
    project, go, asking = window.context.session.project, threading.Event(), asked("Stop and close")

    def work():
        go.wait()
        yield project.sentences.count()

    window.context.runner.start("Counting", work)
    window.show_keys()
    window.close()
    assert asking[0][0] == "“Counting” is still running."
    assert not window.isVisible()
    assert not window.findChild(KeysWindow).isVisible()
    assert window.context.session.project is project, "the work still reads it"
    with qtbot.waitSignal(window.closed):
        go.set()
    assert window.context.session.project is None


def test_a_note_is_stored_before_a_closed_window_reload_pending_for_its_work(window, projects, qtbot, asked):
    window.open_project(projects[0])
    window.show_page("inspect")
    project, go = window.context.session.project, threading.Event()
    asked("Stop and close")

    def work():
        go.wait()
        yield

    window.context.runner.start("Counting", work)
    page = window.pages["inspect"]
    page.detail.note.setText("ask 김")
    window.close()
    assert project.reviews.of([page.listing.current], None)[page.listing.current].note == "ask 김"
    with qtbot.waitSignal(window.closed):
        go.set()


def test_a_closed_window_does_not_wait_for_ever(window, projects, qtbot, asked, monkeypatch):
    window.open_project(projects[0])
    go = threading.Event()
    asked("Stop and close")
    monkeypatch.setattr("gui.window.CLOSING_LIMIT", 10)

    def work():
        go.wait()  # as a compile or a download, which nothing stops
        yield

    window.context.runner.start("Counting", work)
    with qtbot.waitSignal(window.closed):
        window.close()
    assert window.context.runner.is_busy
    go.set()
    qtbot.waitUntil(lambda: not window.context.runner.is_busy)


def test_a_message_stays_when_another_page_is_shown(window, projects):
    window.open_project(projects[0])
    window.context.session.problem.emit("12 records were skipped")
    window.rail.chosen.emit("train")
    assert window.banner.isVisible()
    assert window.banner.text.text() == "12 records were skipped"
    window.open_project(projects[1])
    assert not window.banner.isVisible()


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_enter_presses_the_button_with_the_focus(window, qtbot, key):
    with qtbot.waitActive(window):
        window.activateWindow()
    window.welcome.settings.setFocus()
    with qtbot.waitSignal(window.welcome.settings.clicked):
        press_key(key)


def test_enter_presses_no_button_where_the_focus_is_elsewhere(window, projects, qtbot):
    window.open_project(projects[0])
    with qtbot.waitActive(window):
        window.activateWindow()
    window.show_page("corrections")
    window.pages["corrections"].setFocus()
    shown = window.stack.currentWidget()
    press_key(Qt.Key.Key_Return)
    assert window.stack.currentWidget() is shown


def test_a_notice_of_an_undo_goes_with_the_next_step(window, projects):
    window.open_project(projects[0])
    session, strip = window.context.session, window.job_strip
    number = session.project.sentences.by_id("news-3").number
    session.correct(number, ())
    session.undo()
    assert strip.notice.isVisible()
    session.correct(session.project.sentences.by_id("news-1").number, ())
    assert not strip.notice.isVisible()
    session.undo()
    assert strip.notice.isVisible()


def test_the_status_line_says_the_next_step_and_forgets_the_last_job(window, projects, qtbot):
    strip, session = window.job_strip, window.context.session
    assert strip.text.text() == IDLE
    window.open_project(projects[0])
    window.context.runner.start("Counting", lambda: (each for each in ()))
    qtbot.waitUntil(lambda: strip.text.text() == "Counting · finished")
    session.correct(session.project.sentences.by_id("news-3").number, ())
    qtbot.waitUntil(lambda: not window._steps.isActive())
    assert strip.text.text() == "Counting · finished", "it stays for a moment"
    strip._outcome.setInterval(0)
    strip._outcome.start()
    qtbot.waitUntil(lambda: strip.text.text() == "1 sentence corrected since run 1: retrain.")
    assert strip.go.isVisible()
    click(strip.go)
    assert window.stack.currentWidget() is window.pages["train"]
    session.undo()
    qtbot.waitUntil(lambda: strip.text.text().startswith("Look at what run 1 gets wrong on dev"))
    strip.hide_notice()
    click(strip.go)
    inspect = window.pages["inspect"]
    assert window.stack.currentWidget() is inspect
    assert inspect.filters.filter.errors
    strip._outcome.setInterval(OUTCOME_STAYS)
    window.context.runner.start("Counting", lambda: (each for each in ()))
    qtbot.waitUntil(lambda: strip.text.text() == "Counting · finished")
    session.close_project()
    assert strip.text.text() == IDLE, "the job was another project's"


def test_the_size_of_a_dialog_is_remembered(window):
    window.show_settings()
    settings = window.findChild(SettingsWindow)
    settings.resize(801, 555)
    settings.close()
    settings.setParent(None)
    window.show_settings()
    assert window.findChild(SettingsWindow).size() == QSize(801, 555)


@pytest.mark.parametrize(
    ("screen", "size"),
    [(QSize(1920, 1080), QSize(1280, 720)), (QSize(1280, 720), QSize(1264, 672)), (QSize(1024, 700), QSize(1008, 652))],
)
def test_a_window_and_its_frame_fit_the_screen(screen, size):
    assert fitting(QSize(1280, 720), screen) == size


def test_a_project_whose_only_run_is_damaged_opens_without_one(window, tmp_path):
    folder = tmp_path / "damaged.spandesk"
    with project_with_run(folder) as project:
        project.database.write("UPDATE run SET settings = ?", ['{"encoder": 5}'])
    window.open_project(folder)
    assert window.context.session.context.source is None
    for page in window.pages:
        window.show_page(page)


def test_every_page_takes_a_source_that_is_not_a_run(window, tmp_path):
    folder = tmp_path / "files.spandesk"
    with project_with_run(folder) as project:
        key = project.sources.open_version(project.sources.add("file", "GPU server", {}), "a")
        project.predictions.save(key, {project.sentences.by_id("news-3").number: ()})
    window.open_project(folder)
    window.context.session.set_context(source=key.source)
    for page in window.pages:
        window.show_page(page)
    assert window.context_bar.source.currentText() == "GPU server"
    assert not window.context_bar.epoch.isVisible(), "it has one version"
    assert window.pages["scratch"].empty.title.text() == "GPU server cannot tag what you type"
