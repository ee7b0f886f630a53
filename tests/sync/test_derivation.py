"""Deriving only what changed gives what deriving everything gives."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, cast
from unittest.mock import Mock

import pytest
from django.utils import timezone

from connectors.models import Client, SageConnection, ShopConnection
from connectors.prestashop.webservice import Webservice
from connectors.sage import reading
from connectors.sage.capabilities import Capabilities
from connectors.sage.odbc import SageSettings, open_session
from connectors.sage.records import Record
from connectors.sage.streams import STREAMS as SAGE_STREAMS
from connectors.sandbox.sage import build_company
from mapping import models, touches
from mapping.choices import CategoryChoice, ChoiceValue, FeatureChoice, OptionChoice, ValueChoice
from mapping.choosing import choose
from mapping.derive import STREAMS
from mapping.mirror import update_mirror
from mapping.models import Binding, DerivationMark, DerivationTrace
from mapping.rules import load_rules
from mapping.state import to_json
from sync_portal.sync.context import RunContext
from sync_portal.sync.derivation import Derivation
from sync_portal.sync.flows import get_flow
from sync_portal.sync.models import Change, ChangeState, Run, RunState
from sync_portal.sync.plan import Plan, owned_by_rules
from sync_portal.sync.resolver import Resolver
from tests.sync.company_changes import Changes

pytestmark = pytest.mark.django_db

ROUNDS = int(os.environ.get("DERIVATION_ROUNDS", "5"))
"""Of random changes; more of them for a long test."""
FLOWS = ("catalogue", "stock", "prices", "customers", "images")
RULES: dict[str, Any] = {
    "customers": {"publish": "with_email"},
    "categories": {"more": ["catalogue_path", "free:Matière"]},
    "brands": {"manufacturer": "stat1", "suppliers": True},
    "texts": {
        "tags": {"fr": {"templates": ["{family_label}[, {free:Matière}][, {supplier}]"]}},
        "description_short": {"fr": {"templates": ["{glossary:*|first_sentence}", "{design|lower}"]}},
    },
}
CHOICES: dict[tuple[str, str], ChoiceValue | None] = {
    ("feature", "free:Matière"): FeatureChoice(),
    ("feature", "free:Hauteur (cm)"): FeatureChoice(type="number", unit="cm"),
    ("feature", "stat1"): FeatureChoice(position=1),
    ("option", "OPT:couleur"): OptionChoice(display="color"),
    ("value", "VAL:couleur|marine"): ValueChoice(same_as="VAL:couleur|noir"),
    ("category", "FAM:TEXTILE"): CategoryChoice(hidden=True),
    ("category", "FAM:CAVE"): CategoryChoice(shop_categories={"boutique": 12}),
}
TABLES = (
    models.Category,
    models.CustomerGroup,
    models.ShopCustomer,
    models.Product,
    models.Combination,
    models.SpecificPrice,
    models.ProductImage,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("company")


@pytest.fixture(scope="module")
def sandbox(folder: Path) -> dict[str, list[Record]]:
    base = folder / "sage.sqlite3"
    build_company(base, media=folder / "media")
    with open_session(SageSettings(dialect="sqlite", path=str(base))) as session:
        capabilities = Capabilities.probe(session)
        return {name: list(reading.read(session, capabilities, SAGE_STREAMS[name])) for name in STREAMS}


@dataclass
class Portal:
    """A client whose shop takes everything at once: what is planned and not held is confirmed."""

    client: Client
    shop: ShopConnection
    now: datetime = datetime(2026, 11, 24, 8, tzinfo=UTC)
    ids: int = 0

    def read(self, stream: str, records: list[Record]) -> None:
        self.now += timedelta(minutes=1)
        update_mirror(self.client, stream, records, run_id=1, now=self.now, full=True)

    def run(self, flow: str, *, preview: bool = False, refuse: str = "", **scope: Any) -> tuple[Run, Plan]:
        run = Run.objects.create(client=self.client, flow=flow, state=RunState.RUNNING, claim="mine", scope=scope)
        context = RunContext(run)
        rules = load_rules(ShopConnection.objects.get(pk=self.shop.pk).rules)
        resolver = Resolver(self.shop, cast(Webservice, Mock(spec=["get_ready"])))
        derivation = Derivation(context, get_flow(flow), self.shop, rules, keep=True)
        parts = derivation.changes(resolver, owned_by_rules(rules.owners))
        changes = [change for part in parts for change in part]
        plan = Plan(changes, derivation.unchanged)
        if not preview:
            self._confirm(run, plan, refuse)
            derivation.leave_mark()
        Run.objects.filter(pk=run.pk).update(
            state=RunState.SUCCEEDED, unchanged=plan.unchanged, held=context.counters["held"]
        )
        run.refresh_from_db()
        return run, plan

    def _confirm(self, run: Run, plan: Plan, refuse: str) -> None:
        known = {(row.kind, row.key): row for row in Binding.objects.filter(shop=self.shop)}
        for change in plan.changes:
            row = {"run": run, "shop": self.shop, "kind": change.kind, "key": change.key, "action": change.action}
            state = ChangeState.HELD if change.held else ChangeState.CONFIRMED
            state = ChangeState.LATER if change.kind == refuse else state
            Change.objects.create(**row, label=change.label, state=state, wanted=change.wanted)
            if state != ChangeState.CONFIRMED:
                continue
            if change.action == "delete":
                known[change.kind, change.key].delete()
                continue
            self.ids += 1
            binding = known.get((change.kind, change.key)) or Binding(
                shop=self.shop, kind=change.kind, key=change.key, remote_id=self.ids
            )
            binding.confirmed |= {name: to_json(value) for name, value in change.fields.items()}
            binding.confirmed_at = timezone.now()
            binding.save()

    def stored(self) -> dict[str, list[dict[str, Any]]]:
        """All derived tables, without their ids."""
        found = {}
        for table in TABLES:
            names = [one.name for one in table._meta.concrete_fields if one.name not in {"id", "client", "product"}]
            names += ["product__key"] if any(one.name == "product" for one in table._meta.concrete_fields) else []
            found[table.__name__] = sorted(table._default_manager.values(*names), key=repr)
        return found


@pytest.fixture
def portal(client_acme: Client, folder: Path) -> Portal:
    folders = [{"prefix": prefix, "folder": str(folder / "media")} for prefix in ("C:\\Sage\\Multimedia", "")]
    SageConnection.objects.create(client=client_acme, media_folders=folders)
    shop = ShopConnection.objects.create(client=client_acme, name="boutique", url="http://shop.test", rules=RULES)
    return Portal(client_acme, shop)


@pytest.fixture
def published(portal: Portal, sandbox: dict[str, list[Record]]) -> Portal:
    """The whole sandbox company, read and published."""
    choose(portal.client, CHOICES, by=None, verb="test")
    for stream, records in sandbox.items():
        portal.read(stream, records)
    for flow in FLOWS:
        portal.run(flow)
    return portal


@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", range(3))
def test_after_any_changes_a_full_derivation_finds_nothing_more(
    published: Portal, sandbox: dict[str, list[Record]], seed: int
) -> None:
    changes = Changes({name: {one.key: one for one in rows} for name, rows in sandbox.items()}, Random(seed))
    for _round in range(ROUNDS):
        for stream in {changes.make() for _change in range(changes.random.choice([1, 1, 2, 5]))}:
            published.read(stream, list(changes.records[stream].values()))
        partial = {flow: published.run(flow) for flow in FLOWS}
        stored = published.stored()
        for flow in FLOWS:
            run, plan = published.run(flow, full=True)
            assert [change for change in plan.changes if change.held is None] == [], changes.log
            before, made = partial[flow]
            written = [change for change in made.changes if change.held is None and change.action != "delete"]
            assert (run.cause, run.unchanged) == ("", before.unchanged + len(written)), (flow, changes.log)
            assert held(run) == held(before), (flow, changes.log)
        assert published.stored() == stored, changes.log


def held(run: Run) -> list[tuple[str, str]]:
    return sorted(run.changes.filter(state="held").values_list("kind", "key"))


@pytest.mark.parametrize("flow", ["catalogue", "stock"])
def test_queries_follow_parts_and_not_records(
    published: Portal, sandbox: dict[str, list[Record]], django_assert_max_num_queries: Any, flow: str
) -> None:
    """A fixed number of them for a part of up to five hundred articles."""
    changed = [replace(cast(Any, row), sale_price=cast(Any, row).sale_price + 1) for row in sandbox["articles"]]
    with django_assert_max_num_queries(92):
        published.read("articles", changed)
        resolver = Resolver(published.shop, cast(Webservice, Mock(spec=["get_ready"])))
        run = Run.objects.create(client=published.client, flow=flow, state=RunState.RUNNING, claim="mine")
        rules = load_rules(RULES)
        derivation = Derivation(RunContext(run), get_flow(flow), published.shop, rules, keep=True)
        assert sum(map(len, derivation.changes(resolver, owned_by_rules({})))) > 0
        derivation.leave_mark()


def derived(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The articles derived from now on."""
    from mapping.derive import Company

    seen: list[str] = []
    products = Company.products

    def spy(self: Company, data: Any, references: Any, choices: Any = None) -> Any:
        seen.extend(references)
        return products(self, data, references, choices)

    monkeypatch.setattr(Company, "products", spy)
    return seen


@pytest.mark.parametrize("flow", FLOWS)
def test_when_nothing_changed_nothing_is_derived_and_all_is_counted(
    published: Portal, monkeypatch: pytest.MonkeyPatch, flow: str
) -> None:
    whole, _plan = published.run(flow, full=True)
    seen = derived(published, monkeypatch)
    run, plan = published.run(flow)
    assert (seen, plan.changes) == ([], [])
    assert run.unchanged == whole.unchanged
    assert held(run) == held(whole)


def test_one_stock_movement_derives_one_article_and_its_kits(
    published: Portal, sandbox: dict[str, list[Record]], monkeypatch: pytest.MonkeyPatch
) -> None:
    component = cast(Any, sandbox["kit_components"][0])
    kits = {cast(Any, row).kit for row in sandbox["kit_components"] if cast(Any, row).component == component.component}
    rows = [row for row in sandbox["stock"] if cast(Any, row).article != component.component]
    seen = derived(published, monkeypatch)
    published.read("stock", rows)
    published.run("stock")
    assert set(seen) == {component.component, *kits}


def test_each_flow_catches_up_from_its_own_position(
    published: Portal, sandbox: dict[str, list[Record]], monkeypatch: pytest.MonkeyPatch
) -> None:
    published.read("article_tariffs", sandbox["article_tariffs"][1:])
    article = cast(Any, sandbox["article_tariffs"][0]).article
    published.run("stock")
    seen = derived(published, monkeypatch)
    published.run("prices")
    assert article in seen


@pytest.mark.parametrize(
    "rules",
    [
        pytest.param({**RULES, "stock": {"formula": "real"}}, id="the rules"),
        pytest.param({**RULES, "prices": {"tiers": False}}, id="the way of pricing"),
    ],
)
def test_other_rules_derive_everything(
    published: Portal, sandbox: dict[str, list[Record]], monkeypatch: pytest.MonkeyPatch, rules: dict[str, Any]
) -> None:
    seen = derived(published, monkeypatch)
    ShopConnection.objects.update(rules=rules)
    run, _plan = published.run("catalogue")
    assert set(seen) == {one.key for one in sandbox["articles"]}
    assert run.cause == "", "what other rules make of an article is no drift"


def test_another_day_derives_everything(published: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    DerivationMark.objects.update(day=timezone.localdate() - timedelta(days=1))
    seen = derived(published, monkeypatch)
    run, _plan = published.run("catalogue")
    assert seen
    assert run.cause == ""


def test_what_was_not_confirmed_is_planned_again(published: Portal, sandbox: dict[str, list[Record]]) -> None:
    published.read("stock", sandbox["stock"][3:])
    _run, first = published.run("stock", refuse="stock")
    assert first.changes
    _run, again = published.run("stock", refuse="stock")
    assert [change.key for change in again.changes] == [change.key for change in first.changes]
    published.run("stock")
    assert published.run("stock")[1].changes == []


def test_a_deletion_that_did_not_get_through_is_planned_again(
    published: Portal, sandbox: dict[str, list[Record]]
) -> None:
    published.read("quantity_tiers", sandbox["quantity_tiers"][2:])
    _run, first = published.run("prices", refuse="specific_prices")
    gone = sorted(change.key for change in first.changes if change.action == "delete")
    assert gone
    for again in (published.run("prices", refuse="specific_prices"), published.run("prices")):
        assert sorted(change.key for change in again[1].changes if change.action == "delete") == gone
    assert published.run("prices")[1].changes == []


def test_a_deletion_of_an_article_that_is_gone_is_planned_again(
    published: Portal, sandbox: dict[str, list[Record]]
) -> None:
    published.read("articles", [one for one in sandbox["articles"] if one.key != "STYLO-BILLE"])
    _run, first = published.run("prices", refuse="specific_prices")
    gone = [change.key for change in first.changes if change.action == "delete"]
    assert gone
    assert [change.key for change in published.run("prices")[1].changes if change.action == "delete"] == gone
    assert not DerivationTrace.objects.filter(mark__flow="prices", article="STYLO-BILLE", again=True).exists()
    assert published.run("prices")[1].changes == []


def test_a_preview_leaves_everything_to_the_next_run(published: Portal, sandbox: dict[str, list[Record]]) -> None:
    published.read("stock", sandbox["stock"][3:])
    _run, shown = published.run("stock", preview=True)
    assert shown.changes
    assert published.run("stock")[1].changes == shown.changes


def test_one_product_alone_leaves_the_others_to_the_next_run(
    published: Portal, sandbox: dict[str, list[Record]]
) -> None:
    published.read("stock", sandbox["stock"][5:])
    _run, shown = published.run("stock", preview=True)
    _run, one = published.run("stock", product=shown.changes[0].key.partition("|")[0])
    _run, rest = published.run("stock")
    assert len(one.changes) + len(rest.changes) == len(shown.changes)


def test_a_binding_that_somebody_else_moved_is_looked_at_again(published: Portal) -> None:
    binding = Binding.objects.filter(kind="products").first()
    assert binding is not None
    Binding.objects.filter(pk=binding.pk).update(confirmed={}, confirmed_at=timezone.now())
    assert [change.key for change in published.run("catalogue")[1].changes if not change.held] == [binding.key]


def test_a_binding_that_went_away_makes_the_run_look_at_everything(published: Portal) -> None:
    binding = Binding.objects.filter(kind="products").first()
    assert binding is not None
    binding.delete()
    assert [change.key for change in published.run("catalogue")[1].changes if not change.held] == [binding.key]


def test_a_person_s_touch_is_derived_by_every_flow(published: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    touches.touch_articles(published.client, ["POLO-BLEU-M"])
    seen = derived(published, monkeypatch)
    for flow in FLOWS:
        published.run(flow)
    assert seen == ["POLO-BLEU-M"] * 4, "the customers' flow derives no article"


def test_what_partial_runs_missed_is_told_and_put_right(published: Portal) -> None:
    models.SourceRecord.objects.filter(stream="articles", key="POLO-BLEU-M").update(
        data={**models.SourceRecord.objects.get(stream="articles", key="POLO-BLEU-M").data, "label": "Autre"}
    )
    assert published.run("catalogue")[1].unchanged
    run, plan = published.run("catalogue", full=True)
    assert (run.cause, run.facts) == ("engine.derivation_drift", {"count": "1", "example": "POLO-BLEU-M"})
    assert [change.key for change in plan.changes if not change.held] == ["POLO-BLEU-M"]
    assert published.run("catalogue", full=True)[0].cause == ""


def test_an_article_that_sage_deleted_leaves_no_trace(published: Portal, sandbox: dict[str, list[Record]]) -> None:
    gone = "POLO-BLEU-M"
    published.read("articles", [one for one in sandbox["articles"] if one.key != gone])
    for flow in FLOWS:
        published.run(flow)
    assert not DerivationTrace.objects.filter(article=gone).exists()
    assert not models.Product.objects.filter(key=gone).exists()
    assert not Binding.objects.filter(kind="images", key__startswith=f"{gone}|").exists()
    assert Binding.objects.filter(kind="products", key=gone).exists(), "what is not removed stays in the shop"
