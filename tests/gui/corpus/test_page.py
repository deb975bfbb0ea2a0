"""The Corpus page in the real window: counts, more files, what was left out, export."""

import json

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFileDialog

from core.domain.spans import Span
from gui.corpus.rejected_records import FILE, LINE, RECORDS
from tests.building import project_with_sentences
from tests.gui.driving import click, wait_for_job


@pytest.fixture
def page(window, tmp_path):
    project_with_sentences(tmp_path / "p.spandesk").close()
    window.open_project(tmp_path / "p.spandesk")
    assert window.stack.currentWidget() is window.pages["corpus"]
    return window.pages["corpus"]


def choose(page, title):
    """Choose what to export."""
    page.exports.list_choices()
    [action] = [action for action in page.exports.actions() if action.text() == title]
    action.trigger()


def counts(page):
    """The summary as words: first cell of a row → train, dev, test."""
    table = page.summary
    return {
        table.item(row, 0).text().split()[0]: [table.item(row, column).text() for column in (1, 2, 3)]
        for row in range(table.rowCount())
    }


def skipped(page):
    """The number, first file and first line of each reason."""
    found = page.rejected.tree.found
    return [
        tuple(found.index(row, column).data() for column in (RECORDS, FILE, LINE)) for row in range(found.rowCount())
    ]


def test_it_counts_sentences_and_spans_of_every_split(page):
    assert counts(page) == {
        "Sentences": ["2", "4", "1"],
        "Spans": ["5", "7", "1"],
        "PS": ["1", "2", "–"],
        "LC": ["2", "1", "1"],
        "OG": ["1", "1", "–"],
        "DT": ["1", "2", "–"],
        "TI": ["–", "1", "–"],
    }


def test_counts_follow_a_correction(page, window):
    session = window.context.session
    session.correct(session.project.sentences.by_id("talk-2").number, [])
    assert counts(page)["DT"] == ["1", "1", "–"]


def test_more_files_go_where_the_form_says_and_bad_records_are_listed(page, window, qtbot, tmp_path):
    corpus = tmp_path / "more.jsonl"
    corpus.write_text(
        '{"id": "x", "text": "PER label", "label": [[0, 3, "PER"]]}\n{"id": "y", "text": "", "label": []}\n',
        encoding="utf-8",
    )
    window.take_files([corpus])
    assert page.form.isVisible()
    page.form.target.setCurrentIndex(page.form.target.findText("test"))
    page.form.preview.labels.tick(["PER"])
    click(page.form.start)
    wait_for_job(qtbot, window.context.runner)
    assert window.context.session.project.sentences.by_id("x").split == "test"
    assert counts(page)["PER"] == ["–", "–", "1"]
    assert skipped(page) == [("1", str(corpus), "2")]
    assert page.rejected.isVisible()
    assert "1 record was skipped" in window.banner.text.text()


def test_skipped_records_take_one_line_until_asked_for_and_are_cleared_and_shown_again(page, window, qtbot, tmp_path):
    def add(name, *texts):
        lines = [
            json.dumps({"id": f"{name}{at}", "text": text, "label": [], "judged": "yes"})
            for at, text in enumerate(texts)
        ]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(lines), encoding="utf-8")
        window.take_files([tmp_path / f"{name}.jsonl"])
        click(page.form.start)
        wait_for_job(qtbot, window.context.runner)

    add("a", "서울", "")
    assert page.rejected.title.text() == "Skipped records: 1"
    assert not page.rejected.tree.isVisible()
    qtbot.waitUntil(lambda: page.rejected.height() < 60)
    click(page.rejected.unfold)
    assert page.rejected.tree.isVisible()
    assert page.rejected.unfold.text() == "Hide"
    click(page.rejected.clear)
    assert not page.rejected.isVisible()
    session = window.context.session
    folder = session.project.folder
    session.close_project()
    window.open_project(folder)
    window.show_page("corpus")
    assert not page.rejected.isVisible(), "also after another start"
    page.contents.files.cellClicked.emit(0, 4)
    assert page.rejected.tree.isVisible()
    assert skipped(page) == [("1", str(tmp_path / "a.jsonl"), "2")]
    click(page.rejected.clear)
    add("b", "부산", "")
    assert page.rejected.isVisible()
    assert page.rejected.title.text() == "Skipped records: 2"


def test_skipped_records_are_grouped_by_reason_and_searched(page, window, qtbot, tmp_path):
    path = tmp_path / "more.jsonl"
    path.write_text("\n".join(['{"id": "a", "text": "서울"}', '{"id": "b", "text": ""}', "{", "["]), encoding="utf-8")
    window.take_files([path])
    click(page.form.start)
    wait_for_job(qtbot, window.context.runner)
    panel, file = page.rejected, str(path)
    assert not panel.searched.isVisible()
    click(panel.unfold)
    assert skipped(page) == [("2", file, "3"), ("1", file, "2")]
    first = panel.tree.found.index(0, 0)
    assert [panel.tree.found.index(row, LINE, first).data() for row in (0, 1)] == ["3", "4"]
    panel.searched.setText("NO TEXT")
    assert skipped(page) == [("1", file, "2")]
    panel.searched.clear()
    assert len(skipped(page)) == 2


def test_a_file_that_cannot_be_read_changes_nothing(page, window, qtbot, tmp_path):
    (tmp_path / "empty.tsv").write_text("", encoding="utf-8")
    window.take_files([tmp_path / "empty.tsv"])
    click(page.form.start)
    wait_for_job(qtbot, window.context.runner)
    assert "is empty" in window.banner.text.text()
    assert window.context.session.project.sentences.count() == 7


def test_export_writes_the_corrected_gold(page, window, qtbot, tmp_path):
    session = window.context.session
    session.correct(session.project.sentences.by_id("talk-2").number, [])
    page.exports.export_to(tmp_path / "out.jsonl")
    wait_for_job(qtbot, window.context.runner)
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {line["id"]: line["label"] for line in lines}["talk-2"] == []
    assert "7 sentences" in page.said.text()


def test_what_is_ticked_is_written_with_each_sentence(page, window, qtbot, tmp_path):
    session = window.context.session
    number = session.project.sentences.by_id("talk-2").number
    session.note(number, "whose?")
    page.exports.popup(QPoint(0, 0))
    addenda = page.exports.addenda
    addenda.popup(QPoint(0, 0))
    for name in ("notes", "splits"):
        place = addenda.actionGeometry(addenda.ticks[name]).center()
        qtbot.mouseClick(addenda, Qt.MouseButton.LeftButton, pos=place)
        assert addenda.isVisible(), "the next one can be ticked"
    page.exports.close()
    page.exports.export_to(tmp_path / "out.jsonl")
    wait_for_job(qtbot, window.context.runner)
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    talk = next(line for line in lines if line["id"] == "talk-2")
    assert (talk["note"], talk["split"]) == ("whose?", "dev")
    assert "reviewed" not in talk
    page.exports.list_choices()
    assert addenda.chosen == ("notes", "splits"), "it is still so when the menu is opened again"


@pytest.mark.parametrize(
    ("name", "chosen", "key"),
    [
        ("out.json", "Label Studio (JSON) (*.json)", "annotations"),
        ("out.json", "JSON list (*.json)", "label"),
        ("out.jsonl", "Label Studio (JSON) (*.json)", "label"),
    ],
)
def test_of_formats_with_one_suffix_the_chosen_one_is_written(
    page, window, qtbot, tmp_path, monkeypatch, name, chosen, key
):
    path = tmp_path / name
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), chosen))
    choose(page, "Corrected corpus…")
    wait_for_job(qtbot, window.context.runner)
    first = path.read_text(encoding="utf-8").removeprefix("[\n").partition("\n")[0]
    assert key in json.loads(first.removesuffix(","))


@pytest.mark.parametrize(
    ("chosen", "tag", "notice"),
    [
        ("Columns (CoNLL), spans widened to whole words (*.conll)", "B-PS", "widened to whole words"),
        ("Columns (CoNLL), without spans that cut a word (*.conll)", "O", "left out"),
    ],
)
def test_spans_that_cut_a_word_are_widened_or_left_out_as_chosen(
    page, window, qtbot, tmp_path, monkeypatch, chosen, tag, notice
):
    session, path = window.context.session, tmp_path / "out.conll"
    stored = session.project.sentences.by_id("talk-2")
    session.correct(stored.number, [Span(0, 1, "PS")])
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), chosen))
    choose(page, "Corrected corpus…")
    wait_for_job(qtbot, window.context.runner)
    assert f"{stored.text.split(' ')[0]}\t{tag}\n" in path.read_text(encoding="utf-8")
    assert notice in window.banner.text.text()


def test_corrections_go_into_the_original_where_it_was_imported_from(page, window, qtbot, tmp_path, monkeypatch):
    original, copy = tmp_path / "more.jsonl", tmp_path / "copy.jsonl"
    original.write_bytes('{ "id":"x", "text":"서울",\t"label":[] }\r\n'.encode())
    window.take_files([original])
    click(page.form.start)
    wait_for_job(qtbot, window.context.runner)
    session = window.context.session
    session.correct(session.project.sentences.by_id("x").number, [Span(0, 2, "LC")])
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(copy), ""))
    choose(page, "Corrections into more.jsonl…")
    wait_for_job(qtbot, window.context.runner)
    assert copy.read_bytes() == original.read_bytes().replace(b"[]", b'[[0, 2, "LC"]]')
    assert page.said.text() == f"{copy} is {original} with 1 corrected sentence"


def test_an_original_that_was_moved_is_asked_for_and_another_refused(page, window, qtbot, tmp_path, monkeypatch):
    original, moved = tmp_path / "more.jsonl", tmp_path / "moved.jsonl"
    original.write_text('{"id": "x", "text": "서울", "label": []}', encoding="utf-8")
    window.take_files([original])
    click(page.form.start)
    wait_for_job(qtbot, window.context.runner)
    original.rename(moved)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(moved), ""))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "copy.jsonl"), ""))
    choose(page, "Corrections into more.jsonl…")
    wait_for_job(qtbot, window.context.runner)
    assert (tmp_path / "copy.jsonl").read_bytes() == moved.read_bytes()
    original.write_text('{"id": "x", "text": "부산", "label": []}', encoding="utf-8")
    choose(page, "Corrections into more.jsonl…")
    wait_for_job(qtbot, window.context.runner)
    assert "has changed since it was imported" in window.banner.text.text()


def test_what_is_no_label_is_said_and_the_form_stays(page, window, tmp_path):
    corpus = tmp_path / "more.jsonl"
    label = "X" * 65
    corpus.write_text(json.dumps({"text": "서울", "label": [[0, 2, label]]}), encoding="utf-8")
    window.take_files([corpus])
    page.form.preview.labels.tick([label])
    click(page.form.start)
    assert "is not a valid label" in window.banner.text.text()
    assert page.form.isVisible()
    assert window.context.runner.job is None


def test_the_page_works_with_answers_that_come_late(late_answers, page, window, qtbot, tmp_path):
    (tmp_path / "more.jsonl").write_text('{"id": "x", "text": "서울", "label": [[0, 2, "LC"]]}', encoding="utf-8")
    window.take_files([tmp_path / "more.jsonl"])
    click(page.form.start)
    wait_for_job(qtbot, window.context.runner)
    qtbot.waitUntil(lambda: counts(page)["Sentences"] == ["3", "4", "1"])
    window.context.session.correct(window.context.session.project.sentences.by_id("x").number, [])
    assert counts(page)["LC"] == ["2", "1", "1"]
