"""Sentences come into the pool without gold, and leave it when they come back labelled from elsewhere."""

import json

import pytest

from core.cli.commands import run
from core.domain.generators import run_to_end
from core.domain.spans import Span
from core.services.import_corpus import ImportPlan, import_corpus
from core.services.import_report import NothingImportedError
from core.store.batches import BatchEntry
from core.store.project import open_project
from tests.building import project_with_sentences

TEXTS = ["나리는 부산에 산다", "비가 온다", "나리는 부산에 산다 "]
GOLD = (Span(0, 2, "PS"), Span(4, 6, "LC"))


@pytest.fixture
def project(tmp_path):
    with project_with_sentences(tmp_path / "p.spandesk") as project:
        yield project


@pytest.fixture
def bring(project, tmp_path):
    """Import records, or lines of text, as a file into a split; returns the report."""

    def bring(split, *records, name="file", **options):
        if isinstance(records[0], str):
            path, text = tmp_path / f"{name}.txt", "\n".join(records)
        else:
            path, text = tmp_path / f"{name}.jsonl", "\n".join(json.dumps(record) for record in records)
        path.write_text(text + "\n", encoding="utf-8")
        return run_to_end(import_corpus(project, ImportPlan((path,), split, **options)))

    return bring


def pool(project):
    return {stored.id: stored.gold for stored in project.sentences.each("pool")}


def record(text, *spans, **more):
    said = {} if spans else {"judged": "yes"}
    return {"text": text, "spans": [[s.start, s.end, s.label] for s in spans], **said, **more}


def test_gold_for_the_pool_is_not_taken_and_it_is_said_how_to_keep_it(project, bring):
    bad = {"text": "가", "spans": [[0, 9, "PS"]], "id": "c"}
    report = bring("pool", record(TEXTS[0], *GOLD, id="a"), record(TEXTS[1], id="b"), bad)
    assert (report.sentences, report.spans, report.rejections) == (3, 0, 0)
    assert pool(project) == {"a": (), "b": (), "c": ()}
    assert any("2 sentences have gold that was not taken" in text and "add-source" in text for text in report.warnings)
    assert report.tally.judged["no"] == 3
    assert not any(text.startswith("Nobody judged") for text in report.warnings), "the pool is what was asked for"
    assert project.problems() == []


def test_what_was_labelled_elsewhere_leaves_the_pool_by_one_step_with_its_annotator(project, bring):
    bring("pool", *(record(text, id=f"s{n}") for n, text in enumerate(TEXTS)))
    new = record("새 문장이다", id="new")
    report = bring(
        "train", record(TEXTS[0], *GOLD, id="s0", annotator="지민"), record(TEXTS[1], id="s1"), new, name="back"
    )
    assert (report.sentences, report.tally.returned) == (1, 2)
    said = "2 sentences were in the pool and leave it with this gold; undo in the window takes them back."
    assert said in report.warnings
    assert pool(project) == {}, "the copy left the pool with its text"
    stored = {name: project.sentences.by_id(name) for name in ("s0", "s1", "s2")}
    assert [(each.split, each.gold) for each in stored.values()] == [("train", GOLD), ("train", ()), ("train", GOLD)]
    assert project.documents.details([stored["s0"].number])[stored["s0"].number].annotator == "지민"
    step = project.corrections.next_steps()
    assert (step.undo.kind, step.undo.sentences, step.lasting) == ("finish", 3, ())
    assert project.problems() == []
    project.corrections.undo()
    assert pool(project) == {"s0": (), "s1": (), "s2": ()}
    assert project.sentences.by_id("new").split == "train"
    assert project.problems() == []


def test_the_same_file_comes_back_annotated_also_where_it_has_no_ids(project, bring):
    bring("train", *TEXTS[:2])
    assert len(pool(project)) == 2
    report = bring("dev", *(record(text, *GOLD[: 2 - 2 * n]) for n, text in enumerate(TEXTS[:2])), name="annotated")
    assert (report.sentences, report.tally.returned, report.rejections) == (0, 2, 0)
    assert [stored.gold for stored in project.sentences.each("dev")][-2:] == [GOLD, ()]
    assert pool(project) == {}
    again = bring("pool", *TEXTS[:2], "눈이 온다", name="again")
    assert (again.sentences, again.repeated) == (1, 2)


def test_ids_of_other_texts_do_not_count_and_two_golds_of_one_sentence_are_not_both_taken(project, bring):
    bring("pool", record(TEXTS[0], id="1"), record(TEXTS[1], id="2"))
    report = bring("train", record(TEXTS[1], id="1"), record(TEXTS[1], Span(0, 1, "DT"), id="2"), name="tool")
    assert (report.tally.returned, report.tally.contradicting, report.rejections) == (1, 1, 1)
    assert report.rejected[0].reason.startswith("sentence 2: it came earlier in this import with other gold: ")
    assert not any("has the id of" in text for text in report.warnings)
    assert pool(project) == {"1": ()}
    assert project.sentences.by_id("2").gold == ()
    assert project.problems() == []


def test_a_sentence_of_the_pool_that_comes_twice_in_one_file_comes_once(project, bring):
    bring("pool", record(TEXTS[0], id="s0"))
    report = bring("train", record(TEXTS[0], *GOLD), record(TEXTS[0], *GOLD, id="s0"), name="back")
    assert (report.tally.returned, report.repeated) == (1, 1)
    assert report.rejected[0].reason == "sentence s0: the same sentence came earlier in this import"
    assert "1 record was rejected because its sentence came earlier in this import." in report.warnings


@pytest.mark.parametrize(("gold", "is_other"), [(GOLD, False), (GOLD[:1], True)])
def test_a_sentence_of_the_pool_that_was_taken_does_not_come_in_anew_under_another_id(project, bring, gold, is_other):
    bring("pool", record(TEXTS[0], id="s0"))
    report = bring("train", record(TEXTS[0], *GOLD, id="17"), record(TEXTS[0], *gold, id="18"), name="back")
    assert (report.sentences, report.tally.returned, report.rejections) == (0, 1, 1)
    assert (report.tally.contradicting, report.tally.in_import) == (is_other, not is_other)


def test_a_text_whose_blanks_a_tool_has_folded_is_the_sentence_of_the_project_with_its_spans_there(project, bring):
    ours, folded = "보험을  지급\n한다 나리가", "보험을 지급 한다 나리가"
    gold = (Span(5, 10, "CV"), Span(11, 13, "PS"))
    back = record(folded, Span(4, 9, "CV"), Span(10, 12, "PS"))
    bring("pool", record(ours, id="s0"))
    report = bring("train", back, name="back")
    assert (report.sentences, report.tally.returned, report.tally.up_to_blanks) == (0, 1, 1)
    assert (project.sentences.by_id("s0").split, project.sentences.by_id("s0").gold) == ("train", gold)
    said = "The text of 1 record is that of the project but for blanks; its spans were placed accordingly."
    assert said in report.warnings
    for again in (back, back | {"id": "s0"}):
        with pytest.raises(NothingImportedError, match="is already in this project") as refused:
            bring("train", again, name="again")
        assert refused.value.report.tally.up_to_blanks == 0, "nothing was placed"
    with pytest.raises(NothingImportedError, match="already in this project with other gold"):
        bring("train", record(folded, Span(10, 12, "PS"), id="s0"), name="other")
    assert bring("train", record(folded, Span(10, 12, "PS"), id="new"), name="third").sentences == 1


def answered(answer, span):
    return {"text": TEXTS[0], "spans": [{"start": span.start, "end": span.end, "label": span.label}], "answer": answer}


@pytest.mark.parametrize("is_pooled", [True, False])
def test_what_a_person_refused_in_prodigy_is_remembered_and_the_sentence_stays_judged_in_part(
    project, bring, is_pooled
):
    wrong = Span(8, 10, "PS")
    answers = [answered("reject", wrong), *([] if is_pooled else [answered("accept", span) for span in GOLD])]
    if is_pooled:
        bring("pool", TEXTS[0])
    report = bring("train", *answers, name="teach")
    (stored,) = project.sentences.each("pool")
    assert (stored.gold, report.sentences, report.tally.refused) == ((), 0, 1) if is_pooled else (GOLD, 1, 1)
    assert project.pool.rejected(stored.number) == {wrong}
    assert "1 entity that a person refused is remembered, and not suggested again." in report.warnings
    with pytest.raises(NothingImportedError):
        bring("train", answers[0], name="teach")
    project.corrections.undo()
    assert project.pool.rejected(stored.number) == frozenset()
    assert project.problems() == []


def test_what_a_person_accepted_in_prodigy_joins_what_is_kept_of_the_sentence_in_the_pool(project, bring):
    bring("pool", TEXTS[0], TEXTS[2], TEXTS[1])
    project.sentences.add_labels(["PS", "LC"])
    first, copy, _ = project.sentences.each("pool")
    project.corrections.correct(first.number, GOLD[:1])
    bad = answered("accept", Span(0, 3, "PS"))
    report = bring("train", bad, answered("accept", GOLD[1]), answered("accept", GOLD[0]), name="teach")
    first, copy, other = project.sentences.each("pool")
    assert (first.gold, copy.gold, other.gold) == (GOLD, GOLD, ())
    assert (report.sentences, report.spans, report.tally.completed, report.tally.returned) == (0, 1, 1, 0)
    assert [rejected.line for rejected in report.rejected] == [1]
    assert "it contradicts what is kept of it in the pool" in report.rejected[0].reason
    assert any("1 sentence of the pool got what was accepted in it, and stays there" in w for w in report.warnings)
    assert project.database.value("SELECT judged FROM sentence WHERE number = ?", [first.number]) == "partly"
    with pytest.raises(NothingImportedError, match=r"already in this project$"):
        bring("train", answered("accept", GOLD[1]), name="again")
    assert project.problems() == []
    project.corrections.undo()
    assert [each.gold for each in project.sentences.each("pool")] == [GOLD[:1], (), ()]


def test_an_entity_that_is_accepted_and_refused_in_one_file_is_listed(project, bring):
    answers = [answered("accept", GOLD[0]), answered("reject", GOLD[0]), answered("reject", GOLD[1])]
    report = bring("train", *answers, answered("accept", GOLD[1]), name="teach")
    assert [record.line for record in report.rejected] == [2, 4]
    assert "refuses what this one accepts, or accepts what it refuses" in report.rejected[0].reason


@pytest.mark.parametrize(("sentence_id", "is_said"), [("s0", True), ("0", False)])
def test_another_text_under_the_id_of_a_sentence_of_the_pool_is_said_unless_the_id_is_a_number(
    project, bring, sentence_id, is_said
):
    bring("pool", record(TEXTS[0], id=sentence_id))
    report = bring("train", record("나리는 부산에 살았다", Span(0, 2, "PS"), id=sentence_id), name="back")
    said = "1 record has the id of a sentence of the pool but another text, and came in as a new one: back.jsonl#s0."
    assert (said in report.warnings, report.sentences) == (is_said, 1)
    assert pool(project) == {sentence_id: ()}


def test_what_nobody_judged_stays_in_the_pool(project, bring):
    bring("pool", record(TEXTS[0], id="1"))
    report = bring("train", record(TEXTS[0], *GOLD, id="1", judged="no"), record("새 문장", id="2"), name="tagged")
    assert report.tally.returned == report.tally.contradicting == 0
    assert [each.reason for each in report.rejected] == [
        "sentence 1: it is in the pool, and its file says that nobody judged it; where somebody did, set “judged” to"
        " “yes” there, or leave it out"
    ]
    assert pool(project) == {"1": ()}


def test_beside_a_deleted_one_that_comes_in_anew_those_that_leave_the_pool_keep_their_ids(project, bring):
    bring("pool", *(record(text, id=f"s{n}") for n, text in enumerate(TEXTS[:2])))
    run_to_end(project.moves.move_in_slices([project.sentences.by_id("s1").number], "deleted"))
    report = bring("train", *(record(text, id=f"s{n}") for n, text in enumerate(TEXTS[:2])), name="back")
    assert (report.tally.returned, report.tally.deleted) == (1, 1)
    assert {project.sentences.by_id(name).split for name in ("s0", "s1")} == {"train"}
    assert project.problems() == []


def test_what_a_person_finishes_while_the_file_is_read_stays_as_it_is(project, bring, monkeypatch):
    bring("pool", *(record(text, id=f"s{n}") for n, text in enumerate(TEXTS[:2])))
    number, finish_returned = project.sentences.by_id("s0").number, project.finishing.finish_returned

    def finish_late(returned):
        project.pool.finish(number, [])
        return finish_returned(returned)

    monkeypatch.setattr(project.finishing, "finish_returned", finish_late)
    golds = [record(TEXTS[0], *GOLD, id="s0", annotator="나리"), record(TEXTS[1], id="s1", judged="yes")]
    report = bring("dev", *golds, name="back")
    assert (report.tally.returned, report.tally.left_meanwhile) == (1, 1)
    assert any("1 sentence was worked on while the files were read" in text for text in report.warnings)
    assert [project.sentences.by_id(name).split for name in ("s0", "s1")] == ["train", "dev"]
    assert project.sentences.by_id("s0").gold == ()
    assert project.problems() == []


def stop_while_returned_ones_are_written(project, path, split="train"):
    """Import a file and close the work after the first of the pool's sentences got their gold."""
    work = import_corpus(project, ImportPlan((path,), split))
    finish_returned = project.finishing.finish_returned
    project.finishing.finish_returned = lambda returned: mark(finish_returned(returned))
    reached = []

    def mark(steps):
        for step in steps:
            reached.append(step)
            yield step

    while not reached:
        next(work)
    work.close()
    project.finishing.finish_returned = finish_returned


def test_a_stop_while_what_left_the_pool_is_written_leaves_all_as_it_was_and_the_same_import_goes_on(
    project, bring, tmp_path
):
    bring("pool", *(record(text, id=f"s{n}") for n, text in enumerate(TEXTS[:2])))
    before = project.sentences.count()
    back = [record(TEXTS[0], *GOLD, id="s0"), record("새 문장이다", id="new")]
    path = tmp_path / "stopped.jsonl"
    path.write_text("".join(json.dumps(each) + "\n" for each in back), encoding="utf-8")
    stop_while_returned_ones_are_written(project, path)
    assert (len(pool(project)), project.sentences.count()) == (2, before)
    assert project.problems() == []
    report = bring("train", *back, name="again")
    assert (report.sentences, report.tally.returned, report.rejections) == (1, 1, 0)
    assert (len(pool(project)), project.sentences.count()) == (1, before + 2)


@pytest.fixture
def batches(project, bring):
    """Sentences of the pool: r0 to r19 in a random batch whose share for dev is a half, u0 to u4 in another one."""
    texts = {f"{kind}{n}": f"{kind} {n}번 문장이다" for kind, count in (("r", 20), ("u", 5)) for n in range(count)}
    bring("pool", *(record(text, id=name) for name, text in texts.items()))
    numbers = {name: project.sentences.by_id(name).number for name in texts}
    for order, kind in (("random", "r"), ("uncertain", "u")):
        entries = [BatchEntry(number, "random") for name, number in numbers.items() if name[0] == kind]
        project.batches.add(order, None, 0.5, entries)
    return texts


def test_a_drawn_share_for_dev_takes_of_the_pool_what_the_window_would_take(project, bring, batches):
    new = [record(f"새 문장 {n}", id=f"n{n}") for n in range(20)]
    report = bring("train", *(record(text, id=name) for name, text in batches.items()), *new, name="b", dev_ratio=0.3)
    dev = {stored.id for stored in project.sentences.each("dev")}
    numbers = [project.sentences.by_id(f"r{n}").number for n in range(20)]
    run_to_end(project.corrections.undo_in_slices())
    drawn = project.finishing.find_drawn(numbers, 0.3)
    assert {name for name in dev if name[0] == "r"} == {project.sentences.by_number([n])[0].id for n in drawn} != set()
    assert not any(name[0] == "u" for name in dev)
    assert sum(name in dev for name in (f"n{n}" for n in range(20))) == 6, "as ever, of what is new"
    assert (
        "5 sentences of the pool were in no batch in the random order and are not drawn for dev, which stays a fair"
        " sample of the pool." in report.warnings
    )


@pytest.mark.parametrize("split", ["dev", "test"])
def test_a_split_to_measure_on_takes_all_that_leaves_the_pool_and_it_is_said_of_how_many_it_is_unfair(
    project, bring, batches, split
):
    report = bring(split, *(record(text, id=name) for name, text in batches.items()), name="b")
    assert project.sentences.count("pool") == 0
    assert any(
        text.startswith(f"5 sentences that go from the pool to {split} were in no batch") for text in report.warnings
    )
    assert not any("fair sample" in text for text in bring("train", record("새 문장"), name="c").warnings)


@pytest.mark.parametrize("has_blind", [False, True])
def test_where_no_batch_was_labelled_here_a_share_is_drawn_as_of_any_file(project, bring, has_blind):
    bring("pool", *(record(f"문장 {n}", id=f"s{n}") for n in range(20)))
    if has_blind:
        project.batches.hand_out([stored.number for stored in project.sentences.each("pool")][:5])
    before = project.sentences.count("dev")
    report = bring("train", *(record(f"문장 {n}", id=f"s{n}") for n in range(20)), name="b", dev_ratio=0.25)
    assert project.sentences.count("dev") - before == 5
    assert not any("fair sample" in text for text in report.warnings)


def test_what_a_batch_says_of_its_sentences_is_no_extra_in_another_project(project, bring):
    why = {"reason": "random", "value": None, "label": None, "similar": 0}
    of_batch = {"batch": 1, "order": "random", "source": 2, "epoch": 1, "why": why, "judged": "yes", "topic": "여행"}
    spans = [{"start": 0, "end": 2, "label": "PS", "probability": 0.9}, {"start": 4, "end": 6, "label": "LC", "by": 1}]
    bring("train", {"id": "a", "text": TEXTS[0], "spans": spans, **of_batch}, record(TEXTS[1], id="b", order="random"))
    numbers = [project.sentences.by_id(name).number for name in "ab"]
    kept = [each.extras for each in project.documents.details(numbers).values()]
    assert kept == [{"topic": "여행", "span_extras": [{"start": 4, "end": 6, "by": 1}]}, {"order": "random"}]


def test_the_command_imports_to_the_pool_and_back(project, tmp_path, capsys):
    project.close()
    (tmp_path / "raw.txt").write_text("\n".join(TEXTS[:2]), encoding="utf-8")
    (tmp_path / "done.jsonl").write_text(json.dumps(record(TEXTS[0], *GOLD)), encoding="utf-8")
    folder = tmp_path / "p.spandesk"
    assert run(["import", str(folder), str(tmp_path / "raw.txt"), "--split", "pool", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["judged"] == {"no": 2}
    assert run(["import", str(folder), str(tmp_path / "done.jsonl"), "--split", "train", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["returned"] == 1
    (tmp_path / "more.jsonl").write_text(json.dumps(record(TEXTS[1])), encoding="utf-8")
    assert run(["import", str(folder), str(tmp_path / "more.jsonl"), "--split", "dev"]) == 0
    assert capsys.readouterr().out == "1 sentence with 0 spans imported, 0 rejected\n"
    with open_project(folder) as again:
        assert again.sentences.count("pool") == 0
        assert again.problems() == []
