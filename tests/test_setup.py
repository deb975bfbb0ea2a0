"""What `run` and `test` ask the system for before they start."""

import shutil
import subprocess
from pathlib import Path

import pytest

SETUP = Path(__file__).resolve().parent.parent / ".setup.sh"

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")


def missing(packages, before=""):
    """The packages that are said to be missing, asked for as `run` asks."""
    script = f"set -euo pipefail; source '{SETUP}'; {before} missing_packages {packages}"
    result = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    return result.stdout.split()


@pytest.mark.skipif(shutil.which("dpkg-query") is None, reason="needs dpkg")
def test_installed_packages_are_not_missing():
    assert missing("bash no-such-package-here libc6") == ["no-such-package-here"]


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("install ok installed", []),
        ("hold ok installed", []),
        ("deinstall ok config-files", ["libglib2.0-0"]),
        ("install ok half-installed", ["libglib2.0-0"]),
        ("", ["libglib2.0-0"]),
    ],
)
def test_a_package_counts_when_either_of_its_names_is_installed(printed, expected):
    dpkg_query = f"dpkg-query() {{ printf '%s\\n' '{printed}'; return 1; }};"
    assert missing("libglib2.0-0", dpkg_query) == expected
