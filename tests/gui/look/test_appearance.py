"""The theme and the size of sentences change in the open window, everywhere at once, and are kept."""

import pytest
from PySide6.QtCore import QObject, QSettings, Qt
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtWidgets import QAbstractItemView, QApplication, QDialog

from gui.app import build_window
from gui.look.theme import DARK, GREATEST_SIZE, LEAST_SIZE, LIGHT, SENTENCE_SIZE, Appearance, Look, Theme
from gui.preferences import Preferences
from gui.sentence.canvas import SentenceCanvas
from gui.widgets.text_labels import LinkLabel
from tests.building import project_with_run
from tests.gui.driving import JOB_TIMEOUT, click


@pytest.fixture
def settings(tmp_path):
    return QSettings(str(tmp_path / "look.ini"), QSettings.Format.IniFormat)


def themes_held(window):
    """Every theme that some part of the window holds, by who holds it."""
    held = {}
    parts = [window, *window.findChildren(QObject)]
    models = [part.model() for part in parts if isinstance(part, QAbstractItemView) and part.model() is not None]
    for part in (*parts, *models):
        for name, value in vars(part).items() if hasattr(part, "__dict__") else ():
            if isinstance(value, Theme):
                held[f"{type(part).__name__}.{name}"] = value
    return held


def test_no_part_of_the_window_keeps_the_old_theme(window, tmp_path, qtbot):
    project_with_run(tmp_path / "a.spandesk").close()
    window.open_project(tmp_path / "a.spandesk")
    for page in window.pages:
        window.show_page(page)
    window.show_page("train")
    qtbot.waitUntil(lambda: window.pages["train"].monitor.chart is not None)
    window.show_settings()
    click(window.pages["corpus"].labels)
    detail = window.pages["inspect"].detail
    detail.canvas.select_next()
    detail.identicalAsked.emit(detail.canvas.selection.span)
    assert themes_held(window) == {"Look.theme": LIGHT}, "nothing else has a theme that could be an old one"
    looks = [look for part in window.findChildren(QObject) for look in vars(part).values() if isinstance(look, Look)]
    assert len(looks) > 20
    assert {id(look) for look in looks} == {id(window.appearance.look)}
    window.appearance.choose_theme("dark")
    assert themes_held(window) == {"Look.theme": DARK}


def picture(part, qtbot):
    """How a part of the window is seen once its layout is at rest."""
    seen = [None]

    def is_at_rest():
        QApplication.processEvents()
        seen.append(part.grab().toImage())
        return seen[-1] == seen[-2]

    qtbot.waitUntil(is_at_rest)
    return seen[-1]


def pictures(window, qtbot):
    """Everything in the window and its dialogs, as it is seen."""
    seen = {}
    for page in window.pages.values():
        window.show_page(page.id)
        if page.id == "train":
            qtbot.waitUntil(lambda page=page: page.monitor.chart is not None)
        seen[page.id] = picture(page, qtbot)
    for view in ("errors", "changes", "calibration", "scores"):
        window.show_page("metrics")
        click(getattr(window.pages["metrics"].head, view))
        seen[view] = picture(window.pages["metrics"], qtbot)
    for part in (window.rail, window.context_bar):
        seen[type(part).__name__] = picture(part, qtbot)
    for dialog in window.findChildren(QDialog):
        seen[type(dialog).__name__] = picture(dialog, qtbot)
    return seen


def open_all(window, folder, qtbot):
    window.open_project(folder)
    for page in window.pages:
        window.show_page(page)
    window.pages["scratch"].field.setPlainText("이순신은 조선의 무신이다.")
    retry = window.pages["scratch"].retry
    qtbot.waitUntil(lambda: not retry.isHidden(), timeout=JOB_TIMEOUT)  # the run has no weights
    window.show_page("corpus")
    click(window.pages["corpus"].labels)
    window.show_page("inspect")
    detail = window.pages["inspect"].detail
    detail.canvas.select_next()
    detail.identicalAsked.emit(detail.canvas.selection.span)


def test_a_window_that_takes_another_theme_looks_as_one_that_began_with_it(window, qapp, settings, tmp_path, qtbot):
    project_with_run(tmp_path / "a.spandesk").close()
    open_all(window, tmp_path / "a.spandesk", qtbot)
    pictures(window, qtbot)
    window.appearance.choose_theme("dark")
    changed = pictures(window, qtbot)
    window.context.session.close()
    qapp.setStyleSheet("")  # a process begins without one
    begun = build_window(qapp, settings, tmp_path / "data", DARK)
    qtbot.addWidget(begun)
    begun.resize(1280, 720)
    begun.show()
    qtbot.waitExposed(begun)
    open_all(begun, tmp_path / "a.spandesk", qtbot)
    expected = pictures(begun, qtbot)
    assert len(changed) == len(expected) > 14
    assert [name for name, seen in changed.items() if seen != expected[name]] == []


def test_what_was_drawn_in_the_old_theme_is_drawn_anew(window, tmp_path, qtbot):
    project_with_run(tmp_path / "a.spandesk").close()
    window.open_project(tmp_path / "a.spandesk")

    def grounds():
        detail = window.pages["inspect"].detail
        return {
            detail.canvas.grab().toImage().pixelColor(200, 8).name(),
            detail.chips.chips["PS"].grab().toImage().pixelColor(60, 3).name(),
        }

    def icon():
        image = window.rail.button("train").icon().pixmap(20, 20).toImage()
        return {image.pixelColor(x, y).name() for x in range(20) for y in range(20)}

    assert grounds() == {LIGHT.surface}
    assert LIGHT.muted in icon()
    window.appearance.choose_theme("dark")
    assert grounds() == {DARK.surface}
    assert DARK.muted in icon()
    window.appearance.choose_theme("light")
    assert grounds() == {LIGHT.surface}


def test_links_take_the_new_colour(window):
    label = LinkLabel("", "█████ sentences")
    label.setParent(window)
    label.show()
    window.appearance.choose_theme("dark")
    image = label.grab().toImage()
    colours = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
    assert LIGHT.accent not in colours
    assert min(_distance(colour, DARK.accent) for colour in colours) < 40


def _distance(one, other):
    pairs = zip(QColor(one).getRgb(), QColor(other).getRgb(), strict=True)
    return sum(abs(first - second) for first, second in pairs)


def test_choices_are_kept(qapp, settings):
    preferences = Preferences(settings)
    appearance = Appearance(qapp, preferences)
    assert (appearance.choice, appearance.look.sentence_size) == ("system", SENTENCE_SIZE)
    appearance.choose_theme("dark")
    appearance.choose_size(22)
    again = Appearance(qapp, Preferences(settings))
    assert (again.choice, again.look.theme, again.look.sentence_size) == ("dark", DARK, 22)


@pytest.mark.parametrize(
    ("theme", "size", "expected"), [("pink", "huge", SENTENCE_SIZE), ("", "3", LEAST_SIZE), ("", "99", GREATEST_SIZE)]
)
def test_choices_that_cannot_be_read_are_the_defaults(qapp, settings, theme, size, expected):
    settings.setValue("theme", theme)
    settings.setValue("sentence-size", size)
    appearance = Appearance(qapp, Preferences(settings))
    assert (appearance.choice, appearance.look.sentence_size) == ("system", expected)


def test_the_desktop_is_followed_only_where_that_was_chosen(qapp, settings):
    appearance = Appearance(qapp, Preferences(settings), LIGHT)
    hints = QGuiApplication.styleHints()
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert appearance.look.theme == DARK
    appearance.choose_theme("light")
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert appearance.look.theme == LIGHT


def test_every_large_sentence_has_the_chosen_size(qapp, qtbot, settings, tmp_path):
    Preferences(settings).remember_sentence_size(24)
    window = build_window(qapp, settings, tmp_path / "data", LIGHT)
    qtbot.addWidget(window)
    canvas = window.pages["inspect"].detail.canvas
    canvas.show_sentence("이순신은", ())
    large = canvas.scene.layout.text_height
    window.show_settings()
    window.appearance.choose_size(16)
    sizes = [found.scene.layout.text_height for found in window.findChildren(SentenceCanvas)]
    assert len(sizes) == 3, "in Inspect, Scratch and the settings"
    assert max(sizes) < large
