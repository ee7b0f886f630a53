from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from connectors.prestashop.webservice import Webservice
from connectors.sandbox.shop.schema import versions
from connectors.sandbox.shop.server import RunningShop, running_shop
from tests.connectors.prestashop.shops import settings


@pytest.fixture(scope="session")
def make_httpserver() -> Iterator[HTTPServer]:
    """Several requests at a time, as a shop: the client looks things up while the shop is still at work."""
    with HTTPServer(threaded=True) as server:
        yield server


@pytest.fixture(params=versions())
def running(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RunningShop]:
    with running_shop(tmp_path / "shop", version=request.param, languages=("fr", "en")) as shop:
        yield shop


@pytest.fixture
def shop(running: RunningShop) -> Iterator[Webservice]:
    with Webservice(settings(running)) as client:
        yield client
