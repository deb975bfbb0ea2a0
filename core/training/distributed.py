"""The processes that `accelerate launch` started for one piece of work; a process that was started alone is a crew too.

`crew_of_launch` is the one place that imports accelerate, late: a process alone starts without it.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from core.domain.errors import UserError
from core.domain.settings import Device

Thing = TypeVar("Thing")

Exchange = Callable[[list[Any]], list[Any]]
"""Takes the list of one process and gives those of all, joined in order of rank, once every process has called it."""

Distribute = Callable[[Any], Any]
"""From a network to one that may be called in its place."""

_SIZES = ("WORLD_SIZE", "PMI_SIZE", "OMPI_COMM_WORLD_SIZE", "MV2_COMM_WORLD_SIZE")
"""Where accelerate looks in the environment for the number of processes: those of its own launcher and of MPI's."""


class PropagatedError(UserError):
    """An error that was raised in every process of the crew already."""


class LoneError(UserError):
    """An error of one process while the others wait for its gradients, where no message reaches them.

    They lose the connection once this process has ended.
    """


def identity(network: Thing) -> Thing:
    return network


@dataclass(frozen=True, slots=True)
class Crew:
    """Processes that do the same work on different parts; each has one such object.

    They meet only in `gathered`, `from_main`, the end of `together` and the passes through a distributed network, which
    every process must reach equally often and in the same order. What one process does alone and may fail goes into
    `from_main`: there the others wait for it, and not for its gradients.

    Attributes:
        rank: of this process, from 0.
        size: the number of processes.
        distribute: wraps a network so that the gradients of all processes are averaged.
    """

    rank: int = 0
    size: int = 1
    exchange: Exchange = list
    distribute: Distribute = identity

    @property
    def is_main(self) -> bool:
        """Whether this process is the one that opens the project, writes and speaks."""
        return self.rank == 0

    def gathered(self, thing: Thing) -> list[Thing]:
        """What every process gave, in order of rank.

        Raises:
            PropagatedError: a process failed, or was lost, before it could give anything.
        """
        given = self.exchange([thing])
        for outcome in given:
            if isinstance(outcome, UserError):
                raise PropagatedError("{error}", error=outcome)
        return given

    def from_main(self, work: Callable[[], Thing]) -> Thing:
        """What the main process, which alone does this work, gets from it.

        Raises:
            UserError: the work failed.
        """
        return cast(Thing, self.gathered(work() if self.is_main else None)[0])

    @contextmanager
    def together(self) -> Iterator[None]:
        """A block that succeeds in all processes or in none: a `UserError` in one ends it in each.

        The others learn of it where they meet next, which must be here or in `gathered` or `from_main`.
        """
        try:
            yield
        except (PropagatedError, LoneError):
            raise
        except UserError as error:
            self.exchange([error])
            raise
        self.gathered(None)

    @contextmanager
    def step(self) -> Iterator[None]:
        """A block in which the processes exchange gradients: no error reaches the others, so it ends the process.

        Raises:
            LoneError: this process failed.
            PropagatedError: another one was lost.
        """
        try:
            yield
        except UserError as error:
            if self.size == 1:
                raise
            raise LoneError("{error}", error=error) from error
        except RuntimeError as error:
            if self.size > 1 and _is_from_connection(error):
                raise PropagatedError("another process exited; see its last output for the reason") from error
            raise


ALONE = Crew()
"""A process that was started alone."""


@contextmanager
def crew_of_launch(device: Device, *, trains: bool = False) -> Iterator[Crew]:
    """The crew that this process was launched into.

    Unless it trains, it meets over gloo whatever the device: what is exchanged is text, and processes may share a GPU.

    Raises:
        UserError: there are several processes, and their machine has not got the device.
    """
    if all(os.environ.get(name, "1") == "1" for name in _SIZES):
        yield ALONE
        return
    # Before the process group is made: it would become the default of arguments there when torch imports this for
    # gradients, and its threads would outlive Python, where one that then wants Python's lock aborts the process.
    import torch.distributed.nn  # noqa: F401
    from accelerate import Accelerator, PartialState
    from accelerate.utils import DistributedDataParallelKwargs, gather_object

    from core.model.devices import device_of

    is_on_cpu = device_of(device).type != "cuda"
    state = PartialState(cpu=is_on_cpu, **({} if trains and not is_on_cpu else {"backend": "gloo"}))

    def distribute(network: Any) -> Any:
        # Layers that the encoder has and does not use, such as BERT's pooler, get no gradient.
        unused = DistributedDataParallelKwargs(find_unused_parameters=True)
        return Accelerator(cpu=is_on_cpu, kwargs_handlers=[unused]).prepare_model(network)

    try:
        yield Crew(state.process_index, state.num_processes, reporting_lost_process(gather_object), distribute)
    finally:
        state.destroy_process_group()


def _is_from_connection(error: RuntimeError) -> bool:
    """Whether a process was lost: NCCL has an error class for that, gloo only words."""
    return "Dist" in type(error).__name__ or "gloo" in str(error) or "onnection" in str(error)


def reporting_lost_process(exchange: Exchange) -> Exchange:
    """The exchange; where the connection breaks because a process was killed, its error says so."""

    def exchanged(things: list[Any]) -> list[Any]:
        try:
            return exchange(things)
        except RuntimeError as error:
            raise PropagatedError("another process exited; see its last output for the reason") from error

    return exchanged
