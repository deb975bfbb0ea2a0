"""The classes of a model from elsewhere by their names: which are outside, and what the others say; without torch.

Names are those of BIO, IOB1, BIOES or BILOU before or after a label (`B-PS`, `PER-B`, `B_PER`), or bare labels (`PER`).
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.domain.errors import UserError
from core.formats.json_spans import KNOWN_TAG_NAMES, names_of_numbers
from core.formats.source_files import split_names
from core.formats.word_tags import OUTSIDE, WordTag, parse_tag
from core.messages.catalogue import join_words, mark

_OUTSIDE = frozenset({"o", "0", "-", "_", "none", "outside", "unk", "pad"})
_GENERIC = re.compile(r"LABEL_\d+", re.IGNORECASE)
_SPECIAL = re.compile(r"\[.*\]|<.*>")
NAMELESS = mark(
    "{model} does not say what its classes ({names}) are; give their names in this order, such as O,B-PS,I-PS, or the"
    " list of a data set by its name ({known}); on the command line, by --class-names"
)
"""The error of which a person gets rid by naming the classes."""
_WHOLE = "ENTITY"
"""The label of classes that have none: B, I and O alone."""


@dataclass(frozen=True, slots=True)
class ModelClasses:
    """The classes of a model, in the order of its scores.

    Attributes:
        names: as the model has them.
        tags: what they say; bare labels are I, so that touching pieces belong together.
        is_bare: whether no class says where an entity begins: neighbours of one label cannot be told apart.
    """

    names: tuple[str, ...]
    tags: tuple[WordTag, ...]
    is_bare: bool

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels, in the order of their first classes."""
        return tuple(dict.fromkeys(tag.label for tag in self.tags if tag.part != "O"))

    @property
    def outside(self) -> tuple[str, ...]:
        """The names of the classes that mean that a piece is in no entity."""
        return tuple(name for name, tag in zip(self.names, self.tags, strict=True) if tag.part == "O")

    def names_of(self, label: str) -> tuple[str, ...]:
        """The names of the classes of a label."""
        return tuple(name for name, tag in zip(self.names, self.tags, strict=True) if tag.label == label)


def read_classes(names: Sequence[str], model: str) -> ModelClasses:
    """What the classes of a model say.

    Raises:
        UserError: they have no names, or none of them is of an entity.
    """
    if names and all(_GENERIC.fullmatch(name) for name in names):
        raise UserError(
            NAMELESS,
            model=model,
            names=join_words([*names[:3], "…"] if len(names) > 4 else names),
            known=join_words(KNOWN_TAG_NAMES),
        )
    tags = [OUTSIDE if _is_outside(name) else parse_tag(name) or WordTag("I", name) for name in names]
    parts = {label: {tag.part for tag in tags if tag.label == label} for label in {tag.label for tag in tags}}
    is_bare = not any("I" in of_label and "B" in of_label for of_label in parts.values())
    if is_bare and not all(_is_outside(name) or parse_tag(name) for name in names):
        tags = [OUTSIDE if _is_outside(name) else WordTag("I", name) for name in names]
    elif is_bare:  # no class continues what another begins, so that B, too, is on all of an entity
        tags = [tag if tag.part == "O" else WordTag("I", tag.label) for tag in tags]
    tags = [tag if tag.part == "O" or tag.label else WordTag(tag.part, _WHOLE) for tag in tags]
    classes = ModelClasses(tuple(names), tuple(tags), is_bare)
    if not classes.labels:
        raise UserError("{model} has no class of an entity ({names})", model=model, names=join_words(names))
    return classes


def parse_class_names(text: str, count: int) -> tuple[str, ...]:
    """The names that a person gives the classes of a model: in their order, by number (`0=O,1=B-PS`), or the list of a
    data set.

    Raises:
        UserError: there are more or fewer than the model has classes.
    """
    names = names_of_numbers(split_names(text))
    if sorted(names) != list(range(count)):
        raise UserError(
            "the model has {count} classes, and {given} are named; name each, separated by commas",
            count=count,
            given=len(names),
        )
    return tuple(names[number] for number in range(count))


def _is_outside(name: str) -> bool:
    """Whether a class is of pieces in no entity, in any of the guises that models have for it."""
    tag = parse_tag(name)
    label = tag.label if tag is not None and tag.part != "O" and tag.label else name
    return label.strip().casefold() in _OUTSIDE or _SPECIAL.fullmatch(label.strip()) is not None


def read_class_names(folder: Path) -> tuple[str, ...]:
    """The names of a model's classes as its folder has them; the generic ones of transformers where it has none.

    Raises:
        UserError: its config.json cannot be read.
    """
    if not (folder / "config.json").is_file():
        raise UserError(
            "{folder} has no config.json; give a folder with all files of a model for transformers", folder=folder
        )
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        named = config.get("id2label") or {number: f"LABEL_{number}" for number in range(config.get("num_labels", 2))}
        return tuple(str(named[number]) for number in sorted(named, key=int))
    except (OSError, ValueError, AttributeError, TypeError, LookupError) as error:
        raise UserError(
            "{folder} is not the folder of a model for transformers ({error})", folder=folder, error=error
        ) from error
