"""MaskedCRF against pytorch-crf in one process: `python -m tests.benchmarks.crf` prints ratios (above 1: faster).

MaskedCRF keeps to BIO's constraints, as the tagger's does; pytorch-crf knows none.
"""

import json
import statistics
import time
from collections.abc import Callable

import torch
from torch import Tensor
from torchcrf import CRF

from core.model.crf import MaskedCRF, bio_constraints

NUM_TAGS = 31
SHAPES = ((64, 64), (64, 128))
ROUNDS = 21


def ratio(reference: Callable[[], object], ours: Callable[[], object]) -> dict[str, float]:
    """Median milliseconds of each, run in turn, and how many times ours is faster."""
    times: dict[str, list[float]] = {"reference": [], "ours": []}
    for _ in range(ROUNDS + 2):
        for name, call in (("reference", reference), ("ours", ours)):
            begin = time.perf_counter()
            call()
            times[name].append(1000 * (time.perf_counter() - begin))
    before, after = (statistics.median(values[2:]) for values in times.values())
    return {"reference_ms": round(before, 2), "ours_ms": round(after, 2), "ratio": round(before / after, 2)}


def batch_of(batch: int, length: int) -> tuple[Tensor, Tensor, Tensor]:
    """Random emissions, legal tags and right-padded valid positions, a third to all of the length."""
    lengths = torch.randint(length // 3, length + 1, (batch,))
    lengths[0] = length
    emissions = torch.randn(batch, length, NUM_TAGS, requires_grad=True)
    valid = torch.arange(length) < lengths[:, None]
    tags = constrained().decode(torch.randn(batch, length, NUM_TAGS), valid)
    return emissions, tags.masked_fill(~valid, 0), valid


def constrained() -> MaskedCRF:
    return MaskedCRF(NUM_TAGS, constraints=bio_constraints(NUM_TAGS // 2))


def compare(batch: int, length: int) -> dict[str, dict[str, float]]:
    """Loss with gradients, and Viterbi, for one shape."""
    reference, ours = CRF(NUM_TAGS, batch_first=True), constrained()
    ours.load_state_dict(reference.state_dict())
    emissions, tags, valid = batch_of(batch, length)
    loss = ratio(
        lambda: (-reference(emissions, tags, mask=valid)).backward(),
        lambda: ours.loss(emissions, tags, valid).backward(),
    )
    with torch.no_grad():
        viterbi = ratio(lambda: reference.decode(emissions, valid), lambda: ours.decode(emissions, valid))
    return {"loss": loss, "viterbi": viterbi}


def main() -> None:
    torch.manual_seed(0)
    results = {f"{batch}x{length}": compare(batch, length) for batch, length in SHAPES}
    print(json.dumps({"tags": NUM_TAGS, "threads": torch.get_num_threads(), **results}, indent=2))


if __name__ == "__main__":
    main()
