import pytest
from PySide6.QtGui import QAccessible

from core.domain.spans import PredictedSpan, Span
from core.metrics.comparison import compare_spans
from gui.look.theme import LIGHT, Look
from gui.sentence import accessible, canvas
from gui.sentence.accessible import announce, describe_correction, describe_selection
from gui.sentence.canvas import SentenceCanvas
from gui.sentence.span_selection import TextSelection, of_gold, of_predicted

TEXT = "서울에서 KBS가 이순신을"
LC, OG, PS = Span(0, 2, "LC"), Span(5, 8, "OG"), Span(10, 13, "PS")


@pytest.fixture
def read(qtbot, monkeypatch):
    """A focused canvas whose host commits what it proposes, and all that is announced."""
    view, words = SentenceCanvas(Look(LIGHT)), []
    qtbot.addWidget(view)
    predicted = [PredictedSpan(Span(0, 2, "OG"), 0.87), PredictedSpan(PS, 0.9)]
    view.goldProposed.connect(lambda gold: view.show_sentence(TEXT, gold, predicted))
    view.show_sentence(TEXT, (LC, OG), predicted)
    view.show()
    view.activateWindow()
    view.setFocus()
    qtbot.waitUntil(view.hasFocus)
    monkeypatch.setattr(canvas, "announce", lambda _, said: words.append(said()))
    return view, words


def test_the_span_that_is_selected_is_announced_with_its_place(read):
    view, words = read
    view.select_next()
    view.select_next(errors_only=True)
    assert words == [
        "gold 서울 LC, predicted 서울 OG 0.87 (wrong type), 1 of 4",
        "predicted 서울 OG 0.87, gold 서울 LC (wrong type), 2 of 4",
    ]
    view.select(TextSelection("range", 2, 4))
    assert words[-1] == "에서, without a label"


@pytest.mark.parametrize(
    ("gesture", "words"),
    [
        (lambda view: view.apply_label("DT"), "KBS: OG to DT, 3 of 4"),
        (lambda view: view.move_edge("end", -1), "KBS OG to KB OG, 3 of 4"),
        (lambda view: view.delete_selected(), "KBS OG removed"),
    ],
)
def test_what_a_correction_did_is_announced_once(read, gesture, words):
    view, announced = read
    view.select(of_gold(OG))
    announced.clear()
    gesture(view)
    assert announced == [words]


def test_an_accepted_span_is_announced_as_added(read):
    view, words = read
    view.select(of_predicted(PS))
    words.clear()
    view.accept_selected()
    assert words == ["이순신 PS added, 4 of 4"]


def test_the_next_sentence_is_announced_whole(read):
    view, words = read
    view.show_sentence("부산역", (Span(0, 2, "LC"),))
    assert words == ["부산역\ngold 부산 LC"]


def test_many_changes_at_once_are_counted():
    before = [Span(at, at + 1, "LC") for at in range(5)]
    after = compare_spans([Span(at, at + 1, "OG") for at in range(5)], [])
    assert describe_correction(TEXT, before, None, after) == "5 spans changed"
    assert describe_correction(TEXT, before, None, compare_spans(before, [])) == ""


def test_a_predicted_span_alone_is_described_as_such():
    found = compare_spans([], [PredictedSpan(PS, 0.5)])
    assert describe_selection(TEXT, of_predicted(PS), found) == "predicted 이순신 PS 0.50 (spurious), 1 of 1"


def test_an_announcement_reaches_qt_only_while_something_listens(qtbot, monkeypatch):
    sent = []

    class Accessible:
        AnnouncementPoliteness = QAccessible.AnnouncementPoliteness
        updateAccessibility = staticmethod(sent.append)  # noqa: N815
        active = False

        @classmethod
        def isActive(cls):  # noqa: N802
            return cls.active

    monkeypatch.setattr(accessible, "QAccessible", Accessible)
    view = SentenceCanvas(Look(LIGHT))
    qtbot.addWidget(view)
    announce(view, lambda: "서울")
    assert sent == []
    Accessible.active = True
    announce(view, str)
    announce(view, lambda: "서울: LC to OG")
    assert [(event.message(), event.object(), event.type()) for event in sent] == [
        ("서울: LC to OG", view, QAccessible.Event.Announcement)
    ]
    assert sent[0].politeness() == QAccessible.AnnouncementPoliteness.Assertive
