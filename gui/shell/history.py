"""Where links led from, as a browser keeps it: back to the page that one was followed on, and forward again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gui.widgets.page import Page


@dataclass(frozen=True, slots=True)
class Visit:
    """A page, and what it showed: what its `place` was."""

    page: str
    place: object


class History:
    """The visits before and after the page that is shown.

    Args:
        current: the page that is shown, if one is.
    """

    def __init__(self, pages: Mapping[str, Page], current: Callable[[], Page | None]) -> None:
        self._pages = pages
        self._current = current
        self._back: list[Visit] = []
        self._forward: list[Visit] = []

    def leave(self) -> None:
        """Remember where a link is followed; there is no way forward from there any more."""
        self._move_to(self._back)
        self._forward.clear()

    def forget(self) -> None:
        """Begin anew, with another project."""
        self._back.clear()
        self._forward.clear()

    @property
    def back_page(self) -> Page | None:
        """The page that `go_back` returns to."""
        return self._pages[self._back[-1].page] if self._back else None

    @property
    def can_go_forward(self) -> bool:
        return bool(self._forward)

    def go_back(self, show: Callable[[str], None]) -> None:
        """Return to where the last link was followed."""
        self._go(self._back, self._forward, show)

    def go_forward(self, show: Callable[[str], None]) -> None:
        """Go again where `go_back` came from."""
        self._go(self._forward, self._back, show)

    def _go(self, visits: list[Visit], others: list[Visit], show: Callable[[str], None]) -> None:
        if visits:
            visit = visits.pop()
            self._move_to(others)
            show(visit.page)
            self._pages[visit.page].return_to(visit.place)

    def _move_to(self, visits: list[Visit]) -> None:
        page = self._current()
        if page is not None:
            visits.append(Visit(page.id, page.place()))
