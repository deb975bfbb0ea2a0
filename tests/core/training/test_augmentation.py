from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from core.spans import Sentence, Span
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


def test_the_particle_stays_right():
    sentences = [
        Sentence("1", "세종은 왔다", (Span(0, 2, "PS"),)),
        Sentence("2", "한나는 왔다", (Span(0, 2, "PS"),)),
        Sentence("3", "유리는 왔다", (Span(0, 2, "PS"),)),
        Sentence("4", "Kim은 왔다", (Span(0, 3, "PS"),)),
    ]
    replacement = MentionReplacement(sentences)
    seen = Counter(s.text for n in range(50) for s in replacement.chosen(sentences, 1.0, seed=str(n)))
    assert set(seen) == {"세종은 왔다", "한나는 왔다", "유리는 왔다", "Kim은 왔다"}
