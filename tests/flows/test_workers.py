"""django-q2 for real: a cluster in processes of its own carries runs, is killed, freezes, and comes back. Slow."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from connectors.sandbox.shop.server import running_shop
from tests.flows.conftest import Template

pytestmark = [pytest.mark.flow, pytest.mark.timeout(240)]

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def happened(template: Template, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What worker_scenario.py tells; all of it together takes half a minute, so it is done once."""
    folder = tmp_path_factory.mktemp("workers")
    sage = folder / "sage.sqlite3"
    sage.write_bytes(template.small.read_bytes())
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": f"sqlite:///{folder / 'portal.sqlite3'}",
        "DATA_DIR": str(folder),
        "REDIS_URL": "",
        "JOB_WORKERS": "2",
    }
    with running_shop(folder / "shop") as shop:
        command = [sys.executable, "-m", "tests.flows.worker_scenario", str(sage), str(template.media)]
        done = subprocess.run(
            [*command, shop.url, shop.key],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-4000:]
        return dict(json.loads(done.stdout.splitlines()[-1])) | {
            "products": shop.shop.count("products"),
            "images": shop.shop.count("images"),
        }


def test_a_run_that_the_portal_asks_for_is_carried_by_a_worker(happened: dict[str, Any]) -> None:
    assert happened["carried"] == {"state": "succeeded", "cause": "", "attempt": 1, "detail": ""}
    assert happened["products"] == 6


def test_a_run_is_cancelled_between_records(happened: dict[str, Any]) -> None:
    assert happened["cancelled"] == {
        "state": "cancelled",
        "cause": "portal.cancelled",
        "attempt": 1,
        "detail": "",
        "wrote everything": False,
    }


def test_a_run_whose_cluster_is_killed_is_taken_up_by_the_next_cluster(happened: dict[str, Any]) -> None:
    assert happened["killed"] == {"state": "succeeded", "cause": "", "attempt": 2, "detail": ""}
    assert happened["images"] == 19


def test_a_cluster_that_lost_its_processes_is_replaced_and_work_goes_on(happened: dict[str, Any]) -> None:
    assert happened["frozen"] == {"state": "succeeded", "cause": "", "attempt": 1, "detail": ""}
    assert happened["restarts"] >= 2
