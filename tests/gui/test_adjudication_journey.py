"""A second annotator in the real window: a blind batch out and in, agreement, decisions, undo, a second delivery."""

import json

from PySide6.QtCore import Qt

from core.services.blind_batch import BlindPlan
from core.store.gold.step_list import StepFilter
from core.store.predictions import EpochKey
from core.store.project import open_project
from tests.building import project_with_sentences
from tests.gui.driving import click, press_key, wait_for_job

CTRL, Key = Qt.KeyboardModifier.ControlModifier, Qt.Key
SAID = {
    "news-3": [[0, 2, "PS"]],  # the gold has DT as well
    "news-4": [[0, 4, "LC"], [6, 8, "LC"]],  # the gold has OG
    "talk-1": [[0, 3, "PS"], [6, 11, "TI"]],  # the gold ends before the particle
    "talk-2": [[0, 2, "DT"]],
}


def deliver(qtbot, window, path, said):
    """The annotator writes spans into the lines; the file is added as a person's."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    lines = [json.dumps({**row, "spans": said[row["id"]]}, ensure_ascii=False) for row in rows]
    path.write_text("\n".join(lines), encoding="utf-8")
    page = window.pages["sources"]
    window.show_page("sources")
    page.ask(path)
    page.form.name.setText("나리")
    click(page.form.person)
    click(page.form.start)
    wait_for_job(qtbot, window.context.runner)


def gold(session, name):
    return [[span.start, span.end, span.label] for span in session.project.sentences.by_id(name).gold]


def test_a_blind_batch_comes_back_and_is_adjudicated(qtbot, window, tmp_path, monkeypatch):
    folder, path = tmp_path / "p.spandesk", tmp_path / "batch.jsonl"
    monkeypatch.setattr("PySide6.QtWidgets.QFileDialog.getSaveFileName", lambda *_: (str(path), ""))
    project_with_sentences(folder).close()
    window.open_project(folder)
    with qtbot.waitActive(window):
        window.activateWindow()
    session, exports = window.context.session, window.pages["corpus"].exports
    window.show_page("corpus")
    exports.list_choices()
    next(each for each in exports.actions() if each.text() == "Blind batch for an annotator…").trigger()
    exports.blind.sentences.setValue(9)
    with qtbot.waitSignal(exports.blind.agreed) as agreed:
        click(exports.blind.start)
    assert agreed.args == [BlindPlan(9, "dev", 1)]
    with qtbot.waitActive(window):
        window.activateWindow()
    wait_for_job(qtbot, window.context.runner)
    assert {*json.loads(path.read_text(encoding="utf-8").splitlines()[0])} == {"id", "text"}
    deliver(qtbot, window, path, SAID)
    sources, inspect = window.pages["sources"], window.pages["inspect"]
    assert sources.agreement.other.currentData() == "gold"
    assert sources.agreement.said.text().startswith("On 4 sentences that both have judged")
    click(sources.panel.sentences)
    _decide(session, inspect)
    _deliver_again(qtbot, window, path)
    assert session.project.problems() == []
    session.close_project()
    with open_project(folder) as project:
        assert project.problems() == []
        assert [step.step.source for step in project.steps.list_matching(StepFilter("verdicts"))] == ["나리"]


def _decide(session, inspect):
    """A, B and neither; the last is undone and decided again."""
    assert session.context.key == EpochKey(1, 1)
    click(inspect.adjudicator.progress)
    assert inspect.detail.shown.stored.id == "news-3"
    inspect.list.setFocus()
    assert inspect.adjudicator.progress.text() == "0 of 3 decided"
    press_key(Key.Key_5, CTRL)
    press_key(Key.Key_4, CTRL)
    assert gold(session, "news-4") == SAID["news-4"]
    assert inspect.detail.shown.stored.id == "talk-1"
    press_key(Key.Key_6, CTRL)
    assert inspect.adjudicator.progress.text() == "3 of 3 decided"
    session.undo()
    assert inspect.adjudicator.progress.text() == "2 of 3 decided"
    press_key(Key.Key_6, CTRL)
    assert (gold(session, "news-3"), gold(session, "talk-1")) == (
        [[0, 2, "PS"], [4, 9, "DT"]],
        [[0, 2, "PS"], [6, 11, "TI"]],
    )


def _deliver_again(qtbot, window, path):
    """Only what the annotator changed is open again."""
    deliver(qtbot, window, path, {**SAID, "talk-1": [[6, 11, "TI"]]})
    sources, session = window.pages["sources"], window.context.session
    assert "The gold was adjudicated from 나리 in 1 sentence" in sources.agreement.said.text()
    assert session.context.key == EpochKey(1, 2)
    click(sources.panel.sentences)
    adjudicator = window.pages["inspect"].adjudicator
    assert adjudicator.progress.text() == "2 of 3 decided"
    assert session.project.sentences.ids(list(adjudicator.found.open)) == ["talk-1"]
