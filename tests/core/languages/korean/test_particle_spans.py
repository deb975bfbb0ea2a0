"""Gold spans that end in a particle, or before what only looks like one."""

import unicodedata

import pytest

from core.domain.generators import run_to_end
from core.languages.korean.particle_spans import find_particles
from core.store.project import open_project
from tests.building import example, project_with_sentences


def examples(*rows):
    return [example(text, *gold, number=at) for at, (text, *gold) in enumerate(rows, start=1)]


def found(*rows):
    """What the spans were and would be, of sentences with their gold."""
    spans = run_to_end(find_particles(lambda: examples(*rows)))
    return [
        (each.sentence.text[each.span.start : each.span.end], each.sentence.text[each.span.start : each.end])
        for each in spans
    ]


@pytest.mark.parametrize(
    ("text", "end", "expected"),
    [
        ("이순신은 조선 수군을 이끌었다.", 4, ("이순신은", "이순신")),
        ("서울에서는 눈이 왔다.", 5, ("서울에서는", "서울")),
        ("지난해 7월부터 달라졌다.", 8, ("지난해 7월부터", "지난해 7월")),
        ("그는 대학생이다.", None, None),
        ("이순신은 조선 수군을 이끌었다.", 3, None),
        ("김정은은 북한의 지도자다.", 3, None),
        ("경기도 수원에 산다.", 3, None),
        ("배두나 씨는 배우다.", 3, None),
        ("최홍만 선수가 이겼다.", 3, None),
    ],
)
def test_particles_are_found_and_ends_of_names_are_not(text, end, expected):
    rows = [(text, (0, end, "PS"))] if end else [(text,)]
    assert found(*rows) == ([expected] if expected else [])


def test_the_copula_is_one_too():
    assert found(("범인은 홍길동이다.", (4, 9, "PS")), ("홍길동을 잡았다.", (0, 3, "PS"))) == [("홍길동이다", "홍길동")]


def test_a_string_that_is_followed_by_particles_elsewhere_is_a_name():
    row = ("마음이 재주를 본다.", (0, 3, "PS"))
    known = ("마음 하나로 산다.", (0, 2, "PS"))
    assert found(row, known) == [("마음이", "마음")]
    assert found(row, known, ("마음이를 보면 좋다.", (0, 3, "PS"))) == []


def test_a_span_in_the_midst_of_an_eojeol_is_left_alone():
    assert found(("서울에서는 눈이 왔다.", (0, 4, "LC"))) == []


def test_an_ending_that_a_span_cuts_off_and_is_not_a_particle_is_found():
    whole = ("이용도 목사가 왔다.", (0, 3, "PS"))
    row = ("제주도 바다가 푸르다.", (0, 2, "LC"))
    assert found(whole, row, ("제주도 여행을 갔다.", (0, 3, "LC"))) == [("제주", "제주도")]
    assert found(row) == [], "no other span has the whole string"


def test_those_whose_string_is_known_come_first():
    rows = [("부산에서 왔다.", (0, 4, "LC")), ("서울에서 왔다.", (0, 4, "LC")), ("서울은 크다.", (0, 2, "LC"))]
    assert found(*rows) == [("서울에서", "서울"), ("부산에서", "부산")]


def test_positions_are_those_of_the_text_as_imported():
    name, rest = (unicodedata.normalize("NFD", part) for part in ("이순신", "은 이겼다."))
    end = len(name) + len(unicodedata.normalize("NFD", "은"))
    [each] = run_to_end(find_particles(lambda: examples((name + rest, (0, end, "PS")))))
    assert (each.span.end, each.end) == (end, len(name))


def test_it_reports_progress_and_can_be_stopped():
    rows = examples(*[("이순신은 이겼다.", (0, 4, "PS"))] * 1001)
    work = find_particles(lambda: rows)
    assert [next(work), next(work), next(work)] == [500, 1000, 1500]
    work.close()


def test_dismissed_particles_are_kept_in_the_project(tmp_path):
    with project_with_sentences(tmp_path / "p.spandesk") as project:
        corrections = project.corrections
        assert corrections.dismiss("particle", ["마음이", "김정은"], dismissed=True)
        assert not corrections.dismiss("particle", ["김정은"], dismissed=True)
        assert corrections.dismiss("particle", ["마음이", "서울이"], dismissed=False)
    with open_project(tmp_path / "p.spandesk") as project:
        assert project.dismissals.strings("particle") == {"김정은"}
        assert project.corrections.undo().dismissals
        assert project.dismissals.strings("particle") == {"김정은", "마음이"}
        assert project.corrections.next_steps().undo.kind == "dismiss"
        project.corrections.undo()
        assert project.dismissals.strings("particle") == set()
        project.corrections.redo()
        assert project.dismissals.strings("particle") == {"김정은", "마음이"}
        assert project.problems() == []
