"""What to label next: every order, what is left out, and what the batch says."""

import json

import pytest

from core.cli.commands import run
from core.domain.errors import UserError
from core.domain.generators import run_to_end
from core.domain.spans import Sentence, Span
from core.metrics.signals import Signals
from core.services.next_batch import make_batch
from core.services.source_choice import find_suggestions
from core.store.predictions import EpochKey
from core.store.project import open_project
from tests.building import FIRST_EPOCH, add_run, add_sentences, predicted, project_with_sentences

KEY = EpochKey(1, 1)


@pytest.fixture
def project(tmp_path):
    with project_with_sentences(tmp_path / "p.spandesk") as project:
        yield project


def fill(project, *texts):
    add_sentences(project, [("pool", Sentence.unchecked(f"p{n}", text, ())) for n, text in enumerate(texts)])
    project.database.write("UPDATE sentence SET judged = 'no' WHERE split = 'pool'")


def score(project, **uncertainties):
    add_run(project, FIRST_EPOCH)
    numbers = {name: project.sentences.by_id(name).number for name in uncertainties}
    project.signals.save(KEY, {numbers[n]: Signals(value, 0.0, None, (), ()) for n, value in uncertainties.items()})
    project.predictions.save(KEY, dict.fromkeys(numbers.values(), ()))


def choose(project, size, order="informative", **options):
    return run_to_end(make_batch(project, size, order, **{"dev_share": 0.0, **options}))


def ids(project, found):
    numbers = [] if found.batch is None else [entry.sentence for entry in found.batch.entries]
    return [stored.id for stored in project.sentences.by_number(numbers)]


def test_length_alone_does_not_decide_and_what_has_no_score_is_named(project):
    fill(project, "가" * 100, "나라", "다" * 9, "라디오", "마을에 간다")
    score(project, p0=10.0, p1=2.0, p2=1.5)
    found = choose(project, 10, "uncertain")
    assert ids(project, found) == ["p1", "p0", "p2"], "2/√2, 10/√100, 1.5/√9"
    assert any(text.startswith("2 sentences are not tagged yet") for text in found.notices)
    assert not any("to offer" in text for text in found.notices), "more are offered once they are tagged"
    assert (found.batch.key, found.batch.order, found.batch.made_at[:2]) == (KEY, "uncertain", "20")


def test_near_duplicates_are_passed_over_and_counted(project):
    fill(project, *(f"{day}일 오후 서울 지역에 비가 내릴 것으로 예상됩니다." for day in (3, 14, 21)), "눈이 온다")
    score(project, p0=9.0, p1=8.0, p2=7.0, p3=0.1)
    assert ids(project, choose(project, 2, "uncertain")) == ["p0", "p1"]
    found = choose(project, 2)
    assert ids(project, found) == ["p0", "p3"]
    assert [entry.similar for entry in found.batch.entries] == [2, 0]


def test_where_near_duplicates_fill_what_is_compared_it_is_not_said_that_there_is_nothing_else(project):
    fill(
        project,
        *(f"{day}일 오후 서울 지역에 비가 내릴 것으로 예상됩니다." for day in range(10, 40)),
        "눈이 온다",
        "가 간다",
    )
    score(project, **{f"p{n}": 90.0 - n for n in range(30)}, p30=0.1, p31=0.1)
    found = choose(project, 2)
    assert ids(project, found) == ["p0"]
    assert any("1 of the 20 least certain texts is not nearly the same" in text for text in found.notices)
    assert not any("different text" in text for text in found.notices)


def test_what_is_drawn_for_dev_is_named_where_another_order_ends(project):
    fill(project, *(f"문장 {n}이다" for n in range(20)))
    score(project, **{f"p{n}": 9.0 - n / 10 for n in range(20)})
    found = choose(project, 20, "uncertain", dev_share=0.5)
    drawn = int(found.candidates.for_random.sum())
    assert f"There are only {20 - drawn} different texts to offer." in found.notices
    assert f"{drawn} more are drawn for dev, and offered in the random order." in found.notices


def test_where_all_texts_are_in_a_split_none_is_left_to_offer(project):
    fill(project, "오늘은 아무 일도 없었다.")
    found = choose(project, 2, "random")
    assert (found.batch, found.notices[-1]) == (None, "No text is left to offer.")


def test_runs_of_blanks_do_not_hide_that_a_text_is_labelled(project):
    fill(project, "세종은  1443년 한글을 만들었다.", "비  온다", "비 온다")
    found = choose(project, 6, "random")
    assert (sorted(ids(project, found)), found.candidates.in_splits["dev"]) == (["p1", "p2"], 1)


def test_copies_and_texts_of_splits_are_not_offered_but_named(project):
    fill(project, "가 간다", "가 간다 ", "비 온다", "오늘은 아무 일도 없었다.", "이순신은 조선 수군을 이끌었다.")
    found = choose(project, 6, "random")
    assert sorted(ids(project, found)) == ["p0", "p2"]
    for text in ("1 pool sentence is a copy", "already: it is not offered", "There are only 2 different texts"):
        assert any(text in notice for notice in found.notices), text
    assert found.candidates.in_splits == {"test": 0, "dev": 1, "train": 1}


def test_what_was_skipped_is_not_offered_until_it_comes_back(project):
    fill(project, "가 간다", "비 온다")
    score(project, p0=5.0, p1=1.0)
    project.pool.skip([project.sentences.by_id("p0").number])
    found = choose(project, 1)
    assert ids(project, found) == ["p1"]
    assert any(text.startswith("1 sentence is skipped") for text in found.notices)
    project.pool.come_back()
    assert ids(project, choose(project, 1)) == ["p0"]


def test_what_is_drawn_for_dev_is_offered_in_the_random_order_alone(project):
    fill(project, *(f"{n}번 버스가 왔다" for n in range(30)))
    score(project, **{f"p{n}": float(n) for n in range(30)})
    others = {*ids(project, choose(project, 30, "uncertain", dev_share=0.5))}
    assert 5 < len(others) < 25
    everything = ids(project, choose(project, 30, "random", dev_share=0.5))
    assert len(everything) == 30
    assert everything != sorted(everything)
    assert everything == ids(project, choose(project, 30, "random", dev_share=0.5)), "the order is fixed"
    for name in everything:
        split = project.pool.finish(project.sentences.by_id(name).number, (), order="random").split
        assert (split == "dev") == (name not in others)


def test_a_batch_keeps_its_sentences_whatever_happens_to_the_pool(project):
    fill(project, "가 간다", "비 온다", "눈이 온다", "나라가 크다")
    score(project, p0=1.0, p1=2.0, p2=30.0, p3=40.0)
    batch = choose(project, 2, "uncertain").batch
    project.pool.finish(project.sentences.by_id("p0").number, ())
    project.pool.finish(project.sentences.by_id("p3").number, ())
    again = project.batches.by_number(batch.number)
    assert [entry.sentence for entry in again.entries] == [entry.sentence for entry in batch.entries]
    assert project.sentences.by_number(again.open)[0].id == "p2"
    project.corrections.undo()
    assert len(project.batches.newest().open) == 2


def test_hits_of_a_dictionary_come_first_by_those_of_labels_without_example(project):
    fill(project, "김밥 두 줄", "김밥과 떡볶이", "나리가 왔다", "비가 온다")
    source = project.sources.add("dictionary", "food", {})
    key = project.sources.open_version(source, "a")
    hits = {"p0": [(3, 6, "QT")], "p1": [(0, 2, "PS"), (4, 7, "PS")], "p2": [(0, 2, "PS")], "p3": []}
    spans = {project.sentences.by_id(n).number: predicted(*((*s, 1.0) for s in found)) for n, found in hits.items()}
    project.predictions.save(key, spans)
    found = choose(project, 9, "dictionary")
    assert ids(project, found) == ["p0", "p1", "p2"]
    assert [(e.reason, e.value, e.label) for e in found.batch.entries] == [
        ("starved", 1, "QT"),
        ("hits", 2, None),
        ("hits", 1, None),
    ]


def test_a_lack_of_hits_is_not_called_a_lack_of_texts(project):
    fill(project, "김밥 두 줄", "비가 온다", "눈이 온다", "해가 뜬다")
    key = project.sources.open_version(project.sources.add("dictionary", "food", {}), "a")
    found = {"p0": predicted((0, 2, "PS", 1.0)), "p1": (), "p2": ()}
    project.predictions.save(key, {project.sentences.by_id(name).number: spans for name, spans in found.items()})
    assert choose(project, 2, "dictionary").notices == (
        "1 text to offer has hits of food.",
        "2 texts have none: choose another order for them, such as the random one.",
        "1 text is not tagged yet: have food tag the pool.",
    )
    assert choose(project, 1, "dictionary").notices == ()
    with pytest.raises(UserError, match="choose the dictionary order, as food has tagged it, or the random order"):
        choose(project, 1)


def test_places_are_kept_for_labels_without_example(project):
    fill(project, "김밥 두 줄", "비가 온다", "눈이 온다")
    score(project, p1=5.0, p2=4.0)
    source = project.sources.add("dictionary", "food", {})
    key = project.sources.open_version(source, "a")
    project.predictions.save(key, {project.sentences.by_id("p0").number: predicted((3, 6, "QT", 1.0))})
    found = choose(project, 2)
    assert ids(project, found) == ["p0", "p1"]
    assert any("QT" in text and "no example" in text for text in found.notices)


def test_without_scores_or_dictionary_the_way_out_is_named(project):
    fill(project, "비가 온다")
    with pytest.raises(UserError, match="no run has tagged the pool yet; train one and let it tag the pool"):
        choose(project, 1)
    with pytest.raises(UserError, match="no dictionary has tagged the pool"):
        choose(project, 1, "dictionary")
    assert choose(project, 5, "random").batch.key is None
    project.database.write("UPDATE sentence SET split = 'aside' WHERE split = 'pool'")
    assert choose(project, 5, "random").batch is None


def test_the_command_writes_what_an_import_does_not_take_for_gold_and_says_how_far_it_is(project, tmp_path, capsys):
    fill(project, "나리는 부산에 산다", "비가 온다", "눈이 온다")
    score(project, p0=5.0, p1=1.0)
    project.predictions.save(KEY, {project.sentences.by_id("p0").number: predicted((0, 2, "PS", 0.9))})
    project.pool.finish(project.sentences.by_id("p2").number, (), seconds=6.0)
    project.close()
    folder, file = tmp_path / "p.spandesk", tmp_path / "next.jsonl"
    assert run(["pool", str(folder), "--next", "5", "--dev-share", "0", "--out", str(file)]) == 0
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert [(row["id"], row["spans"], row["judged"]) for row in rows] == [
        ("p0", [[0, 2, "PS", 0.9]], "no"),
        ("p1", [], "no"),
    ]
    assert rows[0]["why"]["reason"] == "uncertain"
    assert rows[0]["source"] == 1
    assert "There are only 2 different texts" in capsys.readouterr().err
    assert run(["pool", str(folder), "--next", "5", "--order", "random"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {row["id"]: len(row["spans"]) for row in rows} == {"p0": 1, "p1": 0}
    assert run(["import", str(folder), str(file), "--json"]) == 1, "nothing of it is new, and nobody judged it"
    capsys.readouterr()
    assert run(["pool", str(folder), "--skip", "p1", "--json"]) == 0
    state = json.loads(capsys.readouterr().out)
    assert (state["left"], state["skipped"], state["labelled"], state["labelled_today"]) == (1, 1, 1, 1)
    assert (state["seconds_each"], state["curve"]["forecast"]) == (6.0, None)
    assert run(["pool", str(folder), "--come-back"]) == 0
    assert "2 different texts left in the pool" in capsys.readouterr().out
    with open_project(folder) as again:
        assert again.problems() == []


def test_copies_count_once_and_what_is_undone_does_not(project):
    fill(project, "비가 온다", "비가 온다 ", "눈이 온다")
    project.pool.finish(project.sentences.by_id("p0").number, [Span(0, 1, "DT")])
    assert project.batches.count_labelled("2000") == (1, 1)
    assert project.batches.count_labelled("3000") == (0, 1)
    project.pool.finish(project.sentences.by_id("p2").number, ())
    project.corrections.undo()
    assert project.batches.count_labelled("2000") == (1, 1)


def test_a_person_who_is_chosen_for_suggestions_has_no_scores_to_order_by(project):
    fill(project, "나리는 부산에 산다", "비가 온다")
    score(project, p0=5.0, p1=1.0)
    number = project.sentences.by_id("p0").number
    spans = predicted((0, 2, "PS", 0.9), (4, 6, "LC", 0.8))
    project.predictions.save(KEY, {number: spans})
    project.pool.reject(number, [spans[0].span])
    assert find_suggestions(project, [number]) == {number: (KEY, spans[1:])}
    source = project.sources.add("person", "나리", {})
    other = project.sources.open_version(source, "a")
    project.predictions.save(other, {number: spans})
    project.sources.suggest_with(source)
    assert find_suggestions(project, [number]) == {number: (other, spans[1:])}
    assert choose(project, 2).batch.key == KEY
