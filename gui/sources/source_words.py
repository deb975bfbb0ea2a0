"""What the Sources page says of a source: its kind, where it comes from, its figures, and what it can do; no Qt."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import PurePath

from core.domain.settings import preset
from core.messages.catalogue import join_words, mark, say, say_count
from core.services.source_list import TAGGED, SourceSummary
from core.store.sources import SourceKind
from gui.text.wording import SECTION_WORDS

KINDS: dict[SourceKind, str] = {
    "training": mark("run"),
    "cross-check": mark("cross-check"),
    "file": mark("file"),
    "person": mark("person"),
    "model": mark("model"),
    "dictionary": mark("dictionary"),
    "agreement": mark("agreement"),
}

_ORIGINS: dict[SourceKind, str] = {
    "training": mark("Trained here: {origin}"),
    "cross-check": mark("Cross-check of the training sentences: {origin}"),
    "file": mark("A tool's file: {origin}"),
    "person": mark("A person's file: {origin}"),
    "model": mark("A model from elsewhere: {origin}"),
    "dictionary": mark("A dictionary: {origin}"),
    "agreement": mark("The agreement of {origin}"),
}

_ABILITIES: dict[SourceKind, str] = {
    "training": mark("Tags further sentences, and new text on the Scratch page."),
    "cross-check": mark("Tagged training sentences with models that did not learn from them; it keeps no weights."),
    "file": mark("Says what its file says. A newer file under the same name becomes its next version."),
    "person": mark("Says what the person's file says. A newer file under the same name becomes its next version."),
    "model": mark("Tags further sentences."),
    "dictionary": mark("Tags further sentences by its strings and expressions."),
    "agreement": mark("Says what other sources agree on."),
}


def describe_origin(summary: SourceSummary) -> str:
    """Encoder and settings of a run in short, or the file, folder or list that another source is."""
    run, origin = summary.run, summary.origin
    if run is not None:
        encoder = say(preset(run.settings.encoder).title).split(" (")[0]
        if run.settings.folds is not None:
            return say("{encoder} · {folds} folds", encoder=encoder, folds=run.settings.folds)
        return say_count(
            "{encoder} · {unit} · {count:,} epoch",
            "{encoder} · {unit} · {count:,} epochs",
            run.settings.epochs,
            encoder=encoder,
            unit=run.settings.unit,
        )
    if isinstance(path := origin.get("path") or origin.get("model"), str) and path:
        return PurePath(path).name or path
    if isinstance(entries := origin.get("entries"), list):
        return say_count("{count:,} entry", "{count:,} entries", len(entries))
    if isinstance(members := origin.get("members"), list):
        return say_count("{count:,} source", "{count:,} sources", len(members))
    return ""


def describe_day(summary: SourceSummary) -> str:
    """The day on which it was added, in local time."""
    made_at = summary.source.made_at
    return f"{datetime.fromisoformat(made_at).astimezone():%Y-%m-%d}" if made_at else ""


def describe_size(size: int) -> str:
    """`51 MB`; a dash where nothing is on disk beside the project's database."""
    if size >= 2**30:
        return say("{size:,.1f} GB", size=size / 2**30)
    if size >= 2**20:
        return say("{size:,.0f} MB", size=size / 2**20)
    return say("less than 1 MB") if size else "–"


def describe_facts(summary: SourceSummary) -> str:
    """What a person may want to know of a source, a line each."""
    return "\n".join(_list_facts(summary))


def _list_facts(summary: SourceSummary) -> Iterator[str]:
    source = summary.source
    if origin := describe_origin(summary):
        yield say(_ORIGINS[source.kind], origin=origin)
    if summary.epochs:
        yield _describe_epochs(summary)
    yield _describe_tagged(summary)
    if summary.origin.get("cut_particles"):
        yield say("Its spans end before their particles.")
    if source.removed == "weights":
        yield say("Its weights are deleted when the project is closed, or were before; what it tagged stays.")
    else:
        yield say(_ABILITIES[source.kind])


def _describe_epochs(summary: SourceSummary) -> str:
    count = len(summary.epochs)
    if not summary.source.is_run:
        return say_count("{count:,} version", "{count:,} versions", count)
    if summary.best is None or summary.best_f1 is None:
        return say_count("{count:,} finished epoch", "{count:,} finished epochs", count)
    return say_count(
        "{count:,} finished epoch; epoch {epoch} is the best on dev, with F1 {f1:.3f}",
        "{count:,} finished epochs; epoch {epoch} is the best on dev, with F1 {f1:.3f}",
        count,
        epoch=summary.best.epoch,
        f1=summary.best_f1,
    )


def _describe_tagged(summary: SourceSummary) -> str:
    """`1,000 sentences: 800 dev, 200 pool`."""
    counts = [
        say("{count:,} {section}", count=number, section=say(SECTION_WORDS[section]))
        for section in TAGGED
        if (number := summary.judged.get(section))
    ]
    if not counts:
        return say_count("{count:,} sentence has its spans", "{count:,} sentences have its spans", summary.sentences)
    return say_count(
        "{count:,} sentence has its spans: {sections}",
        "{count:,} sentences have its spans: {sections}",
        summary.sentences,
        sections=join_words(counts),
    )
