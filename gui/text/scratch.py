"""What the Scratch page says of its tagger and its lines."""

from collections.abc import Collection, Mapping, Sequence

from core.domain.spans import PredictedSpan
from core.store.predictions import EpochKey
from gui.background import describe_failure
from gui.scratch.answers import Answers
from gui.scratch.line_list import MOST
from gui.text.words import counted, name_epoch


def status_words(answers: Answers, key: EpochKey | None, job: str) -> str:
    """Whose spans are shown, and what is awaited.

    Args:
        job: the title of the job under way; empty where there is none.
    """
    if key is None:
        return ""
    name = name_epoch(key)
    if answers.state == "failed" and answers.failure is not None:
        reason = describe_failure("Loading it", answers.failure)
        return f"{name.capitalize()} cannot tag: {reason}"
    if answers.state == "loading":
        return f"Loading {name} …"
    if answers.state == "idle":
        return f"Spans by {name}, which is loaded with the first line."
    slow = f" Answers take longer while “{job}” is running." if job else ""
    return f"Spans by {name}, whose weights take {_size(answers.size)} of memory here.{slow}"


def lines_words(texts: Sequence[str], known: Mapping[str, Sequence[PredictedSpan]], cut_off: int) -> str:
    """How many lines and spans there are.

    Args:
        cut_off: lines beyond those that are shown.
    """
    if not texts:
        return "Your lines and their spans"
    tagged = [len(known[text]) for text in texts if text in known]
    found = counted(sum(tagged), "span") if len(tagged) == len(texts) else f"{len(tagged):,} tagged so far"
    more = f" · only the first {MOST} are shown: import a file for the {cut_off:,} others" if cut_off else ""
    return f"{counted(len(texts), 'line')} · {found}{more}"


def sending_obstacle(
    chosen: Collection[str], known: Mapping[str, Sequence[PredictedSpan]], *, with_spans: bool, is_sending: bool
) -> str:
    """Why the chosen lines cannot be sent now; empty where they can."""
    if is_sending:
        return "The corpus is searched for these texts"
    if not chosen:
        return "Type a line that the corpus does not have, and tick it"
    if with_spans and any(text not in known for text in chosen):
        return "Wait until every chosen line is tagged, or send them without spans"
    return ""


def _size(size: int) -> str:
    return f"{size / 2**20:,.0f} MB" if size >= 2**20 else "less than 1 MB"
