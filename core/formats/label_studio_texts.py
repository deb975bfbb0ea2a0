"""Which member of a task's data in Label Studio is its text: exports have no labelling configuration, which says so."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.domain.errors import UserError
from core.formats.records import StatedSpan
from core.messages.catalogue import join_words

SENTENCE_ID = "spandesk_id"
"""Under this key of its data a task has the id of our sentence: Label Studio gives each task a number of its own."""
TEXT, DOCUMENT = "text", "document"


@dataclass(slots=True)
class TextKeys:
    """Under which keys of their data the tasks of a file have their texts, as far as is known.

    Attributes:
        learn: looks at the file for results that tell; called once, where a task without results has several texts.
        by_name: the key of each text, by the name that results call it.
    """

    learn: Callable[["TextKeys"], None] = lambda _keys: None
    by_name: dict[str, str] = field(default_factory=dict)
    _has_learnt: bool = False

    def names(self, data: Mapping[str, Any]) -> list[str]:
        """What results call the texts of a task that has none: as in the others of its file."""
        if not self.by_name and not self._has_learnt and len(_texts_of(data)) > 1:
            self._has_learnt = True
            self.learn(self)
        return [name for name, key in self.by_name.items() if key in data] or [TEXT]

    def find(self, data: Mapping[str, Any], name: str, spans: Sequence[StatedSpan] = ()) -> str:
        """The key of the text that results call by a name: of the one that their surfaces are cut from, or else of the
        one that is likeliest.

        Raises:
            UserError: it cannot be known.
        """
        texts = _texts_of(data)
        likely = (_fitting_key(texts, spans), self.by_name.get(name), name, *([*texts] if len(texts) == 1 else [TEXT]))
        key = next((key for key in likely if key in texts), None)
        if key is None:
            raise UserError(
                'none of its texts ({known:.200}) is known to be the one that was labelled; call its key "{name}"',
                known=join_words(texts or data),
                name=name,
            )
        if spans:
            self.by_name.setdefault(name, key)
        return key


def _texts_of(data: Mapping[str, Any]) -> dict[str, str]:
    texts = {key: text for key, text in data.items() if isinstance(text, str) and key != SENTENCE_ID}
    return {key: text for key, text in texts.items() if key != DOCUMENT or len(texts) == 1}


def _fitting_key(texts: Mapping[str, str], spans: Sequence[StatedSpan]) -> str | None:
    """The key of the one text that the spans' surfaces are cut from; None if there is none, or more than one."""
    fitting = [
        key
        for key, text in texts.items()
        if spans and all(span.surface == text[span.start : span.end] for span in spans)
    ]
    return fitting[0] if len(fitting) == 1 else None
