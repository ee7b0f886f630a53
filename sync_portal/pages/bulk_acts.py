"""What can be done to many products at once: each act says, product by product, what it would change."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from connectors.models import Client
from mapping.choices import ArticleChoice, ChoiceValue, ProductChoice
from mapping.choices.articles import ARTICLE
from mapping.choices.products import PRODUCT
from mapping.choosing import Place
from mapping.models import Category, Choice, Product
from sync_portal.pages.labels import SHOWN

BRAND_LENGTH = 64
FORBIDDEN_IN_BRANDS = "<>;={}#"
"""Of a maker's name, by the shop."""


@dataclass(frozen=True, slots=True)
class Line:
    """One product that would change."""

    product: Product
    before: str
    after: str
    choice: ChoiceValue | None
    """None: people have chosen nothing any more."""


Stored = Mapping[str, ChoiceValue]
"""Product key -> what people chose of it before."""
Plan = Callable[[Client, Product, ChoiceValue | None, str], Line | None]


@dataclass(frozen=True, slots=True)
class BulkAct:
    """One act of the list; `needs` is what has to be said first: "brand", "category" or nothing."""

    name: str
    label: Promise
    icon: str
    verb: str
    kind: str
    plan: Plan
    needs: str = ""
    note: Promise | str = ""


def _shown(shown: str) -> Plan:
    def plan(client: Client, product: Product, stored: ChoiceValue | None, value: str) -> Line | None:
        now = stored if isinstance(stored, ArticleChoice) else ArticleChoice()
        wanted = ArticleChoice.model_validate(now.model_dump() | {"shown": shown})
        if wanted == now:
            return None
        kept = None if wanted == ArticleChoice() else wanted
        return Line(product, str(SHOWN[now.shown]), str(SHOWN[shown]), kept)

    return plan


def _brand(client: Client, product: Product, stored: ChoiceValue | None, value: str) -> Line | None:
    now = stored if isinstance(stored, ProductChoice) else ProductChoice()
    wanted = now.model_copy(update={"manufacturer": value})
    if wanted == now:
        return None
    before = product.manufacturer if now.manufacturer is None else now.manufacturer
    return Line(product, before or _("without a brand"), value, wanted)


def _category(client: Client, product: Product, stored: ChoiceValue | None, value: str) -> Line | None:
    now = stored if isinstance(stored, ProductChoice) else ProductChoice()
    if value in {*now.categories, *product.categories, now.category or product.category_key}:
        return None
    path = Category.objects.filter(client=client, key=value).values_list("path", flat=True).first() or value
    wanted = now.model_copy(update={"categories": (*now.categories, value)})
    return Line(product, product.category_path or _("no category"), f"+ {path}", wanted)


BULK_ACTS: dict[str, BulkAct] = {
    act.name: act
    for act in (
        BulkAct(
            "hide",
            gettext_lazy("Keep out of the shop"),
            "eye-off",
            "article.hide",
            ARTICLE.name,
            _shown("never"),
            note=gettext_lazy(
                "Whatever Sage and the rules say. What is in the shop is hidden there by the next run, not deleted."
            ),
        ),
        BulkAct(
            "show",
            gettext_lazy("Show again, whatever the rules say"),
            "eye",
            "article.show",
            ARTICLE.name,
            _shown("always"),
            note=gettext_lazy("What lacks a price, a VAT or a name stays held all the same, until that is mended."),
        ),
        BulkAct(
            "rules",
            gettext_lazy("Back to the rules"),
            "arrow-back-up",
            "article.rules",
            ARTICLE.name,
            _shown("rules"),
            note=gettext_lazy("Sage and the rules decide again."),
        ),
        BulkAct("brand", gettext_lazy("Set the brand"), "tag", "product.brand", PRODUCT.name, _brand, needs="brand"),
        BulkAct(
            "category",
            gettext_lazy("Add to a category"),
            "category",
            "product.categories",
            PRODUCT.name,
            _category,
            needs="category",
        ),
    )
}


def planned(client: Client, act: BulkAct, value: str, products: Sequence[Product]) -> list[Line]:
    """The products that the act would change; the others are so already."""
    stored = _stored(client, act.kind, [product.key for product in products])
    lines = (act.plan(client, product, stored.get(product.key), value) for product in products)
    return [line for line in lines if line is not None]


def places(act: BulkAct, lines: Sequence[Line]) -> dict[Place, ChoiceValue | None]:
    """What is to be chosen for these lines."""
    return {(act.kind, line.product.key): line.choice for line in lines}


def _stored(client: Client, kind: str, keys: Sequence[str]) -> Stored:
    model = ArticleChoice if kind == ARTICLE.name else ProductChoice
    found: dict[str, ChoiceValue] = {}
    for start in range(0, len(keys), 500):
        rows = Choice.objects.filter(client=client, kind=kind, key__in=keys[start : start + 500])
        found |= {row.key: model.model_validate(row.value) for row in rows}
    return found
