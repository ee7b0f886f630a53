"""What a run is limited to: one product, what was refused, what a person chose of a preview."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from connectors.models import Client
from sync_portal.sync import jobs, scope
from sync_portal.sync.models import Change, Run, RunState, Trigger
from tests.flows.portal import World, changes_of, writes
from tests.flows.shop import text
from tests.sync.shop_edits import delete, edit, in_french

pytestmark = pytest.mark.django_db
flow = pytest.mark.flow


def carry(run: Run) -> Run:
    """As a worker does; the run must be the next of its lane."""
    jobs.carry(run.lane)
    return Run.objects.get(pk=run.pk)


# --- asking -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        pytest.param({}, {}, {}, id="the whole flow twice"),
        pytest.param({"product": "POLO"}, {"product": "POLO"}, {"product": "POLO"}, id="the same product twice"),
        pytest.param({"product": "POLO"}, {"product": "SAC"}, {"refresh": ["POLO", "SAC"]}, id="two products"),
        pytest.param({}, {"product": "POLO"}, {"refresh": ["POLO"]}, id="all, and one product afresh"),
        pytest.param({"refresh": ["SAC"]}, {"product": "POLO"}, {"refresh": ["POLO", "SAC"]}, id="and one more"),
        pytest.param({"retry": 7}, {}, {"unpark": [7]}, id="what was refused, and all"),
        pytest.param({"retry": 7}, {"retry": 9}, {"unpark": [7, 9]}, id="what two runs left"),
        pytest.param({"full": True}, {}, {"full": True}, id="all, derived anew"),
        pytest.param({"orders": [9]}, {"orders": [7]}, {"orders": [7, 9]}, id="two orders"),
        pytest.param({"orders": [9]}, {}, {}, id="an order, and all: it waits like the others"),
    ],
)
def test_one_waiting_run_does_the_work_of_two(
    client_acme: Client, first: dict[str, Any], second: dict[str, Any], expected: dict[str, Any]
) -> None:
    waiting = jobs.request_run(client_acme, "catalogue", scope=first)
    assert jobs.request_run(client_acme, "catalogue", scope=second) == waiting
    waiting.refresh_from_db()
    assert waiting.scope == expected
    assert Run.objects.count() == 1


@pytest.mark.parametrize("chosen", [{"undo": 3}, {"plan": 3, "changes": [], "fields": []}], ids=["undo", "preview"])
@pytest.mark.parametrize("other", [{}, {"product": "POLO"}, {"undo": 4}], ids=["all", "a product", "another undo"])
def test_nothing_is_added_to_what_a_person_chose_exactly(
    client_acme: Client, chosen: dict[str, Any], other: dict[str, Any]
) -> None:
    waiting = jobs.request_run(client_acme, "catalogue", scope=chosen)
    with pytest.raises(jobs.QueueBusy):
        jobs.request_run(client_acme, "catalogue", scope=other)
    assert jobs.request_run(client_acme, "catalogue", scope=chosen) == waiting


def test_a_choice_does_not_slip_into_a_waiting_run(client_acme: Client) -> None:
    jobs.request_run(client_acme, "catalogue")
    with pytest.raises(jobs.QueueBusy, match="catalogue waits already"):
        jobs.request_run(client_acme, "catalogue", scope={"undo": 3})


@pytest.mark.parametrize(
    ("dead", "waiting", "handed_over", "cause"),
    [
        pytest.param({"product": "POLO"}, {}, {"refresh": ["POLO"]}, "portal.worker_died", id="a product"),
        pytest.param({}, {"product": "POLO"}, {"refresh": ["POLO"]}, "portal.worker_died", id="the whole flow"),
        pytest.param({"undo": 3}, {}, {}, "portal.too_many_attempts", id="an undo waits for a person"),
        pytest.param({}, {"undo": 3}, {"undo": 3}, "portal.too_many_attempts", id="an undo is not widened"),
    ],
)
def test_a_dead_run_hands_its_work_to_the_one_that_waits(
    client_acme: Client, dead: dict[str, Any], waiting: dict[str, Any], handed_over: dict[str, Any], cause: str
) -> None:
    from django.utils import timezone

    from sync_portal.sync import claims

    died = claims.claim(jobs.request_run(client_acme, "catalogue", scope=dead).pk)
    assert died is not None
    newer = jobs.request_run(client_acme, "catalogue", scope=waiting)
    Run.objects.filter(pk=died.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert claims.sweep() == []
    died.refresh_from_db()
    newer.refresh_from_db()
    assert (died.state, died.cause, newer.state, newer.scope) == ("failed", cause, "queued", handed_over)


def test_only_a_preview_is_applied(client_acme: Client) -> None:
    with pytest.raises(ValueError, match="is no preview"):
        jobs.apply_preview(Run.objects.create(client=client_acme, flow="catalogue"))


def test_an_old_preview_is_refused_when_asked(client_acme: Client) -> None:
    from django.utils import timezone

    old = timezone.now() - scope.PLAN_EXPIRES - timedelta(minutes=1)
    preview = Run.objects.create(
        client=client_acme, flow="catalogue", preview=True, state=RunState.SUCCEEDED, ended_at=old
    )
    with pytest.raises(scope.PlanExpired, match=f"preview {preview.pk} is older than 4 hours"):
        jobs.apply_preview(preview)
    assert Run.objects.count() == 1


@pytest.mark.parametrize(
    ("kind", "key", "mine"),
    [
        ("products", "POLO", True),
        ("products", "POLO-M", False),
        ("combinations", "POLO|1|0", True),
        ("stock", "POLO", True),
        ("product_links", "POLO", True),
        ("product_suppliers", "POLO|supplier", True),
        ("stock", "POLO|1|0", True),
        ("images", "POLO|c:/polo.jpg", True),
        ("specific_prices", "POLO-M|2", False),
        ("customers", "POLO", False),
    ],
)
def test_a_resource_belongs_to_the_product_its_key_begins_with(kind: str, key: str, mine: bool) -> None:
    assert scope.belongs_to(kind, key, "POLO") is mine


# --- one product ------------------------------------------------------------------------------------------------------


@flow
def test_a_resync_puts_one_product_right_and_touches_no_other(small: World) -> None:
    small.begin()
    polo = small.shop.product("POLO-BLEU-M")["id"]
    edit(small, "products", polo, price="99.000000", name=in_french("Polo soldé"))
    other = small.shop.product("SECATEUR")["id"]
    edit(small, "products", other, price="1.000000")
    small.company.update("F_ARTICLE", "AR_Ref", "CAFET-ISO", AR_Design="Autre nom")
    mark = small.shop.mark()
    runs = [carry(run) for run in jobs.resync_product(small.client, "POLO-BLEU-M")]
    assert {run.state for run in runs} == {"succeeded"}
    assert small.shop.since(mark).entities == {"PATCH": {"products": 1}}
    product = small.shop.product("POLO-BLEU-M")
    assert (product["price"], text(product["name"])) == ("19.900000", "Polo d'accueil manches courtes bleu M")
    assert small.shop.product("SECATEUR")["price"] == "1.000000"
    assert changes_of(small.run("catalogue")).keys() == {("products", "CAFET-ISO")}


@flow
def test_a_resync_makes_a_deleted_product_again_with_all_that_belongs_to_it(small: World) -> None:
    small.begin()
    photos, prices = len(small.shop.images("POLO-BLEU-M")), len(small.shop.list("specific_prices"))
    delete(small, "products", small.shop.product("POLO-BLEU-M")["id"])
    runs = [carry(run) for run in jobs.resync_product(small.client, "POLO-BLEU-M")]
    runs += [small.run(name) for name in ("catalogue", "stock", "prices", "images")]
    assert {(run.state, run.rejected) for run in runs} == {("succeeded", 0)}
    assert small.shop.stock("POLO-BLEU-M") == {"": 44}
    assert (len(small.shop.images("POLO-BLEU-M")), len(small.shop.list("specific_prices"))) == (photos, prices)
    assert [writes(small.run(name)) for name in ("catalogue", "stock", "prices", "images")] == [{}, {}, {}, {}]


@flow
def test_a_resync_asked_while_a_run_waits_is_still_done(small: World) -> None:
    small.begin("catalogue")
    edit(small, "products", small.shop.product("POLO-BLEU-M")["id"], price="99.000000")
    waiting = jobs.request_run(small.client, "catalogue")
    assert jobs.request_run(small.client, "catalogue", scope={"product": "POLO-BLEU-M"}) == waiting
    assert carry(waiting).state == "succeeded"
    assert small.shop.product("POLO-BLEU-M")["price"] == "19.900000"


# --- what was refused -------------------------------------------------------------------------------------------------


@pytest.fixture
def refusing(small: World) -> World:
    """A shop without a rule for the reduced rate: one article is refused, and then held."""
    small.running.shop.database.execute("UPDATE ps_tax_rule_groups SET active = 0 WHERE name LIKE '%(5.5%'")
    run = small.run("catalogue")
    assert list(run.changes.filter(state="rejected").values_list("key", "cause")) == [
        ("SARDINE-VIN", "shop.no_tax_rule")
    ]
    return small


SARDINES = {
    ("products", "SARDINE-VIN"),
    # The single tin and the box: they waited for their product.
    ("combinations", "SARDINE-VIN|pack|3"),
    ("combinations", "SARDINE-VIN|pack|4"),
}


def allow(world: World) -> None:
    world.running.shop.database.execute("UPDATE ps_tax_rule_groups SET active = 1")


@flow
def test_a_refused_record_is_not_sent_at_every_run(refusing: World) -> None:
    allow(refusing)
    run = refusing.run("catalogue")
    assert (writes(run), run.held) == ({}, 1)


@flow
@pytest.mark.parametrize("later", [False, True], ids=["of the run that was refused", "of a later run that held it"])
def test_a_retry_sends_what_was_refused_and_nothing_else(refusing: World, later: bool) -> None:
    run = refusing.run("catalogue") if later else Run.objects.latest("pk")
    allow(refusing)
    refusing.company.update("F_ARTICLE", "AR_Ref", "SECATEUR", AR_Design="Autre nom")
    again = jobs.retry_refused(run)
    assert (again.trigger, again.scope) == (Trigger.RETRY, {"retry": run.pk})
    assert changes_of(carry(again)).keys() == SARDINES
    assert refusing.shop.product("SARDINE-VIN")["price"] == "4.691943"
    assert changes_of(refusing.run("catalogue")).keys() == {("products", "SECATEUR")}


@flow
def test_a_retry_asked_while_a_run_waits_is_still_done(refusing: World) -> None:
    run = refusing.run("catalogue")
    allow(refusing)
    waiting = jobs.request_run(refusing.client, "catalogue")
    assert jobs.retry_refused(run) == waiting
    assert carry(waiting).state == "succeeded"
    assert refusing.shop.product("SARDINE-VIN")["price"] == "4.691943"
    assert writes(refusing.run("catalogue")) == {}


# --- a preview applied ------------------------------------------------------------------------------------------------


@pytest.fixture
def previewed(small: World) -> tuple[World, Run]:
    """Two products with a new price, one of them with a new name (and title) too; nothing written yet."""
    small.begin("catalogue")
    small.company.update("F_ARTICLE", "AR_Ref", "POLO-BLEU-M", AR_PrixVen="21.40", AR_Design="Polo nuit")
    small.company.update("F_ARTICLE", "AR_Ref", "CARNET-A5", AR_PrixVen="9.99")
    preview = small.run("catalogue", preview=True)
    assert {place: set(fields) for place, fields in changes_of(preview).items()} == {
        ("products", "POLO-BLEU-M"): {"price", "name", "meta_title"},
        ("products", "CARNET-A5"): {"price"},
    }
    return small, preview


POLO, CARNET = ("products", "POLO-BLEU-M"), ("products", "CARNET-A5")


@flow
def test_a_preview_is_applied_whole(previewed: tuple[World, Run]) -> None:
    world, preview = previewed
    run = carry(jobs.apply_preview(preview))
    assert (run.trigger, run.state) == (Trigger.PLAN, "succeeded")
    assert changes_of(run) == changes_of(preview)
    assert writes(world.run("catalogue")) == {}


@flow
def test_the_chosen_changes_of_a_preview_are_applied_and_the_rest_waits(previewed: tuple[World, Run]) -> None:
    world, preview = previewed
    chosen = Change.objects.get(run=preview, key="CARNET-A5")
    run = carry(jobs.apply_preview(preview, changes=[chosen.pk]))
    assert changes_of(run) == {CARNET: changes_of(preview)[CARNET]}
    assert world.shop.product("POLO-BLEU-M")["price"] == "19.900000"
    assert changes_of(world.run("catalogue")).keys() == {POLO}


@flow
def test_one_kind_of_field_of_a_preview_is_applied(previewed: tuple[World, Run]) -> None:
    world, preview = previewed
    run = carry(jobs.apply_preview(preview, fields=["name"]))
    assert changes_of(run) == {POLO: {"name": changes_of(preview)[POLO]["name"]}}
    assert run.changes.filter(state="stale").count() == 0
    product = world.shop.product("POLO-BLEU-M")
    assert (text(product["name"]), product["price"]) == ("Polo nuit", "19.900000")
    left = changes_of(world.run("catalogue"))
    assert {place: set(fields) for place, fields in left.items()} == {POLO: {"price", "meta_title"}, CARNET: {"price"}}


@flow
def test_what_moved_in_sage_since_the_preview_is_stale_and_not_forced(previewed: tuple[World, Run]) -> None:
    world, preview = previewed
    world.company.update("F_ARTICLE", "AR_Ref", "POLO-BLEU-M", AR_PrixVen="25.00")
    run = carry(jobs.apply_preview(preview))
    states = dict(run.changes.values_list("key", "state"))
    assert states == {"POLO-BLEU-M": "stale", "CARNET-A5": "confirmed"}
    assert world.shop.product("POLO-BLEU-M")["price"] == "19.900000"
    world.publish("catalogue")
    assert world.shop.product("POLO-BLEU-M")["price"] == "25.000000"


@flow
def test_what_was_written_since_the_preview_is_stale(previewed: tuple[World, Run]) -> None:
    world, preview = previewed
    world.publish("catalogue")
    run = carry(jobs.apply_preview(preview))
    assert set(run.changes.values_list("state", flat=True)) == {"stale"}
    assert writes(run) == {}


@flow
def test_a_preview_that_grew_old_in_the_queue_is_not_applied(previewed: tuple[World, Run]) -> None:
    _world, preview = previewed
    asked = jobs.apply_preview(preview)
    Run.objects.filter(pk=preview.pk).update(ended_at=preview.ended_at - scope.PLAN_EXPIRES)
    run = carry(asked)
    assert (run.state, run.cause, writes(run)) == ("failed", "portal.plan_expired", {})
    assert run.facts == {"preview": str(preview.pk), "hours": "4"}
