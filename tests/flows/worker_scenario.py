"""Real workers on a database of their own: run as a program by test_workers.py, prints one JSON object.

    python -m tests.flows.worker_scenario BROKER SAGE MEDIA SHOP_URL SHOP_KEY        BROKER: database or redis

It has to be a process of its own: django-q2's cluster needs a database that other processes can open. The database has
its tables already; a Redis is started here.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import django

from tests.redis_server import RedisServer, throw_away_redis

OBSERVED = 2.0
"""Seconds for which a queued run is watched that nobody may take; with living workers it is taken in 0.2 s."""


def main(broker: str, sage: str, media: str, url: str, key: str) -> dict[str, Any]:
    with ExitStack() as stack:
        redis = stack.enter_context(throw_away_redis()) if broker == "redis" else None
        os.environ["REDIS_URL"] = redis.url if redis else ""
        django.setup()
        client = load_client(sage, media, url, key)
        return play(client, redis, url)


def load_client(sage: str, media: str, url: str, key: str) -> Any:
    from connectors.models import Client
    from connectors.sandbox.shop.server import RunningShop
    from tests.flows.company import Company
    from tests.flows.portal import load_demo

    shop: Any = RunningShop(url=url, key=key, app=None, shop=None)  # type: ignore[arg-type]  # served by the test
    load_demo(Company(Path(sage), Path(media)), shop)
    return Client.objects.get()


def play(client: Any, redis: RedisServer | None, shop_url: str) -> dict[str, Any]:
    """Every scene, in this order; each leaves a cluster behind that waits for work."""
    waiting = lost_before_it_was_fetched(client)
    with Watched() as workers:
        try:
            scenes = {
                "lost": carried_after_a_tick(waiting, workers),
                "carried": carried(client),
                "doubled": doubled(client, workers),
                "cancelled": cancelled(client, shop_url),
                "killed": killed_in_the_middle(client, workers, shop_url),
                "ended": ended(client, workers),
                "frozen": frozen(client, workers),
            }
            if redis:
                scenes["away"] = broker_away(client, redis, workers)
        except BaseException:
            print(workers.log.text()[-6000:], file=sys.stderr)
            raise
        return scenes | {"restarts": workers.watchdog.restarts}


class Watched:
    """A watchdog over one cluster, in a thread; remembers the clusters it started."""

    def __init__(self) -> None:
        from django.conf import settings

        from sync_portal.sync import watchdog
        from tests.flows.clusters import Log

        self.log = Log(settings.DATA_DIR / "cluster.log")
        self.started: list[subprocess.Popen[bytes]] = []

        def start(given: Any, lane: str) -> subprocess.Popen[bytes]:
            self.watchdog.silent_after = timedelta(minutes=3)  # where a scene made it impatient
            self.log.begin_anew()
            self.started.append(watchdog._start(given, lane))
            return self.started[-1]

        cluster = [sys.executable, str(settings.BASE_DIR / "manage.py"), "qcluster"]
        # `exec`: the cluster is still the process that the watchdog started.
        command = ["sh", "-c", 'log=$1; shift; exec "$@" 2>>"$log"', "sh", str(self.log.path), *cluster]
        self.watchdog = watchdog.Watchdog("slow", command, poll_seconds=0.1, start=start)
        self._thread = threading.Thread(target=self.watchdog.run)

    def __enter__(self) -> Watched:
        self._thread.start()
        self.log.wait_until_ready()
        return self

    def __exit__(self, *_error: object) -> None:
        self.watchdog.stop()
        self._thread.join()

    @property
    def cluster(self) -> subprocess.Popen[bytes]:
        return self.started[-1]

    def processes(self) -> dict[int, int]:
        """The living processes of the newest cluster, with their parents: main, sentinel, workers, monitor, pusher."""
        listed = subprocess.run(
            ["ps", "-A", "-o", "pid=,ppid=,pgid=,stat="], capture_output=True, text=True, check=True
        )
        rows = [line.split() for line in listed.stdout.splitlines()]
        group = str(self.cluster.pid)
        return {int(pid): int(parent) for pid, parent, pgid, state in rows if pgid == group and state[0] != "Z"}

    def sentinel(self) -> int:
        """The one that looks after the others: the only child of the main process."""
        (found,) = [pid for pid, parent in self.processes().items() if parent == self.cluster.pid]
        return found

    def wait_for_restart(self, before: int) -> None:
        from tests.flows.clusters import wait

        wait(lambda: self.watchdog.restarts > before, "the watchdog started another cluster")
        self.log.wait_until_ready()


def lost_before_it_was_fetched(client: Any) -> Any:
    """A run waits, and the broker has lost its call before any cluster saw it."""
    from tests.flows.clusters import calls, lose_calls

    run = request(client)
    assert calls() == 1
    lose_calls()
    assert calls() == 0
    return run


def carried_after_a_tick(run: Any, workers: Watched) -> dict[str, Any]:
    """Nobody knows of the run, until the tick finds that it has waited too long."""
    from tests.flows.clusters import fresh, let_tick, minutes_pass, told, wait_for_end

    time.sleep(OBSERVED / 2)
    waited = fresh(run).state
    minutes_pass()
    let_tick()
    return told(wait_for_end(run)) | {"before the tick": waited}


def carried(client: Any) -> dict[str, Any]:
    """A run asked for by the portal is carried by a worker."""
    from tests.flows.clusters import told, wait_for_end

    return told(wait_for_end(request(client)))


def doubled(client: Any, workers: Watched) -> dict[str, Any]:
    """Two idle workers get the same call at the same moment."""
    from sync_portal.sync.models import Run
    from tests.flows.clusters import delivered_twice, told, wait, wait_for_end

    workers.log.begin_anew()
    runs = Run.objects.count()
    with delivered_twice():
        run = request(client)
    wait_for_end(run)
    # There may be more: whoever ended the run before looks whether another one waits, sees this one, and calls, too.
    wait(lambda: workers.log.count("processing work-slow") >= 2, "both calls were delivered")
    wait(lambda: workers.log.count(r"Processed '[\w.]+carry' \(work-slow\)") >= 2, "both were answered")
    return told(run) | {"runs": Run.objects.count() - runs}


def cancelled(client: Any, shop_url: str) -> dict[str, Any]:
    """A run is stopped between records."""
    from sync_portal.sync import jobs
    from tests.flows.clusters import fresh, told, wait, wait_for_end

    slow_shop(shop_url, 1.5)
    run = request(client, "images")
    wait(lambda: fresh(run).step == "apply", "the run began to write")
    jobs.request_cancel(fresh(run))
    ended = wait_for_end(run)
    slow_shop(shop_url, 0)
    return told(ended) | {"wrote everything": ended.confirmed == ended.to_write}


def killed_in_the_middle(client: Any, workers: Watched, shop_url: str) -> dict[str, Any]:
    """The whole cluster is killed while it writes; another one takes the run up after the lease has run out."""
    from tests.flows.clusters import fresh, let_tick, minutes_pass, told, wait, wait_for_end

    slow_shop(shop_url, 1.5)
    run = request(client, "images")
    wait(lambda: fresh(run).step == "apply", "the run began to write")
    before = workers.watchdog.restarts
    os.killpg(workers.cluster.pid, signal.SIGKILL)
    workers.wait_for_restart(before)
    slow_shop(shop_url, 0)
    minutes_pass(run)
    let_tick()
    return told(wait_for_end(run))


def ended(client: Any, workers: Watched) -> dict[str, Any]:
    """The sentinel is killed: the cluster's main process ends, its workers are left over and must not stay."""
    from tests.flows import clusters

    before, old = workers.watchdog.restarts, workers.cluster
    left_over = set(workers.processes()) - {old.pid, workers.sentinel()}
    os.kill(workers.sentinel(), signal.SIGKILL)
    workers.wait_for_restart(before)
    left = clusters.left_over(lambda: [pid for pid in left_over if alive(pid)])
    return carried(client) | {"ended by itself": old.returncode == 0, "left over": left}


def frozen(client: Any, workers: Watched) -> dict[str, Any]:
    """Its idle workers are killed: the lock of their queue dies with the one that waited in front of it.

    The cluster puts new workers in their place and looks well, and they wait for that lock for ever.
    """
    from tests.flows.clusters import calls, fresh, left_over, told, wait, wait_for_end

    before, old, main_and_sentinel = (
        workers.watchdog.restarts,
        workers.cluster,
        {workers.cluster.pid, workers.sentinel()},
    )
    wait(lambda: workers.log.count("Processed '") >= workers.log.count(r"processing \S+"), "nobody is at work")
    idle, begun = workers.log.pids("ready for work at"), workers.log.count("processing work-slow")
    for _look in range(2):  # until they wait at their queue, and not for a core
        wait(lambda: all(state_of(pid) == "S" for pid in idle), "the workers wait")
        time.sleep(0.3)
    for pid in idle:
        os.kill(pid, signal.SIGKILL)
    wait(lambda: workers.log.count("reincarnated worker .* after death") == len(idle), "the cluster saw them die")
    wait(lambda: len(workers.log.pids("ready for work at")) == 2 * len(idle), "new workers said that they are ready")
    run = request(client)
    wait(lambda: calls() == 0, "the cluster fetched the call")
    time.sleep(OBSERVED)
    living = set(workers.processes())
    symptom = {
        "main and sentinel alive": main_and_sentinel <= living and old.poll() is None,
        "new workers alive": set(workers.log.pids("ready for work at")) - set(idle) <= living,
        "run": (fresh(run).state, run.attempt),
        "jobs begun": workers.log.count("processing work-slow") - begun,
        "restarts": workers.watchdog.restarts - before,
    }
    workers.watchdog.silent_after = timedelta(seconds=2)
    workers.wait_for_restart(before)
    left = left_over(lambda: [pid for pid in living if alive(pid)])
    killed = {"killed by the watchdog": old.returncode == -signal.SIGKILL, "left over": left}
    return told(wait_for_end(run)) | {"symptom": symptom} | killed


def broker_away(client: Any, redis: RedisServer, workers: Watched) -> dict[str, Any]:
    """Redis goes away with all it holds: asking for a run still works, and so does everything once it is back."""
    from tests.flows.clusters import fresh, let_tick, minutes_pass, told, wait, wait_for_end

    before = workers.watchdog.restarts
    workers.log.begin_anew()
    redis.stop()
    run = request(client)
    waiting = fresh(run).state
    redis.start()
    wait(lambda: workers.log.count("pushing tasks at") >= 1, "the cluster fetches work again")
    minutes_pass()
    let_tick()
    return told(wait_for_end(run)) | {"while away": waiting, "restarts": workers.watchdog.restarts - before}


def request(client: Any, flow: str = "catalogue") -> Any:
    from sync_portal.sync import jobs

    return jobs.request_run(client, flow)


def alive(pid: int) -> bool:
    return state_of(pid) not in {"", "Z"}


def state_of(pid: int) -> str:
    """R: it runs or waits for a core; S: it waits for something; Z: it is dead; nothing: it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return ""


def slow_shop(url: str, seconds: float) -> None:
    """Have the shop take this long for whatever is written from now on."""
    import requests

    steer = f"{url}/_sandbox/misbehave"
    requests.post(f"{steer}/clear", timeout=60).raise_for_status()
    if seconds:
        asked = {"kind": "delay", "seconds": seconds, "times": -1, "methods": ["POST"]}
        requests.post(steer, json=asked, timeout=60).raise_for_status()


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
