"""What a buyer pays for an article, with the explanation. Pure.

Order of search: the customer's row, its buying group's, the tariff category's, the article. Inside each the variant's
own price comes first, then the row's price, then its coefficient on AR_PrixAch; a row at 0 without coefficient is
passed over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from connectors.sage.records import Article, ArticleTariff
from mapping.numbers import micro
from mapping.price_steps import Facts, PriceStep
from mapping.source import Owner, SageData, Variant
from mapping.taxes import HUNDRED, ArticleTaxes, article_taxes
from mapping.tiers import Break, breaks

NO_VARIANT: Variant = (0, 0)
ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Buyer:
    """For whom: a tariff category, and the customer's number followed by its buying group's."""

    category: int
    customers: tuple[str, ...] = ()

    @property
    def owners(self) -> tuple[Owner, ...]:
        """Owners of tariff rows, in the order of search."""
        return (*self.customers, self.category)


@dataclass(frozen=True, slots=True)
class Price:
    """An amount without tax, six decimals, and how it was found."""

    amount: Decimal
    steps: tuple[PriceStep, ...]


@dataclass(frozen=True, slots=True)
class TierPrice:
    from_quantity: int
    price: Price


@dataclass(frozen=True, slots=True)
class Ladder:
    """What a buyer pays by quantity. The first tier starts at 1."""

    tiers: tuple[TierPrice, ...]
    unpublishable: tuple[str, ...] = ()
    """Causes: tiers that exist in Sage and that a shop cannot express."""

    def at(self, quantity: int) -> Price:
        """The price of one unit when this many are bought."""
        return next(tier.price for tier in reversed(self.tiers) if tier.from_quantity <= quantity)

    @property
    def quantities(self) -> frozenset[int]:
        return frozenset(tier.from_quantity for tier in self.tiers)


@dataclass(frozen=True, slots=True)
class _Found:
    amount: Decimal
    with_tax: bool
    row: ArticleTariff | None
    steps: tuple[PriceStep, ...]


class PriceBook:
    """Sage's prices of one company on one day."""

    def __init__(self, data: SageData, *, accounting_category: int, today: date) -> None:
        self._data = data
        self._accounting_category = accounting_category
        self._today = today
        self._taxes: dict[str, ArticleTaxes] = {}
        self._ladders: dict[tuple[str, Variant, Buyer, bool], Ladder] = {}

    def taxes(self, article: Article) -> ArticleTaxes:
        if article.reference not in self._taxes:
            found = article_taxes(self._data, article, category=self._accounting_category, today=self._today)
            self._taxes[article.reference] = found
        return self._taxes[article.reference]

    def ladder(self, article: Article, variant: Variant, buyer: Buyer, *, tiers: bool = True) -> Ladder:
        """The prices by quantity. ``tiers`` False: only the price of one unit.

        Of a packaging: the price of one of it, by the number of them. Sage counts its tiers in sales units.
        """
        key = (article.reference, variant, buyer, tiers)
        if key not in self._ladders:
            self._ladders[key] = self._ladder(article, variant, buyer, tiers=tiers)
        return self._ladders[key]

    def _ladder(self, article: Article, variant: Variant, buyer: Buyer, *, tiers: bool) -> Ladder:
        packaging = self._data.packaging(article.reference, variant)
        units = packaging.quantity if packaging else ONE
        found = self._search(article, variant, buyer)
        base = self._without_tax(article, found)
        terms = next((row for row in self._terms(article, buyer, found) if self._grants(row)), None)
        if terms is None:
            return Ladder((TierPrice(1, _rounded(base, units)),))
        owner: Owner = terms.category or terms.customer
        grid = breaks(terms, self._data.tiers.get((article.reference, owner), []), discount=self._discount(terms))
        reached = {  # several tiers may begin within one packaging: the last one holds
            _packs(tier.from_quantity, units): self._discounted(article, base, tier, terms, units)
            for tier in grid.breaks
        }
        prices = [TierPrice(quantity, price) for quantity, price in sorted(reached.items())]
        if not prices or prices[0].from_quantity > 1:
            prices.insert(0, TierPrice(1, _rounded(base, units)))
        return Ladder(tuple(prices if tiers else prices[:1]), grid.unpublishable)

    # --- the price -------------------------------------------------------------------------------------------------

    def _search(self, article: Article, variant: Variant, buyer: Buyer) -> _Found:
        for owner in buyer.owners:
            row = self._data.tariffs.get((article.reference, owner))
            own = self._packaging_price(article, variant, owner, row, buyer)
            own = own or self._variant_price(article, variant, owner, row, buyer)
            found = own or self._row_price(article, row)
            if found:
                return found
        return self._article_price(article, variant)

    def _variant_price(
        self, article: Article, variant: Variant, owner: Owner, row: ArticleTariff | None, buyer: Buyer
    ) -> _Found | None:
        price = self._data.gamme_prices.get((article.reference, owner, variant)) if variant != NO_VARIANT else None
        if price is None:
            return None
        due = self._due(row.next_price_date if row else None) and price.next_price > 0
        amount = price.next_price if due else price.price
        if amount <= 0:
            return None
        mode = self._mode(article, row, buyer)
        facts: Facts = {"owner": self._owner_label(owner), "amount": amount, "mode": mode}
        future = _future(row.next_price_date if row and due else None)
        return _Found(amount, mode, row, (*future, PriceStep(f"{_level(owner)}.variant", facts)))

    def _packaging_price(
        self, article: Article, variant: Variant, owner: Owner, row: ArticleTariff | None, buyer: Buyer
    ) -> _Found | None:
        """TC_Prix is of the whole packaging: here for one sales unit of it, as everything else."""
        packaging = self._data.packaging(article.reference, variant)
        price = self._data.packaging_prices.get((article.reference, owner, packaging.number)) if packaging else None
        if packaging is None or price is None:
            return None
        due = self._due(row.next_price_date if row else None) and price.next_price > 0
        amount = price.next_price if due else price.price
        if amount <= 0:
            return None
        mode = self._mode(article, row, buyer)
        facts: Facts = {"owner": self._owner_label(owner), "amount": amount, "mode": mode, "units": packaging.quantity}
        future = _future(row.next_price_date if row and due else None)
        step = PriceStep(f"{_level(owner)}.packaging", facts)
        return _Found(amount / packaging.quantity, mode, row, (*future, step))

    def _row_price(self, article: Article, row: ArticleTariff | None) -> _Found | None:
        if row is None:
            return None
        level, owner = _level(row.category or row.customer), self._owner_label(row.category or row.customer)
        due = self._due(row.next_price_date)
        price = row.next_price if due and row.next_price > 0 else row.price
        if price > 0:
            step = PriceStep(f"{level}.price", {"owner": owner, "amount": price, "mode": row.with_tax})
            future = _future(row.next_price_date if price != row.price else None)
            return _Found(price, row.with_tax, row, (*future, step))
        coefficient = row.next_coefficient if due and row.next_coefficient > 0 else row.coefficient
        purchase = self._purchase_price(article)
        if coefficient <= 0 or purchase <= 0:
            return None
        amount = micro(purchase * coefficient)
        facts: Facts = {
            "owner": owner,
            "purchase": purchase,
            "coefficient": coefficient,
            "amount": amount,
            "mode": row.with_tax,
        }
        return _Found(amount, row.with_tax, row, (PriceStep(f"{level}.coefficient", facts),))

    def _article_price(self, article: Article, variant: Variant) -> _Found:
        mode = article.sale_price_with_tax
        own = self._data.gamme_prices.get((article.reference, "", variant)) if variant != NO_VARIANT else None
        if own and own.price > 0:
            return _Found(own.price, mode, None, (PriceStep("article.variant", {"amount": own.price, "mode": mode}),))
        due = self._due(article.next_price_date)
        price = article.next_sale_price if due and article.next_sale_price > 0 else article.sale_price
        if price > 0:
            step = PriceStep("article.price", {"amount": price, "mode": mode})
            future = _future(article.next_price_date if price != article.sale_price else None)
            return _Found(price, mode, None, (*future, step))
        return self._article_coefficient(article, due=due)

    def _article_coefficient(self, article: Article, *, due: bool) -> _Found:
        mode = article.sale_price_with_tax
        coefficient = article.next_coefficient if due and article.next_coefficient > 0 else article.coefficient
        purchase = self._purchase_price(article)
        amount = micro(purchase * coefficient)
        if amount <= 0:
            return _Found(Decimal(0), mode, None, (PriceStep("nothing"),))
        facts: Facts = {"purchase": purchase, "coefficient": coefficient, "amount": amount, "mode": mode}
        return _Found(amount, mode, None, (PriceStep("article.coefficient", facts),))

    def _purchase_price(self, article: Article) -> Decimal:
        due = self._due(article.next_price_date) and article.next_purchase_price > 0
        return article.next_purchase_price if due else article.purchase_price

    def _mode(self, article: Article, row: ArticleTariff | None, buyer: Buyer) -> bool:
        """With tax? The owning row says so, else the tariff category, else the article."""
        if row:
            return row.with_tax
        category = self._data.tariff_categories.get(buyer.category)
        return category.with_tax if category else article.sale_price_with_tax

    def _due(self, day: date | None) -> bool:
        return day is not None and day <= self._today

    def _owner_label(self, owner: Owner) -> str:
        if isinstance(owner, str):
            return owner
        category = self._data.tariff_categories.get(owner)
        return f"{owner} « {category.label} »" if category else str(owner)

    # --- tax and discounts -----------------------------------------------------------------------------------------

    def _without_tax(self, article: Article, found: _Found) -> Price:
        """Unrounded: only what is published is rounded, so that discounts do not add rounding to rounding."""
        amount, steps = self._net_of_tax(article, found.amount, with_tax=found.with_tax)
        return Price(amount, (*found.steps, *steps))

    def _net_of_tax(
        self, article: Article, amount: Decimal, *, with_tax: bool
    ) -> tuple[Decimal, tuple[PriceStep, ...]]:
        taxes = self.taxes(article)
        if not with_tax or amount <= 0:
            return amount, ()
        rate = taxes.rate or Decimal(0)
        net = amount / (1 + rate / HUNDRED)
        steps = [PriceStep("without_tax", {"rate": rate, "amount": micro(net)})]
        if taxes.ecotax > 0:
            net = max(net - taxes.ecotax, Decimal(0))
            steps.append(PriceStep("without_ecotax", {"ecotax": taxes.ecotax, "amount": micro(net)}))
        return net, tuple(steps)

    def _terms(self, article: Article, buyer: Buyer, found: _Found) -> Iterator[ArticleTariff]:
        """The rows whose discount may apply, in order. A price "hors remise" knows only its own row's."""
        if found.row and found.row.net:
            yield found.row
            return
        for owner in buyer.owners:
            row = self._data.tariffs.get((article.reference, owner))
            if row:
                yield row
                if row.net:
                    return

    def _discount(self, row: ArticleTariff) -> Decimal:
        return row.next_discount if self._due(row.next_price_date) and row.next_discount > 0 else row.discount

    def _grants(self, row: ArticleTariff) -> bool:
        """Does this row say anything about discounts?"""
        return row.net or row.tiers > 0 or self._discount(row) > 0

    def _discounted(self, article: Article, base: Price, tier: Break, row: ArticleTariff, units: Decimal) -> Price:
        price = base
        if tier.net_price > 0:
            step = PriceStep("tier.net", {"amount": tier.net_price, "mode": row.with_tax})
            amount, steps = self._net_of_tax(article, tier.net_price, with_tax=row.with_tax)
            price = Price(amount, (step, *steps))
        if tier.from_quantity > 1:
            price = replace(price, steps=(*price.steps, PriceStep("tier", {"quantity": tier.from_quantity})))
        for kind, value in tier.discounts:
            price = self._less(article, price, kind=kind, value=value, with_tax=row.with_tax)
        if row.net:
            price = replace(price, steps=(*price.steps, PriceStep("net")))
        return _rounded(price, units)

    def _less(self, article: Article, price: Price, *, kind: int, value: Decimal, with_tax: bool) -> Price:
        if kind == 1:
            amount = price.amount * (1 - value / HUNDRED)
            step = PriceStep("discount.percent", {"percent": value, "amount": micro(amount)})
        else:
            rate = self.taxes(article).rate or Decimal(0)
            amount = price.amount - (value / (1 + rate / HUNDRED) if with_tax else value)
            step = PriceStep("discount.amount", {"discount": value, "mode": with_tax, "amount": micro(amount)})
        return Price(max(amount, Decimal(0)), (*price.steps, step))


def _level(owner: Owner) -> str:
    return "category" if isinstance(owner, int) else "customer"


def _future(day: date | None) -> tuple[PriceStep, ...]:
    return (PriceStep("future", {"date": day}),) if day else ()


def _packs(quantity: int, units: Decimal) -> int:
    """How many packagings hold at least this many sales units."""
    return max(1, -(-quantity // int(units)))


def _rounded(price: Price, units: Decimal) -> Price:
    """The price of so many units, rounded once."""
    if units == ONE:
        return replace(price, amount=micro(price.amount))
    amount = micro(price.amount * units)
    step = PriceStep("packaging", {"units": units, "amount": amount})
    return Price(amount, (*price.steps, step))
