"""/healthz is green only when the database answers and a worker is alive."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test import Client as Browser
from django.utils import timezone

from sync_portal.sync.models import Beat


@pytest.mark.parametrize(
    ("age", "status"), [(None, 503), (5, 200), (170, 200), (200, 503)], ids=["never", "fresh", "almost old", "silent"]
)
def test_health_follows_the_newest_sign_of_life(age: int | None, status: int, db: None) -> None:
    if age is not None:
        Beat.objects.create(name="fast@srv-2", at=timezone.now() - timedelta(days=2))
        Beat.objects.create(name="slow@srv-1", at=timezone.now() - timedelta(seconds=age))

    response = Browser().get("/healthz")

    assert response.status_code == status
    assert response.json()["ok"] is (status == 200)
    assert response.json()["database"] is True
    assert (response.json()["worker_seconds"] is None) == (age is None)


def test_health_says_when_the_database_does_not_answer(db: None) -> None:
    def refuse(*_arguments: object) -> None:
        raise OperationalError

    with connection.execute_wrapper(refuse):
        response = Browser().get("/healthz")

    assert response.status_code == 503
    assert response.json() == {"ok": False, "database": False, "worker_seconds": None}
