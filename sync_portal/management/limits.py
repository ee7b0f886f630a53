"""What a run from the command line is limited to: the options of `manage.py sync`, checked, as a run's scope."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.management.base import CommandError, CommandParser

from connectors.models import Client
from mapping.models import Product, SourceRecord
from sync_portal.orders.ledger import orders_of, retry_order
from sync_portal.orders.models import OrderState
from sync_portal.pages.offers import can_be_undone
from sync_portal.sync import scope as scopes
from sync_portal.sync.flows import get_flow
from sync_portal.sync.models import Run, RunState, Trigger

_LIMITS = ("product", "order", "retry", "apply", "undo", "full")
_WRITES_NOTHING = frozenset({"drift", "quality"})


def add_limits(parser: CommandParser) -> None:
    """One of them at a time."""
    limits = parser.add_mutually_exclusive_group()
    limits.add_argument("--product", metavar="KEY", help="only this product, compared with what the shop holds now")
    limits.add_argument("--order", metavar="REFERENCE", help="only this held order, examined again (flow orders)")
    limits.add_argument("--retry", metavar="RUN", type=int, help="only what this run left refused or to be tried later")
    limits.add_argument("--apply", metavar="RUN", type=int, help="write what this preview showed")
    limits.add_argument("--undo", metavar="RUN", type=int, help="put back what this run changed")
    limits.add_argument("--full", action="store_true", help="derive everything anew, not only what changed")


def limits_of(client: Client, flow: str, options: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """(trigger, scope) of the run that the options ask for.

    Raises:
        CommandError: it cannot be; says why.
    """
    given = {name for name in _LIMITS if options[name] is not None and options[name] is not False}
    if options["preview"] and given & {"apply", "undo"}:
        raise CommandError("--preview goes with neither --apply nor --undo: they write what is known already")
    if options["preview"] and flow in _WRITES_NOTHING:
        raise CommandError(f"the flow {flow} writes nothing into a shop or Sage: it has no preview")
    if "product" in given:
        return Trigger.COMMAND, _product(client, flow, options["product"])
    if "order" in given:
        return Trigger.RETRY, _order(client, flow, options["order"], preview=options["preview"])
    for name, check in (("retry", _retry), ("apply", _apply), ("undo", _undo)):
        if name in given:
            return check(_run_of(client, flow, options[name]))
    if "full" in given and not get_flow(flow).desires:
        raise CommandError(f"the flow {flow} derives nothing: --full is for those that do")
    return Trigger.COMMAND, {"full": True} if "full" in given else {}


def _product(client: Client, flow: str, key: str) -> dict[str, Any]:
    if not get_flow(flow).desires or flow == "customers":
        raise CommandError(f"the flow {flow} knows no products")
    known = SourceRecord.objects.filter(client=client, stream="articles", key=key, deleted_at=None)
    if not known.exists() and not Product.objects.filter(client=client, key=key).exists():
        raise CommandError(f"no product or article is called {key!r}, as far as Sage was read")
    return {"product": key}


def _order(client: Client, flow: str, reference: str, *, preview: bool) -> dict[str, Any]:
    """The orders of that reference that are held (two shops may have the same); freed, unless this is only a look."""
    if flow != "orders":
        raise CommandError(f"--order goes with the flow orders, not with {flow}")
    orders = list(orders_of(client).filter(reference=reference))
    if not orders:
        raise CommandError(f"no order {reference!r} was seen yet: a run of the whole flow looks for new ones")
    held = [order for order in orders if order.state == OrderState.HELD]
    if not held:
        raise CommandError(f"the order {reference} is not held: it is {orders[0].state}")
    for order in held:
        if not order.shop.active:
            raise CommandError(f"the order {reference} is of the shop {order.shop.name}, which is not active")
        if not preview:
            retry_order(order)
    return {"orders": [order.pk for order in held]}


def _run_of(client: Client, flow: str, number: int) -> Run:
    run = Run.objects.filter(client=client, pk=number).first()
    if run is None:
        raise CommandError(f"{client.slug} has no run {number}")
    if run.flow != flow:
        raise CommandError(f"run {number} is one of the flow {run.flow}, not of {flow}")
    if not run.is_over:
        raise CommandError(f"run {number} is not over yet: it is {run.state}")
    return run


def _retry(run: Run) -> tuple[str, dict[str, Any]]:
    if run.preview:
        raise CommandError(f"run {run.pk} is a preview: nothing was refused, --apply writes it")
    if run.flow in _WRITES_NOTHING:
        raise CommandError(f"the flow {run.flow} is refused nothing: run it again as a whole")
    return Trigger.RETRY, {"retry": run.pk}


def _apply(run: Run) -> tuple[str, dict[str, Any]]:
    if not run.preview or run.state != RunState.SUCCEEDED:
        what = "a preview" if run.preview else "no preview"
        raise CommandError(f"run {run.pk} is no preview that succeeded: it is {what} and {run.state}")
    scope = {"plan": run.pk, "changes": [], "fields": []}
    try:
        scopes.check_age(scope)
    except scopes.PlanExpired:
        hours = scopes.PLAN_EXPIRES.total_seconds() / 3600
        raise CommandError(f"the preview {run.pk} is older than {hours:.0f} hours: make it again") from None
    return Trigger.PLAN, scope


def _undo(run: Run) -> tuple[str, dict[str, Any]]:
    if not can_be_undone(run):
        raise CommandError(f"run {run.pk} wrote nothing into a shop that could be put back")
    return Trigger.UNDO, {"undo": run.pk}
