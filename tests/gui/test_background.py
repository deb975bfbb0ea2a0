"""Work on other threads: events on the window's thread, jobs that always end, and of questions only the latest."""

import itertools
import threading

import pytest
from PySide6.QtCore import QCoreApplication, QObject, Qt, QThread
from PySide6.QtWidgets import QWidget

from core.domain.errors import UserError
from core.store.project import create_project
from gui.background import JobRunner, LatestQuery, describe_failure
from tests.gui.driving import wait_for_end


class Tick:
    def __init__(self, number):
        self.number = number


@pytest.fixture
def runner(qtbot):
    runner = JobRunner()
    yield runner
    wait_for_end(qtbot, runner)


def endless():
    while True:
        yield Tick(0)


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
    seen, reported_all = [], threading.Event()

    def work():
        for number in range(1000):
            yield Tick(number)
        yield "word"
        yield Tick(-1)
        reported_all.set()

    job = runner.start("work", work, fleeting=(Tick,))
    job.reported.connect(lambda event: seen.append(event if isinstance(event, str) else event.number))
    reported_all.wait()
    with qtbot.waitSignal(job.finished):
        pass
    assert seen == [999, "word", -1]


def test_progress_arrives_ten_times_a_second_at_most(qtbot, runner):
    job = runner.start("work", endless, fleeting=(Tick,))
    deliveries = []
    job.reported.connect(lambda _: deliveries.append(job._since.msecsSinceReference()))
    qtbot.waitUntil(lambda: len(set(deliveries)) == 4)
    times = sorted(set(deliveries))
    assert all(later - earlier >= 99 for earlier, later in itertools.pairwise(times))


def test_cancelling_closes_the_generator(qtbot, runner):
    closed = threading.Event()

    def work():
        try:
            yield from endless()
        finally:
            closed.set()

    job = runner.start("work", work, fleeting=(Tick,))
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


class Panic(BaseException):
    """As pyo3 raises it where Rust code panics."""


@pytest.mark.parametrize("error", [SystemExit(3), Panic("index out of bounds"), KeyboardInterrupt()])
@pytest.mark.parametrize("is_stopped", [False, True])
def test_a_job_ends_whatever_its_work_raises(qtbot, runner, error, is_stopped, caplog):
    began = threading.Event()

    def work():
        try:
            began.set()
            if is_stopped:
                yield from endless()
        finally:
            raise error

    job = runner.start("work", work, fleeting=(Tick,))
    began.wait()
    with qtbot.waitSignal(job.failed) as failed:
        if is_stopped:
            job.cancel()
    assert type(error).__name__ in describe_failure("The work", failed.args[0])
    assert runner.job is None
    with qtbot.waitSignal(runner.start("next", lambda: (each for each in ())).ended):
        pass


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


def test_what_hears_of_the_end_of_a_job_can_start_the_next(qtbot, runner):
    def work():
        yield "step"

    second = []
    first = runner.start("first", work)
    first.finished.connect(lambda _: second.append(runner.start("second", work)))
    with qtbot.waitSignal(first.ended):
        pass
    assert runner.job is second[0]
    with qtbot.waitSignal(second[0].finished):
        pass


def test_shutting_down_stops_all_work_without_waiting_for_it(qtbot, runner):
    ended, may_end = [], threading.Event()

    def work(name):
        try:
            yield from endless()
        finally:
            may_end.wait()
            ended.append(name)

    runner.start("job", lambda: work("job"), fleeting=(Tick,))
    runner.start_beside("tagger", lambda: work("tagger"))
    with qtbot.waitSignal(runner.shut_down_finished):
        runner.shut_down()
        assert ended == []
        may_end.set()
    assert sorted(ended) == ["job", "tagger"]
    assert not runner.is_busy
    with pytest.raises(UserError, match="being closed"):
        runner.start("late", lambda: work("late"))


@pytest.fixture
def query(qapp, late_answers):
    """One whose answers and partial answers are noted."""
    parent = QObject()
    query = LatestQuery(parent)
    query.heard, query.parts = [], []
    query.answered.connect(query.heard.append)
    query.reported.connect(query.parts.append)
    yield query
    query.cancel()


class Held:
    """A question that is answered only when the test lets it."""

    def __init__(self, answer):
        self.answer = answer
        self.began, self.may_end = threading.Event(), threading.Event()

    def __call__(self):
        assert threading.current_thread() is not threading.main_thread()
        self.began.set()
        self.may_end.wait()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def questions_running():
    return sum(thread.name == "question" for thread in threading.enumerate())


def test_an_answer_comes_later_on_the_windows_thread(query, qtbot):
    question = Held(7)
    query.submit(question)
    assert query.is_waiting
    question.may_end.set()
    with qtbot.waitSignal(query.answered):
        assert query.heard == [], "nothing waits for it"
    assert query.heard == [7]
    assert not query.is_waiting


class Painted(QWidget):
    """A widget that notes when it is painted."""

    def __init__(self, happened):
        super().__init__()
        self.happened = happened

    def paintEvent(self, event):
        self.happened.append("painted")


def test_a_question_for_after_the_painting_is_asked_then(query, qtbot):
    happened = []
    widget = Painted(happened)
    qtbot.addWidget(widget)
    with qtbot.waitExposed(widget):
        widget.show()
    happened.clear()
    widget.update()
    query.submit_when_painted(lambda: happened.append("asked") or 7)
    assert query.is_waiting
    qtbot.waitUntil(lambda: query.heard == [7])
    assert happened == ["painted", "asked"]


def test_what_was_to_be_asked_after_the_painting_gives_way_to_a_newer_question_and_to_none(query, qtbot):
    asked = []
    query.submit_when_painted(lambda: asked.append("replaced"))
    query.submit(lambda: 7)
    qtbot.waitUntil(lambda: query.heard == [7])
    query.submit_when_painted(lambda: asked.append("cancelled"))
    query.cancel()
    query.submit_when_painted(lambda: 8)
    qtbot.waitUntil(lambda: query.heard == [7, 8])
    assert asked == []


def test_questions_for_after_the_painting_are_answered_one_at_a_time(query, qtbot):
    other, first, second = LatestQuery(query.parent()), Held(1), Held(2)
    query.submit_when_painted(first)
    qtbot.waitUntil(first.began.is_set)
    other.submit_when_painted(second)
    qtbot.waitUntil(lambda: questions_running() == 2)
    assert not second.began.is_set()
    first.may_end.set()
    qtbot.waitUntil(second.began.is_set)
    second.may_end.set()
    with qtbot.waitSignal(other.answered):
        pass


def test_of_several_questions_the_latest_is_answered_and_what_waited_is_never_asked(query, qtbot):
    questions = [Held(number) for number in range(30)]
    query.submit(questions[0])
    questions[0].began.wait()
    for question in questions[1:]:
        query.submit(question)
    assert questions_running() == 1
    for question in questions:
        question.may_end.set()
    qtbot.waitUntil(lambda: query.heard == [29])
    assert not any(question.began.is_set() for question in questions[1:-1])


def test_nothing_is_heard_of_what_was_cancelled(query, qtbot):
    for question in (Held("gone"), Held(ValueError("of a project that is closed"))):
        query.submit(question)
        question.began.wait()
        query.cancel()
        question.may_end.set()
    query.submit(lambda: "last")
    qtbot.waitUntil(lambda: query.heard == ["last"])


def test_a_fault_is_one_of_the_window(query, qtbot):
    with qtbot.captureExceptions() as caught:
        query.submit(Held(ValueError("a bug")))
        query._latest.ask.may_end.set()
        qtbot.waitUntil(lambda: bool(caught))
    assert str(caught[0][1]) == "a bug"
    assert not query.is_waiting


def test_partial_answers_come_before_the_whole_one(query, qtbot):
    def question():
        yield "one"
        yield None
        yield "two"
        return "whole"

    query.submit(question)
    qtbot.waitUntil(lambda: query.heard == ["whole"])
    assert query.parts == ["one", "two"]


def test_a_question_in_steps_is_dropped_between_two_of_them(query, qtbot):
    began, closed = threading.Event(), threading.Event()

    def question():
        try:
            while True:
                began.set()
                yield
        finally:
            closed.set()

    query.submit(question)
    began.wait()
    query.submit(lambda: "latest")
    qtbot.waitUntil(lambda: query.heard == ["latest"])
    assert closed.wait(30)


def test_a_query_under_way_is_broken_off_when_another_one_is_asked(query, qtbot, tmp_path):
    began, ended = threading.Event(), []

    def endless_query():
        began.set()
        try:
            return project.database.value(
                "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
            )
        finally:
            ended.append(True)

    with create_project(tmp_path / "p.spandesk") as project:
        query.submit(endless_query)
        began.wait()
        query.submit(lambda: project.database.value("SELECT 7"))
        qtbot.waitUntil(lambda: query.heard == [7])
        assert ended == [True]


def test_a_widget_that_went_with_its_question_hears_nothing(qtbot, late_answers):
    parent, question, destroyed_on = QObject(), Held(7), []
    query = LatestQuery(parent)
    query.submit(question)
    question.began.wait()
    query._worker.destroyed.connect(
        lambda: destroyed_on.append(threading.current_thread()), Qt.ConnectionType.DirectConnection
    )
    del query
    parent.deleteLater()
    QCoreApplication.sendPostedEvents(parent, 52)
    question.may_end.set()
    qtbot.waitUntil(lambda: bool(destroyed_on))
    assert questions_running() == 0
    assert destroyed_on == [threading.main_thread()], "the question's thread may not destroy what belongs to this one"
