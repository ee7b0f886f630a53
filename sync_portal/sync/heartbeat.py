"""Keeps a run's lease while its worker waits: for a slow shop, for a long query of Sage.

Between records the run beats by itself (`RunContext.beat`); one request or one query may take longer than the lease.
A worker that is stuck for good is ended by django-q2 after `JOB_TIMEOUT`.
"""

from __future__ import annotations

import logging
import threading
from types import TracebackType
from typing import Self

from django.conf import settings
from django.db import DatabaseError, connection

from sync_portal.sync import claims
from sync_portal.sync.models import Run

logger = logging.getLogger(__name__)


class Heartbeat:
    """Prolongs the lease from a thread of its own for the length of a `with`, three times in a lease."""

    def __init__(self, run: Run, *, every_seconds: float | None = None) -> None:
        self._run = run
        self._every = every_seconds or settings.RUN_LEASE_SECONDS / 3
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"heartbeat-{run.pk}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._over.wait(self._every):
            try:
                claims.extend(self._run)
            except claims.LeaseLost:  # the worker itself finds out before it writes anything
                return
            except DatabaseError:
                logger.warning("run %s could not prolong its lease", self._run.pk)
            finally:
                connection.close()
