"""Models in the real window: one from elsewhere is looked at in Metrics and Inspect; a run's comes back as it went."""

import pytest

from core.model.checkpoint import save
from core.store.predictions import EpochKey
from core.store.project import open_project
from tests.building import project_with_run
from tests.core.foreign_models import save_model
from tests.core.toy_models import text_tagger_of
from tests.gui.driving import click, wait_for_job


@pytest.fixture(scope="module")
def their_model(tmp_path_factory):
    return save_model(tmp_path_factory.mktemp("models") / "their ner")


@pytest.fixture(scope="module")
def our_tagger():
    return text_tagger_of()


@pytest.fixture
def opened(window, qtbot, tmp_path, our_tagger):
    with project_with_run(tmp_path / "p.spandesk") as project:
        save(our_tagger, project.checkpoint_folder(1, 1))
    window.open_project(tmp_path / "p.spandesk")
    with qtbot.waitActive(window):
        window.activateWindow()
    window.show_page("sources")
    return window


def add_model(window, qtbot, folder):
    page = window.pages["sources"]
    page.ask_model(folder)
    click(page.model_form.start)
    wait_for_job(qtbot, window.context.runner)
    return page.table.current.source.number


def tag(window, qtbot, section):
    """Have the chosen source tag a section."""
    actions = window.pages["sources"].panel.tags.actions()
    next(each for each in actions if each.text().startswith(section)).trigger()
    wait_for_job(qtbot, window.context.runner)


def stored_spans(project, key, section):
    return project.predictions.of(key, [each.number for each in project.sentences.each(section)])


def close_and_check(window, folder):
    window.context.session.close_project()
    with open_project(folder) as project:
        assert project.problems() == []


def test_a_model_from_elsewhere_is_measured_and_inspected(opened, qtbot, tmp_path, their_model):
    page, session = opened.pages["sources"], opened.context.session
    number = add_model(opened, qtbot, their_model)
    tag(opened, qtbot, "dev")
    click(page.panel.metrics)
    assert session.context.key == EpochKey(number, 1)
    metrics = opened.pages["metrics"]
    assert "PS" in [row.name for row in metrics.model.table.rows]
    opened.show_page("sources")
    page.table.choose(number)
    click(page.panel.sentences)
    inspect = opened.pages["inspect"]
    assert inspect.filters.filter.split == "dev"
    shown = inspect.detail.shown.stored
    found = stored_spans(session.project, EpochKey(number, 1), "dev")[shown.number]
    assert [each.span for each in inspect.detail.shown.predicted] == [each.span for each in found]
    close_and_check(opened, tmp_path / "p.spandesk")


def test_an_exported_run_comes_back_as_an_equal_source(opened, qtbot, tmp_path, monkeypatch):
    page, project = opened.pages["sources"], opened.context.session.project
    monkeypatch.setattr("PySide6.QtWidgets.QFileDialog.getExistingDirectory", lambda *_: str(tmp_path))
    first = page.panel.exports.actions()[-1].menu().actions()[0]
    assert first.text() == "Epoch 1"
    first.trigger()
    wait_for_job(qtbot, opened.context.runner)
    number = add_model(opened, qtbot, tmp_path / "p-run-1-epoch-1")
    tag(opened, qtbot, "train")
    save(text_tagger_of(), project.checkpoint_folder(1, 2))
    page.table.choose(1)
    tag(opened, qtbot, "train")
    home, away = (stored_spans(project, key, "train") for key in (EpochKey(1, 2), EpochKey(number, 1)))
    assert sum(map(len, home.values())) > 3
    assert {number: [each.span for each in spans] for number, spans in away.items()} == {
        number: [each.span for each in spans] for number, spans in home.items()
    }
    for sentence, spans in home.items():
        shares = [each.probability for each in spans]
        assert [each.probability for each in away[sentence]] == pytest.approx(shares, abs=1e-5)
    close_and_check(opened, tmp_path / "p.spandesk")
