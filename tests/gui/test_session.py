"""Every mutation of the open project is a method of the session, which reports it to all pages."""

import ast
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from core.domain.errors import UserError
from core.domain.settings import TrainSettings
from core.services.import_corpus import ImportPlan
from core.store.project import DATABASE, Project
from gui.background import JobRunner
from gui.session import Session
from tests.building import project_with_sentences

ROOT = Path(__file__).parents[2]
WRITES = {"atomic", "write", "write_many"}
"""The methods of `Database` by which anything is written."""
OF_SESSION = {"ChangeSet", "change_many", "publish"}
"""What no page makes or calls: which change was made, and that it was, is the session's to report."""


def attributes(tree):
    return (node for node in ast.walk(tree) if isinstance(node, ast.Attribute))


def called_in(function):
    """The methods that one looks up on itself, or on a part of itself."""
    return {node.attr for node in attributes(function) if ast.unparse(node).startswith("self.")}


def mutating_methods():
    """The names of the store's methods that write, or that call one that does."""
    paths = [path for path in (ROOT / "core" / "store").rglob("*.py") if path.name != "database.py"]
    trees = [ast.parse(path.read_text("utf-8")) for path in paths]
    functions = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    writing = set(WRITES)
    while found := {f.name for f in functions if called_in(f) & writing} - writing:
        writing |= found
    return {name for name in writing if not name.startswith("_")}


def mutations_of(project):
    """The mutations that an open project offers, each as the name of a part and of its method."""
    parts = {name: part for name, part in vars(project).items() if type(part).__module__.startswith("core.store")}
    return {(name, method) for name, part in parts.items() for method in mutating_methods() if hasattr(part, method)}


def owner(attribute):
    """The name of what a method is looked up on: `corrections` in `project.corrections.undo`."""
    value = attribute.value
    return value.attr if isinstance(value, ast.Attribute) else value.id if isinstance(value, ast.Name) else ""


def mutations(path, offered):
    """Where a module of the window mutates the store or reports that by itself, in words."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Attribute):
            if (owner(node).removeprefix("_"), node.attr) in offered or node.attr in OF_SESSION:
                yield f"{path.relative_to(ROOT)}:{node.lineno} {owner(node)}.{node.attr}"
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in OF_SESSION:
            yield f"{path.relative_to(ROOT)}:{node.lineno} {node.func.id}()"


@pytest.fixture
def project(tmp_path):
    with project_with_sentences(tmp_path / "p.spandesk") as project:
        yield project


def test_only_the_session_mutates_the_store(project: Project):
    offered = mutations_of(project)
    assert {("corrections", "undo_in_slices"), ("labels", "rename"), ("reviews", "judge")} <= offered
    assert {("sentences", "add"), ("runs", "start"), ("predictions", "save"), ("database", "atomic")} <= offered
    reading = {("corrections", "next_steps"), ("runs", "list_all"), ("reviews", "of"), ("sentences", "count")}
    assert not offered & reading
    session = ROOT / "gui" / "session.py"
    assert list(mutations(session, offered)), "the search finds what it looks for"
    # These make those of sources, of the pool and between readers, as the session makes all others.
    names = ("sources/actions.py", "inspect/pool_work.py", "inspect/adjudication.py")
    parts = (session, *(ROOT / "gui" / name for name in names))
    others = (path for path in (ROOT / "gui").rglob("*.py") if path not in parts)
    assert [found for path in others for found in mutations(path, offered)] == []


def test_errors_that_the_user_can_fix_are_reported_and_faults_are_raised(qtbot):
    session, reported = Session(), []
    session.problem.connect(reported.append)

    def refuse():
        raise UserError("the disk is full")

    assert session.run_reporting_errors(lambda: None)
    assert reported == []
    assert not session.run_reporting_errors(refuse)
    assert reported == ["the disk is full"]
    shown = []
    assert not session.run_reporting_errors(refuse, shown.append)
    assert (shown, reported) == (["the disk is full"], ["the disk is full"])
    with pytest.raises(ZeroDivisionError):
        session.run_reporting_errors(lambda: 1 / 0)


def test_opening_does_not_wait_for_another_program_that_has_the_project_locked(tmp_path, monkeypatch):
    def wait(seconds):
        pytest.fail("the window would freeze")

    folder = tmp_path / "p.spandesk"
    with project_with_sentences(folder) as project:
        project.runs.start(TrainSettings())  # killed while it ran, so that opening has something to write
    monkeypatch.setattr("core.store.database.time.sleep", wait)
    session = Session()
    with closing(sqlite3.connect(folder / DATABASE)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(UserError, match=r"not saved \(another program is using"):
            session.open(folder)
    session.open(folder)
    assert session.project.runs.running() == []
    session.close()


def test_what_an_import_stored_before_it_failed_is_reported(qtbot, tmp_path, monkeypatch):
    def fail(staging):
        raise UserError("the disk is full")
        yield

    path = tmp_path / "back.jsonl"
    path.write_text('{"text": "비가 온다", "spans": [], "judged": "yes"}\n', encoding="utf-8")
    project_with_sentences(tmp_path / "p.spandesk").close()
    session, changes = Session(runner := JobRunner()), []
    session.changed.connect(changes.append)
    session.open(tmp_path / "p.spandesk")
    (tmp_path / "raw.txt").write_text("비가 온다\n", encoding="utf-8")
    with qtbot.waitSignal(session.import_files(ImportPlan((tmp_path / "raw.txt",), "pool")).ended):
        pass
    monkeypatch.setattr("core.services.import_corpus._Staging.add_to_corpus", fail)
    with qtbot.waitSignal(session.import_files(ImportPlan((path,))).ended):
        pass
    assert session.project.sentences.count("pool") == 0, "what was in the pool has its gold"
    assert [change.kind for change in changes] == ["import", "import"]
    assert runner.job is None
    session.close()
