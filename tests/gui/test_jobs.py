"""The job runner: events arrive on the window's thread, cancelling ends between yields, errors are told apart."""

import threading

import pytest
from PySide6.QtCore import QThread

from core.errors import UserError
from gui.jobs import JobRunner


class Tick:
    def __init__(self, number):
        self.number = number


@pytest.fixture
def runner(qtbot):
    runner = JobRunner()
    yield runner
    runner.shut_down()


def test_events_and_result_arrive_on_the_windows_thread(qtbot, runner):
    seen = []

    def work():
        seen.append(threading.current_thread() is threading.main_thread())
        yield "one"
        yield "two"
        return "result"

    job = runner.start("work", work)
    job.reported.connect(lambda event: seen.append((event, QThread.currentThread() is runner.thread())))
    with qtbot.waitSignal(job.finished) as finished:
        pass
    assert seen == [False, ("one", True), ("two", True)]
    assert finished.args == ["result"]
    assert runner.job is None


def test_of_fleeting_events_in_a_row_only_the_newest_arrives(qtbot, runner):
    seen, told_all = [], threading.Event()

    def work():
        for number in range(1000):
            yield Tick(number)
        yield "word"
        yield Tick(-1)
        told_all.set()

    job = runner.start("work", work, fleeting=(Tick,))
    job.reported.connect(lambda event: seen.append(event if isinstance(event, str) else event.number))
    told_all.wait()
    with qtbot.waitSignal(job.finished):
        pass
    assert seen == [999, "word", -1]


def test_cancelling_closes_the_generator(qtbot, runner):
    closed = threading.Event()

    def work():
        try:
            while True:
                yield "step"
        finally:
            closed.set()

    job = runner.start("work", work)
    with qtbot.waitSignal(job.cancelled):
        job.cancel()
    assert closed.is_set()


@pytest.mark.parametrize("error", [UserError("no such file"), ZeroDivisionError("a bug")])
def test_failures_carry_their_exception(qtbot, runner, error, caplog):
    def work():
        yield "step"
        raise error

    job = runner.start("work", work)
    with qtbot.waitSignal(job.failed) as failed:
        pass
    assert failed.args == [error]
    assert ("work failed" in caplog.text) == (not isinstance(error, UserError))


def test_one_job_at_a_time(qtbot, runner):
    hold = threading.Event()

    def work():
        hold.wait()
        yield "step"

    job = runner.start("first", work)
    with pytest.raises(UserError, match="“first” is still running"):
        runner.start("second", work)
    with qtbot.waitSignal(job.finished):
        hold.set()
    with qtbot.waitSignal(runner.start("second", work).finished):
        pass


def test_shutting_down_waits_for_the_end(qtbot, runner):
    ended = []

    def work():
        try:
            while True:
                yield "step"
        finally:
            ended.append(True)

    runner.start("work", work)
    runner.shut_down()
    assert ended == [True]
    assert runner.job is None
