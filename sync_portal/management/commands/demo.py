"""The demonstration: everything it needs, from nothing. `bin/demo` installs, then calls this."""

import json
import shutil
import signal
import sys
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from sync_portal.demo import check_round, setup
from sync_portal.demo.processes import DidNotStart, PortTaken, Processes, check_port, free_port, start_shop


class Command(BaseCommand):
    help = "Starts the demonstration (portal, workers, sandbox Sage and shop); Ctrl-C ends all of it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="the portal's port; the shop takes the next one")
        parser.add_argument("--reset", action="store_true", help="start over: forget the demonstration's data")
        parser.add_argument("--check", action="store_true", help="do one whole round, print a JSON summary, end")
        parser.add_argument("--articles", type=int, help="so many generated articles more in the Sage company")

    def handle(self, **options: Any) -> None:
        places = setup.Places(settings.DATA_DIR)
        # A closed terminal or a `kill` must not leave the shop, the workers and the portal behind.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _interrupt)
        try:
            if options["check"]:
                self._check(places, options)
            else:
                self._stay(places, options)
        except (PortTaken, DidNotStart, check_round.RoundFailed) as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            sys.exit(130)

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()

    def _stay(self, places: setup.Places, options: dict[str, Any]) -> None:
        port = options["port"]
        for taken in (port, port + 1):
            check_port(taken)
        if options["reset"]:
            self._forget(places)
        self._say("Preparing the demonstration…" if not places.exists else "Starting the demonstration…")
        setup.prepare(places, shop_url=f"http://127.0.0.1:{port + 1}", articles=options["articles"])
        with Processes(places.root / "logs") as processes:
            portal = f"http://127.0.0.1:{port}"
            processes.start("portal", _gunicorn(port))
            shop_url = start_shop(processes, state=places.shop, port=port + 1)
            processes.wait_for("portal", f"{portal}/healthz")
            processes.wait_for("shop", f"{shop_url}/")
            # Last, because nobody waits for them: on two cores they would keep the portal from opening.
            processes.manage("worker", "worker")
            self._welcome(portal, shop_url)
            self._until_interrupted(processes)
        self._say("\nThe demonstration has ended; its data is kept for the next start.")

    def _forget(self, places: setup.Places) -> None:
        for name in ("sandbox", "logs", "media", "thumbnails"):
            shutil.rmtree(places.root / name, ignore_errors=True)
        for file in places.root.glob("portal.sqlite3*"):
            file.unlink()

    def _welcome(self, portal: str, shop_url: str) -> None:
        self._say(f"\nThe portal:       {portal}\nThe sandbox shop: {shop_url}\n")
        for login in setup.LOGINS:
            self._say(f"  {login.role:14} {login.user:15} {login.password}")
        self._say("\nCtrl-C ends the demonstration.")

    def _until_interrupted(self, processes: Processes) -> None:
        try:
            while True:
                time.sleep(0.5)
                if ended := processes.ended():
                    raise DidNotStart(f"{', '.join(ended)} ended unexpectedly; see {processes.logs}")
        except KeyboardInterrupt:
            return

    def _check(self, places: setup.Places, options: dict[str, Any]) -> None:
        port = free_port()
        setup.prepare(places, shop_url=f"http://127.0.0.1:{port}", articles=options["articles"])
        with Processes(places.root / "logs") as processes:
            shop_url = start_shop(processes, state=places.shop, port=port)
            processes.manage("worker", "worker")
            processes.wait_for("shop", f"{shop_url}/")
            summary = check_round.check(shop_url=shop_url, sage=places.sage, say=self._say)
        self._say(json.dumps(summary))
        if not summary["ok"]:
            sys.exit(1)


def _interrupt(*_signal: object) -> None:
    raise KeyboardInterrupt


def _gunicorn(port: int) -> list[str]:
    return [
        sys.executable,
        "-m",
        "gunicorn",
        "sync_portal.wsgi",
        f"--bind=127.0.0.1:{port}",
        "--workers=2",
        "--threads=4",
        "--preload",
        "--worker-tmp-dir=/dev/shm",
    ]
