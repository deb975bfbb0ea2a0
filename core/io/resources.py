"""The folder of the files shipped with the program: icons and the sample corpus."""

from pathlib import Path

RESOURCES = Path(__file__).resolve().parents[2] / "resources"
