"""One run of a flow, in the foreground."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from sync_portal.management.limits import add_limits, limits_of
from sync_portal.management.lookup import client_called, flow_names
from sync_portal.sync import jobs
from sync_portal.sync.causes import describe
from sync_portal.sync.history import counts_by_cause
from sync_portal.sync.models import Run, RunState

EXIT_CODES: dict[str, int] = {RunState.STOPPED: 3, RunState.CANCELLED: 4}
"""Of runs that ended otherwise than well; 1 when they failed."""
BUSY = 5
COUNTERS = ("read", "unchanged", "to_write", "written", "confirmed", "held", "rejected")


class Command(BaseCommand):
    help = "Runs one flow of a client here and now, with a progress bar."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("client", help="the client's identifier")
        parser.add_argument("flow", choices=flow_names())
        parser.add_argument("--preview", action="store_true", help="plan only: write nothing")
        add_limits(parser)
        parser.add_argument("--json", action="store_true", help="print the result as one JSON object")

    def handle(self, **options: Any) -> None:
        client = client_called(options["client"])
        trigger, scope = limits_of(client, options["flow"], options)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True, disable=options["json"]) as bar:
            task = bar.add_task(options["flow"])
            try:
                run = jobs.run_here(
                    client,
                    options["flow"],
                    trigger=trigger,
                    preview=options["preview"],
                    scope=scope,
                    on_progress=_shower(bar, task),
                )
            except (RuntimeError, jobs.QueueBusy) as error:
                raise CommandError(str(error), returncode=BUSY) from error
        self.stdout.write(json.dumps(result(run), ensure_ascii=False) if options["json"] else sentence(run))
        if run.state not in {RunState.SUCCEEDED, RunState.INCOMPLETE}:
            raise CommandError(describe(run.cause, run.facts, "en").sentence, returncode=EXIT_CODES.get(run.state, 1))


def _shower(bar: Progress, task: TaskID) -> Any:
    def show(step: str, done: int, total: int) -> None:
        bar.update(task, description=step, completed=done, total=total or None)

    return show


def result(run: Run) -> dict[str, Any]:
    """The run as data."""
    return {
        "run": run.pk,
        "client": run.client.slug,
        "flow": run.flow,
        "state": run.state,
        "preview": run.preview,
        "scope": run.scope,
        **{name: getattr(run, name) for name in COUNTERS},
        "requests": run.requests,
        "seconds": round((run.ended_at - run.started_at).total_seconds(), 1)
        if run.ended_at and run.started_at
        else None,
        "cause": run.cause,
        "facts": run.facts,
        "causes": dict(counts_by_cause(run)),
    }


def sentence(run: Run) -> str:
    """The run in a line, and what went wrong in one more line per cause."""
    counters = ", ".join(f"{getattr(run, name)} {name.replace('_', ' ')}" for name in COUNTERS)
    lines = [f"{run.flow}: {run.state} ({counters})"]
    for cause, amount in counts_by_cause(run):
        change = run.changes.filter(cause=cause).first()
        lines.append(f"  {amount} x {describe(cause, change.facts if change else {}, 'en').sentence}")
    return "\n".join(lines)
