"""Mistakes of our own making that one record brings to light: its refusal, with the technical text, not the run's end.

Otherwise each run would end at that record, and nothing behind it would ever be brought anywhere.
"""

from __future__ import annotations

import traceback

from django.db import DatabaseError, DataError

from connectors.errors import ConnectorError, RejectedRecordError
from sync_portal.sync.claims import LeaseLost
from sync_portal.sync.context import Cancelled

AROUND = (ConnectorError, Cancelled, LeaseLost, DatabaseError, OSError, MemoryError)
"""What comes from around a run and concerns it all: the systems, a person, another worker, the database, the disk."""


def is_a_mistake(error: BaseException) -> bool:
    """Whether nothing around the run explains it. A value that the database cannot hold (`DataError`) is a record's."""
    if isinstance(error, DataError):
        return True
    return isinstance(error, Exception) and not isinstance(error, AROUND)


def refusal(mistake: BaseException) -> RejectedRecordError:
    """What is told at the record."""
    detail = "".join(traceback.format_exception(mistake))
    return RejectedRecordError("portal.unexpected", {"error": type(mistake).__name__}, detail=detail)
