"""The curve of a project: runs alike, on the same dev sentences, by the texts that they saw."""

import pytest

from core.services.learning_curve import describe_forecast, measure_curve
from tests.building import FIRST_EPOCH, SECOND_EPOCH, add_run, project_with_run


@pytest.fixture
def project(tmp_path):
    with project_with_run(tmp_path / "p.spandesk") as project:
        yield project


def test_runs_are_measured_on_the_sentences_that_all_tagged_and_on_the_gold_of_today(project):
    add_run(project, {name: SECOND_EPOCH[name] for name in ("news-3", "news-4")}, {})
    project.database.write("UPDATE run SET settings = (SELECT settings FROM run WHERE number = 1)")
    curve = measure_curve(project)
    assert [point.run for point in curve.points] == [1, 2]
    assert curve.dev_sentences == 2
    assert [point.f1 for point in curve.points] == [1.0, 1.0]
    project.corrections.correct(project.sentences.by_id("news-3").number, ())
    assert [round(point.f1, 3) for point in measure_curve(project).points] == [0.667, 0.667]


def test_copies_that_a_run_saw_count_once_and_other_settings_are_another_line(project):
    project.database.write(
        "UPDATE sentence SET text = (SELECT text FROM sentence WHERE id = 'news-1') || ' ' WHERE id = 'news-2'"
    )
    add_run(project, FIRST_EPOCH, SECOND_EPOCH)
    curve = measure_curve(project)
    assert [point.sentences for point in curve.points] == [1, 1]
    project.database.write("UPDATE run SET settings = json_set(settings, '$.encoder', 'other') WHERE number = 2")
    curve = measure_curve(project)
    assert ([point.run for point in curve.points], curve.others) == ([2], 1)
    assert describe_forecast(curve).startswith("A forecast needs 4 runs")
    add_run(project, FIRST_EPOCH, SECOND_EPOCH)
    curve = measure_curve(project)
    assert ([point.run for point in curve.points], curve.others) == ([1, 3], 1), "a single one is not a line"
