"""Which causes really arose in which test: `tests/flows/produced.csv` is held to it at the end of a whole run.

A cause arose when our own code made an error, a problem or a reason to wait of it, or stored it: what a test makes up
itself does not count. Each worker of pytest-xdist sends what it saw along with its reports.
"""

from __future__ import annotations

import csv
import os
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from django.db.backends.signals import connection_created

ROOT = Path(__file__).parents[1]
OURS = tuple(f"{ROOT / name}/" for name in ("connectors", "mapping", "sync_portal"))
TESTS = f"{ROOT / 'tests'}/"
LIST = ROOT / "tests" / "flows" / "produced.csv"
_IN_JSON = re.compile(r'"cause": "([a-z_.0-9]+)"')
_FIRST = 30
"""Frames to look through: between our code and a class that it makes there are none, down to the database a dozen."""

_seen: set[str] = set()
_by_test: dict[str, set[str]] = defaultdict(set)
_missing: list[str] = []


def _by_our_code() -> bool:
    frame = sys._getframe(2)
    for _step in range(_FIRST):
        name = frame.f_code.co_filename
        if name.startswith(OURS):
            return True
        if name.startswith(TESTS) and name != __file__:
            return False
        if frame.f_back is None:
            return False
        frame = frame.f_back
    return False


def _watch(owner: type, causes_of: Callable[[Any], Iterable[str]]) -> None:
    made: Callable[..., None] = owner.__init__  # type: ignore[misc]

    def init(self: Any, *args: Any, **options: Any) -> None:
        made(self, *args, **options)
        fresh = set(causes_of(self)) - _seen
        if fresh and _by_our_code():
            _seen.update(fresh)

    owner.__init__ = init  # type: ignore[misc]


def _named(values: Any) -> Iterator[str]:
    """The causes among the parameters of a statement."""
    from sync_portal.sync.causes import CAUSES

    for value in values if isinstance(values, list | tuple) else ():
        if isinstance(value, list | tuple):
            yield from _named(value)
        elif isinstance(value, str):
            if value in CAUSES:
                yield value
            elif '"cause": "' in value:
                yield from _IN_JSON.findall(value)
        elif hasattr(value, "obj"):  # psycopg's JSON
            yield from _IN_JSON.findall(repr(value.obj).replace("'", '"'))


def _stored(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    if sql[:6] in {"INSERT", "UPDATE"}:
        fresh = {cause for cause in _named(params) if cause not in _seen}
        if fresh and _by_our_code():
            _seen.update(fresh)
    return execute(sql, params, many, context)


def _listen(connection: Any, **_details: Any) -> None:
    if _stored not in connection.execute_wrappers:
        connection.execute_wrappers.append(_stored)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Once Django is set up and the tests are imported."""
    from connectors.errors import ConnectorError
    from mapping.catalogue import Problem
    from mapping.state import Held
    from mapping.tiers import Breaks
    from sync_portal.orders.builder import Built
    from sync_portal.orders.proof import ProofRow

    if not session.items or getattr(session.config, "_watches_causes", False):
        return
    session.config._watches_causes = True  # type: ignore[attr-defined]
    for owner in (ConnectorError, Problem, Held, ProofRow):
        _watch(owner, lambda made: [made.cause] if made.cause else [])
    _watch(Breaks, lambda made: made.unpublishable)
    _watch(Built, lambda made: [str(note["cause"]) for note in made.notes])
    connection_created.connect(_listen)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Setup, call and teardown each take along what arose in them."""
    item.user_properties.extend(("cause", cause) for cause in sorted(_seen))
    _seen.clear()
    return (yield)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Here, in the process that all reports come to."""
    if report.outcome != "passed":
        return
    path, _, name = report.nodeid.partition("::")
    test = f"{path}::{name.split('[')[0].split('::')[-1]}"
    _by_test[test].update(str(value) for kind, value in report.user_properties if kind == "cause")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Only when everything was run and went well; with CAUSES_OF_THESE=1 also of a few tests that were named."""
    option = session.config.option
    whole = os.environ.get("CAUSES_OF_THESE") == "1" or not (option.keyword or option.markexpr or option.file_or_dir)
    if hasattr(session.config, "workerinput") or session.exitstatus != 0 or not whole:
        return
    _missing.extend(not_produced(_by_test))
    if _missing:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def not_produced(by_test: Mapping[str, Collection[str]]) -> list[str]:
    """Lines of the list whose test ran and did not make the cause arise; that each test exists is tested elsewhere."""
    with LIST.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines, delimiter=";"))
    return [
        f"{row['cause']}: does not arise in {row['file']}::{row['test']}"
        for row in rows
        if (test := f"{row['file']}::{row['test']}") in by_test and row["cause"] not in by_test[test]
    ]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _missing:
        terminalreporter.section("causes that do not arise where tests/flows/produced.csv says")
        for line in _missing:
            terminalreporter.line(line)
