"""The CRF against enumeration of every tag sequence, against pytorch-crf, and at the edges of its number range."""

import itertools
from contextlib import nullcontext

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torchcrf import CRF

from core.domain.tags import NO_TAG
from core.model import crf as crf_module
from core.model.crf import MaskedCRF, bio_constraints
from tests.core.toy_models import is_bio as is_strict_bio

SEEDS = range(4)
IS_BIO = pytest.mark.parametrize("is_bio", [False, True], ids=["all paths", "BIO alone"])


def make_crf(
    num_tags: int, *, spread: float = 1.5, dtype: torch.dtype = torch.float32, is_bio: bool = False
) -> MaskedCRF:
    crf = MaskedCRF(num_tags, constraints=bio_constraints(num_tags // 2) if is_bio else None).to(dtype)
    with torch.no_grad():
        for parameter in crf.parameters():
            parameter.normal_(std=spread)
    return crf


def problem(
    seed: int,
    *,
    batch: int = 6,
    length: int = 5,
    num_tags: int = 5,
    dtype: torch.dtype = torch.float32,
    is_bio: bool = False,
) -> tuple[MaskedCRF, Tensor, Tensor, Tensor]:
    """A random CRF, emissions, tags (NO_TAG in holes) and holes: rows 0 to 2 lack the first position, all, none.

    With `is_bio` the CRF is constrained and the tags are allowed ones.
    """
    torch.manual_seed(seed)
    crf = make_crf(num_tags, dtype=dtype, is_bio=is_bio)
    valid = torch.rand(batch, length) < 0.6
    valid[0, 0], valid[1], valid[2] = False, False, True
    tags = torch.randint(num_tags, (batch, length)).masked_fill(~valid, NO_TAG)
    if is_bio:
        tags = crf.decode(4 * torch.randn(batch, length, num_tags), valid)
    return crf, 2 * torch.randn(batch, length, num_tags, dtype=dtype), tags, valid


def sentence_scores(crf: MaskedCRF, emissions: Tensor) -> dict[tuple[int, ...], float]:
    """The score of every allowed tag sequence over the emissions (length, num_tags) of one packed sentence."""
    start, end, transitions = (
        parameter.double().tolist() for parameter in (crf.start_transitions, crf.end_transitions, crf.transitions)
    )
    rows = emissions.double().tolist()
    return {
        path: start[path[0]]
        + end[path[-1]]
        + sum(row[tag] for row, tag in zip(rows, path, strict=True))
        + sum(transitions[i][j] for i, j in itertools.pairwise(path))
        for path in itertools.product(range(crf.num_tags), repeat=len(rows))
        if crf.allowed_start is None or is_strict_bio(path)
    }


def probabilities(scores: dict[tuple[int, ...], float]) -> tuple[Tensor, Tensor]:
    """Every path (paths, length) and its probability (paths,)."""
    return torch.tensor(list(scores)), torch.tensor(list(scores.values()), dtype=torch.double).softmax(0)


def reference_loss(crf: MaskedCRF, emissions: Tensor, tags: Tensor, valid: Tensor) -> float:
    total = 0.0
    for row in valid.any(dim=1).nonzero()[:, 0].tolist():
        scores = sentence_scores(crf, emissions[row][valid[row]])
        log_z = torch.tensor(list(scores.values()), dtype=torch.double).logsumexp(0).item()
        total += log_z - scores[tuple(tags[row][valid[row]].tolist())]
    return total


@IS_BIO
@pytest.mark.parametrize("num_tags", [1, 3, 5])
@pytest.mark.parametrize("seed", SEEDS)
def test_loss_equals_enumeration(seed, num_tags, is_bio):
    crf, emissions, tags, valid = problem(seed, num_tags=num_tags, is_bio=is_bio)
    expected = reference_loss(crf, emissions, tags, valid)
    assert crf.loss(emissions, tags, valid).item() == pytest.approx(expected, rel=1e-5, abs=1e-5)
    assert crf(emissions, tags, valid).item() == crf.loss(emissions, tags, valid).item()


@IS_BIO
@pytest.mark.parametrize("seed", SEEDS)
def test_decode_equals_enumeration(seed, is_bio):
    crf, emissions, _, valid = problem(seed, is_bio=is_bio)
    decoded = crf.decode(emissions, valid)
    assert (decoded[~valid] == NO_TAG).all()
    for row in valid.any(dim=1).nonzero()[:, 0].tolist():
        scores = sentence_scores(crf, emissions[row][valid[row]])
        assert tuple(decoded[row][valid[row]].tolist()) == max(scores, key=scores.__getitem__)


@IS_BIO
@pytest.mark.parametrize("seed", SEEDS)
def test_marginals_equal_enumeration_and_sum_to_one(seed, is_bio):
    crf, emissions, _, valid = problem(seed, is_bio=is_bio)
    marginals = crf.marginals(emissions, valid)
    assert (marginals[~valid] == 0).all()
    torch.testing.assert_close(marginals[valid].sum(1), torch.ones(int(valid.sum())))
    for row in valid.any(dim=1).nonzero()[:, 0].tolist():
        paths, weights = probabilities(sentence_scores(crf, emissions[row][valid[row]]))
        onehot = torch.nn.functional.one_hot(paths, crf.num_tags).double()
        expected = torch.einsum("p,plt->lt", weights, onehot)
        torch.testing.assert_close(marginals[row][valid[row]].double(), expected, atol=1e-5, rtol=0)


@IS_BIO
@pytest.mark.parametrize("seed", SEEDS)
def test_span_probabilities_equal_enumeration(seed, is_bio):
    crf, emissions, _, valid = problem(seed, is_bio=is_bio)
    spans = [
        (row, start, end, label)
        for row, count in enumerate(valid.sum(1).tolist())
        for start, end in itertools.combinations(range(count + 1), 2)
        for label in range(2)
    ]
    found = crf.span_probabilities(emissions, valid, *torch.tensor(spans).unbind(1))
    tables = {
        row: probabilities(sentence_scores(crf, emissions[row][valid[row]])) for row in {span[0] for span in spans}
    }
    for (row, start, end, label), probability in zip(spans, found.tolist(), strict=True):
        paths, weights = tables[row]
        holds = (paths[:, start] == 1 + 2 * label) & (paths[:, start + 1 : end] == 2 + 2 * label).all(dim=1)
        if end < paths.shape[1]:
            holds &= paths[:, end] != 2 + 2 * label
        assert probability == pytest.approx(weights[holds].sum().item(), abs=1e-6)


@IS_BIO
@pytest.mark.parametrize("seed", SEEDS)
def test_log_likelihoods_equal_enumeration(seed, is_bio):
    crf, emissions, tags, valid = problem(seed, is_bio=is_bio)
    posterior = crf.posterior(emissions, valid)
    best = crf.decode(emissions, valid)
    found = torch.stack([posterior.log_likelihoods(tags), posterior.log_likelihoods(best)], dim=1)
    for row, (of_tags, of_best) in enumerate(found.tolist()):
        if not valid[row].any():
            assert of_tags == of_best == 0
            continue
        paths, weights = probabilities(sentence_scores(crf, emissions[row][valid[row]]))
        shares = {tuple(path): weight.log().item() for path, weight in zip(paths.tolist(), weights, strict=True)}
        assert of_tags == pytest.approx(shares[tuple(tags[row][valid[row]].tolist())], rel=1e-5, abs=1e-5)
        assert of_best == pytest.approx(max(shares.values()), rel=1e-5, abs=1e-5)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_probabilities_of_all_legal_paths_sum_to_one(seed):
    crf, *whole = problem(seed, length=5, is_bio=True)
    emissions, _, valid = (part[2:3] for part in whole)
    paths = torch.tensor([path for path in itertools.product(range(5), repeat=5) if is_strict_bio(path)])
    posterior = crf.posterior(emissions, valid)
    assert sum(posterior.log_likelihoods(path[None]).exp().item() for path in paths) == pytest.approx(1, abs=1e-5)
    assert sum((-crf.loss(emissions, path[None], valid)).exp().item() for path in paths) == pytest.approx(1, abs=1e-5)


def test_forbidden_scores_change_nothing_and_get_no_gradient():
    crf, emissions, tags, valid = problem(0, is_bio=True)
    before = crf.loss(emissions, tags, valid), crf.marginals(emissions, valid), crf.decode(emissions, valid)
    gradients = torch.autograd.grad(before[0], [crf.start_transitions, crf.transitions])
    assert not gradients[0][~crf.allowed_start].any()
    assert not gradients[1][~crf.allowed_transitions].any()
    assert gradients[1].any()
    with torch.no_grad():
        crf.start_transitions[~crf.allowed_start] = 50
        crf.transitions[~crf.allowed_transitions] = 50
    after = crf.loss(emissions, tags, valid), crf.marginals(emissions, valid), crf.decode(emissions, valid)
    assert all(torch.equal(one, other) for one, other in zip(before, after, strict=True))


def test_log_likelihoods_depend_on_no_neighbour_and_add_up_to_the_loss():
    crf, emissions, tags, valid = problem(2, length=9, num_tags=7)
    together = crf.posterior(emissions, valid).log_likelihoods(tags)
    assert together.sum().item() == pytest.approx(-crf.loss(emissions, tags, valid).item(), rel=1e-5)
    for row in valid.any(dim=1).nonzero()[:, 0].tolist():
        there = valid[row]
        alone = crf.posterior(emissions[row : row + 1, there], valid[row : row + 1, there])
        found = alone.log_likelihoods(tags[row : row + 1, there])
        torch.testing.assert_close(found, together[row : row + 1], rtol=1e-5, atol=1e-5)


def test_no_spans_have_no_probabilities():
    crf, emissions, _, valid = problem(0)
    nothing = torch.zeros(0, dtype=torch.long)
    assert crf.span_probabilities(emissions, valid, nothing, nothing, nothing, nothing).shape == (0,)


@pytest.mark.parametrize("seed", SEEDS)
def test_equals_pytorch_crf_on_its_own_masks(seed):
    torch.manual_seed(seed)
    batch, length, num_tags = 9, 40, 31
    ours, reference = make_crf(num_tags, spread=0.5), CRF(num_tags, batch_first=True)
    reference.load_state_dict(ours.state_dict())
    valid = torch.arange(length) < torch.randint(1, length + 1, (batch, 1))
    tags = torch.randint(num_tags, (batch, length))
    emissions = torch.randn(batch, length, num_tags, requires_grad=True)
    ours_loss, reference_loss = ours.loss(emissions, tags, valid), -reference(emissions, tags, mask=valid)
    torch.testing.assert_close(ours_loss, reference_loss, rtol=1e-5, atol=1e-5)
    ours_gradients = torch.autograd.grad(ours_loss, [emissions, *ours.parameters()])
    reference_gradients = torch.autograd.grad(reference_loss, [emissions, *reference.parameters()])
    for mine, theirs in zip(ours_gradients, reference_gradients, strict=True):
        torch.testing.assert_close(mine, theirs, rtol=1e-5, atol=2e-5)
    paths = [row[row != NO_TAG].tolist() for row in ours.decode(emissions, valid)]
    assert paths == reference.decode(emissions, valid)


def test_parameters_are_pytorch_crfs():
    torch.manual_seed(0)
    ours = MaskedCRF(7)
    torch.manual_seed(0)
    torch.testing.assert_close(ours.state_dict(), CRF(7).state_dict(), rtol=0, atol=0)
    torch.manual_seed(0)
    constrained = MaskedCRF(7, constraints=bio_constraints(3))
    torch.testing.assert_close(constrained.state_dict(), ours.state_dict(), rtol=0, atol=0)


def test_constraints_survive_a_module_that_is_built_without_memory():
    _, emissions, tags, valid = problem(0, num_tags=7, is_bio=True)
    loaded = make_crf(7, is_bio=True)
    with torch.device("meta"):
        built = MaskedCRF(7, constraints=bio_constraints(3))
    built.load_state_dict(loaded.state_dict(), assign=True)
    assert torch.equal(built.loss(emissions, tags, valid), loaded.loss(emissions, tags, valid))


@IS_BIO
def test_gradient_is_the_derivative(is_bio):
    crf, emissions, tags, valid = problem(1, batch=4, length=4, num_tags=3, dtype=torch.double, is_bio=is_bio)
    parameters = [parameter.detach().clone().requires_grad_() for parameter in crf.parameters()]
    names = [name for name, _ in crf.named_parameters()]

    def loss(emissions: Tensor, *values: Tensor) -> Tensor:
        call = dict(zip(names, values, strict=True))
        return 1.7 * torch.func.functional_call(crf, call, (emissions, tags, valid))

    assert torch.autograd.gradcheck(loss, (emissions.requires_grad_(), *parameters))


def test_neither_padding_nor_holes_nor_neighbours_change_a_sentence():
    crf, emissions, tags, valid = problem(2, length=6)
    row, keep = 2, valid[2]
    alone = emissions[row : row + 1], tags[row : row + 1], valid[row : row + 1]
    wide = [torch.full((3, 15, 5), float("nan")), torch.full((3, 15), NO_TAG), torch.zeros(3, 15, dtype=torch.bool)]
    holes = torch.tensor([1, 2, 5, 9, 12, 13])
    wide[0][1, holes], wide[1][1, holes], wide[2][1, holes] = emissions[row], tags[row], True
    wide[0][0], wide[2][0], wide[1][0] = 30.0, True, 1
    wide[0].requires_grad_()
    neighbour = crf.loss(wide[0][:1], wide[1][:1], wide[2][:1])
    loss = crf.loss(*wide)
    torch.testing.assert_close(loss - neighbour, crf.loss(*alone), rtol=1e-5, atol=1e-5)
    gradient = torch.autograd.grad(loss, wide[0])[0]
    assert (gradient[~wide[2]] == 0).all()
    assert keep.all()
    assert torch.equal(crf.decode(wide[0], wide[2])[1, holes], crf.decode(alone[0], alone[2])[0])
    torch.testing.assert_close(crf.marginals(wide[0], wide[2])[1, holes], crf.marginals(alone[0], alone[2])[0])


@IS_BIO
def test_a_batch_without_valid_positions(is_bio):
    crf, emissions, tags, _ = problem(0, is_bio=is_bio)
    nowhere = torch.zeros(tags.shape, dtype=torch.bool)
    emissions.requires_grad_()
    loss = crf.loss(emissions, tags.fill_(NO_TAG), nowhere)
    loss.backward()
    assert loss.item() == 0
    assert not emissions.grad.any()
    assert not any(parameter.grad.any() for parameter in crf.parameters())
    assert (crf.decode(emissions, nowhere) == NO_TAG).all()


@IS_BIO
@pytest.mark.parametrize(("batch", "length"), [(0, 5), (3, 0), (0, 0)])
def test_a_batch_of_no_sentences_or_of_no_positions_has_no_loss_and_no_tags(batch, length, is_bio):
    crf, *_ = problem(0, is_bio=is_bio)
    emissions = torch.zeros(batch, length, 5, requires_grad=True)
    tags, valid = torch.zeros(batch, length, dtype=torch.long), torch.zeros(batch, length, dtype=torch.bool)
    loss = crf.loss(emissions, tags, valid)
    loss.backward()
    assert loss.item() == 0
    assert not any(parameter.grad.any() for parameter in crf.parameters())
    assert crf.decode(emissions, valid).shape == (batch, length)
    posterior, nothing = crf.posterior(emissions, valid), torch.zeros(0, dtype=torch.long)
    assert posterior.marginals().shape == (batch, length, 5)
    assert posterior.log_likelihoods(tags).tolist() == [0] * batch
    assert posterior.span_probabilities(nothing, nothing, nothing, nothing).shape == (0,)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_sixteen_bit_emissions(dtype):
    crf, emissions, tags, valid = problem(3)
    low = emissions.to(dtype).requires_grad_()
    exact = low.detach().float().requires_grad_()
    loss, expected = crf.loss(low, tags, valid), crf.loss(exact, tags, valid)
    assert torch.equal(loss, expected)
    gradient, exact_gradient = torch.autograd.grad(loss, low)[0], torch.autograd.grad(expected, exact)[0]
    assert gradient.dtype == dtype
    torch.testing.assert_close(gradient, exact_gradient.to(dtype))
    assert torch.equal(crf.decode(low, valid), crf.decode(exact, valid))


def test_autocast_does_not_reach_the_recursion():
    crf, emissions, tags, valid = problem(3)
    expected = crf.loss(emissions, tags, valid), crf.marginals(emissions, valid)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        found = crf.loss(emissions, tags, valid), crf.marginals(emissions, valid)
    assert torch.equal(found[0], expected[0])
    assert torch.equal(found[1], expected[1])


@IS_BIO
@pytest.mark.parametrize("scale", [1e2, 1e3, 1e5])
@pytest.mark.parametrize("spread", [0.1, 5.0, 100.0])
def test_extreme_scores_stay_finite(scale, spread, is_bio):
    torch.manual_seed(0)
    crf = make_crf(31, spread=spread, is_bio=is_bio)
    emissions = (scale * (2 * torch.rand(4, 60, 31) - 1)).requires_grad_()
    tags, valid = torch.randint(31, (4, 60)), torch.rand(4, 60) < 0.9
    if is_bio:
        tags = crf.decode(torch.randn(4, 60, 31), valid)
    loss = crf.loss(emissions, tags, valid)
    gradients = torch.autograd.grad(loss, [emissions, *crf.parameters()])
    assert all(gradient.isfinite().all() for gradient in (loss, *gradients))
    assert loss > 0
    marginals = crf.marginals(emissions, valid)
    torch.testing.assert_close(marginals[valid].sum(1), torch.ones(int(valid.sum())))


@pytest.mark.parametrize("scale", [1e2, 1e3])
def test_extreme_emissions_stay_accurate(scale):
    torch.manual_seed(0)
    crf = make_crf(9, spread=3.0)
    emissions = scale * torch.randn(4, 30, 9)
    tags, valid = torch.randint(9, (4, 30)), torch.rand(4, 30) < 0.9
    exact = MaskedCRF(9).double()
    exact.load_state_dict(crf.state_dict())
    expected = exact.loss(emissions.double(), tags, valid).item()
    assert crf.loss(emissions, tags, valid).item() == pytest.approx(expected, rel=1e-6)
    marginals = crf.marginals(emissions, valid)
    torch.testing.assert_close(marginals.double(), exact.marginals(emissions.double(), valid), rtol=0, atol=1e-3)


@given(
    seed=st.integers(0, 2**31), num_labels=st.integers(1, 6), length=st.integers(1, 12), scale=st.floats(0.1, 1000.0)
)
def test_constrained_decode_never_breaks_bio(seed, num_labels, length, scale):
    torch.manual_seed(seed)
    num_tags = 1 + 2 * num_labels
    crf = make_crf(num_tags, spread=scale, is_bio=True)
    valid = torch.rand(3, length) < 0.7
    decoded = crf.decode(scale * torch.randn(3, length, num_tags), valid)
    assert all(is_strict_bio(tuple(row[row != NO_TAG].tolist())) for row in decoded)
    assert torch.equal(decoded != NO_TAG, valid)


def test_wide_batches_decode_like_single_sentences():
    torch.manual_seed(0)
    crf = make_crf(31)
    emissions, valid = torch.randn(70, 6, 31), torch.rand(70, 6) < 0.8
    alone = [crf.decode(emissions[row : row + 1], valid[row : row + 1]) for row in range(70)]
    assert torch.equal(crf.decode(emissions, valid), torch.cat(alone))


@IS_BIO
def test_an_accelerator_never_waits(monkeypatch, is_bio):
    """On the meta device whatever reads a value back raises, as .item() or a boolean index would make a GPU wait."""
    monkeypatch.setattr(crf_module, "full_precision", lambda _: nullcontext())  # meta has no autocast
    crf, emissions, tags, valid = (part.to("meta") for part in problem(0, is_bio=is_bio))
    spans = torch.zeros(4, 3, dtype=torch.long, device="meta")
    assert crf.decode(emissions, valid).shape == tags.shape
    assert crf.marginals(emissions, valid).shape == emissions.shape
    assert crf.span_probabilities(emissions, valid, *spans).shape == (3,)
    assert crf.posterior(emissions, valid).log_likelihoods(tags).shape == (len(tags),)
    crf.loss(emissions.requires_grad_(), tags, valid).backward()
    assert emissions.grad.shape == emissions.shape


def test_shapes_that_disagree_are_refused():
    crf, emissions, tags, valid = problem(0)
    with pytest.raises(ValueError, match="valid is"):
        crf.decode(emissions, valid[:, 1:])
    with pytest.raises(ValueError, match="emissions and tags"):
        crf.loss(emissions, tags[1:], valid)
    with pytest.raises(ValueError, match="last dimension"):
        crf.marginals(emissions[..., 1:], valid)
