import pytest

from core.training.meter import Pace


def progress(pace, phase, sentences, seconds):
    return pace.progress(phase, epoch=1, step=1, steps=9, loss=None, sentences=sentences, seconds=seconds)


def test_speed_is_of_the_phase():
    pace = Pace(2, {"train": 100, "predict": 50})
    assert progress(pace, "train", 10, 2.0).sentences_per_second == 5
    assert progress(pace, "predict", 10, 0.5).sentences_per_second == 20
    assert progress(pace, "train", 10, 3.0).sentences_per_second == 4


def test_time_left_is_that_of_all_epochs():
    pace = Pace(2, {"train": 100, "predict": 50})
    progress(pace, "train", 100, 20.0)
    assert progress(pace, "predict", 25, 1.0).seconds_left == pytest.approx(100 * 0.2 + 75 * 0.04)


def test_predicting_is_guessed_until_it_is_measured():
    pace = Pace(1, {"train": 100, "predict": 100})
    left = progress(pace, "train", 50, 10.0).seconds_left
    assert 10 < left < 10 + 20


def test_nothing_is_left_at_the_end():
    pace = Pace(1, {"train": 10, "predict": 0})
    assert progress(pace, "train", 10, 1.0).seconds_left == 0


def test_time_left_leaves_out_what_was_done_before_a_run_was_resumed():
    pace = Pace(3, {"train": 100, "predict": 50}, {"train": 150, "predict": 50})
    progress(pace, "train", 10, 1.0)
    assert progress(pace, "predict", 0, 0.0).seconds_left == pytest.approx(140 * 0.1 + 100 * 0.03)
