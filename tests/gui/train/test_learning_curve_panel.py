"""The learning curve on the Train page: hidden without a curve, else drawn and said."""

from core.analysis.bootstrap import Interval
from core.analysis.learning_curve import CurvePoint, Forecast
from core.services.learning_curve import LearningCurve
from gui.look.theme import DARK, Look
from gui.train.learning_curve_panel import LearningCurvePanel

POINTS = tuple(
    CurvePoint(run, sentences, f1, Interval(f1 - 0.03, f1 + 0.02))
    for run, sentences, f1 in ((1, 100, 0.52), (2, 250, 0.66), (3, 500, 0.74), (4, 1000, 0.79))
)


def test_a_curve_is_shown_from_two_runs_on_with_its_forecast_in_words(qtbot):
    panel = LearningCurvePanel(Look(DARK))
    qtbot.addWidget(panel)
    panel.show_curve(LearningCurve(POINTS[:1], 900))
    assert panel.isHidden()
    panel.show_curve(LearningCurve(POINTS, 900, 0, Forecast(1500, 0.81, Interval(0.79, 0.83))))
    assert not panel.isHidden()
    assert panel.forecast.text() == (
        "With 500 more sentences, F1 would probably be 0.810 (0.790–0.830); it is 0.790 with 1,000."
    )
    assert panel.basis.text().startswith("F1 with 95 % intervals on the 900 dev sentences")
    panel.show_curve(LearningCurve(POINTS, 900, 2))
    assert panel.basis.text().endswith("2 runs with another encoder or other settings are not of this curve.")
    assert panel.chart.accessibleDescription().splitlines()[3] == "run 4: 1,000 sentences, F1 0.7900"


def test_points_lie_in_the_chart_in_order(qtbot):
    panel = LearningCurvePanel(Look(DARK))
    qtbot.addWidget(panel)
    panel.show_curve(LearningCurve(POINTS, 900, 0, Forecast(1500, 0.81, Interval(0.79, 0.83))))
    panel.resize(400, 260)
    chart = panel.chart
    places = [chart._place(point.sentences, point.f1) for point in POINTS]
    assert all(chart._area.contains(place) for place in places)
    assert [place.x() for place in places] == sorted(place.x() for place in places)
    assert [place.y() for place in places] == sorted((place.y() for place in places), reverse=True)
    shown = chart.grab().toImage()
    assert shown.pixelColor(places[1].toPoint()).name() == DARK.accent.lower(), "the dot of a run is filled"
