"""What the shop does not let go is not forgotten: it is shown, and goes when the shop, Sage or a rule lets it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from connectors.errors import RejectedRecordError
from connectors.prestashop.items import Outcome
from connectors.prestashop.webservice import Webservice
from connectors.prestashop.xml import Entity
from mapping.models import Binding
from sync_portal.sync import jobs
from sync_portal.sync.models import Run
from tests.flows.portal import World, writes
from tests.flows.test_changes import a_day_passes

pytestmark = pytest.mark.flow
GONE = 6
"""Specific prices of the tier that disappears: one for each group."""


@pytest.fixture
def refused(small: World) -> Run:
    """A tier disappeared from Sage, and the shop refused to delete its prices."""
    lose_a_tier(small)

    def refuse(_shop: Webservice, resource: str, ids: Sequence[int]) -> list[Outcome]:
        error = RejectedRecordError("shop.refused", {"message": "non"})
        return [Outcome(place, shop_id, Entity({}), error=error) for place, shop_id in enumerate(ids)]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Webservice, "delete", refuse)
        run = small.run("prices")
    assert (run.state, deletions(run)) == ("incomplete", {("rejected", "shop.refused"): GONE})
    return run


def lose_a_tier(small: World) -> None:
    small.publish()
    small.company.execute(("DELETE FROM F_TARIFQTE WHERE AR_Ref = ? AND TQ_BorneSup > 200", ("STYLO-BILLE",)))
    a_day_passes()


def deletions(run: Run) -> dict[tuple[str, str], int]:
    """(state, cause) -> how many."""
    found: dict[tuple[str, str], int] = {}
    for state, cause in run.changes.filter(action="delete").values_list("state", "cause"):
        found[state, cause] = found.get((state, cause), 0) + 1
    return found


def test_it_is_held_with_its_cause_in_every_run_and_not_sent_again(small: World, refused: Run) -> None:
    for _time in range(2):
        run = small.run("prices")
        assert (run.state, run.held, deletions(run), writes(run)) == (
            "succeeded",
            GONE,
            {("held", "shop.refused"): GONE},
            {},
        )
    whole = jobs.run_here(small.client, "prices", scope={"full": True})
    assert (deletions(whole), writes(whole)) == ({("held", "shop.refused"): GONE}, {})


def test_a_person_has_it_sent_again(small: World, refused: Run) -> None:
    held = small.run("prices")
    retried = jobs.run_here(small.client, "prices", scope={"retry": held.pk})
    assert deletions(retried) == {("confirmed", ""): GONE}
    assert not Binding.objects.filter(kind="specific_prices").exclude(parked="").exists()
    run = small.run("prices")
    assert (deletions(run), run.held, writes(run)) == ({}, 0, {})


def test_it_is_sent_again_when_the_article_changes_in_sage(small: World, refused: Run) -> None:
    small.company.update("F_ARTICLE", "AR_Ref", "STYLO-BILLE", AR_Design="Stylo à bille")
    assert deletions(small.run("prices")) == {("confirmed", ""): GONE}
    assert writes(small.run("prices")) == {}


def test_it_is_sent_again_when_a_rule_changes(small: World, refused: Run) -> None:
    shop = small.client.shops.get()
    small.shop_connection(rules={**shop.rules, "images": {**shop.rules.get("images", {}), "remove": False}})
    assert deletions(small.run("prices")) == {("confirmed", ""): GONE}
    assert writes(small.run("prices")) == {}


def test_what_has_to_be_tried_later_is_tried_by_the_next_run(small: World) -> None:
    lose_a_tier(small)
    small.shop.misbehave("empty_500", times=-1, path="/api/specific_prices", methods=["DELETE"])
    run = small.run("prices")
    assert (run.state, deletions(run)) == ("incomplete", {("later", "shop.empty_500"): GONE})
    small.running.shop.misbehaviours.clear()
    assert deletions(small.run("prices")) == {("confirmed", ""): GONE}


def test_a_refused_product_goes_again_when_a_rule_changes(small: World) -> None:
    """Parked is what was refused, so another wanted state is another question; only the source was tried before."""
    database = small.running.shop.database
    database.execute("UPDATE ps_tax_rule_groups SET active = 0 WHERE name LIKE '%10%'")
    assert small.run("catalogue").changes.get(key="SECATEUR").state == "rejected"
    database.execute("UPDATE ps_tax_rule_groups SET active = 1")
    assert small.run("catalogue").changes.get(key="SECATEUR").state == "held"
    shop = small.client.shops.get()
    rules = {**shop.rules, "texts": {"name": {"fr": {"templates": ["{design} ({reference})"]}}}}
    small.shop_connection(rules=rules)
    assert small.run("catalogue").changes.get(key="SECATEUR").state == "confirmed"
    assert writes(small.run("catalogue")) == {}
