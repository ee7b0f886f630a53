"""The layers hold, a wrong import breaks them, no module escapes them, and files stay small."""

from __future__ import annotations

import configparser
import re
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("connectors", "mapping", "sync_portal")
LONGEST_FILE = 450
LONGEST_MEDIAN = 150

BAD_IMPORTS = {
    "layers": ("mapping/naming.py", "import sync_portal.sync.plan"),
    "connectors": ("connectors/sage/text.py", "import connectors.prestashop.versions"),
    "no-django": ("connectors/sage/values.py", "import django.conf"),
    "sandbox-shop": ("connectors/sandbox/shop/values.py", "import connectors.prestashop.xml"),
    "pure": ("mapping/pricing.py", "import django.db.models"),
    "shop-entities": ("connectors/prestashop/filters.py", "import requests"),
    "door-odbc": ("sync_portal/sync/collect.py", "import pyodbc"),
    "door-http": ("sync_portal/pages/clients.py", "import requests"),
    "door-xml": ("sync_portal/sync/forms.py", "import lxml.etree"),
    "door-jobs": ("sync_portal/pages/runs.py", "import django_q.tasks"),
}


def contracts() -> dict[str, configparser.SectionProxy]:
    """Identifier -> contract, as `.importlinter` declares them."""
    parser = configparser.ConfigParser()
    parser.read(ROOT / ".importlinter")
    prefix = "importlinter:contract:"
    return {name.removeprefix(prefix): parser[name] for name in parser.sections() if name.startswith(prefix)}


def lint(folder: Path) -> dict[str, str]:
    """Name of each contract -> KEPT or BROKEN, for the packages in `folder`."""
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"]
    output = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False).stdout
    return dict(re.findall(r"^(.+?) (KEPT|BROKEN)(?: \(.*\))?$", output, re.MULTILINE))


def sources() -> list[Path]:
    """Every Python file of the product, migrations left out (they are generated)."""
    files = (path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    return [path for path in files if "migrations" not in path.parts]


def test_the_house_keeps_every_contract() -> None:
    assert lint(ROOT) == {contract["name"]: "KEPT" for contract in contracts().values()}


@pytest.fixture(scope="module")
def verdicts_with_bad_imports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The verdicts on a copy of the house in which each contract is broken once."""
    house = tmp_path_factory.mktemp("house")
    shutil.copy(ROOT / ".importlinter", house)
    for package in PACKAGES:
        ignore = shutil.ignore_patterns("__pycache__", "data")
        shutil.copytree(ROOT / package, house / package, ignore=ignore)
    for path, line in BAD_IMPORTS.values():
        with (house / path).open("a", encoding="utf-8") as module:
            module.write(f"\n{line}\n")
    return lint(house)


@pytest.mark.parametrize("contract", contracts())
def test_a_wrong_import_breaks_the_contract(contract: str, verdicts_with_bad_imports: dict[str, str]) -> None:
    assert contract in BAD_IMPORTS, "add a wrong import that breaks this new contract"
    assert verdicts_with_bad_imports[contracts()[contract]["name"]] == "BROKEN"


def test_every_module_of_the_mapping_is_pure_but_those_of_its_tables() -> None:
    tables = {
        "admin",
        "apps",
        "choosing",
        "coverage",
        "document_files",
        "findings",
        "group_acts",
        "grouped",
        "joining",
        "loading",
        "migrations",
        "mirror",
        "models",
        "ordering",
        "parts",
        "rows",
        "store",
        "suggestions",
        "touches",
        "uploads",
    }
    modules = {
        path.stem for path in (ROOT / "mapping").glob("*") if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    listed = {name.strip() for name in contracts()["pure"]["source_modules"].splitlines()}
    assert {f"mapping.{module}" for module in modules - tables - {"__init__"}} <= listed


def test_no_file_is_long() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in sources()}
    too_long = {str(path.relative_to(ROOT)): lines for path, lines in lengths.items() if lines > LONGEST_FILE}
    assert too_long == {}
    assert statistics.median(lines for lines in lengths.values() if lines) < LONGEST_MEDIAN
