"""What the engine's codes are called here, and how its values are shown."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from sync_portal.pages.causes import tell
from sync_portal.pages.looks import look


def state_badge(kind: str, code: str, word: object) -> SafeString:
    """The state's word in its colour; `kind` is a table of `sync_portal.pages.looks`."""
    return format_html('<span class="state is-{}">{}</span>', look(kind, code).colour, word)


NOTHING = "—"
"""Where there is nothing to say, on a page as in a list."""


def cause_sentence(code: str, facts: Mapping[str, str] | None, nothing: str = NOTHING) -> str:
    """The cause, told."""
    return tell(code, facts).sentence if code else nothing


def link(name: str, text: object, *args: object, query: str = "") -> SafeString:
    """A link to a page of the site."""
    return format_html('<a href="{}{}">{}</a>', reverse(name, args=args), query, text)


def changes_of_run(run_id: int) -> str:
    """The address of the list of a run's changes."""
    return f"{reverse('admin:sync_change_changelist')}?run__id__exact={run_id}"


def laid_out(value: Any) -> SafeString | str:
    """A stored JSON value, readable; empty for nothing."""
    if value in (None, "", {}, []):
        return ""
    return format_html('<pre class="laid-out">{}</pre>', json.dumps(value, ensure_ascii=False, indent=2))


def as_written(text: str) -> SafeString | str:
    """A longer text with its own lines."""
    return format_html('<pre class="laid-out">{}</pre>', text) if text else ""
