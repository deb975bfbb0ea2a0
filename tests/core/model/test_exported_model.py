"""An exported model tags as the tagger that it was made from: part by part, and in a process without Spandesk."""

import importlib.util
import itertools
import json
import math
import os
import subprocess
import sys
import unicodedata
from types import SimpleNamespace

import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from transformers import AutoTokenizer
from transformers.dynamic_module_utils import get_imports

from core.domain.errors import UserError
from core.domain.settings import UNITS
from core.domain.tags import TagSet
from core.languages.korean import morphemes
from core.languages.korean.morphemes import MORPHEME_TAGS
from core.languages.korean.normalise import normalise_text
from core.model.crf import MaskedCRF, bio_constraints
from core.model.encoding.text_encoder import TextEncoding
from core.model.encoding.units import piece_units
from core.model.exported_model import CODE, load_model, write_model
from core.model.predictor import unit_ranges_of
from tests.core.toy_models import (
    FAMILIES,
    LABELS,
    SENTENCES,
    byte_level,
    metaspace,
    saved_encoder,
    seen,
    tagged,
    text_tagger_of,
    wordpiece,
)

MODULE = CODE / "span_tagger.py"
TEXTS = [sentence.text for sentence in SENTENCES]


@pytest.fixture(scope="module")
def code():
    """The module that exported models bring along."""
    spec = importlib.util.spec_from_file_location("span_tagger", MODULE)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


@example(["e\u0301\u0323", " ", "나"], {1})  # the second piece begins with an accent of the first
@given(
    st.lists(st.sampled_from(["e\u0301\u0323", "ᄀ", "ᅡ", "ᆨ", "\u0301", " ", "나"]), min_size=1),
    st.sets(st.integers(0, 9)),
)
def test_no_unit_begins_or_ends_with_a_blank_at_home_or_outside(code, parts, edges):
    text = "".join(parts)
    normalised = normalise_text(text)
    bounds = sorted({0, len(normalised.text), *(edge for edge in edges if edge < len(normalised.text))})
    offsets = list(itertools.pairwise(bounds))
    units = piece_units(normalised, offsets)
    surfaces = [text[start:end] for start, end in (unit.extent for unit in units)]
    assert surfaces == [surface.strip() for surface in surfaces]
    assert all(before.extent[1] <= after.extent[0] for before, after in itertools.pairwise(units))
    assert [(part.piece, part.extent) for part in code.pieces_of(code.normalise(text), offsets)] == [
        (unit.piece, unit.extent) for unit in units
    ]


@given(st.integers(0, 2**32), st.integers(1, 12), st.integers(1, 4), st.sampled_from([0.3, 2.0, 20.0]))
def test_the_crf_decodes_as_at_home(code, seed, units, labels, scale):
    torch.manual_seed(seed)
    home = MaskedCRF(1 + 2 * labels, constraints=bio_constraints(labels))
    for parameter in home.parameters():
        torch.nn.init.normal_(parameter, std=scale)
    outside = code.LinearChain(1 + 2 * labels)
    outside.load_state_dict(home.state_dict())
    emissions, valid = scale * torch.randn(1, units, 1 + 2 * labels), torch.ones(1, units, dtype=torch.bool)
    tag_set = TagSet(tuple(map(str, range(labels))))
    wanted = unit_ranges_of(home.decode(emissions, valid).tolist(), tag_set)
    found = outside.find_entities(emissions[0])
    assert [(first, last, str(label)) for first, last, label, _ in found] == [tuple(each[1:]) for each in wanted]
    rows = (
        torch.tensor([(0, first, last, label) for first, last, label, _ in found], dtype=torch.long)
        .reshape(-1, 4)
        .unbind(1)
    )
    shares = home.posterior(emissions, valid).span_probabilities(*rows).tolist()
    assert [share for *_, share in found] == pytest.approx(shares, abs=1e-5)
    assert all(math.isfinite(share) for share in shares)


def test_the_crf_decodes_in_single_precision_whatever_the_model_has(code):
    torch.manual_seed(3)
    outside, emissions = code.LinearChain(7).half(), 4 * torch.randn(40, 7).half()
    found = outside.find_entities(emissions)
    assert found == outside.float().find_entities(emissions.float())
    assert len(found) > 5


def test_the_crf_finds_nothing_in_nothing(code):
    assert code.LinearChain(3).find_entities(torch.zeros(0, 3)) == []


TOKENIZERS = {"wordpiece": wordpiece, "byte level": byte_level, "metaspace": metaspace}
PIECES = st.sampled_from(
    [
        *TEXTS,
        "했다",
        "ᄒ",
        "ㅎㅎ",
        "ﾡ",
        "각",
        "e\u0301",
        "\u0301",
        " ",
        "\t",
        "\n",
        "\u3000",
        "끝. ",
        "a",
        "😀",
        "␟",
        "漢字",
    ]
)
ANY_TEXT = st.lists(PIECES | st.text(max_size=3), max_size=25).map("".join)


@pytest.mark.parametrize("kind", TOKENIZERS)
@pytest.mark.parametrize("unit", UNITS)
@settings(max_examples=20)
@given(texts=st.lists(ANY_TEXT, min_size=1, max_size=4), is_decomposed=st.booleans())
def test_texts_become_the_windows_and_units_of_home(code, kind, unit, texts, is_decomposed):
    if is_decomposed:
        texts = [unicodedata.normalize("NFD", text) for text in texts]
    tokenizer = TOKENIZERS[kind](TEXTS)
    config = code.SpanTaggerConfig(unit=unit, window_pieces=20, morpheme_tags=MORPHEME_TAGS)
    outside = code.SpanEncoding(tokenizer, config)
    home = seen(TextEncoding(tokenizer, 20, unit).encode(texts))
    for text, wanted in zip(texts, home, strict=True):
        found = outside.encode(text)
        assert [window.input_ids for window in found] == [window.input_ids for window in wanted]
        assert [window.own for window in found] == [window.own for window in wanted]
        units = [[(u.piece + w.shift, u.extent, u.character, u.place) for u in w.units] for w in found]
        rows = [zip(w.positions, w.units, w.characters, w.places, strict=True) for w in wanted]
        assert units == [list(row) for row in rows]


def test_characters_have_the_morpheme_classes_of_home(code):
    texts = [normalise_text(text) for text in [*TEXTS, "했다 ㅋㅋ 3시에 http://a.kr"]]
    found = [code.morpheme_classes(text.text, code._morphemes(text.text), MORPHEME_TAGS) for text in texts]
    assert found == morphemes.morpheme_classes(texts)
    assert code.SpanTaggerConfig(morpheme_tags=MORPHEME_TAGS).morpheme_classes == morphemes.MORPHEME_CLASSES


def test_only_units_of_the_analyser_need_it_and_say_so(code, monkeypatch):
    assert sorted(get_imports(MODULE)) == sorted({*get_imports(MODULE)} - {"kiwipiepy", "core"})
    monkeypatch.setattr(code, "kiwipiepy", None)
    code._kiwi.cache_clear()
    for unit in ("morpheme", "syllable"):
        with pytest.raises(ImportError, match="pip install kiwipiepy"):
            code.SpanEncoding(wordpiece(TEXTS), code.SpanTaggerConfig(unit=unit)).encode(TEXTS[0])
    assert code.SpanEncoding(wordpiece(TEXTS), code.SpanTaggerConfig()).encode(TEXTS[0])


def test_a_tokenizer_that_reads_differently_is_refused(code, tmp_path):
    text_tagger = text_tagger_of()
    write_model(text_tagger, LABELS, tmp_path)
    config = code.SpanTaggerConfig.from_pretrained(tmp_path)
    model, tokenizer = code.SpanTagger(config), text_tagger.encoding.tokenizer
    assert code.SpanPipeline(model=model, tokenizer=tokenizer)("")[:0] == []
    with pytest.raises(ValueError, match="other pieces"):
        code.SpanPipeline(model=model, tokenizer=wordpiece(TEXTS))
    with pytest.raises(ValueError, match="whole spans"):
        code.SpanPipeline(model=model, tokenizer=tokenizer, aggregation_strategy="none")


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_of_encoders_tags_as_at_home(code, family, tmp_path):
    text_tagger = text_tagger_of(saved_encoder(tmp_path / "encoder", family))
    (tmp_path / "out").mkdir()
    write_model(text_tagger, LABELS, tmp_path / "out")
    model, report = code.SpanTagger.from_pretrained(tmp_path / "out", output_loading_info=True)
    assert not any(report.values()), "every tensor of the file has its place, and there is one for each"
    tagger = code.SpanPipeline(model=model, tokenizer=AutoTokenizer.from_pretrained(tmp_path / "out"), device="cpu")
    spans = tagged(text_tagger, TEXTS)
    check_same(tagger(TEXTS, batch_size=3), [spans[number] for number in range(len(TEXTS))], TEXTS)


def test_the_code_is_short():
    assert len((CODE / "predict.py").read_text(encoding="utf-8").splitlines()) <= 100


def test_its_program_says_what_it_cannot_read(tmp_path):
    command = [sys.executable, "-I", str(CODE / "predict.py"), "-", str(tmp_path / "missing.txt")]
    ended = subprocess.run(command, check=False, capture_output=True, encoding="utf-8")
    assert (ended.returncode, ended.stderr) == (
        1,
        f"error: {tmp_path / 'missing.txt'} is not a file that can be read\n",
    )


FRESH = """
import io, json, runpy, socket, sys
def refuse(*arguments, **options):
    raise AssertionError("a socket was used")

socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse
try:
    import core
except ImportError:
    pass
else:
    raise AssertionError("Spandesk can be imported")
from transformers import pipeline

_, task, answer = sys.argv
task, found = json.load(open(task, encoding="utf-8")), []
for folder in task["folders"]:
    tagger = pipeline("token-classification", model=folder, trust_remote_code=True, device="cpu")
    tagger.model.save_pretrained(folder + "/again")
    tagger.tokenizer.save_pretrained(folder + "/again")
    again = pipeline("token-classification", model=folder + "/again", trust_remote_code=True, device="cpu")
    texts = task["texts"]
    found.append([tagger(texts), tagger(texts, batch_size=5), again(texts, batch_size=5)])
sys.argv = [task["folders"][0] + "/predict.py", "-", "--batch-size", "3"]
sys.stdin = io.TextIOWrapper(io.BytesIO("\\n".join(filter(str.strip, texts)).encode()), encoding="ascii")
sys.stdout = io.TextIOWrapper(output := io.BytesIO(), encoding="ascii")
runpy.run_path(sys.argv[0], run_name="__main__")
printed = {line["text"]: line["spans"] for line in map(json.loads, output.getvalue().decode().splitlines())}
found[0].append([printed.get(text, []) for text in texts])
json.dump(found, open(answer, "w", encoding="utf-8"))
"""


def environment(tmp_path):
    modules = {"HF_HOME": str(tmp_path / "home"), "HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1"}
    return {**os.environ, **modules, "OMP_NUM_THREADS": "1", "MALLOC_PERTURB_": "165"}  # unset memory is not zero


@pytest.fixture(scope="module")
def exports(tmp_path_factory):
    """The folders of three exported models whose last names are equal, their texts, and the spans found at home."""
    root = tmp_path_factory.mktemp("exports")
    texts = [*TEXTS, *(unicodedata.normalize("NFD", text) for text in TEXTS), "", " \n", ". ".join(TEXTS)]
    bert = saved_encoder(root / "bert", "bert", positions=48)
    folders, wanted = [], []
    for unit, encoder, parent in zip(UNITS, (None, None, bert), ("v1.0", "두 칸", "3-x"), strict=True):
        text_tagger = text_tagger_of(encoder, unit=unit)
        folder = root / parent / "epoch.1 모델"
        folder.mkdir(parents=True)
        write_model(text_tagger, LABELS, folder)
        spans = tagged(text_tagger, texts)
        folders.append(folder)
        wanted.append([spans[number] for number in range(len(texts))])
    return SimpleNamespace(folders=folders, texts=texts, wanted=wanted)


def check_same(found, wanted, texts):
    for text, spans, own in zip(texts, found, wanted, strict=True):
        rows = [(each["start"], each["end"], each["entity_group"], each["word"]) for each in spans]
        own_rows = [(p.span.start, p.span.end, p.span.label, text[p.span.start : p.span.end]) for p in own]
        assert rows == own_rows
        assert [each["score"] for each in spans] == pytest.approx([p.probability for p in own], abs=1e-5)


def test_a_process_without_spandesk_finds_the_same_spans_and_probabilities_with_and_without_trust(exports, tmp_path):
    task, answer = tmp_path / "task.json", tmp_path / "answer.json"
    task.write_text(json.dumps({"folders": list(map(str, exports.folders)), "texts": exports.texts}), encoding="utf-8")
    command = [sys.executable, "-I", "-c", FRESH, str(task), str(answer)]
    subprocess.run(command, cwd=tmp_path, env=environment(tmp_path), check=True, capture_output=True)
    for folder, ways, wanted in zip(exports.folders, json.loads(answer.read_text()), exports.wanted, strict=True):
        assert sum(map(len, wanted)) > 20, folder
        for found in ways:
            check_same(found, wanted, exports.texts)


def test_at_home_it_is_the_tagger_that_it_was(exports):
    for folder, wanted in zip(exports.folders, exports.wanted, strict=True):
        torch.manual_seed(5)
        loaded, names = load_model(folder)
        assert torch.initial_seed() == 5
        assert torch.equal(torch.rand(3), torch.rand(3, generator=torch.Generator().manual_seed(5)))
        assert names == {}
        spans = tagged(loaded, exports.texts)
        assert [spans[number] for number in range(len(spans))] == wanted


def test_a_merged_label_is_known_by_both_names(tmp_path):
    write_model(text_tagger_of(), ("사람", "LC", "LC"), tmp_path)
    loaded, names = load_model(tmp_path)
    assert loaded.tag_set.labels == LABELS
    assert names == {"PS": "사람", "OG": "LC"}


def test_what_is_not_an_exported_model_is_refused(tmp_path):
    write_model(text_tagger_of(), LABELS, tmp_path)
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(UserError, match="export it again"):
        load_model(tmp_path)
    with pytest.raises(UserError, match="not a complete model that Spandesk exported"):
        load_model(saved_encoder(tmp_path / "bert", "bert"))
    with pytest.raises(UserError, match="not a complete model that Spandesk exported"):
        load_model(tmp_path / "nothing")
