"""What several sources agree on is a source of its own."""

import pytest

from core.domain.errors import UserError
from core.domain.generators import run_to_end
from core.services.agreement_source import add_agreement, join_readings
from core.store.predictions import EpochKey
from tests.building import FIRST_EPOCH, add_run, predicted, project_with_run

READINGS = [
    predicted((0, 2, "PS", 1.0), (4, 6, "LC", 0.5), (8, 9, "QT", 0.5)),
    predicted((0, 2, "PS", 0.5), (4, 6, "LC", 0.5)),
    predicted((0, 2, "PS", 0.75), (4, 7, "LC", 0.75)),
]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("all", predicted((0, 2, "PS", 0.75))),
        ("most", predicted((0, 2, "PS", 0.75), (4, 6, "LC", 1 / 3))),
        ("alone", predicted((8, 9, "QT", 0.5 / 3))),  # 4-7 overlaps what others say
    ],
)
def test_the_spans_that_all_most_or_one_have(rule, expected):
    assert join_readings(READINGS, rule) == list(expected)


def test_it_is_of_the_sentences_that_all_judged_wholly_and_a_new_version_each_time(tmp_path):
    with project_with_run(tmp_path / "p.spandesk") as project:
        number = project.sources.add("file", "tool", {})
        numbers = {stored.id: stored.number for stored in project.sentences.each("dev")}
        tool = project.sources.open_version(number, "a")
        said = {numbers["news-4"]: predicted((6, 8, "LC", 1.0)), numbers["talk-2"]: (), numbers["news-3"]: ()}
        project.predictions.save(tool, said, {numbers["news-3"]})
        key = run_to_end(add_agreement(project, [1, number], "all", "both"))
        assert key == EpochKey(3, 1)
        assert project.predictions.of(key, list(numbers.values())) == {
            numbers["news-4"]: predicted((6, 8, "LC", 0.99)),
            numbers["talk-2"]: (),
        }
        assert add_run(project, FIRST_EPOCH) == 4
        assert run_to_end(add_agreement(project, [4, number], "most", "both")) == EpochKey(3, 2)
        named = run_to_end(add_agreement(project, [4, number], "most"))
        again = run_to_end(add_agreement(project, [number, 4], "most"))
        assert again == EpochKey(named.source, 2), "in whatever order they are given"
        with pytest.raises(UserError, match="at least two sources"):
            run_to_end(add_agreement(project, [1, 1], "all", "one"))
        work = add_agreement(project, [1, number], "all", "other")
        next(work)
        work.close()
        assert [source.number for source in project.sources.list_all()] == [1, 2, 3, 4, 5], (
            "what was stopped is not there"
        )
        assert project.problems() == []
