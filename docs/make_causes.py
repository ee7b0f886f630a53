#!/usr/bin/env python3
"""Write docs/causes.md from the catalogue of causes.

.venv/bin/python docs/make_causes.py             write it
.venv/bin/python docs/make_causes.py --check     exit 1 when it is stale
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sync_portal.sync.causes import Cause

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "causes.md"

AREAS = {
    "sage": "Sage",
    "shop": "The shop",
    "catalogue": "Articles and the catalogue",
    "prices": "Prices",
    "stock": "Stock",
    "images": "Photos",
    "customers": "Customers",
    "orders": "Orders",
    "brake": "Brakes",
    "portal": "The portal",
}
"""The first word of a code -> its chapter, in this order; others follow under their own name."""

OPENING = """\
# Causes

Every reason for which something is not written, stopped, or left for later. Each has a code, a sentence with the real
value in place of `{…}`, and somebody who can mend it. "Retried" means that the next run tries again by itself.

This page is made by `docs/make_causes.py`; the sentences stand in the `causes.py` beside the code that finds them.
"""


def render(causes: Iterable[Cause], who: dict[str, tuple[str, str]]) -> str:
    """The page: a chapter an area, an entry a cause, each with the anchor that the portal links to."""
    areas: dict[str, list[Cause]] = {name: [] for name in AREAS}
    for cause in causes:
        areas.setdefault(cause.code.split(".")[0], []).append(cause)
    chapters = [
        "\n".join([f"## {AREAS.get(area, area.capitalize())}\n", *(_entry(cause, who) for cause in found)])
        for area, found in areas.items()
        if found
    ]
    return "\n".join([OPENING, *chapters])


def _entry(cause: Cause, who: dict[str, tuple[str, str]]) -> str:
    french, english = who[cause.who]
    retried = " Retried." if cause.retryable else ""
    return (
        f'<a id="{cause.anchor}"></a>\n\n'
        f"### `{cause.code}`\n\n"
        f"{cause.fr}\n\n"
        f"{cause.en}\n\n"
        f"Who: {english} ({french}).{retried}\n"
    )


def catalogue() -> str:
    """The page for the catalogue as it is; Django must be set up, so that every app has registered its causes."""
    from sync_portal.sync.causes import CAUSES, WHO

    return render(CAUSES.values(), WHO)


def main(arguments: list[str]) -> int:
    import django

    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    page = catalogue()
    if arguments == ["--check"]:
        stale = not TARGET.exists() or TARGET.read_text(encoding="utf-8") != page
        if stale:
            sys.stderr.write("docs/causes.md is stale: run .venv/bin/python docs/make_causes.py\n")
        return int(stale)
    TARGET.write_text(page, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
