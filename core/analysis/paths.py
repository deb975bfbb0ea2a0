"""A sentence's path over the epochs of a run: whether it was tagged without an error, epoch by epoch."""

from collections.abc import Sequence
from typing import Literal, get_args

Path = Literal["right", "learned", "forgotten", "never"]
PATHS: tuple[Path, ...] = get_args(Path)

Steps = tuple[bool, ...]
"""Whether each epoch, in order, tagged the sentence without an error; epochs that did not tag it are left out."""


def path_of(steps: Sequence[bool]) -> Path | None:
    """Right in every epoch; wrong before and right in the last one; right before and wrong in the last; never right.

    None where no epoch tagged it.
    """
    if not steps:
        return None
    if steps[-1]:
        return "right" if all(steps) else "learned"
    return "forgotten" if any(steps) else "never"
