"""A worker cluster, and the watchdog that keeps it alive."""

import signal
import sys
from typing import Any

from django.core.management.base import BaseCommand

from sync_portal.sync.watchdog import Watchdog


class Command(BaseCommand):
    help = "Runs a django-q2 cluster and restarts it when it ends or freezes. One per machine."

    def handle(self, **options: Any) -> None:
        watchdog = Watchdog([sys.executable, sys.argv[0], "qcluster"])
        signal.signal(signal.SIGTERM, watchdog.stop)
        signal.signal(signal.SIGINT, watchdog.stop)
        watchdog.run()
