"""What the head of the page says of a run, and of the sentences that the figures are of."""

from dataclasses import replace

from core.domain.settings import TrainSettings
from core.metrics.report import Counts, build_report
from core.store.predictions import EpochKey
from core.store.runs import Run
from core.store.sources import Source
from gui.metrics.epoch_figures import EpochFigures
from gui.metrics.header import describe_base, describe_run
from gui.metrics.scores_view import describe_comparison

RUN = Run(
    number=3,
    started_at="2025-01-01T00:00:00+00:00",
    finished_at=None,
    status="finished",
    settings=TrainSettings.of_preset("monologg/koelectra-small-v3-discriminator"),
    labels=("PS",),
    train_sentences=800,
    dev_sentences=200,
    last_sentence=1000,
    last_correction=0,
    training_digest="",
)


def scored(sentences: int, epoch: int = 1, run: int = 3, right: int = 1) -> EpochFigures:
    counts = {"PS": Counts(right, 4, 4)}
    return EpochFigures(
        EpochKey(run, epoch), Source(run, "training"), "dev", {}, counts, build_report(counts), sentences
    )


def test_the_head_line():
    assert describe_run(RUN) == "Run 3 · KoELECTRA small v3 · 800 training and 200 dev sentences · finished"
    assert describe_run(replace(RUN, settings=TrainSettings())).startswith("Run 3 · Tiny, learned from this corpus · ")


def test_the_line_says_what_moved_to_train():
    assert describe_base(RUN, [scored(200)], "dev", 0) == "Scored on 200 dev sentences."
    assert describe_base(RUN, [scored(193)], "dev", 0) == (
        "7 of 200 dev sentences have moved to train since; all figures here are of the other 193."
    )
    assert describe_base(RUN, [scored(199)], "dev", 0).startswith("1 of 200 dev sentences has moved")


def test_the_line_says_what_lacks_predictions():
    assert describe_base(RUN, [scored(200)], "dev", 12).endswith(" 12 more have no prediction of this epoch.")
    assert describe_base(RUN, [scored(3)], "test", 0) == "Scored on 3 test sentences."


def test_the_line_says_that_epochs_are_of_different_sentences():
    line = describe_base(RUN, [scored(3), scored(5, epoch=2)], "test", 0)
    assert "3 in epoch 1, 5 in epoch 2" in line


def test_a_comparison_says_on_how_many_sentences():
    line = describe_comparison(scored(1_204, run=1), scored(1_204, right=2))
    assert line == "On the 1,204 dev sentences that both predicted: micro F1 0.500, +0.250 from run 1 (0.250)."
    assert "no predicted sentence in common" in describe_comparison(scored(0, run=1), scored(0))
