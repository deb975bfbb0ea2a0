"""The page in the real window, where answers come when they come: nothing waits, and the newest question wins."""

from core.analysis.calibration import calibrate, expected_calibration_error
from core.analysis.changes import compare_epochs
from core.domain.generators import run_to_end
from core.domain.spans import Span
from core.metrics.confusion import count_error_kinds
from core.metrics.report import build_report
from core.metrics.strict import klue_figures
from core.store.predictions import EpochKey
from core.store.sentence_selection import ALL_ERRORS, Selection
from gui.background import LatestQuery
from tests.building import project_with_run
from tests.gui.driving import click
from tests.gui.metrics.conftest import click_on, index_of


def test_every_view_shows_what_the_store_has_once_it_is_counted(window, qtbot, tmp_path, late_answers):
    page = open_metrics(window, qtbot, tmp_path)
    assert page.empty.isVisible()
    assert page.empty.hint.text() == "Counting its spans …", "the window does not wait"
    for key in (EpochKey(1, 2), EpochKey(1, 1), EpochKey(1, 2)):
        window.context.session.set_context(epoch=key.epoch)
        click(page.head.scores)
        settle(page, qtbot)
        check_scores(window, page, key)
        click(page.head.errors)
        settle(page, qtbot)
        check_errors(window, page, key)
        click(page.head.calibration)
        settle(page, qtbot)
        check_calibration(window, page, key)
    click(page.head.changes)
    settle(page, qtbot)
    check_changes(window, page, EpochKey(1, 1), EpochKey(1, 2))


def test_of_epochs_leafed_through_fast_the_last_one_stays(window, qtbot, tmp_path, late_answers):
    page = open_metrics(window, qtbot, tmp_path)
    for view in (page.head.calibration, page.head.errors, page.head.changes, page.head.scores):
        click(view)
        for epoch in (1, 2, 1):
            window.context.session.set_context(epoch=epoch)
    settle(page, qtbot)
    check_scores(window, page, EpochKey(1, 1))
    assert page.klue.epoch.text() == "KLUE, epoch 1"


def test_from_a_number_to_a_correction_and_back(window, qtbot, tmp_path, late_answers):
    page = open_metrics(window, qtbot, tmp_path)
    settle(page, qtbot)
    click_on(qtbot, page.table, index_of(page.model, "TI", "Epoch 2", "R"))
    inspect, session = window.pages["inspect"], window.context.session
    assert window.stack.currentWidget() is inspect
    missed = session.project.selections.numbers(
        Selection(outcomes=ALL_ERRORS, gold_label="TI"), EpochKey(1, 2), "corrected"
    )
    qtbot.waitUntil(lambda: list(inspect.model.numbers) == missed)
    before = index_of(page.model, "TI", "Epoch 2", "F1").data()
    session.correct(session.project.sentences.by_id("talk-1").number, [Span(0, 2, "PS"), Span(6, 8, "TI")])
    assert index_of(page.model, "TI", "Epoch 2", "F1").data() == before, (
        "nothing is counted for a page that nobody sees"
    )
    click(window.rail.button("metrics"))
    settle(page, qtbot)
    check_scores(window, page, EpochKey(1, 2))
    assert index_of(page.model, "TI", "Epoch 2", "F1").data() != before


def test_another_project_is_counted_in_place_of_the_one_that_was_closed_amid_its_count(
    window, qtbot, tmp_path, late_answers
):
    page = open_metrics(window, qtbot, tmp_path)
    project_with_run(tmp_path / "other.spandesk").close()
    window.open_project(tmp_path / "other.spandesk")
    click(window.rail.button("metrics"))
    settle(page, qtbot)
    check_scores(window, page, EpochKey(1, 2))


def open_metrics(window, qtbot, folder):
    project_with_run(folder / "p.spandesk").close()
    window.open_project(folder / "p.spandesk")
    click(window.rail.button("metrics"))
    return window.pages["metrics"]


def settle(page, qtbot):
    """Until nothing is being counted any more and the scores are shown."""
    queries = page.findChildren(LatestQuery)
    qtbot.waitUntil(lambda: page.model.rowCount() > 0 and not any(query.is_waiting for query in queries))


def check_scores(window, page, key):
    predictions = window.context.session.project.predictions
    report = build_report(predictions.counts(key, "dev", "corrected"))
    for name, score in report.rows().items():
        for title, value in (("P", score.precision), ("R", score.recall), ("F1", score.f1)):
            assert index_of(page.model, name, f"Epoch {key.epoch}", title).data() == f"{value:.3f}"
    klue = klue_figures(predictions.examples(key, "dev", "corrected"))
    shown = (page.klue.entity.text(), page.klue.character.text())
    assert shown == (f"{klue.entity_macro_f1:.3f}", f"{klue.character_macro_f1:.3f}")


def check_errors(window, page, key):
    kinds = count_error_kinds(window.context.session.project.predictions.matches(key, "dev", "corrected"))
    assert page.errors.kinds.title.text() == f"Kinds of errors in epoch {key.epoch}"
    for label, kind in kinds.items():
        assert index_of(page.errors.kinds.model, label, "", "Missed").data() == str(kind.missed)


def check_calibration(window, page, key):
    calibration = run_to_end(calibrate(window.context.session.project.predictions.examples(key, "dev", "corrected")))
    error = expected_calibration_error(calibration.bins())
    assert page.calibration.title.text() == f"Calibration in epoch {key.epoch}"
    assert page.calibration.caption.text().endswith(f"Expected calibration error {error:.3f}.")


def check_changes(window, page, before, after):
    pairs = window.context.session.project.predictions.pairs(before, after, "dev", "corrected")
    changes = run_to_end(compare_epochs(pairs))
    for title, fate in (("Fixed", "fixed"), ("New", "broken"), ("Remaining", "kept")):
        shown = index_of(page.changes.types.model, "all", "Errors", title).data()
        assert shown == str(len(changes.errors_of(fate)))
