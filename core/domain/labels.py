"""Labels: the fifteen types of the TTA standard, and the user's own."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from core.domain.errors import UserError


@dataclass(frozen=True, slots=True)
class EntityType:
    """An entity type with its display names."""

    label: str
    korean: str
    english: str


TTA_TYPES = (
    EntityType("PS", "인물", "person"),
    EntityType("LC", "지역", "location"),
    EntityType("OG", "기관", "organization"),
    EntityType("AF", "인공물", "artifact"),
    EntityType("DT", "날짜", "date"),
    EntityType("TI", "시간", "time"),
    EntityType("QT", "수량", "quantity"),
    EntityType("CV", "문명·문화", "civilization"),
    EntityType("AM", "동물", "animal"),
    EntityType("PT", "식물", "plant"),
    EntityType("MT", "물질", "material"),
    EntityType("FD", "학문 분야", "study field"),
    EntityType("TR", "이론", "theory"),
    EntityType("EV", "사건", "event"),
    EntityType("TM", "용어", "term"),
)
"""TTAK.KO-10.0852, coarse types, in the order in which the window shows them."""

_LONGEST = 64


def check_label_name(label: str) -> str:
    """Check that a label can be stored and shown; returns it. A format that cannot hold one says so when it is written.

    Raises:
        UserError: it is empty or too long, begins or ends with a blank, or has characters that cannot be printed.
    """
    if not is_label_name(label):
        raise UserError(
            "{label!r} is not a valid label; use at most {most} printable characters, without outer blanks",
            label=label,
            most=_LONGEST,
        )
    return label


def is_label_name(label: str) -> bool:
    """Whether a label can be stored and shown."""
    return 0 < len(label) <= _LONGEST and label == label.strip() and label.isprintable()


def parse_labels(text: str) -> tuple[str, ...]:
    """The labels that a person typed, with commas between.

    Raises:
        UserError: one is not a label, or comes twice.
    """
    labels = tuple(check_label_name(label) for part in text.split(",") if (label := part.strip()))
    for label in labels:
        if labels.count(label) > 1:
            raise UserError("the label {label} comes twice; remove one", label=label)
    return labels


TTA_LABELS = tuple(entity_type.label for entity_type in TTA_TYPES)

_BY_LABEL = {entity_type.label: entity_type for entity_type in TTA_TYPES}


def entity_type(label: str) -> EntityType:
    """The display names of a label; a label outside the standard is its own name."""
    return _BY_LABEL.get(label) or EntityType(label, label, label)


@dataclass(frozen=True, slots=True)
class FirstNames:
    """The first names of renamed labels, from which a label keeps its colour and display names.

    Attributes:
        renamed: pairs of the current and the first name of a label.
    """

    renamed: tuple[tuple[str, str], ...] = ()

    def of(self, label: str) -> str:
        """The first name of a label."""
        return next((first for name, first in self.renamed if name == label), label)

    def entity_type(self, label: str) -> EntityType:
        """The label with the display names of its first name."""
        first = _BY_LABEL.get(self.of(label), EntityType(label, label, label))
        return replace(first, label=label)


_FINE = re.compile(r"([A-Z]{2})[A-Z]{0,2}_.+")
"""The standard's fine labels: PS_NAME, LCP_CITY, TMIG_GENRE."""


def coarse_label(label: str) -> str:
    """The coarse TTA type of a fine label (`OGG_ECONOMY` → `OG`); other labels are unchanged."""
    fine = _FINE.fullmatch(label)
    return fine[1] if fine and fine[1] in _BY_LABEL else label


_ALIASES = {
    "PS": ("PER", "PERSON", "NAME"),
    "LC": ("LOC", "LOCATION", "GPE", "PLACE"),
    "OG": ("ORG", "ORGANIZATION", "ORGANISATION"),
    "AF": ("AFW", "ARTIFACT", "ARTIFACTS", "WORK_OF_ART"),
    "DT": ("DAT", "DATE"),
    "TI": ("TIM", "TIME"),
    "QT": ("NUM", "QUANTITY", "CARDINAL"),
    "CV": ("CVL", "CIVILIZATION"),
    "AM": ("ANM", "ANIMAL"),
    "PT": ("PLT", "PLANT"),
    "MT": ("MAT", "MATERIAL"),
    "FD": ("FLD", "STUDY_FIELD"),
    "TR": ("THEORY",),
    "EV": ("EVT", "EVENT"),
    "TM": ("TRM", "TERM"),
}
"""What other corpora and models call the standard's types: CoNLL 2003, OntoNotes, Naver, KMOU and the standard's own
English names."""
_BY_ALIAS = {alias: label for label, aliases in _ALIASES.items() for alias in aliases}


def propose_label(label: str, tag_set: Collection[str]) -> str | None:
    """The label of a tag set that another label probably means; None: there is none like it. A person decides."""
    upper = label.upper()
    candidates = (label, upper, coarse_label(label), _BY_ALIAS.get(upper), *_ALIASES.get(upper, ()))
    return next((each for each in candidates if each in tag_set), None)


def in_display_order(labels: Collection[str], tag_set: Sequence[str] = ()) -> tuple[str, ...]:
    """The labels in the order of a project's tag set; then the standard's types in its order, then others by name."""
    places = {label: place for place, label in enumerate(tag_set)}
    last = len(places)
    return tuple(
        sorted(labels, key=lambda label: (places.get(label, last), label not in _BY_LABEL, _position(label), label))
    )


def _position(label: str) -> int:
    return TTA_LABELS.index(label) if label in _BY_LABEL else 0
