"""Tags a stream of texts of any length, alone or as one of several processes. Imports torch; see `engine`.

The texts go in blocks of `BLOCK`, and of these to the processes in turn. Once each process has tagged its block, all
are gathered: so the results come in the order of the texts, no process is ever more than a block ahead of another, and
memory is needed for a block for each process, however long the stream.
"""

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path

from core.domain.settings import Device
from core.formats.records import Rejected, TaggedText, Text
from core.model import checkpoint
from core.model.devices import device_of
from core.model.predictor import predict_batches
from core.model.tagger import TextTagger
from core.training.distributed import Crew

BLOCK = 2048
"""Texts: enough that a batch finds others of its length, few enough that several blocks are nothing to the memory."""


def predict_texts(
    folder: Path, records: Iterable[Text | Rejected], crew: Crew, device: Device = "auto"
) -> Iterator[TaggedText | Rejected]:
    """The records of all processes in order, the texts tagged with the weights in the folder.

    Every process must read the same records, and take all that comes: the last block is known by what all have read.

    Raises:
        UserError: at once: the checkpoint is damaged, or the device is not there; later: what reading the records
            raises, or `PropagatedError` for what has happened to another process.
    """
    return tag_texts(checkpoint.load(folder, device_of(device)), records, crew)


def tag_texts(
    text_tagger: TextTagger, records: Iterable[Text | Rejected], crew: Crew, *, block_size: int = BLOCK
) -> Iterator[TaggedText | Rejected]:
    """`predict_texts` with a tagger that is loaded already; the result does not depend on the crew's size."""
    own_blocks = islice(_blocks(records, block_size), crew.rank, None, crew.size)
    while True:
        blocks = crew.gathered(_tag_block(text_tagger, next(own_blocks, [])))
        yield from chain.from_iterable(blocks)
        if not blocks[-1]:
            return


def _blocks(records: Iterable[Text | Rejected], size: int) -> Iterator[list[Text | Rejected]]:
    unread = iter(records)
    while block := list(islice(unread, size)):
        yield block


def _tag_block(text_tagger: TextTagger, block: list[Text | Rejected]) -> list[TaggedText | Rejected]:
    texts = [record for record in block if isinstance(record, Text)]
    found = dict(chain.from_iterable(predict_batches(text_tagger, [text.text for text in texts])))
    tagged = (TaggedText(text, found[number]) for number, text in enumerate(texts))
    return [record if isinstance(record, Rejected) else next(tagged) for record in block]
