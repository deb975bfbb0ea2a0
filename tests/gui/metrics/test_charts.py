"""The charts of errors and of calibration: what they say, where their parts lead, by mouse and by keys."""

from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from core.analysis.calibration import calibrate, expected_calibration_error, find_bin
from core.domain.generators import run_to_end
from core.domain.spans import Span
from core.metrics.comparison import OUTCOMES
from core.metrics.confusion import count_error_kinds
from core.store.predictions import EpochKey
from core.store.sentence_selection import FixedSet, Selection
from gui.look.palette import contrast
from gui.look.theme import DARK, LIGHT
from gui.metrics.calibration_charts import CalibrationShown, format_compact, ticks
from gui.metrics.charts import outcome_ground
from gui.metrics.scores_view import EpochQuestion
from tests.building import FIRST_EPOCH, SECOND_EPOCH, add_run, predicted, project_with_sentences
from tests.gui.reading import painted_below

LAST = EpochKey(1, 2)


@pytest.fixture
def bars(desk):
    """The bars of errors, shown."""
    desk.page.head.errors.click()
    desk.page.errors.kinds.as_bars.click()
    return desk.page.errors.kinds.bars


@pytest.fixture
def calibration(desk, qtbot):
    """The view of calibration, once it has counted."""
    desk.page.head.calibration.click()
    wait_for(desk, qtbot)
    return desk.page.calibration


def wait_for(desk, qtbot):
    qtbot.waitUntil(lambda: "predicted" in desk.page.calibration.caption.text())


def click_segment(chart, segment):
    QTest.mouseClick(chart, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, segment.rect.center().toPoint())


def numbers_in(desk, selection):
    return desk.project.selections.numbers(selection, LAST, "corrected")


def test_a_bar_has_a_part_for_every_number_of_the_table(desk, bars):
    kinds = count_error_kinds(desk.project.predictions.matches(LAST, "dev", "corrected"))
    table = desk.page.errors.kinds.model.table
    wanted = {
        (row, column)
        for row, label in enumerate(kinds)
        for column, outcome in enumerate(OUTCOMES)
        if getattr(kinds[label], outcome)
    }
    parts = {(part.row, part.column): part for part in bars.segments if table.rows[part.row].is_type}
    assert set(parts) == wanted
    assert bars.isVisible()
    for (row, column), part in parts.items():
        cell = table.cells[row][column]
        assert (part.words, part.link) == (cell.words, cell.link)


def test_the_parts_of_a_bar_are_as_long_as_their_share_and_do_not_overlap(bars):
    by_row = {}
    for part in bars.segments:
        by_row.setdefault(part.row, []).append(part)
    for parts in by_row.values():
        for left, right in pairwise(parts):
            assert left.rect.right() <= right.rect.left() + 0.01
    lengths = [sum(p.rect.width() for p in parts if OUTCOMES[p.column] != "spurious") for parts in by_row.values()]
    whole = [length for length in lengths if length]
    assert max(whole) - min(whole) < 2, "all gold spans of a type are one length"
    assert max(part.rect.right() for part in bars.segments) <= bars.width()


def test_a_part_opens_its_sentences(desk, bars):
    row = [row.name for row in desk.page.errors.kinds.model.table.rows].index("QT")
    [part] = [part for part in bars.segments if part.row == row]
    assert OUTCOMES[part.column] == "spurious"
    assert "1 sentence: spurious QT" in bars.tooltip(part).replace("\n", " ")
    click_segment(bars, part)
    [asked] = desk.asked
    assert asked == Selection(outcomes=("spurious",), predicted_label="QT")
    assert [s.id for s in desk.project.sentences.by_number(numbers_in(desk, asked))] == ["talk-2"]


def test_bars_are_gone_through_by_keys(desk, bars, qtbot):
    bars.setFocus()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Right):
        QTest.keyClick(bars, key)
    first = bars.current
    assert first is not None
    QTest.keyClick(bars, Qt.Key.Key_Down)
    assert bars.current.row > first.row
    QTest.keyClick(bars, Qt.Key.Key_Up)
    assert bars.current.row == first.row
    QTest.keyClick(bars, Qt.Key.Key_Return)
    assert desk.asked == [bars.current.link.selection]


def test_the_table_comes_back(desk, bars):
    desk.page.errors.kinds.as_table.click()
    assert desk.page.errors.kinds.view.isVisible()
    assert not bars.isVisible()


def test_a_bar_that_is_mostly_spurious_is_cut_off(open_desk):
    flood = tuple(predicted((at, at + 1, "PS", 0.5))[0] for at in range(4, 13))

    def build(folder):
        project = project_with_sentences(folder)
        add_run(project, SECOND_EPOCH | {"talk-2": flood})
        return project

    desk = open_desk(build)
    desk.page.head.errors.click()
    desk.page.errors.kinds.as_bars.click()
    bars = desk.page.errors.kinds.bars
    [flood] = [part for part in bars.segments if part.words.startswith("9 of 11 predicted spans of PS")]
    assert flood.rect.right() <= bars.width()
    assert "9›" in [text for _, text in painted_below(bars)], "the number says that there is more of the bar"


def test_the_histogram_has_every_span_and_the_number_of_the_error(desk, calibration):
    known = run_to_end(calibrate(desk.project.predictions.examples(LAST, "dev", "corrected")))
    bins = known.bins()
    heights = {(part.column, part.row): part for part in calibration.histogram.segments}
    wanted = {(at, row) for at, found in enumerate(bins) for row, n in enumerate((found.right, found.wrong)) if n}
    assert set(heights) == wanted
    assert f"Expected calibration error {expected_calibration_error(bins):.3f}." in calibration.caption.text()
    assert calibration.caption.text().startswith(
        "8 predicted spans in 4 sentences. Their mean probability is 75.8%, but 75.0% are right: over-confident."
    )
    dots = {part.column for part in calibration.reliability.segments}
    assert dots == {at for at, found in enumerate(bins) if found.spans}


def test_a_bar_opens_the_sentences_with_such_spans(desk, calibration):
    [part] = [part for part in calibration.histogram.segments if (part.column, part.row) == (find_bin(0.44), 1)]
    assert part.words == "Wrong: 1 of 1 span with a probability of .4–.5"
    click_segment(calibration.histogram, part)
    [asked] = desk.asked
    number = desk.project.sentences.by_id("talk-1").number
    assert asked == Selection("dev", among=FixedSet("wrong spans with a probability of .4–.5", frozenset([number])))
    assert numbers_in(desk, asked) == [number]


def test_a_dot_opens_right_and_wrong_ones(desk, calibration):
    part = next(part for part in calibration.reliability.segments if part.column == find_bin(0.95))
    click_segment(calibration.reliability, part)
    ids = [s.id for s in desk.project.sentences.by_number(numbers_in(desk, desk.asked[0]))]
    assert ids == ["talk-1"], "what is surer is in a bin of its own"


def test_one_type_can_be_looked_at_alone(desk, calibration, qtbot):
    calibration.label.setCurrentIndex(calibration.label.findData("TI"))
    calibration.label.activated.emit(calibration.label.currentIndex())
    assert calibration.caption.text().startswith(
        "1 predicted span of TI in 4 sentences. Their mean probability is 44.0%, but 0.0% are right"
    )
    assert "over-confident" in calibration.caption.text()
    assert len(calibration.histogram.segments) == 1
    desk.session.set_context(epoch=1)
    wait_for(desk, qtbot)
    qtbot.waitUntil(lambda: "5 predicted" in calibration.caption.text())
    assert calibration.label.currentData() is None, "epoch 1 predicted no TI"


def test_it_is_counted_anew_after_a_correction(desk, calibration, qtbot):
    number = desk.project.sentences.by_id("talk-1").number
    desk.session.correct(number, [Span(0, 2, "PS"), Span(6, 8, "TI")])
    qtbot.waitUntil(lambda: "87.5% are right" in calibration.caption.text())


def test_it_is_not_counted_before_it_is_seen(desk):
    assert desk.page.calibration.caption.text() == ""
    desk.page.head.errors.click()
    assert desk.page.calibration.caption.text() == ""


def test_an_epoch_without_a_predicted_span_says_so(open_desk, qtbot):
    def build(folder):
        project = project_with_sentences(folder)
        add_run(project, dict.fromkeys(FIRST_EPOCH, ()))
        return project

    desk = open_desk(build)
    desk.page.head.calibration.click()
    wait_for(desk, qtbot)
    assert desk.page.calibration.caption.text() == "No span was predicted here."
    assert list(desk.page.calibration.histogram.segments) == []


def test_words_of_a_type(desk):
    known = run_to_end(calibrate(desk.project.predictions.examples(LAST, "dev", "corrected")))
    shown = CalibrationShown(known, EpochQuestion(LAST, "dev", "corrected"), "PS")
    place = find_bin(0.88)
    assert shown.describe_bar(place, is_right=True) == "Right: 1 of 1 span of PS with a probability of .8–.9"
    assert shown.describe_bin(place).endswith("Mean probability 88.0%, right 100.0%")
    assert shown.links[place, None].title == "PS with a probability of .8–.9"


def test_pointing_beside_a_thin_part_still_means_it(calibration):
    part = calibration.histogram.segments[0]
    beside = part.rect.topLeft().toPoint() - QPoint(1, 0)
    assert calibration.histogram.segment_at(beside.toPointF()) == part


@pytest.mark.parametrize(
    ("highest", "wanted"), [(1, [0, 1]), (41, [0, 1, 10, 40]), (8412, [0, 300, 2000, 8000]), (10, [0, 2, 10])]
)
def test_ticks_are_round(highest, wanted):
    assert ticks(highest) == wanted


@pytest.mark.parametrize(("number", "shown"), [(7, "7"), (999, "999"), (1204, "1.2k"), (9960, "10k"), (31000, "31k")])
def test_large_numbers_are_short(number, shown):
    assert format_compact(number) == shown


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_numbers_are_legible_in_every_pattern(theme, outcome):
    assert contrast(theme.text, outcome_ground(outcome, theme)) >= 5.5
