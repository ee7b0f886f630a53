"""The worker clusters, and the watchdogs that keep them alive."""

import signal
import sys
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from sync_portal.sync.models import Lane
from sync_portal.sync.watchdog import Watchdog


class Command(BaseCommand):
    help = "Runs a django-q2 cluster for each lane and restarts one that ends or freezes. One per machine."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--lane", choices=Lane.values, help="serve this lane alone")

    def handle(self, **options: Any) -> None:
        names = [options["lane"]] if options["lane"] else Lane.values
        watchdogs = [Watchdog(lane, [sys.executable, sys.argv[0], "qcluster"]) for lane in names]

        def stop(*_signal: object) -> None:
            for watchdog in watchdogs:
                watchdog.stop()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        others = [threading.Thread(target=watchdog.run, name=watchdog.lane) for watchdog in watchdogs[1:]]
        for thread in others:
            thread.start()
        watchdogs[0].run()
        for thread in others:
            thread.join()
