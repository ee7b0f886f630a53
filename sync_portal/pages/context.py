"""What every template may use."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from connectors.models import Client


def portal(request: HttpRequest) -> dict[str, Any]:
    """The clients of the signed-in user (for the switcher) and the languages (for the user menu)."""
    user = getattr(request, "user", None)
    clients = Client.objects.visible_to(user) if user is not None and user.is_authenticated else Client.objects.none()
    return {"my_clients": clients, "languages": settings.LANGUAGES}
