"""Texts that are nearly the same are passed over."""

from core.analysis.near_duplicates import thin_similar

FORMS = [f"{day}일 오후 서울 지역에 비가 내릴 것으로 예상됩니다." for day in (3, 14, 21)]
OTHER = "이순신은 조선 수군을 이끌고 바다로 나갔다."


def test_of_one_form_the_first_is_kept_and_the_others_counted():
    assert thin_similar([*FORMS, OTHER], 4) == ([0, 3], {0: 2})


def test_what_shares_a_phrase_alone_is_kept():
    assert thin_similar([OTHER, "이순신은 조선의 장군이다.", "세종은 조선의 왕이다."], 3) == ([0, 1, 2], {})


def test_it_stops_at_what_is_wanted_and_reads_no_further():
    texts = iter([OTHER, *FORMS])
    assert thin_similar(texts, 1) == ([0], {})
    assert next(texts) == FORMS[1]


def test_short_and_equal_texts_in_another_form_are_compared_too():
    assert thin_similar(["가", "나", "가 ", "가"], 4) == ([0, 1], {0: 2})
