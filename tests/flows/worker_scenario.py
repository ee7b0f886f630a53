"""Real workers on a database of their own: run as a program by test_workers.py, prints one JSON object.

    python -m tests.flows.worker_scenario SAGE MEDIA SHOP_URL SHOP_KEY

It has to be a process of its own: django-q2's cluster needs a database that other processes can open.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import django

PATIENCE = 40.0


def main(sage: str, media: str, url: str, key: str) -> dict[str, Any]:
    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from connectors.models import Client
    from connectors.sandbox.shop.server import RunningShop
    from tests.flows.company import Company
    from tests.flows.portal import load_demo

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    shop: Any = RunningShop(url=url, key=key, app=None, shop=None)  # type: ignore[arg-type]  # served by the test
    load_demo(Company(Path(sage), Path(media)), shop)
    client = Client.objects.get()
    with Watched([sys.executable, str(settings.BASE_DIR / "manage.py"), "qcluster"]) as workers:
        return {
            "carried": carried(client),
            "cancelled": cancelled(client),
            "killed": killed_in_the_middle(client, workers),
            "frozen": frozen(client, workers),
            "restarts": workers.watchdog.restarts,
        }


class Watched:
    """A watchdog over one cluster, in a thread; remembers the processes it started."""

    def __init__(self, command: list[str]) -> None:
        from sync_portal.sync import watchdog

        self.started: list[subprocess.Popen[bytes]] = []

        def start(given: Any, lane: str) -> subprocess.Popen[bytes]:
            self.started.append(watchdog._start(given, lane))
            return self.started[-1]

        self.watchdog = watchdog.Watchdog("slow", command, poll_seconds=0.1, start=start)
        self._thread = threading.Thread(target=self.watchdog.run)

    def __enter__(self) -> Watched:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.watchdog.stop()
        self._thread.join()

    @property
    def cluster(self) -> subprocess.Popen[bytes]:
        return self.started[-1]

    def children(self) -> list[int]:
        """The cluster's own processes: sentinel, pusher, workers, monitor."""
        group = str(self.cluster.pid)
        listed = subprocess.run(["ps", "-o", "pid=,pgid=", "-A"], capture_output=True, text=True, check=True).stdout
        rows = [line.split() for line in listed.splitlines()]
        return [int(pid) for pid, pgid in rows if pgid == group and pid != group]


def carried(client: Any) -> dict[str, Any]:
    """A run asked for by the portal is carried by a worker."""
    return told(wait_for_end(request(client)))


def cancelled(client: Any) -> dict[str, Any]:
    """A run is stopped between records."""
    from sync_portal.sync import jobs

    slow_shop(0.4)
    run = request(client, "images")
    wait(lambda: fresh(run).step == "apply", "the run began to write")
    jobs.request_cancel(fresh(run))
    ended = wait_for_end(run)
    slow_shop(0)
    return told(ended) | {"wrote everything": ended.confirmed == ended.to_write}


def killed_in_the_middle(client: Any, workers: Watched) -> dict[str, Any]:
    """The whole cluster is killed while it writes; another one takes the run up after the next tick."""
    from django.utils import timezone

    from sync_portal.sync import jobs
    from sync_portal.sync.models import Run

    slow_shop(0.4)
    run = request(client, "images")
    wait(lambda: fresh(run).step == "apply", "the run began to write")
    before = workers.watchdog.restarts
    os.killpg(workers.cluster.pid, signal.SIGKILL)
    wait(lambda: workers.watchdog.restarts > before, "the watchdog started another cluster")
    slow_shop(0)
    Run.objects.filter(pk=run.pk).update(lease_until=timezone.now() - timedelta(seconds=1))  # three minutes later ...
    jobs.tick("slow")
    return told(wait_for_end(run))


def frozen(client: Any, workers: Watched) -> dict[str, Any]:
    """Its idle processes are killed one by one: whether the cluster notices or freezes, work goes on."""
    before = workers.watchdog.restarts
    for pid in workers.children():
        os.kill(pid, signal.SIGKILL)
    run = request(client, "catalogue")
    workers.watchdog.silent_after = timedelta(seconds=2)
    wait(lambda: workers.watchdog.restarts > before, "the watchdog noticed the silence")
    workers.watchdog.silent_after = timedelta(minutes=3)
    return told(wait_for_end(run))


def request(client: Any, flow: str = "catalogue") -> Any:
    from sync_portal.sync import jobs

    return jobs.request_run(client, flow)


def fresh(run: Any) -> Any:
    run.refresh_from_db()
    return run


def wait_for_end(run: Any) -> Any:
    wait(lambda: fresh(run).is_over, f"run {run.pk} of {run.flow} ended")
    return run


def wait(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not in {PATIENCE} s: {what}")
        time.sleep(0.1)


def slow_shop(seconds: float) -> None:
    """Have the shop take this long for every request from now on."""
    import requests

    steer = f"{sys.argv[3]}/_sandbox/misbehave"
    requests.post(f"{steer}/clear", timeout=10).raise_for_status()
    if seconds:
        asked = {"kind": "delay", "seconds": seconds, "times": -1}
        requests.post(steer, json=asked, timeout=10).raise_for_status()


def told(run: Any) -> dict[str, Any]:
    return {"state": run.state, "cause": run.cause, "attempt": run.attempt, "detail": run.detail}


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
