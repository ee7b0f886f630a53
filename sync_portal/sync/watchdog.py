"""Keeps a worker cluster alive: restarts it when it ends, kills and restarts it when it is frozen.

A django-q2 cluster whose idle worker was killed can look alive and never run anything again, and then does not even
obey a SIGTERM. So it runs in a process group of its own; the sign of life is the tick that the workers carry every
minute.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, close_old_connections
from django.db.models import Max
from django.utils import timezone

from sync_portal.sync import jobs
from sync_portal.sync.models import Beat, Lane, Run, RunState

logger = logging.getLogger(__name__)

SILENT_AFTER = timedelta(minutes=3)
"""The tick comes every minute and is looked for every 30 s: three minutes without one is a frozen cluster."""
DRAIN_SECONDS = 60
"""How long a cluster that is asked to end may go on with its current records."""
GONE_SECONDS = 2.0
"""How long is waited for killed processes to be gone; in a container without an init their entries stay."""


class Watchdog:
    """Runs one cluster command and watches over it until told to stop."""

    def __init__(
        self,
        lane: str,
        command: Sequence[str],
        *,
        silent_after: timedelta = SILENT_AFTER,
        poll_seconds: float = 1.0,
        start: Callable[[Sequence[str], str], subprocess.Popen[bytes]] | None = None,
    ) -> None:
        self.lane = lane
        self.command = command
        self.silent_after = silent_after
        self.poll_seconds = poll_seconds
        self.restarts = 0
        self._start = start or _start
        self._stopping = False

    def stop(self, *_signal: object) -> None:
        """Ask the watchdog to end its cluster and return from `run` (a signal handler)."""
        self._stopping = True

    def run(self) -> None:
        """Watch until `stop`; the cluster is running exactly while this does."""
        cluster = self._start(self.command, self.lane)
        since = timezone.now()
        try:
            while not self._stopping:
                time.sleep(self.poll_seconds)
                close_old_connections()
                if cluster.poll() is None and not self.silent(since):
                    continue
                logger.error(
                    "the worker cluster %s: starting it again", "ended" if cluster.poll() is not None else "is frozen"
                )
                kill_group(cluster)
                self.restarts += 1
                cluster, since = self._start(self.command, self.lane), timezone.now()
                self._call_again()
        finally:
            end_group(cluster)

    def silent(self, since: datetime) -> bool:
        """Whether the cluster started at `since` has given no sign of life for too long.

        Signs are its tick and the heartbeats of the runs it carries. Where several machines serve a lane, the others
        may take every tick; so for each of them that gives signs, this one's silence has to be four times longer.
        """
        now = timezone.now()
        try:
            last = self._last_sign()
            others = Beat.objects.filter(name__startswith=f"{self.lane}@", at__gt=now - self.silent_after)
            patience = self.silent_after * (1 + 4 * others.exclude(name=jobs.beat_name(self.lane)).count())
        except DatabaseError:  # the database is away: that is not the cluster's silence
            return False
        return now - max(last or since, since) > patience

    def _call_again(self) -> None:
        """The calls that the dead cluster had fetched died with it."""
        try:
            jobs.call_again(self.lane)
        except DatabaseError:
            logger.warning("the database is away: the tick calls the workers again")

    def _last_sign(self) -> datetime | None:
        beat = Beat.objects.filter(name=jobs.beat_name(self.lane)).values_list("at", flat=True).first()
        here = f"{settings.MACHINE_NAME}:"
        runs = Run.objects.filter(lane=self.lane, state=RunState.RUNNING, worker__startswith=here)
        carried = runs.aggregate(newest=Max("heartbeat_at"))["newest"]
        return max(filter(None, (beat, carried)), default=None)


def _start(command: Sequence[str], lane: str) -> subprocess.Popen[bytes]:
    # The slow lane is django-q2's default cluster; another one is chosen by this variable.
    name = settings.Q_CLUSTER["name"] if lane == Lane.SLOW else lane
    environment = os.environ | {"Q_CLUSTER_NAME": name}
    return subprocess.Popen(command, start_new_session=True, env=environment)  # noqa: S603  our own command


def end_group(process: subprocess.Popen[bytes]) -> None:
    """Ask a process to end, then end its whole group."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(timeout=DRAIN_SECONDS)
        except subprocess.TimeoutExpired:
            logger.warning("the worker cluster did not end in %s s: killed", DRAIN_SECONDS)
    kill_group(process)


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """End a process and all its children, whatever state they are in; on return they are gone.

    On a busy machine a killed process lives on for a moment: one that fetches calls from Redis would take the next one
    with it.
    """
    try:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        deadline = time.monotonic() + GONE_SECONDS
        while time.monotonic() < deadline:
            os.killpg(process.pid, 0)
            time.sleep(0.01)
    except ProcessLookupError:
        return
