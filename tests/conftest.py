"""What all tests share."""

import os
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

KLUE_FILE = Path(__file__).resolve().parents[2] / "shared" / "data" / "klue-ner" / "klue-ner-v1.1_dev.tsv"


@pytest.fixture(scope="session")
def klue_file() -> Path:
    """The development set of KLUE-NER, where it lies beside the project."""
    if not KLUE_FILE.exists():
        pytest.skip("KLUE-NER is not beside the project in ../shared/data")
    return KLUE_FILE
