"""django-q2 for real: a cluster in processes of its own carries runs, is killed, freezes, and comes back. Slow.

Once with the database as the broker and once with a Redis that the scenario starts.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from connectors.sandbox.shop.server import running_shop
from tests.flows.conftest import Template
from tests.flows.scenario import BROKERS, at_once, environment, make_tables, once, played
from tests.redis_server import why_not

pytestmark = [pytest.mark.flow, pytest.mark.timeout(1800)]

WELL = {"state": "succeeded", "cause": "", "attempt": 1, "detail": ""}


@pytest.fixture(scope="module")
def everything(template: Template, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What worker_scenario.py tells; all of it together takes a minute, so it is done once."""
    return once(tmp_path_factory, "workers", lambda: play_all(template, tmp_path_factory.mktemp("workers")))


def play_all(template: Template, whole: Path) -> dict[str, dict[str, Any]]:
    empty = whole / "empty.sqlite3"
    make_tables(environment(whole, f"sqlite:///{empty}"))

    def play(broker: str) -> dict[str, Any]:
        folder = whole / broker
        folder.mkdir()
        sage, portal = folder / "sage.sqlite3", folder / "portal.sqlite3"
        sage.write_bytes(template.small.read_bytes())
        shutil.copy(empty, portal)
        with running_shop(folder / "shop") as shop:
            arguments = [broker, str(sage), str(template.media), shop.url, shop.key]
            told = played("tests.flows.worker_scenario", arguments, environment(folder, f"sqlite:///{portal}"))
            return told | {name: shop.shop.count(name) for name in ("products", "images")}

    return at_once(play)


@pytest.fixture(params=BROKERS)
def happened(request: pytest.FixtureRequest, everything: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """What happened with this broker."""
    if request.param not in everything:
        pytest.skip(why_not())
    return everything[request.param]


def test_a_run_that_the_portal_asks_for_is_carried_by_a_worker(happened: dict[str, Any]) -> None:
    assert happened["carried"] == WELL
    assert happened["products"] == 6


def test_a_run_whose_call_the_broker_lost_is_carried_after_a_tick(happened: dict[str, Any]) -> None:
    assert happened["lost"] == WELL | {"before the tick": "queued"}


def test_a_call_that_two_workers_get_at_the_same_moment_makes_one_run(happened: dict[str, Any]) -> None:
    assert happened["doubled"] == WELL | {"runs": 1}


def test_a_run_is_cancelled_between_records(happened: dict[str, Any]) -> None:
    assert happened["cancelled"] == {
        "state": "cancelled",
        "cause": "portal.cancelled",
        "attempt": 1,
        "detail": "",
        "wrote everything": False,
    }


def test_a_run_whose_cluster_is_killed_is_taken_up_by_the_next_cluster(happened: dict[str, Any]) -> None:
    assert happened["killed"] == WELL | {"attempt": 2}
    assert happened["images"] == 19


def test_a_cluster_that_ended_is_replaced_and_nothing_of_it_is_left_over(happened: dict[str, Any]) -> None:
    assert happened["ended"] == WELL | {"ended by itself": True, "left over": 0}


def test_a_cluster_whose_idle_workers_were_killed_looks_alive_and_begins_nothing(happened: dict[str, Any]) -> None:
    assert happened["frozen"]["symptom"] == {
        "main and sentinel alive": True,
        "new workers alive": True,
        "run": ["queued", 0],
        "jobs begun": 0,
        "restarts": 0,
    }


def test_the_watchdog_brings_a_frozen_cluster_back_and_its_run_is_carried(happened: dict[str, Any]) -> None:
    told = {name: value for name, value in happened["frozen"].items() if name != "symptom"}
    assert told == WELL | {"killed by the watchdog": True, "left over": 0}


def test_the_watchdog_restarted_only_what_was_killed(happened: dict[str, Any]) -> None:
    assert happened["restarts"] == 3  # killed, ended, frozen


@pytest.mark.skipif(bool(why_not()), reason=why_not())
def test_redis_may_go_away_and_come_back_empty(everything: dict[str, dict[str, Any]]) -> None:
    assert everything["redis"]["away"] == WELL | {"while away": "queued", "restarts": 0}
