"""Where the mentions of a text are that say only what they cover, whatever the text and the mentions."""

from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st

from core.formats.records import UNPLACED, StatedSpan
from core.services.span_reading import place_mentions

mentions = st.lists(st.text("가나다", min_size=1, max_size=3), max_size=6)


@given(st.text("가나다 ", min_size=1, max_size=14), mentions)
def test_mentions_have_places_of_their_own_in_their_order_and_none_is_missed(text, names):
    stated = [StatedSpan(UNPLACED, UNPLACED, str(at), name) for at, name in enumerate(names)]
    placed, missing = place_mentions(text, stated)
    assert sorted([*(span.surface for span in placed), *missing]) == sorted(names)
    assert all(text[span.start : span.end] == span.surface for span in placed)
    for _, of_name in groupby(sorted(placed, key=lambda span: (span.surface, int(span.label))), lambda s: s.surface):
        starts = [span.start for span in of_name]
        assert starts == sorted(starts), "the first mention is the first place"
    taken = {at for span in placed for at in range(span.start, span.end)}
    assert len(taken) == sum(span.end - span.start for span in placed), "no two overlap"
    for name in missing:
        places = (start for start in range(len(text)) if text.startswith(name, start))
        assert all(not taken.isdisjoint(range(start, start + len(name))) for start in places), "there is room for it"
