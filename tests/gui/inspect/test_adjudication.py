"""Deciding between readers in Inspect: whose spans become the gold, span by span or at once, and what is left."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from core.domain.spans import Sentence, Span
from core.store.changes import ChangeSet
from core.store.predictions import EpochKey
from core.store.sentence_selection import Selection
from tests.building import add_sentences, predicted, project_with_sentences

CTRL, Key = Qt.KeyboardModifier.ControlModifier, Qt.Key
PS, OG, LC = (0, 2, "PS"), (0, 4, "OG"), (0, 2, "LC")
TEXTS = ("부산시청 앞 나리", "나리는 부산에 산다", "다온은 여수에 갔다")


def add_person(project, name, *said):
    number = project.sources.add("person", name, {})
    key = EpochKey(number, 1)
    numbers = [project.sentences.by_id(f"s-{at}").number for at in range(len(said))]
    spans = [predicted(*((*span, 1.0) for span in each)) for each in said]
    project.predictions.save(key, dict(zip(numbers, spans, strict=True)))
    project.sources.finish_version(key, name)
    return key


@pytest.fixture
def people(bench_over):
    """나리 (source 1) and 가온 (source 2) say something else of the first two sentences; the gold is PS in each."""

    def build(folder):
        project = project_with_sentences(folder)
        project.database.write("UPDATE sentence SET split = 'aside'")
        add_sentences(project, [("dev", Sentence(f"s-{at}", text, (Span(*PS),))) for at, text in enumerate(TEXTS)])
        add_person(project, "나리", [OG], [LC], [PS])
        add_person(project, "가온", [LC, (7, 9, "PS")], [], [PS])
        return project

    return bench_over(build)


def shown_words(bench):
    adjudicator = bench.page.adjudicator
    return [button.text() for button in adjudicator.buttons.values()], adjudicator.progress.text()


def test_nothing_is_offered_until_a_person_is_shown(bench):
    assert not bench.page.adjudicator.bar.isVisible()


def test_between_a_person_and_the_gold_one_key_decides_and_goes_on(people):
    bench, page = people, people.page
    bench.session.set_context(source=1)
    assert shown_words(bench) == (["Take 나리", "Keep the gold", "Neither"], "0 of 2 decided")
    bench.go_to("s-0")
    bench.key(Key.Key_4, CTRL)
    assert bench.gold("s-0") == [OG]
    assert bench.shown() == "s-1"
    assert shown_words(bench)[1] == "1 of 2 decided"
    bench.click(page.adjudicator.buttons["other"])
    assert bench.gold("s-1") == [PS]
    assert shown_words(bench)[1] == "2 of 2 decided"
    assert page.detail.notice.text() == "No further open disagreement in this list"
    bench.session.undo()
    bench.session.undo()
    assert bench.gold("s-0") == [PS]
    assert (bench.shown(), shown_words(bench)[1]) == ("s-0", "0 of 2 decided")
    bench.go_to("s-2")
    assert not page.adjudicator.buttons["one"].isEnabled(), "they agree"


def test_between_two_people_both_are_offered_by_name_span_by_span(people):
    bench, page = people, people.page
    bench.session.set_context(source=1)
    bench.session.set_comparison(EpochKey(2, 1))
    assert shown_words(bench) == (["Take 나리", "Take 가온", "Neither"], "0 of 2 decided")
    bench.click(page.adjudicator.progress)
    assert bench.listed() == ["s-0", "s-1"]
    assert "나리 and 가온 disagree" in page.filters.asked.text()
    tags = {mark.lane: mark.tag.words[0].text for mark in bench.canvas.scene.marks if mark.span != Span(7, 9, "PS")}
    assert (tags["predicted"], tags["other"]) == ("나리 OG", "가온 LC")
    model = page.detail.table.rows
    rows = [[model.index(row, at).data() for at in (0, 1, 2, 6)] for row in range(model.rowCount())]
    assert rows == [
        ["부산", "PS", "–", "–"],
        ["부산", "–", "–", "LC"],
        ["부산시청", "–", "OG", "–"],
        ["나리", "–", "–", "PS"],
    ]
    assert [model.headerData(at, Qt.Orientation.Horizontal) for at in (2, 6)] == ["나리", "가온"]


def test_taking_a_span_removes_only_what_overlaps_it(people):
    bench = people
    bench.session.set_context(source=1)
    bench.session.set_comparison(EpochKey(2, 1))
    bench.go_to("s-0")

    def take(span):
        mark = next(each for each in bench.canvas.scene.marks if each.span == Span(*span) and each.lane != "gold")
        bench.canvas.setFocus()
        point = mark.tag.rect.center().toPoint()
        QTest.mouseClick(bench.canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, point)
        assert bench.canvas.selection.span == Span(*span)
        bench.key(Key.Key_Return)

    take((7, 9, "PS"))
    take(LC)
    assert bench.gold("s-0") == [LC, (7, 9, "PS")]
    take(OG)
    assert bench.gold("s-0") == [OG, (7, 9, "PS")]
    bench.session.undo()
    assert bench.gold("s-0") == [LC, (7, 9, "PS")]
    bench.key(Key.Key_6, CTRL)
    assert (bench.shown(), bench.gold("s-0")) == ("s-1", [LC, (7, 9, "PS")])
    assert shown_words(bench)[1] == "1 of 2 decided"
    assert bench.project.problems() == []


def test_a_new_version_of_whom_it_is_compared_with_is_asked_for(people):
    bench = people
    bench.session.set_context(source=1)
    bench.go_to("s-1")
    bench.key(Key.Key_5, CTRL)
    assert shown_words(bench)[1] == "1 of 2 decided"
    key = bench.project.sources.next_version(1)
    numbers = [bench.project.sentences.by_id(f"s-{at}").number for at in range(3)]
    bench.project.predictions.save(key, dict(zip(numbers, [predicted((*OG, 1.0)), (), ()], strict=True)))
    bench.project.sources.finish_version(key, "again")
    bench.session.publish(ChangeSet("source", runs=(1,)))
    bench.session.set_context(epoch=2)
    assert shown_words(bench)[1] == "0 of 3 decided"


def test_in_the_pool_it_is_said_that_neither_makes_the_sentence_done(people):
    bench, neither = people, people.page.adjudicator.buttons["neither"]
    bench.session.set_context(source=1)
    bench.session.set_comparison(EpochKey(2, 1))
    assert "stays as you have edited it" in neither.toolTip()
    bench.project.database.write("UPDATE sentence SET split = 'pool', gold = '[]', judged = 'no' WHERE id LIKE 's-%'")
    bench.session.inspect(Selection(split="pool"))
    bench.go_to("s-0")
    assert "is done with the spans" in neither.toolTip()
    bench.key(Key.Key_6, CTRL)
    stored = bench.project.sentences.by_id("s-0")
    assert (stored.split, stored.gold) == ("train", ())
