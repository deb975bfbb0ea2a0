"""Where the files that come with the program are: icons and the sample corpus."""

from pathlib import Path

RESOURCES = Path(__file__).resolve().parents[2] / "resources"
