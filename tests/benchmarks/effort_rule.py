"""The rule by which effort is counted: the keys and actions of the mouse that take a sentence of the pool to its gold.

An action is one press of a key, with what is held down beside it, or one thing that the mouse does: a click, a double
click, or a drag. docs/effort.md states the rule, and `tests/gui/test_effort.py` does such plans in the real window.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Literal, NamedTuple, get_args

from core.domain.spans import PredictedSpan, Span
from core.metrics.comparison import Comparison, Outcome, compare_spans

Does = Literal["select", "draw", "drag", "label", "keep", "remove", "accept all and go on", "done"]
"""Click a span; drag or double-click over characters; drag an edge; press the digit of a label; click the chip of a
label, for whatever is drawn from then on; or press the key of that name."""

Cause = Literal["missing", "spurious", "label", "edge", "done"]
"""What an action is for: a span that nothing suggests, a suggestion that is none, the label of a suggestion, its edges
(and perhaps its label), or ending the sentence and going on."""
CAUSES: tuple[Cause, ...] = get_args(Cause)

_CAUSES: dict[Outcome, Cause] = {"missed": "missing", "type": "label", "edge": "edge", "both": "edge"}


class Action(NamedTuple):
    """One key, or one thing that the mouse does: to a span, and for a drag the span that it is then."""

    does: Does
    cause: Cause
    span: Span | None = None
    after: Span | None = None


Plan = list[Action]


def count_actions(suggested: Collection[Span], gold: Collection[Span]) -> int:
    """How many actions make a sentence with these suggestions a labelled one with this gold, and go on to the next."""
    return len(plan_actions(suggested, gold))


def plan_actions(suggested: Collection[Span], gold: Collection[Span], *, keeps: bool = False) -> Plan:
    """The shorter of two ways: correct and reject suggestions and take all others, or take none.

    Args:
        suggested: spans of one source, which do not overlap.
        keeps: where several spans are to be drawn with a label, it is chosen once (the sticky label).
    """
    corrected = [*_correct(suggested, gold), Action("accept all and go on", "done")]
    return min(_keep_labels(corrected) if keeps else corrected, plan_by_hand(gold, keeps=keeps), key=len)


def plan_by_hand(gold: Collection[Span], *, keeps: bool = False) -> Plan:
    """Each span drawn and labelled, whatever is suggested."""
    plan = [*_correct((), gold), Action("done", "done")]
    return _keep_labels(plan) if keeps else plan


def _correct(suggested: Collection[Span], gold: Collection[Span]) -> Plan:
    """Drag edges and change labels where that is all that is wrong, draw and label the rest, and reject."""
    causes = _causes(suggested, gold)
    plan = _drag_edges(suggested, gold)
    done = {action.after for action in plan}
    wrong = sorted({*gold} - {*suggested})
    for span in (span for span in wrong if span not in done):
        old = next((each for each in suggested if (each.start, each.end) == (span.start, span.end)), None)
        mouse = Action("draw", causes[span], span) if old is None else Action("select", causes[span], old)
        plan += [mouse, Action("label", causes[span], span)]
    for span in sorted({*suggested} - {*gold}):
        if not any(span.overlaps(own) for own in wrong):
            plan += [Action("select", "spurious", span), Action("remove", "spurious", span)]
    return plan


def _drag_edges(suggested: Collection[Span], gold: Collection[Span]) -> Plan:
    """A drag for each suggestion of which only one edge is wrong; none where a span from another drag covers it."""
    plan: Plan = []
    for comparison in _compare(suggested, gold):
        old, new = comparison.predicted and comparison.predicted.span, comparison.gold
        is_one_edge = comparison.outcome == "edge" and (old.start == new.start or old.end == new.end)
        if is_one_edge and not any(old.overlaps(action.after) for action in plan):
            plan.append(Action("drag", "edge", old, new))
    return plan


def _causes(suggested: Collection[Span], gold: Collection[Span]) -> dict[Span, Cause]:
    """What is wrong with each gold span that is not suggested so."""
    compared = _compare(suggested, gold)
    return {each.gold: _CAUSES[each.outcome] for each in compared if each.gold and each.outcome in _CAUSES}


def _compare(suggested: Collection[Span], gold: Collection[Span]) -> Sequence[Comparison]:
    return compare_spans(sorted(gold), [PredictedSpan(span, 1.0) for span in sorted(suggested)])


def _keep_labels(plan: Plan) -> Plan:
    """The plan with one click on a label's chip in the place of its digits where several spans are drawn with it."""
    drawn: dict[str, list[int]] = defaultdict(list)
    for place, action in enumerate(plan):
        if action.does == "draw" and action.span is not None:
            drawn[action.span.label].append(place)
    groups = [places for places in drawn.values() if len(places) > 1]
    if not groups:
        return plan
    begin = min(places[0] for places in groups)
    kept = [each for places in groups for each in (plan[places[0]]._replace(does="keep"), *(plan[at] for at in places))]
    taken = {at for places in groups for place in places for at in (place, place + 1)}
    return [*plan[:begin], *kept, *(action for at, action in enumerate(plan) if at >= begin and at not in taken)]
