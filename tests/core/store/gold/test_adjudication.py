"""Decisions between two readers: one step each, remembered by what the readers said, and undone like the rest."""

import pytest

from core.domain.errors import UserError
from core.domain.generators import run_to_end
from core.domain.spans import Sentence, Span
from core.metrics.comparison import compare_spans
from core.services.compare_readers import compare_readers
from core.store.gold.adjudication import Readers
from core.store.project import open_project
from tests.building import add_sentences, predicted, project_with_sentences

PS, LC = Span(0, 2, "PS"), Span(4, 6, "LC")
TEXTS = {"a": "나리는 부산에 산다", "b": "다온은 여수에 갔다", "c": "라온이 서울로 왔다", "d": "마루는 강릉에 갔다"}
"""Each has PS at 0–2 and LC at 4–6; the gold has the first alone."""


@pytest.fixture
def project(tmp_path):
    with project_with_sentences(tmp_path / "p.spandesk") as project:
        add_sentences(project, [("test", Sentence(name, text, (PS,))) for name, text in TEXTS.items()])
        yield project


def add_person(project, name, **said):
    """A person, or a further version, who says this of sentences by id."""
    known = project.sources.find("person", name)
    number = known.number if known else project.sources.add("person", name, {})
    key = project.sources.next_version(number)
    spans = {number_of(project, each): predicted(*((*span, 1.0) for span in found)) for each, found in said.items()}
    project.predictions.save(key, spans)
    project.sources.finish_version(key, f"{key}")
    return key


def number_of(project, name):
    return project.sentences.by_id(name).number


def gold_of(project, name):
    return project.sentences.by_id(name).gold


def ids(project, numbers):
    return sorted(project.sentences.ids(list(numbers)))


def state(project, readers, section="test"):
    found = project.adjudication.find_disagreements(readers, section)
    return ids(project, found.open), ids(project, found.decided)


BOTH, FIRST, OTHER = [(0, 2, "PS"), (4, 6, "LC")], [(0, 2, "PS")], [(0, 3, "PS")]


def test_a_decision_is_one_step_that_gives_exactly_the_spans_of_one_reader(project):
    nari = add_person(project, "나리", a=[(4, 6, "LC")], b=OTHER, c=FIRST, d=[(1, 2, "PS")])
    readers, decide = Readers(nari), project.adjudication.decide
    assert state(project, readers) == (["a", "b", "d"], [])
    steps = project.corrections.last_number()
    change = decide(number_of(project, "a"), readers, "one")
    assert gold_of(project, "a") == (LC,), "whatever was there"
    assert (change.kind, ids(project, change.touched)) == ("correct", ["a"])
    decide(number_of(project, "b"), readers, "other")
    project.corrections.correct(number_of(project, "d"), [LC])
    decide(number_of(project, "d"), readers, "neither")
    assert [gold_of(project, name) for name in "bd"] == [(PS,), (LC,)]
    assert state(project, readers) == ([], ["a", "b", "d"])
    assert project.corrections.last_number() == steps + 4
    assert project.corrections.next_steps().undo.kind == "take neither"
    project.corrections.undo()
    assert state(project, readers) == (["d"], ["a", "b"])
    for _ in range(3):
        project.corrections.undo()
    assert state(project, readers) == (["a", "b", "d"], [])
    assert gold_of(project, "a") == (PS,)
    project.corrections.redo()
    step = project.corrections.next_steps().undo
    assert (step.kind, step.source, step.sentence_id) == ("take", "나리", "a")
    assert project.problems() == []


def test_two_people_are_decided_between_whatever_the_gold(project):
    nari = add_person(project, "나리", a=BOTH, b=BOTH, c=FIRST)
    gaon = add_person(project, "가온", a=OTHER, b=BOTH, c=[], d=[])
    readers = Readers(nari, gaon)
    assert state(project, readers) == (["a", "c"], []), "b: they agree, though not with the gold; d: one judged it"
    project.adjudication.decide(number_of(project, "c"), readers, "other")
    assert gold_of(project, "c") == ()
    assert project.corrections.next_steps().undo.source == "가온"
    assert state(project, readers) == (["a"], ["c"])
    assert state(project, Readers(gaon, nari)) == (["a"], ["c"])
    with pytest.raises(UserError, match="has not judged"):
        project.adjudication.decide(number_of(project, "d"), readers, "one")


def test_a_second_delivery_opens_only_what_it_says_anew(project, tmp_path):
    nari = add_person(project, "나리", a=BOTH, b=OTHER, c=BOTH)
    for name, choice in (("a", "one"), ("b", "other"), ("c", "neither")):
        project.adjudication.decide(number_of(project, name), Readers(nari), choice)
    again = add_person(project, "나리", a=BOTH, b=[(1, 3, "PS")], c=BOTH)
    assert state(project, Readers(again)) == (["b"], ["a", "c"])
    project.adjudication.decide(number_of(project, "b"), Readers(again), "one")
    assert state(project, Readers(add_person(project, "나리", a=BOTH, b=OTHER, c=BOTH))) == ([], ["a", "b", "c"])
    project.close()
    with open_project(tmp_path / "p.spandesk") as reopened:
        assert state(reopened, Readers(again)) == ([], ["a", "b", "c"])
        assert reopened.problems() == []


def test_verdicts_on_every_difference_decide_a_sentence_too(project):
    nari = add_person(project, "나리", a=[(0, 3, "PS"), (4, 6, "LC")])
    number = number_of(project, "a")

    def judge(blame):
        stored = project.sentences.by_number([number])[0]
        found = project.predictions.of(nari, [number])[number]
        left = [each for each in compare_spans(stored.gold, found) if each.is_error]
        project.reviews.judge(number, nari, left[-1 if blame == "gold" else 0], blame)

    judge("gold")
    assert state(project, Readers(nari)) == (["a"], [])
    judge("model")
    assert state(project, Readers(nari)) == ([], ["a"])
    assert gold_of(project, "a") == (PS, LC)


def test_agreement_names_what_was_taken_and_measures_the_rest(project):
    nari = add_person(project, "나리", a=BOTH, b=OTHER, c=FIRST, d=[])
    for name, choice in (("a", "one"), ("b", "other"), ("d", "neither")):
        project.adjudication.decide(number_of(project, name), Readers(nari), choice)
    report = run_to_end(compare_readers(project, nari, "gold", "test"))
    assert (report.adjudicated, report.agreement.sentences) == (1, 4)
    assert report.untouched is not None
    assert report.untouched.sentences == 3
    project.corrections.correct(number_of(project, "a"), [LC])
    assert run_to_end(compare_readers(project, "gold", nari, "test")).adjudicated == 1, "edited by hand afterwards"


def test_sentences_of_the_pool_become_labelled_by_a_decision(project):
    pooled = "UPDATE sentence SET split = 'pool', gold = '[]', imported = '[]', judged = 'no' WHERE split = 'test'"
    project.database.write(pooled)
    nari, gaon = add_person(project, "나리", a=BOTH, b=FIRST), add_person(project, "가온", a=FIRST, b=[])
    assert state(project, Readers(nari), "pool") == ([], []), "there is no gold to differ from"
    readers = Readers(nari, gaon)
    assert state(project, readers, "pool") == (["a", "b"], [])
    project.adjudication.decide(number_of(project, "b"), readers, "one")
    stored = project.sentences.by_id("b")
    assert (stored.split, stored.gold) == ("train", (PS,))
    assert project.corrections.next_steps().undo.source == "나리"
    project.corrections.undo()
    assert project.sentences.by_id("b").split == "pool"
    assert state(project, readers, "pool") == (["a", "b"], [])
    assert project.problems() == []
