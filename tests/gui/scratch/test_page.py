"""The Scratch page: spans as one types, whatever is looked at, and lines that become sentences."""

import threading

import pytest
from PySide6.QtCore import Qt

from core.domain.errors import UserError
from core.domain.spans import Span
from core.services.typed_sentences import scratch_id
from core.store.sentence_selection import FixedSet, Selection
from gui.look.theme import DARK
from gui.scratch.line_list import EXAMPLES, MOST
from tests.building import project_with_sentences
from tests.gui.driving import click, drag_over, wait_for_end
from tests.gui.scratch.conftest import spans_of, with_two_runs

TEXT = "김구는 서울에 갔다 😀\n\n비가 온다"
LINES = ["김구는 서울에 갔다 😀", "비가 온다"]


def sent(desk, qtbot):
    """Press the button and wait for the end of it."""
    with qtbot.waitSignal(desk.page.sending.ended):
        click(desk.page.send_bar.send)


def send_as_gold(desk, split):
    bar = desk.page.send_bar
    bar.target.setCurrentIndex(bar.target.findData(split))


def stored(desk, text):
    return desk.project.sentences.by_id(scratch_id(text))


def test_every_line_is_shown_with_its_spans(desk, qtbot):
    desk.type(qtbot, TEXT)
    assert desk.rows == [(line, spans_of(line)) for line in LINES]
    assert desk.page.said.text() == "2 lines · 2 spans"
    assert "run 1, epoch 2" in desk.page.status.text()
    assert "3 MB" in desk.page.status.text()


def test_only_what_is_new_is_asked_for(desk, qtbot):
    desk.type(qtbot, TEXT)
    desk.type(qtbot, f"{TEXT}!")
    assert desk.tagger.asked == [LINES, ["비가 온다!"]]
    assert len(desk.tagger.loaded) == 1


def test_the_lines_take_another_theme(desk, qtbot):
    desk.type(qtbot, TEXT)
    desk.look.show_theme(DARK)
    view = desk.page.list.rows[0].view
    assert view.grab().toImage().pixelColor(view.width() - 4, 4).name() == DARK.surface


def test_an_example_is_typed_at_a_click(desk, qtbot):
    assert desk.page.list.examples[0].isVisible()
    click(desk.page.list.examples[0])
    desk.wait(qtbot)
    assert desk.rows == [(EXAMPLES[0], spans_of(EXAMPLES[0]))]
    assert not desk.page.list.examples[0].isVisible()


def test_it_says_that_it_loads_and_shows_the_text_meanwhile(desk, qtbot):
    desk.tagger.may_load.clear()
    desk.page.field.setPlainText(TEXT)
    qtbot.waitUntil(lambda: desk.page.status.text() == "Loading run 1, epoch 2 …")
    assert desk.rows == [(line, ()) for line in LINES]
    assert not desk.page.send_bar.send.isEnabled()
    desk.page.send_bar.with_spans.setChecked(False)
    assert desk.page.send_bar.send.isEnabled(), "a text alone can be sent at once"
    desk.tagger.may_load.set()
    desk.wait(qtbot)


def test_another_epoch_has_its_own_tagger_and_the_first_one_is_let_go(desk, qtbot):
    desk.type(qtbot, TEXT)
    desk.session.set_context(epoch=1)
    desk.wait(qtbot)
    assert desk.tagger.loaded == [desk.project.checkpoint_folder(1, epoch) for epoch in (2, 1)]
    assert desk.tagger.ended == 1
    assert desk.page.field.toPlainText() == TEXT


def test_an_answer_of_the_tagger_before_is_dropped(desk, qtbot):
    desk.tagger.may_load.clear()
    desk.page.field.setPlainText(TEXT)
    qtbot.waitUntil(lambda: desk.page.tagger.state == "loading")
    desk.session.set_context(epoch=1)
    desk.session.set_context(epoch=2)
    desk.session.set_context(epoch=1)
    assert not desk.page.tagger.known
    desk.tagger.may_load.set()
    desk.wait(qtbot)
    assert desk.tagger.loaded[-1] == desk.project.checkpoint_folder(1, 1)
    qtbot.waitUntil(lambda: desk.page.tagger.state == "ready")


def test_a_page_that_is_not_seen_loads_nothing_and_lets_go_what_is_not_looked_at(open_desk, qtbot):
    desk = open_desk(with_two_runs)
    desk.type(qtbot, TEXT)
    desk.page.hide()
    desk.session.set_context(source=1)
    qtbot.waitUntil(lambda: desk.tagger.ended == 1)
    assert len(desk.tagger.loaded) == 1
    desk.page.show()
    desk.wait(qtbot)
    assert len(desk.tagger.loaded) == 2
    assert desk.rows == [(line, spans_of(line)) for line in LINES]


def test_the_text_and_the_choice_survive_a_switch_of_pages(desk, qtbot):
    desk.type(qtbot, TEXT)
    click(desk.page.list.rows[0].chosen)
    desk.page.hide()
    desk.page.show()
    desk.wait(qtbot)
    assert [row.chosen.isChecked() for row in desk.page.list.rows] == [False, True]
    assert desk.tagger.asked == [LINES]


def test_a_closed_project_lets_the_tagger_go(desk, qtbot):
    desk.type(qtbot, TEXT)
    desk.session.close()
    qtbot.waitUntil(lambda: desk.tagger.ended == 1)
    assert desk.page.field.toPlainText() == TEXT
    assert desk.page.empty.isVisible()


def test_the_tagger_ends_with_the_window_even_while_it_loads(desk, qtbot):
    desk.tagger.may_load.clear()
    desk.page.field.setPlainText(TEXT)
    qtbot.waitUntil(lambda: desk.page.tagger.state == "loading")
    desk.runner.shut_down()
    desk.tagger.may_load.set()
    wait_for_end(qtbot, desk.runner)
    assert desk.tagger.ended == 1


def test_a_tagger_that_cannot_be_loaded_is_told_with_the_way_out(desk, qtbot):
    desk.tagger.fails = UserError("the checkpoint is damaged; restore it")
    desk.page.field.setPlainText(TEXT)
    qtbot.waitUntil(desk.page.retry.isVisible)
    assert desk.page.status.text() == "Tagging with run 1, epoch 2 failed: the checkpoint is damaged; restore it"
    desk.page.field.setPlainText(f"{TEXT}!")
    desk.tagger.fails = None
    qtbot.waitUntil(lambda: len(desk.page.list.rows) == 2 and desk.rows[1][0] == "비가 온다!")
    click(desk.page.retry)
    desk.wait(qtbot)
    assert not desk.page.retry.isVisible()


def test_without_a_run_it_leads_to_train(open_desk):
    desk, asked = open_desk(project_with_sentences), []
    desk.session.page_asked.connect(asked.append)
    assert desk.page.empty.title.text() == "No run yet"
    click(desk.page.empty.button)
    assert asked == ["train"]


def test_while_a_job_runs_it_answers_and_says_that_it_is_slower(desk, qtbot):
    goes_on = threading.Event()

    def work():
        yield
        goes_on.wait()

    desk.type(qtbot, TEXT)
    job = desk.runner.start("Training run 2", work)
    assert "“Training run 2”" in desk.page.status.text()
    desk.type(qtbot, "새 글")
    with qtbot.waitSignal(job.ended):
        goes_on.set()
    assert "Training" not in desk.page.status.text()


def test_very_long_text_is_shown_in_part_and_says_so(desk, qtbot):
    desk.page.field.setPlainText("\n".join(f"{number}번째 줄" for number in range(MOST + 7)))
    qtbot.waitUntil(lambda: len(desk.page.tagger.known) == MOST)
    qtbot.waitUntil(lambda: len(desk.page.list.rows) == MOST)
    assert all(row.view.spans for row in desk.page.list.rows)
    assert "for the 7 others" in desk.page.said.text()


def test_chosen_lines_become_sentences_with_their_spans(desk, qtbot):
    desk.type(qtbot, TEXT)
    click(desk.page.list.rows[1].chosen)
    send_as_gold(desk, "train")
    assert desk.page.send_bar.send.text() == "Send 1 line to train as gold"
    sent(desk, qtbot)
    sentence = stored(desk, LINES[0])
    assert (sentence.split, sentence.text) == ("train", LINES[0])
    assert sentence.gold == sentence.imported == (Span(0, 3, "PS"),)
    assert desk.project.sentences.count() == 8
    assert desk.page.send_bar.said.text() == "1 line sent to train."
    assert desk.page.list.rows[0].said.text().endswith(f"sent to train as {sentence.id}")
    click(desk.page.send_bar.open)
    assert desk.inspected == [Selection("train", sentence_id=sentence.id)]
    assert desk.project.problems() == []


def test_lines_go_to_review_unless_they_are_to_be_gold(desk, qtbot):
    desk.type(qtbot, TEXT)
    bar = desk.page.send_bar
    send_as_gold(desk, "dev")
    assert bar.warning.isVisible()
    assert not bar.with_spans.isVisible(), "gold without spans would say that there are none"
    send_as_gold(desk, "pool")
    assert not bar.warning.isVisible()
    assert bar.send.text() == "Send 2 lines to review"
    sent(desk, qtbot)
    sentences = [stored(desk, line) for line in LINES]
    assert [(each.split, each.gold) for each in sentences] == [
        ("pool", tuple(found.span for found in spans_of(line))) for line in LINES
    ]
    assert desk.project.documents.details([sentences[0].number])[sentences[0].number].judged == "no"
    assert bar.said.text() == "2 lines sent to review, in the pool."
    click(bar.open)
    numbers = frozenset(each.number for each in sentences)
    assert desk.inspected == [Selection("pool", among=FixedSet("sent from Scratch", numbers))]
    assert len(desk.project.moves.of_import(desk.project.moves.imports()[-1].number)) == 2, "they can be dropped"


def test_bare_text_can_be_sent_to_review(desk, qtbot):
    desk.type(qtbot, LINES[0])
    click(desk.page.send_bar.with_spans)
    sent(desk, qtbot)
    assert (stored(desk, LINES[0]).split, stored(desk, LINES[0]).gold) == ("pool", ())


def test_a_line_is_corrected_with_mouse_and_keys_undone_and_sent_so(desk, qtbot):
    desk.type(qtbot, TEXT)
    row, editor = desk.page.list.rows[0], desk.page.editor
    click(row.view)
    assert editor.isVisible()
    assert not row.view.isVisible()
    drag_over(editor.canvas, 4, 5)
    editor.labelling.apply("LC")
    assert desk.page.send_bar.send.text() == "Send 2 lines to review"
    assert row.said.text() == "2 spans, corrected"
    for key, expected in (("Z", "1 span"), ("Y", "2 spans, corrected")):
        qtbot.keyClick(editor.canvas, key, Qt.KeyboardModifier.ControlModifier)
        assert row.said.text() == expected
    qtbot.keyClick(editor.canvas, Qt.Key.Key_Escape)
    qtbot.keyClick(editor.canvas, Qt.Key.Key_Escape)
    assert not editor.isVisible()
    assert row.view.gold == (Span(0, 3, "PS"), Span(4, 6, "LC"))
    sent(desk, qtbot)
    assert stored(desk, LINES[0]).gold == (Span(0, 3, "PS"), Span(4, 6, "LC"))
    assert not row.edit.isVisible(), "what was sent is corrected in Inspect"


def test_a_corrected_line_is_given_back_its_spans_and_the_editor_goes_with_its_line(desk, qtbot):
    desk.type(qtbot, TEXT)
    click(desk.page.list.rows[1].edit)
    editor = desk.page.editor
    editor.canvas.select_next(1)
    editor.canvas.delete_selected()
    assert desk.page.list.rows[1].said.text() == "0 spans, corrected"
    click(editor.reset)
    assert desk.page.list.rows[1].said.text().startswith("1 span")
    desk.type(qtbot, LINES[0])
    assert not editor.isVisible()
    assert desk.page.list.rows[0].view.isVisible()


def test_what_the_corpus_has_is_told_and_not_sent(desk, qtbot):
    had = desk.project.sentences.by_id("news-3")
    desk.type(qtbot, f"{had.text}\n{LINES[0]}")
    send_as_gold(desk, "train")
    sent(desk, qtbot)
    assert desk.project.sentences.count() == 8
    assert desk.page.send_bar.said.text() == "1 line sent to train. The corpus already had 1."
    row = desk.page.list.rows[0]
    assert row.said.text().endswith("in the corpus: dev, news-3")
    assert not row.chosen.isEnabled()
    click(row.open)
    assert desk.inspected == [Selection("dev", sentence_id="news-3")]
    assert not desk.page.send_bar.send.isEnabled()


def test_a_text_typed_twice_is_sent_once_and_never_again(desk, qtbot):
    desk.type(qtbot, f"{LINES[0]}\n{LINES[0]}")
    send_as_gold(desk, "train")
    sent(desk, qtbot)
    assert desk.project.sentences.count() == 8
    desk.page.field.clear()
    desk.type(qtbot, LINES[0])
    assert not desk.page.send_bar.send.isEnabled()


def test_a_label_that_the_project_lacks_is_refused_whole(desk, qtbot, monkeypatch):
    problems = []
    desk.session.problem.connect(problems.append)
    monkeypatch.setattr(desk.project.sentences, "labels", lambda: ("LC",))
    desk.type(qtbot, TEXT)
    sent(desk, qtbot)
    assert "PS is not in the tag set" in problems[0]
    assert desk.project.sentences.count() == 7
    assert desk.page.send_bar.send.isEnabled()


def test_a_line_is_removed_by_its_button(desk, qtbot):
    desk.type(qtbot, TEXT)
    click(desk.page.list.rows[0].remove)
    desk.wait(qtbot)
    qtbot.waitUntil(lambda: [text for text, _ in desk.rows] == LINES[1:])


@pytest.mark.parametrize("position", [0, 2])
def test_the_span_under_the_pointer_is_known(desk, qtbot, position):
    desk.type(qtbot, LINES[0])
    view = desk.page.list.rows[0].view
    scene = view.scene
    [rect] = scene.text_rects(position, position + 1)
    assert view.mark_at(rect.center()).span == Span(0, 3, "PS")
    [outside] = scene.text_rects(4, 5)
    assert view.mark_at(outside.center()) is None
