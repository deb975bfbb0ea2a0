"""Work that reports by calls, as a generator."""

import pytest

from core.generators import exhausted, reporting


def test_reports_come_in_order_and_the_result_at_the_end():
    def work(report):
        for number in range(100):
            report(number)
        return "result"

    results = []

    def watched():
        results.append((yield from reporting(work)))

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

    generator = reporting(work)
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
            exhausted(reporting(work))
