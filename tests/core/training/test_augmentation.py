import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.spans import Sentence, Span
from core.training.augmentation import MentionReplacement
from tests.core.toy_models import SENTENCES


def mentions(sentence):
    return [(span.label, sentence.text[span.start : span.end]) for span in sentence.spans]


def outside(sentence):
    """The text between the spans."""
    edges = [0, *(edge for span in sentence.spans for edge in (span.start, span.end)), len(sentence.text)]
    return [sentence.text[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True)]


@given(st.floats(0, 1), st.text(max_size=5))
def test_only_mentions_change_and_every_new_one_is_one_of_its_label(share, seed):
    known = {mention for sentence in SENTENCES for mention in mentions(sentence)}
    made = MentionReplacement(SENTENCES).chosen(SENTENCES, share, seed=seed)
    for old, new in zip(SENTENCES, made, strict=True):
        assert new.id == old.id
        assert outside(new) == outside(old)
        assert [span.label for span in new.spans] == [span.label for span in old.spans]
        assert set(mentions(new)) <= known


def test_one_seed_gives_one_result_and_another_another():
    replacement = MentionReplacement(SENTENCES)
    drawn = [[s.text for s in replacement.chosen(SENTENCES, 1.0, seed=seed)] for seed in ("1 1", "1 1", "1 2")]
    assert drawn[0] == drawn[1] != drawn[2]


def test_the_share_is_kept():
    sentences = [Sentence(str(n), "세종은 갔다", (Span(0, 2, "PS"),)) for n in range(2000)]
    sentences += [Sentence("x", "단군은 갔다", (Span(0, 2, "PS"),))] * 2000
    made = MentionReplacement(sentences).chosen(sentences, 0.5, seed="1 1")
    same = sum(new is old for new, old in zip(made, sentences, strict=True))
    assert 0.45 < same / len(sentences) < 0.55
    assert MentionReplacement(sentences).chosen(sentences, 0.0, seed="1 1") == sentences


def every_text(*marked):
    """Every text that replacement makes of texts whose mention stands before a bar."""
    sentences = [
        Sentence(str(n), text.replace("|", ""), (Span(0, text.index("|"), "LC"),)) for n, text in enumerate(marked)
    ]
    replacement = MentionReplacement(sentences)
    return {s.text for n in range(60) for s in replacement.chosen(sentences, 1.0, seed=str(n))}


@pytest.mark.parametrize(
    ("marked", "made"),
    [
        (["세종|은", "이순신|이라"], {"세종은", "세종이라", "이순신은", "이순신이라"}),
        (["한나|는", "유리|라"], {"한나는", "한나라", "유리는", "유리라"}),
        (["부산|으로", "강남|은"], {"부산으로", "부산은", "강남으로", "강남은"}),
        (["서울|로", "벵골|은"], {"서울로", "서울은", "벵골로", "벵골은"}),
        (["부산|으로", "서울|로", "경주|로"], {"부산으로", "서울로", "경주로"}),
        (["2017|로", "서울|은"], {"2017로", "서울은"}),
        (
            ["2017|로", "11|은", "103|으로", "20|은", "5|로"],
            {"2017로", "2017은", "11로", "11은"} | {"103으로", "103은", "20으로", "20은", "5로"},
        ),
    ],
)
def test_the_particle_after_a_replaced_mention_stays_right(marked, made):
    assert every_text(*marked) == made


def test_decomposed_hangul_sounds_as_composed_hangul_does():
    seoul, busan = (unicodedata.normalize("NFD", name) for name in ("서울", "부산"))
    made = every_text("벵골|로", "강남|으로", f"{seoul}|로", f"{busan}|으로")
    assert made == {"벵골로", f"{seoul}로", "강남으로", f"{busan}으로"}


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_mention_of_unknown_sound_is_replaced_only_where_no_particle_follows(form):
    by, of = (unicodedata.normalize(form, particle) for particle in ("은", "는"))
    assert every_text(f"Kim|{by}", f"Lee|{of}", "Kim| 1") == {f"Kim{by}", f"Lee{of}", "Kim 1", "Lee 1"}
