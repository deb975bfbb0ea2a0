"""Templates with fields, plural forms and particles; translations from a catalogue; the language for tests."""

import io
import pickle

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from core.domain.errors import UserError
from core.messages.catalogue import DOMAIN, PSEUDO, join_words, mark, say, say_as, say_count, use_language


@pytest.fixture(autouse=True)
def english():
    yield
    use_language("en")


@pytest.fixture
def korean(tmp_path):
    """A catalogue with a few sentences, in use."""
    catalogue = Catalog("ko")
    catalogue.add("{label} has {count:,} spans", "{label:은/는} 스팬 {count:,}개")
    catalogue.add("the label {label} is not in {project}", "{project}에 {label:이/가} 없습니다")
    catalogue.add(("{count:,} span", "{count:,} spans"), ("스팬 {count:, 을/를} 찾았습니다",))
    catalogue.add("Right", "맞음", context="verdict")
    catalogue.add("Right", "오른쪽", context="side")
    catalogue.add("{words}, {word}", "{words}·{word}")
    folder = tmp_path / "ko" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    written = io.BytesIO()
    write_mo(written, catalogue)
    (folder / f"{DOMAIN}.mo").write_bytes(written.getvalue())
    use_language("ko", tmp_path)


def test_a_template_is_filled_with_its_fields():
    assert say("{label} has {count:,} spans", label="PS", count=1964) == "PS has 1,964 spans"
    assert say("F1 {f1:.4f}", f1=0.5) == "F1 0.5000"
    assert say("[[0, 3]], {{}}, {name!r}", name="x") == "[[0, 3]], {}, 'x'"


@pytest.mark.parametrize(("count", "said"), [(0, "0 spans"), (1, "1 span"), (2, "2 spans"), (1964, "1,964 spans")])
def test_one_is_singular_and_thousands_are_set_apart(count, said):
    assert say_count("{count:,} span", "{count:,} spans", count=count) == said


def test_a_field_can_be_named_as_an_argument():
    assert say("{template} {self}", template="a", self="b") == "a b"


def test_a_format_can_end_with_a_particle():
    assert say("{label:이/가} {other:이/가}", label="서울", other="경기") == "서울이 경기가"
    assert say("{count:, 으로/로}", count=1007) == "1,007로"


def test_sentences_are_translated(korean):
    assert say("{label} has {count:,} spans", label="PS", count=1964) == "PS는 스팬 1,964개"
    assert say_count("{count:,} span", "{count:,} spans", count=3) == "스팬 3을 찾았습니다"
    assert say_as("verdict", "Right") == "맞음"
    assert say_as("side", "Right") == "오른쪽"
    assert join_words(["PS", "LC", "OG"]) == "PS·LC·OG"
    assert say("not in the catalogue: {what}", what=1) == "not in the catalogue: 1"


def test_a_language_without_a_catalogue_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError):
        use_language("ko", tmp_path)


def test_an_error_has_a_code_and_fields_and_is_translated(korean):
    error = UserError("the label {label} is not in {project}", label="서울", project="모음")
    assert (error.code, error.fields) == (
        "the label {label} is not in {project}",
        {"label": "서울", "project": "모음"},
    )
    assert str(error) == "모음에 서울이 없습니다"
    use_language("en")
    assert str(error) == "the label 서울 is not in 모음"


def test_an_error_can_depend_on_a_count():
    for count, said in ((1, "1 span has PS"), (2000, "2,000 spans have PS")):
        error = UserError.of_count("{count:,} span has {x}", "{count:,} spans have {x}", count=count, x="PS")
        assert str(error) == said
        assert str(pickle.loads(pickle.dumps(error))) == said


def test_an_error_that_was_sent_to_another_process_says_the_same():
    error = UserError("{path} cannot be read: {reason}", path="a", reason=UserError("the disk of {x} is full", x="b"))
    again = pickle.loads(pickle.dumps(error))
    assert str(again) == "a cannot be read: the disk of b is full"
    assert again.code == error.code


def test_the_language_for_tests_shows_what_is_translated():
    use_language(PSEUDO)
    said = say("{label} has <b>{count:,}</b> spans, {{}}", label="PS", count=1964)
    assert said == "⟦PS ĥááś <b>1,964</b> śƥááñś, {}⟧"
    assert say_count("{count} span", "{count} spans", count=1) == "⟦1 śƥááñ⟧"
    assert say_as("verdict", "Right") == "⟦Rííǧĥť⟧"
    assert join_words(["PS", "LC"]) == "PS, LC", "what has no letters is no sentence"
    assert mark("Right") == "Right"


def test_the_language_for_tests_is_about_a_third_longer():
    use_language(PSEUDO)
    sentence = "the project has no sentences to measure on; import some, or keep a share of them"
    assert 1.25 < len(say(sentence)) / len(sentence) < 1.5
