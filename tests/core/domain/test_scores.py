"""What is stored of an epoch comes back as it was, and damage of any of its values is found."""

import functools
import json
import math
import operator
from copy import deepcopy

import pytest

from core.domain.scores import EpochReport, KlueFigures
from core.metrics.report import Counts, build_report

COUNTS = {"PS": Counts(right=3, predicted=4, support=5), "LC": Counts(right=1, predicted=1, support=1)}
WHOLE = EpochReport(
    build_report(COUNTS),
    build_report({"PS": COUNTS["PS"]}),
    {"corrected": KlueFigures(0.5, 0.75), "imported": KlueFigures(0.25, 0.5)},
    0.99,
)

WRONG = (None, "0.5", True, [], {}, [1], math.nan, math.inf)
"""What damage may have left in place of a value; Python writes and reads NaN and Infinity in JSON."""

GONE = object()
"""The value is not there at all."""


def is_harmless(place, wrong):
    """Whether a report may be so: older versions stored no KLUE figures and no ceiling, and any label may lack."""
    match place:
        case ("ceiling",):
            return wrong is GONE or wrong is None
        case ("klue",):
            return wrong is GONE or wrong == {}
        case ("klue", _) | (_, "labels", _):
            return wrong is GONE
        case (_, "labels"):
            return wrong == {}
    return False


def places_in(document, place=()):
    """The place of every value of a document, by its keys from the top."""
    for key, value in document.items():
        yield (*place, key)
        if isinstance(value, dict):
            yield from places_in(value, (*place, key))


def damaged(place, wrong):
    """The whole document with another value in that place."""
    document = deepcopy(WHOLE.as_json())
    *outer, last = place
    holder = functools.reduce(operator.getitem, outer, document)
    holder[last] = wrong
    if wrong is GONE:
        del holder[last]
    return json.loads(json.dumps(document))


def test_a_report_comes_back_as_it_was():
    assert EpochReport.of_json(json.loads(json.dumps(WHOLE.as_json()))) == WHOLE
    crosscheck = EpochReport(WHOLE.imported, WHOLE.corrected)
    assert EpochReport.of_json(crosscheck.as_json()) == crosscheck
    assert set(crosscheck.as_json()) == {"imported", "corrected"}


@pytest.mark.parametrize("wrong", [*WRONG, GONE], ids=lambda wrong: "gone" if wrong is GONE else repr(wrong))
def test_whatever_value_of_a_stored_report_is_damaged_it_is_refused(wrong):
    places = list(places_in(WHOLE.as_json()))
    assert len(places) > 40
    for place in places:
        document = damaged(place, wrong)
        if is_harmless(place, wrong):
            assert EpochReport.of_json(document).corrected.micro == WHOLE.corrected.micro
        else:
            with pytest.raises(ValueError, match=r"is not|instead of|is missing"):
                EpochReport.of_json(document)


@pytest.mark.parametrize("document", [None, [], "report", 1, {}])
def test_what_is_not_a_report_is_refused(document):
    with pytest.raises(ValueError, match=r"instead of an object|is missing"):
        EpochReport.of_json(document)
