"""The sentences about what figures stand on."""

from dataclasses import replace

from core.domain.settings import TrainSettings
from core.metrics.report import Counts, build_report
from core.store.predictions import EpochKey
from core.store.runs import Run
from gui.metrics.epoch_figures import Figures
from gui.text.metrics import comparison_line, run_line, scored_line

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


def scored(sentences: int, epoch: int = 1, run: int = 3, right: int = 1) -> Figures:
    counts = {"PS": Counts(right, 4, 4)}
    return Figures(EpochKey(run, epoch), "dev", {}, counts, build_report(counts), sentences)


def test_the_head_line():
    assert run_line(RUN) == "Run 3 · KoELECTRA small v3 · 800 training and 200 dev sentences · finished"
    assert run_line(replace(RUN, settings=TrainSettings())).startswith("Run 3 · Tiny, learned from this corpus · ")


def test_the_line_says_what_moved_to_train():
    assert scored_line(RUN, [scored(200)], "dev", 0) == "Scored on 200 dev sentences."
    assert scored_line(RUN, [scored(193)], "dev", 0) == (
        "7 of the 200 dev sentences have moved to train since; all figures here are on the 193 that remain."
    )
    assert scored_line(RUN, [scored(199)], "dev", 0).startswith("1 of the 200 dev sentences has moved")


def test_the_line_says_what_lacks_predictions():
    assert scored_line(RUN, [scored(200)], "dev", 12).endswith(" 12 more have no prediction of this epoch.")
    assert scored_line(RUN, [scored(3)], "test", 0) == "Scored on 3 test sentences."


def test_the_line_says_that_epochs_stand_on_different_sentences():
    line = scored_line(RUN, [scored(3), scored(5, epoch=2)], "test", 0)
    assert "3 in epoch 1, 5 in epoch 2" in line


def test_a_comparison_says_on_how_many_sentences():
    line = comparison_line(scored(1_204, run=1), scored(1_204, right=2))
    assert line == "On the 1,204 dev sentences that both predicted: micro F1 0.500, up 0.250 from run 1 (0.250)."
    assert "no sentence in common" in comparison_line(scored(0, run=1), scored(0))
