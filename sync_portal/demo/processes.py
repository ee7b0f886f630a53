"""The demonstration's processes: shop, workers, portal. Started together, ended together."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import requests
from django.conf import settings

READY_SECONDS = 60
END_SECONDS = 20


class PortTaken(Exception):
    """Something else listens there."""


class DidNotStart(Exception):
    """A process ended, or did not answer in time; the message names it and its log."""


def check_port(port: int) -> None:
    """Make sure nothing listens on the port.

    Raises:
        PortTaken: something does.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise PortTaken(f"port {port} is taken by another program: choose another one with --port") from error


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Processes:
    """Named child processes, each in a group of its own and with a log file; leaving the block ends them all."""

    def __init__(self, logs: Path) -> None:
        self.logs = logs
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        self.logs.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self._running.values():
            process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + END_SECONDS
        for process in self._running.values():
            try:
                process.wait(timeout=max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def manage(self, name: str, *arguments: str) -> None:
        """Start `manage.py ARGUMENTS`."""
        self.start(name, [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments])

    def start(self, name: str, command: Sequence[str]) -> None:
        """Start a command; its output goes to NAME.log."""
        with (self.logs / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(  # noqa: S603  our own programs
                command, stdout=log, stderr=subprocess.STDOUT, cwd=settings.BASE_DIR, start_new_session=True
            )

    def wait_for(self, name: str, url: str) -> None:
        """Wait until the process answers.

        Raises:
            DidNotStart: it ended, or nothing answered within 60 s.
        """
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            if self._running[name].poll() is not None:
                raise DidNotStart(f"the {name} ended at once; see {self.logs / f'{name}.log'}")
            try:
                requests.get(url, timeout=2, allow_redirects=False)
            except (requests.ConnectionError, requests.Timeout):
                time.sleep(0.1)
            else:
                return
        raise DidNotStart(f"the {name} does not answer at {url}; see {self.logs / f'{name}.log'}")

    def ended(self) -> list[str]:
        """Names of the processes that are no longer running."""
        return [name for name, process in self._running.items() if process.poll() is not None]


def start_shop(processes: Processes, *, state: Path, port: int) -> str:
    """Start the sandbox shop; returns its address, at which it is to be waited for."""
    processes.manage("shop", "sandbox", "shop", "--state", str(state), "--port", str(port))
    return f"http://127.0.0.1:{port}"
