"""Every cause of the catalogue has a test that produces it, and no cause is raised that is not in the catalogue.

That it really arises in that test is seen while the whole suite runs: `tests/produced.py`.
"""

from __future__ import annotations

import ast
import csv
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

from connectors import webhooks
from connectors.errors import RetryableError
from sync_portal.sync.causes import CAUSES, WHO
from tests import produced

ROOT = Path(__file__).parents[2]
PACKAGES = ("connectors", "mapping", "sync_portal")
ERRORS = frozenset(
    {"ConnectorError", "RetryableError", "RejectedRecordError", "ConfigurationError", "BrakeTripped", "Problem", "Held"}
)

PRODUCED = {
    row["cause"]: (row["file"], row["test"])
    for row in csv.DictReader((Path(__file__).with_name("produced.csv")).open(encoding="utf-8"), delimiter=";")
}
"""Cause -> the test that produces it. When you add a cause, add its test and a line to produced.csv."""


@pytest.mark.parametrize("code", sorted(CAUSES))
def test_a_test_produces_this_cause(code: str) -> None:
    assert code in PRODUCED, "write a test that produces it, and name it in produced.csv"
    path, name = PRODUCED[code]
    assert name in functions(path), f"{path} has no {name}"
    assert code in said_beside(path), f"{path} does not name {code}"


def test_nothing_is_listed_that_no_longer_exists() -> None:
    assert set(PRODUCED) - set(CAUSES) == set()


def test_every_cause_that_is_raised_is_in_the_catalogue() -> None:
    unknown = {code: place for code, place in raised() if code not in CAUSES}
    assert unknown == {}


@pytest.mark.parametrize("code", sorted(CAUSES))
def test_both_sentences_quote_the_same_facts_and_name_who_can_mend_it(code: str) -> None:
    cause = CAUSES[code]
    assert placeholders(cause.fr) == placeholders(cause.en)
    assert cause.who in WHO


def test_a_webhook_that_nobody_takes_is_told_without_its_address() -> None:
    with pytest.raises(RetryableError) as raised_error:
        webhooks.post("http://127.0.0.1:9/secret-token", {"text": "bonjour"})
    assert raised_error.value.cause == "webhook.failed"
    assert "secret-token" not in str(raised_error.value)


def placeholders(sentence: str) -> set[str]:
    return {name for _text, name, _spec, _conversion in Formatter().parse(sentence) if name}


@cache
def functions(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


@cache
def said_beside(path: str) -> str:
    """The test file, and the tables of cases that lie beside it."""
    beside = [(ROOT / path), *(ROOT / path).parent.glob("*.csv")]
    return "\n".join(file.read_text(encoding="utf-8") for file in beside)


def raised() -> Iterator[tuple[str, str]]:
    """(code, place) of every cause in our code: the first argument of an error, `cause="..."`, or in a table."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if path.name != "causes.py" and "sandbox" not in path.parts and "migrations" not in path.parts:
                tree = ast.parse(path.read_text(encoding="utf-8"))
                for node in ast.walk(tree):
                    if (code := named(node)) is not None:
                        yield code, f"{path.relative_to(ROOT)}:{node.lineno}"  # type: ignore[attr-defined]


def named(node: ast.AST) -> str | None:
    """The cause that this piece of code names, if it does."""
    if isinstance(node, ast.Call) and node.args and called(node) in ERRORS:
        return text(node.args[0])
    if isinstance(node, ast.keyword) and node.arg == "cause":
        return text(node.value) or None
    if isinstance(node, ast.Tuple) and len(node.elts) == 2 and called_name(node.elts[0]) in ERRORS:
        return text(node.elts[1])  # a table: status -> (class, cause)
    return None


def text(node: ast.AST) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def called(node: ast.Call) -> str:
    return called_name(node.func)


def called_name(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")


def test_what_a_test_makes_up_itself_did_not_arise() -> None:
    produced._seen.clear()
    RetryableError("shop.timeout")
    assert produced._seen == set()
    with pytest.raises(RetryableError):
        webhooks.post("http://127.0.0.1:9/", {})
    assert "webhook.failed" in produced._seen


def test_a_line_whose_test_does_not_produce_its_cause_is_told() -> None:
    tests = {f"{path}::{name}": set[str]() for path, name in (PRODUCED["shop.timeout"], PRODUCED["webhook.failed"])}
    tests["::".join(PRODUCED["webhook.failed"])] = {"webhook.failed"}
    assert produced.not_produced(tests) == [f"shop.timeout: does not arise in {'::'.join(PRODUCED['shop.timeout'])}"]
