"""A page without network that is watched: all that it asks for, and all that it complains of."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

HEIGHT = 844


class Watched:
    """One page of a browser.

    Attributes
    ----------
    asked
        Addresses that it asked for, its own first.
    blocked
        Those of them that its policy forbade.
    told
        What it wrote to the console, errors too.
    """

    def __init__(self, browser: "Browser", width: int) -> None:
        self.width = width
        self.context = browser.new_context(offline=True, viewport={"width": width, "height": HEIGHT})
        self.page: Page = self.context.new_page()
        self.asked: list[str] = []
        self.blocked: list[str] = []
        self.told: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on(
            "requestfailed", lambda request: self.blocked.append(request.url) if request.failure == "csp" else None
        )
        self.page.on("console", lambda message: self.told.append(message.text))
        self.page.on("pageerror", lambda error: self.told.append(str(error)))
        self.page.on("dialog", lambda dialog: dialog.dismiss())

    def open(self, path: Path) -> "Page":
        """Open a file in a window of the page's own width."""
        self.page.set_viewport_size({"width": self.width, "height": HEIGHT})
        self.page.goto(path.as_uri(), wait_until="load")
        return self.page

    def widths(self, *widths: int) -> dict[int, int]:
        """Return by width of the window how wide the page is, where it has more than fits."""
        found = {}
        for width in widths:
            self.page.set_viewport_size({"width": width, "height": HEIGHT})
            found[width] = self.page.evaluate("document.documentElement.scrollWidth")
        return {width: seen for width, seen in found.items() if seen > width}
