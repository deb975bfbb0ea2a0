"""The layers of an encoder, from the embeddings upwards."""

from torch import nn


def layers_of(encoder: nn.Module) -> nn.ModuleList | None:
    """The stack of layers of an encoder built as BERT is; None where there is no such stack."""
    stack = getattr(getattr(encoder, "encoder", None), "layer", None)
    return stack if isinstance(stack, nn.ModuleList) else None
