"""The neural tagger: an encoder, a linear layer and a CRF over the tagging units."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from core.crf import MaskedCRF
from core.encoding import TextEncoding
from core.settings import Unit
from core.tags import TagSet


class Tagger(nn.Module):
    """Scores the tags of tagging units.

    The units' states are gathered to the left before the linear layer, so that no special token, padding or
    continuation piece reaches the CRF.

    Args:
        encoder: any transformer that gives `last_hidden_state`.
        num_tags: how many tags the CRF knows.
        dropout: share of each unit's state that training drops.
    """

    def __init__(self, encoder: PreTrainedModel, *, num_tags: int, dropout: float) -> None:
        super().__init__()
        self.encoder = encoder
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(encoder.config.hidden_size, num_tags)
        self.crf = MaskedCRF(num_tags)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, positions: Tensor) -> Tensor:
        """Emission scores (batch, units, num_tags), in single precision.

        Args:
            input_ids: (batch, pieces).
            attention_mask: (batch, pieces), 0 on padding.
            positions: (batch, units), the index of each unit's piece; any index where a sentence has fewer units.
        """
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        indices = positions.unsqueeze(-1).expand(-1, -1, states.shape[-1])
        emissions: Tensor = self.linear(self.dropout(states.gather(1, indices)))
        return emissions.float()

    @property
    def device(self) -> torch.device:
        return self.linear.weight.device


@dataclass(frozen=True, slots=True)
class TextTagger:
    """All that is needed to tag text: the network, the way from text to units, and the meaning of its tags."""

    tagger: Tagger
    encoding: TextEncoding
    tag_set: TagSet
    unit: Unit = "subword"
