"""The Sources page: everything that says where spans are, in one table, and what can be done with each."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from core.domain.spans import Section
from core.messages.catalogue import mark, say, say_count
from core.services.agreement_source import AgreementRule
from core.services.source_list import TAGGED, SourceSummary, summarise_sources
from core.services.source_report import SourceReport
from core.store.changes import ChangeSet
from core.store.project import Project
from core.store.sentence_selection import Selection
from core.store.sources import Source
from gui.background import Job, LatestQuery
from gui.corpus.page import choose_corpus_folder
from gui.sources.actions import SourceActions, describe_removal
from gui.sources.add_file_form import AddFileForm
from gui.sources.add_model_form import AddModelForm
from gui.sources.add_source_form import AddSourceForm
from gui.sources.agreement_panel import AgreementPanel
from gui.sources.dictionary_editor import DictionaryEditor
from gui.sources.source_panel import Offer, SourcePanel, find_offer
from gui.sources.source_table import SourceTable
from gui.widgets.flow import StackingSplitter
from gui.widgets.page import EmptyState, Page, PageContext
from gui.widgets.text_labels import PlainLabel, hint_label

_RULES: dict[AgreementRule, str] = {
    "all": mark("Spans that all have"),
    "most": mark("Spans that most have"),
    "alone": mark("Spans that one alone has"),
}


class SourcesPage(Page):
    """Lists the sources of the open project, and adds, changes and removes them."""

    id, title, icon = "sources", mark("Sources"), "sources"

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._wanted: int | None = None
        self._counts: dict[Section, int] = {}
        self.actions_of = SourceActions(context, self)
        self.said = hint_label()
        self.add = QPushButton(say("Add"))
        adding = QMenu(self)
        self.add_file = adding.addAction(say("File of spans…"), self._choose_file)
        self.add_folder = adding.addAction(say("Folder of spans, such as brat makes…"), self._choose_folder)
        adding.addSeparator()
        self.add_dictionary = adding.addAction(say("New dictionary…"), lambda: self.edit_entries(None))
        self.add_entries = adding.addAction(say("Dictionary from a file…"), self._choose_entries)
        self.add_model = adding.addAction(say("Model folder…"), self._choose_model)
        self.add_hub_model = adding.addAction(say("Model of the Hugging Face hub…"), lambda: self.ask_model(None))
        self.add_gold = adding.addAction(say("Dictionary of this project's gold"), self.actions_of.add_gold_dictionary)
        self.add.setMenu(adding)
        self.pair = QPushButton(say("Compare the two"))
        self.pair.setToolTip(say("Show one beside the other on all pages, and how far they agree"))
        self.agree = QPushButton(say("Agreement of…"))
        self.agree.setToolTip(say("Make a source of what the selected ones agree on"))
        rules = QMenu(self)
        for rule, words in _RULES.items():
            rules.addAction(say(words), partial(self._add_agreement, rule))
        self.agree.setMenu(rules)
        self.removal = RemovalBar()
        self.table = SourceTable(context.look)
        self.panel = SourcePanel()
        self.agreement = AgreementPanel()
        self.panel.add_section(self.agreement)
        self.form = AddFileForm(context.look)
        self.model_form = AddModelForm(context.look)
        self.editor = DictionaryEditor(context.look)
        self._forms: tuple[AddSourceForm, ...] = (self.form, self.model_form, self.editor)
        for form in self._forms:
            form.hide()
        self.empty = EmptyState("", "", "")
        self._query = LatestQuery(self)
        self._lay_out()
        self._connect()
        self._offer_several()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(24, 16, 24, 12)
        head.setSpacing(12)
        head.addWidget(self.title_label())
        head.addWidget(self.said)
        head.addStretch(1)
        for button in (self.pair, self.agree, self.add):
            head.addWidget(button)
        self.splitter = StackingSplitter(
            self._context.preferences,
            "sources",
            self.table,
            self.panel,
            beside=[860, 320],
            stacked=[200, 240],
            stacked_from=240,
        )
        self.stack = QStackedWidget()
        self.stack.addWidget(self.empty)
        self.stack.addWidget(self.splitter)
        self.body = QWidget()
        body = QVBoxLayout(self.body)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(0)
        body.addLayout(head)
        body.addWidget(self.removal)
        body.addWidget(self.stack, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for form in self._forms:
            layout.addWidget(form, 1)
        layout.addWidget(self.body, 1)
        self.setFocusProxy(self.table)

    def _connect(self) -> None:
        session, runner, actions, panel = self._context.session, self._context.runner, self.actions_of, self.panel
        session.project_changed.connect(self._take_project)
        session.changed.connect(self._follow)
        session.context_changed.connect(lambda _: self._show_context())
        session.closing.connect(panel.store_edits)
        session.closing.connect(self._keep_entries)
        runner.shutting_down.connect(self._keep_entries)
        runner.started.connect(self._follow_job)
        for form in self._forms:
            runner.shutting_down.connect(form.dismiss)
            form.cancelled.connect(self._dismiss_form)
        self._query.answered.connect(self._show_sources)
        self.table.chosen.connect(self._show_source)
        self.table.selected_changed.connect(self._offer_several)
        self.pair.clicked.connect(self._compare_pair)
        self.table.doubleClicked.connect(lambda _: self._show_metrics())
        self.empty.button.clicked.connect(self._take_first_step)
        self.removal.undo.clicked.connect(actions.restore_last)
        actions.removals_changed.connect(self._show_removals)
        actions.added.connect(self._choose_added)
        self.form.accepted.connect(self._add)
        self.model_form.accepted.connect(self._add_model)
        self.model_form.fetch_asked.connect(self._fetch_model)
        self.editor.accepted.connect(self._save_entries)
        panel.renamed.connect(actions.rename)
        panel.noted.connect(actions.annotate)
        panel.metrics_asked.connect(self._show_metrics)
        panel.sentences_asked.connect(self._show_sentences)
        panel.compare_asked.connect(self._compare)
        panel.suggest_asked.connect(
            lambda on: self._with_current(lambda it: actions.suggest_with(it.source.number if on else None))
        )
        panel.edit_asked.connect(lambda: self._with_current(lambda it: self.edit_entries(it.source)))
        panel.tag_asked.connect(lambda section: self._with_current(lambda it: actions.tag(it.source, section)))
        panel.export_asked.connect(lambda epoch: self._with_current(lambda it: self._export(it, epoch)))
        panel.weights_asked.connect(lambda: self._with_current(lambda it: actions.remove(it.source, "weights")))
        panel.remove_asked.connect(lambda: self._with_current(lambda it: actions.remove(it.source, "all")))

    def _take_project(self, project: Project | None) -> None:
        self._query.cancel()
        self._dismiss_form()
        self.actions_of.begin(project)
        self.agreement.forget()
        self.panel.shown, self._wanted = None, None
        self.table.show_sources((), None, None)
        self.refresh_when_seen()

    def _follow(self, change: ChangeSet) -> None:
        if change.runs or change.corpus or change.sentences:
            self.refresh_when_seen()

    def refresh(self) -> None:
        project = self._context.session.project
        if project is not None:
            self._query.submit(lambda: summarise_sources(project))

    def _show_sources(self, sources: list[SourceSummary]) -> None:
        project = self._context.session.project
        assert project is not None, "no question outlives its project"
        current = self.table.current
        wanted = self._wanted or (current.source.number if current else self._context.session.context.source)
        self._wanted = None
        self._counts = {section: project.sentences.count(section) for section in TAGGED}
        self.said.setText(say_count("{count:,} source", "{count:,} sources", len(sources)) if sources else "")
        self.table.show_sources(sources, project.sources.suggesting(), wanted)
        self._show_context()
        self._explain_emptiness(project)
        self.stack.setCurrentWidget(self.splitter if sources else self.empty)

    def _explain_emptiness(self, project: Project) -> None:
        has_sentences = project.sentences.has_any()
        self.add.setEnabled(has_sentences)
        self.empty.title.setText(say("No sources yet") if has_sentences else say("No sentences yet"))
        self.empty.button.setText(say("Go to Train") if has_sentences else say("Go to Corpus"))
        self.empty.hint.setText(
            say(
                "A source is anything that says where spans are: a run that is trained here, a file of another tool or"
                " of a person. Each is shown, measured and compared like a run. Train a first run, or add a file of"
                " spans on these sentences with the button above."
            )
            if has_sentences
            else say("A source says where spans are in the sentences of a project. Import sentences first.")
        )

    def _take_first_step(self) -> None:
        project = self._context.session.project
        has_sentences = project is not None and project.sentences.has_any()
        self._context.session.show_page("train" if has_sentences else "corpus")

    def _show_context(self) -> None:
        self.table.sources.show_context(self._context.session.context)
        self._show_offer()

    def _show_source(self, summary: SourceSummary | None) -> None:
        self.panel.setVisible(summary is not None)
        if summary is not None:
            self.panel.show_source(summary, self._counts)
            project = self._context.session.project
            assert project is not None, "no source outlives its project"
            self.agreement.show_source(project, summary, self.table.sources.all)
            self._show_offer()

    def _show_offer(self) -> None:
        project, summary, job = self._context.session.project, self.table.current, self._context.runner.job
        offer = Offer()
        if project is not None and summary is not None:
            offer = find_offer(project, self._context.session.context, summary)
        self.panel.show_offer(offer, job.title if job is not None else "")

    def _compare(self, is_asked: bool) -> None:
        self._with_current(lambda it: self._context.session.set_comparison(it.newest if is_asked else None))

    def _follow_job(self, job: Job) -> None:
        job.ended.connect(self._show_offer)
        self._show_offer()

    def _with_current(self, act: Callable[[SourceSummary], object]) -> None:
        if (summary := self.table.current) is not None:
            act(summary)

    def _offer_several(self) -> None:
        """Offer what can be done with several selected sources."""
        chosen = [each for each in self.table.selected if each.newest is not None]
        self.pair.setVisible(len(chosen) == len(self.table.selected) == 2)
        self.agree.setVisible(len(chosen) > 1)

    def _compare_pair(self) -> None:
        one, other = self.table.selected
        assert other.newest is not None, "else the button is not shown"
        self._context.session.set_context(source=one.source.number)
        self._context.session.set_comparison(other.newest)
        self.agreement.compare_with(other.source.number)

    def _add_agreement(self, rule: AgreementRule) -> None:
        members = sorted(each.source.number for each in self.table.selected if each.newest is not None)
        self.actions_of.add_agreement(members, rule)

    def _show_metrics(self) -> None:
        if (summary := self.table.current) is not None and summary.epochs:
            self._context.session.show_page("metrics", source=summary.source.number)

    def _show_sentences(self) -> None:
        """Show a section that it tagged, dev before others."""
        if (summary := self.table.current) is not None:
            tagged = [section for section in ("dev", *TAGGED) if summary.judged.get(section)]
            self._context.session.inspect(Selection(split=tagged[0] if tagged else "dev"), source=summary.source.number)

    def _show_removals(self) -> None:
        removals = self.actions_of.removals
        self.removal.show_words(describe_removal(removals[-1]) if removals else "")

    def _export(self, summary: SourceSummary, epoch: int) -> None:
        preferences = self._context.preferences
        title = say("Folder in which the model gets a folder of its own")
        name = QFileDialog.getExistingDirectory(self, title, str(preferences.folder()))
        if name:
            preferences.remember_folder(Path(name))
            self.actions_of.export(summary.source, epoch, Path(name))

    def _choose_file(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, say("File of spans"), str(self._context.preferences.folder()))
        if name:
            self._context.preferences.remember_folder(Path(name).parent)
            self.ask(Path(name))

    def _choose_model(self) -> None:
        title = say("Folder of a model for token classification")
        name = QFileDialog.getExistingDirectory(self, title, str(self._context.preferences.folder()))
        if name:
            self._context.preferences.remember_folder(Path(name).parent)
            self.ask_model(Path(name))

    def ask_model(self, folder: Path | None) -> None:
        """Ask what the labels of a model mean here; of one of the hub (None), its name first."""
        project = self._context.session.project
        assert project is not None, "the page is shown with a project only"
        self.body.hide()
        self.model_form.ask(folder, project)

    def _add_model(self) -> None:
        """Add the model; where that fails, what was chosen stays."""
        form = self.model_form
        job = self.actions_of.add_model(form.plan, form.new_labels)
        if job is not None:
            form.start.setEnabled(False)
            job.finished.connect(lambda _: self._dismiss_form())
            job.ended.connect(lambda: form.start.setEnabled(True))

    def _fetch_model(self, name: str) -> None:
        """Fetch a model of the hub; the form then shows its labels, or why there are none."""
        form = self.model_form
        job = self.actions_of.fetch_model(name)
        form.fetch.setEnabled(job is None)
        if job is not None:
            job.finished.connect(lambda _: form.read())
            job.failed.connect(form.show_problem)
            job.cancelled.connect(lambda: form.said.setText(""))
            job.ended.connect(lambda: form.fetch.setEnabled(True))

    def _choose_entries(self) -> None:
        title = say("Dictionary: a string or /expression/, a tab and a label a line")
        name, _ = QFileDialog.getOpenFileName(self, title, str(self._context.preferences.folder()))
        if name:
            self._context.preferences.remember_folder(Path(name).parent)
            self.actions_of.add_dictionary(Path(name))

    def edit_entries(self, source: Source | None) -> None:
        """Edit the entries of a dictionary, or of a new one (None)."""
        project = self._context.session.project
        assert project is not None, "the page is shown with a project only"
        self.body.hide()
        self.editor.ask(project, source)

    def _save_entries(self) -> None:
        editor, tags_pool = self.editor, self.editor.tags_pool.isChecked()
        report = editor.check()
        if report.problems:
            editor.count()
            return
        saved = self.actions_of.save_dictionary(editor.source, editor.title_typed, report.entries)
        if saved is not None:
            self._dismiss_form()
            self.table.setFocus()
            if tags_pool:
                self.actions_of.tag(saved, "pool")

    def _keep_entries(self) -> None:
        """What is typed and not saved stays in the project that is closed."""
        editor = self.editor
        if editor.is_changed and (entries := editor.find_entries_to_keep()):
            saved = self.actions_of.save_dictionary(editor.source, editor.title_typed, entries)
            if saved is not None:
                editor.take_saved(saved)

    def _choose_folder(self) -> None:
        if (folder := choose_corpus_folder(self, self._context)) is not None:
            self.ask(folder)

    def ask(self, path: Path) -> None:
        """Show what a file would bring as a source, and ask what it is."""
        project = self._context.session.project
        assert project is not None, "the page is shown with a project only"
        self.body.hide()
        self.form.ask(path, project)

    def _dismiss_form(self) -> None:
        for form in self._forms:
            form.dismiss()
        self.body.show()

    def _add(self) -> None:
        """Add the file; where that fails, what was chosen stays."""
        job = self.actions_of.add_file(self.form.plan, self.form.new_labels)
        if job is not None:
            self.form.start.setEnabled(False)
            job.finished.connect(self._show_added)
            job.ended.connect(lambda: self.form.start.setEnabled(True))

    def _show_added(self, report: SourceReport) -> None:
        self._dismiss_form()
        self._choose_added(report.key.source)

    def _choose_added(self, number: int) -> None:
        self._wanted = number
        self.refresh_when_seen()


class RemovalBar(QFrame):
    """Says what was removed last, with the button that brings it back; hidden where nothing was."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("bar", True)
        self.words = PlainLabel(wraps=True)
        self.undo = QPushButton(say("Undo"))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(24, 4, 24, 8)
        layout.setSpacing(12)
        layout.addWidget(self.words, 1)
        layout.addWidget(self.undo, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    def show_words(self, words: str) -> None:
        """Show these words and the button; none hide both."""
        self.words.setText(words)
        self.setVisible(bool(words))
