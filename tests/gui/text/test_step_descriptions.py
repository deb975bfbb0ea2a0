"""Steps in words, as the undo action names them."""

import pytest

from core.domain.generators import run_to_end
from core.domain.spans import Sentence, Span
from core.store.gold.relabelling import Replacement
from core.store.gold.remarks import Note, TextPlace
from gui.text.step_descriptions import describe, redo_title, undo_title
from tests.building import add_sentences, project_with_run


@pytest.fixture
def project(tmp_path):
    with project_with_run(tmp_path / "p.spandesk") as project:
        yield project


def correct(spans):
    return lambda project: project.corrections.correct(3, [Span(*span) for span in spans])


def finish(project):
    add_sentences(project, [("pool", Sentence.unchecked("raw-1", "비가 온다", ()))])
    project.pool.finish(project.sentences.by_id("raw-1").number, ())


STEPS = [
    (correct([(0, 2, "OG"), (4, 9, "DT")]), "news-3 PS → OG"),
    (correct([(0, 2, "PS")]), "Remove DT from 1443년 in news-3"),
    (correct([(0, 2, "PS"), (4, 9, "DT"), (10, 12, "CV")]), "Label 한글 in news-3 as CV"),
    (correct([(0, 3, "PS"), (4, 9, "DT")]), "Move the edge of 세종은 in news-3"),
    (correct([(0, 2, "OG")]), "Correct news-3"),
    (lambda project: run_to_end(project.labels.merge("PS", "LC")), "Merge PS into LC"),
    (lambda project: run_to_end(project.labels.rename("AF", "ART")), "Rename AF to ART"),
    (lambda project: run_to_end(project.labels.merge("AF", "PS")), "Merge AF into PS"),
    (lambda project: project.labels.add("NEW"), "Add the label NEW"),
    (lambda project: project.labels.delete("TM"), "Delete the label TM"),
    (lambda project: run_to_end(project.labels.replace(Replacement("LC", "OG"))), "LC → OG of 4 spans"),
    (lambda project: project.reviews.mark(3, reviewed=True), "Mark news-3 as reviewed"),
    (lambda project: project.reviews.note(3, "?"), "Note on news-3"),
    (
        lambda project: project.corrections.correct_together({}, [Note(3, "a"), Note(4, "b")]),
        "Note on 2 sentences",
    ),
    (
        lambda project: project.corrections.dismiss("particle", ["마음이"], dismissed=True),
        "Dismiss 마음이 as not a particle",
    ),
    (
        lambda project: project.corrections.dismiss("string", ["서울", "부산"], dismissed=True),
        "Accept the labelling of 2 strings",
    ),
    (
        lambda project: project.corrections.dismiss("place", [TextPlace(3, 0, 2)], dismissed=True),
        "Accept the labelling of 세종 in news-3",
    ),
    (
        lambda project: project.corrections.dismiss("place", [TextPlace(3, 0, 2), TextPlace(4, 0, 2)], dismissed=True),
        "Accept the labelling of 2 places",
    ),
    (lambda project: project.pool.reject(3, [Span(0, 2, "OG")]), "Reject the suggestion of 세종 in news-3"),
    (lambda project: project.pool.skip([3]), "Skip news-3"),
    (lambda project: project.pool.skip([3, 4]), "Skip 2 sentences"),
    (finish, "Finish raw-1 for train"),
]


@pytest.mark.parametrize(("make", "words"), STEPS)
def test_every_kind_of_step_is_named(project, make, words):
    make(project)
    assert describe(project.corrections.next_steps().undo) == words
    assert undo_title(project.corrections.next_steps()) == f"Undo: {words}"
    project.corrections.undo()
    assert redo_title(project.corrections.next_steps()) == f"Redo: {words}"
    assert undo_title(project.corrections.next_steps()) == "Nothing to undo"
