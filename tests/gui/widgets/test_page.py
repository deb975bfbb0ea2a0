"""What pages share."""

import pytest

from gui.widgets.page import EmptyState


@pytest.mark.parametrize("width", [960, 1280])
def test_the_words_of_an_empty_state_are_seen_whole(qtbot, width):
    state = EmptyState("Nothing yet", "", "Go on")
    state.hint.setText("Mend gold spans on the Inspect page. Every change is kept here and can be taken back. " * 2)
    qtbot.addWidget(state)
    state.resize(width, 600)
    state.show()
    qtbot.waitExposed(state)
    assert state.hint.height() >= state.hint.heightForWidth(state.hint.width()) > 2 * state.fontMetrics().height()
    assert state.title.x() == state.hint.x() == state.button.x()
