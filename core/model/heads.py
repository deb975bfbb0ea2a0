"""Heads: compute the features of tagging units from the encoder states of pieces."""

from collections import Counter
from collections.abc import Iterable

import torch
from torch import Tensor, nn

from core.languages.korean.morphemes import MORPHEME_CLASSES
from core.languages.korean.normalise import normalise_text
from core.model.encoding.batches import Batch
from core.model.encoding.units import PLACES

_CHARACTER_WIDTH = 64
_PLACE_WIDTH = 32
_MORPHEME_WIDTH = 32
_WIDTH = 256
_RAREST = 2
"""Characters seen less often are unknown."""
_MADE_UNKNOWN = 0.1
"""The share of characters that are made unknown in training."""


class PieceFeatures(nn.Module):
    """The encoder states, with dropout, for units that are pieces.

    Args:
        state_width: of the encoder's states.
        dropout: share of each state that training drops.
    """

    def __init__(self, state_width: int, *, dropout: float) -> None:
        super().__init__()
        self.width = state_width
        self.dropout = nn.Dropout(dropout)

    def forward(self, states: Tensor, batch: Batch) -> Tensor:
        """The features (batch, units, width) of states (batch, units, state_width)."""
        features: Tensor = self.dropout(states)
        return features


class SyllableFeatures(nn.Module):
    """Features of single characters, which share the encoder state of their piece.

    The piece state and embeddings of the character, its place and its morpheme class go through a convolution over
    three characters. In training some characters are made unknown, to train the embedding of unknown ones.

    Args:
        state_width: of the encoder's states.
        characters: how many there are, including the unknown one.
        dropout: share of states and features that training drops.
    """

    known: Tensor

    def __init__(self, state_width: int, *, characters: int, dropout: float) -> None:
        super().__init__()
        self.width = _WIDTH
        self.dropout = nn.Dropout(dropout)
        self.register_buffer("known", torch.zeros(characters - 1, dtype=torch.int64))
        self.characters = nn.Embedding(characters, _CHARACTER_WIDTH)
        self.places = nn.Embedding(PLACES, _PLACE_WIDTH)
        self.morphemes = nn.Embedding(MORPHEME_CLASSES, _MORPHEME_WIDTH)
        read = state_width + _CHARACTER_WIDTH + _PLACE_WIDTH + _MORPHEME_WIDTH
        self.convolution = nn.Conv1d(read, _WIDTH, 3, padding=1)

    @classmethod
    def of_texts(cls, state_width: int, texts: Iterable[str], *, dropout: float) -> "SyllableFeatures":
        """Create features that know the characters seen at least twice in the texts."""
        counts = Counter(ord(c) for text in texts for c in normalise_text(text).text if not c.isspace())
        known = sorted(character for character, count in counts.items() if count >= _RAREST)
        features = cls(state_width, characters=len(known) + 1, dropout=dropout)
        features.known.copy_(torch.tensor(known, dtype=torch.int64))
        return features

    def forward(self, states: Tensor, batch: Batch) -> Tensor:
        """The features (batch, units, width) of states (batch, units, state_width)."""
        parts = (
            self.dropout(states),
            self.characters(self._numbers(batch.characters)),
            self.places(batch.places),
            self.morphemes(batch.morphemes),
        )
        # A hole or padding must look like the edge of the text: zeros.
        read = torch.cat(parts, dim=2) * batch.valid[..., None]
        mixed = self.convolution(read.transpose(1, 2)).transpose(1, 2)
        features: Tensor = self.dropout(nn.functional.gelu(mixed))
        return features

    def _numbers(self, characters: Tensor) -> Tensor:
        """The embedding indices of code points (batch, units); 0 for unknown ones."""
        if not len(self.known):
            return torch.zeros_like(characters)
        places = torch.searchsorted(self.known, characters.contiguous()).clamp(max=len(self.known) - 1)
        is_known = self.known[places] == characters
        if self.training:
            is_known &= torch.rand(characters.shape, device=characters.device) >= _MADE_UNKNOWN
        return torch.where(is_known, places + 1, 0)


Features = PieceFeatures | SyllableFeatures
