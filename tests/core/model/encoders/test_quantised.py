import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.errors import UserError
from core.model.encoders.quantised import read_quantised
from tests.core.packed_files import PIECES, READ_AS, packed


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return packed(tmp_path_factory.mktemp("packed") / "encoder.bin")


def test_sizes_and_vocabulary_are_read(file):
    encoder = read_quantised(file[0])
    sizes = encoder.sizes
    assert (sizes.hidden, sizes.layers, sizes.heads, sizes.feed_forward) == (32, 2, 2, 64)
    assert (sizes.rows, sizes.positions, sizes.types) == (len(PIECES) + 3, 40, 2)
    assert sizes.epsilon == pytest.approx(1e-12)
    vocabulary = encoder.vocabulary
    assert vocabulary.pieces == tuple((piece, -float(index)) for index, piece in enumerate(PIECES))
    special = (vocabulary.beginning, vocabulary.padding, vocabulary.end, vocabulary.unknown)
    assert [PIECES[index] for index in special] == ["<s>", "<pad>", "</s>", "<unk>"]
    assert vocabulary.read_as == READ_AS


def test_weights_are_those_that_were_packed(file):
    path, weights = file
    encoder = read_quantised(path)
    assert encoder.tensors.keys() == weights.keys()
    for name, expected in weights.items():
        given_back = encoder.weights(name, expected.shape)
        assert given_back.dtype == np.float32
        assert np.array_equal(given_back, expected)


@given(st.lists(st.integers(0, len(PIECES) + 2), min_size=1))
def test_some_rows_are_those_of_the_whole(file, rows):
    path, weights = file
    shape = weights["emb.word"].shape
    assert np.array_equal(
        read_quantised(path).weights("emb.word", shape, np.array(rows)), weights["emb.word"][np.array(rows)]
    )


@given(st.data())
def test_a_file_that_ends_too_early_is_refused(file, tmp_path_factory, data):
    content = file[0].read_bytes()
    path = tmp_path_factory.getbasetemp() / "cut.bin"
    path.write_bytes(content[: data.draw(st.integers(0, len(content) - 1))])
    with pytest.raises(UserError, match=r"cut\.bin cannot be read .* reinstall the package"):
        read_quantised(path)


@pytest.mark.parametrize("changes", [{"magic": b"GGUF"}, {"version": 2}, {"block": 16}])
def test_another_format_is_refused(tmp_path, changes):
    path, _ = packed(tmp_path / "other.bin", **changes)
    with pytest.raises(UserError, match="not in version 1 of the format E5S1"):
        read_quantised(path)


def test_an_unknown_kind_of_tensor_is_refused(tmp_path):
    path, _ = packed(tmp_path / "other.bin", kinds={"l1.q.w": 7})
    with pytest.raises(UserError, match=r"l1\.q\.w is of an unknown kind, 7"):
        read_quantised(path)


@pytest.mark.parametrize(("name", "shape"), [("l9.q.w", (32, 32)), ("l0.q.w", (32, 64)), ("l0.q.w", (64, 16))])
def test_a_tensor_that_is_not_there_is_named(file, name, shape):
    with pytest.raises(UserError, match=f"no tensor {name} of {shape[0]} × {shape[1]}"):
        read_quantised(file[0]).weights(name, shape)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UserError, match=r"nowhere\.bin cannot be read"):
        read_quantised(tmp_path / "nowhere.bin")
