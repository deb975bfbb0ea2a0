"""What is undone and redone, in words: for menus, tooltips and the notice afterwards; no Qt."""

from core.services.typed_sentences import SOURCE
from core.store.gold.corrections import NextSteps
from core.store.gold.steps import Step, StepKind
from core.store.sentences import Addition, Move
from gui.text.words import BLAME_WORDS, counted

_STRING_LENGTH = 24
"""Characters of a string that are quoted whole."""


_TEMPLATES: dict[StepKind, str] = {
    "label": "label {spans} as {new}",
    "unlabel": "remove {old} from {spans}",
    "relabel": "{old} → {new} of {spans}",
    "resize": "move the edge of {spans}",
    "correct": "correct {sentences}",
    "revert": "revert {sentences}",
    "rename": "rename {old} to {new}",
    "merge": "merge {old} into {new}",
    "add label": "add the label {new}",
    "delete label": "delete the label {old}",
    "dismiss": "dismiss {strings} as no particle",
    "ask again": "ask again about {strings}",
    "mark": "mark {sentences} as reviewed",
    "unmark": "take the reviewed mark off {sentences}",
    "note": "note on {sentences}",
    "verdict": "verdict “{verdict}” on {sentences}",
}

_OF_SEVERAL_LABELS: dict[StepKind, str] = {
    "label": "label {spans}",
    "unlabel": "remove {spans}",
    "relabel": "relabel {spans}",
}
"""What is said where the spans do not share their label."""

_NEEDED: dict[StepKind, tuple[str, ...]] = {"label": ("new",), "unlabel": ("old",), "relabel": ("old", "new")}


def describe(step: Step) -> str:
    """A step as a menu names it after “Undo:” – `merge PS into LC`, `news-3 OG → PS`."""
    fields = {
        "old": step.old_label,
        "new": step.new_label,
        "spans": _spans(step),
        "strings": _quote(step.string) if step.string is not None else counted(step.spans or 0, "string"),
        "sentences": step.sentence_id if step.sentences == 1 else counted(step.sentences, "sentence"),
        "verdict": BLAME_WORDS[step.blame] if step.blame is not None else "",
    }
    if step.kind == "relabel" and step.spans == 1:
        return f"{step.sentence_id} {step.old_label} → {step.new_label}"
    is_one = all(fields[each] is not None for each in _NEEDED.get(step.kind, ()))
    return (_TEMPLATES if is_one else _OF_SEVERAL_LABELS)[step.kind].format(**fields)


def undo_title(steps: NextSteps) -> str:
    """The undo action's words; what came after the step and lasts is named first."""
    if steps.undo is None:
        return "Nothing to undo"
    if not steps.lasting:
        return f"Undo: {describe(steps.undo)}"
    words = lasting_words(steps.lasting[0])
    return f"{words[0].upper()}{words[1:]}; before it: {describe(steps.undo)}"


def redo_title(steps: NextSteps) -> str:
    return "Nothing to redo" if steps.redo is None else f"Redo: {describe(steps.redo)}"


def lasting_words(lasting: Addition | Move) -> str:
    """That sentences which were added, or moved to train, are not undone."""
    if isinstance(lasting, Move):
        moved = f"{counted(lasting.sentences, 'dev sentence')} to train by run {lasting.run}"
        return f"the move of {moved} cannot be undone"
    added = f"{counted(lasting.sentences, 'sentence')} from {lasting.file}"
    if lasting.file == SOURCE:
        added = f"{counted(lasting.sentences, 'sentence')} sent from Scratch"
    return f"{added} cannot be undone"


def lasting_notice(lasting: Addition | Move, step: Step) -> str:
    """What the first undo after an import or a move says instead of undoing what came before it."""
    return f"Nothing undone: {lasting_words(lasting)}. Undo again to undo: {describe(step)}"


def _spans(step: Step) -> str:
    """`북한` of news-3, `2 × 북한`, `3 spans`, `the spans of 2,823 sentences`."""
    if step.spans is None:
        return f"the spans of {counted(step.sentences, 'sentence')}"
    if step.string is None:
        return counted(step.spans, "span")
    string = _quote(step.string)
    return f"{string} in {step.sentence_id}" if step.spans == 1 else f"{step.spans:,} × {string}"


def _quote(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _STRING_LENGTH else line[: _STRING_LENGTH - 1] + "…"
