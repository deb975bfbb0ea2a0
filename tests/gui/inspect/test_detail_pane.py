"""A sentence with many spans, large."""

from PySide6.QtTest import QTest

from core.domain.spans import Sentence, Span
from core.store.project import create_project
from gui.sentence.span_selection import of_gold
from tests.gui.driving import LEFT, NONE

SPANS = 60
TEXT = " ".join(f"서울{at:02}" for at in range(SPANS))
GOLD = tuple(Span(5 * at, 5 * at + 2, "LC") for at in range(SPANS))


def crowded_project(folder):
    project = create_project(folder)
    project.sentences.add("dev", [Sentence("crowded", TEXT, GOLD)], "test")
    return project


def test_a_row_of_the_table_selects_its_span_without_a_stop_on_the_way(bench_over, qtbot):
    bench = bench_over(crowded_project)
    table, passed = bench.page.detail.table, []
    bench.canvas.selectionChanged.connect(lambda: passed.append(bench.canvas.selection))
    table.scrollToBottom()
    last = table.rows.index(SPANS - 1, 0)
    QTest.mouseClick(table.viewport(), LEFT, NONE, table.visualRect(last).center())
    assert passed == [of_gold(GOLD[-1])]


def test_what_a_sentence_compares_is_handed_on_to_its_row_its_table_and_the_large_sentence(bench):
    bench.go_to("news-4")
    [shown] = bench.page.listing.shown_current()
    bench.page.detail.show_sentence(shown, "corrected", "")
    assert bench.canvas.comparisons is shown.comparisons
    assert shown.row.comparisons is shown.comparisons
    assert all(
        one is other for one, other in zip(bench.page.detail.table.rows.comparisons, shown.comparisons, strict=True)
    )
