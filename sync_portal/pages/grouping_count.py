"""How many suggestions wait for somebody: on every page of a client, so counted anew only when it may have changed."""

from __future__ import annotations

from django.core.cache import cache

from connectors.models import Client
from mapping.grouped import open_suggestions, suggestions_version


def open_count(client: Client) -> int:
    """How many suggestions wait for somebody; counted anew only when one of them or a group changed."""
    key = f"open-suggestions:{client.pk}"
    version = suggestions_version(client)
    if version is None:
        return 0
    kept = cache.get(key)
    if kept is not None and kept[0] == version:
        return int(kept[1])
    count = open_suggestions(client).count()
    cache.set(key, (version, count))
    return count
