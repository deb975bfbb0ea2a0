import pytest

from core.domain.events import Progress
from gui.look.theme import LIGHT, apply_theme
from gui.train.monitor import LiveFigures


@pytest.mark.parametrize("width", [340, 700])
def test_no_figure_is_cut_off_however_narrow_the_page(qtbot, qapp, width):
    figures = LiveFigures()
    apply_theme(qapp, LIGHT)
    qtbot.addWidget(figures)
    figures.resize(width, 120)
    figures.show()
    figures.show_event(Progress("train", 10, 10, 48_688, 48_688, 0.0133, 1234.0, 40_000.0))
    figures.f1.number.setText("0.5709")
    labels = [label for figure in figures._figures for label in (figure.name, figure.number)]
    qtbot.waitUntil(lambda: all(label.width() >= needed(label) for label in labels))
    assert all(figures.rect().contains(label.geometry()) for label in labels)
    rows = {label.y() for label in labels}
    assert len(rows) == (2 if width == 700 else 4)


def needed(label):
    return label.fontMetrics().horizontalAdvance(label.text())
