"""A Redis of the tests' own: on a free port of 127.0.0.1, nothing kept on disk, stopped on leaving."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.ports import free_port

START_SECONDS = 180


class NoRedis(RuntimeError):
    """The program `redis-server` is missing, or it did not start; the message says which."""


def why_not() -> str:
    """Why the tests on Redis are left out here: empty where they run. In CI they always run (and fail without it)."""
    if shutil.which("redis-server") or os.environ.get("CI"):
        return ""
    return "redis-server is not installed (bin/test installs Debian's package)"


class RedisServer:
    """One server, which may be stopped and started again with nothing in it."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it; on return it answers.

        Raises:
            NoRedis
        """
        program = shutil.which("redis-server")
        if program is None:
            raise NoRedis("the program redis-server is missing: install Debian's package redis-server")
        options = ("--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no")
        # In a session of its own: Ctrl-C on the tests must not take the server away while they end.
        self._process = subprocess.Popen(
            [program, *options, "--dir", self._folder],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if time.monotonic() > deadline or self._process.poll() is not None:
                self.stop()
                raise NoRedis(f"redis-server did not start on port {self.port}")
            time.sleep(0.02)

    def stop(self) -> None:
        """End it at once; what it held is gone."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _answers(self) -> bool:
        import redis

        connection = redis.from_url(self.url)
        try:
            return bool(connection.ping())
        except redis.RedisError:
            return False
        finally:
            connection.close()


@contextmanager
def throw_away_redis() -> Iterator[RedisServer]:
    """A running server.

    Raises:
        NoRedis
    """
    with tempfile.TemporaryDirectory(prefix="sync-portal-redis-") as folder:
        server = RedisServer(folder)
        server.start()
        try:
            yield server
        finally:
            server.stop()
