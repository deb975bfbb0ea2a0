"""Text that is typed in the real window, tagged by a run that was trained there, sent, and learned by the next run."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from core.services.typed_sentences import scratch_id
from tests.gui.driving import JOB_TIMEOUT, click, wait_for_job

TYPED = "Kim met Lee in Seoul on 5 May"
PASTED = "이순신은 1592년 한산도에서 조선 수군을 이끌었다."


def test_typed_text_is_tagged_sent_and_learned(window, qtbot):
    _train_on_the_sample(window, qtbot)
    spans = _type(window, qtbot)
    sentences = _send(window, qtbot, spans)
    _retrain(window, qtbot, sentences)


def _train_on_the_sample(window, qtbot):
    click(window.welcome.sample)
    wait_for_job(qtbot, window.context.runner)
    click(window.rail.button("train"))
    form = window.pages["train"].form
    form.epochs.setValue(1)
    form.limited.setChecked(True)
    form.limit.setValue(100)
    click(window.pages["train"].start_bar.start)
    click(window.rail.button("scratch"))
    page = window.pages["scratch"]
    assert page.empty.title.text() in ("No run yet", "Run 1 has no finished epoch yet")
    wait_for_job(qtbot, window.context.runner)
    qtbot.waitUntil(page.field.isVisible)


def _type(window, qtbot):
    """Type one line and paste another; returns the spans of each."""
    page = window.pages["scratch"]
    QTest.keyClicks(page.field, TYPED)
    QTest.keyClick(page.field, Qt.Key.Key_Return)
    page.field.insertPlainText(PASTED)
    qtbot.waitUntil(lambda: set(page.tagger.known) == {TYPED, PASTED}, timeout=JOB_TIMEOUT)
    assert [row.view.text for row in page.list.rows] == [TYPED, PASTED]
    assert "run 1, epoch 1" in page.status.text()
    for row in page.list.rows:
        for found in row.view.spans:
            assert 0 <= found.span.start < found.span.end <= len(row.view.text)
            assert 0 < found.probability <= 1
    return {row.view.text: tuple(found.span for found in row.view.spans) for row in page.list.rows}


def _send(window, qtbot, spans):
    page, project = window.pages["scratch"], window.context.session.project
    before = project.sentences.count("train")
    bar = page.send_bar
    bar.target.setCurrentIndex(bar.target.findData("train"))
    with qtbot.waitSignal(page.sending.ended):
        click(page.send_bar.send)
    sentences = [project.sentences.by_id(scratch_id(text)) for text in (TYPED, PASTED)]
    assert [(stored.split, stored.text, stored.gold) for stored in sentences] == [
        ("train", text, spans[text]) for text in (TYPED, PASTED)
    ]
    assert project.sentences.count("train") == before + 2
    click(window.rail.button("corpus"))
    assert "and from Scratch" in window.pages["corpus"].said.text()
    click(window.rail.button("scratch"))
    click(page.send_bar.open)
    inspect = window.pages["inspect"]
    assert window.stack.currentWidget() is inspect
    assert list(inspect.model.numbers) == [stored.number for stored in sentences]
    assert project.problems() == []
    return sentences


def _retrain(window, qtbot, sentences):
    project = window.context.session.project
    click(window.rail.button("train"))
    window.pages["train"].form.limited.setChecked(False)
    click(window.pages["train"].start_bar.start)
    wait_for_job(qtbot, window.context.runner)
    trained_on = {sentence.id: sentence for sentence in project.runs.training_sentences(2)}
    assert project.runs.by_number(2).train_sentences == len(trained_on) == project.sentences.count("train")
    for stored in sentences:
        assert trained_on[stored.id] == stored.with_gold("corrected")
    assert {sentence.id for sentence in project.runs.training_sentences(1)}.isdisjoint(s.id for s in sentences)
