"""Run a command with DATABASE_URL pointing at a throw-away PostgreSQL: python -m tests.postgres COMMAND..."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

from tests.postgres.server import NoPostgres, throw_away_server


def main(command: list[str]) -> int:
    if not command:
        sys.exit("usage: python -m tests.postgres COMMAND...")
    # SIGTERM becomes an ordinary exit, so that the server is stopped and its folder removed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with throw_away_server() as url:
            return subprocess.run(command, env=os.environ | {"DATABASE_URL": url}, check=False).returncode
    except NoPostgres as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
