"""Work that reports by calls, as a generator."""

import pytest

from core.domain.generators import accumulate_progress, map_progress, run_to_end, yield_reports


def steps(closed, *, result="result"):
    try:
        yield 3
        yield 4
        return result
    finally:
        closed.append(True)


def test_work_runs_to_its_end_and_every_step_is_taken():
    taken = []
    assert run_to_end(steps([]), taken.append) == "result"
    assert taken == [3, 4]


def test_work_is_closed_where_a_step_is_not_taken():
    closed = []
    work = steps(closed)
    with pytest.raises(ZeroDivisionError):
        run_to_end(work, lambda step: step / 0)
    assert closed == [True]


def test_reports_are_mapped_and_added_up_and_the_result_stays():
    taken = []
    assert run_to_end(map_progress(steps([]), str), taken.append) == "result"
    assert run_to_end(accumulate_progress(steps([])), taken.append) == "result"
    assert taken == ["3", "4", 3, 7]


@pytest.mark.parametrize("interrupt", [GeneratorExit, KeyboardInterrupt])
def test_closing_or_interrupting_mapped_work_closes_it(interrupt):
    closed = []
    mapped = map_progress(accumulate_progress(steps(closed)), str)
    assert next(mapped) == "3"
    with pytest.raises(interrupt):
        mapped.throw(interrupt)
    assert closed == [True]


def test_reports_come_in_order_and_the_result_at_the_end():
    def work(report):
        for number in range(100):
            report(number)
        return "result"

    results = []

    def watched():
        results.append((yield from yield_reports(work)))

    assert list(watched()) == list(range(100))
    assert results == ["result"]


@pytest.mark.parametrize("interrupt", [GeneratorExit, KeyboardInterrupt])
def test_closing_or_interrupting_it_ends_the_work_at_its_next_report(interrupt):
    reported, ended = [], []

    def work(report):
        try:
            for number in range(1_000_000):
                report(number)
                reported.append(number)
        finally:
            ended.append(True)

    generator = yield_reports(work)
    assert next(generator) == 0
    with pytest.raises(interrupt):
        generator.throw(interrupt)
    assert ended == [True]
    assert len(reported) < 4


def test_an_error_of_the_work_is_raised():
    def work(report):
        report(1)
        raise ValueError("no")

    for _ in range(300):  # whichever thread is ahead
        with pytest.raises(ValueError, match="no"):
            run_to_end(yield_reports(work))
