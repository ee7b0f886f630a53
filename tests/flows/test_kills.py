"""A worker is killed anywhere in a flow's first run: taken up again, the shop holds what an undisturbed run leaves.

The points are drawn with a fixed seed, `SYNC_PORTAL_KILLS` of them for each flow and way of dying (2 unless set);
before a release: `SYNC_PORTAL_KILLS=40 bin/test tests/flows/test_kills.py`.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any, get_args

import pytest
from django.db import transaction
from django.utils import timezone

from sync_portal.sync import claims
from sync_portal.sync.models import Run
from tests.flows.conftest import Template, a_world
from tests.flows.dying import Killer, Way, carry, deadly, die_in, start, take_up_again
from tests.flows.portal import World, writes
from tests.flows.shop import text

# Real transactions: what a killed worker had not committed must be undone by the database.
pytestmark = [pytest.mark.flow, pytest.mark.django_db(transaction=True)]

POINTS = int(os.environ.get("SYNC_PORTAL_KILLS", "2"))
FLOWS = ("catalogue", "stock", "prices", "images")
WAYS = tuple(way for way in get_args(Way) if way != "look")


@dataclass
class Undisturbed:
    """What a run that nobody disturbs does and leaves."""

    events: dict[tuple[str, str], int]
    shop: dict[str, Any]


@pytest.fixture(scope="module")
def undisturbed(
    template: Template, tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: Any
) -> Iterator[Undisturbed]:
    events: dict[tuple[str, str], int] = {}
    with ExitStack() as stack:
        stack.enter_context(django_db_blocker.unblock())
        stack.enter_context(transaction.atomic())
        for way in WAYS:
            folder = tmp_path_factory.mktemp("undisturbed") / "world"
            world = stack.enter_context(a_world(template, folder, small=True))
            for flow in FLOWS:
                killer = Killer(way)
                with deadly(killer):
                    world.publish(flow)
                events[flow, way] = killer.counted
            held = holding(world)
            world.client.delete()
        transaction.set_rollback(True)
    return Undisturbed(events, held)


@pytest.mark.parametrize("point", range(POINTS))
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("flow", FLOWS)
def test_a_run_whose_worker_is_killed_is_taken_up_without_losing_or_doubling(
    small: World, undisturbed: Undisturbed, flow: str, way: Way, point: int
) -> None:
    at = Random(f"{flow} {way} {point}").randint(1, undisturbed.events[flow, way])
    before = FLOWS[: FLOWS.index(flow)]
    if before:
        small.publish(*before)
    run = start(small.client, flow)
    died = die_in(run, Killer(way, at))
    run.refresh_from_db()
    claimed = bool(run.attempt)
    if died and claimed:
        assert run.state == "running", "a dead worker cannot say that it is dead"
        assert take_up_again(run) == "succeeded"
    elif died:
        assert carry(run) == "succeeded"
    run.refresh_from_db()
    assert (run.state, run.attempt) == ("succeeded", 2 if died and claimed else 1), f"killed at {way} {at}"
    small.publish(*FLOWS[FLOWS.index(flow) + 1 :])
    assert holding(small) == undisturbed.shop, f"killed at {way} {at}"
    again = [small.run(name) for name in FLOWS]
    assert [(row.flow, writes(row)) for row in again] == [(name, {}) for name in FLOWS], f"killed at {way} {at}"


def test_a_run_that_is_killed_each_time_ends_with_its_cause(small: World) -> None:
    run = start(small.client, "catalogue")
    assert die_in(run, Killer("answer", 6))
    for attempt in (2, 3):
        expire(run)
        assert claims.sweep() == [run.pk]
        run.refresh_from_db()
        assert (run.state, run.cause, run.facts) == ("queued", "portal.worker_died", {"attempt": str(attempt)})
        assert die_in(run, Killer("answer", 4))
    expire(run)
    assert claims.sweep() == []
    run.refresh_from_db()
    assert (run.state, run.cause, run.facts) == ("failed", "portal.too_many_attempts", {"attempts": "3"})
    small.publish("catalogue")


def expire(run: Run) -> None:
    Run.objects.filter(pk=run.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def holding(world: World) -> dict[str, Any]:
    """Everything our flows write into the shop, in words instead of ids; what is doubled shows as a count of two."""
    shop = world.shop
    products = {str(row["id"]): row for row in shop.list("products")}
    references = {key: row["reference"] for key, row in products.items()}
    groups, values = shop.names("groups") | {"0": ""}, shop.names("product_option_values")
    variants = {
        str(row["id"]): (
            references[row["id_product"]],
            tuple(sorted(values[item["id"]] for item in row["associations"]["product_option_values"])),
        )
        for row in shop.list("combinations")
    }
    combinations = [(*variants[str(row["id"])], row["reference"], row["price"]) for row in shop.list("combinations")]
    stocks = shop.list("stock_availables")
    prices = shop.list("specific_prices")
    return {
        "products": Counter(
            (row["reference"], text(row["name"]), row["price"], row["weight"], row["active"], row["ean13"])
            for row in products.values()
        ),
        "categories": Counter(shop.path(row["id"]) for row in shop.list("categories")),
        "combinations": Counter(combinations),
        "options": Counter(shop.names("product_options").values()),
        "values": Counter(values.values()),
        "groups": Counter(groups.values()),
        "stock": Counter(
            (references[row["id_product"]], variants.get(row["id_product_attribute"]), row["quantity"])
            for row in stocks
        ),
        "prices": Counter(
            (
                references[row["id_product"]],
                variants.get(row["id_product_attribute"]),
                groups[row["id_group"]],
                row["from_quantity"],
                row["price"],
            )
            for row in prices
        ),
        "images": {reference: photos(world, reference) for reference in sorted(references.values())},
    }


def photos(world: World, reference: str) -> list[str]:
    """The content of a product's photos, the cover first and the others in any order."""
    cover = int(world.shop.product(reference)["id_default_image"] or 0)
    found = {
        image: hashlib.sha256(world.shop.image_bytes(reference, image)).hexdigest()
        for image in world.shop.images(reference)
    }
    return [found.pop(cover, ""), *sorted(found.values())]
