"""Spandesk: `python main.py [PROJECT]` opens the window, `python main.py COMMAND …` works without one."""

import sys
from pathlib import Path

from core.cli.usage import COMMANDS, unknown_usage
from core.messages.catalogue import say

_SUFFIX = ".spandesk"


def main() -> int:
    """Open the window or run a command; returns the exit status."""
    # Each side is imported only when it is wanted: the command line needs no Qt, the window no command line.
    arguments = sys.argv[1:]
    if arguments and (arguments[0] in COMMANDS or arguments[0].startswith("-")):
        from core.cli.commands import run

        return run(arguments)
    if not _open_the_window(arguments):
        problem = say("neither a command nor a project: {arguments}", arguments=" ".join(arguments))
        print(unknown_usage(problem), file=sys.stderr)
        return 2
    from gui.app import run_window

    return run_window(sys.argv)


def _open_the_window(arguments: list[str]) -> bool:
    """Whether they are none, or one that can be a project: a mistyped command is neither there nor so named."""
    if len(arguments) > 1:
        return False
    return all(Path(argument).name.endswith(_SUFFIX) or Path(argument).exists() for argument in arguments)


if __name__ == "__main__":
    sys.exit(main())
