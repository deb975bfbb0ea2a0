"""The log of corrections against an oracle: random steps with failures at random statements, COMMIT among them."""

import contextlib
import re
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.errors import UserError
from core.domain.generators import run_to_end
from core.domain.settings import TrainSettings
from core.domain.spans import SECTIONS, SPLITS, Span
from core.metrics.comparison import compare_spans
from core.services.export_corpus import export_corpus
from core.services.import_corpus import ImportPlan, import_corpus
from core.store.gold.log import LogWriter
from core.store.gold.relabelling import Replacement
from core.store.gold.step_list import StepFilter
from core.store.predictions import EpochKey
from core.store.project import DATABASE, Project, open_project
from tests.building import TEXTS, project_with_run
from tests.core.store.failing import connection_of, failing_connections, full_disk

NAMES = [name for name, *_ in TEXTS]
KEY = EpochKey(1, 1)
LABELS = ("PS", "LC", "OG", "DT", "PLACE")


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A project.db to begin with."""
    folder = tmp_path_factory.mktemp("template") / "p.spandesk"
    project_with_run(folder).close()
    return folder / DATABASE


@pytest.fixture(autouse=True, scope="module")
def small_steps():
    """Steps go in slices of two, so that those of the toy project are large."""
    with (
        patch("core.store.gold.corrections.LARGE", 2),
        patch("core.store.gold.relabelling.LARGE", 2),
        patch("core.store.gold.moves.LARGE", 2),
        failing_connections(),
    ):
        yield


def copy_of(template, folder):
    folder.mkdir()
    shutil.copy(template, folder / DATABASE)
    return folder


def state_of(project):
    """Everything that a step may change."""
    stored = list(project.sentences.each_anywhere())
    said = project.reviews.of([s.number for s in stored], KEY)
    return (
        {s.id: s.split for s in stored},
        project.moves.reasons([s.number for s in stored if s.split == "aside"]),
        {s.id: s.gold for s in stored},
        {s.id: said[s.number] for s in stored},
        project.sentences.labels(),
        project.sentences.label_counts(),
    )


def _steps(project):
    return [each.step.number for each in project.steps.list_matching(StepFilter())]


@dataclass(frozen=True)
class Act:
    """Something that a person does: its name, and numbers that choose what it is done to."""

    name: str
    one: int
    two: int

    def __call__(self, project):
        return getattr(self, f"_{self.name}")(project)

    @property
    def _names(self):
        return NAMES[self.one % 7], NAMES[self.two % 7]

    @property
    def _labels(self):
        return LABELS[self.one % 5], LABELS[self.two % 5]

    def _span(self, project, start=None):
        """A span of one character that some label may have."""
        labels, at = project.sentences.labels(), self.two % 8 if start is None else start
        return Span(at, at + 1, labels[self.two % len(labels)])

    def _number(self, project):
        return project.sentences.by_id(self._names[0]).number

    def _correct(self, project):
        project.corrections.correct(self._number(project), [self._span(project)])

    def _together(self, project):
        golds = {project.sentences.by_id(name).number: [self._span(project, self.one % 8)] for name in self._names}
        project.corrections.correct_together(golds)

    def _many(self, project):
        numbers = [s.number for s in project.sentences.each_anywhere()]
        span = self._span(project)
        parts = ({n: [span] for n in numbers[first : first + 2]} for first in (0, 2, 4, 6))
        run_to_end(project.corrections.correct_in_slices(parts))

    def _cancelled(self, project):
        numbers = [s.number for s in project.sentences.each_anywhere()]
        span = self._span(project)
        work = project.corrections.correct_in_slices({n: [span]} for n in numbers)
        for _ in range(self.two % 4):
            next(work)
        work.close()

    def _rename(self, project):
        label, new = self._labels
        if project.labels.count(label) and new not in project.sentences.labels():
            run_to_end(project.labels.rename(label, new))

    def _merge(self, project):
        label, into = self._labels
        if project.labels.count(label) and into in project.sentences.labels() and label != into:
            run_to_end(project.labels.merge(label, into))

    def _replace(self, project):
        label, new = self._labels
        if {label, new} <= set(project.sentences.labels()) and label != new:
            run_to_end(project.labels.replace(Replacement(label, new, SPLITS[self.two % 3])))

    def _revert(self, project):
        log = [each for step in _steps(project) for each in project.steps.corrections_of(step, StepFilter())]
        if log:
            project.corrections.revert(log[self.one % len(log)].number)

    def _revert_steps(self, project):
        steps = _steps(project)
        if steps:
            project.corrections.revert(steps=[steps[self.one % len(steps)], steps[self.two % len(steps)]])

    def _revert_in_slices(self, project):
        steps = _steps(project)
        if steps:
            run_to_end(project.corrections.revert_in_slices(steps=steps[self.one % len(steps) :][: 1 + self.two % 3]))

    def _mark(self, project):
        project.reviews.mark(self._number(project), reviewed=bool(self.two % 2))

    def _note(self, project):
        project.reviews.note(self._number(project), "메모" * (self.two % 3))

    def _finish_sentence(self, project):
        project.reviews.finish_sentence(self._number(project), [self._span(project)])

    def _judge(self, project):
        stored = project.sentences.by_id(NAMES[2 + self.one % 4])
        predicted = project.predictions.of(KEY, [stored.number])[stored.number]
        wrong = [each for each in compare_spans(stored.gold, predicted) if each.is_error]
        if wrong:
            blame = ("model", "gold", "ambiguous")[self.two % 3]
            project.reviews.judge(stored.number, KEY, wrong[self.two % len(wrong)], blame)

    def _move_one(self, project):
        to = (*SECTIONS, "back")[self.two % 7]
        run_to_end(project.moves.move_in_slices([self._number(project)], to, "까닭" * (self.two % 3)))

    def _move_many(self, project):
        numbers = [s.number for s in project.sentences.each_anywhere()]
        to = (*SECTIONS, "back")[self.two % 7]
        run_to_end(project.moves.move_in_slices(numbers[self.one % 4 :], to))

    def _move_cancelled(self, project):
        numbers = [s.number for s in project.sentences.each_anywhere()]
        work = project.moves.move_in_slices(numbers, SECTIONS[self.one % 6])
        for _ in range(self.two % 4):
            next(work, None)
        work.close()

    def _undo(self, project):
        project.corrections.undo()

    def _redo(self, project):
        project.corrections.redo()

    def _undo_in_slices(self, project):
        run_to_end(project.corrections.undo_in_slices())

    def _redo_in_slices(self, project):
        run_to_end(project.corrections.redo_in_slices())


ACTS = [name[1:] for name, value in vars(Act).items() if isinstance(value, Callable) and name[1:2].isalpha()]


@dataclass
class Oracle:
    """A project to which the same is done without failures, and all its states that undo and redo lead to."""

    project: Project
    states: list = field(default_factory=list)
    at: int = 0

    def __post_init__(self):
        self.states.append(state_of(self.project))

    def follow(self, act):
        """Do what was done."""
        before = self.project.corrections.last_number()
        act(self.project)
        if self.project.corrections.last_number() == before:
            return
        if act.name.startswith(("undo", "redo")):
            self.at += -1 if act.name.startswith("undo") else 1
        else:
            self.at += 1
            self.states[self.at :] = [state_of(self.project)]

    def check(self, project):
        corrections, same = project.corrections, self.project.corrections
        assert state_of(project) == state_of(self.project) == self.states[self.at]
        assert (corrections.can_undo, corrections.can_redo) == (self.at > 0, self.at < len(self.states) - 1)
        assert named(corrections.next_steps().undo) == named(same.next_steps().undo)
        assert named(corrections.next_steps().redo) == named(same.next_steps().redo)
        assert project.problems() == []


def named(step):
    """A step without its number: those of steps that failed are not given again."""
    return step and replace(step, number=0)


class Failure:
    """At which statement an act fails; whether for a time or once, or right after the statement."""

    def __init__(self, at, kind):
        self.at, self.lasts, self.is_late = at, kind == "lasting", kind == "late"

    def __repr__(self):
        return f"Failure({self.at}, lasts={self.lasts}, is_late={self.is_late})"


acts = st.builds(Act, st.sampled_from(ACTS), st.integers(0, 20), st.integers(0, 20))
failures = st.none() | st.builds(Failure, st.integers(0, 60), st.sampled_from(["once", "lasting", "late"]))


def do(project, act, oracle, failure):
    """Do something, which may fail; the oracle does it as well if it was done."""
    connection, before = connection_of(project), project.corrections.last_number()
    if failure is not None:
        connection.fail(failure.at, lasts=failure.lasts, is_late=failure.is_late)
    try:
        act(project)
    except (UserError, KeyboardInterrupt):
        if not connection.has_failed:
            raise
        if failure.lasts:
            with pytest.raises(UserError):
                project.corrections.correct(1, [])
        connection.heal()
        project.corrections.settle()
        if not (failure.is_late and project.corrections.last_number() > before):
            return
    connection.heal()
    oracle.follow(act)


@given(st.lists(st.tuples(acts, failures), min_size=1, max_size=9))
def test_memory_disk_and_log_agree_after_any_steps_and_failures(tmp_path_factory, template, turns):
    there = tmp_path_factory.mktemp("log")
    folder, other = copy_of(template, there / "p.spandesk"), copy_of(template, there / "oracle.spandesk")
    with open_project(other) as healthy:
        oracle = Oracle(healthy)
        with open_project(folder) as project:
            for act, failure in turns:
                do(project, act, oracle, failure)
                oracle.check(project)
        with open_project(folder) as project:
            oracle.check(project)
            for at in reversed(range(oracle.at)):
                project.corrections.undo()
                assert state_of(project) == oracle.states[at]
            assert not project.corrections.can_undo
            for state in oracle.states[1:]:
                project.corrections.redo()
                assert state_of(project) == state
            assert project.problems() == []


@pytest.fixture
def project(tmp_path, template):
    with open_project(copy_of(template, tmp_path / "p.spandesk")) as project:
        yield project


def correct(project, name, *spans):
    return project.corrections.correct(project.sentences.by_id(name).number, [Span(*span) for span in spans])


def fail_at_commit(project):
    """Let the next COMMIT fail, and nothing else."""
    connection = connection_of(project)
    execute = connection.execute

    def fail(sql, *args):
        if sql == "COMMIT":
            del connection.execute
            raise full_disk()
        return execute(sql, *args)

    connection.execute = fail


@pytest.mark.parametrize("moves", [["undo"], ["undo", "redo"]])
def test_a_commit_that_fails_leaves_undo_and_redo_where_they_were(project, tmp_path, moves):
    correct(project, "news-3")
    correct(project, "news-4")
    for move in moves[:-1]:
        getattr(project.corrections, move)()
    state = state_of(project), project.corrections.can_undo, project.corrections.can_redo
    fail_at_commit(project)
    with pytest.raises(UserError, match=r"the change was not saved \(the disk of .* is full"):
        getattr(project.corrections, moves[-1])()
    assert (state_of(project), project.corrections.can_undo, project.corrections.can_redo) == state
    project.corrections.undo()
    project.corrections.redo()
    project.close()
    with open_project(tmp_path / "p.spandesk") as again:
        assert again.problems() == []
        while again.corrections.can_undo:
            again.corrections.undo()
        assert all(s.gold == s.imported for s in again.sentences.each())


def test_a_file_that_may_grow_no_more_is_a_full_disk(project, tmp_path):
    """The operating system's own limit, in place of a connection that only pretends."""
    resource = pytest.importorskip("resource")
    correct(project, "news-3")
    state = state_of(project)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    size = (project.folder / (DATABASE + "-wal")).stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        with pytest.raises(UserError, match="the change was not saved"):
            project.corrections.undo()
        with pytest.raises(UserError, match="the change was not saved"):
            run_to_end(project.labels.rename("LC", "PLACE"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert state_of(project) == state
    project.corrections.undo()
    project.corrections.redo()
    project.close()
    with open_project(tmp_path / "p.spandesk") as again:
        assert state_of(again) == state
        assert again.problems() == []


def half_stored(project):
    """A rename of which a part is stored and could not be taken back."""
    work = project.labels.rename("LC", "PLACE")
    next(work)
    connection_of(project).fail(0, lasts=True)
    with pytest.raises(UserError, match="could not be rolled back, so some of them still have it"):
        run_to_end(work)


def test_nothing_is_written_beside_a_step_that_could_not_be_rolled_back(project):
    before = state_of(project)
    correct(project, "news-3")
    after = state_of(project)
    half_stored(project)
    assert project.problems()[0] == "a change of many sentences was interrupted and is not rolled back yet"
    for act in (
        lambda: correct(project, "news-1"),
        project.corrections.undo,
        lambda: project.runs.start(TrainSettings()),
        lambda: run_to_end(project.labels.merge("TI", "DT")),
        lambda: project.reviews.mark(1, reviewed=True),
    ):
        connection_of(project).fail(3, lasts=True)
        with pytest.raises(UserError, match=r"until that succeeds, nothing else is saved: .* is full; free some space"):
            act()
    connection_of(project).heal()
    change = correct(project, "news-1")
    assert change.corpus, "views read again what was taken back"
    assert project.problems() == []
    project.corrections.undo()
    assert state_of(project) == after
    project.corrections.undo()
    assert state_of(project) == before


def test_a_step_that_could_not_be_taken_back_is_taken_back_at_the_next_start(project, tmp_path):
    before = state_of(project)
    half_stored(project)
    connection_of(project).heal()
    project.close()
    with open_project(tmp_path / "p.spandesk") as again:
        assert (state_of(again), again.problems()) == (before, [])
        assert not again.corrections.can_undo


@pytest.mark.parametrize("undone", [False, True])
@pytest.mark.parametrize("names", [["news-1"], ["news-2"], ["news-1", "news-2", "news-4"]])
def test_what_an_older_version_let_be_corrected_in_a_half_stored_step_is_kept(project, tmp_path, names, undone):
    if undone:
        run_to_end(project.labels.rename("LC", "PLACE"))
        work = project.corrections.undo_in_slices()
    else:
        work = project.labels.rename("LC", "PLACE")
    for _ in range(2 if undone else 1):
        next(work)
    connection_of(project).fail(0, lasts=True)
    with pytest.raises(UserError):
        run_to_end(work)
    connection_of(project).heal()
    with patch.object(LogWriter, "take_back_unfinished", lambda self, at_once: False):
        for name in names:
            correct(project, name, (0, 1, "OG"))
    project.close()
    with open_project(tmp_path / "p.spandesk") as again:
        assert again.problems() == []
        for name in names:
            assert again.sentences.by_id(name).gold == (Span(0, 1, "OG"),)
        label = {span.label for s in again.sentences.each() if s.id not in names for span in s.gold}
        assert ("PLACE" if undone else "LC") in label
        assert ("LC" if undone else "PLACE") not in label
        while again.corrections.can_undo:
            again.corrections.undo()
            assert again.problems() == []
        assert all(s.gold == s.imported for s in again.sentences.each())


def test_no_run_no_export_and_no_import_begins_in_the_middle_of_a_large_step(project, tmp_path):
    corpus = tmp_path / "more.jsonl"
    corpus.write_text('{"id": "more", "text": "제주는 섬이다.", "label": [[0, 2, "LC"]]}\n', encoding="utf-8")
    work = project.labels.rename("LC", "PLACE")
    next(work)
    assert not project.corrections.is_settled
    for act in (
        lambda: project.runs.start(TrainSettings()),
        lambda: project.runs.reopen(1, from_epoch=1),
        lambda: export_corpus(project, tmp_path / "out.jsonl", "jsonl", None, "corrected"),
        lambda: run_to_end(import_corpus(project, ImportPlan((corpus,)))),
    ):
        with pytest.raises(UserError, match="many sentences are being changed right now; wait for it to finish"):
            act()
    assert not (tmp_path / "out.jsonl").exists()
    run_to_end(work)
    assert project.corrections.is_settled
    assert project.runs.start(TrainSettings()) == 2


def test_a_corpus_of_more_sentences_than_a_statement_takes_is_corrected_at_once(project, monkeypatch):
    monkeypatch.setattr("core.store.database._NUMBERS_AT_ONCE", 2)
    connection_of(project).setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 8)
    assert len(project.corrections.correct_together({number: [] for number in range(1, 8)}).sentences) == 7
    assert project.problems() == []
    numbers = list(range(1, 8))
    assert set(project.predictions.epoch_outcomes(KEY, numbers, "corrected")) == set(range(3, 7))
    assert set(project.predictions.of(KEY, numbers)) == set(range(3, 7))
    assert len(project.reviews.of(numbers, KEY)) == 7


@pytest.fixture(scope="module")
def rich(tmp_path_factory, template):
    """A project.db whose log has entries of every kind."""
    folder = copy_of(template, tmp_path_factory.mktemp("rich") / "p.spandesk")
    with open_project(folder) as project:
        for name, one, two in [
            ("correct", 2, 3), ("together", 0, 3), ("rename", 1, 4), ("undo", 0, 0), ("redo", 0, 0), ("undo", 0, 0),
            ("many", 5, 1), ("undo_in_slices", 0, 0), ("redo_in_slices", 0, 0), ("mark", 2, 1), ("note", 4, 1),
            ("judge", 1, 1), ("finish_sentence", 3, 2), ("undo", 0, 0), ("revert", 1, 0), ("merge", 1, 2),
            ("replace", 2, 0), ("revert", 9, 0), ("undo", 0, 0), ("correct", 4, 5), ("move_one", 2, 4),
            ("move_many", 1, 5), ("undo", 0, 0), ("redo", 0, 0), ("move_one", 5, 6), ("undo", 0, 0), ("move_one", 3, 0),
        ]:  # fmt: skip
            Act(name, one, two)(project)
        assert {kind for (kind,) in project.database.rows("SELECT kind FROM correction")} == {
            "correct", "undo", "redo", "revert",
        }  # fmt: skip
        assert project.problems() == []
    return folder / DATABASE


def entries_of(database):
    with contextlib.closing(sqlite3.connect(database)) as connection:
        return [row[0] for row in connection.execute("SELECT number FROM correction ORDER BY number")]


def changed_copy(database, folder, *statements):
    with contextlib.closing(sqlite3.connect(copy_of(database, folder) / DATABASE)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()
    return folder


def walk(project):
    """Undo and redo all that can be."""
    for _ in range(40):
        if project.corrections.next_steps().undo is not None:
            project.corrections.undo()
    assert not project.corrections.can_undo
    for _ in range(40):
        if project.corrections.next_steps().redo is not None:
            project.corrections.redo()
    assert not project.corrections.can_redo


def test_a_project_opens_whatever_entry_its_log_lacks_and_check_names_it(rich, tmp_path):
    for number in entries_of(rich):
        folder = changed_copy(rich, tmp_path / f"{number}.spandesk", f"DELETE FROM correction WHERE number = {number}")
        with open_project(folder) as project:
            assert project.problems(), number
            walk(project)


def test_every_prefix_of_a_log_opens_is_sound_and_is_undone_to_the_import(rich, tmp_path):
    """A step that the prefix cuts in two is one that was not stored whole."""
    tables = ("label_change", "relabelling", "review", "note", "verdict", "move")
    for last in [0, *entries_of(rich)]:
        folder = changed_copy(
            rich,
            tmp_path / f"{last}.spandesk",
            "INSERT INTO unfinished_step SELECT coalesce(step, number) FROM correction AS c"
            f" WHERE number = {last} AND EXISTS (SELECT 1 FROM correction AS l"
            f" WHERE l.number > {last} AND l.step = coalesce(c.step, c.number))",
            "INSERT OR IGNORE INTO stale_label SELECT name FROM relabelling UNION SELECT becomes FROM relabelling",
            "UPDATE sentence SET split = coalesce((SELECT before FROM move AS m WHERE m.sentence = sentence.number"
            f" AND step > {last} ORDER BY step LIMIT 1), split)",
            *(f"DELETE FROM {table} WHERE step > {last}" for table in tables),
            "DELETE FROM label_change WHERE step IN (SELECT step FROM unfinished_step)",
            f"DELETE FROM correction WHERE number > {last}",
            "UPDATE sentence SET gold = coalesce((SELECT after FROM correction AS c WHERE c.sentence = sentence.number"
            " ORDER BY c.number DESC LIMIT 1), imported)",
        )
        with open_project(folder) as project:
            project.predictions.refresh([sentence.number for sentence in project.sentences.each()])
            assert project.problems() == []
            while project.corrections.can_undo:
                project.corrections.undo()
            assert all(s.gold == s.imported for s in project.sentences.each_anywhere())
            assert [(s.id, s.split) for s in project.sentences.each()] == [(name, split) for name, split, *_ in TEXTS]
            assert project.problems() == []


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE sentence SET gold = '[]' WHERE id = 'news-3'", "news-3: its gold differs from the log"),
        ("UPDATE sentence SET gold = '[]' WHERE id = 'news-5'", "news-5: its gold differs .* the log has no entry"),
        ("UPDATE sentence SET imported = '[]' WHERE id = 'news-3'", "news-3: entry 1 .* does not begin with the gold"),
        ("UPDATE correction SET before = '[]' WHERE number = 2", "news-3: entry 2 .* does not begin with the gold"),
        ("UPDATE correction SET target = NULL WHERE kind = 'undo'", "entry 3 .* does not restore"),
        ("UPDATE sentence SET split = 'test' WHERE id = 'news-4'", "news-4: it is not where the log of moves put it"),
        ("UPDATE move SET after = 'dev' WHERE before = 'aside'", "news-4: it is not where the log of moves put it"),
        ("INSERT INTO unfinished_step VALUES (99)", "was interrupted and is not rolled back"),
    ],
)
def test_check_finds_where_log_and_gold_part(project, statement, problem):
    correct(project, "news-3", (0, 2, "PS"))
    correct(project, "news-3", (0, 2, "OG"))
    project.corrections.undo()
    for to in ("aside", "train"):
        run_to_end(project.moves.move_in_slices([project.sentences.by_id("news-4").number], to))
    assert project.problems() == []
    project.database.write(statement)
    assert any(re.search(problem, found) for found in project.problems())


def test_a_step_of_a_transaction_that_failed_was_never_made(project):
    with contextlib.suppress(ZeroDivisionError), project.database.atomic():
        correct(project, "news-3")
        assert project.corrections.can_undo
        raise ZeroDivisionError
    assert not project.corrections.can_undo
    assert project.corrections.next_steps().undo is None
    assert project.problems() == []
