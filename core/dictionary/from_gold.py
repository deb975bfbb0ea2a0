"""The dictionary that a gold gives: its strings that are labelled alike wherever they match."""

from collections import Counter, defaultdict
from collections.abc import Callable, Generator, Iterable
from itertools import islice

from core.dictionary.entries import DictionaryEntry
from core.dictionary.matching import SLICE, Candidate, DictionaryMatcher, prepare_text
from core.domain.spans import Example
from core.languages.korean.normalise import Normalised
from core.languages.korean.particle_cuts import CutPlace, confirm_cuts


def make_dictionary(
    read: Callable[[], Iterable[Example]], *, min_count: int = 2
) -> Generator[int, None, list[DictionaryEntry]]:
    """The strings that are spans at least so often, always with one label, and nowhere without being that span: on the
    sentences it was made of, the dictionary is never wrong. The most frequent come first.

    Args:
        read: the judged sentences from the first to the last; called twice, so that none has to be kept.

    Yields:
        How many sentences were read so far, each of them twice.

    Raises:
        UserError: Kiwi does not work here.
    """
    counts, done = Counter[tuple[str, str]](), 0
    for sentence in read():
        counts.update(_labelled_strings(sentence))
        done += 1
        if done % SLICE == 0:
            yield done
    entries = _entries_with_one_label(counts, min_count)
    matcher, wrong = DictionaryMatcher(entries, ""), set[DictionaryEntry]()
    sentences = iter(read())
    while part := list(islice(sentences, SLICE)):
        wrong |= _find_wrong_entries(matcher, part)
        done += len(part)
        yield done
    return [entry for entry in entries if entry not in wrong]


def _labelled_strings(sentence: Example) -> list[tuple[str, str]]:
    return [(prepare_text(sentence.text[span.start : span.end]).text.strip(), span.label) for span in sentence.gold]


def _entries_with_one_label(counts: Counter[tuple[str, str]], min_count: int) -> list[DictionaryEntry]:
    labels: dict[str, set[str]] = defaultdict(set)
    for string, label in counts:
        labels[string].add(label)
    frequent = [(-number, *key) for key, number in counts.items() if number >= min_count and len(labels[key[0]]) == 1]
    return [DictionaryEntry(string, label) for _, string, label in sorted(frequent)]


def _find_wrong_entries(matcher: DictionaryMatcher, sentences: list[Example]) -> set[DictionaryEntry]:
    """The entries that match text which is not a span of their label."""
    wrong = set[DictionaryEntry]()
    doubtful = list[tuple[DictionaryEntry, CutPlace]]()
    for sentence in sentences:
        text = prepare_text(sentence.text)
        for candidate in matcher.find_candidates(text.text):
            [entry] = candidate.entries
            if entry in wrong or _is_gold(candidate, text, sentence):
                continue
            if candidate.is_doubtful:
                doubtful.append((entry, CutPlace(text.text, candidate.start, candidate.end)))
            else:
                wrong.add(entry)
    answers = confirm_cuts([place for _, place in doubtful])
    return wrong | {entry for (entry, _), is_confirmed in zip(doubtful, answers, strict=True) if is_confirmed}


def _is_gold(candidate: Candidate, text: Normalised, sentence: Example) -> bool:
    start, end = text.original(candidate.start, candidate.end)
    [entry] = candidate.entries
    return any((span.start, span.end, span.label) == (start, end, entry.label) for span in sentence.gold)
