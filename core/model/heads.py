"""From the states of pieces to the features of tagging units."""

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
"""A character seen less often is unknown."""
_MADE_UNKNOWN = 0.1
"""Share of characters that training makes unknown."""


class PieceFeatures(nn.Module):
    """The states of the pieces themselves, for units that are pieces.

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
    """What tells the characters of one piece apart: which they are, where they stand, and what stands beside them.

    A character's piece state, its own embedding and those of its place and its morpheme's class go through a
    convolution over three characters. In training some characters are made unknown, so that the unknown one is learned.

    Args:
        state_width: of the encoder's states.
        characters: how many are known, the unknown one included.
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
        """Features that know the characters seen twice or more in the texts."""
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
        # A hole or padding must read as the text's edge does: as nothing.
        read = torch.cat(parts, dim=2) * batch.valid[..., None]
        mixed = self.convolution(read.transpose(1, 2)).transpose(1, 2)
        features: Tensor = self.dropout(nn.functional.gelu(mixed))
        return features

    def _numbers(self, characters: Tensor) -> Tensor:
        """The embedding's rows of code points (batch, units): 0 for an unknown one."""
        if not len(self.known):
            return torch.zeros_like(characters)
        places = torch.searchsorted(self.known, characters.contiguous()).clamp(max=len(self.known) - 1)
        is_known = self.known[places] == characters
        if self.training:
            is_known &= torch.rand(characters.shape, device=characters.device) >= _MADE_UNKNOWN
        return torch.where(is_known, places + 1, 0)


Features = PieceFeatures | SyllableFeatures
