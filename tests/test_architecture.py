"""What the layout promises: gui imports core and never the reverse, core knows no Qt, and torch comes late."""

import ast
import subprocess
import sys

import pytest

from tests.paths import ROOT

_ROW = "messages domain io languages formats dictionary metrics analysis store model training services cli"
LAYERS = _ROW.split()
"""The folders of core, in order: a module imports only from its own folder and from those before it."""


def modules(package):
    return sorted((ROOT / package).rglob("*.py"))


def name_of(path):
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imported(path):
    """The modules that a file imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def layer_of(name):
    """The height of a module's folder; None outside core."""
    package, _, rest = name.partition(".")
    return LAYERS.index(rest.partition(".")[0]) if package == "core" and rest else None


@pytest.mark.parametrize("path", modules("core"), ids=name_of)
def test_core_imports_only_from_layers_before(path):
    name = name_of(path)
    for other in imported(path):
        assert not other.startswith(("gui", "PySide6")), f"{name} imports {other}"
        if (height := layer_of(other)) is not None:
            assert height <= layer_of(name), f"{name} imports {other}, a layer above it"


def test_every_folder_of_core_is_a_layer():
    folders = {path.name for path in (ROOT / "core").iterdir() if path.name not in ("__init__.py", "__pycache__")}
    assert folders == set(LAYERS)


@pytest.mark.parametrize("path", modules("gui/text"), ids=name_of)
def test_words_need_no_page(path):
    assert not {other for other in imported(path) if other.startswith("gui") and not other.startswith("gui.text")}


@pytest.mark.parametrize("package", ["core", "gui"])
def test_no_two_modules_need_each_other(package):
    needs = {name_of(path): imported(path) for path in modules(package)}
    known = {name: {other for other in others if other in needs and other != name} for name, others in needs.items()}

    def reached(name):
        found, left = set(), list(known[name])
        while left:
            other = left.pop()
            if other not in found:
                found.add(other)
                left += known[other]
        return found

    assert [name for name in known if name in reached(name)] == []


def test_packages_hold_nothing_of_their_own():
    for path in [*modules("core"), *modules("gui")]:
        if path.name == "__init__.py":
            assert path.read_text(encoding="utf-8") == "", f"{path.relative_to(ROOT)} is not empty"


def test_no_file_is_longer_than_one_reader_likes():
    for path in [*modules("core"), *modules("gui")]:
        lines = path.read_text(encoding="utf-8").count("\n")
        assert lines <= 450, f"{path.relative_to(ROOT)} has {lines} lines; it probably holds two things"


def loaded_by(statement):
    """The top-level packages that a fresh interpreter has loaded after a statement."""
    code = f"{statement}; import sys; print(' '.join({{name.partition('.')[0] for name in sys.modules}}))"
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(result.stdout.split())


def test_core_needs_no_qt():
    statement = "import core.services.crosscheck, core.services.tag_typed_lines, core.cli.commands"
    assert not {name for name in loaded_by(statement) if name.startswith(("PySide6", "pyqtgraph", "gui"))}


@pytest.mark.parametrize("module", ["gui.app", "core.cli.commands"])
def test_the_window_and_the_command_line_open_without_torch(module):
    assert not {"torch", "transformers", "tokenizers", "pyqtgraph"} & loaded_by(f"import {module}")


def test_hangul_lives_in_one_folder():
    home = (ROOT / "core" / "languages" / "korean", ROOT / "core" / "messages" / "korean.py")
    others = [path for path in modules("core") if not any(path.is_relative_to(place) for place in home)]
    assert [path.name for path in others if "힣" in path.read_text("utf-8")] == []
