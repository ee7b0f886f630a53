"""Running a scenario, a program of its own with real workers, from a test."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.redis_server import why_not

ROOT = Path(__file__).parents[2]
SECONDS = 1500
BROKERS = ("database", "redis")
MAKE_TABLES = """
import django
from django.core.management import call_command
django.setup()
call_command("migrate", verbosity=0)
call_command("createcachetable")
"""


def brokers_here() -> list[str]:
    return [broker for broker in BROKERS if broker == "database" or not why_not()]


def environment(folder: Path, database_url: str) -> dict[str, str]:
    """What a scenario's processes find in their environment; the folder is its own."""
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.flows.cluster_settings",
        "DATABASE_URL": database_url,
        "DATA_DIR": str(folder),
        "PROBE_FOLDER": str(folder),
        "REDIS_URL": "",
        "JOB_WORKERS": "2",
    }


def make_tables(surroundings: dict[str, str]) -> None:
    subprocess.run([sys.executable, "-c", MAKE_TABLES], cwd=ROOT, env=surroundings, check=True)


def played(module: str, arguments: list[str], surroundings: dict[str, str]) -> dict[str, Any]:
    """What the scenario tells in its last line."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env=surroundings,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, f"{module} {arguments[0]}: {done.stderr[-8000:]}"
    return dict(json.loads(done.stdout.splitlines()[-1]))


def once(factory: pytest.TempPathFactory, name: str, play: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What `play` tells, played once although xdist may hand a module's tests to several workers."""
    base = factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    told = shared / f"{name}.json"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not told.exists():
            told.write_text(json.dumps(play()))
    return dict(json.loads(told.read_text()))


def at_once(play: Any) -> dict[str, dict[str, Any]]:
    """What the scenario tells with each broker there is here. Side by side: most of the time each of them waits."""
    with ThreadPoolExecutor() as pool:
        playing = {broker: pool.submit(play, broker) for broker in brokers_here()}
        return {broker: future.result() for broker, future in playing.items()}
