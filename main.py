"""Spandesk: `python main.py [PROJECT]` opens the window, `python main.py COMMAND …` works without one."""

import sys
from pathlib import Path

from core.cli.usage import COMMANDS, unknown_usage
from core.messages.catalogue import say

_SUFFIX = ".spandesk"


def main() -> int:
    """Open the window or run a command; returns the exit status."""
    # Imported late: the command line needs no Qt, and the window needs no command line.
    arguments = sys.argv[1:]
    if arguments and (arguments[0] in COMMANDS or arguments[0].startswith("-")):
        from core.cli.commands import run

        return run(arguments)
    if not _can_open_window(arguments):
        problem = say("neither a command nor a project: {arguments}", arguments=" ".join(arguments))
        print(unknown_usage(problem), file=sys.stderr)
        return 2
    from gui.app import run_window

    return run_window(sys.argv)


def _can_open_window(arguments: list[str]) -> bool:
    """Whether there is no argument, or one that exists or is named like a project, unlike a mistyped command."""
    if len(arguments) > 1:
        return False
    return all(Path(argument).name.endswith(_SUFFIX) or Path(argument).exists() for argument in arguments)


if __name__ == "__main__":
    sys.exit(main())
