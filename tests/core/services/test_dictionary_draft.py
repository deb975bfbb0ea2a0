"""A dictionary that is being edited: its lines are checked, and what they find is counted beside the gold."""

from core.dictionary.matching import _TimedPattern
from core.domain.generators import run_to_end
from core.domain.spans import Sentence
from core.services import dictionary_draft as module
from core.services.dictionary_draft import DraftLine, check_lines, examine_draft, find_draft_places
from tests.building import add_sentences, project_with_sentences

LABELS = ("PS", "LC", "OG")


def lines_of(*pairs):
    return tuple(DraftLine(*pair) for pair in pairs)


def test_each_line_that_is_no_entry_is_named_with_its_reason():
    lines = [
        ("서울", "LC"),
        ("/(/", "LC"),
        (r"/\d*/", "LC"),
        ("부산", "XX"),
        (" 서울 ", "LC"),
        ("", "PS"),
        ("나리", ""),
    ]
    report = check_lines(lines_of(*lines, ("a\tb", "PS"), ("서울", "OG"), ("# 1", "OG")), LABELS)
    assert {index: problem.partition(";")[0] for index, problem in report.problems.items()} == {
        1: "the expression /(/ is not valid (missing ) at character 1)",
        2: r"the expression /\d*/ also matches where nothing is",
        3: "the label XX is not in the tag set (PS, LC, OG)",
        4: "the same entry as in line 1",
        6: "choose a label",
        7: "this is not an entry",
    }
    assert [(entry.text, entry.label, entry.line) for entry in report.entries] == [
        ("서울", "LC", 0),
        ("서울", "OG", 8),
        ("# 1", "OG", 9),
    ]
    assert report.notices == {
        0: "also OG: no label is chosen where it matches",
        8: "also LC: no label is chosen where it matches",
    }


def test_places_are_counted_by_section_and_compared_with_the_gold(tmp_path):
    with project_with_sentences(tmp_path / "p.spandesk") as project:
        add_sentences(project, [("pool", Sentence("pool-1", "부산은 부산이다", ()))])
        lines = lines_of(("부산", "LC"), ("한국은행", "PS"), (r"/\d+년/", "DT"), ("한국", "LC"))
        report = run_to_end(examine_draft(project, lines))
        assert report.read == report.total == 7
        assert [[report.found[section][index] for section in ("pool", "train", "dev")] for index in range(4)] == [
            [2, 0, 1],
            [0, 0, 1],
            [0, 0, 1],
            [0, 0, 0],
        ]
        assert [report.judged[index] for index in range(4)] == [1, 1, 1, 0]
        assert [report.agreeing[index] for index in range(4)] == [1, 0, 1, 0]
        places = run_to_end(find_draft_places(project, lines, 0))
        assert [(place.sentence.id, place.start, place.end) for place in places] == [
            ("pool-1", 0, 2),
            ("pool-1", 4, 6),
            ("news-4", 6, 8),
        ]
        assert [len(place.touched) for place in places] == [0, 0, 1]
        assert run_to_end(find_draft_places(project, lines_of(("부산", "XX")), 0)) == []


def test_a_sample_of_each_section_is_reported_first(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_SAMPLE", 1)
    with project_with_sentences(tmp_path / "p.spandesk") as project:
        steps = examine_draft(project, lines_of(("서울", "LC")))
        assert [step.read for step in (next(steps), next(steps), next(steps))] == [0, 1, 2]
        assert run_to_end(steps).read == 6


def test_an_expression_that_takes_for_ever_is_named_and_the_others_count(tmp_path, monkeypatch):
    monkeypatch.setattr(_TimedPattern, "LONGEST", 0.02)
    with project_with_sentences(tmp_path / "p.spandesk") as project:
        add_sentences(project, [("pool", Sentence("pool-1", f"{'가' * 60}나 서울", ()))])
        report = run_to_end(examine_draft(project, lines_of(("/(가|가가)+$/", "PS"), ("서울", "LC"))))
        assert report.notices == {
            0: "the expression /(가|가가)+$/ takes too long and was switched off; make it simpler"
        }
        assert (report.found["pool"][1], report.found["train"][1]) == (1, 1)
