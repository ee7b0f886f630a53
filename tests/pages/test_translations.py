"""The French catalogue is whole: nothing missing, nothing fuzzy, nothing left over, and compiled as committed."""

from __future__ import annotations

import gettext
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

CATALOGUE = Path("locale/fr/LC_MESSAGES/django.po")
SOURCES = ["connectors", "mapping", "sync_portal", "templates", "locale"]


def messages(path: Path, tmp_path: Path) -> set[str]:
    """The messages of a .po file, fuzzy and untranslated ones included, as `context | text`."""
    plain = tmp_path / "plain.po"
    subprocess.run(
        ["msgattrib", "--no-obsolete", "--no-location", "--no-wrap", "--clear-fuzzy", "-o", plain, path], check=True
    )
    blocks = plain.read_text(encoding="utf-8").split("\n\n")[1:]
    return {"\n".join(line for line in block.splitlines() if not line.startswith(("#", "msgstr"))) for block in blocks}


@pytest.fixture(scope="module")
def extracted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The catalogue that `makemessages` makes of today's sources, in a copy of the project."""
    copy = tmp_path_factory.mktemp("project")
    for name in SOURCES:
        shutil.copytree(settings.BASE_DIR / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(settings.BASE_DIR / "manage.py", copy)
    shutil.copytree(
        settings.BASE_DIR / "tests",
        copy / "tests",
        ignore=lambda _folder, names: set(names) - {"settings.py", "__init__.py"},
    )
    command = [sys.executable, "manage.py", "makemessages", "--locale", "fr", "--no-wrap", "--add-location", "file"]
    subprocess.run(
        [*command, "--ignore", "tests", "--settings", "tests.settings"], cwd=copy, check=True, capture_output=True
    )
    return copy / CATALOGUE


def test_every_text_of_the_sources_is_in_the_catalogue_and_no_other(extracted: Path, tmp_path: Path) -> None:
    assert messages(extracted, tmp_path) == messages(settings.BASE_DIR / CATALOGUE, tmp_path)


@pytest.mark.parametrize("kind", ["--untranslated", "--only-fuzzy"])
def test_every_text_is_translated(kind: str, extracted: Path) -> None:
    left = subprocess.run(["msgattrib", "--no-obsolete", kind, extracted], check=True, capture_output=True, text=True)

    assert left.stdout == ""


def test_the_compiled_catalogue_is_the_committed_one(tmp_path: Path) -> None:
    fresh = tmp_path / "django.mo"
    subprocess.run(["msgfmt", "--check", "-o", fresh, settings.BASE_DIR / CATALOGUE], check=True)

    committed = (settings.BASE_DIR / CATALOGUE).with_suffix(".mo")
    with fresh.open("rb") as made, committed.open("rb") as kept:
        assert gettext.GNUTranslations(made)._catalog == gettext.GNUTranslations(kept)._catalog
