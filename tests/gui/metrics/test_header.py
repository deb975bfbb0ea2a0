"""What verdicts say, below the tables: nothing where there are none, a sample offered beside the errors."""

import threading

from core.metrics.comparison import compare_spans
from core.store.gold.reviews import JudgementContext
from core.store.predictions import EpochKey
from core.store.sentence_selection import ALL_ERRORS, Selection
from gui.metrics.header import NO_VERDICTS
from tests.building import FIRST_EPOCH, add_run, project_with_run, project_with_sentences

KEY = EpochKey(1, 1)
SAMPLE = Selection(outcomes=ALL_ERRORS, review="open", order="random")


def project_with_first_epoch(folder):
    project = project_with_sentences(folder)
    add_run(project, FIRST_EPOCH)
    return project


def judge_all(desk, blame):
    """Give one verdict on every error, in the random order."""
    project = desk.project
    for number in project.selections.numbers(SAMPLE, KEY, "corrected"):
        [stored] = project.sentences.by_number([number])
        errors = [c for c in compare_spans(stored.gold, project.predictions.of(KEY, [number])[number]) if c.is_error]
        for error in errors:
            desk.session.judge(number, error, blame, JudgementContext(sampled=True))


def test_a_sample_is_offered_beside_the_errors_alone(open_desk, qtbot):
    desk = open_desk(project_with_first_epoch)
    line, head = desk.page.verdicts, desk.page.head
    qtbot.waitUntil(lambda: line.said.text() != "")
    assert not line.isVisible()
    head.errors.click()
    assert line.isVisible()
    assert NO_VERDICTS in line.said.text()
    head.changes.click()
    assert not line.isVisible()
    head.errors.click()
    desk.session.set_context(gold="imported")
    line.said.linkActivated.emit("#")
    assert desk.asked == [SAMPLE]
    assert desk.session.context.gold == "corrected", "elsewhere the gold cannot be mended"


def test_verdicts_are_told_as_soon_as_there_are_some(open_desk, qtbot):
    desk = open_desk(project_with_first_epoch)
    line = desk.page.verdicts
    judge_all(desk, "gold")
    qtbot.waitUntil(
        lambda: "By 6 verdicts in 4 sampled sentences, 100% (100%–100%) of the 6 errors" in line.said.text()
    )
    assert line.isVisible()
    assert "micro F1 is 1.000 (1.000–1.000) instead of 0.333" in line.said.text()
    assert "6 gold wrong" in line.said.toolTip()
    desk.session.undo()
    qtbot.waitUntil(lambda: "By 5 verdicts in 3 sampled sentences" in line.said.text())
    line.said.linkActivated.emit("#")
    assert desk.asked == [SAMPLE]


def test_the_window_does_not_wait_for_the_estimate(open_desk, late_answers, qtbot, monkeypatch):
    desk = open_desk(project_with_run)
    desk.session.set_context(epoch=1)
    line, estimate, goes_on, threads = desk.page.verdicts, desk.project.reviews.estimate, threading.Event(), []

    def held(*asked):
        threads.append(threading.current_thread())
        goes_on.wait()
        return estimate(*asked)

    judge_all(desk, "gold")
    qtbot.waitUntil(line.isVisible)
    monkeypatch.setattr(desk.project.reviews, "estimate", held)
    desk.session.set_context(epoch=2)
    qtbot.waitUntil(lambda: not line.isVisible())  # what it said was of another epoch
    goes_on.set()
    qtbot.waitUntil(lambda: bool(threads) and not threads[0].is_alive())
    assert threading.main_thread() not in threads
    desk.session.set_context(epoch=1)
    qtbot.waitUntil(line.isVisible)
