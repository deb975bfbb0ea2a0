"""The actions by which effort is counted, done one by one in the real window: they give the gold, and are no fewer."""

import random

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from core.domain.spans import Sentence, Span
from core.languages.korean.words import word_shapes
from core.store.predictions import EpochKey
from gui.inspect.filter import Filter
from gui.inspect.list_pane import ListPlace
from gui.sentence.mouse import edges_of
from tests.benchmarks.effort_rule import count_actions, plan_actions, plan_by_hand
from tests.building import FIRST_EPOCH, add_run, add_sentences, predicted, project_with_sentences
from tests.gui.driving import LEFT, NONE, click, move_to

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
Key = Qt.Key
KEYS = {
    "remove": (Key.Key_Delete, NONE),
    "accept all and go on": (Key.Key_Return, SHIFT),
    "done": (Key.Key_R, CTRL | SHIFT),
}
TEXT = "나리는 부산에서 한국은행 사람 세 명과 오늘 오후 두 시에 만났다"
PS, LC, OG, QT, TI = Span(0, 2, "PS"), Span(4, 6, "LC"), Span(9, 13, "OG"), Span(17, 20, "QT"), Span(25, 31, "TI")
OTHER_EDGES = {PS: (0, 3), LC: (4, 8), OG: (9, 11), QT: (19, 21), TI: (22, 31)}
CASES = (
    # gold, suggestions, actions
    ((PS, LC), (PS, LC), 1),
    ((), (), 1),
    ((PS, LC), (), 5),
    ((PS, LC, OG), (PS, OG), 3),  # one is missing
    ((PS, LC, OG), (PS, LC, Span(9, 13, "LC")), 3),  # another label
    ((PS, LC), (PS, LC, QT), 3),  # one too many
    ((PS, LC, OG), (Span(0, 3, "PS"), LC, Span(9, 11, "OG")), 3),  # an edge each
    ((PS, TI), (PS, Span(22, 31, "TI")), 2),
    ((PS, QT), (PS, Span(19, 21, "QT")), 3),  # both edges
    ((PS, TI), (PS, Span(25, 27, "TI"), Span(28, 31, "TI")), 2),  # in two pieces: a drag covers the other
    ((PS, LC, OG), (Span(0, 6, "LC"), OG), 4),  # two in one: one by a drag
    ((PS,), (LC, OG, QT), 3),  # nothing is right: by hand
)
SAME = (PS, Span(4, 6, "PS"), Span(9, 13, "PS"), QT)  # several with one label


def draw_case(draw):
    """Gold, and suggestions that are right, have other edges or another label, are missing or too many."""
    gold, suggested = [], []
    for span, edges in OTHER_EDGES.items():
        own = Span(span.start, span.end, draw.choice(("PS", "LC")))
        gold += [own] * (draw.random() < 0.8)
        label = own.label if draw.random() < 0.7 else "OG"
        place = edges if draw.random() < 0.3 else (span.start, span.end)
        suggested += [Span(*place, label)] * (draw.random() < 0.8)
    return tuple(gold), tuple(suggested)


def test_what_is_counted():
    for gold, suggested, actions in CASES:
        assert count_actions(suggested, gold) == actions, (gold, suggested)
    assert len(plan_by_hand((PS, LC, OG))) == 7
    assert (len(plan_by_hand(SAME)), len(plan_by_hand(SAME, keeps=True))) == (9, 7)


def test_such_actions_give_the_gold_in_the_window(bench_over):
    draw = random.Random(5)
    cases = [(gold, suggested) for gold, suggested, _ in CASES] + [draw_case(draw) for _ in range(16)]
    bench = bench_over(lambda folder: project_with_suggestions(folder, [suggested for _, suggested in cases]))
    bench.page.return_to(ListPlace(Filter(split="pool"), None))
    for number, (gold, suggested) in enumerate(cases):
        assert bench.shown() == f"p-{number}"
        for action in plan_actions(suggested, gold):
            do(bench, action)
        assert_done(bench, number, gold)


def test_a_label_that_is_kept_takes_one_action_more_than_its_spans(bench_over):
    cases = [(SAME, ()), ((PS, LC, Span(9, 13, "LC"), QT), (Span(2, 3, "LC"), QT))]
    bench = bench_over(lambda folder: project_with_suggestions(folder, [suggested for _, suggested in cases]))
    bench.page.return_to(ListPlace(Filter(split="pool"), None))
    for number, (gold, suggested) in enumerate(cases):
        plan = plan_actions(suggested, gold, keeps=True)
        assert any(action.does == "keep" for action in plan)
        for action in plan:
            do(bench, action)
        assert_done(bench, number, gold)


def project_with_suggestions(folder, suggestions):
    """A pool of sentences with these suggestions, whose texts differ in their ends."""
    project = project_with_sentences(folder)
    sentences = [Sentence.unchecked(f"p-{number}", f"{TEXT} {number}", ()) for number in range(len(suggestions))]
    add_sentences(project, [("pool", sentence) for sentence in sentences])
    project.database.write("UPDATE sentence SET judged = 'no' WHERE split = 'pool'")
    add_run(project, FIRST_EPOCH)
    found = {
        project.sentences.by_id(sentence.id).number: predicted(*((s.start, s.end, s.label, 0.9) for s in suggested))
        for sentence, suggested in zip(sentences, suggestions, strict=True)
    }
    project.predictions.save(EpochKey(1, 1), found)
    return project


def assert_done(bench, number, gold):
    stored = bench.project.sentences.by_id(f"p-{number}")
    assert (stored.split, stored.gold) == ("train", tuple(sorted(gold))), number


def do(bench, action):
    """One key, or one thing that the mouse does."""
    span, canvas = action.span, bench.canvas
    if action.does in KEYS:
        bench.key(*KEYS[action.does])
    elif action.does == "label":
        bench.key(getattr(Key, f"Key_{bench.page.detail.chips.key_of(span.label)}"))
    elif action.does == "keep":
        click_chip(bench, span.label)
    elif action.does == "select":
        QTest.mouseClick(canvas, LEFT, NONE, middle_of(canvas, span))
    elif action.does == "drag":
        drag_edge(canvas, span, action.after)
    elif is_word(bench, span):
        for click_it in (QTest.mouseClick, QTest.mouseDClick):
            click_it(canvas, LEFT, NONE, bench.point(span.start))
    else:
        bench.drag(span.start, span.end - 1)


def is_word(bench, span):
    """Whether a double click selects it: a word without its particle, where no other one is suggested."""
    text = bench.page.detail.shown.stored.text
    is_free = not any(mark.span.overlaps(span) for mark in bench.canvas.scene.marks)
    return is_free and word_shapes(text, span.start, range(len(text) + 1))[0] == (span.start, span.end)


def click_chip(bench, label):
    """A click where a label is kept already; else a double click."""
    chips = bench.page.detail.chips
    is_kept = chips.kept is not None
    click(chips.chips[label])
    if not is_kept:
        QTest.mouseDClick(chips.chips[label], LEFT)
    assert chips.kept == label


def middle_of(canvas, span):
    return canvas.scene.text_rects(span.start, span.end)[0].center().toPoint()


def drag_edge(canvas, span, after):
    """Drag the edge of a suggestion that differs."""
    [mark] = [mark for mark in canvas.scene.marks if mark.span == span]
    at = 0 if span.start != after.start else 1
    place = edges_of(canvas.scene, mark)[at].rect.center().toPoint()
    first = canvas.scene.text_rects(after.start, after.end)
    target = QPoint(round(first[0].left() if at == 0 else first[-1].right()), place.y())
    QTest.mousePress(canvas, LEFT, NONE, place)
    for point in ((place + target) / 2, target):
        move_to(canvas, point)
    QTest.mouseRelease(canvas, LEFT, NONE, target)
