"""The folder of the files shipped with the program: icons, the sample corpus, the code of exported models."""

from pathlib import Path

RESOURCES = Path(__file__).resolve().parents[2] / "resources"
