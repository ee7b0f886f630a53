"""What the documentation says is there, is there; what is there, the documentation says."""

from __future__ import annotations

import argparse
import importlib.util
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import load_command_class
from django.core.management.base import BaseCommand, DjangoHelpFormatter

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
COMMANDS = sorted(path.stem for path in (ROOT / "sync_portal" / "management" / "commands").glob("[a-z]*.py"))
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *DOCS.rglob("*.md")])


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def first_cells(page: str) -> set[str]:
    """The names in the first column of a page's tables, without backquotes."""
    return {found.strip("` ") for found in re.findall(r"^\| ([^|]+?) \|", page, re.MULTILINE)}


# --- commands --------------------------------------------------------------------------------------------------------


def section(command: str) -> str:
    """What docs/commands.md says of a command."""
    found = re.search(rf"^## {command}$(.*?)(?=^## |\Z)", text("docs/commands.md"), re.MULTILINE | re.DOTALL)
    return found[1] if found else ""


def own_options(command: str) -> set[str]:
    """The options and sub-commands that a command adds to Django's own."""
    plain = argparse.ArgumentParser(formatter_class=DjangoHelpFormatter)
    common = set(names(BaseCommand().create_parser("manage.py", "none"))) | set(names(plain))
    return set(names(load_command_class("sync_portal", command).create_parser("manage.py", command))) - common


def names(parser: argparse.ArgumentParser) -> Iterator[str]:
    for action in parser._actions:
        yield from (option for option in action.option_strings if option.startswith("--"))
        if isinstance(action, argparse._SubParsersAction):
            for name, sub_parser in action.choices.items():
                yield name
                yield from names(sub_parser)


def test_there_are_commands_to_document() -> None:
    assert {"sync", "client", "demo", "worker"} <= set(COMMANDS)
    limits = {"--product", "--order", "--retry", "--apply", "--undo", "--full"}
    assert own_options("sync") == limits | {"--preview", "--json"}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_documented_with_its_options(command: str) -> None:
    said = section(command)
    assert said, f"docs/commands.md has no section ## {command}"
    missing = {name for name in own_options(command) if not re.search(rf"(?<![-\w]){name}(?![-\w])", said)}
    assert missing == set()


def test_no_command_or_option_is_documented_that_does_not_exist() -> None:
    headings = set(re.findall(r"^## ([a-z_]+)$", text("docs/commands.md"), re.MULTILINE))
    assert headings == set(COMMANDS)
    for command in COMMANDS:
        options = set(re.findall(r"(?<![-\w])--[a-z][-a-z]+", section(command)))
        assert options <= own_options(command), command


def test_every_script_of_bin_is_documented() -> None:
    scripts = {f"bin/{path.name}" for path in (ROOT / "bin").iterdir() if path.is_file()}
    assert scripts == {cell for cell in first_cells(text("docs/commands.md")) if cell.startswith("bin/")}


# --- settings, packages, benchmarks, people --------------------------------------------------------------------------


def test_every_setting_is_documented_and_no_other() -> None:
    read = set(re.findall(r"env\.\w+\(\s*\"([A-Z_]+)\"", text("sync_portal/settings.py")))
    assert len(read) > 15
    assert {cell for cell in first_cells(text("docs/settings.md")) if cell.isupper()} == read


def test_the_example_of_env_sets_what_exists() -> None:
    named = set(re.findall(r"^(?:# )?([A-Z_]+)=", text(".env.example"), re.MULTILINE))
    compose = set(re.findall(r"\$\{([A-Z_]+)", text("compose.yaml")))
    read = set(re.findall(r"env\.\w+\(\s*\"([A-Z_]+)\"", text("sync_portal/settings.py")))
    assert named - compose <= read
    assert compose <= named


def packages() -> set[str]:
    """Everything that is required directly."""
    lines = text("requirements.in").splitlines() + text("requirements-dev.in").splitlines()
    python = {re.split(r"[=<>]", line)[0].strip() for line in lines if line and line[0] not in "#-"}
    return python | set(json.loads(text("package.json"))["dependencies"])


def test_the_reason_for_every_package_is_documented() -> None:
    assert first_cells(text("docs/dependencies.md")) - {"package", "---"} == packages()


def test_every_benchmark_is_documented() -> None:
    from sync_portal.bench import BENCHMARKS

    assert first_cells(text("docs/performance.md")) - {"name", "---"} == set(BENCHMARKS)


def test_the_readme_gives_the_logins_of_the_demonstration() -> None:
    from sync_portal.demo.setup import LOGINS

    for login in LOGINS:
        assert f"| `{login.user}` | `{login.password}` |" in text("README.md")


# --- names in the text ----------------------------------------------------------------------------------------------


def definitions() -> dict[str, str]:
    """Module name -> the source of every module of that name."""
    sources: dict[str, str] = {}
    for package in ("connectors", "mapping", "sync_portal"):
        for path in (ROOT / package).rglob("*.py"):
            name = path.parent.name if path.stem == "__init__" else path.stem
            sources[name] = sources.get(name, "") + path.read_text(encoding="utf-8")
    return sources


@pytest.mark.parametrize("page", ["docs/architecture.md", "docs/engine.md"])
def test_every_function_that_is_named_exists(page: str) -> None:
    sources = definitions()
    everything = "".join(sources.values())
    unknown = []
    for owner, name in re.findall(r"`([A-Za-z_]+)\.([a-z_]+)`", text(page)):
        is_class = re.search(rf"^class {owner}\b", everything, re.MULTILINE)
        source = everything if is_class else sources.get(owner, "")
        defined = rf"\b(?:def|class) {name}\b|^ *{name}\b.*=|^    {name}:"
        if name == "py" or (ROOT / owner / name).is_dir():
            continue
        if not re.search(defined, source, re.MULTILINE):
            unknown.append(f"{owner}.{name}")
    assert unknown == []


# --- causes ----------------------------------------------------------------------------------------------------------


def make_causes() -> Any:
    spec = importlib.util.spec_from_file_location("make_causes", DOCS / "make_causes.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_of_causes_is_up_to_date() -> None:
    assert text("docs/causes.md") == make_causes().catalogue(), "run .venv/bin/python docs/make_causes.py"


def test_every_cause_has_the_anchor_that_the_portal_links_to() -> None:
    from sync_portal.sync.causes import CAUSES

    page = text("docs/causes.md")
    assert [code for code, cause in CAUSES.items() if f'<a id="{cause.anchor}"></a>' not in page] == []


# --- links -----------------------------------------------------------------------------------------------------------


def anchors(page: str) -> set[str]:
    """The anchors of a page: explicit ones, and those that its headings get."""
    headings = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    made = {re.sub(r"[^-\w ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    return made | set(re.findall(r'<a id="([^"]+)"', page))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_local_link_resolves(page: Path) -> None:
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if link.startswith(("http://", "https://", "mailto:")):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        if not target.exists() or (anchor and anchor not in anchors(target.read_text(encoding="utf-8"))):
            broken.append(link)
    assert broken == []


def test_every_decision_is_listed() -> None:
    listed = set(re.findall(r"\]\((\d{4}-[^)]+)\)", text("docs/adr/README.md")))
    assert listed == {path.name for path in (DOCS / "adr").glob("0*.md")}
