"""A second run of every flow, when nothing changed: no write request at all; and what it costs beside a bare read."""

from __future__ import annotations

from typing import Any

from connectors import connections
from connectors.models import Client
from connectors.sage import reading
from connectors.sage.streams import STREAMS
from sync_portal.bench.frame import Bench, Result, in_turns
from sync_portal.sync import jobs
from sync_portal.sync.flows import all_flows
from sync_portal.sync.models import Run

WRITES = ("POST", "PUT", "PATCH", "DELETE")


def run_unchanged(bench: Bench) -> Result:
    """Judged: write requests of the second run over all flows, limit 0. Told: the time beside a whole typed read."""
    with bench.demo_client() as (client, _shop):
        flows = [flow.name for flow in all_flows()]
        first = [jobs.run_here(client, name) for name in flows]
        writes: list[int] = []

        def again() -> None:
            writes.append(sum(_writes(jobs.run_here(client, name)) for name in flows))

        seconds, bare = in_turns(again, lambda: _read_everything(client))
        figures: dict[str, Any] = {
            "first_run_writes": sum(_writes(run) for run in first),
            "first_run_requests": {run.flow: run.requests for run in first},
            "second_run_seconds": round(seconds, 3),
            "typed_read_seconds": round(bare, 3),
            "time_ratio": round(seconds / bare, 2),
        }
        return Result("run_unchanged", ratio=max(writes), limit=0, figures=figures)


def _writes(run: Run) -> int:
    return sum(run.requests.get(verb, 0) for verb in WRITES) + run.requests.get("sage", 0)


def _read_everything(client: Client) -> int:
    """Every stream the flows use, as typed records, and nothing else done with them."""
    names = {name for flow in all_flows() for name in flow.streams}
    with connections.open_sage(client) as session:
        capabilities = connections.probe_sage(client, session)
        return sum(1 for name in names for _record in reading.read(session, capabilities, STREAMS[name]))
