"""Documents: one upload each, known by their content so that an unchanged one is never sent again, then linked.

An attachment is a thing of its own in the shop; a product lists those that it offers. Before an upload the alike ones
that are there already are kept on the binding; a run that died in between finds the one new id and takes it for its
own. What people linked by themselves stays linked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from connectors.errors import RejectedRecordError
from connectors.prestashop.cleaning import clean_name
from mapping.documents import BEGINNING, file_name, kind_of
from mapping.models import Binding, Product
from mapping.state import Held
from sync_portal.sync.apply_images import add_product, alone
from sync_portal.sync.context import RunContext
from sync_portal.sync.kinds import Kind
from sync_portal.sync.models import Action
from sync_portal.sync.resolver import Resolver
from sync_portal.sync.sending import encode
from sync_portal.sync.tasks import Task, live

Row = Mapping[str, Any]
MEGABYTE = 1024 * 1024


def send(context: RunContext, resolver: Resolver, kind: Kind, tasks: list[Task]) -> None:
    """Upload, replace or remove one slice of documents. A shop without attachments holds them, with the reason."""
    if not resolver.webservice.attachments.available:
        for task in tasks:
            task.held = Held("documents.not_supported", {"label": task.change.label})
        return
    if tasks[0].change.action == Action.DELETE:
        for task in tasks:
            alone(task, partial(_remove, resolver, kind, task))
        return
    encode(resolver, kind, tasks)
    for task in live(tasks):
        alone(task, partial(add_product, resolver, kind, task))
    rows = _rows(context, live(tasks))
    for task in live(tasks):
        context.beat()
        alone(task, partial(_put, context, resolver, kind, task, rows))
    _link(resolver, [task for task in live(tasks) if task.sent])


def _put(context: RunContext, resolver: Resolver, kind: Kind, task: Task, rows: Mapping[str, Row]) -> None:
    attachments = resolver.webservice.attachments
    binding = resolver.bindings.get((kind.name, task.change.key))
    if binding is not None and binding.remote_id and _exists(resolver, binding.remote_id):
        task.shop_id = binding.remote_id
        if "content" in task.encoded and binding.pending.get("content") != task.encoded["content"]:
            attachments.replace(binding.remote_id, _content(resolver, task, rows)[1])
        if "name" in task.encoded:
            attachments.rename(binding.remote_id, str(task.encoded["name"]))
        task.sent = True
        return
    name, data = _content(resolver, task, rows)
    alike = attachments.alike(name, len(data))
    lost = _lost_upload(resolver, binding, alike)
    if lost is None:
        known = binding or Binding(shop=resolver.shop, kind=kind.name, key=task.change.key)
        known.pending = {"existing": sorted(alike), "content": task.encoded.get("content")}
        known.remote_id = None
        context.keep(known)
        resolver.bindings[kind.name, task.change.key] = known
        lost = attachments.upload(name, data, name=str(rows[task.change.key]["name"]))
        known.remote_id = lost
        context.keep(known, "remote_id")  # now: a worker that dies before the slice's end must find it
        resolver.bindings[kind.name, task.change.key] = known
    task.shop_id, task.sent = lost, True


def _lost_upload(resolver: Resolver, binding: Binding | None, alike: set[int]) -> int | None:
    """The id that an interrupted upload of this document left in the shop, when it is certain."""
    if binding is None or "existing" not in binding.pending:
        return None
    new = alike - set(binding.pending["existing"]) - resolver.taken("attachments")
    return new.pop() if len(new) == 1 else None


def _exists(resolver: Resolver, attachment: int) -> bool:
    return any(resolver.webservice.read("attachments", display=["id"], filters={"id": [attachment]}))


def _content(resolver: Resolver, task: Task, rows: Mapping[str, Row]) -> tuple[str, bytes]:
    row = rows.get(task.change.key)
    path = Path(row["file"]) if row is not None and row["file"] else None
    if row is None or path is None or not path.is_file():
        raise RejectedRecordError("media.missing_file", {"path": row["path"] if row else task.change.label})
    limit = resolver.webservice.capabilities().limits.attachment_bytes
    if (size := path.stat().st_size) > limit:
        sizes = {"size": f"{size / MEGABYTE:.1f}", "limit": str(limit // MEGABYTE)}
        raise RejectedRecordError("documents.too_large", {"path": row["path"], **sizes})
    data = path.read_bytes()
    kind = kind_of(data[:BEGINNING], path.name)
    if kind is None:  # it was another one when the catalogue was derived
        raise RejectedRecordError("documents.kind_refused", {"path": row["path"], "found": path.suffix or "?"})
    return clean_name(file_name(path.name, kind), length=128), data


def _link(resolver: Resolver, tasks: Iterable[Task]) -> None:
    """Each product lists its documents, and what others had linked to it."""
    by_product: dict[int, list[Task]] = {}
    for task in tasks:
        by_product.setdefault(_product_id(task), []).append(task)
    for product, mine in by_product.items():
        alone(mine[0], partial(_list, resolver, product, mine))
        if mine[0].error is not None:
            for task in mine:
                task.error, task.sent = mine[0].error, False
            continue
        held = set(resolver.webservice.attachments.ids(product))
        for task in mine:
            if task.shop_id not in held:
                task.mismatch = {"field": "attachment", "found": "", "sent": str(task.shop_id)}


def _list(resolver: Resolver, product: int, tasks: Iterable[Task]) -> None:
    attachments = resolver.webservice.attachments
    listed = attachments.ids(product)
    missing = [task.shop_id for task in tasks if task.shop_id and task.shop_id not in listed]
    if missing:
        attachments.link(product, [*listed, *missing])


def _remove(resolver: Resolver, kind: Kind, task: Task) -> None:
    """Off the product's page, then out of the shop: it was ours alone."""
    binding = resolver.bindings[kind.name, task.change.key]
    task.shop_id = binding.remote_id
    product = binding.confirmed.get("product", {}).get("ref", ["products", ""])
    owner = resolver.bindings.get((product[0], product[1]))
    if binding.remote_id:
        if owner is not None and owner.remote_id:
            listed = resolver.webservice.attachments.ids(owner.remote_id)
            if binding.remote_id in listed:
                left = [one for one in listed if one != binding.remote_id]
                resolver.webservice.attachments.link(owner.remote_id, left)
        outcome = resolver.webservice.delete("attachments", [binding.remote_id])[0]
        if outcome.error is not None and outcome.error.cause != "shop.unknown_id":
            raise outcome.error
    task.sent = True


def _rows(context: RunContext, tasks: Iterable[Task]) -> dict[str, Row]:
    """Key of a document -> what the catalogue says of it."""
    keys = {task.change.key for task in tasks}
    products = {key[:place] for key in keys for place, letter in enumerate(key) if letter == "|"}
    found = Product.objects.filter(client=context.client, key__in=products).values_list("documents", flat=True)
    return {row["key"]: row for documents in found for row in documents if row["key"] in keys}


def _product_id(task: Task) -> int:
    value = task.encoded["product"]
    return int(value) if isinstance(value, str) else 0
