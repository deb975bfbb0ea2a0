"""Texts that a person typed, on their way into the corpus; no torch here."""

import hashlib
import unicodedata
from collections.abc import Collection, Generator, Mapping, Sequence

from core.domain.spans import Sentence, Span
from core.store.project import Project
from core.store.sentences import StoredSentence

SOURCE = "scratch"
"""What the list of imports calls sentences that came this way."""


def scratch_id(text: str) -> str:
    """The id of a typed sentence: by what it says, so that it is the same in every project and normal form."""
    digest = hashlib.sha256(_composed(text).encode()).hexdigest()
    return f"scratch-{digest[:12]}"


def make_drafts(lines: Mapping[str, Sequence[Span]]) -> list[Sentence]:
    """Texts with their gold as sentences; of those that differ in their normal form alone the first."""
    made: dict[str, Sentence] = {}
    for text, spans in lines.items():
        name = scratch_id(text)
        made.setdefault(name, Sentence(name, text, tuple(spans)))
    return list(made.values())


def find_texts(project: Project, texts: Collection[str]) -> Generator[None, None, dict[str, StoredSentence]]:
    """Which of the texts the corpus has already, in whatever normal form, and in which sentence first.

    Yields between slices of the corpus, so that the caller can pause.
    """
    forms = {form for text in texts for form in (text, _composed(text), unicodedata.normalize("NFD", text))}
    found: dict[str, StoredSentence] = {}
    for part in project.sentences.with_text(forms):
        for stored in part:
            found.setdefault(_composed(stored.text), stored)
        yield
    known = {text: found.get(_composed(text)) for text in texts}
    return {text: stored for text, stored in known.items() if stored is not None}


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)
