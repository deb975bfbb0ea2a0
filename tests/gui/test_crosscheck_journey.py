"""A cross-check in the real window: from Train to the likely gold errors, and what the other pages make of it."""

import pytest

from core.store.predictions import EpochKey
from core.store.sentence_selection import Selection
from tests.building import add_sentences, project_with_run
from tests.core.services.test_crosscheck import sentences
from tests.gui.driving import click, wait_for_job


@pytest.fixture
def project(window, tmp_path):
    """A project with a trained run, open in the window."""
    folder = tmp_path / "news.spandesk"
    with project_with_run(folder) as made:
        add_sentences(made, [("train", sentence) for sentence in sentences()])
    window.context.session.open(folder)
    return window.context.session.project


def test_from_the_train_page_to_likely_gold_errors_and_back(window, qtbot, project):
    click(window.rail.button("train"))
    page = window.pages["train"]
    page.form.epochs.setValue(1)
    click(page.crosscheck_panel.button)
    wait_for_job(qtbot, window.context.runner)
    key = EpochKey(2, 1)
    numbers = [stored.number for stored in project.sentences.each("train")]
    assert sorted(project.signals.of(key, numbers)) == numbers
    assert window.context.session.context.source == 1, "who looks at a run goes on looking at it"
    click(page.crosscheck_panel.findings)
    inspect = window.pages["inspect"]
    assert window.stack.currentWidget() is inspect
    expected = project.selections.numbers(Selection("train", order="suspicious"), key, "corrected")
    qtbot.waitUntil(lambda: list(inspect.model.numbers) == expected != [])
    assert inspect.filters.filter.split == "train"
    assert window.context.session.context.key == key
    assert window.context_bar.source.currentText() == "Run 2 (cross-check)"


def test_other_pages_say_what_a_cross_check_has_not(window, qtbot, project):
    click(window.rail.button("train"))
    window.pages["train"].form.epochs.setValue(1)
    click(window.pages["train"].crosscheck_panel.button)
    wait_for_job(qtbot, window.context.runner)
    window.context.session.set_context(source=2)
    click(window.rail.button("metrics"))
    metrics = window.pages["metrics"]
    assert "cross-check of 21 training sentences in 5 folds" in metrics.head.title.text()
    scored_on = "Scored on 21 train sentences, each tagged by a model that was not trained on it"
    assert metrics.head.hint.text().startswith(scored_on)
    assert {column.figures.split for column in metrics.model.table.columns} == {"train"}
    assert not metrics.head.evaluate.isEnabled()
    assert "keeps no weights" in metrics.head.evaluate.toolTip()
    assert metrics.head.other.currentData() is None, "what tagged train is held against nothing that tagged dev"
    click(window.rail.button("scratch"))
    assert window.pages["scratch"].empty.title.text() == "Run 2 (cross-check) cannot tag what you type"
    window.context.session.set_context(source=1)
    click(window.rail.button("metrics"))
    assert {column.figures.split for column in metrics.model.table.columns} == {"dev"}
    offered = [metrics.head.other.itemData(row) for row in range(metrics.head.other.count())]
    assert EpochKey(2, 1) not in offered
