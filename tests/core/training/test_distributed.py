import subprocess
import sys

import pytest

from core.domain.errors import UserError
from core.training.distributed import Crew, PropagatedError, reporting_lost_process
from tests.core.crews import outcomes
from tests.paths import ROOT


@pytest.mark.parametrize("size", [1, 2, 3])
def test_all_get_what_each_gave_in_order_of_rank(size):
    assert outcomes(size, lambda crew: crew.gathered(crew.rank * 10)) == [[rank * 10 for rank in range(size)]] * size


def test_the_main_process_alone_works_for_all():
    worked = []

    def work(crew):
        return crew.from_main(lambda: worked.append(crew.rank) or "folder")

    assert outcomes(3, work) == ["folder"] * 3
    assert worked == [0]


def together(crew, *failing, rounds=3):
    """Gathers some rounds; in each, the ranks that are told for it fail."""
    with crew.together():
        for number in range(rounds):
            if (crew.rank, number) in failing:
                raise UserError(f"{crew.rank} failed")
            crew.gathered(number)
    return "well"


def test_a_block_that_goes_well_in_all_ends_well_in_all():
    assert outcomes(3, together) == ["well"] * 3


@pytest.mark.parametrize("rank", [0, 1, 2])
@pytest.mark.parametrize("number", [0, 1, 2])
def test_one_failure_ends_all_with_the_same_words(rank, number):
    found = outcomes(3, lambda crew: together(crew, (rank, number)))
    assert [str(error) for error in found] == [f"{rank} failed"] * 3
    assert [type(error) for error in found] == [UserError if each == rank else PropagatedError for each in range(3)]


def test_two_that_fail_at_once_tell_of_themselves_and_the_rest_of_the_first():
    found = outcomes(3, lambda crew: together(crew, (1, 1), (2, 1)))
    assert [str(error) for error in found] == ["1 failed", "1 failed", "2 failed"]


def test_a_failure_after_the_last_meeting_is_told_to_those_who_are_done():
    def work(crew):
        with crew.together():
            crew.gathered(0)
            if crew.is_main:
                raise UserError("the disk is full")

    assert [str(error) for error in outcomes(2, work)] == ["the disk is full"] * 2


def test_alone_an_error_is_what_it_was():
    [error] = outcomes(1, lambda crew: together(crew, (0, 1)))
    assert (type(error), str(error)) == (UserError, "0 failed")


def test_a_lost_process_is_told_once_in_one_sentence():
    def broken(things):
        raise RuntimeError("Connection closed by peer")

    crew = Crew(1, 2, reporting_lost_process(broken))
    with pytest.raises(PropagatedError, match="another process exited"), crew.together():
        crew.gathered(1)


def test_a_process_alone_loads_neither_torch_nor_accelerate():
    code = """
import sys
from core.training.distributed import crew_of_launch
with crew_of_launch("auto") as crew:
    sys.exit(crew.size != 1 or "torch" in sys.modules or "accelerate" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
