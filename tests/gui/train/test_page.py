"""The Train page as a person uses it, on real projects; most trainings follow a script."""

import re
import threading

import pytest
from PySide6.QtTest import QTest

from core.domain.errors import UserError
from core.domain.events import Progress
from core.domain.settings import TrainSettings
from core.domain.spans import Sentence, Span
from core.services import engine
from core.store.changes import ChangeSet
from core.store.predictions import EpochKey
from gui.train.ceilings_and_crosscheck import CeilingsWindow
from gui.train.readiness import count_corpus
from gui.train.training_job import stopped_line
from tests import building
from tests.gui.train.conftest import SECONDS, made_desk, numbered


def train(desk, qtbot, button=None):
    with qtbot.waitSignal(desk.page.training.ended, timeout=SECONDS) as blocker:
        desk.click(button or desk.page.start_bar.start)
    qtbot.waitUntil(lambda: desk.runner.job is None, timeout=SECONDS)
    return blocker.args[0].line, blocker.args[0].run is not None


def begin(desk, qtbot, script, epoch, button=None):
    """Start a training and wait until it is held in an epoch."""
    script.holds_in_epoch = epoch
    desk.click(button or desk.page.start_bar.start)
    step = desk.page.monitor.figures.step.number
    epochs = desk.page.monitor.figures.epoch.number
    qtbot.waitUntil(lambda: (step.text(), epochs.text()[:2]) == ("2/2", f"{epoch}/"), timeout=SECONDS)


def reopen(desk):
    folder = desk.project.folder
    desk.session.close()
    desk.session.open(folder)


def test_says_what_will_be_trained_on(desk):
    bar = desk.page.start_bar
    assert bar.summary.text() == "2 training sentences with 5 spans, 4 dev sentences, 4 types"
    assert "TI occurs in dev" in bar.warnings.text()
    assert bar.start.isEnabled()
    assert not bar.stop.isVisible()
    assert not desk.page.retrain.isVisible()


def test_trains_with_the_settings_of_the_form(desk, qtbot, script):
    form = desk.page.form
    form.epochs.setValue(3)
    form.learning_rate.selectAll()
    QTest.keyClicks(form.learning_rate, "1e-3")
    form.seed.setValue(7)
    line, has_metrics = train(desk, qtbot)
    assert script.calls == [TrainSettings(epochs=3, learning_rate=1e-3, seed=7, move_corrected_dev=False)]
    assert line == "Run 1 finished: F1 0.7500 after 3 epochs"
    assert has_metrics
    assert desk.project.runs.by_number(1).status == "finished"
    assert desk.session.context.key == EpochKey(1, 3)


def test_shows_figures_chart_and_log(desk, qtbot):
    desk.page.form.epochs.setValue(2)
    train(desk, qtbot)
    monitor = desk.page.monitor
    figures = monitor.figures
    numbers = [f.number.text() for f in (figures.epoch, figures.step, figures.loss, figures.speed, figures.f1)]
    assert numbers == ["2/2", "2/2", "0.4000", "85", "0.7500"]
    assert monitor.chart is not None
    qtbot.waitUntil(monitor.chart.isVisible)
    lines = [line.split("  ", 1)[1] for line in monitor.log.toPlainText().splitlines()]
    assert lines[0].startswith("Training run 1: tiny, subword, 2 epochs")
    assert lines[1:3] == [
        "Run 1 started: 2 training sentences, 4 dev sentences",
        "1,000 parameters on cpu, 2 steps an epoch; the tagging unit allows F1 up to 0.9912",
    ]
    assert lines[-1] == "Run 1 finished: F1 0.7500 after 2 epochs"


def test_see_metrics_asks_for_the_page(desk, qtbot):
    assert not desk.page.monitor.see_metrics.isVisible()
    train(desk, qtbot)
    with qtbot.waitSignal(desk.session.page_asked) as asked:
        desk.click(desk.page.monitor.see_metrics)
    assert asked.args == ["metrics"]


def test_see_metrics_looks_at_the_last_epoch_of_its_run(desk, qtbot):
    train(desk, qtbot)
    desk.session.set_context(epoch=1)
    desk.click(desk.page.monitor.see_metrics)
    assert desk.session.context.key == EpochKey(1, desk.project.runs.epochs(1)[-1].number)


def test_every_epoch_is_published_and_looked_at(desk, qtbot):
    published, looked_at = [], []
    desk.session.changed.connect(published.append)
    desk.session.context_changed.connect(lambda context: looked_at.append(context.key))
    desk.page.form.epochs.setValue(2)
    train(desk, qtbot)
    assert published
    assert all(change == ChangeSet("run", runs=(1,)) for change in published)
    assert looked_at[-1] == EpochKey(1, 2)
    assert EpochKey(1, 1) in looked_at


def test_who_works_on_another_page_keeps_the_epoch_while_the_run_trains_on(desk, qtbot, script):
    """Not to the mouse alone: who judges the sentences of epoch 1 keeps them, until the run is looked at again."""
    desk.page.form.epochs.setValue(3)
    begin(desk, qtbot, script, epoch=2)
    qtbot.waitUntil(lambda: desk.session.context.key == EpochKey(1, 1), timeout=SECONDS)
    desk.page.hide()
    with qtbot.waitSignal(desk.page.training.ended, timeout=SECONDS):
        script.go_on.set()
    assert [epoch.number for epoch in desk.project.runs.epochs(1)] == [1, 2, 3]
    assert desk.session.context.key == EpochKey(1, 1)


def test_who_looks_at_another_run_elsewhere_goes_on_to(desk, qtbot, script):
    building.add_run(desk.project, building.FIRST_EPOCH)
    desk.session.set_context(source=1)
    begin(desk, qtbot, script, epoch=2)
    qtbot.waitUntil(lambda: len(desk.project.runs.epochs(2)) == 1, timeout=SECONDS)
    desk.page.hide()
    with qtbot.waitSignal(desk.page.training.ended, timeout=SECONDS):
        script.go_on.set()
    assert desk.session.context.key == EpochKey(1, 1)


def test_who_watches_the_run_to_its_end_is_shown_it(desk, qtbot, script):
    building.add_run(desk.project, building.FIRST_EPOCH)
    desk.session.set_context(source=1)
    looked_at = []
    desk.session.context_changed.connect(lambda context: looked_at.append(context.key))
    desk.page.form.epochs.setValue(2)
    train(desk, qtbot)
    assert looked_at == [EpochKey(2, 2)]


def test_a_stop_from_elsewhere_is_shown(desk, qtbot, script):
    begin(desk, qtbot, script, epoch=1)
    desk.runner.job.cancel()
    assert (desk.page.start_bar.stop.text(), desk.page.start_bar.stop.isEnabled()) == ("Stopping…", False)
    with qtbot.waitSignal(desk.page.training.ended, timeout=SECONDS):
        script.go_on.set()


def test_the_log_follows_its_end_unless_scrolled_up(desk):
    log = desk.page.monitor.log
    bar = log.verticalScrollBar()
    desk.page.hide()
    for number in range(40):
        log.add(f"line {number}")
    desk.page.show()
    assert 0 < bar.value() == bar.maximum()
    bar.setValue(3)
    log.add("more")
    assert bar.value() == 3


def test_the_speed_is_that_of_training(desk):
    figures = desk.page.monitor.figures
    figures.show_event(Progress("train", 1, 2, 1, 2, 0.5, 80.0, 61.0))
    figures.show_event(Progress("predict", 1, 2, 1, 2, None, 1309.0, 60.0))
    assert figures.speed.number.text() == "80"


def test_stop_leaves_the_page_usable(desk, qtbot, script):
    bar = desk.page.start_bar
    begin(desk, qtbot, script, epoch=2)
    assert not bar.start.isEnabled()
    assert "Training run 1" in bar.reason.text()
    desk.click(bar.stop)
    assert (bar.stop.text(), bar.stop.isEnabled()) == ("Stopping…", False)
    with qtbot.waitSignal(desk.page.training.ended, timeout=SECONDS) as ended:
        script.go_on.set()
    assert "stopped" in ended.args[0].line
    qtbot.waitUntil(bar.start.isEnabled, timeout=SECONDS)
    assert not bar.stop.isVisible()
    assert desk.project.runs.by_number(1).status == "stopped"
    assert [epoch.number for epoch in desk.project.runs.epochs(1)] in ([1], [1, 2])
    script.holds_in_epoch = None
    assert train(desk, qtbot)[0].startswith("Run 2 finished")


def test_no_second_job_while_one_runs(desk, qtbot, script):
    begin(desk, qtbot, script, epoch=1)
    desk.click(desk.page.start_bar.start)
    with qtbot.waitSignal(desk.session.problem) as problem:
        desk.page._train()
    assert "still running" in problem.args[0]
    assert len(script.calls) == 1
    with qtbot.waitSignal(desk.page.training.ended, timeout=SECONDS):
        script.go_on.set()


def test_another_job_is_named(desk, qtbot, script):
    def importing():
        yield "reading"
        script.go_on.wait(SECONDS / 1000)

    job = desk.runner.start("Import news.json", importing)
    bar = desk.page.start_bar
    assert not bar.start.isEnabled()
    assert "Import news.json" in bar.reason.text()
    assert not bar.stop.isVisible()
    with qtbot.waitSignal(job.ended, timeout=SECONDS):
        script.go_on.set()
    qtbot.waitUntil(bar.start.isEnabled, timeout=SECONDS)
    assert bar.reason.text() == ""


def test_a_user_error_is_shown_and_logged(desk, qtbot, script):
    script.error = UserError("the encoder x is neither in the cache nor can it be fetched")
    with qtbot.waitSignal(desk.session.problem, timeout=SECONDS) as problem:
        line, has_metrics = train(desk, qtbot)
    assert problem.args == [str(script.error)]
    assert line == f"Training failed: {script.error}"
    assert not has_metrics
    assert line in desk.page.monitor.log.toPlainText()
    assert desk.page.monitor.headline.text() == "Training failed"
    assert desk.page.start_bar.start.isEnabled()


def test_a_fault_is_told_in_one_line(desk, qtbot, script):
    script.error = ValueError("bad luck")
    line, _ = train(desk, qtbot)
    assert "ValueError: bad luck" in line
    assert "\n" not in line


@pytest.mark.parametrize("name", ["learning_rate", "dropout"])
def test_a_wrong_number_disables_start_and_says_why(desk, name):
    form, bar = desk.page.form, desk.page.start_bar
    field = form.learning_rate if name == "learning_rate" else form.advanced.numbers["dropout"]
    field.setText("much")
    assert not bar.start.isEnabled()
    assert "write a number" in bar.reason.text()
    field.setText("0.1")
    assert bar.start.isEnabled()
    assert bar.reason.text() == ""


def test_the_last_run_gives_the_start_values(qtbot, tmp_path, script):
    settings = TrainSettings(epochs=4, batch_size=3, learning_rate=3e-4, seed=9, device="cpu", dropout=0.3)
    folder = tmp_path / "news.spandesk"
    with building.project_with_sentences(folder) as project:
        project.runs.end(project.runs.start(settings), "failed")
    with made_desk(qtbot, tmp_path, script, folder) as desk:
        assert desk.page.form.settings() == settings
        assert desk.page.monitor.headline.text() == "Run 1 failed"


def test_the_summary_follows_what_changes(desk):
    desk.session.correct(numbered(desk.project, "news-1"), [])
    assert "with 3 spans" in desk.page.start_bar.summary.text()
    desk.page.hide()
    desk.session.undo()
    desk.page.show()
    assert "with 5 spans" in desk.page.start_bar.summary.text()


def test_corrected_dev_sentences_move_before_the_first_run_too(desk, qtbot, script):
    desk.session.correct(numbered(desk.project, "talk-2"), [])
    box = desk.page.start_bar.move_dev
    assert box.isVisible()
    assert box.isChecked()
    published = []
    desk.session.changed.connect(published.append)
    train(desk, qtbot)
    assert script.calls[0].move_corrected_dev is True
    assert desk.project.sentences.by_id("talk-2").split == "train"
    assert ChangeSet("run", runs=(1,), corpus=True) in published
    assert "5 training" not in desk.page.start_bar.summary.text()
    assert desk.page.start_bar.summary.text().startswith("3 training sentences")


def test_corrected_dev_sentences_stay_if_wanted(desk, qtbot, script):
    desk.session.correct(numbered(desk.project, "talk-2"), [])
    desk.page.start_bar.move_dev.setChecked(False)
    train(desk, qtbot)
    assert script.calls[0].move_corrected_dev is False
    assert desk.project.sentences.by_id("talk-2").split == "dev"


class TestRetrain:
    @pytest.fixture
    def project_folder(self, tmp_path):
        building.project_with_run(tmp_path / "news.spandesk").close()
        return tmp_path / "news.spandesk"

    @staticmethod
    def correct(desk, *ids):
        for name in ids:
            desk.session.correct(numbered(desk.project, name), [Span(0, 1, "PS")])

    def test_appears_with_the_first_correction(self, desk):
        panel = desk.page.retrain
        assert not panel.isVisible()
        self.correct(desk, "news-1", "talk-2")
        assert panel.isVisible()
        assert panel.count.text() == "2 sentences corrected since run 1: 1 in train, 1 in dev."
        assert "on the 3 dev sentences that remain" in panel.consequence.text()
        assert not desk.page.start_bar.move_dev.isVisible()
        assert not desk.page.start_bar.start.property("primary")
        desk.session.undo()
        desk.session.undo()
        assert not panel.isVisible()
        assert desk.page.start_bar.start.property("primary")

    def test_the_log_recalls_the_last_run_of_a_project_that_is_opened(self, desk):
        lines = desk.page.monitor.log.toPlainText().splitlines()
        assert lines[0].startswith("Run 1: ")
        stored = desk.project.runs.epochs(1)
        for line, epoch in zip(lines[1:], stored, strict=True):
            f1 = epoch.report.corrected.micro.f1
            assert line.startswith(f"Epoch {epoch.number}: loss {epoch.loss:.4f}, F1 {f1:.4f} (precision ")
        desk.session.close()
        assert not desk.page.monitor.log.toPlainText()

    def test_the_chart_of_a_stored_run_shows_its_losses_and_scores(self, desk, qtbot):
        monitor, stored = desk.page.monitor, desk.project.runs.epochs(1)
        f1s = [epoch.report.corrected.micro.f1 for epoch in stored]
        qtbot.waitUntil(lambda: monitor.chart is not None and monitor.chart.isVisible())
        x, y = monitor.chart._f1_line.getOriginalDataset()
        assert (list(x), list(y)) == ([1, 2], f1s)
        assert list(monitor.chart._loss_line.getOriginalDataset()[1]) == [epoch.loss for epoch in stored]
        assert monitor.figures.f1.number.text() == f"{f1s[-1]:.4f}"
        assert monitor.figures.epoch.number.text() == "2/2"

    def test_another_run_that_is_looked_at_is_shown(self, desk):
        building.add_run(desk.project, building.FIRST_EPOCH)
        desk.session.set_context(source=2)
        monitor = desk.page.monitor
        assert monitor.headline.text().startswith("Run 2 finished: F1 ")
        assert list(monitor.chart._f1_line.getOriginalDataset()[0]) == [1]
        desk.session.set_context(source=1, epoch=1)
        assert monitor.headline.text().startswith("Run 1 finished: F1 ")
        assert "Run 2: " in monitor.log.toPlainText()

    def test_unchecking_says_what_scores_then_mean(self, desk, qtbot, script):
        self.correct(desk, "talk-2")
        panel = desk.page.retrain
        panel.move_dev.setFocus()
        QTest.keyClick(panel.move_dev, " ")
        assert "corrected after its prediction was seen" in panel.consequence.text()
        train(desk, qtbot, panel.button)
        assert script.calls[0].move_corrected_dev is False
        assert desk.project.sentences.by_id("talk-2").split == "dev"

    def test_trains_with_the_last_settings_and_compares(self, desk, qtbot, script):
        self.correct(desk, "news-1", "talk-2")
        desk.page.form.epochs.setValue(9)
        line, _ = train(desk, qtbot, desk.page.retrain.button)
        assert script.calls == [TrainSettings(epochs=2)]
        assert desk.project.sentences.by_id("talk-2").split == "train"
        expected = 2 * (5 / 6) * (5 / 6) / (5 / 6 + 5 / 6)
        assert line == (f"Run 2 finished: F1 {expected:.4f}, run 1 {expected:.4f} on the same 3 dev sentences")
        assert line in desk.page.monitor.log.toPlainText()
        assert not desk.page.retrain.isVisible()

    def test_the_new_run_is_compared_with_the_one_it_was_promised_to_be(self, desk, qtbot, script):
        self.correct(desk, "news-1")
        stopped = building.add_run(desk.project, building.FIRST_EPOCH)
        desk.project.runs.end(stopped, "stopped")
        train(desk, qtbot, desk.page.retrain.button)
        new = desk.session.context.key
        assert new == EpochKey(3, 2)
        assert desk.session.baseline.resolve(desk.project, new) == EpochKey(1, 2)

    def test_who_was_elsewhere_sees_the_new_run_on_metrics(self, desk, qtbot, script):
        self.correct(desk, "news-1")
        begin(desk, qtbot, script, epoch=1)
        desk.page.hide()
        with qtbot.waitSignal(desk.page.training.ended, timeout=SECONDS):
            script.go_on.set()
        assert desk.session.context.source == 1, "nothing changes under the person's hands"
        desk.session.show_new_run()
        assert desk.session.context.key == EpochKey(2, 2)

    def test_all_dev_corrected_makes_the_move_impossible(self, desk, qtbot, script):
        self.correct(desk, "news-3", "news-4", "talk-1", "talk-2")
        panel = desk.page.retrain
        assert not panel.move_dev.isEnabled()
        assert panel.consequence.text().startswith("All 4 dev sentences have been corrected.")
        train(desk, qtbot, panel.button)
        assert script.calls[0].move_corrected_dev is False

    def test_cannot_start_while_a_job_runs(self, desk, qtbot, script):
        self.correct(desk, "talk-2")
        begin(desk, qtbot, script, epoch=1)
        assert not desk.page.retrain.button.isEnabled()
        with qtbot.waitSignal(desk.page.training.ended, timeout=SECONDS):
            script.go_on.set()

    @pytest.mark.parametrize("retrains", [True, False])
    def test_while_a_run_trains_the_panel_says_that_it_includes_the_corrections(self, desk, qtbot, script, retrains):
        self.correct(desk, "talk-2")
        panel = desk.page.retrain
        begin(desk, qtbot, script, epoch=1, button=panel.button if retrains else None)
        assert desk.project.sentences.by_id("talk-2").split == "train"
        promise = " When it has finished, it is compared with run 1." if retrains else ""
        assert panel.consequence.text() == f"Training run 2 includes these corrections.{promise}"
        assert panel.isVisible()
        assert not panel.button.isVisible()
        with qtbot.waitSignal(desk.page.training.ended, timeout=SECONDS):
            script.go_on.set()
        assert not panel.isVisible()

    def test_a_retrain_that_failed_before_its_run_is_offered_again(self, desk, qtbot, script):
        self.correct(desk, "talk-2")
        panel = desk.page.retrain
        said, script.error = panel.consequence.text(), UserError("no such encoder")
        train(desk, qtbot, panel.button)
        assert (panel.consequence.text(), panel.button.isVisible()) == (said, True)

    def test_a_project_that_is_opened_again_is_headed_by_the_comparison_that_its_retrain_had(self, desk, qtbot, script):
        self.correct(desk, "news-1", "talk-2")
        line, _ = train(desk, qtbot, desk.page.retrain.button)
        assert "on the same 3 dev sentences" in line
        reopen(desk)
        assert desk.page.monitor.headline.text() == line
        desk.session.set_context(source=1)
        assert desk.page.monitor.headline.text().startswith("Run 1 finished: F1 ")
        assert "on the same" not in desk.page.monitor.headline.text()

    @pytest.mark.parametrize("corrects", [True, False])
    def test_a_stored_run_that_was_no_retrain_is_compared_with_none(self, desk, qtbot, script, corrects):
        if corrects:
            self.correct(desk, "news-1")
            desk.page.form.seed.setValue(9)
        train(desk, qtbot)
        reopen(desk)
        assert desk.page.monitor.headline.text().startswith("Run 2 finished: F1 ")
        assert "on the same" not in desk.page.monitor.headline.text()

    def test_the_chart_is_made_once_the_rest_is_painted(self, qtbot, tmp_path, script, project_folder):
        with made_desk(qtbot, tmp_path, script, project_folder) as desk:
            monitor = desk.page.monitor
            assert monitor.isVisible()
            assert monitor.chart is None
            qtbot.waitUntil(lambda: monitor.chart is not None and monitor.chart.isVisible())


@pytest.mark.parametrize("has_run", [True, False])
def test_a_chart_that_was_made_ahead_is_seen_once_there_is_a_run(qtbot, tmp_path, script, has_run):
    make = building.project_with_run if has_run else building.project_with_sentences
    make(tmp_path / "p.spandesk").close()
    with made_desk(qtbot, tmp_path, script, None) as desk:
        monitor = desk.page.monitor
        desk.page.hide()
        desk.session.open(tmp_path / "p.spandesk")
        assert monitor.chart is None
        monitor.prepare_chart()
        desk.page.show()
        assert (monitor.chart.isVisible(), monitor.placeholder.isVisible()) == (has_run, not has_run)
        if not has_run:
            train(desk, qtbot)
            assert (monitor.chart.isVisible(), monitor.placeholder.isVisible()) == (True, False)
        assert len(monitor.chart._f1_line.getOriginalDataset()[0]) == len(desk.project.runs.epochs(1))


def test_nothing_to_train_on_leads_to_corpus(qtbot, tmp_path, script):
    building.create_project(tmp_path / "bare.spandesk").close()
    with made_desk(qtbot, tmp_path, script, tmp_path / "bare.spandesk") as desk:
        assert desk.page.empty.isVisible()
        with qtbot.waitSignal(desk.session.page_asked) as asked:
            desk.click(desk.page.empty.button)
        assert asked.args == ["corpus"]
        building.add_sentences(desk.project, [("train", Sentence("a", "세종은 갔다.", (Span(0, 2, "PS"),)))])
        desk.session.publish(ChangeSet("import", corpus=True))
        assert not desk.page.empty.isVisible()
        bar = desk.page.start_bar
        assert "no dev sentences" in bar.warnings.text()
        assert not bar.start.isEnabled()
        with qtbot.waitSignal(desk.session.page_asked) as asked:
            desk.click(bar.corpus)
        assert asked.args == ["corpus"]


def test_closing_the_project_empties_the_page(desk):
    desk.session.close()
    assert desk.page.empty.isVisible()


def test_a_real_training_end_to_end(qtbot, tmp_path):
    folder = tmp_path / "news.spandesk"
    with building.create_project(folder) as project:
        rows = [
            (split, Sentence(f"{name}-{copy}", text, gold))
            for copy in range(6)
            for name, split, text, gold in building.TEXTS
        ]
        building.add_sentences(project, rows)
    with made_desk(qtbot, tmp_path, engine.train_run, folder) as desk:
        desk.page.form.epochs.setValue(2)
        line, has_metrics = train(desk, qtbot)
        assert line.startswith("Run 1 finished: F1 ")
        assert has_metrics
        run = desk.project.runs.by_number(1)
        assert (run.status, run.train_sentences, run.dev_sentences) == ("finished", 12, 24)
        assert [epoch.number for epoch in desk.project.runs.epochs(1)] == [1, 2]
        assert desk.project.predictions.count(EpochKey(1, 2), "dev") == 24
        assert desk.project.checkpoint_folder(1, 2).is_dir()
        assert desk.session.context.key == EpochKey(1, 2)
        assert desk.page.monitor.figures.epoch.number.text() == "2/2"
        desk.session.correct(numbered(desk.project, "talk-2-0"), [])
        line, _ = train(desk, qtbot, desk.page.retrain.button)
        assert line.startswith("Run 2 finished: F1 ")
        assert line.endswith("on the same 23 dev sentences")
        assert desk.project.sentences.by_id("talk-2-0").split == "train"


def test_stopping_a_real_training(qtbot, tmp_path):
    folder = tmp_path / "news.spandesk"
    building.project_with_sentences(folder).close()
    with made_desk(qtbot, tmp_path, engine.train_run, folder) as desk:
        desk.page.form.epochs.setValue(1000)
        desk.click(desk.page.start_bar.start)
        qtbot.waitUntil(lambda: bool(desk.project.runs.list_all() and desk.project.runs.epochs(1)), timeout=SECONDS)
        with qtbot.waitSignal(desk.page.training.ended, timeout=SECONDS):
            desk.click(desk.page.start_bar.stop)
        assert desk.project.runs.by_number(1).status == "stopped"
        qtbot.waitUntil(desk.page.start_bar.start.isEnabled, timeout=SECONDS)


def test_a_stopped_run_is_resumed_with_all_its_epochs_in_chart_log_and_headline(qtbot, tmp_path):
    folder = tmp_path / "news.spandesk"
    building.project_with_sentences(folder).close()
    with made_desk(qtbot, tmp_path, engine.train_run, folder) as desk:
        bar = desk.page.start_bar
        assert not bar.resume.isVisible()
        desk.page.form.epochs.setValue(12)
        desk.click(bar.start)
        qtbot.waitUntil(lambda: bool(desk.project.runs.list_all() and desk.project.runs.epochs(1)), timeout=SECONDS)
        with qtbot.waitSignal(desk.page.training.ended, timeout=SECONDS):
            desk.click(bar.stop)
        done = len(desk.project.runs.epochs(1))
        assert done < 12
        assert desk.page.monitor.headline.text() == stopped_line(1, done)
        qtbot.waitUntil(bar.resume.isVisible, timeout=SECONDS)
        assert bar.resume.text() == "Resume run 1"
        with qtbot.waitSignal(desk.page.training.ended, timeout=SECONDS):
            desk.click(bar.resume)
            assert not bar.resume.isVisible()
        assert len(desk.project.runs.epochs(1)) == 12
        monitor = desk.page.monitor
        assert "after 12 epochs" in monitor.headline.text()
        # where the stop comes while an epoch's end is saved, its steps are not repeated
        assert re.search(rf"Run 1 resumed from epoch {done + 1}, step \d+; later steps", monitor.log.toPlainText())
        epochs, f1s = monitor.chart._f1_line.getOriginalDataset()
        assert len(f1s) == 12
        losses = dict(zip(*monitor.chart._mean_points.getOriginalDataset(), strict=True))
        stored = desk.project.runs.epochs(1)
        steps = int(epochs[0])
        assert {epoch.number * steps: epoch.loss for epoch in stored[:done]}.items() <= losses.items()
        assert [run.status for run in desk.project.runs.list_all()] == ["finished"]
        qtbot.waitUntil(bar.start.isEnabled, timeout=SECONDS)
        assert not bar.resume.isVisible()


def test_the_ceilings_of_the_units_are_worked_out_and_shown(desk, qtbot):
    with qtbot.waitSignal(desk.page.ceilings.found, timeout=SECONDS):
        desk.click(desk.page.form.ceilings)
        assert not desk.page.form.ceilings.isEnabled()
    assert desk.page.findChildren(CeilingsWindow) == []  # no window opens under the hands of who types
    desk.click(desk.page.form.show_ceilings)
    (window,) = desk.page.findChildren(CeilingsWindow)
    assert window.isVisible()
    table = window.table
    units = [table.horizontalHeaderItem(column).text() for column in range(table.columnCount())]
    assert units == ["Type", "subword", "morpheme", "syllable", "Support"]
    rows = {
        table.item(row, 0).text(): [table.item(row, column).text() for column in range(1, 5)]
        for row in range(table.rowCount())
    }
    assert rows["micro avg"] == ["1.0000", "1.0000", "1.0000", "7"]
    assert set(rows) == {"PS", "LC", "OG", "DT", "TI", "micro avg", "macro avg", "weighted avg"}
    qtbot.waitUntil(desk.page.form.ceilings.isEnabled, timeout=SECONDS)


def test_an_encoder_that_cannot_be_had_is_told_when_ceilings_are_asked_for(desk, qtbot):
    desk.page.form.encoder.box.setEditText("./no-such-folder/there")
    assert not desk.page.form.ceilings.isEnabled()
    desk.page.form.encoder.box.setEditText("no/such-encoder")
    with qtbot.waitSignal(desk.session.problem, timeout=SECONDS) as problem:
        desk.click(desk.page.form.ceilings)
    assert "no/such-encoder" in problem.args[0]
    qtbot.waitUntil(desk.page.form.ceilings.isEnabled, timeout=SECONDS)


def test_nothing_is_read_for_a_page_that_is_not_seen(desk, monkeypatch):
    read = []
    monkeypatch.setattr("gui.train.readiness.find_retraining", lambda project: read.append(project))
    desk.page.hide()
    number = numbered(desk.project, "news-3")
    for is_reviewed in (True, False, True):
        desk.session.mark(number, reviewed=is_reviewed)
    desk.session.correct(number, [])
    assert read == []
    desk.page.show()
    assert read == [desk.project]


def test_the_page_can_be_used_while_the_sentences_are_counted(desk, qtbot, monkeypatch, late_answers):
    bar, form = desk.page.start_bar, desk.page.form
    qtbot.waitUntil(bar.start.isEnabled, timeout=SECONDS)
    may_count, threads = threading.Event(), []

    def counting(project):
        threads.append(threading.current_thread())
        may_count.wait(SECONDS / 1000)
        return count_corpus(project)

    monkeypatch.setattr("gui.train.readiness.count_corpus", counting)
    desk.page.hide()
    desk.session.correct(numbered(desk.project, "news-1"), [])
    desk.page.show()
    form.epochs.setValue(3)
    assert (bar.summary.text(), bar.reason.text()) == ("Counting the sentences …", "Wait for the count")
    assert not bar.start.isEnabled()
    may_count.set()
    qtbot.waitUntil(bar.start.isEnabled, timeout=SECONDS)
    assert "with 3 spans" in bar.summary.text()
    assert threading.main_thread() not in threads


def test_a_form_that_is_filled_in_reads_nothing_of_the_project(desk, monkeypatch):
    """A read waits for the thread that loads torch, which would freeze the window as a training starts."""
    read = []
    with monkeypatch.context() as patch:
        patch.setattr(type(desk.project.database), "rows", lambda *_: read.append("rows"))
        desk.page.form.epochs.setValue(7)
        desk.page.form.learning_rate.setText("1e-3")
        desk.page._show_readiness()
    assert read == []


def test_a_change_is_counted_on_another_thread(desk, qtbot, monkeypatch, late_answers):
    threads = set()
    rows = type(desk.project.database).rows

    def read(database, *arguments):
        threads.add(threading.current_thread())
        return rows(database, *arguments)

    qtbot.waitUntil(desk.page.start_bar.start.isEnabled, timeout=SECONDS)
    monkeypatch.setattr(type(desk.project.database), "rows", read)
    desk.page._follow_change()
    qtbot.waitUntil(lambda: not desk.page._query.is_waiting, timeout=SECONDS)
    assert threads
    assert threading.main_thread() not in threads


@pytest.mark.parametrize("damage", ["'{broken'", "json_remove(report, '$.corrected.labels')"])
def test_a_run_with_a_damaged_report_is_named_in_one_sentence(qtbot, tmp_path, script, damage):
    with building.project_with_run(tmp_path / "damaged.spandesk") as project:
        project.database.write(f"UPDATE epoch SET report = {damage} WHERE number = 2")
    with made_desk(qtbot, tmp_path, script, tmp_path / "damaged.spandesk") as desk:
        assert desk.page.monitor.headline.text() == (
            "Run 1 cannot be shown: the stored report of run 1, epoch 2 is damaged; restore project.db from a copy, or"
            " use another run."
        )
        assert desk.session.context.key == EpochKey(1, 2)
