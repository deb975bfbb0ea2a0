import pytest

from core.domain.generators import run_to_end
from core.model.encoding.cache import encode_cached
from core.model.encoding.text_encoder import TextEncoding
from tests.core.toy_models import SENTENCES, seen, text_tagger_of

TEXTS = [sentence.text for sentence in SENTENCES]
TOKENIZER = text_tagger_of().encoding.tokenizer


@pytest.fixture
def by():
    return TextEncoding(TOKENIZER, 20, "syllable")


def counted(monkeypatch, by):
    """The texts that are really encoded from here on."""
    texts, encode = [], TextEncoding.encode

    def spy(self, given):
        texts.extend(given)
        return encode(self, given)

    monkeypatch.setattr(TextEncoding, "encode", spy)
    return texts


def test_a_text_is_encoded_once(tmp_path, by, monkeypatch):
    plain = seen(by.encode(TEXTS))
    encoded = counted(monkeypatch, by)
    assert seen(run_to_end(encode_cached(TEXTS[:4], by, tmp_path))) == plain[:4]
    assert seen(run_to_end(encode_cached(TEXTS, by, tmp_path))) == plain
    assert seen(run_to_end(encode_cached(TEXTS[::-1], by, tmp_path))) == plain[::-1]
    assert encoded == TEXTS


def test_the_same_text_twice_is_encoded_once(tmp_path, by, monkeypatch):
    encoded = counted(monkeypatch, by)
    windows = seen(run_to_end(encode_cached([TEXTS[0]] * 3, by, tmp_path)))
    assert windows[0] == windows[1] == windows[2]
    assert encoded == TEXTS[:1]


def test_without_a_folder_nothing_is_kept(by):
    assert seen(run_to_end(encode_cached(TEXTS, by, None))) == seen(by.encode(TEXTS))


def test_another_unit_or_length_has_windows_of_its_own(tmp_path, by):
    run_to_end(encode_cached(TEXTS, by, tmp_path))
    for other in (TextEncoding(TOKENIZER, 20, "subword"), TextEncoding(TOKENIZER, 24, "syllable")):
        assert seen(run_to_end(encode_cached(TEXTS, other, tmp_path))) == seen(other.encode(TEXTS))


@pytest.mark.parametrize("damage", ["cut", "gone", "zeros"])
def test_what_is_damaged_is_encoded_again(tmp_path, by, damage):
    run_to_end(encode_cached(TEXTS, by, tmp_path))
    (column,) = tmp_path.rglob("input_ids.npy")
    if damage == "gone":
        column.unlink()
    else:
        column.write_bytes(column.read_bytes()[:30] if damage == "cut" else b"")
    assert seen(run_to_end(encode_cached(TEXTS, by, tmp_path))) == seen(by.encode(TEXTS))
    assert len(list(tmp_path.rglob("input_ids.npy"))) == 1


def test_a_folder_that_cannot_be_written_costs_nothing_but_time(tmp_path, by):
    (tmp_path / "file").write_text("")
    assert seen(run_to_end(encode_cached(TEXTS, by, tmp_path / "file" / "cache"))) == seen(by.encode(TEXTS))


def test_only_the_newest_encodings_are_kept(tmp_path):
    for length in range(20, 28):
        run_to_end(encode_cached(TEXTS[:1], TextEncoding(TOKENIZER, length), tmp_path))
    assert len(list(tmp_path.iterdir())) == 4


def test_steps_report_how_many_texts_are_done(tmp_path, by, monkeypatch):
    monkeypatch.setattr("core.model.encoding.cache._AT_ONCE", 2)
    assert list(encode_cached(TEXTS[:5], by, tmp_path)) == [2, 2, 1]
    assert list(encode_cached(TEXTS, by, tmp_path)) == [5, 1]


def test_what_links_in_the_folder_lead_to_is_neither_removed_nor_written(tmp_path, by, monkeypatch):
    monkeypatch.setattr("core.model.encoding.cache._ENCODINGS_KEPT", 1)
    victim, folder = tmp_path / "victim", tmp_path / "encodings"
    (victim / "Documents").mkdir(parents=True)
    folder.mkdir()
    (folder / "0123456789abcdef").symlink_to(victim, target_is_directory=True)
    plain = seen(by.encode(TEXTS))
    assert seen(run_to_end(encode_cached(TEXTS, by, folder))) == plain
    (own,) = [path for path in folder.iterdir() if not path.is_symlink()]
    own.rename(tmp_path / "elsewhere")
    own.symlink_to(victim, target_is_directory=True)
    assert seen(run_to_end(encode_cached(TEXTS, by, folder))) == plain
    assert [path.name for path in victim.iterdir()] == ["Documents"]
