"""What the corpus says is shown as it is: no label and no tooltip of the window reads it as markup."""

import json

import pytest
from PySide6.QtCore import QAbstractItemModel, QObject, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QWidget

from core.domain.generators import run_to_end
from core.domain.spans import PredictedSpan, Sentence, Span
from core.services.import_corpus import ImportPlan, import_corpus
from core.store.project import create_project
from gui.text.wording import literal, wrap_tooltip
from gui.widgets.text_labels import PlainLabel
from tests.building import add_run, add_sentences
from tests.gui.driving import wait_for_job

HOSTILE = '<b>굵게</b><img src="file:///none.png" width=9>'
LABELLED = Span(0, len(HOSTILE), "PS")


@pytest.fixture
def hostile(window, tmp_path):
    """A project whose name, file, ids and texts look like markup, with a run, a correction and a rejected record."""
    project = create_project(tmp_path / "<b>p<img src=x>.spandesk")
    gold = (LABELLED, Span(len(HOSTILE) + 1, len(HOSTILE) + 3, "LC"))
    sentences = [Sentence(f"{HOSTILE}-{at}", f"{HOSTILE} 서울 {at}", gold if at else ()) for at in range(6)]
    add_sentences(project, [("dev" if at % 2 else "train", sentence) for at, sentence in enumerate(sentences)])
    file = tmp_path / "<b>f<img src=x>.jsonl"
    lines = [{"id": HOSTILE, "text": "가", "spans": [[0, 9, "PS"]]}, {"id": f"{HOSTILE}-n", "text": "나", "spans": []}]
    file.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    run_to_end(import_corpus(project, ImportPlan((file,), split="test")))
    guess = PredictedSpan(LABELLED, 0.5)
    add_run(project, {sentence.id: (guess,) for sentence in sentences[1::2]})
    project.close()
    window.open_project(project.folder)
    session = window.context.session
    session.correct(session.project.sentences.by_id(sentences[1].id).number, (LABELLED,))
    return session.project


def texts_of(window):
    """The text of each label that Qt may read as markup, and every tooltip of widgets, actions and model items."""
    for part in window.findChildren(QObject):
        if isinstance(part, QLabel) and part.textFormat() != Qt.TextFormat.PlainText:
            yield part.text()
        if isinstance(part, QWidget | QAction):
            yield part.toolTip()
        if isinstance(part, QAbstractItemModel):
            for row in range(part.rowCount()):
                for column in range(part.columnCount()):
                    yield part.index(row, column).data(Qt.ItemDataRole.ToolTipRole)


def test_no_label_and_no_tooltip_takes_the_corpus_for_markup(window, hostile, qtbot):
    session, seen = window.context.session, set()
    strings = window.pages["consistency"].strings
    for name, page in window.pages.items():
        window.show_page(name)
        if name == "inspect":
            qtbot.waitUntil(lambda model=page.model: model.rowCount() > 0)
            page.detail.canvas.select_next(1)
        if name == "consistency":
            strings.search()
            wait_for_job(qtbot, window.context.runner)
            qtbot.waitUntil(lambda: strings.places.model.rowCount() > 0)
        if name == "scratch":
            page.field.setPlainText(HOSTILE)
        session.problem.emit(f"{HOSTILE} is not a project")
        for text in filter(None, texts_of(window)):
            assert "<img" not in text, f"{name}: {text}"
            seen.add(text)
    assert any("&lt;img" in text for text in seen), "some tooltip shows what the corpus says"


def test_every_label_of_the_window_is_plain_or_says_that_it_is_not(window, hostile):
    for name in window.pages:
        window.show_page(name)
    window.show_keys()
    window.show_settings()
    labels = [label for label in window.findChildren(QLabel) if label.buddy() is None]  # those name a field of a form
    assert [label.text() for label in labels if label.textFormat() == Qt.TextFormat.AutoText] == []
    assert len([label for label in labels if isinstance(label, PlainLabel)]) > 100


def test_a_tooltip_shows_markup_as_it_is_and_leaves_all_else_alone():
    assert literal("a < b") == '<span style="white-space: pre">a &lt; b</span>'
    assert literal("R&D\n2") == "R&D\n2"
    assert "&lt;img" in wrap_tooltip(HOSTILE)
    assert "<img" not in wrap_tooltip(HOSTILE)
    assert len(wrap_tooltip("가" * 100_000)) < 1_100
