"""A new project of raw text begins with the labels that are typed."""

import pytest
from PySide6.QtWidgets import QApplication

from core.domain.errors import UserError
from core.domain.labels import TTA_LABELS, parse_labels
from core.store.project import create_project
from tests.gui.driving import click, wait_for_job


def test_labels_have_commas_between_and_each_comes_once():
    assert parse_labels(" 제품, PS ,두 단어,") == ("제품", "PS", "두 단어")
    assert parse_labels("") == ()
    for text, reason in (("PS, PS", "comes twice"), ("a\x00b", "not a valid label")):
        with pytest.raises(UserError, match=reason):
            parse_labels(text)


def test_a_project_begins_with_the_labels_in_their_order(tmp_path):
    with create_project(tmp_path / "own.spandesk", ("제품", "LC", "PS")) as project:
        assert project.sentences.labels() == ("제품", "LC", "PS")
        assert [*project.sentences.label_places().values()] == [0, 1, 2], "their keys"
        assert project.problems() == []
    with create_project(tmp_path / "all.spandesk") as project:
        assert project.sentences.labels() == TTA_LABELS


def test_pasted_text_and_typed_labels_make_a_project_of_the_pool(window, qtbot, tmp_path):
    welcome, session = window.welcome, window.context.session
    form = welcome.form
    QApplication.clipboard().setText("이순신은 수군을 이끌었다\n비가 온다\n")
    click(welcome.paste)
    assert form.target.currentText().startswith("pool")
    form.tag_set.field.setText("제품, PS, PS")
    assert not form.start.isEnabled()
    assert "the label PS comes twice" in form.tag_set.problem.text()
    form.tag_set.field.setText("제품, PS")
    form.folder_field.setText(str(tmp_path / "pasted.spandesk"))
    [first] = form.plan.files
    click(form.start)
    wait_for_job(qtbot, window.context.runner)
    assert session.project.sentences.labels() == ("제품", "PS")
    assert session.project.sentences.count("pool") == 2
    assert window.stack.currentWidget() is window.pages["inspect"]
    assert window.pages["inspect"].filters.filter.split == "pool"
    QApplication.clipboard().setText("눈이 온다\n")
    click(welcome.paste)
    assert first.read_text(encoding="utf-8").startswith("이순신은"), "a project was imported from it"


def test_a_corpus_is_asked_for_no_labels(window, tmp_path):
    (tmp_path / "train.jsonl").write_text('{"text": "비가 온다", "spans": [[0, 1, "QT"]]}\n', encoding="utf-8")
    window.welcome.propose([tmp_path / "train.jsonl"])
    form = window.welcome.form
    assert not form.tag_set.isVisible()
    assert form.target.currentIndex() == 0
    form.tag_set.field.setText("PS")
    assert form.labels == ()
