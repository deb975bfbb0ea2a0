import subprocess
import sys
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.generators import run_to_end
from core.domain.settings import UNITS
from core.domain.spans import Sentence, Span
from core.domain.tags import TagSet
from core.languages.korean.normalise import normalise_text
from core.metrics.report import Counts
from core.model.ceilings import count_best_spans
from core.model.encoding.text_encoder import TextEncoding
from tests.core.toy_models import SENTENCES, byte_level, metaspace, seen, text_tagger_of, windows_of, wordpiece

TEXTS = [sentence.text for sentence in SENTENCES]
TOKENIZERS = {
    "wordpiece": wordpiece(TEXTS),
    "byte-level": byte_level(TEXTS),
    "metaspace": metaspace(TEXTS),
    "tiny": text_tagger_of().encoding.tokenizer,
}
KOREAN = st.text(st.sampled_from("이순신은 한산도에서 뷁각가e̋\t\u3000  😀👨\u200d👩.,[UNK]abc\u00a0"), max_size=60)


@pytest.fixture(params=TOKENIZERS)
def tokenizer(request):
    return TOKENIZERS[request.param]


def ceiling(encoding, sentences, labels):
    windows = encoding.encode([sentence.text for sentence in sentences])
    return sum(run_to_end(count_best_spans(windows, sentences, TagSet(labels))).values(), Counts())


def units_of(encoding, text):
    return [text[start:end] for window in windows_of(encoding, text) for start, end in window.units]


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("name", TOKENIZERS)
@given(text=KOREAN, length=st.integers(3, 40))
def test_units_contain_every_visible_character_once_and_in_order(name, unit, text, length):
    """In the windows' own parts; what a window shares with the next is there for context."""
    windows = windows_of(TextEncoding(TOKENIZERS[name], length, unit), text)
    for window in windows:
        covered = [i for start, end in window.units for i in range(start, end)]
        assert covered == sorted(set(covered))
        assert all(start < end for start, end in window.units)
        assert not any(text[start].isspace() or text[end - 1].isspace() for start, end in window.units)
    covered = {i for window in windows for start, end in window.units for i in range(start, end)}
    assert {i for i, character in enumerate(text) if not character.isspace()} <= covered


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("name", TOKENIZERS)
@given(text=KOREAN, length=st.integers(3, 40))
def test_windows_fit_and_their_own_parts_tile_the_text(name, unit, text, length):
    windows = windows_of(TextEncoding(TOKENIZERS[name], length, unit), text)
    assert all(len(window.input_ids) <= length for window in windows)
    owned = [window.own for window in windows]
    assert owned[0][0] == 0
    assert owned[-1][1] == len(text)
    assert all(before[1] == after[0] for before, after in pairwise(owned))
    for window in windows:
        assert len(window.positions) == len(window.units)
        assert all(0 < position < len(window.input_ids) - 1 for position in window.positions)
        assert window.positions == sorted(window.positions)


@pytest.mark.parametrize("name", TOKENIZERS)
@given(text=KOREAN)
def test_a_text_that_fits_is_read_as_the_tokenizer_reads_it(name, text):
    tokenizer = TOKENIZERS[name]
    (window,) = windows_of(TextEncoding(tokenizer, 512), text)
    assert window.input_ids[1:-1] == tokenizer(normalise_text(text).text, add_special_tokens=False)["input_ids"]


def test_windows_begin_and_end_with_the_special_tokens(tokenizer):
    ends = tokenizer("x")["input_ids"]
    for window in windows_of(TextEncoding(tokenizer, 6), TEXTS[5]):
        assert (window.input_ids[0], window.input_ids[-1]) == (ends[0], ends[-1])


def test_many_texts_give_what_each_gives(tokenizer):
    encoding = TextEncoding(tokenizer, 20)
    assert seen(encoding.encode(TEXTS)) == [windows_of(encoding, text) for text in TEXTS]


def test_tiny_units_are_single_characters():
    encoding = TextEncoding(TOKENIZERS["tiny"], 512)
    assert units_of(encoding, "이순신은 뷁 😀x.") == ["이", "순", "신", "은", "뷁", "😀", "x", "."]


def test_an_unknown_word_is_one_unit():
    assert units_of(TextEncoding(TOKENIZERS["wordpiece"], 64), "뷁뷁이 이순신은")[0] == "뷁뷁이"


def test_bytes_of_one_character_carry_one_tag():
    encoding = TextEncoding(TOKENIZERS["byte-level"], 64)
    assert units_of(encoding, "뷁😀뷁") == ["뷁", "😀", "뷁"]
    (window,) = windows_of(encoding, "뷁😀")
    assert len(window.input_ids) > 4


def test_a_mark_of_space_carries_no_tag():
    (window,) = windows_of(TextEncoding(TOKENIZERS["metaspace"], 64), "뷁뷁 은")
    assert len(window.input_ids) == 6
    assert window.units == [(0, 2), (3, 4)]


def test_decomposed_text_gives_the_same_pieces_over_its_own_characters(tokenizer):
    encoding = TextEncoding(tokenizer, 64)
    text = TEXTS[0]
    decomposed = unicodedata.normalize("NFD", text)
    (window,), (other,) = windows_of(encoding, text), windows_of(encoding, decomposed)
    assert other.input_ids == window.input_ids
    assert [unicodedata.normalize("NFC", decomposed[a:b]) for a, b in other.units] == [
        text[a:b] for a, b in window.units
    ]


def test_long_text_is_cut_where_a_sentence_ends(tokenizer):
    text = "이순신은 한산도에서 싸웠다. " * 12
    windows = windows_of(TextEncoding(tokenizer, 30), text)
    assert len(windows) >= 2
    for window in windows[1:]:
        assert text[: window.own[0]].rstrip().endswith(".")


def test_long_text_without_sentences_is_cut_between_words(tokenizer):
    text = "이순신은 한산도에서 " * 20
    windows = windows_of(TextEncoding(tokenizer, 30), text)
    assert len(windows) >= 2
    for window in windows[1:]:
        assert text[window.own[0] - 1] == " " or text[window.own[0]] == " "


def test_windows_of_a_long_text_overlap():
    windows = windows_of(TextEncoding(TOKENIZERS["tiny"], 42), "가" * 100)
    assert [len(window.units) for window in windows] == [40, 40, 40]
    assert [window.own for window in windows] == [(0, 35), (35, 65), (65, 100)]
    assert [window.units[0][0] for window in windows] == [0, 30, 60]


@pytest.mark.parametrize("text", ["", " ", "\u3000\t"])
def test_text_without_units_gives_a_window_without_positions(tokenizer, text):
    (window,) = windows_of(TextEncoding(tokenizer, 12), text)
    assert window.positions == []
    assert window.units == []


def test_no_room_for_a_piece_is_refused():
    with pytest.raises(ValueError, match="no room"):
        TextEncoding(TOKENIZERS["tiny"], 2)


def test_perfect_tags_give_the_gold_where_units_are_characters():
    encoding = TextEncoding(TOKENIZERS["tiny"], 64)
    assert ceiling(encoding, SENTENCES, ("PS", "LC", "OG")) == Counts(14, 14, 14)
    assert ceiling(encoding, SENTENCES, ("DT",)) == Counts()


def test_perfect_tags_cannot_separate_what_is_one_piece():
    encoding = TextEncoding(TOKENIZERS["wordpiece"], 64)
    sentence = Sentence("1", "뷁뷁은 이순신", (Span(0, 2, "PS"), Span(4, 7, "PS")))
    assert ceiling(encoding, [sentence], ("PS",)) == Counts(1, 2, 2)


def test_encoding_needs_no_torch():
    modules = "core.model.encoding.text_encoder, core.domain.events, core.io.manifest, core.domain.settings"
    code = f"import sys, {modules}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("unit", UNITS)
def test_units_of_morphemes_are_kept_apart_by_the_version_of_their_analyser(monkeypatch, unit):
    before = TextEncoding(TOKENIZERS["wordpiece"], 32, unit).digest
    monkeypatch.setattr("core.languages.korean.morphemes.version", lambda package: "99.0")
    after = TextEncoding(TOKENIZERS["wordpiece"], 32, unit).digest
    assert (after == before) == (unit == "subword")
