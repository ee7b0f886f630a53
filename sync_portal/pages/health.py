"""What a load balancer or a watchdog asks."""

from __future__ import annotations

from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from sync_portal.sync.models import Beat

SILENT_SECONDS = 180
"""The workers show life once a minute: three missed signs mean that nothing runs."""


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """`{"ok", "database", "worker_seconds"}`: 200 when the database answers and a worker showed life lately, else 503.

    `worker_seconds` is the age of the newest sign of life, null when no worker ever gave one.
    """
    try:
        beat = Beat.objects.filter(name__contains="@").order_by("-at").first()
    except DatabaseError:
        return JsonResponse({"ok": False, "database": False, "worker_seconds": None}, status=503)
    age = (timezone.now() - beat.at).total_seconds() if beat else None
    alive = age is not None and age <= SILENT_SECONDS
    answer = {"ok": alive, "database": True, "worker_seconds": None if age is None else round(age, 1)}
    return JsonResponse(answer, status=200 if alive else 503)
