"""Whatever happens to a run, its worker lives on and goes to the next one."""

from __future__ import annotations

import pytest
from django.db.models import Model

from connectors.models import Client
from sync_portal.sync import claims, engine, shop_plan
from sync_portal.sync.models import Run, RunState
from tests.flows.portal import World

pytestmark = pytest.mark.django_db


@pytest.mark.flow
@pytest.mark.parametrize("gone", [Client, Run], ids=["its client", "the run itself"])
def test_a_run_that_is_deleted_while_it_is_carried_out_ends_in_peace(
    small: World, monkeypatch: pytest.MonkeyPatch, gone: type[Model]
) -> None:
    run = claims.claim(Run.objects.create(client=small.client, flow="catalogue").pk)
    assert run is not None
    apply = shop_plan.apply

    def deleted_before(*given: object) -> None:
        gone._default_manager.all().delete()
        apply(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(shop_plan, "apply", deleted_before)
    assert engine.execute(run) == RunState.CANCELLED
    assert not Run.objects.exists()
    assert small.shop.list("products") == []


def test_a_waiting_run_of_a_flow_that_an_update_took_away_ends_with_its_cause(client_acme: Client) -> None:
    run = claims.claim(Run.objects.create(client=client_acme, flow="zones").pk)
    assert run is not None
    assert engine.execute(run) == RunState.FAILED
    run.refresh_from_db()
    assert (run.cause, run.facts) == ("portal.unknown_flow", {"flow": "zones"})
