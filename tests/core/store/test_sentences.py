"""Sentences that are added to the corpus one by one, and found by their text."""

import json
import sqlite3
from itertools import chain

import pytest

from core.domain.errors import UserError
from core.domain.settings import TrainSettings
from core.domain.spans import Sentence, Span
from core.store.changes import ChangeSet
from core.store.project import open_project
from core.store.sentences import REJECTED_KEPT
from tests.building import project_with_sentences

NEW = (Sentence("a-1", "김구는 서울에 갔다 😀", (Span(0, 2, "PS"), Span(4, 6, "LC"))), Sentence("a-2", "비가 온다"))


@pytest.fixture
def project(tmp_path):
    with project_with_sentences(tmp_path / "p.spandesk") as project:
        yield project


def test_added_sentences_are_the_corpus_and_stay(project):
    change = project.sentences.add("dev", NEW, "scratch")
    assert change == ChangeSet("import", sentences=(8, 9), corpus=True)
    project.close()
    with open_project(project.folder) as again:
        stored = again.sentences.by_number(change.sentences)
        assert [(s.id, s.split, s.text, s.gold, s.imported) for s in stored] == [
            (new.id, "dev", new.text, new.spans, new.spans) for new in NEW
        ]
        [row] = again.sentences.imports()
        assert (row.file, row.format, row.sentences, row.spans, row.rejected) == ("scratch", "scratch", 2, 2, ())
        assert again.problems() == []


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (Sentence("news-1", "다른 글"), "news-1 already"),
        (Sentence("a-3", "다른 글", (Span(0, 2, "PLANET"),)), "PLANET is not in the tag set"),
    ],
)
def test_all_are_added_or_none(project, bad, reason):
    with pytest.raises(UserError, match=reason):
        project.sentences.add("train", [*NEW, bad], "scratch")
    assert project.sentences.count() == 7
    assert project.sentences.imports() == []


def test_an_id_given_twice_adds_nothing(project):
    with pytest.raises(UserError, match="a-1"):
        project.sentences.add("train", [NEW[0], NEW[0]], "scratch")
    assert project.sentences.count() == 7


def test_a_run_in_progress_ignores_them_and_the_next_one_does_not(project):
    first = project.runs.start(TrainSettings())
    project.sentences.add("train", NEW, "scratch")
    assert {"a-1", "a-2"}.isdisjoint(sentence.id for sentence in project.runs.training_sentences(first))
    second = project.runs.start(TrainSettings())
    assert project.runs.training_sentences(second)[-2:] == [*NEW]


def test_sentences_are_found_by_their_full_text_in_every_split(project):
    texts = ["대구에서 축제가 열렸다.", "민서야 😀 오후 3시에 보자!", "축제", "없는 글"]
    found = chain.from_iterable(project.sentences.with_text(texts))
    assert [(stored.id, stored.split) for stored in found] == [("talk-1", "dev"), ("news-5", "test")]


def test_lists_of_rejected_records_that_were_stored_in_full_are_counted_and_read_in_part(tmp_path):
    folder = tmp_path / "p.spandesk"
    project_with_sentences(folder).close()
    rejected = json.dumps([{"file": "a", "line": n, "reason": "bad"} for n in range(REJECTED_KEPT + 7)])
    connection = sqlite3.connect(folder / "project.db")
    connection.executescript(
        "ALTER TABLE import DROP COLUMN rejections; PRAGMA user_version = 6;"
        "DELETE FROM _sqlite_migrations WHERE name = '0007_rejections';"
        "INSERT INTO import (number, file, format, imported_at, sentences, spans, rejected) VALUES"
        f" (1, 'a', 'jsonl', '2026', 0, 0, '{rejected}'), (2, 'b', 'klue', '2026', 1, 1, '[]')"
    )
    connection.close()
    with open_project(folder) as project:
        first, second = project.sentences.imports()
    assert (len(first.rejected), first.rejections, first.rejected[-1]["line"]) == (
        REJECTED_KEPT,
        REJECTED_KEPT + 7,
        REJECTED_KEPT - 1,
    )
    assert (second.rejected, second.rejections) == ((), 0)
