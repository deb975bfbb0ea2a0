"""What the Metrics page tells unasked, on the reference case in small: precision collapses, recall stays."""

import pytest
from PySide6.QtWidgets import QLabel

from core.domain.spans import PredictedSpan, Sentence, Span
from core.store.changes import ChangeSet
from core.store.predictions import EpochKey
from core.store.project import create_project
from core.store.sentence_selection import ALL_ERRORS, Selection
from tests.building import add_run, add_sentences

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


def test_all_findings_are_told(desk):
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
        "The stored report of run 1, epoch 2 is damaged; restore project.db from a copy, or use another run."
    ]
    assert desk.page.model.rowCount() > 0
