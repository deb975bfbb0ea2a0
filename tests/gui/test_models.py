"""Qt's own tester finds nothing wrong with the models of the window while a person works with them."""

from PySide6.QtCore import QAbstractItemModel
from PySide6.QtTest import QAbstractItemModelTester

from core.domain.spans import Span
from gui.corrections.page import CorrectionModel
from tests.building import project_with_run
from tests.gui.driving import wait_for_job

WARNS = QAbstractItemModelTester.FailureReportingMode.Warning
"""A warning of Qt fails the test."""


def test_the_models_of_the_window_keep_the_contract(window, tmp_path, qtbot):
    models = [model for model in window.findChildren(QAbstractItemModel) if type(model).__module__.startswith("gui.")]
    models += [page.model for page in (window.pages["corrections"], window.pages["metrics"])]
    models += [window.pages["corpus"].rejected.rows]
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
    session.correct(session.project.sentences.by_id("news-3").number, [Span(0, 3, "PS")])
    session.revert(1)
    for name in window.pages:
        window.show_page(name)
    window.appearance.choose_theme("dark")
    session.undo()
    session.close_project()
    assert all(tester.model() is not None for tester in testers)


def test_no_row_is_inserted_where_the_log_has_no_more(tmp_path):
    with project_with_run(tmp_path / "p.spandesk") as project:
        number = project.sentences.by_id("news-3").number
        for start in range(3):
            project.corrections.correct(number, [Span(start, start + 1, "PS")])
        model = CorrectionModel()
        tester = QAbstractItemModelTester(model, WARNS)
        model.show_log(project.corrections)
        model._count += 1  # the log shrank, as when a failed step was taken out
        assert model.canFetchMore(tester.model().index(-1, -1))
        model.fetchMore(tester.model().index(-1, -1))
        assert model.rowCount() == 3
        assert not model.canFetchMore(tester.model().index(-1, -1))
