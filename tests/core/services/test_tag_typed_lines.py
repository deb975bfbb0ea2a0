"""A tagger that is loaded once and answers question after question."""

import weakref
from queue import SimpleQueue

import pytest

from core.domain.errors import UserError
from core.domain.events import LinesTagged, TaggerLoaded
from core.model.checkpoint import save
from core.services import tag_typed_lines
from tests.core.toy_models import SENTENCES, tagged, text_tagger_of

TEXTS = [sentence.text for sentence in SENTENCES]


@pytest.fixture(scope="module")
def text_tagger():
    return text_tagger_of()


@pytest.fixture(scope="module")
def folder(text_tagger, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tagger") / "epoch-0001"
    save(text_tagger, folder)
    return folder


def asked(*questions):
    queue = SimpleQueue()
    for question in questions:
        queue.put(question)
    return queue


def test_it_says_what_the_tagger_finds_line_by_line(folder, text_tagger):
    queue = asked(TEXTS)
    work = tag_typed_lines.tag_lines(folder, queue)
    loaded, answer = next(work), next(work)
    parameters = sum(weight.numel() for weight in text_tagger.tagger.parameters())
    assert isinstance(loaded, TaggerLoaded)
    assert loaded.size >= 4 * parameters
    wanted = tagged(text_tagger, TEXTS)
    assert answer == LinesTagged({text: tuple(wanted[number]) for number, text in enumerate(TEXTS)})
    assert any(answer.spans.values())
    queue.put(TEXTS[:1])
    [(text, spans)] = next(work).spans.items()
    assert text == TEXTS[0]
    assert [found.span for found in spans] == [found.span for found in answer.spans[text]]
    queue.put(None)
    assert list(work) == []


def test_the_newest_question_counts(folder):
    queue = asked(TEXTS, TEXTS[:2], TEXTS[2:3])
    work = tag_typed_lines.tag_lines(folder, queue)
    next(work)
    assert [*next(work).spans] == [TEXTS[2]]


def test_a_new_question_takes_the_place_of_the_rest_of_the_old_one(folder):
    many = [f"{text} {number}" for number in range(10) for text in TEXTS]
    queue = asked(many)
    work = tag_typed_lines.tag_lines(folder, queue)
    next(work)
    assert len(next(work).spans) < len(many)
    queue.put(TEXTS[:1])
    assert [*next(work).spans] == [TEXTS[0]]


@pytest.mark.parametrize("questions", [[None], [TEXTS, None]], ids=["at once", "after a question"])
def test_an_end_is_heard_before_lines_are_tagged(folder, questions):
    assert [type(event) for event in tag_typed_lines.tag_lines(folder, asked(*questions))] == [TaggerLoaded]


def test_the_tagger_is_let_go_at_the_end(folder, monkeypatch):
    made = []
    load = tag_typed_lines.checkpoint.load

    def seen(*arguments):
        text_tagger = load(*arguments)
        made.append(weakref.ref(text_tagger.tagger.linear.weight))
        return text_tagger

    monkeypatch.setattr(tag_typed_lines.checkpoint, "load", seen)
    queue = asked(TEXTS)
    work = tag_typed_lines.tag_lines(folder, queue)
    next(work)
    next(work)
    assert made[0]() is not None
    queue.put(None)
    assert list(work) == []
    assert made[0]() is None


def test_a_missing_checkpoint_is_told(tmp_path):
    with pytest.raises(UserError):
        next(tag_typed_lines.tag_lines(tmp_path / "none", SimpleQueue()))
