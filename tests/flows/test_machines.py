"""Two machines with one database: every run is carried once, by whichever machine, and one may go away. Slow.

On PostgreSQL (where there is none, on SQLite), once with the database as the broker and once with Redis.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.flows.scenario import BROKERS, at_once, environment, make_tables, once, played
from tests.postgres.server import NoPostgres, throw_away_server
from tests.redis_server import why_not

pytestmark = [pytest.mark.flow, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What machines_scenario.py tells with each broker, each with a database of its own."""
    return once(tmp_path_factory, "machines", lambda: play_all(tmp_path_factory.mktemp("machines")))


def play_all(whole: Path) -> dict[str, dict[str, Any]]:
    with server() as address:
        make_tables(environment(whole, database(address, whole, "empty")))

        def play(broker: str) -> dict[str, Any]:
            folder = whole / broker
            folder.mkdir()
            surroundings = environment(folder, database(address, whole, broker))
            return played("tests.flows.machines_scenario", [broker], surroundings)

        return at_once(play)


@contextmanager
def server() -> Iterator[str]:
    """The address of a PostgreSQL, without the name of a database; empty where there is none."""
    with ExitStack() as stack:
        try:
            url = stack.enter_context(throw_away_server())
        except NoPostgres:
            url = ""
        yield url.rpartition("/")[0]


def database(server: str, folder: Path, name: str) -> str:
    """A database of this name: `empty`, or a copy of it."""
    if not server:
        file = folder / f"{name}.sqlite3"
        if name != "empty":
            file.write_bytes((folder / "empty.sqlite3").read_bytes())
        return f"sqlite:///{file}"
    template = "template1" if name == "empty" else "empty"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(1)")  # one template cannot be copied twice at a time
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")  # type: ignore[arg-type]
    return f"{server}/{name}"


@pytest.fixture(params=BROKERS)
def happened(request: pytest.FixtureRequest, everything: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """What happened with this broker."""
    if request.param not in everything:
        pytest.skip(why_not())
    return everything[request.param]


def test_fifty_runs_of_ten_clients_are_carried_once_each_by_both_machines(happened: dict[str, Any]) -> None:
    assert happened["spread"] == {
        "runs": 50,
        "states": {"succeeded": 50},
        "attempts": {"1": 50},
        "noted": {"began": 50, "ended": 50, "twice": 0},
        "machines": ["left", "right"],
    }


def test_a_client_with_twenty_waiting_runs_does_not_keep_another_ones_only_run_waiting(
    happened: dict[str, Any],
) -> None:
    fair = happened["fair"]
    assert fair["noted"] == {"began": 21, "ended": 21, "twice": 0}
    assert fair["began meanwhile"] <= 2, fair  # two at most that were chosen at that very moment
    assert fair["began later"] >= 10, fair  # there was something to push past


def test_the_runs_of_a_machine_that_is_gone_are_taken_up_by_the_other_one(happened: dict[str, Any]) -> None:
    assert happened["killed"] == {
        "states": {"succeeded": 6},
        "ended on": ["right"],
        "ended once": True,
        "doubled": [],
        "orphans": True,
        "attempts of orphans": [2],
        "attempts of others": [1],
    }


def test_the_machine_that_is_left_ends_when_it_is_asked_to(happened: dict[str, Any]) -> None:
    assert happened["ended"] == {"exit code": 0, "left over": 0}
