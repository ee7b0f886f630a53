"""An order of the shop becomes a Sage document, or is held: what has no mapping is never guessed. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from connectors.errors import RejectedRecordError
from connectors.sage.orders import ORDER, QUOTE, Deposit, OrderDocument, OrderLine
from connectors.sage.records import Article
from mapping.rules import OrderRules, ShopRules
from sync_portal.orders.accounts import COMPANY_CURRENCY, Account, account_for, billing_for, delivery_for
from sync_portal.orders.amounts import Amount, amounts_of, cents, unit_price, with_tax, without_tax
from sync_portal.orders.proof import Proof
from sync_portal.orders.sage_side import SageSide, SoldArticle
from sync_portal.orders.shop_orders import ZERO, ShopOrder

GRAMS = (Decimal(1_000_000), Decimal(100_000), Decimal(1000), Decimal(1), Decimal("0.001"))
"""AR_UnitePoids: tonne, quintal, kilogram, gram, milligram."""
NO_CODE: Mapping[Decimal, str] = {}

Note = dict[str, object]


@dataclass(frozen=True, slots=True)
class Built:
    """The document, and what a person may want to know about how it came to be: `{"cause": ..., "facts": ...}`."""

    document: OrderDocument
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class _Sold:
    amount: Amount
    sold: SoldArticle
    tax_code: str


def check_state(order: ShopOrder, rules: OrderRules) -> None:
    """Raises RejectedRecordError `orders.state_not_accepted`. Without a list, what the shop counts as a sale enters."""
    accepted = order.state in rules.accepted_states if rules.accepted_states else order.valid
    if not accepted:
        raise RejectedRecordError("orders.state_not_accepted", {"state": order.state_name or order.state})


def build(order: ShopOrder, rules: ShopRules, side: SageSide, proof: Proof, *, web_number: str) -> Built:
    """The document that Sage is to hold.

    Raises:
        RejectedRecordError: an `orders.*` cause: the order is held until somebody mends it.
    """
    _check_content(order)
    account = account_for(order, rules, side)
    carrier = _carrier(order, rules.orders)
    lines, notes = _lines(order, account, rules, side)
    if proof.repeated:
        ids = ", ".join(map(str, proof.repeated))
        notes = (*notes, {"cause": "orders.note_repeated_payment", "facts": {"ids": ids}})
    document = OrderDocument(
        web_number=web_number,
        reference=order.reference,
        kind=QUOTE if rules.orders.document == "quote" else ORDER,
        dated=order.placed_at,
        customer=account.customer,
        delivery=delivery_for(order, side, shared=account.shared, carrier=carrier),
        billing=billing_for(order) if account.shared else (),
        souche=rules.orders.souche,
        depot=_depot(rules.orders, side),
        carrier=carrier,
        tariff_category=account.tariff_category,
        accounting_category=account.accounting_category,
        payment_mode=_payment_mode(order, rules.orders),
        status=rules.orders.statut,
        lines=lines,
        comments=_comments(order),
        deposits=tuple(_deposits(order, rules.orders, proof)),
        total_without_tax=sum((line.total_without_tax for line in lines), ZERO),
        total_with_tax=sum((line.total_with_tax for line in lines), ZERO),
    )
    return Built(document, notes)


def sage_amounts(lines: Iterable[OrderLine]) -> list[Decimal]:
    """What Sage itself makes of each line's entered price, tax included: the independent half of the proof."""
    return [_sage_amount(line) for line in lines]


def _sage_amount(line: OrderLine) -> Decimal:
    if line.entered_with_tax:
        return cents(line.unit_price_with_tax * line.quantity)
    return cents(with_tax(cents(line.unit_price * line.quantity), line.tax_rate))


def _check_content(order: ShopOrder) -> None:
    if not order.lines:
        raise RejectedRecordError("orders.no_lines")
    if order.currency != COMPANY_CURRENCY:
        facts = {"currency": order.currency or "?", "expected": COMPANY_CURRENCY}
        raise RejectedRecordError("orders.unknown_currency", facts)


def _carrier(order: ShopOrder, rules: OrderRules) -> int:
    """Rank in P_EXPEDITION; 0, the customer's own, for an order that is not shipped."""
    if not order.carrier_id:
        return 0
    for name in (str(order.carrier_reference or order.carrier_id), order.carrier):
        if name in rules.carriers:
            return rules.carriers[name]
    raise RejectedRecordError("orders.unknown_carrier", {"carrier": order.carrier or order.carrier_id})


def _payment_mode(order: ShopOrder, rules: OrderRules) -> int:
    """Rank in P_REGLEMENT. A free order is paid by no module worth mapping."""
    if not order.total_paid_tax_incl:
        return rules.payments.get(order.module, 1)
    if order.module not in rules.payments:
        raise RejectedRecordError("orders.unknown_payment", {"module": order.module, "payment": order.payment})
    return rules.payments[order.module]


def _depot(rules: OrderRules, side: SageSide) -> int:
    wanted = [depot for depot in side.data.depots if (depot.number == rules.depot if rules.depot else depot.main)]
    if not wanted:
        raise RejectedRecordError("orders.no_depot", {"depot": rules.depot or "—"})
    return wanted[0].number


def _lines(
    order: ShopOrder, account: Account, rules: ShopRules, side: SageSide
) -> tuple[tuple[OrderLine, ...], tuple[Note, ...]]:
    """The lines in the form the account's tariff is kept in; with tax where only that gives the shop's total.

    A price with tax that the shop rounded has not always a price without tax, in cents, that leads back to it.
    """
    sold = tuple(_sold_amounts(order, account, rules.orders, side))
    category = side.data.tariff_categories.get(account.tariff_category)
    if category is None or not category.with_tax:
        lines = tuple(_line(one, entered_with_tax=False) for one in sold)
        difference = sum(sage_amounts(lines), ZERO) - cents(order.total_paid_tax_incl)
        if not difference:
            return lines, ()
        note: Note = {"cause": "orders.note_entered_with_tax", "facts": {"difference": f"{difference:+.2f}"}}
        return tuple(_line(one, entered_with_tax=True) for one in sold), (note,)
    return tuple(_line(one, entered_with_tax=True) for one in sold), ()


def _sold_amounts(order: ShopOrder, account: Account, rules: OrderRules, side: SageSide) -> Iterator[_Sold]:
    codes: dict[Decimal, str] = {}
    for amount in amounts_of(order):
        sold = side.sold(amount.line) if amount.line else side.named(_rule_article(amount, rules))
        code = side.tax_code(
            sold.article,
            amount.rate,
            account.accounting_category,
            name=amount.label or sold.article.label,
            others=NO_CODE if amount.line else codes,
        )
        if amount.line:
            codes.setdefault(amount.rate, code)
        yield _Sold(amount, sold, code)


def _rule_article(amount: Amount, rules: OrderRules) -> str:
    """Shipping and gift wrapping are booked on the shipping article, vouchers on the discount article."""
    facts = {"name": amount.label, "amount": f"{abs(amount.tax_incl):.2f}"}
    if amount.kind == "voucher":
        if not rules.discount_article:
            raise RejectedRecordError("orders.no_discount_article", facts)
        return rules.discount_article
    if not rules.shipping_article:
        raise RejectedRecordError("orders.no_shipping_article", facts)
    return rules.shipping_article


def _line(one: _Sold, *, entered_with_tax: bool) -> OrderLine:
    amount, sold = one.amount, one.sold
    base = OrderLine(
        article=sold.article.stored_reference,
        gamme1=sold.gamme1,
        gamme2=sold.gamme2,
        label=_label(amount, sold.article),
        quantity=amount.quantity * sold.units,
        unit=sold.packaging.label if sold.packaging else "",
        unit_quantity=Decimal(amount.quantity) if sold.packaging else None,
        tax_rate=amount.rate,
        tax_code=one.tax_code,
        entered_with_tax=entered_with_tax,
        weight=_weight(sold.article, amount.quantity * sold.units) if amount.line else ZERO,
    )
    # Sage's price is of the sales unit, the shop's of what was ordered.
    prices = _with_tax_prices if entered_with_tax else _without_tax_prices
    return prices(base, amount, sold.units)


def _with_tax_prices(line: OrderLine, amount: Amount, units: Decimal) -> OrderLine:
    shop_price = amount.line.unit_price_tax_incl if amount.line else amount.tax_incl
    price = unit_price(amount.tax_incl, amount.quantity * units, shop_price / units)
    return replace(
        line,
        unit_price_with_tax=price,
        unit_price=_six(without_tax(price, amount.rate)),
        total_with_tax=amount.tax_incl,
        total_without_tax=cents(without_tax(amount.tax_incl, amount.rate)),
    )


def _without_tax_prices(line: OrderLine, amount: Amount, units: Decimal) -> OrderLine:
    shop_price = amount.line.unit_price_tax_excl if amount.line else amount.tax_excl
    price = unit_price(amount.tax_excl, amount.quantity * units, shop_price / units)
    return replace(
        line,
        unit_price=price,
        unit_price_with_tax=_six(with_tax(price, amount.rate)),
        total_without_tax=amount.tax_excl,
        total_with_tax=cents(with_tax(amount.tax_excl, amount.rate)),
    )


def _six(price: Decimal) -> Decimal:
    return price.quantize(Decimal("0.000001"))


def _label(amount: Amount, article: Article) -> str:
    """Products bear Sage's own wording; a voucher its name in the shop; wrapping says what it is."""
    if amount.kind == "voucher":
        return amount.label or article.label
    return "Emballage cadeau" if amount.kind == "wrapping" else article.label


def _weight(article: Article, quantity: Decimal) -> Decimal:
    grams = GRAMS[article.weight_unit] if 0 <= article.weight_unit < len(GRAMS) else ZERO
    return article.net_weight * grams * quantity


def _deposits(order: ShopOrder, rules: OrderRules, proof: Proof) -> Iterator[Deposit]:
    """One deposit per payment received; a single one for the balance where money was given back in between."""
    kept = [payment for payment in order.payments if payment.id not in proof.repeated]
    # Sage takes a deposit on an order, not on a quote.
    if not rules.deposit or rules.document == "quote" or proof.received <= ZERO:
        return
    mode = _payment_mode(order, rules)
    if any(payment.amount <= ZERO for payment in kept):
        yield Deposit(amount=proof.received, dated=order.placed_at.date(), payment_mode=mode, label=order.reference)
        return
    for payment in kept:
        yield Deposit(
            amount=cents(payment.amount),
            dated=(payment.paid_at or order.placed_at).date(),
            payment_mode=mode,
            label=payment.transaction_id or order.reference,
        )


def _comments(order: ShopOrder) -> tuple[str, ...]:
    """Sage's users work in French: where the order comes from, then what the buyer wrote."""
    origin = f"Commande web {order.reference} du {order.placed_at:%d/%m/%Y}"
    paid = f"{origin} - {order.payment}" if order.payment else origin
    return tuple(text for text in (paid, order.delivery.other, *order.messages) if text)
