"""Prices of the shop's own that a person had deleted (`orphan_prices`) are made again by an undo, as they were.

They stay the shop's own: no run updates or deletes them. Made again is only what buyers can use as before: the product
and whoever it is for must still be in the shop, and nothing else may stand in its place, which the shop's unique key
allows once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from connectors.prestashop.xml import Entity
from mapping.state import Held
from sync_portal.sync import begun, forms
from sync_portal.sync.finder import find_existing
from sync_portal.sync.kinds import KINDS
from sync_portal.sync.local import REFERS_TO
from sync_portal.sync.resolver import Resolver
from sync_portal.sync.tasks import Task, live

_BUYERS = ("product", "combination", "customer", "group")
_PLACE = (*_BUYERS, "country", "currency", "shop", "shop_group", "from_quantity", "begins", "ends")
KIND = replace(KINDS["specific_prices"], identity=_PLACE, only_with={"id_cart": "0", "id_specific_price_rule": "0"})
"""The shop's whole unique key: ours are recognised by less, because they hold for ever and everywhere."""


def look_first(resolver: Resolver, tasks: Sequence[Task]) -> None:
    """Hold what cannot be made again as it was, and find what is there again already: this run's attempt made it, or
    people did.

    Raises:
        ConnectorError: the shop could not be asked; nothing is made.
    """
    for task in tasks:
        if task.error is not None and task.error.cause == "shop.missing_reference":
            task.held, task.error = _no_owner(task, task.error.facts["kind"]), None
    ready = [task for task in live(tasks) if task.held is None]
    for task, kind in _without_an_owner(resolver, ready):
        task.held = _no_owner(task, kind)
    ready = [task for task in ready if task.held is None]
    found = find_existing(resolver, KIND, [task.encoded for task in ready], taken_too=True) if ready else []
    for task, there in zip(ready, found, strict=True):
        if there.found:
            _compare(resolver, task, there.found[0])


def _compare(resolver: Resolver, task: Task, there: Entity) -> None:
    same = all(forms.same(sent, forms.held_value(KIND, name, there)) for name, sent in task.encoded.items())
    if not same or there.id in resolver.taken(KIND.name):
        task.held = Held("undo.place_taken", {"label": task.change.label, "id": str(there.id)})
        return
    task.shop_id, task.sent = there.id, True
    task.as_found = not begun.by_run(resolver.bindings.get((KIND.name, task.change.key)), task.change.run_id)


def _no_owner(task: Task, kind: str) -> Held:
    return Held("undo.owner_gone", {"label": task.change.label, "resource": kind})


def _without_an_owner(resolver: Resolver, tasks: Sequence[Task]) -> Iterator[tuple[Task, str]]:
    """Those that are for something of this kind that is not in the shop, which would take such a price all the same.
    What the key may not read is taken to be there.
    """
    may = resolver.webservice.capabilities().may
    asked: dict[str, set[int]] = defaultdict(set)
    for task in tasks:
        for kind, shop_id in _owners(task):
            asked[kind].add(shop_id)
    there = {
        kind: {row.id for row in resolver.webservice.read(kind, display=["id"], filters={"id": sorted(ids)})}
        for kind, ids in asked.items()
        if may(kind, "get")
    }
    for task in tasks:
        gone = (kind for kind, shop_id in _owners(task) if shop_id not in there.get(kind, {shop_id}))
        if kind := next(gone, ""):
            yield task, kind


def _owners(task: Task) -> Iterator[tuple[str, int]]:
    for name in _BUYERS:
        value = task.encoded.get(name)
        if isinstance(value, str) and value.isdigit() and int(value):
            yield REFERS_TO[name], int(value)
