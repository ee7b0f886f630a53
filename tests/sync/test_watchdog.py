"""The watchdog keeps a cluster running: it starts an ended one and kills a frozen one with all its children."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import threading
import time
import types
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError
from django.utils import timezone

from connectors.models import Client
from sync_portal.sync import jobs, watchdog
from sync_portal.sync.models import Beat, Lane, Run, RunState
from sync_portal.sync.watchdog import Watchdog

pytestmark = pytest.mark.django_db


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


def eventually(condition: Callable[[], bool], seconds: float = 60) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


@pytest.fixture
def started() -> Iterator[list[subprocess.Popen[bytes]]]:
    """The clusters that a watchdog started; none survives the test."""
    processes: list[subprocess.Popen[bytes]] = []
    yield processes
    for process in processes:
        watchdog.kill_group(process)


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The lanes whose workers a watchdog called again; the database is left alone by its thread."""
    lanes: list[str] = []
    monkeypatch.setattr(jobs, "call_again", lanes.append)
    return lanes


@pytest.fixture
def watch(
    started: list[subprocess.Popen[bytes]], called: list[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Watchdog]]:
    """Run a watchdog in a thread, on a cluster that is this Python code."""
    threads: list[tuple[Watchdog, threading.Thread]] = []

    def begin(code: str, *, silent: Callable[[], bool] = lambda: False) -> Watchdog:
        def start(command: Sequence[str], lane: str) -> subprocess.Popen[bytes]:
            started.append(watchdog._start(command, lane))
            return started[-1]

        monkeypatch.setattr(watchdog, "DRAIN_SECONDS", 1)  # a cluster may be deaf to the request to end
        dog = Watchdog(Lane.SLOW, [sys.executable, "-c", code], poll_seconds=0.02, start=start)
        monkeypatch.setattr(dog, "silent", lambda _since: silent())
        monkeypatch.setattr(dog, "_was_well", lambda _since, _code: True)
        thread = threading.Thread(target=dog.run, daemon=True)
        thread.start()
        threads.append((dog, thread))
        return dog

    yield begin
    for dog, thread in threads:
        dog.stop()
        thread.join(timeout=60)
        assert not thread.is_alive()


SLEEPS = "import time; time.sleep(600)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(600)"


def test_a_cluster_that_ended_is_started_again(watch: Callable[..., Watchdog], started: list[Any]) -> None:
    dog = watch("pass")
    assert eventually(lambda: len(started) >= 3)
    assert dog.restarts >= 2


def test_the_workers_are_called_again_for_what_the_dead_cluster_had_fetched(
    watch: Callable[..., Watchdog], started: list[Any], called: list[str]
) -> None:
    dog = watch(SLEEPS)
    assert eventually(lambda: len(started) == 1)
    assert called == []
    started[0].kill()
    assert eventually(lambda: called == [Lane.SLOW])
    assert dog.restarts == 1


def test_a_living_cluster_is_left_alone(watch: Callable[..., Watchdog], started: list[Any], called: list[str]) -> None:
    dog = watch(SLEEPS)
    assert eventually(lambda: len(started) == 1)
    time.sleep(0.3)
    assert (dog.restarts, len(started), called) == (0, 1, [])


def test_a_frozen_cluster_is_killed_with_its_children_although_it_ignores_a_request_to_end(
    watch: Callable[..., Watchdog], started: list[Any], tmp_path: Path
) -> None:
    note = tmp_path / "child"
    code = (
        "import pathlib, signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        f"child = subprocess.Popen([sys.executable, '-c', {DEAF!r}])\n"
        f"pathlib.Path({str(note)!r}).write_text(str(child.pid))\n"
        "time.sleep(600)\n"
    )
    frozen = threading.Event()
    dog = watch(code, silent=lambda: frozen.is_set() and len(started) == 1)
    assert eventually(lambda: note.exists() and note.read_text() != "")
    child = int(note.read_text())
    frozen.set()
    assert eventually(lambda: len(started) == 2)
    assert dog.restarts == 1
    assert eventually(lambda: not alive(child) and not alive(started[0].pid))
    assert alive(started[1].pid)


def test_stopping_ends_the_cluster(watch: Callable[..., Watchdog], started: list[Any]) -> None:
    dog = watch(SLEEPS)
    assert eventually(lambda: bool(started))
    dog.stop()
    assert eventually(lambda: not alive(started[0].pid))


def test_a_cluster_that_does_not_end_in_time_is_killed(monkeypatch: pytest.MonkeyPatch, started: list[Any]) -> None:
    monkeypatch.setattr(watchdog, "DRAIN_SECONDS", 0.2)
    process = subprocess.Popen([sys.executable, "-c", DEAF], start_new_session=True, stdout=subprocess.PIPE)
    started.append(process)
    assert process.stdout is not None
    process.stdout.readline()
    watchdog.end_group(process)
    assert not alive(process.pid)


def test_killing_a_group_that_is_gone_is_harmless() -> None:
    process = subprocess.Popen([sys.executable, "-c", "pass"], start_new_session=True)
    process.wait()
    watchdog.kill_group(process)


@pytest.mark.parametrize(("lane", "name"), [(Lane.SLOW, "portal"), (Lane.FAST, "fast")])
def test_each_lane_is_a_cluster_of_its_own(lane: str, name: str, tmp_path: Path) -> None:
    note = tmp_path / "name"
    code = f"import os, pathlib; pathlib.Path({str(note)!r}).write_text(os.environ['Q_CLUSTER_NAME'])"
    assert watchdog._start([sys.executable, "-c", code], lane).wait(timeout=60) == 0
    assert note.read_text() == name


# --- a cluster that will not stay up ---------------------------------------------------------------------------------


class FakeTime:
    """A clock that only sleeping moves; the clusters on it end as they are told to."""

    def __init__(self) -> None:
        self.now = timezone.now()
        self.began = self.now
        self.starts: list[float] = []
        """When each cluster was started, in seconds."""
        self.lives: list[float] = []
        """How long each cluster lives, in seconds; those beyond the list end at once."""
        self.away: Callable[[float], str] = lambda _second: ""
        """Why Redis does not answer in that second."""
        self.on_second: Callable[[float], None] = lambda _second: None

    @property
    def second(self) -> float:
        return round((self.now - self.began).total_seconds(), 2)

    def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.on_second(self.second)

    def start(self, _command: Sequence[str], _lane: str) -> Any:
        self.starts.append(self.second)
        life = self.lives[len(self.starts) - 1] if len(self.starts) <= len(self.lives) else 0
        ends_at = self.second + life
        return types.SimpleNamespace(pid=0, poll=lambda: 1 if self.second >= ends_at else None)

    def gaps(self) -> list[float]:
        """Seconds between the starts."""
        return [round(later - earlier) for earlier, later in itertools.pairwise(self.starts)]


@pytest.fixture
def fake_time(monkeypatch: pytest.MonkeyPatch, called: list[str]) -> FakeTime:
    fake = FakeTime()
    monkeypatch.setattr(jobs, "broker_trouble", lambda: fake.away(fake.second))
    monkeypatch.setattr(watchdog, "kill_group", lambda _cluster: None)
    monkeypatch.setattr(watchdog, "end_group", lambda _cluster: None)
    monkeypatch.setattr(watchdog, "close_old_connections", lambda: None)
    return fake


def watch_until(fake: FakeTime, second: float) -> Watchdog:
    """A watchdog that is asked to end in that second."""
    dog = Watchdog(Lane.SLOW, [], start=fake.start, now=lambda: fake.now, sleep=fake.sleep)
    more = fake.on_second

    def look(now: float) -> None:
        more(now)
        if now >= second:
            dog.stop()

    fake.on_second = look
    dog.run()
    return dog


def test_a_cluster_that_ends_at_once_is_started_less_and_less_often(fake_time: FakeTime) -> None:
    dog = watch_until(fake_time, 320)
    # Each is looked at after one second more.
    assert fake_time.gaps() == [1, 3, 5, 9, 17, 33, 61, 61, 61, 61]
    assert dog.restarts == len(fake_time.starts) - 1


def test_days_of_failures_are_counted_too(fake_time: FakeTime) -> None:
    dog = Watchdog(Lane.SLOW, [], now=lambda: fake_time.now, sleep=fake_time.sleep)
    dog._failures = 5000
    dog._pause(1)
    assert fake_time.second == 60


def test_one_that_gave_a_sign_of_life_is_started_again_at_once(fake_time: FakeTime) -> None:
    """The fourth cluster ticks, and ends after a while."""
    fake_time.lives = [0, 0, 0, 200]

    def tick(second: float) -> None:
        if second == 100:
            Beat.objects.create(name=f"slow@{HERE}", at=fake_time.now)

    fake_time.on_second = tick
    watch_until(fake_time, 230)
    assert fake_time.gaps()[:6] == [1, 3, 5, 200, 3, 5]


def test_one_that_lived_on_while_other_machines_took_the_ticks_was_well(fake_time: FakeTime) -> None:
    fake_time.lives = [0, 0, 0, 600]
    for second in range(0, 700, 60):
        Beat.objects.create(name=f"slow@there{second}", at=fake_time.began + timedelta(seconds=second))
    watch_until(fake_time, 615)
    assert fake_time.gaps()[:5] == [1, 3, 5, 600, 3]


def test_what_will_not_stay_up_is_told_with_what_is_the_matter(
    fake_time: FakeTime, caplog: pytest.LogCaptureFixture
) -> None:
    fake_time.away = lambda _second: "Error 111 connecting to redis:6379. Connection refused."
    watch_until(fake_time, 10)
    again = (
        "the worker cluster of the lane slow ended with the exit code 1, number {} in a row that did no work: starting"
    )
    why = "Redis does not answer: Error 111 connecting to redis:6379. Connection refused."
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == [
        "the worker cluster of the lane slow ended with the exit code 1: starting it again",
        f"{again.format(2)} it again in 2 s; {why}",
        f"{again.format(3)} it again in 4 s; {why}",
    ]


def test_once_redis_is_back_the_cluster_is_started_without_waiting_for_the_pause_to_end(fake_time: FakeTime) -> None:
    fake_time.away = lambda second: "refused" if second < 150 else ""
    fake_time.lives = [0] * 8 + [1000]
    watch_until(fake_time, 300)
    assert fake_time.gaps()[:6] == [1, 3, 5, 9, 17, 33]
    assert 150 <= fake_time.starts[-1] <= 150 + watchdog.LOOK_SECONDS + 1


def test_a_watchdog_that_is_asked_to_end_does_not_wait_for_the_pause(fake_time: FakeTime) -> None:
    watch_until(fake_time, 40)
    assert (fake_time.second, fake_time.starts[-1]) == (40, 35)


def test_a_cluster_is_not_frozen_while_redis_is_away_and_is_given_time_when_it_is_back(fake_time: FakeTime) -> None:
    fake_time.lives = [100_000, 100_000]
    fake_time.away = lambda second: "refused" if second < 1000 else ""
    watch_until(fake_time, 1200)
    [first, second] = fake_time.starts
    assert first == 0
    assert 1000 + 60 <= second <= 1000 + 181, "it never ticked, also when Redis was back: it is frozen after all"


def test_redis_says_itself_why_it_does_not_answer(settings: Any) -> None:
    settings.REDIS_URL = ""
    assert jobs.broker_trouble() == ""
    settings.REDIS_URL = "redis://:geheim@127.0.0.1:1/0"
    assert "127.0.0.1:1" in jobs.broker_trouble()
    assert "geheim" not in jobs.broker_trouble()


# --- silence ----------------------------------------------------------------------------------------------------------

HERE = settings.MACHINE_NAME


def ago(minutes: float) -> datetime:
    return timezone.now() - timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("started_ago", "beats", "silent"),
    [
        pytest.param(1, {}, False, id="it has only just begun"),
        pytest.param(10, {}, True, id="it never gave a sign"),
        pytest.param(10, {f"slow@{HERE}": 1}, False, id="it ticked a minute ago"),
        pytest.param(10, {f"slow@{HERE}": 4}, True, id="its last tick is too old"),
        pytest.param(1, {f"slow@{HERE}": 40}, False, id="the old tick was its predecessor's"),
        pytest.param(10, {f"fast@{HERE}": 1}, True, id="the other lane's tick says nothing"),
        pytest.param(10, {f"slow@{HERE}": 4, "slow@elsewhere": 1}, False, id="another machine takes the ticks"),
        pytest.param(40, {f"slow@{HERE}": 16, "slow@elsewhere": 1}, True, id="even then it speaks sometimes"),
        pytest.param(
            40, {f"slow@{HERE}": 16, "slow@elsewhere": 1, "slow@there": 1}, False, id="two others take more of them"
        ),
        pytest.param(
            40, {f"slow@{HERE}": 28, "slow@elsewhere": 1, "slow@there": 1}, True, id="but even they not all of them"
        ),
        pytest.param(10, {f"slow@{HERE}": 4, "slow@elsewhere": 60}, True, id="the other machine is off"),
    ],
)
def test_three_minutes_without_a_sign_are_a_frozen_cluster(
    started_ago: float, beats: dict[str, float], silent: bool
) -> None:
    for name, minutes in beats.items():
        Beat.objects.create(name=name, at=ago(minutes))
    assert Watchdog(Lane.SLOW, []).silent(ago(started_ago)) is silent


def test_two_machines_of_the_same_host_are_told_apart_by_their_names(settings: Any) -> None:
    settings.MACHINE_NAME = "left"
    jobs.tick(Lane.SLOW)
    settings.MACHINE_NAME = "right"
    Beat.objects.update(at=ago(40))
    jobs.tick(Lane.SLOW)
    assert Watchdog(Lane.SLOW, []).silent(ago(50)) is False
    settings.MACHINE_NAME = "left"
    assert Watchdog(Lane.SLOW, []).silent(ago(50)) is True


@pytest.mark.parametrize(
    ("fields", "silent"),
    [
        pytest.param({}, False, id="a run it carries"),
        pytest.param({"lane": Lane.FAST}, True, id="a run of the other lane"),
        pytest.param({"worker": "elsewhere:7"}, True, id="a run of another machine"),
        pytest.param({"state": RunState.SUCCEEDED}, True, id="a run that has ended"),
    ],
)
def test_the_heartbeat_of_a_run_is_a_sign_of_its_cluster(
    client_acme: Client, fields: dict[str, Any], silent: bool
) -> None:
    values = {"lane": Lane.SLOW, "worker": f"{HERE}:{os.getpid()}", "state": RunState.RUNNING, "heartbeat_at": ago(1)}
    Run.objects.create(client=client_acme, flow="catalogue", **(values | fields))
    assert Watchdog(Lane.SLOW, []).silent(ago(10)) is silent


def test_a_database_that_is_away_is_not_the_clusters_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_dog: Watchdog) -> None:
        raise OperationalError("the database is away")

    monkeypatch.setattr(Watchdog, "_last_sign", away)
    assert Watchdog(Lane.SLOW, []).silent(ago(60)) is False


def test_a_watchdog_survives_a_database_that_is_away_while_it_calls_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_lane: str) -> None:
        raise OperationalError("the database is away")

    monkeypatch.setattr(jobs, "call_again", away)
    Watchdog(Lane.SLOW, [])._call_again()
