"""The Scratch page: any text, and at once what the run that is looked at finds in it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSplitter, QStackedLayout, QVBoxLayout, QWidget

from core.domain.spans import Span
from core.messages.catalogue import mark, say, say_count
from core.services import engine
from core.store.predictions import EpochKey
from core.store.project import Project
from core.store.sentence_selection import FixedSet, Selection
from gui.background import Job, describe_failure
from gui.context import Context
from gui.look.theme import set_property
from gui.scratch.line_editor import LineEditor
from gui.scratch.line_list import MOST, CorpusMatch, LineList, ShownLines
from gui.scratch.line_tagger import LineTagger, TagsLines
from gui.scratch.send import SendBar, Sending, Sent, find_obstacle
from gui.text.wording import name_epoch
from gui.widgets.page import EmptyState, Page, PageContext, rule
from gui.widgets.text_fields import FieldLine, TextField
from gui.widgets.text_labels import PlainLabel

PAUSE = 150
"""Milliseconds without a change of the text after which it is tagged."""


class ScratchPage(Page):
    """Follows the session's run and epoch; the text stays whatever is looked at."""

    id, title, icon = "scratch", mark("Scratch"), "scratch"

    def __init__(self, context: PageContext, tagging: TagsLines = engine.tag_lines) -> None:
        super().__init__()
        self._session, self._runner = context.session, context.runner
        self._left_out: set[str] = set()
        self._places: dict[str, CorpusMatch] = {}
        self._sent: Sent | None = None
        self._lines: list[FieldLine] = []
        self._cut_off = 0
        self._corrected: dict[str, tuple[Span, ...]] = {}
        self._edited: str | None = None
        self.tagger = LineTagger(context.runner, tagging, self)
        self.sending = Sending(context.session, self)
        self.field = TextField(say("Type or paste text, one sentence per line"))
        self.field.setAccessibleName(say("Text to tag"))
        self.status = PlainLabel(wraps=True)
        self.retry = QPushButton(say("Try again"))
        self.said = PlainLabel()
        self.editor = LineEditor(context)
        self.list = LineList(context.look, self.editor)
        self.send_bar = SendBar()
        self.empty = EmptyState("", "", say("Go to Train"))
        self._pause = QTimer(self, interval=PAUSE, singleShot=True)
        self._lay_out(context)
        self._connect()
        self._follow()

    def _lay_out(self, context: PageContext) -> None:
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(self._left())
        self.splitter.addWidget(self._right())
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setSizes([400, 800])
        context.preferences.keep_splitter("scratch", self.splitter)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self.splitter)

    def _left(self) -> QWidget:
        left = QWidget()
        left.setMinimumWidth(300)
        column = QVBoxLayout(left)
        column.setContentsMargins(16, 12, 16, 16)
        column.setSpacing(8)
        column.addWidget(self.title_label())
        column.addWidget(self.status)
        column.addWidget(self.retry, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.field, 1)
        return left

    def _right(self) -> QWidget:
        self.said.setProperty("role", "hint")
        head = QHBoxLayout()
        head.setContentsMargins(16, 12, 16, 12)
        head.addWidget(self.said)
        right = QWidget()
        right.setProperty("panel", True)
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(rule())
        column.addWidget(self.list, 1)
        column.addWidget(rule())
        column.addWidget(self.send_bar)
        return right

    def _connect(self) -> None:
        session = self._session
        session.project_changed.connect(self._take_project)
        session.context_changed.connect(lambda _: self._follow())
        session.changed.connect(lambda change: self._follow() if change.runs or change.corpus else None)
        self._runner.started.connect(self._follow_job)
        self.empty.button.clicked.connect(lambda: session.show_page("train"))
        self.field.edited.connect(self._pause.start)
        self._pause.timeout.connect(self.refresh)
        self.tagger.changed.connect(self._show)
        self.retry.clicked.connect(self.tagger.try_again)
        self.list.example_chosen.connect(self._begin_with)
        self.list.toggled.connect(self._toggle)
        self.list.removed.connect(self.field.remove)
        self.list.opened.connect(self._open)
        self.list.edit_asked.connect(self._edit)
        self.editor.corrected.connect(self._correct)
        self.editor.finished.connect(self._finish_editing)
        self.send_bar.changed.connect(self._show)
        self.send_bar.asked.connect(self._send)
        self.send_bar.opened.connect(self._open_sent)
        self.sending.finished.connect(self._take_sent)
        self.sending.ended.connect(self._show)

    def _take_project(self, project: Project | None) -> None:
        """Forget what was of another project; the text is the person's, and stays."""
        self.sending.stop()
        self._places.clear()
        self._corrected.clear()
        self._edited = None
        self._forget_sent()
        if project is None:  # one that was opened brings its context right after
            self._follow()

    def _follow(self) -> None:
        """Take the run and epoch that are looked at."""
        context = self._session.context
        folder = self._folder(context.key)
        project = self._session.project
        names = {} if project is None or context.source is None else project.label_names.of_source(context.source)
        self.tagger.look_at(folder, names)
        if folder is None:
            self._explain(context)
        self._stack.setCurrentIndex(0 if folder is None else 1)
        self.refresh_when_seen()

    def _explain(self, context: Context) -> None:
        """Say why there is no model."""
        source = None
        if self._session.project is not None and context.source is not None:
            source = self._session.project.sources.by_number(context.source)
        if source is not None and (context.key is not None or not source.is_run):
            title = say("{source} cannot tag what you type", source=source.heading)
            hint = say("It has no weights to tag other text with. Choose a run that was trained.")
        elif source is not None:
            title = say("{run} has no finished epoch yet", run=source.heading)
            hint = say("Its first epoch can be tried here when it ends. The Train page shows the progress.")
        else:
            title = say("No run yet")
            hint = say("Here you see what a run finds in any text that you type. Train one first.")
        self.empty.title.setText(title)
        self.empty.hint.setText(hint)

    def _folder(self, key: EpochKey | None) -> Path | None:
        project = self._session.project
        source = None if project is None or key is None else project.sources.by_number(key.source)
        if project is None or key is None or source is None or not (source.is_run and source.tags_more):
            return None
        return project.checkpoint_folder(key.source, key.epoch)

    def _epoch_name(self) -> str:
        """What people call the epoch that is looked at; empty if there is none."""
        project, key = self._session.project, self._session.context.key
        return "" if project is None or key is None else name_epoch(project, key)

    def _follow_job(self, job: Job) -> None:
        job.ended.connect(self._show)
        self._show()

    def _begin_with(self, text: str) -> None:
        self.field.add_line(text)
        self.field.setFocus()
        self.refresh()

    def refresh(self) -> None:
        """Tag the text of the field."""
        self._pause.stop()
        lines = self.field.lines
        self._lines = lines[:MOST]
        self._cut_off = len(lines) - len(self._lines)
        self.tagger.ask([line.text for line in self._lines])
        self._show()

    def _show(self) -> None:
        """Show the lines as far as they are tagged, and what can be done with them."""
        known, job = self.tagger.known, self._runner.job
        self.status.setText(describe_model(self.tagger, self._epoch_name(), job.title if job else ""))
        has_failed = self.tagger.state == "failed"
        set_property(self.status, "role", "error" if has_failed else "hint")
        self.retry.setVisible(has_failed)
        self.said.setText(
            describe_lines([line.text for line in self._lines], {**known, **self._corrected}, self._cut_off)
        )
        is_ready = self.tagger.state == "ready"
        self.list.show_lines(
            ShownLines(self._lines, known, self._left_out, self._places, self._corrected, is_soon_tagged=is_ready)
        )
        self._show_edited()
        chosen, bar = self._chosen(), self.send_bar
        ready = known.keys() | self._corrected.keys()
        obstacle = find_obstacle(chosen, ready, with_spans=bar.takes_spans, is_sending=not self.sending.is_idle)
        bar.offer(len(chosen), obstacle)

    def _show_edited(self) -> None:
        """Show the line that is corrected with its spans of now; one that is gone, or was sent, is not."""
        text = self._edited
        if text is not None and (text in self._places or all(text != line.text for line in self._lines)):
            text = self._edited = None
        self.list.show_editor(text)
        if text is not None:
            self.editor.show_spans(self._gold_of(text), self.tagger.known.get(text, ()))

    def _gold_of(self, text: str) -> tuple[Span, ...]:
        """The spans of a line as corrected, or as tagged."""
        found = self.tagger.known.get(text, ())
        return self._corrected.get(text, tuple(each.span for each in found))

    def _edit(self, text: str) -> None:
        if text in self._places or (text not in self.tagger.known and text not in self._corrected):
            return
        project = self._session.project
        assert project is not None, "lines are shown with a project only"
        counts = Counter[str]()
        for (_, label), spans in project.sentences.label_counts().items():
            counts[label] += spans
        self.editor.chips.show_labels(project.sentences.label_places(), counts)
        self._edited = text
        self.editor.begin(text)
        self._show_edited()
        self.editor.canvas.setFocus()

    def _correct(self, gold: tuple[Span, ...]) -> None:
        assert self._edited is not None, "the editor is shown in a line only"
        tagged = tuple(found.span for found in self.tagger.known.get(self._edited, ()))
        if gold == tagged:
            self._corrected.pop(self._edited, None)
        else:
            self._corrected[self._edited] = gold
        self._show()

    def _finish_editing(self) -> None:
        self._edited = None
        self._show_edited()
        self.field.setFocus()

    def _chosen(self) -> list[str]:
        texts = dict.fromkeys(line.text for line in self._lines)
        return [text for text in texts if text not in self._left_out and text not in self._places]

    def _toggle(self, text: str, is_chosen: bool) -> None:
        if is_chosen:
            self._left_out.discard(text)
        else:
            self._left_out.add(text)
        self._show()

    def _send(self) -> None:
        project = self._session.project
        if project is None:
            return
        takes_spans = self.send_bar.takes_spans
        golds = {text: self._gold_of(text) if takes_spans else () for text in self._chosen()}
        self.sending.start(project, self.send_bar.section, golds)
        self._show()

    def _take_sent(self, sent: Sent) -> None:
        self._sent = sent
        self._places.update(sent.places)
        self.send_bar.show_result(sent.words, can_open=bool(sent.new))

    def _forget_sent(self) -> None:
        self._sent = None
        self.send_bar.show_result("", can_open=False)

    def _open_sent(self) -> None:
        """Show what was sent last, in Inspect."""
        if self._sent is None:
            return
        if len(self._sent.new) == 1:
            self._open(self._sent.new[0])
        else:
            numbers = frozenset(place.number for place in self._sent.new)
            self._session.inspect(Selection(self._sent.section, among=FixedSet(say("sent from Scratch"), numbers)))

    def _open(self, place: CorpusMatch) -> None:
        """Show a sentence of the corpus, in whatever split it is by now."""
        project = self._session.project
        if project is not None:
            [stored] = project.sentences.by_number([place.number])
            self._session.inspect(Selection(stored.split, sentence_id=stored.id))


def describe_model(tagger: LineTagger, epoch: str, job: str) -> str:
    """Whose spans are shown, and what is awaited.

    Args:
        job: the title of the job under way; empty where there is none.
    """
    if not epoch:
        return ""
    if tagger.state == "failed" and tagger.failure is not None:
        reason = describe_failure(say("Loading the model"), tagger.failure)
        return say("Tagging with {epoch} failed: {reason}", epoch=epoch, reason=reason)
    if tagger.state == "loading":
        return say("Loading {epoch} …", epoch=epoch)
    if tagger.state == "idle":
        return say("Model: {epoch}, loaded with the first line", epoch=epoch)
    size = f"{tagger.size / 2**20:,.0f} MB" if tagger.size >= 2**20 else say("less than 1 MB")
    if job:
        return say(
            "Model: {epoch} ({size}). Answers take longer while “{job}” is running.", epoch=epoch, size=size, job=job
        )
    return say("Model: {epoch} ({size})", epoch=epoch, size=size)


def describe_lines(texts: Sequence[str], known: Mapping[str, Sequence[object]], cut_off: int) -> str:
    """How many lines and spans there are.

    Args:
        known: the spans of the lines that are tagged, or corrected.
        cut_off: lines beyond those that are shown.
    """
    if not texts:
        return say("Your lines and their spans")
    lines = say_count("{count:,} line", "{count:,} lines", len(texts))
    tagged = [len(known[text]) for text in texts if text in known]
    if len(tagged) < len(texts):
        words = say("{lines} · {tagged:,} tagged so far", lines=lines, tagged=len(tagged))
    else:
        words = say("{lines} · {spans}", lines=lines, spans=say_count("{count:,} span", "{count:,} spans", sum(tagged)))
    if not cut_off:
        return words
    return say_count(
        "{words} · only the first {shown} are shown: import a file for the other",
        "{words} · only the first {shown} are shown: import a file for the {count:,} others",
        cut_off,
        words=words,
        shown=MOST,
    )
