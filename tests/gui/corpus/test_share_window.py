"""A random share is moved in the real window, with its count before and one undo after."""

from collections import Counter

import pytest

from gui.corpus.share_window import ShareWindow
from tests.building import project_with_sentences
from tests.gui.driving import click


@pytest.fixture
def dialog(window, tmp_path):
    project_with_sentences(tmp_path / "p.spandesk").close()
    window.open_project(tmp_path / "p.spandesk")
    click(window.pages["corpus"].contents.share)
    return window.findChild(ShareWindow)


def sections(window):
    return Counter(stored.split for stored in window.context.session.project.sentences.each_anywhere())


def test_what_is_drawn_is_counted_moved_and_taken_back_by_one_undo(dialog, window):
    dialog.source.setCurrentText("dev")
    dialog.target.setCurrentText("test")
    dialog.share.setValue(50)
    assert dialog.said.text() == "2 of 4 sentences move from dev to test."
    before = sections(window)
    click(dialog.start)
    assert sections(window) == {"train": 2, "dev": 2, "test": 3}
    assert not dialog.isVisible()
    assert window.job_strip.notice.text() == "Done: Move 2 sentences to test"
    window.context.session.undo()
    assert sections(window) == before


def test_what_nobody_judged_is_named_before_it_becomes_gold(dialog, window):
    window.context.session.project.database.write(
        "UPDATE sentence SET split = 'pool', judged = 'no' WHERE id = 'news-3'"
    )
    dialog.share.setValue(100)
    dialog.source.setCurrentText("pool")
    assert dialog.said.text().splitlines() == [
        "1 of 1 sentences moves from pool to dev.",
        "Nobody judged this sentence yet. In dev, its gold counts as right, as it is.",
    ]
    click(dialog.start)
    assert window.context.session.project.sentences.by_id("news-3").split == "dev"


def test_a_section_is_not_moved_to_itself_nor_an_empty_one_anywhere(dialog):
    dialog.target.setCurrentText("train")
    assert not dialog.start.isEnabled()
    assert "choose another section" in dialog.said.text()
    dialog.source.setCurrentText("pool")
    assert dialog.said.text() == "0 of 0 sentences move from pool to train."
    assert not dialog.start.isEnabled()
