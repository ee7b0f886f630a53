"""Looks at a page that wait for it to stand: in the middle of a journey or of a swap there is nothing to judge."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

PATIENCE = 10_000
"""Milliseconds that a page which stands may take to find its place."""


def settled(page: Page) -> None:
    """The page is loaded, and what htmx has just put in place listens: faster than any hand, a test would speak before.

    Where a click leads elsewhere, wait for the destination first (`wait_for_url`, or something only there): until the
    answer comes, the page that is left is loaded and settled as well.
    """
    page.wait_for_load_state()
    expect(page.locator(".htmx-added, .htmx-settling, .htmx-swapping, .htmx-request")).to_have_count(0)


def too_wide(page: Page) -> int:
    """Pixels by which the page sticks out sideways; 0 as soon as it fits."""
    settled(page)
    assert page.viewport_size is not None
    width = page.viewport_size["width"]
    try:
        # No `wait_for_function`: it evaluates a string, which the portal's Content-Security-Policy forbids.
        expect(page.locator("html")).to_have_js_property("scrollWidth", width, timeout=PATIENCE)
    except AssertionError:
        return int(page.evaluate("document.documentElement.scrollWidth")) - width
    return 0


def serious(page: Page) -> list[str]:
    """What axe finds that keeps somebody from using the page, as `rule: element`."""
    settled(page)
    violations = Axe().run(page).response["violations"]
    return [
        f"{violation['id']}: {node['html'][:200]}"
        for violation in violations
        if violation["impact"] in {"serious", "critical"}
        for node in violation["nodes"]
    ]
