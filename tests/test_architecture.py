"""What the layout promises: gui imports core and never the reverse, core knows no Qt, and torch comes late."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

_ROWS = """
errors packages generators words
spans files folders encoders.charsmap text.particles
labels tags settings editing text.normalise splitting scoring.comparison
scoring.metrics scoring.confusion scoring.strict scoring.signals corpus manifest training.augmentation
analysis
events
store
importing scratch
devices
training.crew constraints
text.analyser text.morphemes text.units crf training.memory training.precision training.pace
particle_spans
text.windows encoders.layers encoders.quantised encoders.unpacking
text.encoding scoring.ceilings encoders.starter
text.cache encoders.loading tagging.batches
tagging.heads tagging.packed
tagging.tagger training.state
tagging.initial tagging.checkpoint tagging.predictor tagging.signals training.optimiser training.meter
training.learner training.preparation scoring.unit_ceilings
training.epoch_examples
training.trainer
training.task
workflow predicting answering
crosschecking
engine
cli
"""
LAYERS = [[f"core.{name}" for name in row.split()] for row in _ROWS.strip().splitlines()]
"""A module imports only from its own row and from the rows above."""


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
    for height, layer in enumerate(LAYERS):
        if any(name == module or name.startswith(f"{module}.") for module in layer):
            return height
    return None


@pytest.mark.parametrize("path", modules("core"), ids=name_of)
def test_core_imports_only_what_stands_above(path):
    name = name_of(path)
    if path.stat().st_size == 0:
        return
    assert layer_of(name) is not None, f"{name} has no layer; give it one in {Path(__file__).name}"
    for other in imported(path):
        assert not other.startswith(("gui", "PySide6")), f"{name} imports {other}"
        if (height := layer_of(other)) is not None:
            assert height <= layer_of(name), f"{name} imports {other}, which stands below it"


def test_no_two_modules_of_the_window_need_each_other():
    needs = {name_of(path): imported(path) for path in modules("gui")}
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
        assert lines <= 400, f"{path.relative_to(ROOT)} has {lines} lines; it probably holds two things"


def loaded_by(statement):
    """The top-level packages that a fresh interpreter has loaded after a statement."""
    code = f"{statement}; import sys; print(' '.join({{name.partition('.')[0] for name in sys.modules}}))"
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(result.stdout.split())


def test_core_needs_no_qt():
    statement = "import core.workflow, core.cli.commands"
    assert not {name for name in loaded_by(statement) if name.startswith(("PySide6", "pyqtgraph", "gui"))}


@pytest.mark.parametrize("module", ["gui.app", "core.cli.commands"])
def test_the_window_and_the_command_line_open_without_torch(module):
    assert not {"torch", "transformers", "tokenizers", "pyqtgraph"} & loaded_by(f"import {module}")
