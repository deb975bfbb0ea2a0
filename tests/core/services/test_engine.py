"""How torch comes into the process."""

import subprocess
import sys
from pathlib import Path

import pytest

LOADING = """
import sys
from pathlib import Path
from core.services import engine

with engine.loading_torch():
    assert "torch" not in sys.modules
    assert "libtorch_cpu" in Path("/proc/self/maps").read_text()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="looks at what Linux says of the process")
def test_the_library_of_torch_is_there_before_the_import_that_keeps_pythons_lock():
    subprocess.run([sys.executable, "-c", LOADING], cwd=Path(__file__).parents[3], check=True)
