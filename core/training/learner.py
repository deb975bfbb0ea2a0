"""One step of training: loss, gradients, weights; and all that the next step depends on."""

from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch import Tensor

from core.domain.errors import UserError
from core.domain.settings import TrainSettings
from core.model.checkpoint import MOMENTS, LearnerState
from core.model.devices import bfloat16_pays, is_out_of_memory, release
from core.model.encoding.batches import TaggedWindows, batch_of, chunks, tags_of_batch
from core.model.encoding.windows import Numbers
from core.model.tagger import TextTagger
from core.training.distributed import ALONE, Crew
from core.training.optimiser import optimiser_of, rate_factor, scale_rates

_CPU, _CUDA, _MPS = "random.cpu", "random.cuda", "random.mps"
"""Names of the random generators' states."""


class Learner:
    """Teaches a tagger batch after batch.

    Args:
        steps: how many there will be, for the rates to end at 0.
        crew: the processes that learn from the same batches, each from its share.

    Attributes:
        batch_size: windows that go through the network at once. It is halved when the memory does not suffice; the
            batch that a step learns from stays as large, its parts' gradients are added up.
    """

    def __init__(self, text_tagger: TextTagger, settings: TrainSettings, *, steps: int, crew: Crew = ALONE) -> None:
        self._crew = crew
        self.text_tagger = text_tagger
        self.batch_size = settings.batch_size
        self._settings = settings
        self._steps = steps
        self._steps_done = 0
        self._tagger = text_tagger.tagger
        self._optimiser = optimiser_of(self._tagger, settings)
        width: int = self._tagger.encoder.config.hidden_size
        self._in_bfloat16 = bfloat16_pays(settings.precision, self._tagger.device, width=width)
        if settings.compile:
            self._tagger.encoder.compile(dynamic=True)
        self._network = crew.distribute(self._tagger)
        if crew.rank:
            self._seed_alone()

    def learn(self, examples: TaggedWindows, chosen: Numbers) -> Tensor:
        """Learns from the chosen windows (numbers); the loss of this process's share of them.

        The loss is summed over the units, a scalar on the device.

        Raises:
            UserError: the memory does not suffice for a single window.
        """
        factor = rate_factor(self._steps_done, steps=self._steps, warmup_ratio=self._settings.warmup_ratio)
        scale_rates(self._optimiser, factor)
        with self._crew.step():
            loss = self._gradients(examples, chosen)
        torch.nn.utils.clip_grad_norm_(self._tagger.parameters(), self._settings.max_gradient_norm)
        self._optimiser.step()
        self._steps_done += 1
        return loss

    def _gradients(self, examples: TaggedWindows, chosen: Numbers) -> Tensor:
        """Sets the gradients of the mean loss per unit; returns its sum. Starts anew in smaller parts if it must."""
        while True:
            try:
                self._optimiser.zero_grad()
                return self._accumulated(examples, chosen)
            except RuntimeError as error:
                if _is_from_compiler(error):
                    reason = _first_line(error)
                    raise UserError(
                        "torch cannot compile the encoder ({reason}); train without compiling it", reason=reason
                    ) from error
                if not is_out_of_memory(error):
                    raise
                if self._crew.size > 1:  # the others are in the middle of this step
                    raise UserError(
                        "not enough memory on {device} for this process's share of a batch; train with a smaller"
                        " batch size, or with one process",
                        device=self._tagger.device.type,
                    ) from error
            self._halve(len(chosen))

    def _accumulated(self, examples: TaggedWindows, chosen: Numbers) -> Tensor:
        units = int(examples.windows.unit_counts_in(chosen).sum())
        parts = chunks(chosen[self._crew.rank :: self._crew.size], self.batch_size)
        total = torch.zeros((), device=self._tagger.device)
        # Every process must take part in each exchange, if with nothing; gradients are averaged there, not added up.
        for number in range(len(chunks(chosen[:: self._crew.size], self.batch_size))):
            is_own = number < len(parts)
            loss = self._loss(examples, parts[number] if is_own else chosen[:1])
            (loss * is_own * (self._crew.size / units)).backward()  # type: ignore[no-untyped-call]
            total += loss.detach() * is_own
        return total

    def _loss(self, examples: TaggedWindows, chosen: Numbers) -> Tensor:
        tagger = self._tagger.train()
        device = tagger.device
        batch = batch_of(examples.windows, chosen, pad_id=self.text_tagger.encoding.pad_id, device=device)
        tags = tags_of_batch(examples, chosen, device=device)
        with self._precision(device):
            loss: Tensor = self._network(batch, tags)
        return loss

    def _precision(self, device: torch.device) -> AbstractContextManager[None]:
        """Without autocast's cache, whose lock torch's compiler can have while it waits for Python's.

        Each weight is used once in a forward pass, so that the cache would save nothing.
        """
        if not self._in_bfloat16:
            return nullcontext()
        return torch.autocast(device.type, dtype=torch.bfloat16, cache_enabled=False)

    def _halve(self, windows: int) -> None:
        tried = min(self.batch_size, windows)
        if tried == 1:
            raise UserError(
                "not enough memory on {device} for even one sentence; close"
                " other programs, or choose a smaller encoder, fewer layers or another device",
                device=self._tagger.device.type,
            )
        self.batch_size = (tried + 1) // 2
        self._optimiser.zero_grad()
        release(self._tagger.device)

    def _seed_alone(self) -> None:
        """Start random numbers of this process's own, so that each drops out other values."""
        torch.manual_seed(self._settings.seed + self._crew.rank + self._crew.size * self._steps_done)

    def state(self) -> LearnerState:
        """A copy on the CPU of what the next step depends on, the weights aside; every process must ask for it."""
        moments = {
            f"{MOMENTS}{name}.{key}": value.detach().cpu().clone()
            for name, parameter in self._tagger.named_parameters()
            for key, value in self._optimiser.state[parameter].items()
        }
        states = self._crew.gathered(_random_states(self._tagger.device))
        named = {f"{kind}{_of_rank(rank)}": state for rank, each in enumerate(states) for kind, state in each.items()}
        return LearnerState(self._steps_done, self.batch_size, {**moments, **named})

    def skip(self, steps: int) -> None:
        """Take so many steps as done, for the rates to be where they would be; optimiser and random numbers are new."""
        self._steps_done = steps

    def restore(self, state: LearnerState) -> None:
        """Resume from a state of a learner of the same tagger and settings."""
        self._steps_done = state.steps_done
        self.batch_size = state.batch_size
        moments: dict[str, dict[str, Tensor]] = {}
        for name, value in state.tensors.items():
            if name.startswith(MOMENTS):
                parameter, key = name.removeprefix(MOMENTS).rsplit(".", 1)
                moments.setdefault(parameter, {})[key] = value
        names = {parameter: name for name, parameter in self._tagger.named_parameters()}
        ordered = [names[parameter] for group in self._optimiser.param_groups for parameter in group["params"]]
        kept: dict[str, Any] = self._optimiser.state_dict()
        kept["state"] = {number: moments[name] for number, name in enumerate(ordered) if name in moments}
        self._optimiser.load_state_dict(kept)
        own = _of_rank(self._crew.rank)
        if f"{_CPU}{own}" in state.tensors:
            _restore_random_states(state.tensors, own, self._tagger.device)
        else:  # it was saved by fewer processes
            self._seed_alone()


def _is_from_compiler(error: RuntimeError) -> bool:
    """Whether torch's compiler failed, as it does where there is no C++ compiler; its errors have no public class."""
    return type(error).__module__.startswith(("torch._dynamo", "torch._inductor"))


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def _of_rank(rank: int) -> str:
    """What the name of a random generator's state ends in; that of the main process is as it is without others."""
    return f".{rank}" if rank else ""


def _random_states(device: torch.device) -> dict[str, Tensor]:
    states = {_CPU: torch.get_rng_state()}
    if device.type == "cuda":
        states[_CUDA] = torch.cuda.get_rng_state(device)
    elif device.type == "mps":
        states[_MPS] = torch.mps.get_rng_state()
    return states


def _restore_random_states(states: dict[str, Tensor], own: str, device: torch.device) -> None:
    torch.set_rng_state(states[f"{_CPU}{own}"])
    if device.type == "cuda" and f"{_CUDA}{own}" in states:
        torch.cuda.set_rng_state(states[f"{_CUDA}{own}"], device)
    elif device.type == "mps" and f"{_MPS}{own}" in states:
        torch.mps.set_rng_state(states[f"{_MPS}{own}"])
