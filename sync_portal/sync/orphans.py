"""Products and combinations of the shop that do not come from Sage: a person says what each of them is.

Nothing else is looked for. A shop has categories, customers, brands and features of its own, and is right to: buyers
make accounts, and the portal's own categories stand among those that people made for menus and seasons. A combination
of a product that is an orphan itself is not told either: it goes with its product.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from connectors.models import ShopConnection
from connectors.prestashop.xml import Entity
from mapping.models import Binding
from mapping.state import SHOPS_OWN
from sync_portal.sync import questions
from sync_portal.sync.context import RunContext
from sync_portal.sync.models import Action, Answer, Change, ChangeState, Decision, DecisionKind
from sync_portal.sync.questions import Question
from sync_portal.sync.resolver import Resolver

KINDS = ("products", "combinations")
_SHOWN = {"products": ["id", "reference", "name", "active"], "combinations": ["id", "reference", "id_product"]}
_FEW = 100


def look(context: RunContext, resolver: Resolver) -> None:
    """Ask about each orphan of this shop once; close the questions about those that are none any more."""
    for kind in KINDS:
        _look(context, resolver, kind)


def _look(context: RunContext, resolver: Resolver, kind: str) -> None:
    shop = resolver.shop
    asked = Decision.objects.filter(shop=shop, kind=kind, question=DecisionKind.ORPHAN).order_by("pk")
    known = {row.key: row for row in asked}  # the last one about each
    alive: set[str] = set()
    strangers = _strangers(resolver, kind)
    while ids := list(islice(strangers, _FEW)):
        rows = resolver.webservice.read(kind, display=_SHOWN[kind], filters={"id": ids})
        found = _all_facts(resolver, kind, rows)
        # A run may have made some of them while the shop was read.
        bound = Binding.objects.filter(shop=shop, kind=kind, remote_id__in=ids)
        ours = {str(number) for number in bound.values_list("remote_id", flat=True)}
        orphans = [facts for facts in found if facts["id"] not in ours]
        alive.update(_key(facts) for facts in orphans)
        _ask(context, shop, kind, [facts for facts in orphans if not _is_settled(known.get(_key(facts)))])
    closed = [row.pk for key, row in known.items() if not row.answer and key not in alive]
    Decision.objects.filter(pk__in=closed, answer="").delete()


def _strangers(resolver: Resolver, kind: str) -> Iterator[int]:
    """Ids of the shop that nobody knows, and about which no other question is open."""
    known = resolver.taken(kind) | _candidates(resolver.shop, kind)
    if kind == "products":
        for row in resolver.webservice.read(kind, display=["id"]):
            if row.id is not None and row.id not in known:
                yield row.id
        return
    products = Binding.objects.filter(shop=resolver.shop, kind="products", remote_id__isnull=False)
    ours = set(products.exclude(key__startswith=SHOPS_OWN).values_list("remote_id", flat=True))
    for row in resolver.webservice.read(kind, display=["id", "id_product"]):
        if row.id is not None and row.id not in known and _whole(row.text("id_product")) in ours:
            yield row.id


def _candidates(shop: ShopConnection, kind: str) -> set[int]:
    """What open questions offer already: "which of these is it?"."""
    rows = Decision.objects.filter(shop=shop, kind=kind, question=DecisionKind.ADOPTION, answer="")
    return {int(one["id"]) for facts in rows.values_list("facts", flat=True) for one in facts.get("candidates", [])}


def _is_settled(decision: Decision | None) -> bool:
    return decision is not None and decision.answer == Answer.OWN


def _all_facts(resolver: Resolver, kind: str, rows: Iterable[Entity]) -> list[dict[str, Any]]:
    entities = list(rows)
    resolver.bindings.expect_ids(lambda: [("products", _whole(row.text("id_product"))) for row in entities])
    found = [_facts(resolver, kind, row) for row in entities]
    resolver.bindings.forget()
    return found


def _facts(resolver: Resolver, kind: str, row: Entity) -> dict[str, Any]:
    """What its question shows, as text."""
    facts = {"id": str(row.id), "reference": row.text("reference")}
    if kind == "products":
        return facts | {"name": _text(row.fields.get("name", "")), "active": row.text("active")}
    owner = resolver.local("products", _whole(row.text("id_product")))
    return facts | {"product": row.text("id_product"), "name": owner.key if owner else ""}


def _ask(context: RunContext, shop: ShopConnection, kind: str, orphans: Sequence[dict[str, Any]]) -> None:
    """One that was hidden or bound, and is neither any more, is asked about again."""
    named = [(_key(facts), facts["reference"] or f"n° {facts['id']}", facts) for facts in orphans]
    questions.ask(shop, [Question(DecisionKind.ORPHAN, kind, key, label, facts) for key, label, facts in named])
    context.count(held=len(named))
    Change.objects.bulk_create(
        context.line(
            shop=shop,
            kind=kind,
            key=key,
            label=label,
            action=Action.UPDATE,
            state=ChangeState.HELD,
            cause="drift.orphan",
            facts={"reference": label, "id": facts["id"]},
        )
        for key, label, facts in named
    )


def _key(facts: Mapping[str, Any]) -> str:
    return f"{SHOPS_OWN}{facts['id']}"


def _text(value: Any) -> str:
    return str(next(iter(value.values()), "") if isinstance(value, dict) else value)


def _whole(text: str) -> int:
    return int(text) if text.isdigit() else 0
