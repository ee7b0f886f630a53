from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_httpserver import HTTPServer


@pytest.fixture(scope="session")
def make_httpserver() -> Iterator[HTTPServer]:
    """Several requests at a time, as a shop: the client looks things up while the shop is still at work."""
    with HTTPServer(threaded=True) as server:
        yield server
