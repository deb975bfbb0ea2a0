"""The processes that `accelerate launch` started for one piece of work; a process that was started alone is a crew too.

`crew_of_launch` is the one place that imports accelerate, late: a process alone starts without it.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from core.errors import UserError
from core.settings import Device

Thing = TypeVar("Thing")

Exchange = Callable[[list[Any]], list[Any]]
"""Takes the list of one process and gives those of all, joined in order of rank, once every process has called it."""

Distribute = Callable[[Any], Any]
"""From a network to one that may be called in its place."""

_SIZES = ("WORLD_SIZE", "PMI_SIZE", "OMPI_COMM_WORLD_SIZE", "MV2_COMM_WORLD_SIZE")
"""Where accelerate looks in the environment for the number of processes: those of its own launcher and of MPI's."""


class ToldError(UserError):
    """An error that all processes of the crew know of: it need not be told to them again."""


def as_it_is(network: Thing) -> Thing:
    return network


@dataclass(frozen=True, slots=True)
class Crew:
    """Processes that do the same work on different parts; each holds one such object.

    They meet only in `gathered`, `from_main` and the end of `together`, which every process must come to equally often.

    Attributes:
        rank: of this process, from 0.
        size: the number of processes.
        distribute: wraps a network so that the gradients of all processes are averaged.
    """

    rank: int = 0
    size: int = 1
    exchange: Exchange = list
    distribute: Distribute = as_it_is

    @property
    def is_main(self) -> bool:
        """Whether this process is the one that opens the project, writes and speaks."""
        return self.rank == 0

    def gathered(self, thing: Thing) -> list[Thing]:
        """What every process gave, in order of rank.

        Raises:
            ToldError: a process failed, or was lost, before it could give anything.
        """
        given = self.exchange([thing])
        for outcome in given:
            if isinstance(outcome, UserError):
                raise ToldError(str(outcome))
        return given

    def from_main(self, work: Callable[[], Thing]) -> Thing:
        """What the main process, which alone does this work, gets from it.

        Raises:
            UserError: the work failed.
        """
        return cast(Thing, self.gathered(work() if self.is_main else None)[0])

    @contextmanager
    def together(self) -> Iterator[None]:
        """A block that goes well in all processes or in none: a `UserError` in one ends it in each.

        The others learn of it where they meet next, so that none waits for one that has failed.
        """
        try:
            yield
        except ToldError:
            raise
        except UserError as error:
            self.exchange([error])
            raise
        self.gathered(None)


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
    from accelerate import Accelerator, PartialState
    from accelerate.utils import DistributedDataParallelKwargs, gather_object

    from core.devices import device_of

    is_on_cpu = device_of(device).type != "cuda"
    state = PartialState(cpu=is_on_cpu, **({} if trains and not is_on_cpu else {"backend": "gloo"}))

    def distribute(network: Any) -> Any:
        # Layers that the encoder has and does not use, such as BERT's pooler, get no gradient.
        unused = DistributedDataParallelKwargs(find_unused_parameters=True)
        return Accelerator(cpu=is_on_cpu, kwargs_handlers=[unused]).prepare_model(network)

    try:
        yield Crew(state.process_index, state.num_processes, telling_of_loss(gather_object), distribute)
    finally:
        state.destroy_process_group()


def telling_of_loss(exchange: Exchange) -> Exchange:
    """The exchange; where the connection breaks because a process was killed, it says so."""

    def exchanged(things: list[Any]) -> list[Any]:
        try:
            return exchange(things)
        except RuntimeError as error:
            raise ToldError("another of the launched processes has ended; what it said last tells why") from error

    return exchanged
