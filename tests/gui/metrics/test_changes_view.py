"""The view of changes: what it says, where its numbers lead, and against which epoch."""

import pytest
from PySide6.QtGui import QColor

from core.analysis.bootstrap import Interval
from core.analysis.changes import FATES, compare_epochs
from core.domain.generators import run_to_end
from core.domain.spans import Span
from core.store.predictions import EpochKey
from gui.metrics import changes_view
from gui.metrics.changes_view import (
    MoveDelegate,
    build_kind_fates_table,
    build_moves_table,
    build_type_fates_table,
    format_move,
)
from gui.metrics.errors_view import all_types_row
from gui.metrics.table_model import MetricCell
from tests.building import FIRST_EPOCH, SECOND_EPOCH, add_run, project_with_run
from tests.gui.metrics.conftest import click_on, index_of


@pytest.fixture
def changes_desk(desk, qtbot):
    """The view of changes, once it has compared."""
    desk.page.head.changes.click()
    wait_for(desk, qtbot)
    return desk


def wait_for(desk, qtbot):
    qtbot.waitUntil(lambda: desk.page.changes.scores.model.rowCount() > 0)


def values(table, row):
    model = table.model
    [at] = [at for at in range(model.rowCount()) if model.row(at).name == row]
    return [model.cell(model.index(at, column)).value for column in range(model.columnCount())]


def others(desk):
    other = desk.page.head.other
    return [other.itemData(at) for at in range(other.count())]


def test_the_epoch_before_suggests_itself_and_the_tables_say_what_moved(changes_desk):
    panel = changes_desk.page.changes
    assert panel.scores.title.text() == "What changed from run 1, epoch 1 to run 1, epoch 2"
    assert values(panel.scores, "OG") == [1.0, 1.0, 1.0]
    assert values(panel.types, "all") == [5, 1, 1]
    assert values(panel.kinds, "edge") == [1, 0, 1]
    assert changes_desk.page.head.other.isVisible()


def test_a_number_leads_to_its_sentences_under_the_epoch_looked_at(changes_desk, qtbot):
    desk, table = changes_desk, changes_desk.page.changes.types
    click_on(qtbot, table.view, index_of(table.model, "QT", "Errors", "New"))
    [asked] = desk.asked
    [stored] = desk.project.sentences.by_number([*asked.among.numbers])
    assert (stored.id, asked.among.words, asked.split) == ("talk-2", "new errors (QT)", "dev")
    assert desk.project.selections.numbers(asked, EpochKey(1, 2), "corrected") == [stored.number]
    assert desk.session.context.other == EpochKey(1, 1), "both predictions are shown"


def test_epochs_of_the_same_run_are_offered_before_other_runs(open_desk, qtbot):
    def make(folder):
        project = project_with_run(folder)
        add_run(project, SECOND_EPOCH)
        return project

    desk = open_desk(make)
    desk.session.set_context(source=1)
    desk.page.head.changes.click()
    wait_for(desk, qtbot)
    assert others(desk) == [None, EpochKey(1, 1), EpochKey(2, 1)]
    desk.page.head.scores.click()
    assert others(desk) == [None, EpochKey(1, 1), EpochKey(2, 1)]


def test_a_choice_holds_while_the_run_is_looked_at(changes_desk, qtbot):
    desk = changes_desk
    desk.page.head.other.setCurrentIndex(0)
    desk.page.head.other.activated.emit(0)
    assert desk.page.changes.scores.caption.text() == changes_view.NOTHING
    view = desk.page.changes.scores.view
    assert [view.horizontalHeader().isVisible(), view.verticalHeader().isVisible()] == [False, False]
    assert not desk.page.changes.types.isVisible()
    assert desk.page.changes.scores.model.rowCount() == 0
    desk.session.set_context(epoch=1)
    assert desk.page.head.other.currentData() is None


def test_a_correction_compares_anew(changes_desk, qtbot):
    desk, panel = changes_desk, changes_desk.page.changes
    number = desk.project.sentences.by_id("talk-2").number
    desk.session.correct(number, [Span(0, 2, "DT"), Span(4, 6, "QT")])
    qtbot.waitUntil(lambda: panel.types.model.rowCount() > 0 and values(panel.types, "all") == [6, 0, 1])


def test_runs_without_a_common_sentence_say_so(open_desk, qtbot):
    def make(folder):
        project = project_with_run(folder)
        add_run(project, {"news-5": ()})
        return project

    desk = open_desk(make)
    desk.page.head.changes.click()
    qtbot.waitUntil(lambda: "no predicted sentence in common" in desk.page.changes.scores.caption.text())


def test_tables_follow_from_the_changes(desk):
    project, after = desk.project, EpochKey(1, 2)
    changes = run_to_end(compare_epochs(project.predictions.pairs(EpochKey(1, 1), after, "dev", "corrected")))
    figures = desk.page._figures.of(after, "dev", "corrected")
    by_type, by_kind = build_type_fates_table(changes, figures), build_kind_fates_table(changes, figures)
    assert by_type.rows[-1] == all_types_row()
    for at, fate in enumerate(FATES):
        assert sum(row[at].value for row in by_kind.cells) == by_type.cells[-1][at].value
        assert by_type.cells[-1][at].value == len(changes.errors_of(fate))
    scores = build_moves_table(changes, figures)
    micro = scores.cells[[row.name for row in scores.rows].index("micro")]
    assert micro[1].words.startswith("Recall, micro avg: 0.286 → 0.857\n95 % interval of the change: ")
    assert micro[1].words.endswith("The interval covers the choice of sentences, not the run's own chance")
    links = [cell.link for row in by_type.cells for cell in row if cell.link]
    behind = {number for link in links for number in link.selection.among.numbers}
    assert behind == {project.sentences.by_id(name).number for name in FIRST_EPOCH}
    farthest = max(abs(bound) for row in scores.cells for cell in row for bound in cell.interval)
    assert {column.title for column in scores.columns} == {f"±{farthest:.3f}"}


@pytest.mark.parametrize(
    ("interval", "colour"),
    [(Interval(0.01, 0.2), "right"), (Interval(-0.2, -0.01), "error"), (Interval(-0.1, 0.1), "muted")],
)
def test_only_a_sure_change_is_in_colour(changes_desk, interval, colour):
    delegate = changes_desk.page.changes.scores.view.itemDelegate()
    assert isinstance(delegate, MoveDelegate)
    shown = delegate._colour(MetricCell(0.1, None, "", None, interval=interval))
    assert shown == QColor(getattr(delegate.look.theme, colour))


@pytest.mark.parametrize(
    ("value", "shown"), [(0.0214, "+0.021"), (-0.0006, "-0.001"), (-0.0001, "0.000"), (0.0, "0.000")]
)
def test_how_a_change_is_written(value, shown):
    assert format_move(MetricCell(value, None, "", None)) == shown
