"""In which number format a device trains fastest."""

import torch

from core.domain.settings import Precision

_FAST_ON_CPU = ("avx512_bf16", "amx_bf16")
"""Instructions that make a processor faster in bfloat16; others imitate it and are slower."""

_WORTH_IT = 256
"""Width of the encoder's states from which bfloat16 saves more than converting costs."""


def bfloat16_pays(choice: Precision, device: torch.device, *, width: int) -> bool:
    """Whether to train in bfloat16: as chosen, or where the device is faster with it.

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
