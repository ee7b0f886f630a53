"""Icons, scripts and styles: everything a page names is there, and nothing needs what the policy forbids."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from sync_portal.pages import looks
from sync_portal.sync.flows import all_flows

TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))


def icons_in_templates() -> set[str]:
    pattern = re.compile(r'\{% icon "([a-z0-9-]+)"|icon_name="([a-z0-9-]+)"')
    return {name for path in TEMPLATES for pair in pattern.findall(path.read_text()) for name in pair if name}


def test_every_icon_was_copied_by_bin_assets() -> None:
    wanted = icons_in_templates() | looks.icons() | {flow.icon for flow in all_flows()}

    missing = {name for name in wanted if not (settings.BASE_DIR / f"static/vendor/icons/{name}.svg").exists()}

    assert len(wanted) > 30
    assert not missing


def test_bin_assets_has_nothing_left_to_do_after_it_has_run() -> None:
    command = [sys.executable, str(settings.BASE_DIR / "bin" / "assets")]
    subprocess.run(command, check=True, capture_output=True)

    again = subprocess.run([*command, "--check"], check=False, capture_output=True)

    assert again.returncode == 0


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(settings.BASE_DIR / "templates")))
def test_no_template_needs_what_the_content_security_policy_forbids(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert not re.search(r"\sstyle=", text)
    assert not re.search(r"<style|\son[a-z]+=|javascript:", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert not re.search(r'(src|href)="(https?:)?//', text)
