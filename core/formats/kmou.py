"""The corpora of Korea Maritime and Ocean University: a sentence as text, as text with markup, and as morphemes.

    ## 1                                    ; 나리는 부산에 산다.
    ## 나리는 부산에 산다.                    $<나리:PS>는 <부산:LC>에 산다.
    ## <나리:PER>는 <부산:LOC>에 산다.         1<TAB>나리<TAB>NNP<TAB>B_PS
    나리<TAB>나리<TAB>NNP<TAB>B-PER          1<TAB>는<TAB>JX<TAB>O
    …                                       …

The markup gives the entities, since morphemes are not always cut where entities are. A file with the morphemes alone is
one of columns. Source: https://github.com/kmounlp/NER.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from core.domain.errors import UserError
from core.formats.records import CorpusFormat, Head, Record, Rejected, StatedSpan, reject
from core.formats.source_files import Source
from core.formats.word_tags import BadTagError, WordRange, find_ranges
from core.messages.catalogue import mark

_ENTITY = re.compile(r"<([^<>]+):([^\s<>:]+)>")
_HEADER = re.compile(r"## ?|; ?|\$")
_BLANK = "_"
"""The morpheme that is a blank."""


@dataclass(slots=True)
class _Sentence:
    """The lines of one sentence.

    Attributes:
        headers: the lines before the morphemes, with what begins them.
    """

    line: int
    headers: list[str] = field(default_factory=list)
    rows: list[tuple[int, list[str]]] = field(default_factory=list)


def score(head: Head) -> float:
    """Surely if a text is followed by the same with markup."""
    pairs = zip(head.lines, head.lines[1:], strict=False)
    return 1.0 if any(_are_headers(*pair) for pair in pairs) else 0.0


def read(source: Source) -> Iterator[Record | Rejected]:
    """Read the sentences; their number is that of their block of lines."""
    for number, sentence in enumerate(_sentences(source.lines()), 1):
        yield _record(source, number, sentence)


FORMAT = CorpusFormat("kmou", mark("KMOU NER"), ".txt", score, read)


def _are_headers(text: str, markup: str) -> bool:
    """Whether two lines are a text and the same with markup."""
    if text.startswith("## ") and markup.startswith("## "):
        return "\t" not in text + markup and read_markup(markup[3:])[0] == text[3:] != markup[3:]
    return text.startswith(";") and markup.startswith("$") and read_markup(markup[1:])[0] == text[1:].lstrip(" ")


def read_markup(markup: str) -> tuple[str, tuple[StatedSpan, ...]]:
    """The text without `<entity:LABEL>`, and the entities."""
    pieces: list[str] = []
    spans: list[StatedSpan] = []
    at = last = 0
    for found in _ENTITY.finditer(markup):
        pieces += (markup[last : found.start()], found[1])
        at += found.start() - last
        spans.append(StatedSpan(at, at + len(found[1]), found[2]))
        at += len(found[1])
        last = found.end()
    return "".join((*pieces, markup[last:])), tuple(spans)


def _sentences(lines: Iterable[tuple[int, str]]) -> Iterator[_Sentence]:
    sentence: _Sentence | None = None
    for number, ended in lines:
        line = ended.rstrip("\r\n")
        if not line:
            if sentence:
                yield sentence
            sentence = None
            continue
        sentence = sentence or _Sentence(number)
        if not sentence.rows and "\t" not in line:
            sentence.headers.append(line)
        else:
            sentence.rows.append((number, line.split("\t")))
    if sentence:
        yield sentence


def _record(source: Source, number: int, sentence: _Sentence) -> Record | Rejected:
    headers = [_HEADER.sub("", header, count=1) for header in sentence.headers]
    is_numbered = sentence.headers[:1] != [] and sentence.headers[0].startswith("##")
    known_id = headers.pop(0) if is_numbered else ""
    if len(headers) != 2:
        reason = UserError("it is not a text, the text with markup, and its morphemes")
        return reject(source, sentence.line, reason, known_id)
    text, (marked, spans) = headers[0], read_markup(headers[1])
    try:
        if marked != text:
            raise UserError("its text and its markup disagree; correct one of them")
        _check_rows(sentence.rows, text if is_numbered else None, spans)
    except UserError as error:
        return Record(number, text, reject(source, sentence.line, error, known_id), known_id, sentence.line)
    return Record(number, text, spans, known_id, sentence.line, extras=_extras(sentence.rows))


def _check_rows(rows: Sequence[tuple[int, list[str]]], text: str | None, spans: Sequence[StatedSpan]) -> None:
    """Check that the tags of the morphemes say the same as the markup.

    Args:
        text: that the morphemes make; None: they are not as in the text, so only the labels are compared.
    """
    if not rows:
        return
    try:
        tagged = find_ranges([cells[-1] for _, cells in rows])
    except BadTagError as error:
        raise error.reason from error
    if text is None:
        agrees = [label for *_, label in tagged] == [span.label for span in spans]
    else:
        agrees = tagged == _touched(_place([cells[0] for _, cells in rows], text), spans)
    if not agrees:
        raise UserError("its markup and the tags of its morphemes disagree; correct one, or delete the morphemes")


def _place(morphemes: Iterable[str], text: str) -> list[int]:
    """Where the morphemes end in their text."""
    ends: list[int] = []
    at = 0
    for morpheme in morphemes:
        is_blank = morpheme == _BLANK and text[at : at + 1] == " "
        if not is_blank and not text.startswith(morpheme, at):
            raise UserError(
                "its morphemes do not make its text: at character {place:,} they have {morpheme!r}",
                place=at + 1,
                morpheme=morpheme,
            )
        at += len(morpheme)
        ends.append(at)
    return ends


def _touched(ends: Sequence[int], spans: Iterable[StatedSpan]) -> list[WordRange]:
    """The entities as ranges of the morphemes that they touch."""
    return [(bisect_right(ends, span.start), bisect_right(ends, span.end - 1) + 1, span.label) for span in spans]


def _extras(rows: Sequence[tuple[int, list[str]]]) -> dict[str, dict[str, list[str]]]:
    """The columns of the morphemes but for the last, by their numbers from 1."""
    columns = [list(column) for column in zip_longest(*(cells[:-1] for _, cells in rows), fillvalue="")]
    return {"columns": {str(number): column for number, column in enumerate(columns, 1)}} if columns else {}
