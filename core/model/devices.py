"""The device that a choice in the settings stands for."""

import torch

from core.domain.errors import UserError
from core.domain.settings import Device


def device_of(choice: Device) -> torch.device:
    """The device to train and tag on; `auto` takes the fastest there is.

    Raises:
        UserError: this machine, or this build of torch, has not got the device asked for.
    """
    available = _available()
    if choice == "auto":
        return torch.device(available[0])
    if choice not in available:
        raise UserError(f"device {choice} is not available here; choose auto or one of {', '.join(available)}")
    return torch.device(choice)


def _available() -> list[str]:
    """Device types in order of speed."""
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    return [name for name, is_there in there.items() if is_there]
