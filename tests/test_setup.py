"""What `run` and `test` ask the system for before they start."""

import shutil
import subprocess
import sys
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


def prepare_system(apt_get):
    """What installing a missing package prints, and whether it went well; `apt_get` is the body of the command."""
    script = f"""set -euo pipefail; source '{SETUP}'
        uname() {{ echo Linux; }}; id() {{ echo 0; }}; missing_packages() {{ echo libegl1; }}
        dpkg-query() {{ :; }}; apt-get() {{ {apt_get} }}
        prepare_system run '{sys.executable}'"""
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True)
    return done.stderr, done.returncode == 0


def test_the_installation_of_packages_is_quiet_unless_it_fails():
    noise = 'echo "debconf: unable to initialize frontend: $DEBIAN_FRONTEND" >&2;'
    assert prepare_system(noise) == ("installing libegl1 …\n", True)
    printed, is_done = prepare_system(f'{noise} case "$*" in *install*) echo "E: no such package"; return 100;; esac')
    assert not is_done
    assert "E: no such package" in printed
    assert "unable to initialize frontend: noninteractive" in printed
