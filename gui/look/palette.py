"""Colours by rule: OKLCH to sRGB, the fill and ink of every label, and contrast as WCAG 2 measures it."""

import hashlib
import math
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class LabelColours:
    """The pale or deep ground of a label and the ink that is legible on it, as `#rrggbb`."""

    fill: str
    ink: str


@dataclass(frozen=True, slots=True)
class _Rule:
    """Lightness and greatest chroma in OKLCH."""

    lightness: float
    chroma: float


_FILLS = {False: _Rule(0.92, 0.06), True: _Rule(0.34, 0.07)}
_INKS = {False: _Rule(0.44, 0.12), True: _Rule(0.86, 0.09)}

_STANDARD = {
    "PS": ("#ffd6d1", "#89312f", "#572825", "#ffbab3"),
    "OG": ("#ffdbbf", "#833c00", "#532d0f", "#ffc298"),
    "LC": ("#cdf0cd", "#1a6323", "#1e4120", "#ace1ad"),
    "DT": ("#cae7ff", "#1c5293", "#1d395b", "#a9d4ff"),
    "TI": ("#baeeff", "#005e84", "#003f53", "#8edefe"),
    "QT": ("#e0e0ff", "#4d4691", "#35325a", "#cac9ff"),
    "CV": ("#ffd6f1", "#7c3367", "#4f2843", "#fabae4"),
    "AF": ("#f7e2b8", "#704b00", "#483400", "#eccd8c"),
    "EV": ("#ffd5df", "#86304a", "#552733", "#ffb9c9"),
    "AM": ("#dfebbf", "#4b5b00", "#333d0d", "#c9da97"),
    "PT": ("#c0f2db", "#006641", "#03432f", "#97e4c2"),
    "MT": ("#b6f2f1", "#006567", "#004343", "#85e4e3"),
    "FD": ("#eedbff", "#623e87", "#402e55", "#dfc3ff"),
    "TR": ("#fad8fb", "#723776", "#4a2a4c", "#f0bdf2"),
    "TM": ("#eae8ba", "#5d5500", "#3e3a03", "#d9d58f"),
}


@lru_cache(maxsize=4096)
def label_colours(label: str, *, dark: bool) -> LabelColours:
    """The colours of a label: those of the standard's types are fixed, any other's follow from its name."""
    if label in _STANDARD:
        return LabelColours(*(_STANDARD[label][2:] if dark else _STANDARD[label][:2]))
    hue = int.from_bytes(hashlib.sha256(label.encode()).digest()[:4], "big") % 360
    return LabelColours(_colour(_FILLS[dark], hue), _colour(_INKS[dark], hue))


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1–21 (WCAG 2.2, relative luminance)."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def mixed(colour: str, ground: str, share: float) -> str:
    """The colour that a layer of `colour`, `share` of it opaque, gives on a ground."""
    pairs = zip(_channels(colour), _channels(ground), strict=True)
    return _hexadecimal([over * share + under * (1 - share) for over, under in pairs])


def oklch(lightness: float, chroma: float, hue: float) -> str:
    """The sRGB colour of an OKLCH one; chroma gives way where sRGB has no such colour (hue in degrees)."""
    while chroma > 0 and not _in_gamut(_linear(lightness, chroma, hue)):
        chroma -= 0.002
    return _hexadecimal([_encoded(channel) for channel in _linear(lightness, max(chroma, 0), hue)])


def _colour(rule: _Rule, hue: float) -> str:
    return oklch(rule.lightness, rule.chroma, hue)


def _linear(lightness: float, chroma: float, hue: float) -> tuple[float, float, float]:
    """Linear sRGB (Björn Ottosson, "A perceptual color space for image processing", 2020)."""
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


def _in_gamut(channels: tuple[float, float, float]) -> bool:
    return all(-1e-4 <= channel <= 1 + 1e-4 for channel in channels)


def _encoded(channel: float) -> float:
    channel = min(1.0, max(0.0, channel))
    return 12.92 * channel if channel <= 0.0031308 else 1.055 * channel ** (1 / 2.4) - 0.055


def _decoded(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def _channels(colour: str) -> list[float]:
    return [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]


def _hexadecimal(channels: list[float]) -> str:
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in channels)


def _luminance(colour: str) -> float:
    red, green, blue = (_decoded(channel) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
