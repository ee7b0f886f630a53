"""Proposals of groups in their table, and new articles that join."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.models import Client
from connectors.sage.records import Article, Record
from mapping import choosing, joining, mirror, suggestions
from mapping.choices.groups import GROUP, GroupChoice
from mapping.models import Choice, ChoiceAct, GroupSuggestion
from mapping.rules import ShopRules, load_rules
from tests.mapping.builders import article, d, stock

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
RULES = load_rules({})
JOINING = load_rules({"grouping": {"joins": True}})
POLOS = tuple(article(f"POLO-BLEU-{size}", label=f"Polo bleu {size}") for size in "SML")


@pytest.fixture
def client_row() -> Client:
    return Client.objects.create(slug="acme", name="Acme")


def read(client: Client, articles: Iterable[Article], *, minute: int = 0, **others: Iterable[Record]) -> None:
    """A whole reading of Sage. ``minute``: each later one has a later one."""
    for stream, records in {"articles": articles, **others}.items():
        seen = NOW + timedelta(minutes=minute)
        mirror.update_mirror(client, stream, records, run_id=None, now=seen, full=True)


def refresh(client: Client, *, days: int = 0, rules: ShopRules = RULES) -> int:
    return suggestions.refresh(client, rules, now=NOW + timedelta(days=days))


def approve(client: Client, **fields: Any) -> ChoiceAct:
    refresh(client)
    row = GroupSuggestion.objects.get()
    given = {"master": row.master, "axes": tuple(row.axes), "rule": row.rule, "pattern": row.pattern}
    members = {reference: tuple(values) for reference, values in row.members.items()}
    group = GroupChoice(**given | {"members": members} | fields)
    act = choosing.choose(client, {("group", row.master): group}, by=None, verb="group.approve")
    assert act is not None
    return act


def members(client: Client) -> dict[str, list[str]]:
    value: dict[str, Any] = Choice.objects.get(client=client, kind=GROUP.name).value
    return dict(sorted(value["members"].items()))


def test_what_is_found_is_stored_with_its_reasons(client_row: Client) -> None:
    read(client_row, [*POLOS, article("SEAU")])
    assert refresh(client_row) == 1
    row = GroupSuggestion.objects.get()
    assert (row.rule, row.pattern, row.axes, row.size) == ("reference", "TEXTILE|POLO-BLEU-*", ["Taille"], 3)
    assert row.members == {"POLO-BLEU-S": ["S"], "POLO-BLEU-M": ["M"], "POLO-BLEU-L": ["L"]}
    assert {"code": "same_family", "facts": {"family": "TEXTILE"}} in row.reasons


def test_a_refusal_holds_while_the_articles_stay_the_same(client_row: Client) -> None:
    read(client_row, POLOS)
    refresh(client_row)
    GroupSuggestion.objects.update(dismissed_at=NOW, dismissed_by="Awa")
    assert refresh(client_row, days=1) == 0
    assert GroupSuggestion.objects.get().dismissed_by == "Awa"
    read(client_row, [*POLOS, article("POLO-BLEU-XL", label="Polo bleu XL")])
    assert refresh(client_row, days=2) == 1
    assert GroupSuggestion.objects.get().dismissed_at is None


def test_what_is_proposed_no_more_is_forgotten(client_row: Client) -> None:
    read(client_row, POLOS)
    refresh(client_row)
    read(client_row, POLOS[:1], minute=1)
    assert refresh(client_row, days=1) == 0
    assert not GroupSuggestion.objects.exists()


def test_the_master_may_be_the_one_with_most_stock(client_row: Client) -> None:
    read(
        client_row,
        POLOS,
        stock=[stock("POLO-BLEU-S", "3"), stock("POLO-BLEU-S", "4", depot=2), stock("POLO-BLEU-L", "6")],
    )
    refresh(client_row, rules=load_rules({"grouping": {"master": "most_stock"}}))
    assert GroupSuggestion.objects.get().master == "POLO-BLEU-S"


NEW = article("POLO-BLEU-XL", label="Polo bleu XL")


def test_a_new_article_joins_the_group_that_it_fits(client_row: Client) -> None:
    read(client_row, POLOS)
    approve(client_row)
    read(client_row, [*POLOS, NEW], minute=1)
    act = joining.join_new(client_row, JOINING)
    assert act is not None
    assert (act.verb, act.by, act.why) == ("group.join", None, "POLO-BLEU-XL")
    assert members(client_row)["POLO-BLEU-XL"] == ["XL"]
    assert joining.join_new(client_row, JOINING) is None


def test_whoever_took_it_out_again_meant_it(client_row: Client) -> None:
    read(client_row, POLOS)
    approve(client_row)
    read(client_row, [*POLOS, NEW], minute=1)
    act = joining.join_new(client_row, JOINING)
    assert act is not None
    choosing.undo(act, by=None)
    assert joining.join_new(client_row, JOINING) is None
    assert "POLO-BLEU-XL" not in members(client_row)


@pytest.mark.parametrize(
    ("rules", "fields", "looked_at"),
    [
        (RULES, {}, None),
        (JOINING, {"locked": True}, None),
        (JOINING, {"pattern": ""}, None),
        (JOINING, {}, {"POLO-BLEU-S"}),
    ],
    ids=["the rules do not let it", "the group is locked", "a person built the group", "it was not looked at"],
)
def test_nobody_joins(client_row: Client, rules: ShopRules, fields: dict[str, Any], looked_at: set[str] | None) -> None:
    read(client_row, POLOS)
    approve(client_row, **fields)
    read(client_row, [*POLOS, NEW], minute=1)
    assert joining.join_new(client_row, rules, looked_at) is None


def test_a_sleeping_article_does_not_join(client_row: Client) -> None:
    read(client_row, POLOS)
    approve(client_row)
    read(client_row, [*POLOS, article("POLO-BLEU-XL", label="Polo bleu XL", asleep=True, sale_price=d(1))])
    assert joining.join_new(client_row, JOINING) is None
