"""The tagger that a training starts with: on a new encoder, or going on from an earlier run's."""

import copy
from collections.abc import Sequence

import torch
from torch import Tensor

from core.domain.settings import TrainSettings
from core.domain.spans import Sentence
from core.domain.tags import TagSet
from core.model.encoders.loading import load_encoder, max_length_of
from core.model.encoding.text_encoder import TextEncoding
from core.model.heads import Features, PieceFeatures, SyllableFeatures
from core.model.tagger import Tagger, TextTagger


def initial_tagger(
    sentences: Sequence[Sentence], tag_set: TagSet, settings: TrainSettings, start: TextTagger | None
) -> TextTagger:
    """The tagger to train, on the CPU or where `start` is; torch's global generator is seeded for its new layers.

    Args:
        sentences: the training split; `tiny` learns its vocabulary from it, a syllable head its characters.
        start: whose weights are the start, in place of the settings' encoder; it is not changed. Tags that it knows
            keep their weights.

    Raises:
        UserError: the encoder cannot be had.
    """
    if start is not None:
        torch.manual_seed(settings.seed)
        return _continued(start, tag_set, settings)
    texts = [sentence.text for sentence in sentences]
    encoder, tokenizer = load_encoder(settings.encoder, texts, seed=settings.seed, layers=settings.layers)
    features = _features(encoder.config.hidden_size, texts, settings)
    tagger = Tagger(encoder, features, num_tags=len(tag_set.names))
    return TextTagger(tagger, TextEncoding(tokenizer, max_length_of(encoder, tokenizer), settings.unit), tag_set)


def _features(state_width: int, texts: Sequence[str], settings: TrainSettings) -> Features:
    if settings.unit == "syllable":
        return SyllableFeatures.of_texts(state_width, texts, dropout=settings.dropout)
    return PieceFeatures(state_width, dropout=settings.dropout)


def _continued(start: TextTagger, tag_set: TagSet, settings: TrainSettings) -> TextTagger:
    """A copy of a tagger for another tag set; tags that both have keep their weights and transitions."""
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
