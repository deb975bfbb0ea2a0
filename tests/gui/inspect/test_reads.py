"""What one key costs the store, in the real window: every statement that SQLite runs is counted."""

import sqlite3

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from core.domain.generators import run_to_end
from core.domain.spans import PredictedSpan, Sentence, Span
from core.store.predictions import EpochKey
from core.store.project import create_project
from tests.building import add_run, add_sentences, add_signals

Key = Qt.Key
WRITES = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "INSERT", "UPDATE", "DELETE", "--")
"""How statements begin that read nothing for the window; SQLite reports those of triggers as comments."""


@pytest.fixture
def statements(monkeypatch):
    """What SQLite runs, on all connections that are opened."""
    run, connect = [], sqlite3.connect

    def connect_traced(*arguments, **options):
        connection = connect(*arguments, **options)
        connection.set_trace_callback(lambda sql: run.append(sql.lstrip()))
        return connection

    monkeypatch.setattr(sqlite3, "connect", connect_traced)
    return run


def build(folder, spans):
    """A project whose long sentence has so many gold spans, and whose run has two epochs and its signals."""
    with create_project(folder) as project:
        gold = tuple(Span(4 * at, 4 * at + 3, "PS") for at in range(spans))
        text = " ".join("세종은" for _ in range(spans + 1))
        add_sentences(project, [("train", Sentence("t", "부산", ())), ("dev", Sentence("long", text, gold))])
        predicted = tuple(PredictedSpan(Span(s.start, s.end, "LC" if s.start % 8 else "PS"), 0.5) for s in gold)
        add_run(project, {"long": ()}, {"long": predicted})
        add_signals(project, EpochKey(1, 2), {"long": (0.5, 1.0, 0.5)})
        run_to_end(project.labels.rename("QT", "NUMBER"))


@pytest.mark.parametrize("spans", [3, 500])
def test_a_digit_is_one_write_and_at_most_ten_reads(statements, window, tmp_path, spans):
    folder = tmp_path / "long.spandesk"
    build(folder, spans)
    window.open_project(folder)
    window.show_page("inspect")
    canvas = window.pages["inspect"].detail.canvas
    canvas.setFocus()
    canvas.select_next()
    for key, label in ((Key.Key_2, "LC"), (Key.Key_3, "OG")):
        QApplication.processEvents()
        statements.clear()
        QTest.keyClick(canvas, key)
        QApplication.processEvents()
        reads = [sql for sql in statements if not sql.startswith(WRITES)]
        assert statements.count("COMMIT") == 1
        assert len(reads) <= 10, reads
        assert canvas.selection.label == label
    [stored] = window.context.session.project.sentences.by_number([2])
    assert [span.label for span in stored.gold] == ["OG", *["PS"] * (spans - 1)]
