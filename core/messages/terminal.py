"""Make text safe to print on a terminal."""

import re

_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, line ends, marks that change the writing direction, and bytes that are not UTF-8."""


def escape_controls(text: str, *, most: int | None = None) -> str:
    """The text on one line, with control characters escaped, cut off after `most` characters."""
    cut = text if most is None or len(text) <= most else text[: most - 1] + "…"
    return _CONTROLS.sub(lambda found: found[0].encode("unicode_escape").decode(), cut)
