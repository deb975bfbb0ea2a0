"""A window's worth of parts around one Train page, and a training that does as it is told."""

import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from core.domain.events import EpochFinished, Prepared, Progress, RunStarted, TrainingEvent
from core.domain.settings import TrainSettings
from core.domain.spans import SentenceNumber
from core.metrics.report import Counts, build_report
from core.store.predictions import EpochKey
from core.store.project import Project
from core.store.runs import Epoch
from gui.background import JobRunner
from gui.keys.keymap import Keymap
from gui.look.theme import LIGHT, Look
from gui.preferences import Preferences
from gui.session import Session
from gui.train.page import TrainPage
from gui.train.training_job import StartsTraining
from gui.widgets.page import PageContext
from tests import building
from tests.gui.driving import wait_for_end

SECONDS = 300_000
"""Milliseconds that a signal is waited for; none takes so long unless something is broken."""


@dataclass
class Script:
    """Replaces `engine.train_run`: stores runs with scripted epochs, and waits where a test wants to look."""

    calls: list[TrainSettings] = field(default_factory=list)
    error: Exception | None = None
    holds_in_epoch: int | None = None
    go_on: threading.Event = field(default_factory=threading.Event)

    def __call__(self, project: Project, settings: TrainSettings) -> Generator[TrainingEvent, None, int]:
        self.calls.append(settings)
        if self.error is not None:
            raise self.error
        moved = project.sentences.corrected_in("dev") if settings.move_corrected_dev else []
        run = project.runs.start(settings)
        project.sentences.move_to_train(moved, run)
        yield RunStarted(run, project.sentences.count("train"), project.sentences.count("dev"), len(moved))
        yield Prepared("cpu", 1000, 2, 0.9912)
        try:
            for epoch in range(1, settings.epochs + 1):
                yield from self._epoch(project, run, epoch, settings.epochs)
        except GeneratorExit:
            project.runs.end(run, "stopped")
            raise
        project.runs.end(run, "finished")
        return run

    def _epoch(self, project: Project, run: int, epoch: int, epochs: int) -> Iterator[TrainingEvent]:
        yield Progress("train", epoch, epochs, 1, 2, 0.5, 80.0, 61.0)
        yield Progress("train", epoch, epochs, 2, 2, 0.4, 85.0, 60.0)
        if self.holds_in_epoch == epoch:
            self.go_on.wait(SECONDS / 1000)
        _store_epoch(project, run, epoch)
        yield EpochFinished(run, epoch, 0.4, 2.5, build_report({"PS": Counts(right=3, predicted=4, support=4)}))


@dataclass
class Desk:
    """The page with what surrounds it."""

    session: Session
    runner: JobRunner
    page: TrainPage

    @property
    def project(self) -> Project:
        assert self.session.project is not None
        return self.session.project

    def click(self, button: QAbstractButton) -> None:
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def project_folder(tmp_path: Path) -> Path:
    """A project with the seven sentences, without a run."""
    building.project_with_sentences(tmp_path / "news.spandesk").close()
    return tmp_path / "news.spandesk"


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path, script: Script, project_folder: Path) -> Iterator[Desk]:
    """A shown page on the open project, whose trainings follow the script."""
    with made_desk(qtbot, tmp_path, script, project_folder) as desk:
        yield desk


@contextmanager
def made_desk(qtbot: QtBot, tmp_path: Path, training: StartsTraining, folder: Path | None) -> Iterator[Desk]:
    settings = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    session, runner = Session(), JobRunner()
    page = TrainPage(
        PageContext(session, runner, Preferences(settings), Look(LIGHT), Keymap(Preferences(settings))), training
    )
    qtbot.addWidget(page)
    page.resize(1280, 720)
    page.show()
    qtbot.waitExposed(page)
    if folder is not None:
        session.open(folder)
    yield Desk(session, runner, page)
    wait_for_end(qtbot, runner)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # the ended job goes before its runner does
    session.close()


def _store_epoch(project: Project, run: int, epoch: int) -> None:
    key = EpochKey(run, epoch)
    dev = {s.number: building.SECOND_EPOCH.get(s.id, ()) for s in project.sentences.each("dev")}
    project.predictions.save(key, dev)
    project.runs.add_epoch(Epoch(run, epoch, 0.4, 2.5, building.epoch_report(project, key)))


def numbered(project: Project, sentence_id: str) -> SentenceNumber:
    return project.sentences.by_id(sentence_id).number
