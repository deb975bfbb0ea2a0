"""The settings form as it is filled in."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, QSettings, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from core.domain.settings import PRESETS, TINY, TrainSettings, preset
from gui.preferences import Preferences
from gui.train.form import SettingsForm


@pytest.fixture
def form(qtbot, tmp_path):
    form = SettingsForm(Preferences(QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)))
    qtbot.addWidget(form)
    form.show()
    return form


def type_into(field, text):
    field.selectAll()
    QTest.keyClicks(field, text)


def test_shows_and_makes_the_same_settings(form):
    settings = TrainSettings(
        encoder="monologg/koelectra-base-v3-discriminator",
        epochs=3,
        batch_size=8,
        learning_rate=3.5e-5,
        layer_decay=0.85,
        head_learning_rate=2e-3,
        crf_learning_rate=5e-2,
        weight_decay=0.0,
        warmup_ratio=0.06,
        dropout=0.2,
        max_gradient_norm=0.5,
        seed=42,
        device="cpu",
        limit=500,
        from_run=2,
    )
    form.show_settings(settings, [1, 2])
    assert form.problem() is None
    assert form.settings() == settings


@pytest.mark.parametrize("known", PRESETS, ids=lambda known: known.encoder)
def test_settings_of_a_preset_make_the_round_trip(form, known):
    settings = TrainSettings.of_preset(known.encoder)
    form.show_settings(settings, [])
    assert form.settings() == settings
    assert form.encoder.box.currentText() == known.title


def test_choosing_a_preset_fills_in_what_suits_it(form):
    box = form.encoder.box
    box.setCurrentIndex(next(i for i, known in enumerate(PRESETS) if known.encoder == TINY))
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Down)
    small = preset("monologg/koelectra-small-v3-discriminator")
    made = form.settings()
    assert (made.encoder, made.epochs, made.batch_size, made.learning_rate) == (
        small.encoder,
        small.epochs,
        small.batch_size,
        small.learning_rate,
    )
    assert form.learning_rate.text() == "5e-5"


def test_a_hub_name_is_taken_as_typed(form):
    type_into(form.encoder.box.lineEdit(), "klue/bert-base")
    assert form.problem() is None
    assert form.settings().encoder == "klue/bert-base"


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "name an encoder"),
        ("/no/such/folder", "folder does not exist"),
        ("./nothing", "folder does not exist"),
    ],
)
def test_a_wrong_encoder_is_explained_below_the_field(form, text, part):
    form.encoder.box.setEditText(text)
    assert part in form.encoder.note.text()
    assert form.encoder.note.property("role") == "error"
    assert part in form.problem()


def test_a_folder_is_chosen_with_the_button(form, tmp_path, monkeypatch):
    folder = tmp_path / "encoder"
    folder.mkdir()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(folder))
    QTest.mouseClick(form.encoder.folder, Qt.MouseButton.LeftButton)
    assert "config.json" in form.problem()
    (folder / "config.json").write_text("{}")
    QTest.mouseClick(form.encoder.folder, Qt.MouseButton.LeftButton)
    form.encoder.box.setEditText("")
    form.encoder.box.setEditText(str(folder))
    assert form.problem() is None
    assert Path(form.settings().encoder) == folder


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("learning_rate", "5e"),
        ("learning_rate", ""),
        ("learning_rate", "0"),
        ("learning_rate", "1"),
        ("learning_rate", "-1e-3"),
        ("learning_rate", "nan"),
        ("crf_learning_rate", ""),
        ("head_learning_rate", "two"),
        ("dropout", "1"),
        ("dropout", "-0.1"),
        ("warmup_ratio", "1.5"),
        ("weight_decay", "x"),
        ("layer_decay", "0"),
        ("layer_decay", "1.01"),
        ("max_gradient_norm", "0"),
        ("max_gradient_norm", "inf"),
    ],
)
def test_a_wrong_number_is_a_problem_and_marked(form, name, text):
    field = form.learning_rate if name == "learning_rate" else form.advanced.numbers[name]
    field.setText(text)
    assert form.problem() is not None
    assert field.property("error") is True
    field.setText("0.1")
    assert form.problem() is None
    assert field.property("error") is False


def test_an_empty_head_rate_leaves_it_to_the_trainer(form):
    form.advanced.numbers["head_learning_rate"].setText("")
    assert form.settings().head_learning_rate is None


def test_the_limit_counts_only_when_it_is_on(form):
    assert form.settings().limit is None
    assert not form.limit.isEnabled()
    QTest.mouseClick(form.limited, Qt.MouseButton.LeftButton, pos=QPoint(8, form.limited.height() // 2))
    form.limit.setValue(300)
    assert form.settings().limit == 300


def test_advanced_fields_are_folded_at_first(form):
    assert not form.advanced.isVisible()
    QTest.mouseClick(form.fold, Qt.MouseButton.LeftButton)
    assert form.advanced.isVisible()


def test_the_wheel_does_not_change_a_field_that_it_passes_over(form):
    before = form.epochs.value()
    centre = QPointF(form.epochs.rect().center())
    wheel = QWheelEvent(
        centre,
        form.epochs.mapToGlobal(centre),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    form.seed.setFocus()
    QApplication.sendEvent(form.epochs, wheel)
    assert form.epochs.value() == before


def test_every_field_has_a_hint(form):
    numbers = form.advanced.numbers.values()
    fields = [form.encoder.box, form.epochs, form.batch_size, form.learning_rate, form.seed, form.device, form.limit]
    for field in [*fields, *numbers, form.advanced.from_run]:
        assert field.toolTip()
        assert "\n" not in field.toolTip()
        assert field.accessibleName()
