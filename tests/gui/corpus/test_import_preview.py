"""Files in the real window before they are imported: what they contain, choices where they need some, errors."""

import json

import pytest
from PySide6.QtCore import Qt

from core.domain.spans import Span
from gui.sentence.delegate import SENTENCE_ROLE
from tests.building import project_with_sentences
from tests.gui.driving import click, wait_for_job

MIXED = [
    {"id": "a", "text": "나리는 부산에 산다", "label": [[0, 2, "PER"], [4, 6, "LC"]]},
    {"id": "b", "text": "비", "label": []},
    {"id": "c", "text": "서울대학교 병원", "label": [[0, 5, "OG"], [0, 2, "LC"]]},
    {"id": "d", "text": "회의는 부산에서", "label": [[0, 2, "MEET"], [4, 6, "LCP_CITY"]]},
    {"id": "e", "text": "", "label": []},
]


@pytest.fixture
def corpus(tmp_path):
    path = tmp_path / "mixed.jsonl"
    path.write_text("\n".join(json.dumps(each, ensure_ascii=False) for each in MIXED), encoding="utf-8")
    return path


@pytest.fixture
def form(window, tmp_path):
    project_with_sentences(tmp_path / "p.spandesk").close()
    window.open_project(tmp_path / "p.spandesk")
    return window.pages["corpus"].form


def shown(table):
    """The cells of a table as words."""
    model = table.model()
    return [
        [model.data(model.index(row, column)) for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def sentences(form):
    """The first sentences: ids and spans."""
    model = form.preview.sentences.model()
    rows = [model.data(model.index(row, 0), SENTENCE_ROLE) for row in range(model.rowCount())]
    return {row.id: row.gold for row in rows}


def visible_choices(form):
    rows = form.preview._rows
    return {name for name, row in rows.items() if not row.isHidden()}


def test_the_name_that_a_renamed_label_has_now_is_chosen_until_a_person_chooses_otherwise(form, window, qtbot, corpus):
    window.context.session.rename_label("LC", "LOC")
    wait_for_job(qtbot, window.context.runner)
    corpus.write_text(json.dumps(MIXED[0] | {"label": [[4, 6, "LC"]]}, ensure_ascii=False), encoding="utf-8")
    window.take_files([corpus])
    box = form.preview.labels.chooser("LC")
    assert box.currentText() == "LOC"
    assert sentences(form) == {"a": (Span(4, 6, "LOC"),)}
    box.setCurrentText("left out")
    assert (form.preview.labels.renamed, sentences(form)) == ({}, {})


def test_a_file_is_shown_mapped_and_added_and_then_stored_so(form, window, qtbot, corpus):
    project = window.context.session.project
    window.take_files([corpus])
    preview = form.preview
    asked = "1 has no span: no entities, or not looked at?"
    assert preview.said.text() == f"mixed.jsonl: JSON Lines in UTF-8 · 1 sentence with 0 spans · 4 rejected · {asked}"
    assert [row[:2] for row in shown(preview.labels)][:2] == [["PER", "1"], ["MEET", "1"]], "unknown ones come first"
    assert visible_choices(form) == {"overlaps", "fine_labels", "without_spans"}
    assert set(sentences(form)) == {"b"}
    assert preview.show_rejected.text() == "Rejected: 4"
    preview.labels.item(1, 0).setCheckState(Qt.CheckState.Checked)
    preview.labels.chooser("PER").setCurrentText("PS")
    preview.choices["overlaps"].setCurrentText("keep the outermost")
    preview.choices["without_spans"].setCurrentText("were not judged")
    expected = {
        "a": (Span(0, 2, "PS"), Span(4, 6, "LC")),
        "b": (),
        "c": (Span(0, 5, "OG"),),
        "d": (Span(0, 2, "MEET"), Span(4, 6, "LC")),
    }
    assert sentences(form) == expected
    assert not project.sentences.has_id("a"), "nothing is stored before Import"
    form.target.setCurrentText("test")
    click(form.start)
    wait_for_job(qtbot, window.context.runner)
    assert {name: project.sentences.by_id(name).gold for name in expected} == expected
    assert [project.sentences.by_id(name).split for name in "abcd"] == ["test", "pool", "test", "test"]
    assert "MEET" in project.sentences.labels()
    assert not form.isVisible()
    assert window.pages["corpus"].summary.isVisible()


def test_of_many_files_the_first_are_described(form, window, tmp_path):
    paths = [tmp_path / f"{number}.txt" for number in range(8)]
    for path in paths:
        path.write_text("비가 온다\n", encoding="utf-8")
    window.take_files(paths)
    first, *_, last = form.preview.said.text().splitlines()
    assert (first.partition(":")[0], last) == ("0.txt", "and 2 more files")


def test_all_unknown_labels_can_be_added_at_once_and_taken_back(form, window, corpus):
    window.take_files([corpus])
    assert form.preview.add_all.text() == "Add all 2 unknown labels"
    click(form.preview.add_all)
    assert set(sentences(form)) == {"a", "b", "d"}
    form.preview.labels.item(0, 0).setCheckState(Qt.CheckState.Unchecked)
    assert set(sentences(form)) == {"b", "d"}
    assert form.plan.new_labels == ("MEET",)


def test_rejected_records_are_listed_by_reason(form, window, corpus):
    window.take_files([corpus])
    click(form.preview.show_rejected)
    assert form.preview.rejected.isVisible()
    assert not form.preview.sentences.isVisible()
    rows = shown(form.preview.rejected)
    assert [row[0] for row in rows] == ["2", "1", "1"]
    assert "mixed.jsonl, line 1" in rows[0][1]


def test_choices_that_no_file_needs_are_not_shown(form, window, tmp_path):
    path = tmp_path / "plain.jsonl"
    path.write_text('{"id": "x", "text": "서울", "label": [[0, 2, "LC"]]}', encoding="utf-8")
    window.take_files([path])
    assert visible_choices(form) == set()
    assert not form.preview.add_all.isVisible()


def test_a_cancelled_import_stores_nothing_and_reads_no_more(late_answers, form, window, qtbot, corpus):
    corpus.write_text(corpus.read_text(encoding="utf-8") + "\n" + '{"text": "비"}\n' * 50_000, encoding="utf-8")
    window.take_files([corpus])
    qtbot.waitUntil(lambda: "so far" in form.preview.said.text())
    click(form.cancel)
    assert not form.isVisible()
    assert not form._query.is_waiting
    assert window.context.session.project.sentences.count() == 7


def test_files_that_cannot_be_read_say_why_where_they_are_shown(form, window, tmp_path):
    (tmp_path / "empty.tsv").touch()
    window.take_files([tmp_path / "empty.tsv"])
    assert form.preview.said.text() == f"{tmp_path / 'empty.tsv'} is empty"


def test_a_place_that_is_taken_is_said_below_its_field(window, tmp_path, corpus):
    window.take_files([corpus])
    form = window.welcome.form
    assert form.folder == tmp_path / "mixed.spandesk"
    (tmp_path / "taken").mkdir()
    form.folder_field.setText(str(tmp_path / "taken"))
    assert not form.problem.isVisible(), "the folder gets the suffix of projects"
    (tmp_path / "taken.spandesk").mkdir()
    form.folder_field.setText(str(tmp_path / "taken.spandesk"))
    assert "exists already" in form.problem.text()
    assert form.problem.isVisible()


def test_recent_projects_are_in_the_menu(form, window, tmp_path):
    project_with_sentences(tmp_path / "b & c.spandesk").close()
    window.open_project(tmp_path / "b & c.spandesk")
    [menu] = [action.menu() for action in window.project_menu.actions() if action.text() == "Recent projects"]
    window.project_menu.aboutToShow.emit()
    assert [action.text() for action in menu.actions()] == [str(tmp_path / "p.spandesk")]
    menu.actions()[0].trigger()
    assert window.context.session.project.folder == tmp_path / "p.spandesk"
    assert str(tmp_path / "p.spandesk") in window.context_bar.project_name.toolTip().replace("\n", "")


def test_the_tag_column_is_asked_for_where_the_format_has_columns(form, window, tmp_path, qtbot):
    path = tmp_path / "words.conll"
    path.write_text("서울\tB-LC\tB-PS\n비\tO\tO\n\n", encoding="utf-8")
    window.take_files([path])
    preview = form.preview
    assert visible_choices(form) == {"tag_column"}
    assert "all contain tags" in preview.said.text()
    preview.tag_column.setValue(2)
    qtbot.waitUntil(lambda: [*sentences(form).values()] == [(Span(0, 2, "LC"),)])
    assert form.plan.options.tag_column == 2
    window.take_files([path])
    assert form.plan.options.tag_column is None, "another import begins anew"


def test_names_are_asked_for_where_labels_are_numbers_without_any(form, window, tmp_path, qtbot):
    path = tmp_path / "numbers.jsonl"
    path.write_text('{"id": "n", "tokens": ["서울", "비"], "ner_tags": [1, 0]}', encoding="utf-8")
    window.take_files([path])
    assert visible_choices(form) >= {"tag_names"}
    form.preview.tag_names.setText("O, B-LC")
    qtbot.waitUntil(lambda: sentences(form) == {"n": (Span(0, 2, "LC"),)})
    assert visible_choices(form) >= {"tag_names"}, "it stays to be corrected"


def test_running_text_can_be_split_into_sentences(form, window, tmp_path, qtbot):
    path = tmp_path / "raw.txt"
    path.write_text("비가 왔다. 눈이 왔다.\n", encoding="utf-8")
    window.take_files([path])
    assert "split_sentences" in visible_choices(form)
    form.preview.split_sentences.setChecked(True)
    assert form.preview.said.text().startswith("raw.txt: Plain text in UTF-8 · 2 sentences")


def test_a_folder_is_chosen_by_a_button_and_imported(form, window, tmp_path, qtbot, monkeypatch):
    folder = tmp_path / "brat"
    folder.mkdir()
    (folder / "a.txt").write_text("서울에 비가 왔다.\n", encoding="utf-8")
    (folder / "a.ann").write_text("T1\tLC 0 2\t서울\n", encoding="utf-8")
    monkeypatch.setattr("gui.corpus.page.QFileDialog.getExistingDirectory", lambda *_: str(folder))
    window.pages["corpus"].add_folder.trigger()
    assert form.preview.said.text().startswith("brat: brat standoff (folder) · 1 sentence with 1 span")
    click(form.start)
    wait_for_job(qtbot, window.context.runner)
    assert window.context.session.project.sentences.count() == 8


def test_files_for_the_pool_are_shown_and_taken_without_their_gold(form, window, qtbot, corpus):
    project = window.context.session.project
    window.take_files([corpus])
    form.target.setCurrentIndex(form.target.count() - 1)
    assert sentences(form) == dict.fromkeys("abcd", ())
    click(form.start)
    wait_for_job(qtbot, window.context.runner)
    assert [(stored.id, stored.gold) for stored in project.sentences.each("pool")] == [(name, ()) for name in "abcd"]


def test_raw_text_is_for_the_pool_and_the_next_corpus_is_not(form, window, tmp_path, qtbot, corpus):
    raw = tmp_path / "raw.txt"
    raw.write_text("비가 왔다.\n", encoding="utf-8")
    before = form.target.currentText()
    window.take_files([raw, corpus])
    assert form.target.currentText() == before, "one of them has gold"
    window.take_files([raw])
    assert form.target.currentIndex() == form.target.count() - 1
    window.take_files([corpus])
    assert form.target.currentText() == before
    form.target.setCurrentIndex(form.target.count() - 1)
    form.target.activated.emit(form.target.count() - 1)
    window.take_files([corpus])
    assert form.target.currentIndex() == form.target.count() - 1, "what a person chose stays"
