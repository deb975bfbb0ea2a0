"""The Sources page in the real window: a file of spans is added, looked at, compared, removed and brought back."""

import json

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from core.domain.errors import UserError
from core.domain.spans import Sentence, Span
from core.services.source_list import list_sources
from core.store.predictions import EpochKey
from core.store.project import open_project
from tests.building import TEXTS, project_with_run, project_with_sentences
from tests.core.foreign_models import save_model
from tests.gui.driving import click, press_key, wait_for_job

RECORDS = [
    {"id": "news-3", "text": TEXTS[2][2], "spans": [[0, 2, "PS"], [4, 9, "DT"]]},
    {"id": "77", "text": TEXTS[3][2], "spans": [[0, 4, "ORG"]]},
    {"id": "talk-1", "text": "다른 글", "spans": []},
]


@pytest.fixture
def spans_file(tmp_path):
    path = tmp_path / "가온.jsonl"
    path.write_text("\n".join(json.dumps(record, ensure_ascii=False) for record in RECORDS), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def their_model(tmp_path_factory):
    return save_model(tmp_path_factory.mktemp("models") / "their ner")


@pytest.fixture(scope="module")
def numbered_model(tmp_path_factory):
    names = tuple(f"LABEL_{number}" for number in range(5))
    return save_model(tmp_path_factory.mktemp("models") / "numbered", names=names)


@pytest.fixture
def opened(window, qtbot, tmp_path):
    project_with_run(tmp_path / "p.spandesk").close()
    window.open_project(tmp_path / "p.spandesk")
    with qtbot.waitActive(window):
        window.activateWindow()
    window.show_page("sources")
    return window


def rows(page):
    model = page.table.sources
    return [[model.index(row, at).data() for at in range(model.columnCount())] for row in range(model.rowCount())]


def test_a_file_is_added_looked_at_compared_removed_and_brought_back(opened, qtbot, tmp_path, spans_file):
    page, session = opened.pages["sources"], opened.context.session
    page.ask(spans_file)
    form = page.form
    assert "1 record matches by id and text · 1 by text alone · 1 is of no sentence" in form.matched.text()
    assert form.preview.labels.unknown == ("ORG",)
    assert form.preview.labels.renamed == {"ORG": "OG"}, "proposed, as for a model"
    assert form.preview.labels.chooser("ORG").currentText() == "OG"
    click(form.person)
    assert [form.plan.cut_particles, click(form.cut_particles), form.plan.cut_particles] == [False, None, True]
    click(form.cut_particles)
    click(form.start)
    wait_for_job(qtbot, opened.context.runner)
    assert not form.isVisible()
    assert [row[:2] for row in rows(page)] == [["가온", "person"], ["Run 1 · shown", "run"]]
    assert page.table.current.source.number == 2

    click(page.panel.metrics)
    assert opened.stack.currentWidget() is opened.pages["metrics"]
    assert session.context.key == EpochKey(2, 1)
    opened.show_page("sources")
    click(page.panel.sentences)
    assert opened.stack.currentWidget() is opened.pages["inspect"]
    opened.show_page("sources")
    page.table.choose(1)
    click(page.panel.compare)
    assert session.context.other == EpochKey(1, 2)
    assert rows(page)[1][0] == "Run 1 · compared"

    page.table.choose(2)
    click(page.panel.remove)
    assert [row[0] for row in rows(page)] == ["Run 1 · shown"]
    assert session.context.key == EpochKey(1, 2), "the window shows what is left"
    assert "가온 was removed" in page.removal.words.text()
    click(page.removal.undo)
    assert not page.removal.isVisible()
    assert [row[0] for row in rows(page)] == ["가온", "Run 1 · shown"]
    session.close_project()
    with open_project(tmp_path / "p.spandesk") as project:
        assert [each.source.heading for each in list_sources(project)] == ["Run 1", "가온"]
        assert project.predictions.count_spans(EpochKey(2, 1)) == 3
        assert project.problems() == []


def test_what_was_removed_is_gone_when_the_project_was_closed(opened, tmp_path):
    page = opened.pages["sources"]
    click(page.panel.remove)
    assert page.stack.currentWidget() is page.empty
    assert opened.context.session.context.key is None
    opened.context.session.close_project()
    with open_project(tmp_path / "p.spandesk") as project:
        assert project.sources.list_all() == []
        assert project.predictions.count_all(EpochKey(1, 2)) == 0


def test_what_a_closing_left_is_deleted_while_the_window_waits(window, qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr("core.store.sources._SLICE", 1)
    with project_with_run(tmp_path / "p.spandesk") as project:
        project.sources.remove(1)
        monkeypatch.setattr(project, "delete_removed", lambda: iter(()))
    window.open_project(tmp_path / "p.spandesk")
    opened = window.context.session.project
    qtbot.waitUntil(lambda: not opened.sources.epoch_numbers(1))
    assert opened.predictions.count_all(EpochKey(1, 2)) == 0


def test_where_the_rest_cannot_be_deleted_it_is_left_for_the_next_time(opened, qtbot, monkeypatch):
    project, actions = opened.context.session.project, opened.pages["sources"].actions_of
    tried = []

    def fail():
        tried.append(1)
        raise UserError("the disk is full")
        yield

    monkeypatch.setattr(project, "delete_removed", fail)
    actions.begin(project)
    qtbot.waitUntil(lambda: bool(tried))
    assert project.sources.by_number(1)


def test_name_and_note_are_edited_in_place_and_suggestions_chosen(opened):
    page, project = opened.pages["sources"], opened.context.session.project
    page.panel.name.setFocus()
    page.panel.name.setText("첫 훈련")
    press_key(Qt.Key.Key_Return)
    page.panel.note.setFocus()
    page.panel.note.setText("월요일")
    page.table.setFocus()
    source = project.sources.by_number(1)
    assert (source.name, source.note) == ("첫 훈련", "월요일")
    assert rows(page)[0][0] == "첫 훈련 · shown"
    click(page.panel.suggest)
    assert project.sources.suggesting() == 1
    click(page.panel.suggest)
    assert project.sources.suggesting() is None
    assert QApplication.focusWidget() is page.panel.suggest


def test_deleted_weights_can_be_restored_and_leave_what_was_tagged(opened):
    page, project = opened.pages["sources"], opened.context.session.project
    click(page.panel.weights)
    assert project.sources.by_number(1).removed == "weights"
    assert not page.panel.tag.isVisible()
    assert not page.panel.export.isVisible()
    assert "weights of run 1" in page.removal.words.text()
    click(page.panel.remove)
    click(page.removal.undo)
    assert project.sources.by_number(1).removed == "weights", "they were not asked back"
    click(page.removal.undo)
    assert project.sources.by_number(1).removed is None
    assert page.panel.export.isVisible()


def test_a_person_is_compared_with_the_gold_and_every_figure_is_explained(opened, qtbot, spans_file):
    page = opened.pages["sources"]
    page.ask(spans_file)
    click(page.form.person)
    page.form.preview.labels.chooser("ORG").setCurrentText("left out")
    click(page.form.start)
    wait_for_job(qtbot, opened.context.runner)
    panel = page.agreement
    assert panel.other.currentData() == "gold"
    assert panel.values["exact_f1"].text() == "1.000 (1.000–1.000)", "of the one sentence whose labels are known"
    assert panel.said.text().startswith("On 1 sentence that both have judged")
    assert not panel.definitions.isVisible()
    panel.explain.click()
    assert "Krippendorff's alpha" in panel.definitions.text()
    assert panel.definitions.isVisible()
    page.table.choose(1)
    assert panel.other.currentData() is None
    assert not panel.figures.isVisible()


def test_a_persons_text_without_spans_was_read_and_a_tools_perhaps_not(opened, qtbot, tmp_path):
    page, project = opened.pages["sources"], opened.context.session.project
    file = tmp_path / "나리.jsonl"
    texts = [each.text for each in project.sentences.each("dev", 2)]
    file.write_text("".join(json.dumps({"text": text, "spans": []}) + "\n" for text in texts), encoding="utf-8")
    page.ask(file)
    judged = page.form.preview.choices["without_spans"]
    assert judged.currentData() == "not-judged"
    click(page.form.person)
    assert judged.currentData() == "no-entities"
    click(page.form.start)
    wait_for_job(qtbot, opened.context.runner)
    assert project.predictions.count(EpochKey(2, 1), "dev") == 2


def test_a_dictionary_of_the_gold_is_added_and_tags(opened, qtbot):
    page, project = opened.pages["sources"], opened.context.session.project
    text = "서울에 갔다. 서울에 왔다."
    spans = (Span(0, 2, "LC"), Span(8, 10, "LC"))
    opened.context.session.add_sentences("train", [Sentence("seoul", text, spans)], "test")
    page.add_gold.trigger()
    wait_for_job(qtbot, opened.context.runner)
    assert rows(page)[0][:3] == ["strings of the gold", "dictionary", "1 entry"]
    dev = next(each for each in page.panel.tags.actions() if each.text().startswith("dev"))
    assert dev.text() == "dev · 4 of 4 left"
    dev.trigger()
    wait_for_job(qtbot, opened.context.runner)
    assert project.predictions.count(EpochKey(2, 1), "dev") == 4
    assert rows(page)[0][4] == "4"


def test_a_model_from_elsewhere_gets_its_labels_once(opened, qtbot, tmp_path, their_model):
    page = opened.pages["sources"]
    form = page.model_form
    (tmp_path / "no model").mkdir()
    page.ask_model(tmp_path / "no model")
    assert not form.start.isEnabled()
    assert "no model" in form.said.text()
    click(form.cancel)
    page.ask_model(their_model)
    assert form.labels.renamed == {"PER": "PS", "LOC": "LC"}, "proposed"
    assert form.labels.chooser("LOC").currentText() == "LC"
    click(form.start)
    wait_for_job(qtbot, opened.context.runner)
    assert not form.isVisible()
    assert rows(page)[0][:3] == ["their ner", "model", "their ner"]


def test_classes_without_names_are_asked_for_in_a_field(opened, numbered_model):
    form = opened.pages["sources"].model_form
    opened.pages["sources"].ask_model(numbered_model)
    assert form.class_names.isVisible()
    assert not form.labels.isVisible()
    assert not form.start.isEnabled()
    form.class_names.setText("O,B-PS")
    form.read()
    assert "the model has 5 classes, and 2 are named" in form.said.text()
    form.class_names.setText("O,B-PS,I-PS,B-ORG,I-ORG")
    form.read()
    assert form.labels.renamed == {"ORG": "OG"}
    assert form.start.isEnabled()
    assert form.plan.class_names == "O,B-PS,I-PS,B-ORG,I-ORG"


def test_a_model_of_the_hub_is_fetched_as_a_job_or_the_form_says_why_not(opened, qtbot, their_model, monkeypatch):
    page = opened.pages["sources"]
    form = page.model_form
    page.add_hub_model.trigger()
    assert form.hub_name.hasFocus()
    monkeypatch.setattr("core.services.engine.find_model", fail_to_find)
    form.hub_name.setText("some/ner")
    press_key(Qt.Key.Key_Return)
    wait_for_job(qtbot, opened.context.runner)
    assert form.said.text() == "the hub does not answer; give a folder"
    assert not form.start.isEnabled()
    monkeypatch.setattr("core.services.engine.find_model", lambda name: their_model)
    click(form.fetch)
    wait_for_job(qtbot, opened.context.runner)
    assert form.labels.renamed == {"PER": "PS", "LOC": "LC"}
    assert (form.plan.model, form.plan.title, form.start.isEnabled()) == ("some/ner", "ner", True)


def fail_to_find(name):
    raise UserError("the hub does not answer; give a folder")


def test_any_epoch_of_a_run_can_be_exported(opened, monkeypatch, tmp_path):
    page, asked = opened.pages["sources"], []
    monkeypatch.setattr("PySide6.QtWidgets.QFileDialog.getExistingDirectory", lambda *_: str(tmp_path))
    monkeypatch.setattr("core.services.engine.export_model", lambda *arguments: asked.append(arguments))
    monkeypatch.setattr(page.actions_of, "_start", lambda title, work: work(None))
    best, last, others = page.panel.exports.actions()
    assert last.text() == "Last epoch: 2"
    assert best.text().startswith("Best epoch on dev: 2, with F1 0.")
    for action in (best, others.menu().actions()[0]):
        action.trigger()
    assert [(folder.name, run, epoch) for _, folder, run, epoch in asked] == [
        ("p-run-1-epoch-2", 1, 2),
        ("p-run-1-epoch-1", 1, 1),
    ]


def test_two_selected_sources_are_compared_and_several_agree(opened, qtbot, spans_file):
    page, session = opened.pages["sources"], opened.context.session
    assert not page.pair.isVisible()
    page.ask(spans_file)
    click(page.form.start)
    wait_for_job(qtbot, opened.context.runner)
    page.table.selectAll()
    click(page.pair)
    assert (session.context.key, session.context.other) == (EpochKey(2, 1), EpochKey(1, 2))
    assert page.agreement.other.currentData() == 1
    assert page.agreement.figures.isVisible()
    page.agree.menu().actions()[0].trigger()
    wait_for_job(qtbot, opened.context.runner)
    assert rows(page)[0][:2] == ["all of run 1, 가온", "agreement"]
    assert page.table.current.source.number == 3
    assert not page.agree.isVisible(), "one is selected"


def test_of_a_run_counts_the_epoch_that_has_tagged_the_split_and_where_none_has_it_is_said(opened):
    panel, project = opened.pages["sources"].agreement, opened.context.session.project
    number = project.sentences.by_id("news-5").number
    assert project.sentences.by_id("news-5").split == "test"
    project.predictions.save(EpochKey(1, 1), {number: ()})
    panel.other.setCurrentIndex(panel.other.findData("gold"))
    for split, words in (("test", "On 1 sentence that both"), ("train", "run 1 says nothing of any train sentence")):
        panel.split.setCurrentIndex(panel.split.findData(split))
        panel.split.activated.emit(panel.split.currentIndex())
        assert panel.said.text().startswith(words)
        assert panel.figures.isVisible() == (split == "test")


def test_an_empty_page_says_what_a_source_is_and_leads_to_the_first_step(window, tmp_path):
    project_with_sentences(tmp_path / "p.spandesk").close()
    window.open_project(tmp_path / "p.spandesk")
    window.show_page("sources")
    page = window.pages["sources"]
    assert page.empty.isVisible()
    assert page.empty.hint.text().startswith("A source is anything that says where spans are")
    click(page.empty.button)
    assert window.stack.currentWidget() is window.pages["train"]


def test_what_is_compared_is_one_choice_for_all_pages(opened):
    session, metrics = opened.context.session, opened.pages["metrics"]
    session.set_comparison(EpochKey(1, 1))
    opened.show_page("metrics")
    assert metrics.head.other.currentData() == EpochKey(1, 1)
    metrics.head.other.setCurrentIndex(0)
    metrics.head.other.activated.emit(0)
    assert session.context.other is None
    opened.show_page("inspect")
    assert opened.pages["inspect"].detail.lanes.other.currentData() is None
