"""The looks at a page see what is wrong with it, and wait while it is on its way."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.looks import serious, too_wide

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HEAD = "<!DOCTYPE html><html lang=en><title>x</title><meta name=viewport content='width=device-width'><body>"
WIDE = f"{HEAD}<div style='width:500px'>x</div>"


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    return open_page(width=390)


def test_a_page_that_sticks_out_is_too_wide(page: Page) -> None:
    page.set_content(f"{HEAD}<div style='margin-left:0;width:500px;position:absolute;left:0'>x</div>")
    assert too_wide(page) == 500 - 390


def test_a_page_that_fits_is_not_however_long_it_is(page: Page) -> None:
    page.set_content(f"{HEAD}<div style='height:9000px'>x</div>")
    assert too_wide(page) == 0


def test_a_page_that_is_on_its_way_is_judged_when_it_has_come(page: Page) -> None:
    page.set_content(f"{WIDE}<script>setTimeout(() => document.querySelector('div').remove(), 500)</script>")
    assert too_wide(page) == 0


def test_a_button_without_a_name_is_serious(page: Page) -> None:
    page.set_content(f"{HEAD}<main><h1>x</h1><button></button></main>")
    assert [found.split(":")[0] for found in serious(page)] == ["button-name"]
