"""Cross-checking from the Train page: the panel, its job, and the way to what was found."""

from dataclasses import replace

import pytest

from core.domain.errors import UserError
from core.domain.events import FoldProgress
from core.domain.settings import TrainSettings
from core.services.crosscheck import crosscheck
from core.store.project import open_project
from core.store.sentence_selection import Selection
from gui.text.progress import FLEETING, status_of
from gui.train.ceilings_and_crosscheck import purpose_line
from gui.train.readiness import FOLDS, read_past_runs
from tests.building import FIRST_EPOCH, SECOND_EPOCH, add_run, add_sentences
from tests.core.services.test_crosscheck import sentences

SECONDS = 60_000


@pytest.fixture
def project_folder(project_folder):
    """The project with enough sentences to cross-check."""
    with open_project(project_folder) as project:
        add_sentences(project, [("train", sentence) for sentence in sentences()])
    return project_folder


@pytest.fixture
def asked(desk):
    """What the page asks to see in Inspect."""
    found = []
    desk.session.inspection_asked.connect(found.append)
    return found


def use(desk, monkeypatch, work):
    monkeypatch.setattr(desk.page.crosscheck, "_crosschecking", work)


def quick(project, settings):
    """The engine itself, with settings that suit so few sentences."""
    return crosscheck(project, replace(settings, encoder="tiny", unit="subword", layers=None, epochs=1, folds=2))


def test_a_cross_check_ends_in_inspect_with_likely_gold_errors_first(desk, qtbot, monkeypatch, asked):
    use(desk, monkeypatch, quick)
    panel = desk.page.crosscheck_panel
    assert panel.button.isEnabled()
    assert not panel.findings.isVisible()
    told = []
    desk.runner.started.connect(lambda job: job.reported.connect(lambda event: told.append(status_of(event))))
    with qtbot.waitSignal(desk.page.crosscheck.finished, timeout=SECONDS) as ended:
        desk.click(panel.button)
        assert not panel.button.isEnabled()
    assert any(status is not None and "tagger 2/2" in status.text for status in told)
    [run] = ended.args
    assert desk.project.runs.by_number(run).is_crosscheck
    qtbot.waitUntil(lambda: panel.findings.isVisible() and panel.button.isEnabled())
    assert f"Run {run} cross-checked 21 sentences: F1" in panel.result.text()
    assert desk.session.context.source is None
    desk.click(panel.findings)
    assert (desk.session.context.source, desk.session.context.epoch) == (run, 1)
    assert asked == [Selection("train", order="suspicious")]
    assert desk.project.selections.numbers(asked[0], desk.session.context.key, "corrected")


def test_the_settings_are_those_of_the_form(desk, qtbot, monkeypatch):
    seen = []

    def refusing(project, settings):
        seen.append(settings)
        raise UserError("not now")

    use(desk, monkeypatch, refusing)
    with qtbot.waitSignal(desk.session.problem, timeout=SECONDS) as told:
        desk.click(desk.page.crosscheck_panel.button)
    assert told.args == ["not now"]
    assert seen == [replace(desk.page.form.settings(), folds=FOLDS, from_run=None)]
    qtbot.waitUntil(desk.page.crosscheck_panel.button.isEnabled)


def test_a_stopped_one_is_not_offered_as_a_training_to_go_on_with(desk, qtbot, monkeypatch):
    use(desk, monkeypatch, quick)
    desk.runner.started.connect(lambda job: job.reported.connect(lambda _: job.is_stopping or job.cancel()))
    desk.click(desk.page.crosscheck_panel.button)
    qtbot.waitUntil(lambda: desk.runner.job is None, timeout=SECONDS)
    [run] = desk.project.runs.list_all()
    assert (run.status, run.is_crosscheck) == ("stopped", True)
    assert not desk.page.start_bar.resume.isVisible()
    assert not desk.page.crosscheck_panel.findings.isVisible()


def test_what_it_does_and_how_long_it_takes():
    words = purpose_line(4000, 61.0)
    assert "each on four fifths of the 4,000 training sentences" in words
    assert words.endswith("as long as 4 trainings: about 1 min.")
    assert purpose_line(1, None).endswith("as long as 4 trainings.")


def test_the_time_is_told_from_the_last_training_like_it(desk):
    project, settings = desk.project, TrainSettings(epochs=3)
    assert read_past_runs(project, project.runs.list_all()).expected_seconds(settings, 100) is None
    add_run(project, FIRST_EPOCH, SECOND_EPOCH)  # 2.5 s an epoch on 21 sentences
    past = read_past_runs(project, project.runs.list_all())
    assert past.expected_seconds(settings, 100) == pytest.approx(2.5 / 21 * 100 * 3 * 4)
    assert past.expected_seconds(replace(settings, unit="syllable"), 100) is None


def test_its_progress_is_fleeting():
    assert FoldProgress in FLEETING
    status = status_of(FoldProgress(2, 5, "predict", 0.39, 75.0))
    assert (status.text, status.share) == ("tagger 2/5 · tagging the rest · 39% · 1 min left", 0.39)
    assert status_of(FoldProgress(1, 5, "train", 0.001, None)).text == "tagger 1/5 · training · 0%"
