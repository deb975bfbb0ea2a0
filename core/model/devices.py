"""Devices: choose one, recognise that its memory ran out, and decide on bfloat16."""

import torch

from core.domain.errors import UserError
from core.domain.settings import Device, Precision
from core.messages.catalogue import join_words


def device_of(choice: Device) -> torch.device:
    """The device to train and tag on; `auto` takes the fastest one available.

    Raises:
        UserError: the device is not available on this machine or in this build of torch.
    """
    available = _available()
    if choice == "auto":
        return torch.device(available[0])
    if choice not in available:
        raise UserError(
            "device {choice} is not available here; choose auto or one of {known}",
            choice=choice,
            known=join_words(available),
        )
    return torch.device(choice)


def _available() -> list[str]:
    """Device types in order of speed."""
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    return [name for name, is_there in there.items() if is_there]


def is_out_of_memory(error: RuntimeError) -> bool:
    """Whether torch ran out of memory; on the CPU it has no error class for that."""
    return isinstance(error, torch.OutOfMemoryError) or "DefaultCPUAllocator" in str(error)


def release(device: torch.device) -> None:
    """Free the memory that torch keeps of a failed attempt; its tensors are in no cycle and gone by now."""
    if device.type == "cuda":
        torch.cuda.empty_cache()
    elif device.type == "mps":
        torch.mps.empty_cache()


_FAST_ON_CPU = ("avx512_bf16", "amx_bf16")
"""CPU features that make bfloat16 faster; other CPUs emulate it and are slower."""

_WORTH_IT = 256
"""The least width of the encoder's states at which bfloat16 saves more than conversions cost."""


def bfloat16_pays(choice: Precision, device: torch.device, *, width: int) -> bool:
    """Whether to train in bfloat16: as chosen, or for `auto` if the device is faster with it.

    Args:
        width: of the encoder's states.
    """
    if choice != "auto":
        return choice == "bfloat16"
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    return device.type == "cpu" and width >= _WORTH_IT and any(_capability(name) for name in _FAST_ON_CPU)


def _capability(name: str) -> bool:
    return bool(torch.cpu.get_capabilities().get(name))
