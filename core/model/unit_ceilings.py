"""How far each tagging unit can go with an encoder on a corpus, before anything is trained."""

from collections.abc import Generator, Iterable, Sequence
from pathlib import Path

from core.domain.labels import in_display_order
from core.domain.settings import UNITS, Unit
from core.domain.spans import Sentence
from core.domain.tags import TagSet
from core.metrics.report import Report, reported
from core.model.ceilings import counting
from core.model.encoders.loading import load_tokenizer
from core.model.encoding.cache import encoding
from core.model.encoding.text_encoder import TextEncoding

STEPS_OF_CEILINGS = 2 * len(UNITS)
"""How often each sentence is gone through: encoded and counted, for every unit."""


def ceilings_of_units(
    sentences: Sequence[Sentence], encoder: str, training_texts: Iterable[str], cache: Path | None
) -> Generator[int, None, dict[Unit, Report]]:
    """The scores that perfect tags would reach, for each tagging unit and label.

    Args:
        encoder: its name, as in the settings.
        training_texts: what `tiny` learns its vocabulary from.
        cache: the folder that keeps the windows; see `core.model.encoding.cache`.

    Yields:
        How many sentences were gone through since the last time.

    Raises:
        UserError: the encoder cannot be had.
    """
    tokenizer, max_length = load_tokenizer(encoder, training_texts)
    tag_set = TagSet(in_display_order({span.label for sentence in sentences for span in sentence.spans}))
    reports: dict[Unit, Report] = {}
    for unit in UNITS:
        by = TextEncoding(tokenizer, max_length, unit)
        windows = yield from encoding([sentence.text for sentence in sentences], by, cache)
        reports[unit] = reported((yield from counting(windows, sentences, tag_set)))
    return reports
