"""What may follow a noun within its eojeol: particles (조사) and the forms of 이다, as a closed list.

For questions about every place of a string in a large corpus, where the analysis of each sentence by
`core.languages.korean.morphemes` would take minutes; what is asked of one span in one sentence is asked of Kiwi.

Source: the classes JK*, JX, JC and VCP of the Sejong corpus; the forms are those of a school grammar.
"""

import re

_CASE = (
    "이 가 은 는 을 를 의 께 께서 에 에게 에게서 에서 서 한테 한테서"
    " 더러 로 으로 로서 으로서 로써 으로써 보다 처럼 같이"
)
_AUXILIARY = (
    "도 만 까지 부터 조차 마저 밖에 뿐 나 이나 라도 이라도 든지 이든지 마다 야 이야 야말로 이야말로 란 이란 대로 만큼"
)
_JOINING = "와 과 랑 이랑 하고 고 이고 며 이며 아 여 이여"
_COPULA = (
    "인 이다 다 였다 이었다 입니다 이라 라 이라고 라고 이라는 라는 이라며 라며 이라면 라면 이지만 지만 이자 자 이던"
    " 였던 이었던 인데 이어서 이어 이므로 이라서 라서 일 임 이었으며 였으며 이었고 였고 이에요 예요 이니 이면"
)
_FORMS = sorted(set(f"{_CASE} {_AUXILIARY} {_JOINING} {_COPULA}".split()), key=len, reverse=True)

_TAIL = re.compile(f"(?:{'|'.join(_FORMS)}){{1,3}}")


def may_follow_noun(tail: str) -> bool:
    """Whether the rest of an eojeol can be particles or 이다 behind a noun: up to three of the forms in a row."""
    return _TAIL.fullmatch(tail) is not None
