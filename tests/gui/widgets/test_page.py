"""What pages share."""

import pytest

from gui.look.stylesheet import ICON_FOLDER
from gui.widgets.page import EmptyState, Page


@pytest.mark.parametrize("width", [960, 1280])
def test_the_words_of_an_empty_state_are_seen_whole(qtbot, width):
    state = EmptyState("Nothing yet", "", "Go on")
    state.hint.setText("Correct gold spans on the Inspect page. Every change is kept here and can be taken back. " * 2)
    qtbot.addWidget(state)
    state.resize(width, 600)
    state.show()
    qtbot.waitExposed(state)
    assert state.hint.height() >= state.hint.heightForWidth(state.hint.width()) > 2 * state.fontMetrics().height()
    assert state.title.x() == state.hint.x() == state.button.x()


class Counting(Page):
    """Counts how often it was read."""

    id, title, icon = "counting", "Count", "corpus"

    def __init__(self):
        super().__init__()
        self.times = 0

    def refresh(self):
        self.times += 1


def test_a_page_is_refreshed_once_when_shown_after_changes_and_at_once_while_seen(qtbot):
    page = Counting()
    qtbot.addWidget(page)
    page.show()
    assert page.times == 0
    page.refresh_when_seen()
    assert page.times == 1
    page.hide()
    page.refresh_when_seen()
    page.refresh_when_seen()
    assert page.times == 1
    page.show()
    assert page.times == 2
    page.hide()
    page.show()
    assert page.times == 2


def test_pages_differ_in_id_and_title_and_have_a_drawing(window):
    pages = list(window.pages.values())
    assert [page.id for page in pages] == list(window.pages)
    assert len({page.id for page in pages}) == len({page.title for page in pages}) == len(pages)
    for page in pages:
        assert window.rail.button(page.id).text() == page.title
        assert not window.rail.button(page.id).icon().isNull()
        assert (ICON_FOLDER / f"{page.icon}.svg").is_file()
