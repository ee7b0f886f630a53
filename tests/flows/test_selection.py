"""Which articles are in the shop, and what becomes of the page of one that is no longer: told by the shop."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connectors.sandbox.shop.server import running_shop
from mapping.choices import ARTICLE, ArticleChoice
from mapping.choosing import choose
from tests.flows.portal import World, load_demo, writes

pytestmark = pytest.mark.flow


def rule(world: World, **articles: Any) -> None:
    """Change the shop's rules about articles."""
    shop = world.client.shops.get()
    brakes = {"max_hidden_percent": 100, "max_deletions_percent": 100, "max_zero_stock_percent": 100}
    shop.rules = shop.rules | {"articles": {"packagings": "combinations"} | articles, "brakes": brakes}
    shop.save(update_fields=["rules"])


def decide(world: World, reference: str, **values: Any) -> None:
    """What a person says of one article."""
    choose(world.client, {(ARTICLE.name, reference): ArticleChoice(**values)}, by=None, verb="article.show")


def online(world: World) -> set[str]:
    return {row["reference"] for row in world.shop.list("products") if row["active"] == "1"}


def page(world: World, reference: str) -> tuple[str, str, str]:
    """Online, where it leads to (kind, reference or id), orderable."""
    product = world.shop.product(reference)
    names = {str(row["id"]): row["reference"] for row in world.shop.list("products")}
    to = str(product.get("id_type_redirected", product.get("id_product_redirected", "0")))
    kind = product["redirect_type"]
    target = names.get(to, to) if "product" in kind or kind == "301" else world.shop.path(to)
    return product["active"], f"{kind} {target}".strip(), product["available_for_order"]


def reason(world: World, reference: str) -> tuple[str, dict[str, str]]:
    problem = world.client.products.get(key=reference).problems[0]
    return problem["cause"], {name: problem["facts"].get(name, "") for name in ("column", "value", "condition")}


def again(world: World) -> None:
    for flow in ("catalogue", "stock"):
        run = world.run(flow)
        assert (flow, run.state, writes(run)) == (flow, "succeeded", {})


def test_only_what_meets_the_rules_is_published_and_each_one_left_out_says_why(small: World) -> None:
    rule(
        small,
        only=[{"source": "sale_price", "test": "at_least", "value": "1,5"}],
        never=[{"source": "family_label", "test": "contains", "value": "épicerie"}],
    )
    small.publish("catalogue", "stock")
    assert online(small) == {"POLO-BLEU-M", "CARNET-A5", "CAFET-ISO", "SECATEUR"}
    assert reason(small, "STYLO-BILLE") == (
        "catalogue.rule_left_out",
        {"column": "AR_PrixVen", "value": "1.2", "condition": "AR_PrixVen ≥ « 1,5 »"},
    )
    assert reason(small, "SARDINE-VIN")[1]["condition"] == "FA_Intitule ≠ « … épicerie … »"
    said = small.client.products.get(key="POLO-BLEU-M").explanations["active"]
    assert "retenu par les règles (AR_PrixVen ≥ « 1,5 »" in said
    again(small)


def test_a_rule_that_changes_hides_what_it_no_longer_takes(small: World) -> None:
    small.begin("catalogue", "stock")
    rule(small, never=[{"source": "reference", "test": "begins", "value": "polo"}])
    small.publish("catalogue", "stock")
    assert "POLO-BLEU-M" not in online(small)
    rule(small)
    small.publish("catalogue", "stock")
    assert "POLO-BLEU-M" in online(small)
    again(small)


def test_a_person_keeps_an_article_out_or_shows_it_whatever_sage_says(small: World) -> None:
    small.company.update("F_ARTICLE", "AR_Ref", "CARNET-A5", AR_Sommeil=1)
    decide(small, "POLO-BLEU-M", shown="never")
    decide(small, "CARNET-A5", shown="always")
    small.publish("catalogue", "stock")
    assert "CARNET-A5" in online(small)
    assert [row for row in small.shop.list("products") if row["reference"] == "POLO-BLEU-M"] == []
    assert reason(small, "POLO-BLEU-M")[0] == "catalogue.person_left_out"
    causes = [problem["cause"] for problem in small.client.products.get(key="CARNET-A5").problems]
    assert "catalogue.shown_against_sage" in causes
    choose(small.client, {(ARTICLE.name, "CARNET-A5"): None}, by=None, verb="article.show")
    small.publish("catalogue", "stock")
    assert "CARNET-A5" not in online(small)
    again(small)


NOWHERE = ""


@pytest.mark.parametrize(
    ("away", "choice", "expected"),
    [
        pytest.param("hide", {}, ("0", NOWHERE, "1"), id="hidden"),
        pytest.param("out_of_stock", {}, ("1", NOWHERE, "0"), id="kept without stock"),
        pytest.param("redirect", {}, ("0", "301-category Bureau > Papeterie > Stylos", "1"), id="to its category"),
        pytest.param(
            "hide", {"redirect_to": "CARNET-A5"}, ("0", "301-product CARNET-A5", "1"), id="to a chosen product"
        ),
        pytest.param("redirect", {"when_away": "hide"}, ("0", NOWHERE, "1"), id="a person hides it"),
    ],
)
def test_the_page_of_an_article_that_went_away_and_came_back(
    small: World, away: str, choice: dict[str, Any], expected: tuple[str, str, str]
) -> None:
    rule(small, away=away)
    small.publish("catalogue", "stock")
    before = page(small, "STYLO-BILLE")
    assert before == ("1", NOWHERE, "1")
    if choice:
        decide(small, "STYLO-BILLE", **choice)
    small.company.update("F_ARTICLE", "AR_Ref", "STYLO-BILLE", AR_Sommeil=1)
    small.publish("catalogue", "stock")
    assert page(small, "STYLO-BILLE") == expected
    if away == "out_of_stock":
        assert set(small.shop.stock("STYLO-BILLE").values()) == {0}
    again(small)
    small.company.update("F_ARTICLE", "AR_Ref", "STYLO-BILLE", AR_Sommeil=0)
    small.publish("catalogue", "stock")
    active, redirect, orderable = page(small, "STYLO-BILLE")
    assert (active, redirect in {NOWHERE, "404"}, orderable) == ("1", True, "1")
    assert small.shop.stock("STYLO-BILLE")["STYLO-BILLE-X1"] > 0
    again(small)


def test_version_1_6_redirects_to_a_product_and_hides_what_would_go_to_a_category(small: World, tmp_path: Path) -> None:
    company = small.company
    small.client.delete()
    with running_shop(tmp_path / "old", version="1.6.1.24") as shop:
        older = World(client=load_demo(company, shop), company=company, running=shop)
        rule(older, away="redirect")
        older.publish("catalogue", "stock")
        decide(older, "STYLO-BILLE", redirect_to="CARNET-A5")
        for reference in ("STYLO-BILLE", "CAFET-ISO"):
            company.update("F_ARTICLE", "AR_Ref", reference, AR_Sommeil=1)
        older.publish("catalogue", "stock")
        assert page(older, "STYLO-BILLE")[:2] == ("0", "301 CARNET-A5")
        assert page(older, "CAFET-ISO")[:2] in {("0", "404"), ("0", "404 0")}
        again(older)
