"""What one record can meet on its way while the others go on: each with its cause, and with what mends it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from connectors import connections
from connectors.errors import ConfigurationError
from mapping import media
from mapping.models import Product
from sync_portal.sync import claims, engine
from sync_portal.sync.causes import describe
from sync_portal.sync.models import Cursor, Run
from tests.flows.portal import World, causes_of, changes_of, writes
from tests.flows.test_bad_input import choke_on

pytestmark = pytest.mark.flow


def told(run: Run) -> list[str]:
    """The run's causes as sentences, to see that no fact is missing."""
    return [describe(change.cause, change.facts, "fr").sentence for change in run.changes.exclude(cause="")]


def test_an_article_whose_vat_the_shop_does_not_know_waits_for_its_tax_rule(small: World) -> None:
    database = small.running.shop.database
    database.execute("UPDATE ps_tax_rule_groups SET active = 0 WHERE name LIKE '%10%'")
    run = small.run("catalogue")
    assert (run.state, causes_of(run)) == ("incomplete", {"SECATEUR": "shop.no_tax_rule"})
    assert told(run) == [describe("shop.no_tax_rule", {"rate": "10"}, "fr").sentence]
    database.execute("UPDATE ps_tax_rule_groups SET active = 1")
    assert "SECATEUR" in {row["key"] for row in small.run("catalogue").changes.values("key")}


def test_what_hangs_on_a_refused_product_waits_with_it(small: World, monkeypatch: pytest.MonkeyPatch) -> None:
    choke_on(small, monkeypatch, "CARNET-A5")
    run = small.run("catalogue")
    causes = causes_of(run)
    assert causes.pop("CARNET-A5") == "shop.empty_500"
    assert (len(causes), set(causes.values())) == (3, {"shop.missing_reference"})
    assert not [sentence for sentence in told(run) if "?" in sentence]


def test_a_value_that_the_shop_changes_is_told_and_not_sent_for_ever(small: World) -> None:
    small.running.shop.database.execute(
        """CREATE TRIGGER rounding AFTER INSERT ON ps_products WHEN new.reference = 'SECATEUR'
           BEGIN UPDATE ps_products SET weight = 1 WHERE id = new.id; END"""
    )
    run = small.run("catalogue")
    change = run.changes.get(key="SECATEUR")
    assert (run.state, change.state, change.cause, change.facts) == (
        "incomplete",
        "applied",
        "shop.not_confirmed",
        {"field": "weight", "sent": "0.270000", "found": "1.000000"},
    )
    assert writes(small.run("catalogue")) == {}


def test_a_product_that_the_shop_has_already_is_adopted_and_never_doubled(small: World) -> None:
    made_by_hand(small, "SECATEUR")
    run = small.run("catalogue")
    assert (run.state, run.rejected) == ("succeeded", 0)
    product = small.shop.product("SECATEUR")
    assert (product["price"], small.running.shop.count("products")) == ("30.160000", 6)


def test_two_products_of_the_shop_with_one_reference_are_a_question(small: World) -> None:
    made_by_hand(small, "SECATEUR")
    made_by_hand(small, "SECATEUR")
    run = small.run("catalogue")
    assert (run.state, causes_of(run)) == ("incomplete", {"SECATEUR": "shop.adoption_uncertain"})
    assert [row["price"] for row in small.shop.list("products", reference="SECATEUR")] == ["1.000000", "1.000000"]


def made_by_hand(world: World, reference: str) -> None:
    """A product that somebody typed into the shop before the portal came."""
    import requests

    body = f"""<prestashop><product><reference>{reference}</reference><price>1</price><state>1</state><active>1</active>
      <name><language id="1">À la main</language></name>
      <link_rewrite><language id="1">a-la-main</language></link_rewrite>
      <id_category_default>2</id_category_default></product></prestashop>"""
    requests.post(
        f"{world.running.url}/api/products", data=body.encode(), auth=(world.running.key, ""), timeout=60
    ).raise_for_status()


def test_a_reference_that_the_shop_would_refuse_is_held_before_it_is_sent(small: World) -> None:
    small.company.update("F_ARTICLE", "AR_Ref", "SECATEUR", AR_Ref="SECA<1>")
    run = small.run("catalogue")
    assert list(run.changes.filter(state="held").values_list("key", "cause")) == [
        ("SECA<1>", "catalogue.reference_refused")
    ]
    assert run.state == "succeeded"


def test_an_eco_tax_is_told_on_the_product(small: World) -> None:
    small.publish("catalogue")
    (problem,) = Product.objects.get(key="CAFET-ISO").problems
    assert problem["cause"] == "prices.ecotax_left_out"


def test_a_photo_that_cannot_be_opened_is_held(small: World, monkeypatch: pytest.MonkeyPatch) -> None:
    small.begin("catalogue")
    look = media._look

    def refuse(path: Path, known: Any) -> Any:
        if path.name == "POLO-BLEU-M.jpg":
            raise PermissionError(13, "Permission denied")
        return look(path, known)

    monkeypatch.setattr(media, "_look", refuse)  # root, who may run the tests, is refused nothing
    run = small.run("images")
    assert list(run.changes.filter(state="held").values_list("cause", "facts__error")) == [
        ("media.unreadable_file", "Permission denied")
    ]
    assert (run.state, run.written) == ("succeeded", 18)


def test_a_shop_in_a_time_zone_that_does_not_exist_is_told(small: World) -> None:
    small.running.shop.database.execute(
        "UPDATE ps_configurations SET value = 'Mars/Olympus' WHERE name = 'PS_TIMEZONE'"
    )
    with connections.open_shop(small.client.shops.get()) as shop, pytest.raises(ConfigurationError) as raised:
        shop.local_time(timezone.now())
    assert (raised.value.cause, raised.value.facts) == ("shop.unknown_time_zone", {"zone": "Mars/Olympus"})


# --- a person stops it --------------------------------------------------------------------------------------------


def test_a_cancelled_run_stops_between_records_and_the_next_one_goes_on(
    small: World, make_user: Callable[..., Any]
) -> None:
    from sync_portal.sync import jobs

    person = make_user("dominique")
    row = Run.objects.create(client=small.client, flow="catalogue")
    run = claims.claim(row.pk)
    assert run is not None

    def ask(step: str, done: int, _total: int) -> None:
        if step == "apply" and done >= 10:
            jobs.request_cancel(row, user=person)
            run_context_forgets_its_last_beat()

    def run_context_forgets_its_last_beat() -> None:
        from sync_portal.sync import context

        context.HEARTBEAT_SECONDS = 0.0

    before = heartbeat()
    try:
        engine.execute(run, on_progress=ask)
    finally:
        heartbeat(before)
    row.refresh_from_db()
    assert (row.state, row.cause, row.facts) == ("cancelled", "portal.cancelled", {"person": "dominique"})
    assert 0 < row.confirmed < row.to_write
    assert not Cursor.objects.exists()
    small.publish("catalogue")
    assert small.running.shop.count("products") == 6


def heartbeat(seconds: float | None = None) -> float:
    from sync_portal.sync import context

    before = context.HEARTBEAT_SECONDS
    if seconds is not None:
        context.HEARTBEAT_SECONDS = seconds
    return before


# --- brakes -------------------------------------------------------------------------------------------------------


def fall_asleep(world: World) -> None:
    touch = "cbModification = datetime('now', 'localtime')"
    world.company.execute((f"UPDATE F_ARTICLE SET AR_Sommeil = 1, {touch} WHERE AR_Ref LIKE '%-%'", ()))


def double_prices(world: World) -> None:
    touch = "cbModification = datetime('now', 'localtime')"
    world.company.execute((f"UPDATE F_ARTICLE SET AR_PrixVen = AR_PrixVen * 2, {touch}", ()))


def sell_out(world: World) -> None:
    touch = "cbModification = datetime('now', 'localtime')"
    world.company.execute((f"UPDATE F_ARTSTOCK SET AS_QteSto = 0, {touch}", ()))


def drop_tariffs(world: World) -> None:
    world.company.execute(("DELETE FROM F_ARTCLIENT WHERE AC_Categorie = 2 AND AR_Ref < 'P'", ()))
    Cursor.objects.update(full_at=timezone.now() - timedelta(hours=25))


def lose_articles(world: World) -> None:
    world.company.execute(("DELETE FROM F_ARTICLE WHERE AR_Ref > 'G'", ()))
    Cursor.objects.update(full_at=timezone.now() - timedelta(hours=25))


@pytest.mark.parametrize(
    ("flow", "change", "cause"),
    [
        pytest.param("catalogue", fall_asleep, "brake.hidden", id="half of the products would be hidden"),
        pytest.param("prices", double_prices, "brake.prices", id="every price would double"),
        pytest.param("stock", sell_out, "brake.stock_zero", id="everything would be sold out"),
        pytest.param("prices", drop_tariffs, "brake.deletions", id="prices would be deleted"),
        pytest.param("catalogue", lose_articles, "brake.fewer_rows", id="Sage has lost half of its articles"),
    ],
)
def test_a_run_that_would_hurt_stops_before_its_first_write_and_goes_on_for_a_person(
    world: World, make_user: Callable[..., Any], flow: str, change: Callable[[World], None], cause: str
) -> None:
    from sync_portal.sync import approvals

    flows = dict.fromkeys(("catalogue", flow))
    world.publish(*flows, *(["customers"] if flow == "prices" else []))
    change(world)
    mark = world.shop.mark()
    stopped = world.run(flow)
    assert (stopped.state, stopped.cause) == ("stopped", cause)
    assert "?" not in describe(stopped.cause, stopped.facts, "fr").sentence
    assert world.shop.since(mark).write_requests == 0
    person, passed = make_user("dominique"), ""
    while stopped.state == "stopped":  # what Sage has lost would then be hidden: that is another question
        claimed = claims.claim(approvals.approve(stopped, user=person, comment="C'est voulu").pk)
        assert claimed is not None
        passed = engine.execute(claimed)
        stopped = Run.objects.get(pk=claimed.pk)
    assert passed == "succeeded"
    assert world.shop.since(mark).write_requests > 0
    assert changes_of(world.run(flow)) == {}
