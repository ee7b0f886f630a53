"""Worlds for the tests that need both systems, those of tests/flows; and a shop that nobody asks, with a person."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.models import Client, ShopConnection
from tests.flows.conftest import make_world, small, template, world

__all__ = ["make_world", "small", "template", "world"]


@pytest.fixture
def shop(client_acme: Client) -> ShopConnection:
    return ShopConnection.objects.create(client=client_acme, name="Boutique", url="http://127.0.0.1:1")


@pytest.fixture
def user(make_user: Any) -> Any:
    return make_user("alix")
