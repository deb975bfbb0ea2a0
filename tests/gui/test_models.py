"""Qt's own tester finds nothing wrong with the models of the window while a person works with them."""

from PySide6.QtCore import QAbstractItemModel
from PySide6.QtTest import QAbstractItemModelTester

from core.domain.spans import Span
from core.store.gold.step_list import StepFilter
from gui.corrections.step_model import StepModel
from gui.look.theme import LIGHT, Look
from tests.building import project_with_run
from tests.gui.driving import wait_for_job

WARNS = QAbstractItemModelTester.FailureReportingMode.Warning
"""A warning of Qt fails the test."""


def test_the_models_of_the_window_keep_the_contract(window, tmp_path, qtbot):
    models = [model for model in window.findChildren(QAbstractItemModel) if type(model).__module__.startswith("gui.")]
    models += [page.model for page in (window.pages["corrections"], window.pages["metrics"])]
    strings, inspect = window.pages["consistency"].strings, window.pages["inspect"]
    models += [strings.model, strings.places.model, inspect.model, inspect.detail.table.model()]
    unique = {id(model): model for model in models}
    testers = [QAbstractItemModelTester(model, WARNS) for model in unique.values()]
    assert len({type(model).__name__ for model in unique.values()}) >= 6
    project_with_run(tmp_path / "p.spandesk").close()
    window.open_project(tmp_path / "p.spandesk")
    session = window.context.session
    for name in window.pages:
        window.show_page(name)
    strings.search()
    wait_for_job(qtbot, window.context.runner)
    strings.places.model.check_all()
    for column in (0, 3, -1):
        strings.places.model.sort(column)
    session.correct(session.project.sentences.by_id("news-3").number, [Span(0, 3, "PS")])
    session.revert(1)
    for name in window.pages:
        window.show_page(name)
    window.appearance.choose_theme("dark")
    session.undo()
    session.close_project()
    assert all(tester.model() is not None for tester in testers)


def test_steps_come_open_and_go_as_a_model_may(tmp_path, monkeypatch):
    monkeypatch.setattr("gui.corrections.step_model._AT_ONCE", 2)
    with project_with_run(tmp_path / "p.spandesk") as project:
        model = StepModel(Look(LIGHT))
        tester = QAbstractItemModelTester(model, WARNS)
        model.show_project(project)
        model.refresh()
        number = project.sentences.by_id("news-3").number
        for start in range(3):
            project.corrections.correct(number, [Span(start, start + 1, "PS")])
            model.refresh()
        project.corrections.correct_together(dict.fromkeys(range(1, 8), ()))
        model.refresh()
        for _ in range(3):
            model.fetchMore(model.index(0, 0))
        model.fetchMore(tester.model().index(-1, -1))
        assert (model.rowCount(), model.rowCount(model.index(0, 0))) == (4, 7)
        project.corrections.undo()
        model.refresh()
        model.show_filter(StepFilter(text="부산"))
        assert model.rowCount() == 1
        model.show_project(None)
        assert model.rowCount() == 0
