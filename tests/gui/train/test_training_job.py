"""Trainings in words."""

import logging

import pytest

from core.domain.errors import UserError
from core.domain.events import EpochFinished, Prepared, Progress, RunStarted
from core.domain.settings import TrainSettings
from core.metrics.report import Counts, build_report
from gui.train.fields import rate_text, settings_line
from gui.train.readiness import RunComparison
from gui.train.training_job import EpochScore, event_line, failure_line, result_line, stopped_line


def finished(epoch, right):
    return EpochFinished(3, epoch, 0.25, 61.0, build_report({"PS": Counts(right, 10, 10)}))


def score(epoch, right):
    return EpochScore.of_event(finished(epoch, right))


@pytest.mark.parametrize("value", [5e-5, 1.5e-4, 2e-3, 1e-2, 0.1, 0.123456789, 3e-10, 1.0, 25.0])
def test_a_rate_is_read_back_digit_for_digit(value):
    assert float(rate_text(value)) == value


def test_rates_are_written_as_people_write_them():
    assert [rate_text(5e-5), rate_text(1.5e-4), rate_text(2e-3)] == ["5e-5", "1.5e-4", "2e-3"]


def test_settings_name_the_start():
    line = settings_line(TrainSettings(epochs=1, batch_size=16, learning_rate=5e-5))
    assert line == "tiny, subword, 1 epoch, batch size 16, learning rate 5e-5, seed 1, device auto"
    assert settings_line(TrainSettings(from_run=2)).startswith("from run 2, ")
    assert "learning rate 2e-3, layer decay 0.9, seed 1" in settings_line(TrainSettings(layer_decay=0.9))


def test_events_worth_a_line():
    assert event_line(RunStarted(2, 723, 77, 3)) == (
        "Run 2 started: 723 training sentences, 77 dev sentences; 3 corrected dev sentences moved to train"
    )
    assert event_line(Prepared("cpu", 1234, 45, 0.98765)) == (
        "1,234 parameters on cpu, 45 steps an epoch; the tagging unit allows F1 up to 0.9877"
    )
    assert event_line(Prepared("cpu", 1234, 45, None)) == "1,234 parameters on cpu, 45 steps an epoch"
    assert event_line(finished(1, 8)) == (
        "Epoch 1: loss 0.2500, F1 0.8000 (precision 0.8000, recall 0.8000), trained in 1 min"
    )
    assert event_line(Progress("train", 1, 2, 1, 2, 0.5, 80.0, None)) is None


def test_results():
    assert result_line(3, [score(1, 8)], None) == "Run 3 finished: F1 0.8000 after 1 epoch"
    assert result_line(3, [score(1, 9), score(2, 8)], None) == (
        "Run 3 finished: F1 0.8000 after 2 epochs, best 0.9000 in epoch 1"
    )
    assert result_line(3, [score(1, 8)], RunComparison(3, 1, 77, 0.81, 0.79)) == (
        "Run 3 finished: F1 0.8100, run 1 0.7900 on the same 77 dev sentences"
    )


def test_how_a_stopped_run_ended():
    assert stopped_line(None, 0) == "Stopped before the run began"
    assert stopped_line(2, 0) == "Run 2 stopped before its first epoch ended."
    assert stopped_line(2, 1) == "Run 2 stopped after 1 epoch."
    assert stopped_line(2, 3) == "Run 2 stopped after 3 epochs."


def test_a_resumed_run_says_what_it_continues_from_and_what_is_repeated():
    assert event_line(RunStarted(1, 7, 4, 0, "state", 2, 0)) == (
        "Run 1 resumed from epoch 2, step 0; later steps were not saved and are repeated:"
        " 7 training sentences, 4 dev sentences"
    )
    assert "step 1,384; later steps were not saved and are repeated (1 finished epoch will be trained again)" in (
        event_line(RunStarted(1, 7, 4, 0, "state", 2, 1384, 1))
    )
    assert event_line(RunStarted(1, 7, 4, 0, "weights", 3)).startswith(
        "Run 1 resumed with the weights of epoch 2, because its saved state is missing; the result will differ"
    )
    assert event_line(RunStarted(1, 7, 4, 0, "start")).startswith("Run 1 started again, because none of it was saved: ")


def test_a_user_error_is_said_as_it_is():
    assert failure_line(UserError("the encoder x is not there")) == "Training failed: the encoder x is not there"


def test_a_fault_names_the_log_file(tmp_path):
    handler = logging.FileHandler(tmp_path / "spandesk.log")
    logging.root.addHandler(handler)
    try:
        line = failure_line(ValueError("bad"))
    finally:
        logging.root.removeHandler(handler)
        handler.close()
    assert "ValueError: bad" in line
    assert str(tmp_path / "spandesk.log") in line
