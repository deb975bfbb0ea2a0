"""KLUE's figures below the averages: counted a part at a time, kept, and counted anew after a correction."""

from PySide6.QtWidgets import QApplication

from core.domain.spans import Span
from core.metrics import strict
from core.metrics.strict import klue_figures
from core.store.changes import ChangeSet
from core.store.predictions import EpochKey
from gui.metrics.klue_panel import PENDING
from tests.building import project_with_run


def expected(desk, epoch, gold="corrected"):
    figures = klue_figures(desk.project.predictions.examples(EpochKey(1, epoch), "dev", gold))
    return [f"{value:.3f}" for value in figures.as_json().values()]


def shown(desk):
    return [desk.page.klue.entity.text(), desk.page.klue.character.text()]


def test_the_figures_of_the_current_epoch_come_when_they_are_counted(late_answers, desk, qtbot):
    klue, seen = desk.page.klue, []
    qtbot.waitUntil(lambda: shown(desk) == expected(desk, 2))
    show_epoch = klue.show_epoch
    klue.show_epoch = lambda *asked: (show_epoch(*asked), seen.append(shown(desk)))
    desk.session.set_context(epoch=1)
    qtbot.waitUntil(lambda: klue.epoch.text() == "KLUE, epoch 1")
    assert seen == [[PENDING, PENDING]]
    qtbot.waitUntil(lambda: shown(desk) == expected(desk, 1))
    desk.session.set_context(epoch=2)
    assert shown(desk) == expected(desk, 2), "it was counted before"


def test_a_large_corpus_is_counted_in_parts(open_desk, qtbot, monkeypatch):
    monkeypatch.setattr(strict, "_PART", 1)
    desk = open_desk()
    qtbot.waitUntil(lambda: shown(desk) == expected(desk, 2))


def test_a_correction_counts_anew_and_each_gold_has_its_own(desk, qtbot):
    sentence = desk.project.sentences.by_id("talk-1")
    before = expected(desk, 2)
    desk.session.correct(sentence.number, [Span(0, 2, "PS"), Span(6, 8, "TI")])
    qtbot.waitUntil(lambda: shown(desk) == expected(desk, 2))
    assert shown(desk) != before
    desk.session.set_context(gold="imported")
    qtbot.waitUntil(lambda: shown(desk) == before)


def test_the_tooltips_say_what_the_figures_are_and_whence(desk):
    for label in (desk.page.klue.entity, desk.page.klue.character):
        assert "KLUE: Korean Language" in label.toolTip().replace("\n", " ")
        assert max(map(len, label.toolTip().splitlines())) < 60


def test_another_project_takes_the_place_of_one_that_is_being_counted(desk, qtbot, tmp_path):
    project_with_run(tmp_path / "other.spandesk").close()
    desk.session.set_context(epoch=1)
    desk.session.open(tmp_path / "other.spandesk")
    qtbot.waitUntil(lambda: shown(desk) == expected(desk, 2))


def test_a_closed_project_is_not_counted_on(late_answers, desk):
    desk.session.set_context(epoch=1)
    desk.session.close()
    QApplication.sendPostedEvents()
    assert shown(desk) == [PENDING, PENDING]


def test_an_epoch_without_predictions_of_the_split_has_no_figures(desk):
    desk.project.database.write("DELETE FROM prediction WHERE epoch = 1", [])
    desk.session.publish(ChangeSet("run", runs=(1,)))
    desk.session.set_context(epoch=1)
    assert desk.page.klue.isHidden()
