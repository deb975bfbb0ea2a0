"""What is undone and redone, in words: for menus, tooltips and the notice afterwards; no Qt."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.domain.spans import SentenceNumber
from core.messages.catalogue import mark, say, say_count
from core.services.typed_sentences import SOURCE
from core.store.gold.corrections import NextSteps
from core.store.gold.moves import Loss, describe_losses
from core.store.gold.steps import Step, StepKind
from core.store.sentences import Addition, Move
from gui.text.wording import BLAME_WORDS


@dataclass(frozen=True, slots=True)
class Notice:
    """What was done, to be read in passing, and the sentence that it is about, if it is one."""

    words: str
    sentence: SentenceNumber | None = None


_STRING_LENGTH = 24
"""Characters of a string that are quoted whole."""


_TEMPLATES: dict[StepKind, str] = {
    "label": mark("Label {spans} as {new}"),
    "unlabel": mark("Remove {old} from {spans}"),
    "relabel": mark("{old} → {new} of {spans}"),
    "resize": mark("Move the edge of {spans}"),
    "correct": mark("Correct {sentences}"),
    "revert": mark("Revert {sentences}"),
    "rename": mark("Rename {old} to {new}"),
    "merge": mark("Merge {old} into {new}"),
    "add label": mark("Add the label {new}"),
    "delete label": mark("Delete the label {old}"),
    "dismiss": mark("Dismiss {strings} as not a particle"),
    "ask again": mark("Ask again about {strings}"),
    "accept strings": mark("Accept the labelling of {strings}"),
    "question strings": mark("Ask again about the labelling of {strings}"),
    "accept places": mark("Accept the labelling of {places}"),
    "question places": mark("Ask again about the labelling of {places}"),
    "reject": mark("Reject the suggestion of {spans}"),
    "suggest again": mark("Suggest {spans} again"),
    "skip": mark("Skip {sentences}"),
    "come back": mark("Come back to {sentences}"),
    "finish": mark("Finish {sentences} for {section}"),
    "move": mark("Move {sentences} to {section}"),
    "set aside": mark("Set {sentences} aside"),
    "delete": mark("Delete {sentences}"),
    "bring back": mark("Bring {sentences} back to {section}"),
    "mark": mark("Mark {sentences} as reviewed"),
    "unmark": mark("Remove the reviewed mark from {sentences}"),
    "note": mark("Note on {sentences}"),
    "verdict": mark("Verdict “{verdict}” on {sentences}"),
    "take": mark("Take the spans of {source} in {sentences}"),
    "keep": mark("Keep the gold of {sentences}"),
    "take neither": mark("Take neither reader's spans in {sentences}"),
}

_OF_SEVERAL: dict[StepKind, str] = {
    "label": mark("Label {spans}"),
    "unlabel": mark("Remove {spans}"),
    "relabel": mark("Relabel {spans}"),
    "finish": mark("Finish {sentences}"),
    "move": mark("Move {sentences}"),
    "bring back": mark("Bring {sentences} back"),
}
"""What is said where the spans do not share their label, or the sentences their section."""

_NEEDED: dict[StepKind, tuple[str, ...]] = {
    "label": ("new",),
    "unlabel": ("old",),
    "relabel": ("old", "new"),
    "finish": ("section",),
    "move": ("section",),
    "bring back": ("section",),
}


def describe(step: Step) -> str:
    """A step as a menu names it after “Undo:” – `Merge PS into LC`, `news-3 OG → PS`."""
    fields = {
        "old": step.old_label,
        "new": step.new_label,
        "spans": _spans(step),
        "places": _places(step),
        "strings": _quote(step.string) if step.string is not None else _count_strings(step.spans or 0),
        "sentences": step.sentence_id if step.sentences == 1 else _count_sentences(step.sentences),
        "section": step.section,
        "source": step.source,
        "verdict": say(BLAME_WORDS[step.blame]) if step.blame is not None else "",
    }
    if step.kind == "relabel" and step.spans == 1:
        return say("{sentence} {old} → {new}", sentence=step.sentence_id, old=step.old_label, new=step.new_label)
    is_one = all(fields[each] is not None for each in _NEEDED.get(step.kind, ()))
    template = (_TEMPLATES if is_one else _OF_SEVERAL)[step.kind]
    return say(template, **fields)


def undo_title(steps: NextSteps) -> str:
    """The undo action's words; what came after the step and lasts is named first."""
    if steps.undo is None:
        return say("Nothing to undo")
    step = describe(steps.undo)
    if not steps.lasting:
        return say("Undo: {step}", step=step)
    return say("{obstacle} Before it: {step}", obstacle=describe_lasting(steps.lasting[0]), step=step)


def redo_title(steps: NextSteps) -> str:
    return say("Nothing to redo") if steps.redo is None else say("Redo: {step}", step=describe(steps.redo))


def describe_lasting(lasting: Addition | Move) -> str:
    """That sentences which were added, or moved to train, are not undone; a sentence."""
    if isinstance(lasting, Move):
        return say_count(
            "The move of {count:,} dev sentence to train by run {run} cannot be undone.",
            "The move of {count:,} dev sentences to train by run {run} cannot be undone.",
            lasting.sentences,
            run=lasting.run,
        )
    if lasting.file == SOURCE:
        return say_count(
            "{count:,} sentence sent from Scratch cannot be undone.",
            "{count:,} sentences sent from Scratch cannot be undone.",
            lasting.sentences,
        )
    return say_count(
        "{count:,} sentence from {file} cannot be undone.",
        "{count:,} sentences from {file} cannot be undone.",
        lasting.sentences,
        file=lasting.file,
    )


def lasting_notice(lasting: Addition | Move, step: Step) -> str:
    """What the first undo after an import or a move says instead of undoing what came before it."""
    obstacle = describe_lasting(lasting)
    return say("Nothing was undone. {obstacle} Undo again to undo: {step}", obstacle=obstacle, step=describe(step))


def moved_notice(step: Step, losses: Sequence[Loss]) -> Notice:
    """What is said after sentences were moved, with what runs lose by it."""
    words = describe(step)
    if lost := describe_losses(losses):
        return Notice(say("Done: {step}. {losses}", step=words, losses=lost))
    return Notice(say("Done: {step}", step=words))


def _spans(step: Step) -> str:
    """`북한 in news-3`, `2 × 북한`, `3 spans`, `the spans of 2,823 sentences`."""
    if step.spans is None:
        return say_count("the spans of {count:,} sentence", "the spans of {count:,} sentences", step.sentences)
    if step.string is None:
        return say_count("{count:,} span", "{count:,} spans", step.spans)
    return _name_places(step, step.string, step.spans)


def _places(step: Step) -> str:
    """`북한 in news-3`, `2 × 북한`, `3 places`."""
    count = step.spans or 0
    if step.string is None:
        return say_count("{count:,} place", "{count:,} places", count)
    return _name_places(step, step.string, count)


def _name_places(step: Step, text: str, count: int) -> str:
    string = _quote(text)
    if count == 1:
        return say("{string} in {sentence}", string=string, sentence=step.sentence_id)
    return say("{count:,} × {string}", count=count, string=string)


def _count_strings(count: int) -> str:
    return say_count("{count:,} string", "{count:,} strings", count)


def _count_sentences(count: int) -> str:
    return say_count("{count:,} sentence", "{count:,} sentences", count)


def _quote(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _STRING_LENGTH else line[: _STRING_LENGTH - 1] + "…"
