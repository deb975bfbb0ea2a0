"""The commands and what each is for; imports nothing, so that the window pays nothing for them."""

COMMANDS = {
    "import": "add corpus files to a project, which is made if it is not there",
    "train": "train a tagger; every epoch is measured on dev and stored",
    "crosscheck": "tag training sentences by taggers that have not learned from them, to find wrong gold",
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

USAGE = "\n".join(
    [
        "usage: main.py [PROJECT]                opens the window",
        "       main.py COMMAND PROJECT ...      works without one; COMMAND --help tells more",
        "",
        "commands:",
        *(f"  {name:<12}{purpose}" for name, purpose in COMMANDS.items()),
    ]
)
