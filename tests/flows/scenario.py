"""Running a scenario, a program of its own with real workers, from a test."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.redis_server import why_not

ROOT = Path(__file__).parents[2]
SECONDS = 200
BROKERS = ("database", "redis")


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
    for command in (["migrate", "--verbosity=0"], ["createcachetable"]):
        subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=surroundings, check=True)


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


def at_once(play: Any) -> dict[str, dict[str, Any]]:
    """What the scenario tells with each broker there is here. Side by side: most of the time each of them waits."""
    with ThreadPoolExecutor() as pool:
        playing = {broker: pool.submit(play, broker) for broker in brokers_here()}
        return {broker: future.result() for broker, future in playing.items()}
