"""What the tests of the grouping studio share."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client as Browser
from django.urls import reverse

from connectors.models import Client


def address(name: str, client: Client, *arguments: Any) -> str:
    return reverse(f"pages:{name}", args=[client.slug, *arguments])


def text_of(response: Any) -> str:
    """What a person reads."""
    plain = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(plain.replace("\xa0", " ").replace("&#x27;", "'").split())


def form(draft: Any, **more: Any) -> dict[str, Any]:
    """What the form of a draft posts."""
    members = list(draft.members)
    values = {f"v{place}": list(draft.members[one]) for place, one in enumerate(members)}
    fields = {"axis": list(draft.axes), "member": members, "master": draft.master, "anchor": draft.anchor}
    return fields | values | more


def opened(browser: Browser, url: str) -> Any:
    """The page and its draft."""
    return browser.get(url).context["draft"]


# --- the list ---------------------------------------------------------------------------------------------------------
