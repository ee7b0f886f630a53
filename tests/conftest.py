"""What every test may ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.utils import timezone, translation
from hypothesis import HealthCheck, settings

# A clock judges nothing here: a busy machine would fail what is right. `manage.py bench` measures.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

pytest_plugins = ["tests.produced"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """When the sandbox shop took its exam, say how much of the recorded exchanges it claims."""
    from tests.conformance.claims import figures

    passed = terminalreporter.stats.get("passed", [])
    if any(report.nodeid.startswith("tests/conformance/") for report in passed):
        terminalreporter.section("conformance of the sandbox shop, on the resources the portal uses")
        for figure in figures():
            terminalreporter.line(str(figure))


@pytest.fixture(autouse=True)
def _back_to_the_default_language() -> Iterator[None]:
    """Django leaves a thread with the language and the time zone of its last request, and tests share a thread."""
    yield
    translation.deactivate()
    timezone.deactivate()


@pytest.fixture
def client_acme(db: None) -> Any:
    """A client without connections."""
    from connectors.models import Client

    return Client.objects.create(slug="acme", name="Acmé & Fils")


@pytest.fixture
def make_user(db: None) -> Callable[..., Any]:
    """Make a user, with a role at each client given."""
    from django.contrib.auth import get_user_model

    from connectors.models import Membership

    def make(name: str, *, role: str = "", clients: tuple[Any, ...] = (), **fields: Any) -> Any:
        user = get_user_model().objects.create_user(name, f"{name}@example.com", "motdepasse-" + name, **fields)
        for client in clients:
            Membership.objects.create(user=user, client=client, role=role)
        return user

    return make
