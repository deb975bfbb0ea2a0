"""The neural tagger: an encoder, features of tagging units, a linear layer and a CRF; and creating one for training."""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from core.domain.settings import TrainSettings, Unit
from core.domain.spans import Sentence
from core.domain.tags import NO_TAG, TagSet
from core.model.crf import MaskedCRF, bio_constraints, full_precision
from core.model.encoders.loading import load_encoder, max_length_of
from core.model.encoding.batches import Batch
from core.model.encoding.text_encoder import TextEncoding
from core.model.heads import Features, PieceFeatures, SyllableFeatures


class Tagger(nn.Module):
    """Scores the tags of tagging units.

    Only the states of units are gathered for the head, so no special token, padding or continuation piece reaches the
    CRF.

    Args:
        encoder: any transformer that returns `last_hidden_state`.
        features: computes the features of units.
        num_tags: the number of tags, O and two for each label.
    """

    def __init__(self, encoder: PreTrainedModel, features: Features, *, num_tags: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.features = features
        self.linear = nn.Linear(features.width, num_tags)
        self.crf = MaskedCRF(num_tags, constraints=bio_constraints(num_tags // 2))

    def forward(self, batch: Batch, tags: Tensor | None = None) -> Tensor:
        """Emission scores (batch, units, num_tags), in single precision; with tags (batch, units) their loss.

        Units with NO_TAG are excluded from the loss, which is summed over the batch. It is computed here so that
        wrappers of the module (for several GPUs) include it.
        """
        states = self.encoder(input_ids=batch.input_ids, attention_mask=batch.attention_mask).last_hidden_state
        indices = batch.positions.unsqueeze(-1).expand(-1, -1, states.shape[-1])
        # The head is small: 16 bits would save nothing and reduce the precision of the scores that the CRF adds up.
        with full_precision(states):
            emissions: Tensor = self.linear(self.features(states.gather(1, indices).float(), batch))
            return emissions if tags is None else self.crf.loss(emissions, tags, batch.valid & (tags != NO_TAG))

    @property
    def device(self) -> torch.device:
        return self.linear.weight.device


@dataclass(frozen=True, slots=True)
class TextTagger:
    """Everything needed to tag text: the network, the encoding of text to units, and the tag set."""

    tagger: Tagger
    encoding: TextEncoding
    tag_set: TagSet

    @property
    def unit(self) -> Unit:
        return self.encoding.unit

    def with_names(self, names: Mapping[str, str]) -> "TextTagger":
        """The same tagger with some labels renamed; two of them may get the same name."""
        labels = tuple(names.get(label, label) for label in self.tag_set.labels)
        return replace(self, tag_set=TagSet(labels))


def initial_tagger(
    sentences: Sequence[Sentence], tag_set: TagSet, settings: TrainSettings, start: TextTagger | None
) -> TextTagger:
    """Create the tagger to train, on the CPU or the device of `start`; seeds torch's global generator.

    Args:
        sentences: the training split, from which `tiny` takes its vocabulary and a syllable head its characters.
        start: the tagger to start from, instead of the settings' encoder; it is not changed. Tags that it knows keep
            their weights.

    Raises:
        UserError: the encoder cannot be loaded.
    """
    if start is not None:
        torch.manual_seed(settings.seed)
        return _continue_from(start, tag_set, settings)
    texts = [sentence.text for sentence in sentences]
    encoder, tokenizer = load_encoder(settings.encoder, texts, seed=settings.seed, layers=settings.layers)
    features = _features(encoder.config.hidden_size, texts, settings)
    tagger = Tagger(encoder, features, num_tags=len(tag_set.names))
    return TextTagger(tagger, TextEncoding(tokenizer, max_length_of(encoder, tokenizer), settings.unit), tag_set)


def _features(state_width: int, texts: Sequence[str], settings: TrainSettings) -> Features:
    if settings.unit == "syllable":
        return SyllableFeatures.of_texts(state_width, texts, dropout=settings.dropout)
    return PieceFeatures(state_width, dropout=settings.dropout)


def _continue_from(start: TextTagger, tag_set: TagSet, settings: TrainSettings) -> TextTagger:
    """A copy of a tagger for another tag set; shared tags keep their weights and transitions."""
    features = copy.deepcopy(start.tagger.features)
    features.dropout.p = settings.dropout
    tagger = Tagger(copy.deepcopy(start.tagger.encoder), features, num_tags=len(tag_set.names))
    tagger.to(start.tagger.device)
    old, new = start.tag_set.names, tag_set.names
    shared = [name for name in new if name in old]
    to = torch.tensor([new.index(name) for name in shared], device=tagger.device)
    of = torch.tensor([old.index(name) for name in shared], device=tagger.device)
    with torch.no_grad():
        for there, here in zip(_rows(start.tagger), _rows(tagger), strict=True):
            here[to] = there[of]
        tagger.crf.transitions[to[:, None], to] = start.tagger.crf.transitions[of[:, None], of]
    return TextTagger(tagger, start.encoding, tag_set)


def _rows(tagger: Tagger) -> tuple[Tensor, ...]:
    """The parameters that have one row for each tag."""
    return tagger.linear.weight, tagger.linear.bias, tagger.crf.start_transitions, tagger.crf.end_transitions
