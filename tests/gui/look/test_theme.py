import re
import sys
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPalette, QRawFont
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QSpinBox,
    QStyle,
    QStyleOptionButton,
    QVBoxLayout,
    QWidget,
)

from core.domain.labels import TTA_LABELS
from gui.look.palette import contrast, label_colours
from gui.look.stylesheet import ICON_FOLDER
from gui.look.theme import (
    DARK,
    LIGHT,
    LIST_SIZE,
    SENTENCE_SIZE,
    SMALL_SIZE,
    apply_palette,
    apply_theme,
    font,
    icon,
    qt_palette,
    scaled,
    stylesheet,
    theme_for,
)
from gui.train.fields import whole_number

THEMES = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
LEAST = 5.5


@THEMES
@pytest.mark.parametrize("ink", ["text", "muted", "error", "right", "accent"])
@pytest.mark.parametrize("ground", ["window", "surface", "raised", "hover", "selection"])
def test_every_ink_is_legible_on_every_ground(theme, ink, ground):
    colours = asdict(theme)
    assert contrast(colours[ink], colours[ground]) >= LEAST


@THEMES
def test_other_inks_are_legible_where_they_stand(theme):
    assert contrast(theme.on_accent, theme.accent) >= LEAST
    assert contrast(theme.text, theme.hit) >= LEAST
    assert contrast(theme.edge, theme.surface) >= 3
    assert contrast(theme.edge, theme.window) >= 3


@given(st.text(min_size=1, max_size=12), st.sampled_from([LIGHT, DARK]))
def test_any_label_is_legible(label, theme):
    colours = theme.label(label)
    assert contrast(colours.ink, colours.fill) >= LEAST
    assert contrast(theme.text, colours.fill) >= LEAST
    assert contrast(colours.ink, theme.surface) >= LEAST
    assert label_colours.__wrapped__(label, dark=theme.dark) == colours


@THEMES
def test_standard_labels_are_legible_and_distinct(theme):
    colours = [theme.label(label) for label in TTA_LABELS]
    assert len({(colour.fill, colour.ink) for colour in colours}) == len(TTA_LABELS)
    assert all(contrast(colour.ink, colour.fill) >= LEAST for colour in colours)
    assert all(contrast(theme.text, colour.fill) >= LEAST for colour in colours)


def test_standard_labels_keep_their_published_colours():
    assert label_colours("PS", dark=False) == LIGHT.label("PS")
    assert (LIGHT.label("PS").fill, LIGHT.label("PS").ink) == ("#ffd6d1", "#89312f")
    assert (DARK.label("TM").fill, DARK.label("TM").ink) == ("#3e3a03", "#d9d58f")


def test_the_theme_follows_the_desktop():
    assert theme_for(Qt.ColorScheme.Dark) is DARK
    assert theme_for(Qt.ColorScheme.Light) is LIGHT
    assert theme_for(Qt.ColorScheme.Unknown) is LIGHT


@THEMES
def test_the_style_sheet_names_only_files_that_exist(theme):
    paths = re.findall(r'url\("([^"]+)"\)', stylesheet(theme))
    assert paths
    assert all(Path(path).is_file() for path in paths)
    assert "$" not in stylesheet(theme)


@THEMES
def test_qt_reads_the_style_sheet_without_complaint(qtbot, theme):
    for made in (QComboBox(), QSpinBox()):
        qtbot.addWidget(made)
        made.setStyleSheet(stylesheet(theme))
        assert not made.grab().isNull()


@THEMES
def test_fields_are_of_one_height_and_their_words_begin_alike(qtbot, theme):
    number, text = whole_number(1, 100), QLineEdit("88")
    number.setValue(88)
    panel = _shown_in_column(qtbot, theme, number, text)
    assert panel.isVisible()
    assert number.height() == text.height()
    assert abs(_first_ink(number, theme) - _first_ink(text, theme)) <= 1


@THEMES
@pytest.mark.parametrize("kind", ["primary", "flat", ""])
def test_focus_is_a_border_alone_and_moves_nothing(qtbot, theme, kind):
    focused, other = QPushButton("가나다"), QPushButton("가나다")
    if kind:
        focused.setProperty(kind, True)
        other.setProperty(kind, True)
    panel = _shown_in_column(qtbot, theme, focused, other)
    assert panel.isVisible()
    focused.setFocus()
    qtbot.waitUntil(focused.hasFocus)
    images = [button.grab(button.rect().adjusted(3, 3, -3, -3)).toImage() for button in (focused, other)]
    assert focused.sizeHint() == other.sizeHint()
    assert images[0] == images[1]
    assert focused.grab().toImage() != other.grab().toImage()


@THEMES
def test_a_wrong_choice_has_the_border_of_errors(qtbot, theme):
    box = QComboBox()
    box.setProperty("error", True)
    panel = _shown_in_column(qtbot, theme, box)
    assert panel.isVisible()
    assert box.grab().toImage().pixelColor(box.width() // 2, 0).name() == theme.error


def _shown_in_column(qtbot, theme, *widgets):
    panel = QWidget()
    qtbot.addWidget(panel)
    panel.setStyleSheet(stylesheet(theme))
    column = QVBoxLayout(panel)
    other = QCheckBox()
    for widget in (other, *widgets):
        column.addWidget(widget)
    with qtbot.waitActive(panel):
        panel.show()
        panel.activateWindow()
    other.setFocus()
    return panel


def _first_ink(widget, theme):
    """The first column, inside the border, that has something as dark as text."""
    image = widget.grab().toImage()
    rows, columns = range(8, image.height() - 8), range(2, image.width() - 30)
    ground = QColor(theme.surface).lightness()
    return next(x for x in columns for y in rows if abs(image.pixelColor(x, y).lightness() - ground) > 90)


@THEMES
def test_arrows_are_drawn_in_the_ink_of_the_theme(theme):
    shade = "dark" if theme.dark else "light"
    for name, colour in (("arrow-down", theme.muted), ("arrow-up", theme.muted), ("tick", theme.on_accent)):
        assert colour in (ICON_FOLDER / f"{name}-{shade}.svg").read_text(encoding="utf-8")


@THEMES
def test_the_palette_has_no_colour_of_the_platform(qapp, theme):
    palette = qt_palette(theme)
    assert palette.color(QPalette.ColorRole.Window).name() == theme.window
    assert palette.color(QPalette.ColorRole.HighlightedText).name() == theme.text


@THEMES
@pytest.mark.parametrize("name", ["corpus", "train", "metrics", "inspect", "corrections", "scratch"])
def test_icons_are_drawn_in_the_ink_of_the_theme(qapp, theme, name):
    image = icon(name, theme).pixmap(20, 20).toImage()
    colours = {
        image.pixelColor(x, y).name() for x in range(20) for y in range(20) if image.pixelColor(x, y).alpha() == 255
    }
    assert colours == {theme.muted} or theme.muted in colours


def test_every_icon_takes_the_colour_of_the_theme_or_is_made_for_one():
    for path in ICON_FOLDER.glob("*.svg"):
        made_for_one = path.stem.endswith(("-light", "-dark"))
        assert made_for_one != ("currentColor" in path.read_text(encoding="utf-8")), path.name


def test_a_missing_icon_is_an_error(qapp):
    with pytest.raises(FileNotFoundError):
        icon("no-such-icon", LIGHT)


def test_the_typeface_that_comes_with_the_program_has_every_hangul_syllable(qapp):
    apply_theme(qapp, LIGHT)
    for bold in (False, True):
        raw = QRawFont.fromFont(font(bold=bold))
        assert raw.familyName() == "Pretendard"
        assert all(raw.supportsCharacter(code) for code in range(ord("가"), ord("힣") + 1))


def test_the_ellipsis_is_on_the_line(qapp):
    apply_theme(qapp, LIGHT)
    dots = QFontMetrics(font(40)).tightBoundingRect("…")
    assert abs(dots.bottom()) <= 3, "above the line it reads as a row of middle dots"


def test_figures_can_be_of_one_width(qapp):
    assert font(tabular=True).featureTags()
    assert not font().featureTags()
    assert font(19).pixelSize() == 19


@THEMES
def test_a_pop_up_list_has_a_frame_on_every_side(qtbot, qapp, theme):
    apply_theme(qapp, theme)
    box = QComboBox()
    qtbot.addWidget(box)
    box.addItems(["Any path", "Learned", "Forgotten"])
    box.show()
    box.showPopup()
    image = box.view().window().grab().toImage()
    right, bottom = image.width() - 1, image.height() - 1
    sides = [(0, bottom // 2), (right, bottom // 2), (right // 2, 0), (right // 2, bottom)]
    assert {image.pixelColor(*at).name() for at in sides} == {theme.edge}


@pytest.mark.parametrize("kind", [QRadioButton, QCheckBox])
def test_the_focus_leaves_the_words_of_a_button_where_they_are(qtbot, qapp, kind):
    apply_theme(qapp, LIGHT)
    button = kind("Follow system")
    qtbot.addWidget(button)
    option = QStyleOptionButton()
    option.initFrom(button)
    part = QStyle.SubElement.SE_RadioButtonContents if kind is QRadioButton else QStyle.SubElement.SE_CheckBoxContents
    without = button.style().subElementRect(part, option, button)
    option.state |= QStyle.StateFlag.State_HasFocus
    assert button.style().subElementRect(part, option, button) == without
    assert without.width() >= button.fontMetrics().horizontalAdvance(button.text())


@pytest.fixture
def desktop(qapp, desktop_font):
    """Sets the size of the desktop's own text, in pixels, and dresses as `build_window` does: the style sheet last."""

    def enlarge(size):
        larger = QFont(desktop_font)
        larger.setPixelSize(size)
        qapp.setFont(larger)
        apply_palette(qapp, LIGHT)
        apply_theme(qapp, LIGHT)

    return enlarge


@pytest.mark.parametrize(("size", "usual"), [(12, True), (36, False)])
def test_all_text_is_as_much_larger_as_the_desktops(desktop, qapp, monkeypatch, size, usual):
    monkeypatch.setattr(sys, "platform", "linux")
    desktop(size)
    factor = 1 if usual else 36 / 15
    for wanted in (LIST_SIZE, SMALL_SIZE, SENTENCE_SIZE):
        assert font(wanted).pixelSize() == pytest.approx(wanted * factor, abs=1)
    assert qapp.font().pixelSize() == font(LIST_SIZE).pixelSize()
    assert f"font-size: {font(SMALL_SIZE).pixelSize()}px" in stylesheet(LIGHT)
    assert scaled(100) == pytest.approx(100 * factor, abs=4)
