import pytest

from core.errors import UserError
from core.settings import TrainSettings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("epochs", 0),
        ("batch_size", 0),
        ("limit", 0),
        ("learning_rate", 1.0),
        ("layer_decay", 0.0),
        ("layer_decay", 1.1),
        ("seed", -1),
        ("seed", 10**22),
    ],
)
def test_a_setting_outside_its_range_is_refused(name, value):
    with pytest.raises(UserError, match=f"{name.replace('_', ' ')} is {value}"):
        TrainSettings(**{name: value})


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
