"""Particles (조사) and forms of 이다, as a closed list: what may follow a noun within its eojeol.

Used where every place in a large corpus is checked, since analysing each sentence by `core.languages.korean.morphemes`
would take minutes. Single spans are analysed by Kiwi.

Source: the classes JK*, JX, JC and VCP of the Sejong corpus; the forms are those of a school grammar.
"""

import re

from core.messages.korean import is_syllable, syllable_ending

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
    """Whether the rest of an eojeol after a noun can be particles or 이다: up to three forms in a row."""
    return _TAIL.fullmatch(tail) is not None


_CLEAR = re.compile("은|는|을|를|의|에|와|께|에서|에게|한테|으로|까지|부터|보다|처럼|조차|마저|이라|이었|입니다|였")
"""How particles begin that few nouns begin with, so that they part two nouns of an eojeol rarely."""


def is_clear_particle(noun: str, tail: str) -> bool:
    """Whether what may follow a noun is hardly ever the end of a longer one, as 도 is (제주도), and 이 and 가 are of
    words of up to three syllables (고양이, 정치가)."""
    is_long = len(noun) > 2 and noun[-3:].isalpha()
    return _CLEAR.match(tail) is not None or (is_long and tail.startswith(("이", "가")))


def may_follow(noun: str, tail: str) -> bool:
    """Whether the rest of an eojeol can be particles or 이다 after this noun (는 after a vowel, 은 after others)."""
    return may_follow_noun(tail) and _fits(noun, tail)


_OBLIQUE = (
    "에 에게 에게서 에서 께 께서 한테 한테서 더러 로 으로 로서 으로서 로써 으로써 와 과 랑 이랑 하고"
    " 보다 처럼 같이 만큼 대로 마다"
)
_INNER = "만 까지 부터 조차 마저 밖에 뿐"
_OUTER = (
    "이 가 은 는 을 를 의 도 나 이나 라도 이라도 야말로 이야말로 이란 이든지 든지 이며 이고 이다 였다 이었다 입니다"
    " 이라고 라고 이라는 라는 이라며 라며 이라면 라면 이지만 이던 였던 이었던 인데 이어서 이므로 이라서"
)
_ENDING = re.compile(
    "".join(f"(?:{'|'.join(sorted(f.split(), key=len, reverse=True))})?" for f in (_OBLIQUE, _INNER, _OUTER))
)
_ALONE = frozenset("은는이가을를의에와과로께")
"""Forms of one syllable that are more often a particle than the end of a name; 제주도, 캐나다 and 한국인 are names."""
_NOUNS = ("주의", "회의", "합의", "협의", "논의", "정의", "동의", "제의")
"""Words that end compounds as a particle would: 국무회의, 민주주의."""
_WHOLE = (
    "나라 고양이 어린이 젊은이 늙은이 호랑이 원숭이 부엉이 거북이 달팽이 올챙이 지렁이 구렁이 승냥이 곰팡이 지팡이"
    " 방망이 돌멩이 모퉁이 가랑이 나들이 지킴이 덩이 둥이 쟁이 뱅이 잡이 놀이 맞이 목걸이 귀걸이 옷걸이 붙이 볶이"
    " 꽂이 받이 풀이 깎이 높이 앓이 돈벌이 맞벌이 토박이 살림살이 하루살이 소용돌이 떠돌이"
    " 정치가 애호가 독지가 서예가 공예가 안무가 작사가 번화가"
    " 을지로 충무로 퇴계로 고속도로 활주로 교차로 원자로 탈출로 대피로"
)
_WHOLE_ENDS = tuple(_WHOLE.split())
"""Words, and ends of words, whose own end looks like a particle: 고양이, and 우리나라 in 우리나라는."""
_AFTER_VOWEL = ("가", "는", "를", "와", "로", "랑", "나", "라", "야", "였", "든")
_AFTER_CONSONANT = ("은", "을", "과", "으", "이")


def noun_end(word: str) -> int:
    """Where the noun of an eojeol (NFC) ends, judged by its form alone; the end of the eojeol if it has no particle.

    A noun in Hangul has two syllables at least, and the particles must fit its last one: 가 after a vowel, 이 after a
    consonant.
    """
    for end in range(len(word), 1, -1):
        if word.endswith(_WHOLE_ENDS, 0, end) and _ENDING.fullmatch(word, end) and _fits(word[:end], word[end:]):
            return end
    for end in range(1, len(word)):
        noun, tail = word[:end], word[end:]
        is_short = end == 1 and is_syllable(noun)
        if is_short or not _ENDING.fullmatch(tail) or (len(tail) == 1 and tail not in _ALONE):
            continue
        if _fits(noun, tail) and not (end > 2 and word.endswith(_NOUNS)):
            return end
    return len(word)


def _fits(noun: str, tail: str) -> bool:
    """Whether particles have the form that they take after a noun; one in another script may take either."""
    last = next((character for character in reversed(noun) if character.isalnum()), "")
    if not is_syllable(last):
        return bool(last)
    ending = syllable_ending(last)
    if ending == "ㄹ" and tail.startswith("로"):
        return True
    return not tail.startswith(_AFTER_CONSONANT if ending == "vowel" else _AFTER_VOWEL)
