"""Keeps a worker cluster alive: restarts it when it ends, kills and restarts it when it is frozen.

A django-q2 cluster whose idle worker was killed can look alive and never run anything again, and then does not even
obey a SIGTERM. So it runs in a process group of its own; the sign of life is the tick that the workers carry every
minute.

A cluster that will not stay up (Redis or the database is away, a setting is wrong) is started less and less often.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import threading
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
LONGEST_PAUSE = 60.0
"""Seconds, at most, between the end of a cluster that will not stay up and its next start."""
LOOK_SECONDS = 2.0
"""How often is looked meanwhile whether what hindered it is there again."""
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
        now: Callable[[], datetime] = timezone.now,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.lane = lane
        self.command = command
        self.silent_after = silent_after
        self.poll_seconds = poll_seconds
        self.restarts = 0
        self._start = start or _start
        self._now, self._sleep = now, sleep
        self._asked_to_end = threading.Event()
        self._failures = 0
        """How many clusters in a row ended or froze without a sign of life."""
        self._broker_away_at: datetime | None = None

    def stop(self, *_signal: object) -> None:
        """Ask the watchdog to end its cluster and return from `run` (a signal handler)."""
        self._asked_to_end.set()

    def run(self) -> None:
        """Watch until `stop`; the cluster is running exactly while this does."""
        while not self._asked_to_end.is_set():
            cluster, since = self._start(self.command, self.lane), self._now()
            try:
                if self._failures:
                    self.restarts += 1
                    self._call_again()
                self._watch(cluster, since)
            except BaseException:
                end_group(cluster)
                raise
            if self._asked_to_end.is_set():
                end_group(cluster)
                return
            code = cluster.poll()
            kill_group(cluster)
            self._failures = 1 if self._was_well(since, code) else self._failures + 1
            self._pause(code)

    def _watch(self, cluster: subprocess.Popen[bytes], since: datetime) -> None:
        """Return when it has ended, is frozen, or is to be ended."""
        while not self._asked_to_end.is_set():
            self._sleep(self.poll_seconds)
            close_old_connections()
            if cluster.poll() is not None or self.silent(since):
                return

    def _was_well(self, since: datetime, code: int | None) -> bool:
        """Whether the cluster started at `since` worked: it gave a sign, or lived on while others took the ticks."""
        try:
            last = self._last_sign()
        except DatabaseError:
            return False
        return (last is not None and last >= since) or (code is not None and self._now() - since > self.silent_after)

    def _pause(self, code: int | None) -> None:
        """Say what happened, and wait before the next start: not at all after the first failure, then 2, 4, 8 ... s.

        Not longer than what was away is away.
        """
        what = "is frozen" if code is None else f"ended with the exit code {code}"
        # The exponent is bounded too: after a day of failures the power would not fit a float.
        seconds = min(2.0 ** min(self._failures - 1, 10), LONGEST_PAUSE) if self._failures > 1 else 0.0
        if not seconds:
            logger.error("the worker cluster of the lane %s %s: starting it again", self.lane, what)
            return
        trouble = self._trouble()
        logger.error(
            "the worker cluster of the lane %s %s, number %d in a row that did no work: starting it again in %d s%s",
            *(self.lane, what, self._failures, seconds, f"; {trouble}" if trouble else ""),
        )
        until, look_at = self._now() + timedelta(seconds=seconds), self._now()
        while self._now() < until and not self._asked_to_end.is_set():
            self._sleep(self.poll_seconds)
            if trouble and self._now() - look_at >= timedelta(seconds=LOOK_SECONDS):
                look_at = self._now()
                if not self._trouble():
                    logger.info("what hindered the worker cluster of the lane %s is over: starting it", self.lane)
                    return

    def _trouble(self) -> str:
        """What keeps a cluster from working, when it is something outside of it that can be told; else empty."""
        if away := jobs.broker_trouble():
            return f"Redis does not answer: {away}"
        try:
            self._last_sign()
        except DatabaseError as error:
            return f"the database does not answer: {error}"
        return ""

    def silent(self, since: datetime) -> bool:
        """Whether the cluster started at `since` has given no sign of life for too long.

        Signs are its tick and the heartbeats of the runs it carries. Where several machines serve a lane, the others
        may take every tick; so for each of them that gives signs, this one's silence has to be four times longer.
        """
        now = self._now()
        try:
            last = self._last_sign()
            others = Beat.objects.filter(name__startswith=f"{self.lane}@", at__gt=now - self.silent_after)
            patience = self.silent_after * (1 + 4 * others.exclude(name=jobs.beat_name(self.lane)).count())
        except DatabaseError:  # the database is away: that is not the cluster's silence
            return False
        if now - max(filter(None, (last, since, self._broker_away_at))) <= patience:
            return False
        if away := jobs.broker_trouble():  # its ticks come through Redis: it goes on by itself once that is back
            self._broker_away_at = now
            logger.error("Redis does not answer, the workers of the lane %s get no work: %s", self.lane, away)
            return False
        return True

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
