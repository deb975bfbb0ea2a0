"""A linear-chain CRF over the valid positions of a batch, with pytorch-crf's parameters and faster recursions.

Valid positions are packed to the left first, so holes in the mask and padding cannot affect a result. Inside this
module packed tensors lead with the position: (steps, batch, tags). One loop runs the forward recursion on each sequence
and the backward recursion on its mirror image in the scaled probability domain (Rabiner 1989, section V.A); the loss
computes its own gradient, expected minus observed features (Lafferty, McCallum and Pereira 2001), so autograd never
unrolls the loop. Recursions run in float32, or in float64 when the emissions are float64.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torchcrf import CRF

from core.domain.tags import NO_TAG


@dataclass(frozen=True, slots=True, eq=False)
class BioConstraints:
    """The tags that BIO allows, as bool tensors: `start` (tags,); `transitions` (tags, tags), from row to column."""

    start: Tensor
    transitions: Tensor


def bio_constraints(num_labels: int) -> BioConstraints:
    """The constraints of strict IOB2: an I follows only the B or the I of its own label and never comes first."""
    # On the CPU even if modules are built on torch's meta device, since no checkpoint contains them.
    tags = torch.arange(1 + 2 * num_labels, device="cpu")
    is_inside = (tags > 0) & (tags % 2 == 0)
    label = (tags + 1) // 2
    return BioConstraints(start=~is_inside, transitions=~is_inside | (label[:, None] == label))


class MaskedCRF(CRF):  # type: ignore[misc]  # torchcrf ships no types
    """pytorch-crf's CRF, batch first, for masks of any shape; the same parameters, names and initial values.

    With constraints, loss, decoding and all probabilities use one distribution over the allowed tag sequences. Scores
    of forbidden starts and transitions have no effect and no gradient.

    Throughout: emissions (batch, length, num_tags) of any floating type, tags and valid (batch, length); batch and
    length may be 0. Values at invalid positions are ignored, including NaN and −100. In sums, a transition more than
    about 60 below the best one (float32; 490 in float64) counts as exactly that much below, which keeps sums finite;
    decoding uses its true score.

    Args:
        constraints: which tags may come first and follow each other; None allows all, as pytorch-crf does.
    """

    num_tags: int
    start_transitions: nn.Parameter
    end_transitions: nn.Parameter
    transitions: nn.Parameter
    allowed_start: Tensor | None
    allowed_transitions: Tensor | None

    def __init__(self, num_tags: int, *, constraints: BioConstraints | None = None) -> None:
        super().__init__(num_tags, batch_first=True)
        self.register_buffer("allowed_start", constraints and constraints.start, persistent=False)
        self.register_buffer("allowed_transitions", constraints and constraints.transitions, persistent=False)

    def forward(self, emissions: Tensor, tags: Tensor, valid: Tensor) -> Tensor:
        """Same as `loss`, for callers that use the module call (hooks, wrappers)."""
        return self.loss(emissions, tags, valid)

    def loss(self, emissions: Tensor, tags: Tensor, valid: Tensor) -> Tensor:
        """The negative log-likelihood of the tags, summed over sentences; 0 for one without valid positions.

        Tags must be an allowed sequence. Raises ValueError when the shapes disagree.
        """
        self._check(emissions, valid)
        self._validate(emissions, tags=tags)
        packing = _packing(valid)
        with full_precision(emissions):
            unary = self._unary(emissions, packing)
            observed = _pack(tags[..., None], packing)[..., 0]
            loss = _NegativeLogLikelihood.apply(  # type: ignore[no-untyped-call]
                unary, self._allowed_scores(unary.dtype), observed, packing
            )
        return cast(Tensor, loss)

    @torch.no_grad()
    def decode(self, emissions: Tensor, valid: Tensor) -> Tensor:
        """The best allowed tags (batch, length), NO_TAG where invalid, by Viterbi.

        Raises ValueError when the shapes disagree.
        """
        self._check(emissions, valid)
        packing = _packing(valid)
        unary = self._unary(emissions, packing)
        unary = unary - unary.amax(dim=2, keepdim=True)
        tags = _best_tags(unary, self._allowed_scores(unary.dtype), packing.last)
        return _unpack(tags[..., None], packing)[..., 0].masked_fill(~valid.bool(), NO_TAG)

    @torch.no_grad()
    def posterior(self, emissions: Tensor, valid: Tensor) -> "Posterior":
        """The distribution over the tags of a batch, for any number of queries; both recursions run here, once.

        Raises ValueError when the shapes disagree.
        """
        self._check(emissions, valid)
        packing = _packing(valid)
        with full_precision(emissions):
            unary = self._unary(emissions, packing)
            transitions = self._allowed_scores(unary.dtype)
            return Posterior(valid, packing, unary, transitions, _lattice(unary, transitions, packing))

    def marginals(self, emissions: Tensor, valid: Tensor) -> Tensor:
        """Same as `Posterior.marginals`, for a single query."""
        return self.posterior(emissions, valid).marginals()

    def span_probabilities(
        self, emissions: Tensor, valid: Tensor, rows: Tensor, starts: Tensor, ends: Tensor, labels: Tensor
    ) -> Tensor:
        """Same as `Posterior.span_probabilities`, for a single query."""
        return self.posterior(emissions, valid).span_probabilities(rows, starts, ends, labels)

    def _check(self, emissions: Tensor, valid: Tensor) -> None:
        self._validate(emissions)
        if emissions.shape[:2] != valid.shape:
            raise ValueError(f"emissions are {tuple(emissions.shape)}, but valid is {tuple(valid.shape)}")

    def _unary(self, emissions: Tensor, packing: "_Packing") -> Tensor:
        """The packed emissions (steps, batch, tags), start and end scores included; −inf at a forbidden start.

        0 past the end.
        """
        dtype = torch.promote_types(torch.float32, emissions.dtype)
        unary = _pack(emissions, packing).to(dtype)
        first = unary[:1] + _allowed(self.start_transitions.to(dtype), self.allowed_start)
        return torch.cat([first, unary[1:]]) + packing.last[..., None] * self.end_transitions.to(dtype)

    def _allowed_scores(self, dtype: torch.dtype) -> Tensor:
        """The transitions' scores (tags, tags), −inf where forbidden."""
        return _allowed(self.transitions.to(dtype), self.allowed_transitions)


@dataclass(frozen=True, slots=True, eq=False)
class Posterior:
    """The distribution over the tags of a batch's sentences; see `MaskedCRF` for shapes and masks."""

    _valid: Tensor
    _packing: "_Packing"
    _unary: Tensor
    _transitions: Tensor
    _lattice: "_Lattice"

    @torch.no_grad()
    def log_likelihoods(self, tags: Tensor) -> Tensor:
        """The log-probability (batch,) of the tags (batch, length) of each sentence; 0 without valid positions.

        Tags at invalid positions are ignored.
        """
        packed = _pack(tags[..., None], self._packing)[..., 0]
        return -_costs(self._lattice, self._unary, self._transitions, packed, self._packing)

    @torch.no_grad()
    def marginals(self) -> Tensor:
        """The probability of each tag at each position (batch, length, num_tags), 0 where invalid."""
        marginals = _unpack(self._lattice.marginals(), self._packing)
        return marginals.masked_fill(~self._valid.bool()[..., None], 0)

    @torch.no_grad()
    def span_probabilities(self, rows: Tensor, starts: Tensor, ends: Tensor, labels: Tensor) -> Tensor:
        """The exact probability (spans,) that sentence `rows` has exactly this entity: B, then I, and no I after.

        rows, starts, ends and labels are (spans,) integers on the emissions' device; starts and ends count the valid
        positions of the sentence, end exclusive, 0 ≤ start < end ≤ their number. Needs no recursion: given the tag at
        t, the next one depends only on the backward weights.
        """
        begins, insides = 1 + 2 * labels, 2 + 2 * labels
        arrivals = self._lattice.arrivals(rows, starts, begins, insides)
        step = torch.arange(len(arrivals), device=arrivals.device)[:, None]
        inner = arrivals.where((starts < step) & (step < ends), 1).prod(dim=0)
        goes_on = arrivals.gather(0, ends.clamp(max=len(arrivals) - 1)[None])[0]
        goes_on = goes_on.where(ends < self._packing.present.sum(dim=0)[rows], 0)
        return self._lattice.marginals()[starts, rows, begins] * inner * (1 - goes_on).clamp(min=0)


def _allowed(scores: Tensor, allowed: Tensor | None) -> Tensor:
    return scores if allowed is None else scores.masked_fill(~allowed, -math.inf)


@contextmanager
def full_precision(values: Tensor) -> Iterator[None]:
    """Disable an enclosing autocast in the block, so that the values are not computed in 16 bits.

    Does nothing if autocast is off: leaving `torch.autocast` takes a process-wide lock, on which a thread that tags
    would wait for a training whose encoder is being compiled, which in turn waits for Python's lock.
    """
    device = values.device.type
    with torch.autocast(device, enabled=False) if torch.is_autocast_enabled(device) else nullcontext():
        yield


@dataclass(frozen=True, slots=True, eq=False)
class _Packing:
    """The mapping that moves valid positions to the left.

    source (steps, batch): the index in the flat (batch, length) grid that a packed position comes from.
    target (batch, length): the index in the flat (steps, batch) grid that a position goes to; arbitrary if invalid.
    mirror (steps, batch): the index in the flat (steps, batch) grid for the same sentence read backwards.
    present, last (steps, batch) bool: positions that exist, and the last one of each sentence.
    """

    source: Tensor
    target: Tensor
    mirror: Tensor
    present: Tensor
    last: Tensor


def _packing(valid: Tensor) -> _Packing:
    """The packing of a mask (batch, length); steps is the longest sentence on a CPU, the length elsewhere."""
    valid = valid.bool()
    batch, length = valid.shape
    counts = valid.sum(dim=1)
    # Reading the longest count would synchronise with an accelerator.
    longest = int(counts.max()) if batch and valid.device.type == "cpu" else length
    steps = min(length, max(1, longest))
    row = torch.arange(batch, device=valid.device)
    step = torch.arange(steps, device=valid.device)[:, None]
    order = (~valid).to(torch.int32).argsort(dim=1, stable=True)[:, :steps]
    rank = (valid.cumsum(dim=1) - 1).clamp(min=0)
    return _Packing(
        source=order.t() + row * length,
        target=rank * batch + row[:, None],
        mirror=(counts - 1 - step).clamp(min=0) * batch + row,
        present=step < counts,
        last=step == counts - 1,
    )


def _take(values: Tensor, places: Tensor) -> Tensor:
    """The vectors of values (any, any, width) at the indices `places` of its flat grid: (*places, width)."""
    return values.flatten(0, 1).index_select(0, places.flatten()).view(*places.shape, values.shape[2])


def _pack(values: Tensor, packing: _Packing) -> Tensor:
    """Values (batch, length, width) at the valid positions, moved left: (steps, batch, width), 0 past the end."""
    return _take(values, packing.source).masked_fill(~packing.present[..., None], 0)


def _unpack(values: Tensor, packing: _Packing) -> Tensor:
    """Packed values (steps, batch, width) back at their positions (batch, length, width); anything where invalid."""
    return _take(values, packing.target)


@dataclass(frozen=True, slots=True, eq=False)
class _Lattice:
    """The result of the forward and backward recursions, in the probability domain.

    forward, backward (steps, batch, tags): the weight of each tag given the sentence up to and with this position, and
        given the sentence from it on; each sums to 1.
    onward (steps, batch, tags): the weight of what follows a tag: the mean of the next backward weights; 1 at the end.
    scales (steps, batch): their product over a sentence is its partition function, of the centred scores.
    potentials (tags, tags): exp of the centred transitions.
    """

    forward: Tensor
    backward: Tensor
    onward: Tensor
    scales: Tensor
    potentials: Tensor

    def evidence(self) -> Tensor:
        """The forward weights times what follows, summed over the tags: (steps, batch, 1)."""
        return (self.forward * self.onward).sum(dim=2, keepdim=True)

    def marginals(self) -> Tensor:
        """The probability of each tag at each packed position: (steps, batch, tags)."""
        return self.forward * self.onward / self.evidence()

    def expected_transitions(self, follows: Tensor) -> Tensor:
        """How often each transition (tags, tags) is expected; follows (steps − 1, batch): whether a next one exists."""
        left = (self.forward / self.evidence())[:-1] * follows[..., None]
        return left.flatten(0, 1).t() @ self.backward[1:].flatten(0, 1) * self.potentials

    def arrivals(self, rows: Tensor, starts: Tensor, begins: Tensor, insides: Tensor) -> Tensor:
        """The probability (steps, spans) of I at a position, given B just before at the start, otherwise given I."""
        weights = self.backward[1:, rows, insides]
        from_begin = self.potentials[begins, insides] * weights / self.onward[:-1, rows, begins]
        from_inside = self.potentials[insides, insides] * weights / self.onward[:-1, rows, insides]
        previous = torch.arange(len(weights), device=rows.device)[:, None]
        later = from_begin.where(previous == starts, from_inside)
        return torch.cat([later.new_zeros(1, len(rows)), later])


def _centred_transitions(transitions: Tensor) -> Tensor:
    """The transitions (tags, tags) relative to the best one, clamped to a floor that keeps every product normal.

    With the floor at 0.7 of the exponent's range, what underflows is less than 1e-11 of its sum.
    """
    floor = 0.7 * math.log(torch.finfo(transitions.dtype).tiny)
    return (transitions - transitions.amax()).clamp(min=floor)


def _lattice(unary: Tensor, transitions: Tensor, packing: _Packing) -> _Lattice:
    """Run both recursions over packed unary scores (steps, batch, tags)."""
    scores = (unary - unary.amax(dim=2, keepdim=True)).exp()
    potentials = _centred_transitions(transitions).exp()
    both = torch.stack([scores, _take(scores, packing.mirror)], dim=1)
    weights, scales = _recur(both, torch.stack([potentials, potentials.t()]))
    backward = _take(weights[:, 1].contiguous(), packing.mirror)
    following = torch.cat([backward[1:], torch.zeros_like(backward[:1])]) @ potentials.t()
    onward = following.masked_fill((packing.last | ~packing.present)[..., None], 1)
    return _Lattice(weights[:, 0], backward, onward, scales[:, 0], potentials)


def _recur(scores: Tensor, potentials: Tensor) -> tuple[Tensor, Tensor]:
    """Filter scores (steps, 2, batch, tags) with potentials (2, tags, tags).

    Returns the weights, which sum to 1 over the tags, and the sums (steps, 2, batch) they were divided by.
    """
    weights = torch.empty_like(scores)
    scales = scores.new_empty(*scores.shape[:3], 1)
    message = scores.new_ones(scores.shape[1:])
    for score, weight, scale in zip(scores, weights, scales, strict=True):
        message *= score
        torch.sum(message, dim=2, keepdim=True, out=scale)
        torch.div(message, scale, out=weight)
        torch.bmm(weight, potentials, out=message)
    return weights, scales[..., 0]


def _costs(lattice: _Lattice, unary: Tensor, transitions: Tensor, tags: Tensor, packing: _Packing) -> Tensor:
    """The negative log-likelihood (batch,) of packed tags (steps, batch), 0 past the end."""
    # Term by term, so that a large log Z and a large score are never subtracted.
    centred = unary.gather(2, tags[..., None])[..., 0] - unary.amax(dim=2)
    steps = _centred_transitions(transitions)[tags[:-1], tags[1:]]
    costs: Tensor = ((lattice.scales.log() - centred) * packing.present).sum(dim=0)
    return costs - (steps * packing.present[1:]).sum(dim=0)


class _NegativeLogLikelihood(torch.autograd.Function):
    """The loss of packed unary scores and transitions; the forward pass also computes the gradient."""

    @staticmethod
    def forward(ctx: Any, unary: Tensor, transitions: Tensor, tags: Tensor, packing: _Packing) -> Tensor:
        """unary (steps, batch, tags), transitions (tags, tags), tags (steps, batch), 0 past the end; a scalar."""
        lattice = _lattice(unary, transitions, packing)
        follows = packing.present[1:]
        present = packing.present.to(unary.dtype)
        unary_gradient = lattice.marginals().scatter_add_(2, tags[..., None], -torch.ones_like(unary[..., :1]))
        transition_gradient = lattice.expected_transitions(follows) - _observed_transitions(tags, follows, lattice)
        ctx.save_for_backward(unary_gradient * present[..., None], transition_gradient)
        return _costs(lattice, unary, transitions, tags, packing).sum()

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, Tensor, None, None]:
        unary_gradient, transition_gradient = ctx.saved_tensors
        return unary_gradient * gradient, transition_gradient * gradient, None, None


def _observed_transitions(tags: Tensor, follows: Tensor, lattice: _Lattice) -> Tensor:
    """How often each transition (tags, tags) occurs in tags (steps, batch), where a next one follows."""
    counts = torch.zeros_like(lattice.potentials)
    pairs = tags[:-1] * len(counts) + tags[1:]
    return counts.view(-1).index_add_(0, pairs.flatten(), follows.flatten().to(counts.dtype)).view_as(counts)


def _best_tags(unary: Tensor, transitions: Tensor, last: Tensor) -> Tensor:
    """The best packed tags (steps, batch), by Viterbi; unary (steps, batch, tags), last (steps, batch).

    Backtracking recomputes the best predecessors: cheaper than storing a pointer for every tag.
    """
    scores = _viterbi_scores(unary.transpose(1, 2).contiguous(), transitions).transpose(1, 2).contiguous()
    # Row `end`, one past the tags, means no next tag.
    end = len(transitions)
    towards = torch.cat([transitions.t(), transitions.new_zeros(1, end)])
    tags = torch.zeros_like(last, dtype=torch.long)
    best = tags.new_zeros(last.shape[1])
    for step in reversed(range(len(scores))):
        following = best.masked_fill(last[step], end)
        best = torch.argmax(scores[step] + towards.index_select(0, following), dim=1, out=tags[step])
    return tags


def _viterbi_scores(unary: Tensor, transitions: Tensor) -> Tensor:
    """The best score of any path to each tag at each step; unary and result (steps, tags, batch).

    With the batch as the last dimension, the maximum over the previous tag runs along contiguous memory.
    """
    scores = torch.empty_like(unary)
    scores[:1] = unary[:1]
    blocks = torch.split(transitions[:, :, None], _block_width(unary), dim=1)
    for step in range(1, len(unary)):
        before = scores[step - 1][:, None]
        best = torch.cat([(before + into).amax(dim=0) for into in blocks])
        torch.add(best, unary[step], out=scores[step])
    return scores


def _block_width(unary: Tensor) -> int:
    """How many tags of unary (steps, tags, batch) to process in one operation: on a CPU, few enough for one thread.

    torch splits operations of 32,768 or more elements among threads; at this size that gains nothing on an idle
    machine, and on a busy one each operation waits for the slowest thread.
    """
    _, tags, batch = unary.shape
    return max(1, 32_767 // max(1, tags * batch)) if unary.device.type == "cpu" else tags
