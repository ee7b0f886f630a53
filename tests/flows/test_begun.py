"""A worker dies after the shop made something and before anybody knew: the next attempt knows it for its own work.

Taken for a stranger's it would be left by an undo, and the history would say that it was there before.
"""

from __future__ import annotations

from typing import Any

import pytest

from connectors.prestashop.transport import Transport
from mapping.models import Binding
from sync_portal.sync import jobs
from sync_portal.sync.models import Run
from tests.flows.dying import Killer, Way, die_in, start, take_up_again
from tests.flows.portal import World

# Real transactions: what a killed worker had not committed must be undone by the database.
pytestmark = [pytest.mark.flow, pytest.mark.django_db(transaction=True)]


class AfterCreation(Killer):
    """Strikes when the shop has made the first entities of a resource, before the portal learns their ids."""

    def __init__(self, resource: str, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__("answer", at=1)
        self._made = False
        original = Transport.request

        def request(transport: Transport, verb: str, asked: str, *args: Any, **options: Any) -> Any:
            answer = original(transport, verb, asked, *args, **options)
            self._made = self._made or (verb, asked) == ("POST", resource)
            return answer

        monkeypatch.setattr(Transport, "request", request)

    def event(self, way: Way) -> None:
        if self._made or self.dead:
            super().event(way)


@pytest.mark.parametrize("resource", ["categories", "product_options", "products", "combinations"])
def test_what_a_killed_worker_made_is_a_creation_of_its_run(
    small: World, monkeypatch: pytest.MonkeyPatch, resource: str
) -> None:
    run = start(small.client, "catalogue")
    assert die_in(run, AfterCreation(resource, monkeypatch))
    made = {str(row["id"]) for row in small.shop.list(resource)}

    assert take_up_again(run) == "succeeded"

    lines = run.changes.filter(kind=resource, shop_id_given__in=made)
    assert {(one.action, one.state, one.as_found) for one in lines} == {("create", "confirmed", False)}
    assert not {"recognised"} & {name for one in lines for name in one.facts}
    assert not Binding.objects.filter(kind=resource, adopted=True).exists()


def test_the_undo_of_such_a_run_hides_what_it_made(small: World, monkeypatch: pytest.MonkeyPatch) -> None:
    run = start(small.client, "catalogue")
    assert die_in(run, AfterCreation("products", monkeypatch))
    assert take_up_again(run) == "succeeded"

    asked = jobs.undo(run)
    jobs.carry(asked.lane)

    assert Run.objects.get(pk=asked.pk).state == "succeeded"
    assert {row["active"] for row in small.shop.list("products")} == {"0"}


def test_what_an_earlier_run_left_without_an_answer_is_taken_over(
    small: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = start(small.client, "catalogue")
    assert die_in(run, AfterCreation("products", monkeypatch))
    Run.objects.filter(pk=run.pk).update(state="failed")  # given up: nobody takes it up again

    assert small.run("catalogue").state == "succeeded"

    assert Binding.objects.filter(kind="products", adopted=True).exists()
    assert not Binding.objects.filter(pending__has_key="sending").exists()
