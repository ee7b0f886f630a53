"""docs/prestashop.md says what is so: its traps have their tests, its rights are those that are asked for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from connectors.prestashop import webservice
from connectors.prestashop.overview import RIGHTS

HERE = Path(__file__).parent
PAGE = (HERE.parents[2] / "docs" / "prestashop.md").read_text(encoding="utf-8")


def trap_tests(file: str) -> set[str]:
    return set(
        re.findall(r"^def (test_(?:version_)?trap_\w+)", (HERE / file).read_text(encoding="utf-8"), re.MULTILINE)
    )


def test_every_trap_of_the_page_has_its_test_and_every_test_its_line() -> None:
    told = set(re.findall(r"`(test_(?:version_)?trap_\w+)`", PAGE))
    assert told == trap_tests("test_traps.py") | trap_tests("test_version_traps.py")


@pytest.mark.parametrize(("file", "traps"), [("test_traps.py", 15), ("test_version_traps.py", 16)])
def test_no_trap_is_without_a_test(file: str, traps: int) -> None:
    numbers = {int(re.search(r"trap_(\d+)", name).group(1)) for name in trap_tests(file)}  # type: ignore[union-attr]
    assert numbers == set(range(1, traps + 1))


def test_the_rights_of_the_page_are_those_that_are_asked_for() -> None:
    words = {"get": "GET", "post": "POST", "put": "PUT", "delete": "DELETE", "change": "PATCH"}
    for flow, resources in RIGHTS.items():
        wanted = ", ".join(f"`{name}` {' '.join(words[verb] for verb in verbs)}" for name, verbs in resources.items())
        assert f"| {flow} | {wanted} |" in PAGE


def test_every_file_of_the_client_is_on_the_page() -> None:
    files = {path.name for path in Path(webservice.__file__).parent.glob("*.py")} - {"__init__.py"}
    unnamed = {name for name in files if f"`{name}`" not in PAGE}
    assert unnamed <= {"settings.py", "xml.py"}
