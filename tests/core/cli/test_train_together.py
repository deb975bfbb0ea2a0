"""`train` in one process and, launched by accelerate, in two."""

import json
import os
import subprocess
import sys

import pytest

from core.store.project import open_project
from tests.building import add_sentences, project_with_sentences
from tests.core.cli.launching import LAUNCH
from tests.core.toy_models import SENTENCES, saved_encoder
from tests.paths import MAIN

SETTINGS = ("--epochs", 3, "--batch-size", 3, "--learning-rate", 5e-3, "--dropout", 0, "--device", "cpu")


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    """An encoder without dropout, whose random numbers no two processes would share."""
    folder = saved_encoder(tmp_path_factory.mktemp("encoder") / "bert", "bert")
    config = json.loads((folder / "config.json").read_text())
    config |= {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
    (folder / "config.json").write_text(json.dumps(config))
    return folder


def made(folder):
    with project_with_sentences(folder) as project:
        add_sentences(project, [("train", sentence) for sentence in SENTENCES])
    return folder


def trained(project, encoder, *launch, script=MAIN):
    """The run's epochs as events, and the process's two streams."""
    command = [*launch, str(script), "train", str(project), "--encoder", str(encoder), *map(str, SETTINGS), "--json"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=300)
    return done, [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


_THREADS_AT_END = """
import sys
from pathlib import Path
sys.path.insert(0, {root!r})
import main

status = main.main()
print("threads:", *(path.read_text().strip() for path in Path("/proc/self/task").glob("*/comm")), file=sys.stderr)
sys.exit(status)
"""


def test_two_processes_train_what_one_trains(tmp_path, encoder):
    """Each learns from its share of every batch; the last batch of an epoch has a share for one of them alone."""
    _, one = trained(made(tmp_path / "one.spandesk"), encoder, sys.executable)
    folder, script = tmp_path / "two.spandesk", tmp_path / "threads.py"
    script.write_text(_THREADS_AT_END.format(root=str(MAIN.parent)))
    done, two = trained(made(folder), encoder, *LAUNCH, "--main_process_port", "0", script=script)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("threads:") == 2
    assert "gloo_" not in done.stderr, "a thread that outlives Python may abort the process"
    assert [event["event"] for event in two if event["event"] != "progress"] == [
        event["event"] for event in one if event["event"] != "progress"
    ]
    for alone, together in zip(*([e for e in events if e["event"] == "epoch"] for events in (one, two)), strict=True):
        assert together["loss"] == pytest.approx(alone["loss"], rel=1e-4)
        assert together["metrics"] == alone["metrics"]
    with open_project(folder) as project:
        assert [run.status for run in project.runs.list_all()] == ["finished"]
        assert project.problems() == []


def test_an_error_ends_both_and_is_reported_once(tmp_path):
    project = made(tmp_path / "p.spandesk")
    done, _ = trained(project, tmp_path / "no" / "encoder", *LAUNCH, "--main_process_port", "0")
    assert done.returncode == 1
    errors = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1
    assert "does not exist; give a folder with a model" in errors[0]


_FULL_DISK = """
import sys
sys.path.insert(0, {root!r})
import main
from core.model import checkpoint

def full(*_):
    raise OSError(28, "No space left on device")

checkpoint._write_state = full
sys.exit(main.main())
"""


def test_a_failure_amid_the_training_ends_both_at_once(tmp_path, encoder):
    """The main process cannot save its state after the first epoch; the other one must not go on to the next."""
    script = tmp_path / "full.py"
    script.write_text(_FULL_DISK.format(root=str(MAIN.parent)))
    project = made(tmp_path / "p.spandesk")
    done, events = trained(project, encoder, *LAUNCH, "--main_process_port", "0", script=script)
    assert done.returncode == 1
    assert [event["epoch"] for event in events if event["event"] == "epoch"] == [1]
    errors = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1
    assert "No space left on device" in errors[0]
    with open_project(project) as project:
        assert [run.status for run in project.runs.list_all()] == ["failed"]
        assert len(project.runs.epochs(1)) == 1
