"""Photos: one request each, cover first, known by their content so that an unchanged one is never sent again.

The shop has no field to recognise a photo by. So before an upload the ids the product has already are kept on the
binding; a run that died in between finds the one new id there and takes it for its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from django.utils import timezone

from connectors.errors import ConfigurationError, ConnectorError, RejectedRecordError, blameless
from connectors.prestashop import images
from mapping.models import Binding, ProductImage
from mapping.state import Ref, from_json, to_json
from sync_portal.sync import forms
from sync_portal.sync.context import RunContext
from sync_portal.sync.kinds import Kind
from sync_portal.sync.models import Action
from sync_portal.sync.resolver import Resolver
from sync_portal.sync.sending import encode
from sync_portal.sync.tasks import Task, live


def send(context: RunContext, resolver: Resolver, kind: Kind, tasks: list[Task]) -> None:
    """Upload, replace or delete one slice of photos."""
    if tasks[0].change.action == Action.DELETE:
        for task in tasks:
            alone(task, partial(_delete, resolver, kind, task))
        return
    encode(resolver, kind, tasks)
    for task in live(tasks):
        alone(task, partial(add_product, resolver, kind, task))
    files = _files(context, live(tasks))
    present = _ids(resolver, {_product_id(task) for task in live(tasks)})
    for task in live(tasks):
        context.beat()
        alone(task, partial(_put, context, resolver, kind, task, files, present[_product_id(task)]))
    _confirm(resolver, [task for task in live(tasks) if task.sent])


def alone(task: Task, action: Callable[[], None]) -> None:
    try:
        action()
    except ConfigurationError:
        raise
    except ConnectorError as error:
        task.error = error


def add_product(resolver: Resolver, kind: Kind, task: Task) -> None:
    """An update names only what changed, but no photo is reached without its product."""
    if "product" not in task.encoded:
        product = from_json(resolver.bindings[kind.name, task.change.key].confirmed["product"])
        task.encoded |= forms.encode(kind, {"product": product}, resolver.id_of, {})


def _put(
    context: RunContext,
    resolver: Resolver,
    kind: Kind,
    task: Task,
    files: dict[str, ProductImage],
    present: set[int],
) -> None:
    binding = resolver.bindings.get((kind.name, task.change.key))
    content = task.encoded.get("content")
    if binding is not None and binding.remote_id in present:
        task.shop_id = binding.remote_id
        if binding.pending.get("content") != content:  # else uploaded by a worker that died before it could say so
            _replace(resolver, task, binding, files)
        task.sent = True
        return
    lost = _lost_upload(resolver, binding, present)
    if lost is not None and binding is not None:
        task.shop_id, task.sent = lost, True
        _note_cover(context, resolver, task, first=not binding.pending["existing"])
        return
    name, data = _content(resolver, task, files)
    known = binding or Binding(shop=resolver.shop, kind=kind.name, key=task.change.key)
    known.pending = {"existing": sorted(present), "content": content}
    known.remote_id = None
    context.keep(known)
    resolver.bindings[kind.name, task.change.key] = known
    is_first = not present
    task.shop_id = resolver.webservice.upload_image(_product_id(task), name, data, existing=present)
    present.add(task.shop_id)
    known.remote_id = task.shop_id
    context.keep(known, "remote_id")  # now, not with the slice: two lost uploads could not be told apart
    _note_cover(context, resolver, task, first=is_first)
    task.sent = True


def _replace(resolver: Resolver, task: Task, binding: Binding, files: dict[str, ProductImage]) -> None:
    if "content" in task.encoded and binding.remote_id is not None:  # a changed rank alone cannot be told to the shop
        name, data = _content(resolver, task, files)
        resolver.webservice.replace_image(_product_id(task), binding.remote_id, name, data)


def _note_cover(context: RunContext, resolver: Resolver, task: Task, *, first: bool) -> None:
    """The shop makes a product's first photo its cover by itself: another first photo is a change of that from now on.

    Where the shop had photos before ours, nobody knows its cover: the next run tells it.
    """
    product = task.values.get("product") or resolver.bindings["images", task.change.key].confirmed["product"]
    place = ("covers", product["ref"][1])
    known = resolver.bindings.get(place)
    if known is not None and not first:
        return
    row = known or Binding(shop=resolver.shop, kind=place[0], key=place[1])
    row.remote_id = _product_id(task)
    row.confirmed = {"product": product, "cover": to_json(Ref("images", task.change.key)) if first else None}
    row.confirmed_at = None if first else timezone.now()
    context.keep(row)
    resolver.bindings[place] = row


def _lost_upload(resolver: Resolver, binding: Binding | None, present: set[int]) -> int | None:
    """The id that an interrupted upload of this photo left in the shop, when it is certain."""
    if binding is None or "existing" not in binding.pending:
        return None
    new = present - set(binding.pending["existing"]) - resolver.taken("images")
    return new.pop() if len(new) == 1 else None


def _content(resolver: Resolver, task: Task, files: dict[str, ProductImage]) -> tuple[str, bytes]:
    row = files.get(task.change.key)
    path = Path(row.file) if row is not None and row.file else None
    if path is None or not path.is_file():
        raise RejectedRecordError("media.missing_file", {"path": row.source_path if row else task.change.label})
    limits = resolver.webservice.capabilities().limits
    try:
        suffix, data = images.prepare(path.read_bytes(), limits.image_bytes, limits.image_types)
    except RejectedRecordError as error:
        raise RejectedRecordError(error.cause, {**error.facts, "file": path.name}, detail=error.detail) from error
    return f"{path.stem}{suffix}", data


def _delete(resolver: Resolver, kind: Kind, task: Task) -> None:
    binding = resolver.bindings[kind.name, task.change.key]
    product = binding.confirmed.get("product", {}).get("ref", ["products", ""])
    owner = resolver.bindings.get((product[0], product[1]))
    task.shop_id = binding.remote_id
    if owner is not None and owner.remote_id and binding.remote_id:
        resolver.webservice.delete_image(owner.remote_id, binding.remote_id)
    task.sent = True


def _confirm(resolver: Resolver, tasks: Iterable[Task]) -> None:
    sent = list(tasks)
    try:
        held = _ids(resolver, {_product_id(task) for task in sent})
    except ConnectorError as error:  # sent and not confirmed: recognised when it is tried again
        for task in sent:
            task.error = blameless(error)
        return
    for task in sent:
        if task.shop_id not in held[_product_id(task)]:
            task.mismatch = {"field": "image", "found": "", "sent": str(task.shop_id)}


def _ids(resolver: Resolver, products: set[int]) -> dict[int, set[int]]:
    """Product id -> ids of its photos, in one request for many products."""
    held: dict[int, set[int]] = {product: set() for product in products}
    if products:
        rows = resolver.webservice.read("products", display=["id", "images[id]"], filters={"id": sorted(products)})
        for row in rows:
            if row.id is not None:
                held[row.id] = {int(item["id"]) for item in (row.associations or {}).get("images", [])}
    return held


def _files(context: RunContext, tasks: Iterable[Task]) -> dict[str, ProductImage]:
    keys = [task.change.key for task in tasks]
    rows = ProductImage.objects.filter(product__client=context.client, key__in=keys)
    return {row.key: row for row in rows}


def _product_id(task: Task) -> int:
    value = task.encoded["product"]
    return int(value) if isinstance(value, str) else 0
