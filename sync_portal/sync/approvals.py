"""A person lets pass what a brake stopped: once, for as much as that person saw, in that person's name.

The approval is kept on the run that passes: who, when, why, which stopped run was looked at, what may pass. Only the
newest stop of a flow can be approved, because a later one has seen more; and only for a day: what stopped at night is
looked at in the morning, and nobody lets pass what nobody remembers. Nothing hangs on the plan being that old, because
it is made anew and whatever goes further than what was seen stops again.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sync_portal.sync import jobs
from sync_portal.sync import scope as scopes
from sync_portal.sync.models import Run, RunState, Trigger

if TYPE_CHECKING:
    from django.contrib.auth.models import User

APPROVABLE = timedelta(hours=24)


class Refusal(TextChoices):
    """Why a run cannot be approved."""

    NO_COMMENT = "no_comment", _("Say in a few words why this run may pass.")
    NOT_STOPPED = "not_stopped", _("Only a run that was stopped by a brake can be approved.")
    APPROVED = "approved", _("This run has been approved already: each is approved once.")
    NEWER = "newer", _("A later run of this flow was stopped too: look at that one.")
    OVER = "over", _("A later run of this flow went through: there is nothing left to approve.")
    OLD = "old", _("This run was stopped more than 24 hours ago: run the flow again, it stops again if it has to.")


class NotApprovable(ValueError):
    """The run cannot be approved, or no longer."""

    def __init__(self, refusal: Refusal) -> None:
        self.refusal = refusal
        super().__init__(refusal.value)


def refusal_of(run: Run) -> Refusal | None:
    """Why this run cannot be approved now; None: it can."""
    if run.state != RunState.STOPPED or not run.brakes:
        return Refusal.NOT_STOPPED
    if Run.objects.filter(approves=run).exists():
        return Refusal.APPROVED
    later = Run.objects.filter(client=run.client_id, flow=run.flow, pk__gt=run.pk)
    if later.filter(state=RunState.STOPPED).exists():
        return Refusal.NEWER
    through = later.filter(state__in=[RunState.SUCCEEDED, RunState.INCOMPLETE], preview=run.preview)
    if any(not scopes.partial(scope) for scope in through.values_list("scope", flat=True)):
        return Refusal.OVER
    if run.ended_at is None or timezone.now() - run.ended_at > APPROVABLE:
        return Refusal.OLD
    return None


def newest_stop(run: Run) -> Run | None:
    """The newest stopped run of that run's flow."""
    return Run.objects.filter(client=run.client_id, flow=run.flow, state=RunState.STOPPED).first()


def approve(stopped: Run, *, user: User, comment: str) -> Run:
    """Let a flow pass what it was stopped by, as far as it went then: a new run, planned anew.

    Raises:
        NotApprovable: nothing says why it may pass, or it is too late.
        QueueBusy: a run of the flow waits that nothing can be added to.
    """
    refusal = refusal_of(stopped) if comment.strip() else Refusal.NO_COMMENT
    if refusal is not None:
        raise NotApprovable(refusal)
    approval = {
        "approved_by": user,
        "approval": comment.strip()[:300],
        "approved_at": timezone.now(),
        "approves": stopped,
        "allowed": stopped.brakes,
    }
    try:
        with transaction.atomic():  # the job leaves with the commit, so no worker starts before the approval stands
            run = jobs.request_run(
                stopped.client,
                stopped.flow,
                trigger=Trigger.RETRY,
                user=user,
                scope=stopped.scope,
                preview=stopped.preview,
            )
            waiting = Run.objects.filter(pk=run.pk, state=RunState.QUEUED, approves=None, allowed=[])
            if not waiting.update(**approval):  # somebody else's approval is never replaced
                raise jobs.QueueBusy(run)
    except IntegrityError as error:  # somebody approved it at the same moment
        raise NotApprovable(Refusal.APPROVED) from error
    return run
