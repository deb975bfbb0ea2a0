import unicodedata

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QScrollArea

from core.domain.spans import PredictedSpan, Span
from gui.look.theme import DARK, LIGHT, Look
from gui.sentence import span_selection
from gui.sentence.canvas import SentenceCanvas
from gui.sentence.layout import TextLayout
from gui.sentence.span_selection import TextSelection, of_gold, of_predicted

TEXT = "이순신은 조선 수군을 이끌고 옥포에서 왜군을 물리쳤다."
PS, OG = Span(0, 3, "PS"), Span(5, 10, "OG")
LC = Span(16, 18, "LC")


class Host:
    """What a page does: commits whatever is proposed and shows the sentence again."""

    def __init__(self, canvas, look):
        self.canvas, self.look, self.proposals = canvas, look, []
        self.text, self.gold, self.predicted = "", (), None
        canvas.goldProposed.connect(self.commit)

    def show(self, text, gold=(), predicted=None):
        self.text, self.predicted = text, predicted
        self.gold = tuple(gold)
        self.canvas.show_sentence(text, self.gold, predicted)

    def commit(self, gold):
        self.proposals.append(gold)
        self.show(self.text, gold, self.predicted)


@pytest.fixture
def host(qtbot):
    look = Look(LIGHT)
    canvas = SentenceCanvas(look)
    qtbot.addWidget(canvas)
    canvas.resize(700, 300)
    return Host(canvas, look)


@pytest.mark.parametrize(
    "gesture",
    [
        lambda canvas: canvas.apply_label("LC"),
        lambda canvas: canvas.move_edge("end", -1),
        lambda canvas: canvas.delete_selected(),
        lambda canvas: canvas.extend(),
    ],
)
def test_who_follows_the_selection_finds_it_in_the_gold_at_every_step(host, gesture):
    host.show(TEXT, [PS, OG])
    canvas, met = host.canvas, []
    canvas.select(of_gold(PS))

    def follow():
        met.append((canvas.selection, {found.gold for found in canvas.comparisons}))

    canvas.selectionChanged.connect(follow)
    gesture(canvas)
    assert len(met) == 1
    assert len(host.proposals) == 1
    assert all(selection is None or selection.span in gold for selection, gold in met)


def test_a_refused_gesture_leaves_what_was_selected(host):
    host.show(TEXT, [PS, OG])
    host.canvas.select(of_gold(PS))
    host.canvas.goldProposed.disconnect()
    host.canvas.goldProposed.connect(lambda _: host.show(TEXT, [PS, OG]))
    host.canvas.move_edge("end", -1)
    assert host.canvas.selection == of_gold(PS)


def point(canvas, position, share=0.5):
    """A point in the character at a code point: `share` of its width from its left."""
    rect = canvas.scene.text_rects(position, position + 1)[0]
    return QPoint(round(rect.left() + share * rect.width()), round(rect.center().y()))


def press(canvas, at):
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)


def move(canvas, at, buttons=Qt.MouseButton.LeftButton):
    where, modifiers = QPointF(at), Qt.KeyboardModifier.NoModifier
    event = QMouseEvent(QEvent.Type.MouseMove, where, where, Qt.MouseButton.NoButton, buttons, modifiers)
    QApplication.sendEvent(canvas, event)


def release(canvas, at):
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)


def drag(canvas, start, end):
    press(canvas, start)
    move(canvas, (start + end) / 2)
    move(canvas, end)
    release(canvas, end)


def click(canvas, at):
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)


def test_a_drag_over_characters_and_a_label_make_a_span(host, qtbot):
    host.show(TEXT)
    with qtbot.waitSignal(host.canvas.selectionChanged):
        drag(host.canvas, point(host.canvas, 5), point(host.canvas, 9))
    assert host.canvas.selection == TextSelection("range", 5, 10)
    host.canvas.apply_label("OG")
    assert host.proposals == [(OG,)]
    assert host.canvas.selection == of_gold(OG)


def test_a_drag_to_the_left_is_the_same_and_blanks_at_the_edges_fall_off(host):
    host.show(TEXT)
    drag(host.canvas, point(host.canvas, 11), point(host.canvas, 4))
    assert host.canvas.selection == TextSelection("range", 5, 11)


def test_offsets_are_code_points_after_emoji(host):
    host.show("😀😀 서울 👨‍👩‍👧 KBS")
    drag(host.canvas, point(host.canvas, 3), point(host.canvas, 4))
    host.canvas.apply_label("LC")
    start = host.text.index("KBS")
    drag(host.canvas, point(host.canvas, start), point(host.canvas, start + 2))
    host.canvas.apply_label("OG")
    assert host.gold == (Span(3, 5, "LC"), Span(start, start + 3, "OG"))
    assert [host.text[span.start : span.end] for span in host.gold] == ["서울", "KBS"]


def test_a_family_of_emoji_is_taken_whole(host):
    host.show("가👨‍👩‍👧나")
    drag(host.canvas, point(host.canvas, 1, 0.2), point(host.canvas, 1, 0.8))
    host.canvas.apply_label("PS")
    assert host.gold == (Span(1, 6, "PS"),)


def test_decomposed_hangul_is_taken_by_syllables(host):
    text = unicodedata.normalize("NFD", "이순신은 서울")
    host.show(text)
    drag(host.canvas, point(host.canvas, 0), point(host.canvas, len(unicodedata.normalize("NFD", "이순"))))
    host.canvas.apply_label("PS")
    assert [unicodedata.normalize("NFC", text[span.start : span.end]) for span in host.gold] == ["이순신"]


def test_a_drag_of_an_edge_shows_at_once_and_proposes_on_release(host):
    host.show(TEXT, [PS, OG], [PredictedSpan(OG, 0.9)])
    start, end = point(host.canvas, 9, 1.0), point(host.canvas, 6, 0.9)
    press(host.canvas, start)
    move(host.canvas, end)
    assert host.proposals == []
    assert host.canvas.comparisons[1].gold == Span(5, 7, "OG")
    release(host.canvas, end)
    assert host.proposals == [(PS, Span(5, 7, "OG"))]
    assert host.canvas.selection == of_gold(Span(5, 7, "OG"))


def test_a_dragged_edge_leaves_the_blank_outside(host):
    host.show(TEXT, [PS])
    drag(host.canvas, point(host.canvas, 2, 1.0), point(host.canvas, 4, 0.9))
    assert host.gold == (Span(0, 4, "PS"),)


def test_keys_take_an_edge_over_blanks(host):
    host.show(TEXT, [Span(0, 4, "PS")])
    host.canvas.select_next()
    host.canvas.move_edge("end", 1)
    assert host.gold == (Span(0, 6, "PS"),)
    host.canvas.move_edge("end", -1)
    assert host.gold == (Span(0, 4, "PS"),)
    host.show(TEXT, [OG])
    host.canvas.select_next()
    host.canvas.move_edge("start", -1)
    assert host.gold == (Span(3, 10, "OG"),)


def test_what_a_range_would_replace_is_known_and_marked_before(host):
    host.show(TEXT, [PS, OG])
    drag(host.canvas, point(host.canvas, 1), point(host.canvas, 5))
    assert host.canvas.replaced == (PS, OG)
    marked = host.canvas.grab().toImage()
    host.canvas.select(TextSelection("range", 3, 4))
    assert host.canvas.replaced == ()
    tag = next(mark.tag.rect for mark in host.canvas.scene.marks if mark.span == OG).toRect()
    assert marked.copy(tag) != host.canvas.grab().toImage().copy(tag)


def test_an_accepted_span_replaces_more_than_its_own_gold(host):
    long = PredictedSpan(Span(0, 10, "PS"), 0.5)
    host.show(TEXT, [PS, OG], [long])
    host.canvas.select(of_predicted(long.span))
    assert len(host.canvas.replaced) == 1


def test_an_edge_stops_at_the_neighbour(host):
    host.show(TEXT, [PS, OG])
    drag(host.canvas, point(host.canvas, 5, 0.0), point(host.canvas, 0))
    assert host.gold == (PS, Span(3, 10, "OG"))


def test_between_neighbours_the_selected_span_gives_its_edge(host):
    left, right = Span(0, 2, "PS"), Span(2, 4, "OG")
    host.show("가나다라마", [left, right])
    host.canvas.select_next()
    drag(host.canvas, point(host.canvas, 2, 0.05), point(host.canvas, 1, 0.1))
    assert host.gold == (Span(0, 1, "PS"), right)


def test_esc_cancels_the_drag_of_an_edge_then_the_selection(host):
    host.show(TEXT, [OG])
    click(host.canvas, point(host.canvas, 7))
    press(host.canvas, point(host.canvas, 9, 1.0))
    move(host.canvas, point(host.canvas, 6))
    QTest.keyClick(host.canvas, Qt.Key.Key_Escape)
    release(host.canvas, point(host.canvas, 6))
    assert host.proposals == []
    assert host.canvas.comparisons[0].gold == OG
    assert host.canvas.selection == of_gold(OG)
    QTest.keyClick(host.canvas, Qt.Key.Key_Escape)
    assert host.canvas.selection is None


def test_esc_belongs_to_the_window_when_there_is_nothing_to_cancel(host):
    host.show(TEXT, [OG])
    escape = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier)
    escape.ignore()
    QApplication.sendEvent(host.canvas, escape)
    assert not escape.isAccepted()
    host.canvas.select_next()
    QApplication.sendEvent(host.canvas, escape)
    assert escape.isAccepted()


def test_clicks_select_gold_spurious_text_and_tags(host):
    host.show(TEXT, [PS, OG], [PredictedSpan(LC, 0.4), PredictedSpan(Span(5, 7, "LC"), 0.6)])
    click(host.canvas, point(host.canvas, 1))
    assert host.canvas.selection == of_gold(PS)
    click(host.canvas, point(host.canvas, 17, 0.3))
    assert host.canvas.selection == of_predicted(LC)
    tags = {mark.span: mark.tag.rect for mark in host.canvas.scene.marks if mark.lane == "predicted"}
    click(host.canvas, tags[Span(5, 7, "LC")].center().toPoint())
    assert host.canvas.selection == of_predicted(Span(5, 7, "LC"))
    click(host.canvas, point(host.canvas, 20))
    assert host.canvas.selection is None


def double_click(canvas, at):
    click(canvas, at)
    QTest.mouseDClick(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    release(canvas, at)


def selected(host):
    selection = host.canvas.selection
    return host.canvas.scene.layout.text[selection.start : selection.end]


def test_a_double_click_takes_the_word_without_its_particle_and_again_with_it(host):
    host.show(TEXT)
    at = point(host.canvas, 8)
    for expected in ("수군", "수군을", "수군"):
        double_click(host.canvas, at)
        assert selected(host) == expected
    double_click(host.canvas, point(host.canvas, 17))
    assert selected(host) == "옥포", "another word begins anew"


@pytest.mark.parametrize("labels", ["gold", "predicted"])
def test_a_double_click_takes_a_word_with_what_looks_like_a_particle_where_it_is_an_entity(host, labels):
    text = "김정은과 나. 김정은 위원장."
    host.show(text)
    at = point(host.canvas, 9)
    double_click(host.canvas, at)
    assert selected(host) == "김정"
    host.canvas.select(None)
    found = Span(0, 3, "PS") if labels == "gold" else PredictedSpan(Span(0, 3, "PS"), 0.9)
    host.show(text, **{labels: [found]})
    for expected in ("김정은", "김정", "김정은"):
        double_click(host.canvas, at)
        assert selected(host) == expected


def test_a_double_click_on_a_span_leaves_its_word_selected(host):
    host.show(TEXT, [PS])
    double_click(host.canvas, point(host.canvas, 1))
    assert host.canvas.selection == TextSelection("range", 0, 3)


QUOTED = "그는 “이순신”이라고 말했다."


def test_quotes_are_outside_until_the_third_double_click(host):
    host.show(QUOTED)
    at = point(host.canvas, 4)
    for expected in ("이순신", "이순신”이라고", "“이순신”이라고", "이순신"):
        double_click(host.canvas, at)
        assert selected(host) == expected
    double_click(host.canvas, point(host.canvas, 14))
    assert selected(host) == "말했다"


def test_a_double_click_in_decomposed_hangul_takes_whole_syllables(host):
    text = unicodedata.normalize("NFD", TEXT)
    host.show(text)
    double_click(host.canvas, point(host.canvas, 1))
    assert selected(host) == unicodedata.normalize("NFD", "이순신")


def test_a_drag_from_the_margin_begins_with_the_text_beside_it(host):
    host.show(TEXT)
    first = point(host.canvas, 0)
    drag(host.canvas, QPoint(1, first.y()), point(host.canvas, 2))
    assert host.canvas.selection == TextSelection("range", 0, 3)


def test_drags_and_double_clicks_draw_ranges_and_clicks_do_not(host, qtbot):
    host.show(TEXT, [PS])
    with qtbot.assertNotEmitted(host.canvas.rangeDrawn):
        click(host.canvas, point(host.canvas, 1))
        host.canvas.select_next_word(1)
    with qtbot.waitSignal(host.canvas.rangeDrawn):
        drag(host.canvas, point(host.canvas, 5), point(host.canvas, 9))
    with qtbot.waitSignal(host.canvas.rangeDrawn):
        double_click(host.canvas, point(host.canvas, 17))


def test_keys_go_from_eojeol_to_eojeol(host):
    host.show(TEXT)
    seen = []
    for step in (1, 1, 1, -1):
        host.canvas.select_next_word(step)
        seen.append(TEXT[host.canvas.selection.start : host.canvas.selection.end])
    assert seen == ["이순신은", "조선", "수군을", "조선"]
    host.canvas.clear_selection()
    host.canvas.select_next_word(-1)
    assert host.canvas.selection.end == len(TEXT)
    host.canvas.select_next_word(1)
    assert host.canvas.selection.end == len(TEXT), "after the last eojeol there is none"


def test_a_span_is_extended_to_its_eojeol_and_shrunk_again(host):
    host.show(TEXT, [PS])
    host.canvas.select_next()
    host.canvas.extend()
    assert host.gold == (Span(0, 4, "PS"),)
    host.canvas.shrink()
    assert host.gold == (PS,)
    assert host.canvas.selection == of_gold(PS)
    host.show(QUOTED)
    host.canvas.select(TextSelection("range", 3, 8))
    host.canvas.shrink()
    assert host.canvas.selection == TextSelection("range", 4, 7)
    host.canvas.extend()
    assert host.canvas.selection == TextSelection("range", 3, 11)
    assert len(host.proposals) == 2


def test_an_extended_span_stops_at_its_neighbour(host):
    host.show(TEXT, [PS, Span(3, 4, "OG")])
    host.canvas.select_next()
    host.canvas.extend()
    assert host.proposals == []


def ask_for_menu(canvas, at, reason=QContextMenuEvent.Reason.Mouse):
    QApplication.sendEvent(canvas, QContextMenuEvent(reason, at, canvas.mapToGlobal(at)))


def test_the_right_button_selects_what_its_menu_is_about(host, qtbot):
    host.show(TEXT, [PS], [PredictedSpan(LC, 0.4)])
    about = []
    host.canvas.menuAsked.connect(lambda _: about.append(host.canvas.selection))
    ask_for_menu(host.canvas, point(host.canvas, 1))
    ask_for_menu(host.canvas, point(host.canvas, 17))
    ask_for_menu(host.canvas, point(host.canvas, 6))
    drag(host.canvas, point(host.canvas, 5), point(host.canvas, 9))
    ask_for_menu(host.canvas, point(host.canvas, 6))
    ask_for_menu(host.canvas, point(host.canvas, 12))
    assert about == [
        of_gold(PS),
        of_predicted(LC),
        TextSelection("range", 5, 7),
        TextSelection("range", 5, 10),
        TextSelection("range", 12, 15),
    ]
    with qtbot.assertNotEmitted(host.canvas.menuAsked):
        ask_for_menu(host.canvas, point(host.canvas, 1), QContextMenuEvent.Reason.Keyboard)


def test_another_size_lays_the_text_out_anew(host):
    host.show(TEXT, [PS])
    before = host.canvas.scene
    host.look.show_size(24)
    assert host.canvas.scene.text_rects(0, 4)[0].width() > before.text_rects(0, 4)[0].width() * 1.2
    assert host.canvas.scene.height > before.height
    click(host.canvas, point(host.canvas, 1))
    assert host.canvas.selection == of_gold(PS)


def test_labels_relabel_gold_and_accept_predicted(host):
    host.show(TEXT, [PS], [PredictedSpan(LC, 0.4)])
    host.canvas.select_next()
    host.canvas.apply_label("CV")
    assert host.gold == (Span(0, 3, "CV"),)
    assert host.canvas.selection == of_gold(Span(0, 3, "CV"))
    host.canvas.select_next(errors_only=True)
    assert host.canvas.selection == of_predicted(LC)
    host.canvas.apply_label("OG")
    assert host.gold == (Span(0, 3, "CV"), Span(LC.start, LC.end, "OG"))


def test_the_same_label_proposes_nothing(host):
    host.show(TEXT, [PS])
    host.canvas.select_next()
    host.canvas.apply_label("PS")
    assert host.proposals == []


def test_a_new_span_replaces_what_it_overlaps(host):
    host.show(TEXT, [PS, OG])
    drag(host.canvas, point(host.canvas, 1), point(host.canvas, 6))
    host.canvas.apply_label("LC")
    assert host.gold == (Span(1, 7, "LC"),)


def test_edges_move_by_keys_and_the_selection_follows(host):
    host.show(TEXT, [PS, OG])
    host.canvas.select_next(-1)
    host.canvas.move_edge("end", 1)
    host.canvas.move_edge("start", -1)
    host.canvas.move_edge("start", 1)
    assert host.gold == (PS, Span(5, 11, "OG"))
    assert host.canvas.selection == of_gold(Span(5, 11, "OG"))


def test_edges_of_a_selected_range_move_too(host):
    host.show(TEXT)
    drag(host.canvas, point(host.canvas, 5), point(host.canvas, 9))
    host.canvas.move_edge("end", 1)
    host.canvas.move_edge("start", 1)
    assert host.canvas.selection == TextSelection("range", 6, 11)
    assert host.proposals == []


def test_deleting_takes_gold_away_and_nothing_else(host):
    host.show(TEXT, [PS], [PredictedSpan(LC, 0.4)])
    host.canvas.select_next(-1)
    host.canvas.delete_selected()
    assert host.proposals == []
    host.canvas.select_next(-1)
    host.canvas.delete_selected()
    assert host.proposals == [()]
    assert host.canvas.selection is None


def test_accepting_takes_the_selected_or_the_only_difference(host):
    wrong = Span(5, 7, "LC")
    host.show(TEXT, [PS, OG], [PredictedSpan(PS, 1.0), PredictedSpan(wrong, 0.6)])
    host.canvas.accept_selected()
    assert host.gold == (PS, wrong)
    assert host.canvas.selection == of_gold(wrong)
    host.canvas.clear_selection()
    host.canvas.accept_selected()
    assert len(host.proposals) == 1


def test_nothing_is_accepted_when_several_differ_and_none_is_selected(host):
    host.show(TEXT, [PS, OG], [PredictedSpan(LC, 0.6)])
    host.canvas.accept_selected()
    assert host.proposals == []


def test_another_sentence_takes_the_selection_away(host):
    host.show(TEXT, [PS])
    host.canvas.select_next()
    host.show("다른 문장", [Span(0, 3, "PS")])
    assert host.canvas.selection is None


def test_a_refused_proposal_leaves_the_gold_as_it_was(qtbot):
    canvas = SentenceCanvas(Look(LIGHT))
    qtbot.addWidget(canvas)
    canvas.resize(700, 200)
    canvas.show_sentence(TEXT, [OG])
    drag(canvas, point(canvas, 9, 1.0), point(canvas, 6))
    assert [comparison.gold for comparison in canvas.comparisons] == [OG]


def test_long_sentences_wrap_in_a_scroll_area(qtbot):
    area, canvas = QScrollArea(), SentenceCanvas(Look(LIGHT))
    qtbot.addWidget(area)
    area.setWidgetResizable(True)
    area.setWidget(canvas)
    canvas.show_sentence(TEXT * 6, [PS])
    area.resize(500, 200)
    area.grab()
    assert canvas.width() <= 500
    assert canvas.height() >= canvas.scene.height
    assert area.verticalScrollBar().maximum() > 0


def test_it_says_its_text_and_spans_and_takes_no_input_method(host):
    host.show(TEXT, [PS, OG], [PredictedSpan(LC, 0.4)])
    spoken = host.canvas.accessibleDescription()
    assert TEXT in spoken
    assert "gold 이순신 PS (missed)" in spoken
    assert "predicted 옥포 LC 0.40 (spurious)" in spoken
    assert not host.canvas.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)
    assert host.canvas.focusPolicy() == Qt.FocusPolicy.StrongFocus


@pytest.mark.parametrize("theme", [LIGHT, DARK])
@pytest.mark.parametrize("text", [TEXT, "가\n나\t다\u2028라", "", "😀", "\ud800가"])
def test_every_character_that_is_no_blank_is_painted_in_its_place(host, theme, text):
    host.look.show_theme(theme)
    host.show(text, [Span(0, 1, "PS")] if text else [])
    grounds = {theme.surface, theme.label("PS").fill}
    image = host.canvas.grab().toImage()
    for cell in host.canvas.scene.layout.cells_of(0, len(host.canvas.scene.layout.text)):
        rect = host.canvas.scene.text_rects(cell.start, cell.end)[0].toRect().adjusted(1, 2, -1, -2)
        ink = colours_in(image, rect) - grounds
        assert bool(ink) == (text[cell.start] != " "), f"{text[cell.start]!r} at {cell.start}"
    if not text:
        assert colours_in(image, image.rect()) == {theme.surface}


def colours_in(image, rect):
    inside = rect.intersected(image.rect())
    columns, rows = range(inside.left(), inside.right() + 1), range(inside.top(), inside.bottom() + 1)
    return {image.pixelColor(x, y).name() for x in columns for y in rows}


def test_whatever_is_selected_is_marked_at_its_place_alone(host):
    host.show(TEXT, [PS, OG], [PredictedSpan(Span(5, 7, "LC"), 0.6), PredictedSpan(LC, 0.4)])
    image = host.canvas.grab().toImage()
    assert LIGHT.accent not in colours_in(image, image.rect())
    seen = []
    for _ in range(4):
        host.canvas.select_next()
        seen.append(host.canvas.selection)
        assert marked_places(host) == [host.canvas.selection]
    assert [selection.kind for selection in seen] == ["gold", "predicted", "gold", "predicted"]
    drag(host.canvas, point(host.canvas, 12), point(host.canvas, 14))
    assert host.canvas.selection.kind == "range"
    rects = host.canvas.scene.text_rects(12, 15)
    image = host.canvas.grab().toImage()
    assert LIGHT.accent in colours_in(image, rects[0].toRect().adjusted(-2, -2, 2, 2))


def marked_places(host):
    """The spans whose edge on the text, or line below it, has the colour of what is selected."""
    image, found = host.canvas.grab().toImage(), []
    for selection in (of_gold(PS), of_gold(OG), of_predicted(Span(5, 7, "LC")), of_predicted(LC)):
        rect = host.canvas.scene.text_rects(selection.start, selection.end)[0].toRect()
        edge = QRect(rect.left() - 3, rect.center().y() - 2, 4, 4)
        below = QRect(rect.left() + 4, rect.bottom() + 4, rect.width() - 8, 2)
        if LIGHT.accent in colours_in(image, edge if selection.kind == "gold" else below):
            found.append(selection)
    return found


RIGHT_TO_LEFT = "שלום עולם"


def test_a_drag_over_a_right_to_left_word_takes_the_characters_under_it(host):
    host.show(RIGHT_TO_LEFT)
    places = [point(host.canvas, at).x() for at in range(len(RIGHT_TO_LEFT))]
    assert places == sorted(places, reverse=True), "it begins at the right"
    assert places[0] > host.canvas.width() / 2
    for first, last in ((0, 3), (3, 0), (5, 8), (1, 6)):
        drag(host.canvas, point(host.canvas, first), point(host.canvas, last))
        assert host.canvas.selection == TextSelection("range", min(first, last), max(first, last) + 1)
    double_click(host.canvas, point(host.canvas, 6))
    assert selected(host) == "עולם"


def begin_edge_drag(host):
    """Press on the end of a span and move it, and lose the release that would end this."""
    host.show(TEXT, [PS, OG])
    press(host.canvas, point(host.canvas, 9, 1.0))
    move(host.canvas, point(host.canvas, 6))
    assert host.canvas.is_pressed


def test_a_lost_release_lets_no_later_click_change_the_gold(host):
    begin_edge_drag(host)
    click(host.canvas, point(host.canvas, 13))
    assert host.proposals == []
    assert [comparison.gold for comparison in host.canvas.comparisons] == [PS, OG]
    assert host.canvas.selection is None


def test_moving_the_mouse_without_a_button_ends_a_drag(host, qtbot):
    begin_edge_drag(host)
    with qtbot.waitSignal(host.canvas.released):
        move(host.canvas, point(host.canvas, 12), Qt.MouseButton.NoButton)
    assert not host.canvas.is_pressed
    release(host.canvas, point(host.canvas, 12))
    assert host.proposals == []
    assert [comparison.gold for comparison in host.canvas.comparisons] == [PS, OG]


def test_the_right_button_during_a_drag_asks_for_no_menu_and_leaves_the_drag(host, qtbot):
    begin_edge_drag(host)
    at = point(host.canvas, 6, 0.9)
    with qtbot.assertNotEmitted(host.canvas.menuAsked):
        QTest.mousePress(host.canvas, Qt.MouseButton.RightButton, Qt.KeyboardModifier.NoModifier, at)
        ask_for_menu(host.canvas, at)
        QTest.mouseRelease(host.canvas, Qt.MouseButton.RightButton, Qt.KeyboardModifier.NoModifier, at)
    move(host.canvas, at)
    release(host.canvas, at)
    assert host.proposals == [(PS, Span(5, 7, "OG"))]


@pytest.mark.parametrize(
    "loss",
    [QEvent.Type.UngrabMouse, QEvent.Type.WindowDeactivate, QEvent.Type.WindowBlocked, QEvent.Type.Hide],
)
def test_whatever_takes_the_mouse_away_ends_a_drag(host, qtbot, loss):
    begin_edge_drag(host)
    with qtbot.waitSignal(host.canvas.released):
        QApplication.sendEvent(host.canvas, QEvent(loss))
    release(host.canvas, point(host.canvas, 6))
    assert host.proposals == []


def test_a_drag_that_another_sentence_ended_proposes_nothing(host):
    begin_edge_drag(host)
    host.show("다른 문장에는 다른 것이 있다.", [Span(0, 2, "PS")])
    move(host.canvas, point(host.canvas, 6))
    release(host.canvas, point(host.canvas, 6))
    assert host.proposals == []


def test_a_double_click_after_a_lost_release_only_selects(host, qtbot):
    begin_edge_drag(host)
    at = point(host.canvas, 13)
    QTest.mouseDClick(host.canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    release(host.canvas, at)
    assert host.proposals == []
    assert selected(host) == "이끌고"


# Sentences with hundreds of spans

CROWD = 300
CROWDED = "서울은 " * CROWD
CROWD_GOLD = tuple(Span(4 * at, 4 * at + 2, "LC") for at in range(CROWD))
CROWD_FOUND = tuple(PredictedSpan(Span(s.start, s.end, "OG") if s.start % 3 else s, 0.9) for s in CROWD_GOLD)


@pytest.fixture
def compared_spans(monkeypatch):
    """How often gold and predicted spans were compared anew."""
    calls = []
    span_selection.comparisons_of.cache_clear()
    compare = span_selection.compare_spans
    monkeypatch.setattr(span_selection, "compare_spans", lambda *sides: calls.append(sides) or compare(*sides))
    return calls


def test_going_from_span_to_span_compares_nothing_again(host, compared_spans):
    host.show(CROWDED, CROWD_GOLD, CROWD_FOUND)
    for _stop in range(20):
        host.canvas.select_next()
        host.canvas.grab()
    assert len(compared_spans) == 1


def test_a_step_of_a_drag_compares_once_and_none_where_the_edge_stays(host, compared_spans):
    host.show(CROWDED, CROWD_GOLD, CROWD_FOUND)
    press(host.canvas, point(host.canvas, 1, 1.0))
    for at in (point(host.canvas, 0), point(host.canvas, 0) + QPoint(1, 0), point(host.canvas, 0) + QPoint(-1, 0)):
        move(host.canvas, at)
        host.canvas.grab()
    assert len(compared_spans) == 2


def test_a_part_is_painted_as_in_the_whole_and_without_the_other_lines(host, monkeypatch):
    host.show(CROWDED, CROWD_GOLD, CROWD_FOUND)
    host.canvas.resize(700, host.canvas.heightForWidth(700))
    whole = host.canvas.grab().toImage()
    drawn, draw = [], TextLayout.draw
    monkeypatch.setattr(TextLayout, "draw", lambda *given: drawn.append(given[2]) or draw(*given))
    third = host.canvas.scene.lines[3]
    part = QRect(0, round(third.top) + 1, 700, round(third.bottom - third.top) - 2)
    assert host.canvas.grab(part).toImage() == whole.copy(part)
    assert 3 in drawn
    assert len(drawn) <= 3 < len(host.canvas.scene.lines)
