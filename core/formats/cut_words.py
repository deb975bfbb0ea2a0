"""Spans as tags of whole words, for formats that tag words, and what happens to spans that cut a word."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Literal

from core.domain.errors import UserError
from core.formats.records import Record, StatedSpan, stated_spans
from core.formats.word_tags import WordRange
from core.messages.catalogue import say_count


class CutWords:
    """Tags the words of texts, and counts the spans that cut a word.

    Args:
        how: whether such a span is refused, widened to its words, or left out.
    """

    def __init__(self, how: Literal["refuse", "widen", "leave-out"]) -> None:
        self._how = how
        self._widened = self._left_out = 0
        self._first_widened = self._first_left_out = ("", "")

    def tag(self, record: Record) -> list[tuple[str, str]]:
        """The words of a text, which are between single blanks, with their IOB2 tags.

        Raises:
            UserError: a span cuts a word, and that is refused.
        """
        words = record.text.split(" ")
        starts = [0, *accumulate(len(word) + 1 for word in words)][:-1]
        ends = [start + len(word) for start, word in zip(starts, words, strict=True)]
        tags = ["O"] * len(words)
        for first, end, label in self.find_ranges(record, starts, ends):
            tags[first:end] = [f"B-{label}", *[f"I-{label}"] * (end - first - 1)]
        return list(zip(words, tags, strict=True))

    def find_ranges(self, record: Record, starts: Sequence[int], ends: Sequence[int]) -> list[WordRange]:
        """The spans of a record as ranges of words, in order.

        Args:
            starts, ends: where the words begin and end in the text.

        Raises:
            UserError: a span cuts a word, and that is refused.
        """
        ranges: list[WordRange] = []
        for span in sorted(stated_spans(record)):
            first, end = bisect_right(ends, span.start), bisect_left(starts, span.end)
            is_whole = first < end and starts[first] == span.start and ends[end - 1] == span.end
            is_free = first < end and (not ranges or ranges[-1][1] <= first)
            if self._takes(record, span, is_whole=is_whole, is_free=is_free):
                ranges.append((first, end, span.label))
        return ranges

    def _takes(self, record: Record, span: StatedSpan, *, is_whole: bool, is_free: bool) -> bool:
        """Whether a span is written; it is not where a widened one has taken one of its words."""
        named = (record.text[span.start : span.end], record.id)
        if not is_whole and self._how == "refuse":
            raise UserError(
                "the span “{span}” of the sentence {id!r} cuts a word, but the format tags whole words; widen"
                " such spans or leave them out (--cut-words on the command line), or export as jsonl",
                span=named[0],
                id=named[1],
            )
        if (not is_whole and self._how == "leave-out") or not is_free:
            self._left_out += 1
            self._first_left_out = named if self._left_out == 1 else self._first_left_out
            return False
        if not is_whole:
            self._widened += 1
            self._first_widened = named if self._widened == 1 else self._first_widened
        return True

    def notices(self) -> tuple[str, ...]:
        """A sentence each on the spans widened and left out: how many, and the first of them."""
        notices = []
        if self._widened:
            span, sentence_id = self._first_widened
            notices.append(
                say_count(
                    "{count:,} span that cuts a word was widened to whole words: “{span}” of the sentence {id}",
                    "{count:,} spans that cut a word were widened to whole words, the first of them “{span}” of the"
                    " sentence {id}",
                    self._widened,
                    span=span,
                    id=sentence_id,
                )
            )
        if self._left_out:
            span, sentence_id = self._first_left_out
            notices.append(
                say_count(
                    "{count:,} span was left out because it cuts a word: “{span}” of the sentence {id}",
                    "{count:,} spans were left out because they cut a word, the first of them “{span}” of the"
                    " sentence {id}",
                    self._left_out,
                    span=span,
                    id=sentence_id,
                )
            )
        return tuple(notices)
