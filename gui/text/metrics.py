"""The sentences of the Metrics page about a run and what its figures stand on."""

from collections.abc import Sequence

from core.analysis.verdicts import Estimate
from core.domain.settings import preset
from core.domain.spans import Split
from core.messages.catalogue import say
from core.store.predictions import EpochKey
from core.store.project import Project
from core.store.runs import Run
from gui.metrics.epoch_figures import Figures
from gui.metrics.table_model import change_in_words, figure
from gui.text.words import BLAME_WORDS, counted, name_epoch


def run_line(run: Run) -> str:
    """`Run 3 · KoELECTRA small v3 · 800 training and 200 dev sentences · finished`."""
    encoder = preset(run.settings.encoder).title.split(" (")[0]
    on = f"{run.train_sentences:,} training and {sentences(run.dev_sentences, 'dev')}"
    if run.is_crosscheck:
        on = f"cross-check of {counted(run.train_sentences, 'training sentence')} in {run.settings.folds} folds"
    return " · ".join((f"Run {run.number}", encoder, on, run.status))


def scored_line(run: Run, epochs: Sequence[Figures], split: Split, lacking: int) -> str:
    """How many sentences the figures stand on, and why they may be others than the run was measured on.

    Args:
        lacking: how many sentences of the split have no prediction.
    """
    counts = [figures.sentences for figures in epochs]
    if len(set(counts)) > 1:
        parts = ", ".join(f"{figures.sentences:,} in epoch {figures.key.epoch}" for figures in epochs)
        return f"Scored on different numbers of {split} sentences: {parts}; changes are shown between equal ones only."
    scored = counts[0] if counts else 0
    line = f"Scored on {sentences(scored, split)}."
    if run.is_crosscheck:
        line = f"Scored on {sentences(scored, split)}, each tagged by a tagger that has not learned from it."
    moved = run.dev_sentences - scored
    if split == "dev" and moved > 0:
        line = (
            f"{moved:,} of the {sentences(run.dev_sentences, 'dev')} {'has' if moved == 1 else 'have'} moved to train"
            f" since; all figures here are on the {scored:,} that {'remains' if scored == 1 else 'remain'}."
        )
    if lacking:
        line += f" {lacking:,} more {'has' if lacking == 1 else 'have'} no prediction of this epoch."
    return line


def golds_line(imported: Figures, corrected: Figures) -> str:
    """How the same predictions score on either gold; empty where no correction makes a difference."""
    if imported.matches == corrected.matches:
        return ""
    scores = [figure(figures.report.micro.f1) for figures in (imported, corrected)]
    return f" Epoch {corrected.key.epoch}: micro F1 {scores[0]} on the gold as imported, {scores[1]} as corrected."


def comparison_line(before: Figures, now: Figures) -> str:
    """On how many sentences two runs are compared, and how the micro F1 differs."""
    if not now.sentences:
        return "The two predicted no sentence in common, so there is nothing to compare."
    old, new = before.report.micro.f1, now.report.micro.f1
    of = f"run {before.key.source}" if before.key.source != now.key.source else f"epoch {before.key.epoch}"
    change = change_in_words(new - old, of)
    on = f"On the {sentences(now.sentences, now.split)} that both predicted"
    return f"{on}: micro F1 {figure(new)}, {change} ({figure(old)})."


def evaluation_purpose(project: Project, key: EpochKey) -> str:
    """What the button for test does now."""
    return f"Tag the {sentences(project.sentences.count('test'), 'test')} with {name_epoch(key)}, and score them"


def verdicts_line(estimate: Estimate) -> str:
    """The share of gold errors among the errors, how many that makes, and what F1 would be without them."""
    share, number, f1 = estimate.share, estimate.gold_errors, estimate.f1
    verdicts = counted(sum(estimate.verdicts.values()), "verdict")
    errors = counted(estimate.population.disagreements, "error")
    verb = "is" if estimate.population.disagreements == 1 else "are"
    return (
        f"By {verdicts} in {counted(estimate.sentences, 'sampled sentence')}, {share.value:.0%}"
        f" ({share.interval.low:.0%}–{share.interval.high:.0%}) of the {errors} {verb}"
        f" the gold's: about {number.value:,.0f} ({number.interval.low:,.0f}–{number.interval.high:,.0f}). Adjusted for"
        f" them, micro F1 is {figure(f1.value)} ({figure(f1.interval.low)}–{figure(f1.interval.high)}) instead of"
        f" {figure(estimate.f1_imported)}."
    )


def verdicts_meaning(estimate: Estimate | None) -> list[str]:
    """How the figures of `verdicts_line` came about, a paragraph each."""
    how = (
        "A random sample of the sentences with an error is shown, and a key says of each error whether the model or the"
        " gold is wrong, or both can be right. What they come to holds for all sentences of the split."
    )
    if estimate is None:
        return [how]
    kinds = ", ".join(f"{number:,} {say(BLAME_WORDS[blame])}" for blame, number in estimate.verdicts.items())
    return [
        f"Verdicts: {kinds}.",
        "In brackets: the 95 % interval. It covers the choice of the sampled sentences, not the run's own chance:"
        " another seed makes other errors. All is on the gold as imported, so that fixing it moves nothing. Adjusted"
        " means: the gold fixed where it is wrong, what is ambiguous left out.",
    ]


def how_to_read(split: Split) -> str:
    """What the intervals of changes are, and what they leave out."""
    return (
        f"Bars: 95 % interval (bootstrap over {split} sentences), coloured if it excludes zero. It covers the choice of"
        f" {split} sentences, not the run's own chance: training again with another seed moves the scores, too."
    )


def sentences(count: int, split: Split) -> str:
    return counted(count, f"{split} sentence")
