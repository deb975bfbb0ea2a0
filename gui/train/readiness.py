"""What a training would find in the corpus, in words; no Qt."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field

from core.analysis.findings import no_entity_in_words
from core.domain.labels import in_display_order
from core.domain.spans import Split
from core.store.project import Project
from core.store.runs import Run
from gui.train.retraining import Retraining, compared_with_base, retraining_of
from gui.train.words import Compared
from gui.words import counted, listed


@dataclass(frozen=True, slots=True)
class Corpus:
    """What there is to train and to measure on.

    Attributes:
        corrected_dev: how many of the dev sentences a person has corrected.
        train_spans, dev_spans: how many gold spans of each label.
    """

    train: int
    dev: int
    corrected_dev: int
    train_spans: Mapping[str, int] = field(default_factory=dict)
    dev_spans: Mapping[str, int] = field(default_factory=dict)

    @property
    def can_move(self) -> bool:
        """Whether dev sentences remain when the corrected ones move to train."""
        return 0 < self.corrected_dev < self.dev


def corpus_of(project: Project) -> Corpus:
    sentences = project.sentences
    counts = sentences.label_counts()
    return Corpus(
        train=sentences.count("train"),
        dev=sentences.count("dev"),
        corrected_dev=len(sentences.corrected_in("dev")),
        train_spans=_of_split(counts, "train"),
        dev_spans=_of_split(counts, "dev"),
    )


def count_corpus(
    project: Project, shown: Run | None
) -> Generator[tuple[Corpus, Retraining | None], None, Compared | None]:
    """Read what there is to train on, and then how a retrain that is shown compares; for a thread that may wait."""
    yield corpus_of(project), retraining_of(project)
    return None if shown is None else compared_with_base(project, shown)


def _of_split(counts: Mapping[tuple[Split, str], int], split: Split) -> dict[str, int]:
    return {label: number for (of, label), number in counts.items() if of == split}


@dataclass(frozen=True, slots=True)
class Readiness:
    """What will be trained on.

    Attributes:
        summary: one line.
        warnings: what the user may want to mend first.
        hindrance: why training cannot start; None where it can.
        wants_corpus: whether the Corpus page is the way out.
    """

    summary: str
    warnings: tuple[str, ...] = ()
    hindrance: str | None = None
    wants_corpus: bool = False


def readiness(corpus: Corpus, *, limit: int | None, moves: bool) -> Readiness:
    """What a training would find now.

    Args:
        limit: as in the settings.
        moves: whether corrected dev sentences move to train first.
    """
    hindrance = _hindrance(corpus)
    return Readiness(
        summary=_summary(corpus, limit, corpus.corrected_dev if moves else 0),
        warnings=_warnings(corpus) if hindrance is None else (),
        hindrance=hindrance,
        wants_corpus=hindrance is not None,
    )


def _summary(corpus: Corpus, limit: int | None, moving: int) -> str:
    spans = counted(sum(corpus.train_spans.values()), "span")
    train = f"{counted(corpus.train, 'training sentence')} with {spans}"
    text = ", ".join((train, counted(corpus.dev, "dev sentence"), counted(len(corpus.train_spans), "type")))
    if moving:
        text += f"; {counted(moving, 'corrected dev sentence')} move{'s' if moving == 1 else ''} to train"
    return text if limit is None else f"{text}; at most {limit:,} of each, corrected ones first"


def _hindrance(corpus: Corpus) -> str | None:
    if not corpus.train:
        return "There are no training sentences: import some into train."
    if not corpus.dev:
        return "There are no dev sentences to measure on: import some into dev, or split the corpus."
    if not corpus.train_spans:
        return "The training sentences hold no span: import or correct some first."
    return None


def _warnings(corpus: Corpus) -> tuple[str, ...]:
    if not corpus.dev_spans:
        return (no_entity_in_words("dev"),)
    unseen = in_display_order(set(corpus.dev_spans) - set(corpus.train_spans))
    if not unseen:
        return ()
    verb = "occurs" if len(unseen) == 1 else "occur"
    return (f"{listed(unseen)} {verb} in dev but in no training sentence, and cannot be learned.",)
