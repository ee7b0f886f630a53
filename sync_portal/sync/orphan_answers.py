"""What a person says of a resource of the shop that does not come from Sage, and what that means for our own tables."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from connectors.models import ShopConnection
from mapping import touches
from mapping.models import Binding, Combination, Product
from mapping.state import SHOPS_OWN
from sync_portal.sync.answers import NotAnAnswer
from sync_portal.sync.models import Decision, DecisionKind


def belongs(decision: Decision, key: str) -> None:
    """It is this product, or this combination, of Sage's: the next run sends it what differs.

    Raises:
        NotAnAnswer: there is no such thing that is still missing in this shop, or the orphan was bound meanwhile.
    """
    shop, kind = decision.shop, decision.kind
    if not still_missing(decision).filter(key=key).exists():
        raise NotAnAnswer(f"{key!r} is none of {kind} that are missing in shop {shop.pk}")
    _bind(decision, key, {"adopted": True, "confirmed": {}})
    asked = Decision.objects.filter(shop=shop, kind=kind, key=key, answer="", question=DecisionKind.ADOPTION)
    asked.delete()
    product = Combination.objects.filter(product__client=shop.client, key=key).values_list("product__key", flat=True)
    touches.touch_articles(shop.client, [key] if kind == "products" else list(product))


def hide(decision: Decision) -> None:
    """Bound to no article, it is one that Sage has no more: the next run of the articles takes it off the shop's pages,
    with the brakes, the history and the undo of every other change.
    """
    key = f"{SHOPS_OWN}{_shop_id(decision)}"
    _bind(decision, key, {"adopted": True, "confirmed": {"active": "1"}})
    touches.touch_articles(decision.shop.client, [key])


def delete(decision: Decision) -> None:
    """Bound to a key that nothing of Sage's has, it is a price that Sage has no more: the next run of the prices
    deletes it, with the brakes and the history of every other deletion, if it is still as the person saw it.
    """
    _bind(decision, decision.key, {"adopted": True, "confirmed": decision.facts["held"]})
    touches.touch_articles(decision.shop.client, [decision.facts["product"]])


def still_missing(decision: Decision) -> QuerySet[Any]:
    """The products, or the combinations of its product, that its shop does not have yet."""
    shop = decision.shop
    rows: QuerySet[Any]
    if decision.kind == "products":
        rows = Product.objects.filter(client=shop.client, grouped_in="").order_by("reference")
    else:
        owner = Binding.objects.filter(shop=shop, kind="products", remote_id=decision.facts.get("product") or None)
        keys = list(owner.values_list("key", flat=True))
        rows = Combination.objects.filter(product__client=shop.client, product__key__in=keys).order_by("pk")
    return rows.exclude(key__in=_in_the_shop(shop, decision.kind))


def _in_the_shop(shop: ShopConnection, kind: str) -> QuerySet[Binding]:
    return Binding.objects.filter(shop=shop, kind=kind, remote_id__isnull=False).values("key")  # type: ignore[return-value]


def _bind(decision: Decision, key: str, values: dict[str, Any]) -> None:
    number = _shop_id(decision)
    bound = Binding.objects.filter(shop=decision.shop, kind=decision.kind, remote_id=number)
    if other := bound.first():
        raise NotAnAnswer(f"{number} is {other.key} already")
    fresh: dict[str, Any] = {"parked": "", "parked_cause": "", "parked_facts": {}, "pending": {}, "undone": {}}
    Binding.objects.update_or_create(
        shop=decision.shop,
        kind=decision.kind,
        key=key,
        defaults=fresh | values | {"remote_id": number, "confirmed_at": timezone.now()},
    )


def _shop_id(decision: Decision) -> int:
    return int(decision.facts["id"])
