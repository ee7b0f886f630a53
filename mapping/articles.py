"""One Sage article becomes one product: texts, price, tax, weight, stock, combinations, photos. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from connectors.sage.records import Article
from mapping import brands, documents, features, links, packs, texts
from mapping.apart import is_a_records_own
from mapping.away import policy
from mapping.away import said as said_away
from mapping.barcodes import valid_ean
from mapping.catalogue import ZERO, CatalogueCombination, CataloguePrice, CatalogueProduct, Problem, Readiness
from mapping.categories import CategoryTree
from mapping.checks import Facts, readiness, warnings
from mapping.choices import Choices
from mapping.combinations import VariantSet, combinations, ean_problems
from mapping.gammes import Gammes
from mapping.groups import Groups
from mapping.numbers import micro, plain, said
from mapping.packagings import packagings
from mapping.photo_patterns import FolderFiles
from mapping.photos import photos_of
from mapping.price_steps import PriceStep, explained
from mapping.pricing import NO_VARIANT, Buyer, Price, PriceBook
from mapping.rules import ShopRules
from mapping.selection import Verdict, verdict
from mapping.source import SageData, Variant
from mapping.specific_prices import Audience, PricedProduct, specific_prices
from mapping.stock import StockBook
from mapping.texts import TextBook

KILOGRAMS = (Decimal(1000), Decimal(100), Decimal(1), Decimal("0.001"), Decimal("0.000001"))
"""AR_UnitePoids: 0 tonne, 1 quintal, 2 kilogram, 3 gram, 4 milligram."""
_UNITS = ("t", "q", "kg", "g", "mg")


@dataclass(frozen=True)
class Workshop:
    """What all articles share while they are derived."""

    data: SageData
    rules: ShopRules
    tree: CategoryTree
    gammes: Gammes
    prices: PriceBook
    stock: StockBook
    texts: TextBook
    doubled_eans: frozenset[str]
    twins: Mapping[str, tuple[str, ...]]
    audiences: Sequence[Audience]
    """Everybody, then the groups."""
    buyers: Mapping[str, Sequence[Audience]]
    """Article -> the customers who have their own terms for it."""
    choices: Choices
    groups: Groups
    files: FolderFiles
    """Of the media folders, for photos that are found by their names."""
    today: date


def product(shop: Workshop, article: Article, key: str | None = None) -> CatalogueProduct:
    """The product of an article, whatever its readiness: those that stay out are shown with their reason.

    ``key``: the product whose texts and maker people chose, when it is not the article's own (a group's).
    """
    said_texts = texts.texts_of(shop, article, key)
    name = texts.name_in(said_texts, shop.rules.language)
    manufacturer, supplier = brands.manufacturer_of(shop, article, key), brands.supplier_of(shop, article)
    variants = _variants(shop, article)
    priced, price = _prices(shop, article, variants)
    taxes = shop.prices.taxes(article)
    judged = verdict(shop.data, article, shop.rules, shop.choices)
    state, reasons = _readiness(shop, article, variants, price, judged, name.text)
    category, category_words = links.category_of(shop, article)
    eans = ean_problems(article.barcode, {"reference": article.reference}, doubled=shop.doubled_eans)
    stocked, quantity, words, stock_problems = _stock(shop, article, priced)
    specific, price_problems = _specific(shop, article, price, priced)
    weight, weight_words = _weight(article, shop.rules)
    images = photos_of(shop, article)
    pack = packs.pack_of(shop, article, is_for_sale)
    worth_a_look = (*warnings(article, category), *eans, *variants.problems, *stock_problems, *price_problems)
    worth_a_look = (*((judged.despite,) if judged.despite else ()), *worth_a_look, *pack.problems)
    away, redirect_to = policy(shop, article, reasons[0]) if state == "out" else ("", "")
    return CatalogueProduct(
        key=article.reference,
        reference=article.reference,
        name=name.text,
        ean13="" if eans else valid_ean(article.barcode),
        weight=weight,
        price=price.amount,
        tax_rate=taxes.rate,
        category_key=category,
        category_path=shop.tree.path(category),
        quantity=quantity,
        active=state == "ready",
        readiness=state,
        sleeping=article.asleep,
        problems=reasons if state == "out" else (*reasons, *worth_a_look),
        explanations={
            "reference": f"AR_Ref « {article.stored_reference or article.reference} »",
            "name": name.why,
            "ean13": f"AR_CodeBarre « {article.barcode} »" if article.barcode else "AR_CodeBarre est vide",
            "weight": weight_words,
            "price": explained(price.steps),
            "tax": taxes.explanation,
            "active": _active_words(article, state, judged, said_away(away, redirect_to)),
            "category": category_words,
            "quantity": words,
            **features.explained(shop),
            **({"manufacturer": manufacturer.why} if manufacturer.why else {}),
            **({"supplier": supplier.why} if supplier.why else {}),
        },
        combinations=_weighed(stocked, weight),
        specific_prices=specific,
        images=images.shown,
        images_left_out=images.left_out,
        texts=said_texts,
        features=features.features_of(shop, article),
        manufacturer=manufacturer.name,
        supplier=supplier.name,
        supplier_reference=supplier.reference,
        categories=links.categories_of(shop, article),
        pack=pack.items,
        accessories=links.accessories_of(shop, article, is_for_sale),
        documents=documents.documents_of(shop, article),
        away=away,
        redirect_to=redirect_to,
    )


def is_for_sale(shop: Workshop, article: Article) -> bool:
    """Whether it is ready: others (a pack, an accessory) may count on its being in the shop.

    One that cannot be derived is told by itself and stays as it is in the shop: others count on that.
    """
    try:
        return _is_ready(shop, article)
    except Exception as error:
        if not is_a_records_own(error):
            raise
        return True


def may_be_for_sale(data: SageData, article: Article, rules: ShopRules, choices: Choices) -> bool:
    """Whether it is for this shop, as far as can be told of it: others are compared with it."""
    try:
        return verdict(data, article, rules, choices).out is None
    except Exception as error:
        if not is_a_records_own(error):
            raise
        return True


def _is_ready(shop: Workshop, article: Article) -> bool:
    variants = _variants(shop, article)
    _priced, price = _prices(shop, article, variants)
    judged = verdict(shop.data, article, shop.rules, shop.choices)
    name = texts.name_in(texts.texts_of(shop, article), shop.rules.language).text
    return _readiness(shop, article, variants, price, judged, name)[0] == "ready"


def _readiness(
    shop: Workshop, article: Article, variants: VariantSet, price: Price, judged: Verdict, name: str
) -> tuple[Readiness, tuple[Problem, ...]]:
    facts = Facts(
        article=article,
        name=name,
        price=price.amount,
        tax_rate=shop.prices.taxes(article).rate,
        twins=shop.twins.get(article.reference, ()),
        combinations=len(variants.combinations),
        awake_combinations=sum(one.active for one in variants.combinations.values()),
        out=judged.out,
    )
    return readiness(facts, shop.rules)


def _variants(shop: Workshop, article: Article) -> VariantSet:
    if article.gamme1 <= 0:
        return packagings(shop.data, shop.gammes, article, shop.rules, doubled=shop.doubled_eans)
    return combinations(shop.data, shop.gammes, article, shop.rules, doubled=shop.doubled_eans)


Priced = Mapping[Variant, CatalogueCombination]


def _prices(shop: Workshop, article: Article, variants: VariantSet) -> tuple[Priced, Price]:
    """The combinations with their impact on the base price.

    The base price is the article's; one without a price of its own takes its first combination's.
    """
    buyer, tiers = Buyer(shop.rules.prices.public_category), shop.rules.prices.tiers
    price = shop.prices.ladder(article, NO_VARIANT, buyer, tiers=tiers).at(1)
    own = {one: shop.prices.ladder(article, one, buyer, tiers=tiers).at(1) for one in variants.combinations}
    first = next((found for found in own.values() if found.amount > 0), None)
    if price.amount <= 0 and first:
        price = replace(first, steps=(PriceStep("first_combination"), *first.steps))
    priced = {
        variant: replace(
            combination,
            price_impact=own[variant].amount - price.amount,
            explanations={**combination.explanations, "price_impact": _impact_words(own[variant], price)},
        )
        for variant, combination in variants.combinations.items()
    }
    return priced, price


def _impact_words(own: Price, base: Price) -> str:
    return f"{explained(own.steps)} ; écart avec le prix de base {said(base.amount, 'fr')} HT"


def _stock(
    shop: Workshop, article: Article, priced: Priced
) -> tuple[tuple[CatalogueCombination, ...], int | None, str, tuple[Problem, ...]]:
    """The combinations with their stock, and the product's own: their sum where there are some."""
    if not priced:
        found = shop.stock.availability(article)
        return (), found.quantity, found.explanation, found.problems
    stocked: list[CatalogueCombination] = []
    problems: list[Problem] = []
    for variant, combination in priced.items():
        found = shop.stock.availability(article, variant)
        problems.extend(found.problems)
        words = {**combination.explanations, "quantity": found.explanation}
        stocked.append(replace(combination, quantity=found.quantity, explanations=words))
    if any(one.packs > 1 for one in stocked):
        alone = shop.stock.availability(article)
        shared = f"{alone.explanation} ; chaque conditionnement montre le même stock, en nombre de conditionnements"
        return tuple(stocked), alone.quantity, shared, tuple(problems)
    tracked = [one.quantity for one in stocked if one.quantity is not None and one.active]
    quantity = sum(tracked) if tracked else None
    return tuple(stocked), quantity, "somme des déclinaisons", tuple(problems)


def _specific(
    shop: Workshop, article: Article, price: Price, priced: Priced
) -> tuple[tuple[CataloguePrice, ...], tuple[Problem, ...]]:
    awake = {variant: one for variant, one in priced.items() if one.active}
    known = PricedProduct(
        price=price.amount,
        impacts={variant: one.price_impact for variant, one in awake.items()},
        keys={variant: one.key for variant, one in awake.items()},
    )
    audiences = (*shop.audiences, *shop.buyers.get(article.reference, ()))
    tiers = shop.rules.prices.tiers
    rows = specific_prices(shop.prices, article, known, audiences, tiers=tiers)
    facts = {"reference": article.reference, "name": article.label}
    causes = {cause for one in audiences for cause in shop.prices.ladder(article, NO_VARIANT, one.buyer).unpublishable}
    problems = [Problem(cause, facts) for cause in sorted(causes)]
    if any(row.price <= ZERO for row in rows) and price.amount > 0:
        problems.append(Problem("prices.specific_price_zero", facts))
    if shop.prices.taxes(article).ecotax > 0:
        problems.append(Problem("prices.ecotax_left_out", facts))
    return tuple(row for row in rows if row.price > ZERO), tuple(problems)


def _weight(article: Article, rules: ShopRules) -> tuple[Decimal, str]:
    """Kilograms, and the columns behind them."""
    net, gross = ("AR_PoidsNet", article.net_weight), ("AR_PoidsBrut", article.gross_weight)
    preferred, other = (net, gross) if rules.articles.weight == "net" else (gross, net)
    column, weight = preferred if preferred[1] > 0 else other
    known = 0 <= article.weight_unit < len(KILOGRAMS)
    factor, unit = (KILOGRAMS[article.weight_unit], _UNITS[article.weight_unit]) if known else (Decimal(1), "kg")
    return micro(max(weight, ZERO) * factor), f"{column} = {plain(weight)} {unit}"


def _weighed(found: tuple[CatalogueCombination, ...], weight: Decimal) -> tuple[CatalogueCombination, ...]:
    """A packaging weighs as many units as it holds."""
    return tuple(one if one.packs == 1 else replace(one, weight_impact=weight * (one.packs - 1)) for one in found)


def _active_words(article: Article, state: str, judged: Verdict, away: str) -> str:
    said = {"ready": "en ligne", "held": "retenu", "out": f"hors de cette boutique, {away}"}[state]
    flags = f"AR_Publie = {int(article.published)}, AR_Sommeil = {int(article.asleep)}, AR_Type = {article.kind}"
    return f"{flags} : {said}" + (f" ; {judged.why}" if judged.why and state != "out" else "")
