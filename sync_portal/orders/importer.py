"""Brings one shop's orders into Sage: ledger row, proof, document, in that order, each step stored before the next.

Whatever fails in between, an order gives one Sage document: the ledger holds one row per order, and a document that was
written before its row said so is found again by its web number.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from hashlib import blake2b
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from connectors.errors import ConnectorError, RejectedRecordError, RetryableError
from connectors.models import ShopConnection
from connectors.sage.documents import find_order, write_order
from connectors.sage.orders import WrittenOrder
from mapping import ordering
from mapping.rules import ShopRules
from sync_portal.orders import holding, ledger, reader
from sync_portal.orders.builder import Built, build, check_state, sage_amounts
from sync_portal.orders.lookups import load_side
from sync_portal.orders.models import LedgerOrder, OrderState
from sync_portal.orders.proof import Proof, prove, prove_sage
from sync_portal.orders.reader import PolledOrder
from sync_portal.orders.sage_side import SageSide
from sync_portal.orders.shop_orders import ZERO, ShopOrder
from sync_portal.sync import same_shop
from sync_portal.sync.mistakes import is_a_mistake, refusal
from sync_portal.sync.models import Cursor

if TYPE_CHECKING:
    from sync_portal.sync.context import RunContext

WAITS_FOR_ONE_ORDER = frozenset({"sage.locked", "sage.deadlock"})
"""Retryable causes that touch one document; any other means that Sage is away, and the run ends."""


class ShopImport:
    """The orders of one shop in one run."""

    def __init__(self, context: RunContext, shop: ShopConnection) -> None:
        self.context = context
        self.shop = shop
        self.webservice = context.webservice(shop)
        self.zone = ZoneInfo(shop.client.time_zone)
        self.rules: ShopRules = context.rules(shop)
        self.fingerprint = rules_fingerprint(self.rules)
        self.cursor = Cursor.objects.filter(client=shop.client, flow="orders", stream=_stream(shop)).first()

    def run(self) -> None:
        """Poll, examine what moved or waits, and move the cursor once every order is in the ledger."""
        same_shop.make_sure(self.shop, self.webservice)
        since = self._since()
        # Without a cursor an earlier first poll may have died half-way: held orders may have moved since.
        last_id = ledger.last_order_id(self.shop) if since else 0
        polled = reader.poll(self.webservice, since=since, last_id=last_id)
        moved = self._moved(polled)
        self.context.count(read=len(polled), unchanged=len(polled) - len(moved))
        waiting = ledger.waiting_ids(self.shop, rules_fingerprint=self.fingerprint)
        ids = sorted({*moved, *waiting})
        if not self.context.preview:
            holding.end_those_before_the_start(self.shop, self.rules)
        self._import_all(ids)
        self._advance(polled)

    def examine(self, ids: Collection[int]) -> None:
        """Examine these orders and no other: the shop is not asked for new ones."""
        same_shop.make_sure(self.shop, self.webservice)
        self.context.count(read=len(ids))
        self._import_all(sorted(ids))

    def _import_all(self, ids: Sequence[int]) -> None:
        self.context.step("orders", len(ids))
        for start in range(0, len(ids), reader.PAGE):
            self._import_page(ids[start : start + reader.PAGE], before=start)

    def _since(self) -> datetime | None:
        # Stored as the shop's clock shows it, with UTC for the database's sake.
        return self.cursor.position.replace(tzinfo=None) if self.cursor and self.cursor.position else None

    def _moved(self, polled: Sequence[PolledOrder]) -> set[int]:
        """What was polled, without the orders that are in Sage, and those held as they were."""
        first = min((order.id for order in polled), default=0)
        rows = LedgerOrder.objects.filter(shop=self.shop, shop_order_id__gte=first)
        imported = set(rows.filter(state=OrderState.IMPORTED).values_list("shop_order_id", flat=True))
        held = dict(rows.filter(state=OrderState.HELD).values_list("shop_order_id", "shop_updated_at"))
        return {
            order.id
            for order in polled
            if order.id not in imported and held.get(order.id) != order.updated_at and not self._before_the_start(order)
        }

    def _before_the_start(self, order: PolledOrder) -> bool:
        """Orders older than the first day of the import were keyed into Sage by hand: they are not ours to import."""
        return bool(self.rules.orders.since) and order.placed_at[:10] < self.rules.orders.since

    def _import_page(self, ids: Sequence[int], *, before: int) -> None:
        orders = reader.read_orders(self.webservice, ids)
        self._gone(set(ids) - {order.id for order in orders})
        side = load_side(self.shop, self.rules, orders, today=timezone.localdate(timezone=self.zone))
        for done, order in enumerate(orders, start=before + 1):
            self._import(order, side)
            self.context.progress(done)

    def _gone(self, ids: set[int]) -> None:
        """An order that the shop no longer has will not come by itself: a person must know."""
        for row in LedgerOrder.objects.filter(shop=self.shop, shop_order_id__in=ids):
            if self._found_in_sage(row):
                continue
            if not self.context.preview:
                _store(row, state=OrderState.HELD, cause="orders.gone", facts={}, detail="")
                ordering.end(self.shop, [row.shop_order_id])
            self._report(row.reference, row.shop_order_id, "held", cause="orders.gone")
            self.context.count(held=1)

    def _import(self, order: ShopOrder, side: SageSide) -> None:
        """One order, to its end: in Sage, held with its cause, or left for the next run."""
        row = self._ledger_row(order)
        if not self.context.preview:
            holding.hold(self.shop, self.rules, order, side)
        proof = prove(order)
        try:
            check_state(order, self.rules.orders)
            _require(proof)
            built = build(order, self.rules, side, proof, web_number=self.web_number(order.id))
            proof = prove_sage(proof, order, sage_amounts(built.document.lines))
            _require(proof)
            self.context.count(to_write=1)
            if self.context.preview:
                self._report(order.reference, order.id, "planned", differences=_differences(order, built))
                return
            written = self._write(row, built)
        except RejectedRecordError as error:
            if not self._found_in_sage(row):
                self._hold(row, proof, error)
        except RetryableError as error:
            self._later(row, error)
        except Exception as error:
            if not is_a_mistake(error):
                raise
            if not self._found_in_sage(row):
                self._hold(row, proof, refusal(error))
        else:
            self._imported(row, order, proof, built, written)
            side.remembered.update(_memory(order, written, self.rules))

    def web_number(self, order_id: int) -> str:
        """What Sage knows the order by (DO_NoWeb). Two shops count from 1: all but the client's first get a prefix."""
        first = (
            ShopConnection.objects.filter(client=self.shop.client).order_by("pk").values_list("pk", flat=True).first()
        )
        return str(order_id) if self.shop.pk == first else f"{self.shop.pk}-{order_id}"

    def _ledger_row(self, order: ShopOrder) -> LedgerOrder:
        """The order's one row, made before anything else; in a preview it is not stored."""
        shown = {
            "shop_customer_id": order.buyer.id,
            "reference": order.reference[:255],
            "placed_at": order.placed_at.replace(tzinfo=self.zone),
            "buyer": (order.invoice.company or order.buyer.person)[:255],
            "email": order.buyer.email[:255],
            "total_paid": order.total_paid_tax_incl,
            "payment": order.payment[:255],
            "lines": len(order.lines),
            "shop_updated_at": order.updated_at,
            "rules_fingerprint": self.fingerprint,
        }
        if self.context.preview:
            return LedgerOrder(shop=self.shop, shop_order_id=order.id, **shown)
        row, _created = LedgerOrder.objects.update_or_create(shop=self.shop, shop_order_id=order.id, defaults=shown)
        return row

    def _write(self, row: LedgerOrder, built: Built) -> WrittenOrder:
        # On the first poll of a shop another portal, or this one before its database was lost, may have been here.
        first_attempt = row.attempts == 0 and self.cursor is not None
        _store(row, state=OrderState.WRITING, attempts=row.attempts + 1, cause="", facts={}, detail="")
        return write_order(self.context.sage, self.context.capabilities, built.document, first_attempt=first_attempt)

    def _found_in_sage(self, row: LedgerOrder) -> bool:
        """Did a write that was cut short reach Sage after all? Asked before an order that was being written is held.

        Since then the order may have changed in the shop; what Sage holds is no longer the portal's to judge.
        """
        if not row.attempts or self.context.preview:
            return False
        web_number = self.web_number(row.shop_order_id)
        piece = find_order(self.context.sage, self.context.capabilities, web_number, reference=row.reference)
        if piece is None:
            return False
        with transaction.atomic():
            _store(row, state=OrderState.IMPORTED, sage_piece=piece, imported_at=timezone.now(), cause="", facts={})
            ordering.end(self.shop, [row.shop_order_id])
        self.context.count(written=1, confirmed=1)
        self._report(row.reference, row.shop_order_id, "confirmed", differences=[_document(row.reference, piece)])
        return True

    def _imported(self, row: LedgerOrder, order: ShopOrder, proof: Proof, built: Built, written: WrittenOrder) -> None:
        losses = [{"cause": "orders.note_text", "facts": asdict(note)} for note in written.notes]
        with transaction.atomic():
            _store(
                row,
                state=OrderState.IMPORTED,
                sage_piece=written.piece,
                sage_customer=written.customer_number,
                proof=proof.to_json(),
                notes=[*built.notes, *losses],
                imported_at=timezone.now(),
            )
            self._stock_is_in_sage(row, written)
        self.context.count(written=1, confirmed=1, sage=int(written.created))
        differences = [_document(order.reference, written.piece), *_differences(order, built)]
        self._report(order.reference, order.id, "confirmed", differences=differences)

    def _stock_is_in_sage(self, row: LedgerOrder, written: WrittenOrder) -> None:
        if not written.created and row.attempts == 1:
            # It was there before this portal ever tried: Sage has been counting it.
            ordering.release(self.shop, [row.shop_order_id])
        else:
            ordering.end(self.shop, [row.shop_order_id])

    def _hold(self, row: LedgerOrder, proof: Proof, error: RejectedRecordError) -> None:
        if not self.context.preview:
            stored = proof.to_json()
            _store(row, state=OrderState.HELD, cause=error.cause, facts=error.facts, detail=error.detail, proof=stored)
        self.context.count(held=1)
        self._report(row.reference, row.shop_order_id, "held", error=error)

    def _later(self, row: LedgerOrder, error: RetryableError) -> None:
        """Back to "received": the next run tries again, and finds the document if Sage kept it after all."""
        _store(row, state=OrderState.SEEN, cause=error.cause, facts=error.facts, detail=error.detail)
        self.context.count(rejected=1)
        self._report(row.reference, row.shop_order_id, "later", error=error)
        if error.cause not in WAITS_FOR_ONE_ORDER:
            raise error

    def _advance(self, polled: Sequence[PolledOrder]) -> None:
        newest = reader.newest_update(polled)
        if self.context.preview or (self.cursor and newest in {None, self._since()}):
            return
        # Also where there was no order yet: from now on the portal knows of all of them.
        moments = [moment for moment in (newest, self._since()) if moment]
        # No later than now: an order that a wrong clock dates in the future would hide what moves until then.
        now = timezone.now().astimezone(self.zone).replace(tzinfo=None)
        position = min(now, max(moments)).replace(tzinfo=UTC) if moments else None
        Cursor.objects.update_or_create(
            client=self.shop.client, flow="orders", stream=_stream(self.shop), defaults={"position": position}
        )

    def _report(
        self,
        reference: str,
        order_id: int,
        state: str,
        *,
        differences: Sequence[dict[str, str]] = (),
        error: ConnectorError | None = None,
        cause: str = "",
    ) -> None:
        self.context.line(
            shop=self.shop,
            kind="orders",
            key=str(order_id),
            label=reference,
            action="import",
            state=state,
            differences=differences,
            cause=error.cause if error else cause,
            facts=error.facts if error else {},
            detail=error.detail if error else "",
        ).save()


def rules_fingerprint(rules: ShopRules) -> str:
    """Changes when a rule that decides about orders does: held orders are then examined again by themselves.

    So are those that were held before the portal knew what orders take from the stock.
    """
    content = f"stock{rules.orders.model_dump_json()}{rules.prices.model_dump_json()}"
    return blake2b(content.encode(), digest_size=16).hexdigest()


def _stream(shop: ShopConnection) -> str:
    return f"shop:{shop.pk}"


def _store(row: LedgerOrder, **values: object) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))


def _require(proof: Proof) -> None:
    if not proof.ok:
        raise RejectedRecordError(proof.explanation, proof.facts)


def _memory(order: ShopOrder, written: WrittenOrder, rules: ShopRules) -> dict[int | str, str]:
    """A second order of the same buyer in this run goes to the account that the first one made."""
    if written.customer_number == rules.orders.generic_account:
        return {}
    buyers: list[int | str] = [order.buyer.id, order.buyer.email.casefold()]
    return {buyer: written.customer_number for buyer in buyers if buyer}


def _document(reference: str, piece: str) -> dict[str, str]:
    return {"field": "sage_piece", "before": reference, "after": piece, "why": ""}


def _differences(order: ShopOrder, built: Built) -> list[dict[str, str]]:
    """What the history shows of an order that enters Sage: each value of the shop beside Sage's."""
    document = built.document
    account = document.customer if isinstance(document.customer, str) else document.customer.name
    paid = sum((payment.amount for payment in order.payments), ZERO)
    deposits = sum((deposit.amount for deposit in document.deposits), ZERO)
    rows = (
        ("sage_customer", order.invoice.company or order.buyer.person, account.rstrip()),
        ("total_paid", f"{order.total_paid_tax_incl:.2f}", f"{document.total_with_tax:.2f}"),
        ("lines", str(len(order.lines)), str(len(document.lines))),
        ("deposit", f"{paid:.2f}", f"{deposits:.2f}"),
    )
    return [{"field": field, "before": before, "after": after, "why": ""} for field, before, after in rows]
