"""Reading what changed in Sage: 1 % of every table, beside a whole read and the scan that finds it."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

from connectors.sage import reading
from connectors.sage.capabilities import Capabilities
from connectors.sage.odbc import SageSession
from connectors.sage.streams import LAG, STREAMS, Stream
from connectors.sandbox.sage import connect
from sync_portal.bench.frame import Bench, Result, in_turns
from sync_portal.bench.sage_read import ARTICLES, TURNS, sage_company, sage_session

SHARE = 0.05
"""Of a whole read, that reading a changed hundredth may cost beside the scan (no index helps: Sage has none)."""


def sage_incremental(bench: Bench) -> Result:
    """Judged: an incremental read of all streams over (5 % of a whole read + the scan itself), limit 1.0."""
    path = sage_company(bench, ARTICLES)
    with sage_session(path) as (session, capabilities):
        since = session.server_now() + LAG
        changed = _touch_a_hundredth(path, since - LAG + timedelta(seconds=1))

        def read(**options: Any) -> int:
            return sum(1 for stream in STREAMS.values() for _ in reading.read(session, capabilities, stream, **options))

        found = read(since=since)
        seconds, scan = in_turns(
            lambda: read(since=since), lambda: _scan(session, capabilities, since - LAG), turns=TURNS
        )
        whole, _again = in_turns(read, lambda: read(since=since), turns=TURNS)
    figures = {
        "rows_changed": changed,
        "records_read": found,
        "incremental_seconds": round(seconds, 3),
        "scan_seconds": round(scan, 3),
        "whole_seconds": round(whole, 3),
        "share_of_whole_beside_scan": round((seconds - scan) / whole, 4),
    }
    ratio = seconds / (SHARE * whole + scan)
    return Result("sage_incremental", ratio=round(ratio, 2), limit=1.0, figures=figures)


def _dated() -> list[Stream]:
    return [stream for stream in STREAMS.values() if stream.cursor]


def _touch_a_hundredth(path: Path, moment: object) -> int:
    """One row in a hundred of each table, as if saved at that moment."""
    changed = 0
    with closing(connect(path)) as connection:
        for table in sorted({stream.table for stream in _dated()}):
            sql = f"UPDATE {table} SET cbModification = ? WHERE cbMarq % 100 = 0"  # noqa: S608 declared names
            changed += connection.cursor().execute(sql, moment).rowcount
        connection.commit()
    return changed


def _scan(session: SageSession, capabilities: Capabilities, since: object) -> int:
    """What any incremental read must do: look at the timestamp of every row. Nothing is handed over."""
    count = 0
    for stream in _dated():
        if capabilities.has(stream.table, stream.cursor):
            sql = f"SELECT COUNT(*) FROM {stream.table} WHERE cbModification >= ? OR cbModification IS NULL"  # noqa: S608
            ((found,),) = session.rows(sql, [since])
            count += found
    return count
