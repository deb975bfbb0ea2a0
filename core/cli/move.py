"""The `move` command: move sentences between splits, set them aside, delete them, bring them back; or list them."""

import argparse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from core.cli.output import Output
from core.domain.errors import UserError
from core.domain.generators import run_to_end
from core.domain.spans import SECTIONS, SentenceNumber
from core.messages.catalogue import say, say_count
from core.store.gold.moves import Destination, describe_losses, describe_unmoved
from core.store.project import Project, open_project


@contextmanager
def open_to_change(options: argparse.Namespace) -> Iterator[Project]:
    """Open the project of a command that changes it by steps, which get the name of their author."""
    with open_project(options.project) as project:
        project.corrections.sign(options.author.strip())
        yield project


def move(options: argparse.Namespace, out: Output) -> None:
    """Move the chosen sentences, or list them where no section is given; without any, list sections and imports.

    Raises:
        UserError: the options do not fit each other, or the project.
    """
    with open_to_change(options) as project:
        numbers = _choose(project, options)
        if options.to is not None:
            _move(project, numbers, options, out)
        elif numbers is None:
            _list_places(project, out)
        else:
            _list_sentences(project, numbers, out)


def _choose(project: Project, options: argparse.Namespace) -> Sequence[SentenceNumber] | None:
    """The chosen sentences; None if the options choose none."""
    if options.split is None and options.share is not None:
        raise UserError("--share is a share of a split; give --split as well")
    if options.sentence is not None:
        return [project.sentences.by_id(each).number for each in options.sentence]
    if options.imported is not None:
        return project.moves.of_import(options.imported)
    if options.split is not None:
        return project.moves.draw_share(options.split, 1 if options.share is None else options.share, options.seed)
    return None


def _move(project: Project, numbers: Sequence[SentenceNumber] | None, options: argparse.Namespace, out: Output) -> None:
    if numbers is None:
        raise UserError("choose the sentences to move by --sentence, --import or --split")
    if not options.as_gold and (unjudged := project.moves.count_unjudged(numbers, options.to)):
        raise UserError.of_count(
            "{count:,} of them was judged by nobody; --as-gold takes its gold, as it is, for right",
            "{count:,} of them were judged by nobody; --as-gold takes their gold, as it is, for right",
            count=unjudged,
        )
    change = run_to_end(project.moves.move_in_slices(numbers, options.to, options.reason))
    step = project.corrections.next_steps().undo
    losses = project.moves.losses(step.number) if change and step is not None else []
    if losses:
        out.warn(describe_losses(losses))
    if not change:
        out.warn(_say_why_none(numbers, options.to))
    text = say_count("{count:,} sentence moved", "{count:,} sentences moved", len(change.sentences))
    document = {"moved": len(change.sentences), "losses": [loss._asdict() for loss in losses]}
    out.result({**document, "sections": _count_sections(project)}, text)


def _say_why_none(numbers: Sequence[SentenceNumber], to: Destination) -> str:
    if not numbers:
        return say("there are no sentences to move")
    return describe_unmoved(to)


def _count_sections(project: Project) -> dict[str, int]:
    return {section: project.sentences.count(section) for section in SECTIONS}


def _list_places(project: Project, out: Output) -> None:
    sections, imports = _count_sections(project), project.moves.imports()
    lines = [f"{count:>10,}  {section}" for section, count in sections.items()]
    lines += [
        say_count(
            "import {number}: {file}, {count:,} sentence, {left:,} not deleted",
            "import {number}: {file}, {count:,} sentences, {left:,} not deleted",
            each.sentences,
            number=each.number,
            file=each.file,
            left=each.left,
        )
        for each in imports
    ]
    out.result({"sections": sections, "imports": [each._asdict() for each in imports]}, "\n".join(lines))


def _list_sentences(project: Project, numbers: Sequence[SentenceNumber], out: Output) -> None:
    reasons = project.moves.reasons(numbers)
    rows = [
        {"id": stored.id, "section": stored.split, "reason": reasons.get(stored.number, ""), "text": stored.text}
        for stored in project.sentences.by_number(numbers)
    ]
    out.result({"sentences": rows}, "\n".join("  ".join(filter(None, row.values())) for row in rows))
