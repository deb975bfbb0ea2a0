"""What the Metrics page reports unasked, on the reference case in small: precision collapses, recall stays."""

import threading

import pytest
from PySide6.QtWidgets import QLabel

from core.domain.spans import PredictedSpan, Sentence, Span
from core.metrics.comparison import compare_spans
from core.store.changes import ChangeSet
from core.store.gold.reviews import JudgementContext
from core.store.predictions import EpochKey
from core.store.project import create_project
from core.store.sentence_selection import ALL_ERRORS, Selection
from gui.metrics.findings import NO_VERDICTS
from tests.building import FIRST_EPOCH, add_run, add_sentences, project_with_run, project_with_sentences

TEXT = "이순신은 조선 수군을 이끌었다."
GOLD = (Span(0, 3, "PS"), Span(5, 7, "LC"))
SPURIOUS = tuple(PredictedSpan(Span(at, at + 1, "OG"), 0.5) for at in (8, 9, 12, 13, 14))
FOUND = tuple(PredictedSpan(span, 0.9) for span in GOLD)


def collapsing(folder):
    """Twelve dev sentences, of which one also appears in train, and a run that predicts far too much in epoch 2."""
    project = create_project(folder)
    dev = [("dev", Sentence(f"dev-{n}", f"{TEXT} {n}", GOLD)) for n in range(12)]
    unseen = ("dev", Sentence("dev-quantity", "셋", (Span(0, 1, "QT"),)))
    add_sentences(project, [*dev, unseen, ("train", Sentence("train-1", f"{TEXT} 3", GOLD))])
    ids = [sentence.id for _, sentence in dev]
    add_run(project, dict.fromkeys(ids, FOUND), dict.fromkeys(ids, FOUND + SPURIOUS))
    return project


@pytest.fixture
def desk(open_desk, qtbot):
    desk = open_desk(collapsing)
    qtbot.waitUntil(lambda: any("appears in train" in finding.words for finding in desk.page.findings.findings))
    return desk


def rows(desk):
    return [label for label in desk.page.findings.findChildren(QLabel) if label.isVisible()]


def test_all_findings_are_shown(desk):
    assert [finding.words for finding in desk.page.findings.findings] == [
        "Precision fell from 1.000 to 0.286 in epoch 2, with 84 predicted spans after 24.",
        "Epoch 2 predicts 7.0 spans per sentence; the gold has 2.0.",
        "1 dev sentence also appears in train, so its scores are inflated.",
    ]
    assert len(rows(desk)) == 3


def test_a_finding_leads_to_its_sentences(desk):
    rows(desk)[0].linkActivated.emit("#")
    assert desk.asked == [Selection("dev", outcomes=tuple(error for error in ALL_ERRORS if error != "missed"))]
    assert desk.session.context.epoch == 2
    rows(desk)[2].linkActivated.emit("#")
    [stored] = desk.project.sentences.by_number([*desk.asked[1].among.numbers])
    assert stored.id == "dev-3"


def test_a_type_that_the_run_never_saw(desk):
    number = desk.project.sentences.by_id("dev-quantity").number
    desk.project.predictions.save(EpochKey(1, 2), {number: ()})
    desk.session.publish(ChangeSet("run", runs=(1,)))
    assert any(found.words == "QT: 1 gold span, but none in training." for found in desk.page.findings.findings)


def test_more_than_three_are_behind_a_link(desk, qtbot):
    number = desk.project.sentences.by_id("dev-quantity").number
    for epoch in (1, 2):
        desk.project.predictions.save(EpochKey(1, epoch), {number: ()})
    desk.session.publish(ChangeSet("run", runs=(1,)))
    qtbot.waitUntil(lambda: len(rows(desk)) == 4)
    assert "1&nbsp;more" in rows(desk)[3].text()
    rows(desk)[3].linkActivated.emit("#")
    qtbot.waitUntil(lambda: len(rows(desk)) == 4 and all("⚠" in row.text() for row in rows(desk)))


def test_a_good_run_is_left_in_peace(open_desk, qtbot):
    def good(folder):
        project = create_project(folder)
        add_sentences(project, [("train", Sentence("a", TEXT, GOLD)), ("dev", Sentence("b", f"{TEXT} 1", GOLD))])
        add_run(project, {"b": FOUND}, {"b": FOUND})
        return project

    desk = open_desk(good)
    qtbot.waitUntil(lambda: not desk.page.findings._query.is_waiting)
    assert desk.page.findings.findings == []
    assert not desk.page.findings.isVisible()


def test_a_damaged_report_of_an_epoch_is_one_sentence_above_the_table(open_desk):
    def damaged(folder):
        project = collapsing(folder)
        project.database.write("UPDATE epoch SET report = '{broken' WHERE number = 2")
        return project

    desk = open_desk(damaged)
    words = [finding.words for finding in desk.page.findings.findings if "damaged" in finding.words]
    assert words == [
        "Ceiling unknown: the stored report of run 1, epoch 2 is damaged; restore project.db from a copy, or use"
        " another run."
    ]
    assert desk.page.model.rowCount() > 0


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
    qtbot.waitUntil(lambda: line.line.text() != "")
    assert not line.isVisible()
    head.errors.click()
    assert line.isVisible()
    assert NO_VERDICTS in line.line.text()
    head.changes.click()
    assert not line.isVisible()
    head.errors.click()
    desk.session.set_context(gold="imported")
    line.line.linkActivated.emit("#")
    assert desk.asked == [SAMPLE]
    assert desk.session.context.gold == "corrected", "elsewhere the gold cannot be corrected"


def test_verdicts_are_summed_up_as_soon_as_there_are_some(open_desk, qtbot):
    desk = open_desk(project_with_first_epoch)
    line = desk.page.verdicts
    judge_all(desk, "gold")
    qtbot.waitUntil(
        lambda: (
            "By 6 verdicts in 4 sampled sentences, 100.0% (100.0%–100.0%) of 6 errors are gold errors"
            in line.line.text()
        )
    )
    assert line.isVisible()
    assert "micro F1 is 1.000 (1.000–1.000) instead of 0.333 on the gold as imported" in line.line.text()
    assert "gold wrong: 6" in line.line.toolTip()
    desk.session.undo()
    qtbot.waitUntil(lambda: "By 5 verdicts in 3 sampled sentences" in line.line.text())
    line.line.linkActivated.emit("#")
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
    qtbot.waitUntil(lambda: not line.isVisible())  # it was of another epoch
    goes_on.set()
    qtbot.waitUntil(lambda: bool(threads) and not threads[0].is_alive())
    assert threading.main_thread() not in threads
    desk.session.set_context(epoch=1)
    qtbot.waitUntil(line.isVisible)
