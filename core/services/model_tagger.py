"""The model of a source, loaded to tag texts. Imports torch; see `core.services.engine`."""

from collections.abc import Sequence
from pathlib import Path

from core.domain.settings import Device
from core.model.devices import device_of
from core.model.encoders.loading import names_folder
from core.model.foreign_model import TagTexts, fetch_model, load_foreign_model


def load_model_tagger(
    folder: Path, device: Device = "auto", class_names: Sequence[str] = (), *, whole_words: bool = False
) -> TagTexts:
    """What gives the spans of texts with the model of a folder.

    Raises:
        UserError: it is damaged or incomplete, or would run code; or the device is not there.
    """
    return load_foreign_model(folder, device_of(device), class_names, whole_words=whole_words)


def find_model(name: str) -> Path:
    """The folder of a model, which may be named as on the hub; fetched from there if it has to be.

    Raises:
        UserError: it is not there.
    """
    return Path(name).expanduser().absolute() if names_folder(name) else fetch_model(name)
