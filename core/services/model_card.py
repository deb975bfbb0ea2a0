"""The README.md of an exported model: how to use it, what it was trained on, how good it is."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.domain.scores import Report
from core.domain.settings import STARTER, TINY, TrainSettings
from core.messages.catalogue import join_words, mark, say, say_count
from core.store.runs import Run

_VERSIONS = "transformers>=4.57.6,<6"
_HEAD = """\
---
license: unknown
library_name: transformers
pipeline_tag: token-classification
tags:
- named-entity-recognition
"""
_CODE = """\
```python
from transformers import pipeline

find_spans = pipeline("token-classification", model={folder}, trust_remote_code=True)
find_spans("이순신은 조선 수군을 이끌었다.")
```
"""


@dataclass(frozen=True, slots=True)
class CardFacts:
    """What a model card states.

    Attributes:
        name: of the project.
        labels: that the model finds, under their names of today.
        report: on dev with the gold as corrected; None if the epoch tagged no sentence that is in dev now.
        measured: how many dev sentences the report is about.
        analyser: the versions of kiwipiepy and its model; empty if the model needs none.
    """

    name: str
    folder: str
    run: Run
    epoch: int
    labels: Sequence[str]
    report: Report | None
    measured: int
    analyser: str


def write_card(facts: CardFacts) -> str:
    """The text of README.md, with the metadata that the Hugging Face hub reads."""
    title = say("{project}: run {run}, epoch {epoch}", project=facts.name, run=facts.run.number, epoch=facts.epoch)
    sections = (
        (say("Use"), _describe_use(facts)),
        (say("Data"), _describe_data(facts)),
        (say("Scores"), _describe_scores(facts)),
        (say("Settings"), _table((say("setting"), say("value")), _settings(facts.run.settings))),
        (say("Intended use"), say(_INTENDED)),
        (say("Licence"), say(_LICENCE, encoder=_name_of_encoder(facts.run.settings))),
    )
    parts = [_metadata(facts.run.settings), f"# {title}\n", say(_PURPOSE, labels=join_words(facts.labels)) + "\n"]
    parts += [f"## {heading}\n\n{text.rstrip()}\n" for heading, text in sections]
    return "\n".join(parts)


_PURPOSE = mark("This model finds named entities in text: {labels}. It was trained with Spandesk.")
_RESULT = mark(
    "Each span has its label (`entity_group`), its probability over all legal sequences of tags (`score`), its"
    " characters (`word`), and where they are (`start`, `end`: Unicode code points, end exclusive)."
)
_OTHER_WAY = mark(
    '`python "{folder}/predict.py" FILE` does the same for a text file, one text per line, without `trust_remote_code`.'
)
_NEEDS = mark("It needs the packages {packages}.")
_ANALYSER = mark("It was trained with {analyser}; another version may split words differently and find other spans.")
_SAME = mark(
    "On a CPU and in single precision, spans and probabilities are those that Spandesk shows; on other devices the last"
    " digits of probabilities may differ."
)
_INTENDED = mark(
    "The model is meant for texts like those that it was trained on; on others its scores are lower. It finds no spans"
    " inside of others and no other labels than those above. People should check what it finds before anything that"
    " concerns a person depends on it."
)
_LICENCE = mark(
    "State the licence in the field `license` at the top of this file: it depends on those of the encoder ({encoder})"
    " and of the corpus."
)


def _metadata(settings: TrainSettings) -> str:
    is_on_hub = settings.encoder.count("/") == 1 and _name_of_encoder(settings) == settings.encoder
    base = f"base_model: {json.dumps(settings.encoder, ensure_ascii=False)}\n" if is_on_hub else ""
    return f"{_HEAD}{base}---\n"


def _describe_use(facts: CardFacts) -> str:
    packages = ["torch", _VERSIONS, *(["kiwipiepy"] if facts.analyser else [])]
    lines = [say(_RESULT), say(_OTHER_WAY, folder=facts.folder), say(_NEEDS, packages=join_words(packages))]
    if facts.analyser:
        lines.append(say(_ANALYSER, analyser=facts.analyser))
    return f"{_CODE.format(folder=json.dumps(facts.folder, ensure_ascii=False))}\n" + "\n\n".join([*lines, say(_SAME)])


def _describe_data(facts: CardFacts) -> str:
    run = facts.run
    train = say_count("{count:,} training sentence", "{count:,} training sentences", run.train_sentences)
    dev = say_count("{count:,} dev sentence", "{count:,} dev sentences", run.dev_sentences)
    return say("{train} and {dev}; the training began on {day}.", train=train, dev=dev, day=run.started_at[:10])


def _describe_scores(facts: CardFacts) -> str:
    if facts.report is None:
        return say("None of the sentences that are in dev now were tagged by this epoch.")
    about = say_count(
        "Strict scores (same edges, same label) on {count:,} dev sentence, with the gold as corrected:",
        "Strict scores (same edges, same label) on {count:,} dev sentences, with the gold as corrected:",
        facts.measured,
    )
    heads = (say("label"), say("precision"), say("recall"), say("F1"), say("gold spans"))
    rows = [
        (label, *(f"{value:.3f}" for value in (s.precision, s.recall, s.f1)), f"{s.support:,}")
        for label, s in facts.report.rows().items()
    ]
    return f"{about}\n\n{_table(heads, rows)}"


def _settings(settings: TrainSettings) -> list[tuple[str, str]]:
    values: dict[str, Any] = {**settings.as_json(), "encoder": _name_of_encoder(settings)}
    return [(f"`{name}`", str(value)) for name, value in values.items() if value is not None]


def _name_of_encoder(settings: TrainSettings) -> str:
    """The encoder without the folders above it, which are nobody's business."""
    name = settings.encoder
    if name in (STARTER, TINY) or not (Path(name).expanduser().is_dir() or name.count("/") != 1 or name[0] in "./~"):
        return name
    return Path(name.replace("\\", "/")).name


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
