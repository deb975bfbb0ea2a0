"""The commands and their help texts; imports almost nothing, since the window imports it too."""

import os

from core.messages.catalogue import mark, say

COMMANDS = {
    "import": mark("add corpus files to a project, which is created if it is missing"),
    "train": mark("train a tagger; every epoch is measured on dev and saved"),
    "crosscheck": mark("tag each training sentence with a model not trained on it, to find gold errors"),
    "ceilings": mark("the best F1 that each tagging unit allows on the corpus, for every type"),
    "evaluate": mark("precision, recall and F1 of a run or another source, for every type"),
    "compare": mark("what changed from one epoch to another, of one run or of two, and how certain that is"),
    "predict": mark("tag texts or files with a run"),
    "correct": mark("give a sentence new gold spans"),
    "move": mark("move sentences between splits, set them aside, delete them, or bring them back"),
    "labels": mark("list the labels and their spans; add, rename, merge or delete some"),
    "export": mark("write the corpus to a file"),
    "export-model": mark("write a run's model to a folder that transformers opens without Spandesk"),
    "pool": mark("what to label next among sentences without gold, and how far labelling is"),
    "runs": mark("list the runs with their epochs"),
    "sources": mark("list what says where spans are: runs, files, people, models, dictionaries"),
    "add-source": mark("add a file of spans by a tool or a person, a dictionary or a model, to be used like a run"),
    "suggest": mark("have a source tag what it has not tagged yet"),
    "agreement": mark("how far two sources, or one and the gold, agree"),
    "check": mark("check that nothing in the project is damaged"),
}
"""The help text of each command, as a template."""


def program() -> str:
    """The name of the program as the user started it: `./run`, or `main.py`."""
    return os.environ.get("SPANDESK_PROGRAM") or "main.py"


def usage() -> str:
    """The text for `--help` and wrong usage."""
    head, name, window = say("usage:"), program(), say("opens the window")
    without = say("works without one; COMMAND --help shows more")
    return "\n".join(
        [
            f"{head} {name} {'[PROJECT]':<24} {window}",
            f"{' ' * len(head)} {name} {'COMMAND PROJECT ...':<24} {without}",
            "",
            say("commands:"),
            *(f"  {command:<14}{say(purpose)}" for command, purpose in COMMANDS.items()),
        ]
    )


def unknown_usage(problem: str) -> str:
    """The text for arguments that are neither a command nor a project."""
    return f"{program()}: {problem}\n{usage()}"
