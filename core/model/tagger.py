"""The neural tagger: an encoder, features of tagging units, a linear layer and a CRF."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from core.domain.settings import Unit
from core.domain.tags import NO_TAG, TagSet
from core.model.constraints import bio_constraints
from core.model.crf import MaskedCRF, full_precision
from core.model.encoding.batches import Batch
from core.model.encoding.text_encoder import TextEncoding
from core.model.heads import Features


class Tagger(nn.Module):
    """Scores the tags of tagging units.

    The units' states are gathered to the left before the head, so that no special token, padding or continuation piece
    reaches the CRF.

    Args:
        encoder: any transformer that gives `last_hidden_state`.
        features: what the units' features are made with.
        num_tags: how many tags the CRF knows, O and two for each label.
    """

    def __init__(self, encoder: PreTrainedModel, features: Features, *, num_tags: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.features = features
        self.linear = nn.Linear(features.width, num_tags)
        self.crf = MaskedCRF(num_tags, constraints=bio_constraints(num_tags // 2))

    def forward(self, batch: Batch, tags: Tensor | None = None) -> Tensor:
        """Emission scores (batch, units, num_tags), in single precision; with tags (batch, units) their loss.

        Units with NO_TAG are left out of the loss, which is summed over the batch. It is worked out here so that
        wrappers of the module see all of it.
        """
        states = self.encoder(input_ids=batch.input_ids, attention_mask=batch.attention_mask).last_hidden_state
        indices = batch.positions.unsqueeze(-1).expand(-1, -1, states.shape[-1])
        # The head is small; in 16 bits it would save nothing and blur the scores that the CRF adds up.
        with full_precision(states):
            emissions: Tensor = self.linear(self.features(states.gather(1, indices).float(), batch))
            return emissions if tags is None else self.crf.loss(emissions, tags, batch.valid & (tags != NO_TAG))

    @property
    def device(self) -> torch.device:
        return self.linear.weight.device


@dataclass(frozen=True, slots=True)
class TextTagger:
    """All that is needed to tag text: the network, the way from text to units, and the meaning of its tags."""

    tagger: Tagger
    encoding: TextEncoding
    tag_set: TagSet

    @property
    def unit(self) -> Unit:
        return self.encoding.unit

    def renamed(self, names: Mapping[str, str]) -> "TextTagger":
        """The same tagger under other names of some labels; two of them may share one."""
        labels = tuple(names.get(label, label) for label in self.tag_set.labels)
        return replace(self, tag_set=TagSet(labels))
