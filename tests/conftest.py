"""What all tests share."""

import os
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from shutil import copyfile

import pytest
from hypothesis import settings

from core.store.database import create_database
from tests.paths import KLUE_FILE

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

settings.register_profile("spandesk", deadline=None, max_examples=40)  # shared machines: time says nothing of a test
settings.load_profile("spandesk")


@pytest.fixture(scope="session", autouse=True)
def cache_of_the_tests() -> Iterator[None]:
    """Nothing that a test makes goes into the user's own cache; what takes long to make is made once for all tests."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPANDESK_CACHE", folder)
        yield


@pytest.fixture(scope="session", autouse=True)
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The schema is made by all its migrations once, and copied for each new project."""
    path = tmp_path_factory.mktemp("empty") / "project.db"
    create_database(path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.store.project.create_database", partial(copyfile, path))
        yield


@pytest.fixture(scope="session")
def klue_file() -> Path:
    """The development set of KLUE-NER, where it lies beside the project."""
    if not KLUE_FILE.exists():
        pytest.skip("KLUE-NER is not beside the project in ../shared/data")
    return KLUE_FILE
