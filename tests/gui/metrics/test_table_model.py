"""The model of the tables: Qt's contract, what views hear of it, and Markdown."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from core.domain.spans import Span
from core.store.changes import ChangeSet
from core.store.predictions import EpochKey
from gui.look.theme import DARK
from gui.metrics.scores_view import build_epochs_table
from gui.metrics.table_model import EMPTY, MetricModel, format_figure, format_markdown, markdown_table
from tests.building import SECOND_EPOCH, add_run, project_with_run
from tests.gui.metrics.test_scores_view import ONE, TWO

WARNS = QAbstractItemModelTester.FailureReportingMode.Warning
"""A warning of Qt fails the test."""


def with_another_run(folder):
    project = project_with_run(folder)
    add_run(project, SECOND_EPOCH)
    return project


def models_of(page):
    tables = (page.comparison, page.errors.kinds, page.errors.confusion)
    changes = (page.changes.scores, page.changes.types, page.changes.kinds)
    return [page.model, *(table.model for table in (*tables, *changes))]


def test_the_models_of_the_page_keep_the_contract_while_a_person_works(open_desk):
    desk = open_desk(with_another_run)
    models = models_of(desk.page)
    testers = [QAbstractItemModelTester(model, WARNS) for model in models]
    filled = set()
    for view in (desk.page.head.scores, desk.page.head.errors, desk.page.head.changes):
        view.click()
        desk.session.set_context(source=1)
        desk.session.correct(desk.project.sentences.by_id("talk-1").number, [Span(0, 2, "TI")])
        desk.session.set_context(epoch=1, gold="imported")
        desk.session.undo()
        desk.look.show_theme(DARK)
        desk.session.set_context(source=2, gold="corrected")
        filled |= {id(model) for model in models if model.rowCount()}
    assert filled == set(map(id, models)), "each of them was tested with rows"
    desk.project.database.write("DELETE FROM prediction", [])
    desk.session.publish(ChangeSet("run", runs=(1, 2)))
    desk.session.close_project()
    assert [tester.model() for tester in testers] == models


@pytest.fixture
def model():
    """A model of one epoch, and what its views have heard since."""
    model = MetricModel()
    model.show(build_epochs_table([ONE], None))
    model.heard = []
    model.modelReset.connect(lambda: model.heard.append("reset"))
    model.dataChanged.connect(lambda first, last: model.heard.append((first.row(), last.row(), last.column())))
    return model


def test_other_numbers_of_the_same_shape_reset_nothing(model):
    model.show(build_epochs_table([ONE], EpochKey(1, 1)))
    assert model.heard == [(0, model.rowCount() - 1, model.columnCount() - 1)]
    model.show(build_epochs_table([ONE], EpochKey(1, 1)))
    assert len(model.heard) == 1, "the same table again is no news"


def test_other_rows_or_columns_reset_the_model(model):
    model.show(build_epochs_table([ONE, TWO], None))
    model.show(EMPTY)
    assert model.heard == ["reset", "reset"]
    assert (model.rowCount(), model.columnCount()) == (0, 0)


def test_headers_and_cells_speak(model):
    index, role = model.index(0, 0), Qt.ItemDataRole
    assert (index.data(), index.data(role.AccessibleTextRole)) == (
        "0.500",
        "Precision of PS: 0.500\nRight: 2 of 4 predicted spans",
    )
    assert model.headerData(0, Qt.Orientation.Horizontal, role.ToolTipRole) == "Precision in epoch 1"
    assert model.headerData(0, Qt.Orientation.Vertical) == "PS 인물 person"
    assert model.headerData(model.rowCount() - 1, Qt.Orientation.Vertical) == "weighted avg"


def test_a_table_as_markdown(model):
    lines = markdown_table(model).splitlines()
    assert lines[:2] == ["|  | Epoch 1 P | Epoch 1 R | Epoch 1 F1 | Support |", "| --- | ---: | ---: | ---: | ---: |"]
    assert lines[2] == "| PS 인물 person | 0.500 | 0.400 | 0.444 | 5 |"
    assert markdown_table(MetricModel()) == ""


def test_markdown_of_names_with_its_marks_is_still_a_table():
    assert format_markdown(("", "a|b"), [("c\\d", "1\n2")]).splitlines()[0::2] == ["|  | a\\|b |", "| c\\\\d | 1 2 |"]


def test_numbers_are_written_alike():
    assert [format_figure(value) for value in (0.5, 1.0, 0.0, 1204, None)] == ["0.500", "1.000", "0.000", "1,204", "–"]
