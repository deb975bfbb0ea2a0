"""The commands and what each is for; imports next to nothing, so that the window pays nothing."""

import os

COMMANDS = {
    "import": "add corpus files to a project, which is made if it is not there",
    "train": "train a tagger; every epoch is measured on dev and stored",
    "crosscheck": "tag each training sentence with a model not trained on it, to find gold errors",
    "ceilings": "how far each tagging unit can go on the corpus, for every type",
    "evaluate": "precision, recall and F1 of a run, for every type",
    "compare": "what moved from one epoch to another, of one run or of two, and how sure that is",
    "predict": "tag texts or files with a run",
    "correct": "give a sentence new gold spans",
    "labels": "list the labels and their spans; add, rename, merge or delete some",
    "export": "write the corpus to a file",
    "runs": "list the runs with their epochs",
    "check": "check that nothing in the project is damaged",
}


def program() -> str:
    """How the person started it: `./run`, or `main.py` itself."""
    return os.environ.get("SPANDESK_PROGRAM") or "main.py"


def usage() -> str:
    """What is printed for `--help` and for wrong usage."""
    name = program()
    return "\n".join(
        [
            f"usage: {name} [PROJECT]                opens the window",
            f"       {name} COMMAND PROJECT ...      works without one; COMMAND --help says more",
            "",
            "commands:",
            *(f"  {command:<12}{purpose}" for command, purpose in COMMANDS.items()),
        ]
    )
