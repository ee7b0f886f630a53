"""The limits that a run passed, told with their numbers, and whether a person may let it pass."""

from __future__ import annotations

from dataclasses import dataclass

from sync_portal.pages.causes import tell
from sync_portal.pages.sentences import person
from sync_portal.sync import approvals
from sync_portal.sync.brakes import Tripped
from sync_portal.sync.models import Run, RunState


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit that was passed; `shop` is named where the client has several, and it is not Sage."""

    sentence: str
    shop: str


@dataclass(frozen=True, slots=True)
class Braked:
    """What stopped a run, would stop the application of a preview, or was let pass by an approval."""

    limits: list[Limit]
    refusal: approvals.Refusal | None
    """Why nobody can approve it; None: it can be approved."""
    look_at: Run | None = None
    """The run that is to be looked at instead."""
    passed: Run | None = None
    """The run that somebody let pass after looking at this one."""

    @property
    def by(self) -> str:
        """Who let it pass; empty when that person is gone from the portal."""
        return person(self.passed.approved_by) if self.passed and self.passed.approved_by else ""


def braked(run: Run) -> Braked | None:
    """None: it passed no limit."""
    if not run.brakes and run.state != RunState.STOPPED:
        return None
    shops = dict(run.client.shops.values_list("pk", "name")) if run.brakes else {}
    limits = [_limit(Tripped.from_json(one), shops) for one in run.brakes]
    refusal = approvals.refusal_of(run) if run.state == RunState.STOPPED else None
    look_at = approvals.newest_stop(run) if refusal == approvals.Refusal.NEWER else None
    return Braked(limits, refusal, look_at, Run.objects.filter(approves=run).select_related("approved_by").first())


def _limit(tripped: Tripped, shops: dict[int, str]) -> Limit:
    name = shops.get(tripped.shop, "") if tripped.shop and len(shops) > 1 else ""
    return Limit(tell(tripped.cause, tripped.facts).sentence, name)
