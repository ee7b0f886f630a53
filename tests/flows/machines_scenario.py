"""Two machines on one database: run as a program by test_machines.py, prints one JSON object.

    python -m tests.flows.machines_scenario BROKER        BROKER: database or redis

A machine is `manage.py worker` with a name of its own, one cluster of two workers. The flows are those of `probe`: they
note when they begin and end, so that a run carried twice would show.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

import django

from tests.redis_server import throw_away_redis

NAMES = ("left", "right")
CLIENTS, FLOWS_EACH, FLOWS_OF_ONE = 10, 5, 20
WORKERS_EACH = 2


def main(broker: str) -> dict[str, Any]:
    with ExitStack() as stack:
        if broker == "redis":
            os.environ["REDIS_URL"] = stack.enter_context(throw_away_redis()).url
        django.setup()
        machines = {name: stack.enter_context(Machine(name)) for name in NAMES}
        try:
            for machine in machines.values():
                machine.log.wait_until_ready()
            return {"spread": spread(), "fair": fair(), "killed": killed(machines), "ended": machines["right"].end()}
        except BaseException:
            for machine in machines.values():
                print(machine.name, machine.log.text()[-3000:], file=sys.stderr)
            raise


class Machine:
    """A machine of this name, from its start to its end."""

    def __init__(self, name: str) -> None:
        from django.conf import settings

        from tests.flows.clusters import Log

        self.name = name
        self.log = Log(settings.DATA_DIR / f"{name}.log")
        self._command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "worker", "--lane", "slow"]

    def __enter__(self) -> Self:
        with self.log.path.open("wb") as log:
            self._worker = subprocess.Popen(self._command, env=os.environ | {"MACHINE_NAME": self.name}, stderr=log)
        return self

    def __exit__(self, *_error: object) -> None:
        self.power_off()

    def processes(self) -> list[int]:
        """All that were started with its name in this scenario's folder: the watchdog, the cluster and its children."""
        marks = {f"MACHINE_NAME={self.name}".encode(), f"PROBE_FOLDER={os.environ['PROBE_FOLDER']}".encode()}
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if marks <= set((folder / "environ").read_bytes().split(b"\0")):
                    found.append(int(folder.name))
            except OSError:  # it ended meanwhile, or is somebody else's
                continue
        return found

    def power_off(self) -> None:
        """As if somebody pulled the plug: nothing of it can say goodbye. The watchdog first, lest it restarts one."""
        self._worker.kill()
        self._worker.wait()
        for pid in self.processes():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue

    def end(self) -> dict[str, Any]:
        """Ask it to end, as a service manager does."""
        from tests.flows import clusters

        self._worker.terminate()
        code = self._worker.wait(timeout=120)
        return {"exit code": code, "left over": clusters.left_over(self.processes)}


def spread() -> dict[str, Any]:
    """Many clients ask for many runs."""
    from sync_portal.sync import jobs
    from sync_portal.sync.models import Run
    from tests.flows import clusters
    from tests.flows.probe.apps import SHORT, held, notes

    clients = [make_client(f"client-{number}") for number in range(CLIENTS)]
    with held():
        asked = [jobs.request_run(client, flow) for flow in SHORT[:FLOWS_EACH] for client in clients]
        clusters.wait(lambda: {note["machine"] for note in notes()} == set(NAMES), "both machines began")
    wait_for_all(asked)
    runs = Run.objects.filter(pk__in=[run.pk for run in asked])
    return {
        "runs": len(runs),
        "states": Counter(run.state for run in runs),
        "attempts": Counter(run.attempt for run in runs),
        "noted": noted(asked),
        "machines": sorted({run.worker.rpartition(":")[0] for run in runs}),
    }


def fair() -> dict[str, Any]:
    """One client asks for twenty runs; then another one asks for its only one."""
    from sync_portal.sync import jobs
    from sync_portal.sync.models import Run
    from tests.flows.probe.apps import SHORT, held

    big, small = make_client("big"), make_client("small")
    with held():
        many = [jobs.request_run(big, flow) for flow in SHORT[:FLOWS_OF_ONE]]
        single = jobs.request_run(small, SHORT[0])
    wait_for_all([single, *many])
    single.refresh_from_db()
    theirs = Run.objects.filter(pk__in=[run.pk for run in many])
    meanwhile = theirs.filter(started_at__gt=single.queued_at, started_at__lt=single.started_at).count()
    later = theirs.filter(started_at__gt=single.started_at).count()
    return {"began meanwhile": meanwhile, "began later": later, "noted": noted([single, *many])}


def killed(machines: dict[str, Machine]) -> dict[str, Any]:
    """Both machines carry long runs when one of them is gone from one moment to the next."""
    from sync_portal.sync import jobs
    from sync_portal.sync.models import Run
    from tests.flows import clusters
    from tests.flows.probe.apps import LONG, folder, notes

    # More than one machine can carry and hold ready: two at work, one in its queue, one in its pusher's hand.
    asked = [jobs.request_run(make_client(f"long-{number}"), LONG) for number in range(6)]
    ids = {run.pk for run in asked}

    def begun(name: str) -> set[int]:
        return {note["run"] for note in notes() if note["run"] in ids and note["machine"] == name}

    # All its workers are busy: none has taken a run that it has not noted yet.
    clusters.wait(lambda: all(len(begun(name)) == WORKERS_EACH for name in NAMES), "both machines carry long runs")
    machines["left"].power_off()
    orphans = begun("left")
    (folder() / "go").touch()
    clusters.minutes_pass(*Run.objects.filter(pk__in=orphans))
    clusters.let_tick()
    wait_for_all(asked)
    runs = list(Run.objects.filter(pk__in=ids))
    return {
        "states": Counter(run.state for run in runs),
        "ended on": sorted({note["machine"] for note in notes() if note["run"] in ids and note["what"] == "ended"}),
        "ended once": Counter(note["run"] for note in notes() if note["what"] == "ended") >= Counter(ids),
        "doubled": doubled("ended"),
        "orphans": len(orphans) > 0,
        "attempts of orphans": sorted({run.attempt for run in runs if run.pk in orphans}),
        "attempts of others": sorted({run.attempt for run in runs if run.pk not in orphans}),
    }


def make_client(slug: str) -> Any:
    from connectors.models import Client

    return Client.objects.create(slug=slug, name=slug)


def wait_for_all(asked: list[Any]) -> None:
    from sync_portal.sync.models import Run, RunState
    from tests.flows.clusters import wait

    open_ones = Run.objects.filter(pk__in=[run.pk for run in asked], state__in=[RunState.QUEUED, RunState.RUNNING])
    wait(lambda: not open_ones.exists(), f"{len(asked)} runs ended")


def noted(asked: list[Any]) -> dict[str, int]:
    """How often these runs began and ended, by their own word; once each is `{"began": n, "ended": n}`, no "twice"."""
    from tests.flows.probe.apps import notes

    ids = {run.pk for run in asked}
    per_run = Counter((note["run"], note["what"]) for note in notes() if note["run"] in ids)
    told = Counter(what for _run, what in per_run)
    return told | {"twice": sum(1 for times in per_run.values() if times > 1)}


def doubled(what: str) -> list[int]:
    from tests.flows.probe.apps import notes

    return [run for run, times in Counter(note["run"] for note in notes() if note["what"] == what).items() if times > 1]


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
