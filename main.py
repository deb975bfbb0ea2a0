"""Spandesk: `python main.py [PROJECT]` opens the window, `python main.py COMMAND …` works without one."""

import sys

from core.cli.usage import COMMANDS


def main() -> int:
    """Open the window or run a command; returns the exit status."""
    # Each side is imported only when it is wanted: the command line needs no Qt, the window no command line.
    first = sys.argv[1] if len(sys.argv) > 1 else ""
    if first in COMMANDS or first.startswith("-"):
        from core.cli.commands import run

        return run(sys.argv[1:])
    from gui.app import run_window

    return run_window(sys.argv)


if __name__ == "__main__":
    sys.exit(main())
