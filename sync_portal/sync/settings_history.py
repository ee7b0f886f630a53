"""What people changed in a client's schedules and alerts: who, when, before, after."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from connectors.models import Client
from sync_portal.sync.models import Alerting, FlowSchedule, SettingChange

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser

_OF_A_SCHEDULE = ("every_minutes", "cron", "promise_minutes", "paused")


def of_schedule(schedule: FlowSchedule | None) -> dict[str, Any]:
    """What people set of a schedule; empty where there is none."""
    return {name: getattr(schedule, name) for name in _OF_A_SCHEDULE} if schedule else {}


def of_alerting(alerting: Alerting | None) -> dict[str, Any]:
    """Whom to tell; of a webhook only that there is one, its address may hold a secret."""
    return {"emails": list(alerting.emails), "webhook": bool(alerting.webhook)} if alerting else {}


def note(
    client: Client,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    flow: str = "",
    by: AbstractUser | None = None,
    why: str = "",
) -> SettingChange | None:
    """Keep what differs between two states of a schedule (of the alerts without a flow); None when nothing does."""
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    if not names:
        return None
    return SettingChange.objects.create(
        client=client,
        flow=flow,
        by=by,  # type: ignore[misc]
        before={name: before.get(name) for name in names},
        after={name: after.get(name) for name in names},
        why=why[:200],
    )
