"""What several pages say of runs, labels, spans and outcomes, and lines as people write them; no Qt."""

import html
import textwrap
from collections.abc import Iterable, Sequence
from itertools import takewhile

from core.analysis.verdicts import Blame
from core.domain.labels import EntityType
from core.domain.spans import Span
from core.messages.catalogue import join_words, mark, say
from core.metrics.comparison import Comparison, Outcome
from core.store.predictions import EpochKey
from core.store.project import Project
from core.store.runs import Status
from core.store.sources import SourceKind

BLAME_WORDS: dict[Blame, str] = {
    "model": mark("model wrong"),
    "gold": mark("gold wrong"),
    "ambiguous": mark("ambiguous"),
}
"""What a person says of a disagreement."""

VERDICTS: dict[Outcome, str] = {
    "right": mark("right"),
    "edge": mark("wrong edge"),
    "type": mark("wrong type"),
    "both": mark("wrong edge + type"),
    "missed": mark("missed"),
    "spurious": mark("spurious"),
}
"""How the comparison of a gold and a predicted span ends."""

ERROR_TAGS: dict[Outcome, str] = {
    "edge": mark("edge"),
    "both": mark("edge"),
    "missed": mark("missed"),
    "spurious": mark("spurious"),
}
"""What the tag of a predicted span says beside its label, where the labels do not say what is wrong."""

SECTION_WORDS: dict[str, str] = {
    "train": mark("train"),
    "dev": mark("dev"),
    "test": mark("test"),
    "pool": mark("pool"),
    "aside": mark("set aside"),
    "deleted": mark("deleted"),
}
"""Where sentences are."""

STATUS_WORDS: dict[Status, str] = {
    "running": mark("running"),
    "finished": mark("finished"),
    "stopped": mark("stopped"),
    "failed": mark("failed"),
}
"""How a run is doing, or how it ended."""

_TIP_WIDTH = 58
"""Characters on a line of a tooltip; Qt does not break the lines of plain ones."""

_LONGEST_TIP = 1_000
"""Characters of a paragraph of a tooltip; the screen has no room for a document."""


SOURCE_KINDS: dict[SourceKind, str] = {
    "training": mark("training"),
    "cross-check": mark("cross-check"),
    "file": mark("file of spans"),
    "person": mark("person"),
    "model": mark("model from elsewhere"),
    "dictionary": mark("dictionary"),
    "agreement": mark("agreement of sources"),
}


def name_epoch(project: Project, key: EpochKey) -> str:
    """What people call the predictions of one epoch: `run 3, epoch 2`."""
    return project.sources.by_number(key.source).name_epoch(key.epoch)


def label_names(label: EntityType) -> str:
    """A label with its Korean and English names, as far as it has any."""
    has_names = label.korean != label.label
    return f"{label.label}  {label.korean} · {label.english}" if has_names else label.label


def name_outcome(comparison: Comparison) -> str:
    """How a comparison ended, with the mark that says right or wrong without colour."""
    return f"{'✗' if comparison.is_error else '✓'} {say(VERDICTS[comparison.outcome])}"


def explain_comparison(comparison: Comparison, text: str) -> str:
    """What is wrong with a span: how the comparison ended, then what gold and run say."""
    gold, predicted = comparison.gold, comparison.predicted
    said = []
    if gold is not None:
        said.append(say("gold {span}", span=format_spans(text, [gold])))
    if predicted is not None:
        span, share = format_spans(text, [predicted.span]), predicted.probability
        said.append(say("predicted {span} {probability:.2f}", span=span, probability=share))
    return say("{outcome}: {spans}", outcome=name_outcome(comparison), spans=join_words(said))


def format_spans(text: str, spans: Iterable[Span]) -> str:
    """Spans as people read them: `이순신 PS, 조선 LC`; a dash where there is none."""
    return join_words(f"{text[span.start : span.end]} {span.label}" for span in spans) or "–"


_OUTLIERS = 20
"""One id of so many may begin otherwise, at either end of their order."""
_LEAST_CUT = 8
"""Characters that an id must be shorter by, to be cut."""


def common_prefix(ids: Sequence[str]) -> str:
    """What nearly all of some ids begin with, up to a sign that is no letter or digit; nothing where that is short."""
    ordered = sorted(ids)
    outliers = len(ordered) // _OUTLIERS
    if len(ordered) < 2:
        return ""
    pairs = zip(ordered[outliers], ordered[-1 - outliers], strict=False)
    shared = "".join(one for one, other in takewhile(lambda pair: pair[0] == pair[1], pairs))
    whole = shared.rstrip("".join(filter(str.isalnum, shared)))
    return whole if len(whole) >= _LEAST_CUT else ""


def wrap_tooltip(*paragraphs: str) -> str:
    """The text of a tooltip: every paragraph begins a line, no line is wider than one likes to read, and no end of it.

    What looks like markup is shown as it is; see `literal`.
    """
    return literal("\n".join(textwrap.fill(_cut(paragraph), _TIP_WIDTH) for paragraph in paragraphs))


def literal(text: str) -> str:
    """A text for a tooltip, of which Qt reads as markup whatever looks like it: a sentence, an id, a file's name."""
    if "<" not in text and "&lt;" not in text:
        return text
    return f'<span style="white-space: pre">{html.escape(text)}</span>'


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_TIP else f"{text[:_LONGEST_TIP]}…"
