"""Fields of a resource that the shop has already and that are not ours to overwrite.

A field of owner `if_empty` is looked at in the shop before it is written, because nothing is known of it until then; a
resource that is adopted keeps what is given only to new ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from connectors.prestashop.xml import Entity
from sync_portal.sync.kinds import FIRST_ONLY, Kind
from sync_portal.sync.local import held_as
from sync_portal.sync.plan import IF_EMPTY, IF_NEW, SHOP, OwnerOf, is_empty
from sync_portal.sync.resolver import Resolver
from sync_portal.sync.tasks import Task


def only_when_empty(kind: Kind, tasks: Sequence[Task], owner_of: OwnerOf) -> list[Task]:
    """The tasks with a field that is only to be filled."""
    return [
        task for task in tasks if any(owner_of(kind.name, task.change.key, name) == IF_EMPTY for name in task.encoded)
    ]


def leave_filled(resolver: Resolver, kind: Kind, task: Task, entity: Entity, owner_of: OwnerOf) -> None:
    """Take out of an update what is not empty in the shop and was only to be filled."""
    mine = [name for name in task.encoded if owner_of(kind.name, task.change.key, name) == IF_EMPTY]
    _leave(resolver, kind, task, entity, [name for name in mine if _is_filled(resolver, kind, task, entity, name)])


def leave_to_the_shop(resolver: Resolver, kind: Kind, task: Task, entity: Entity, owner_of: OwnerOf) -> None:
    """Take out of what is sent to an adopted resource whatever only a new one would be given."""
    key, identity = task.change.key, kind.identity
    held = {name: held_as(resolver, kind, name, task.values[name], entity) for name in task.encoded}
    own = [
        name
        for name, value in held.items()
        if is_the_shops(kind.name, key, name, value, identity=identity, owner_of=owner_of)
    ]
    _leave(resolver, kind, task, entity, own)
    task.kept = {**task.change.facts.get("left", {}), **task.kept}


def is_the_shops(kind: str, key: str, name: str, held: Any, *, identity: Sequence[str], owner_of: OwnerOf) -> bool:
    """Whether a field of an adopted resource is not ours to write; ``held``: what it holds, as JSON."""
    owner = owner_of(kind, key, name)
    if name in FIRST_ONLY or owner in {IF_NEW, SHOP}:
        return name not in identity
    return owner == IF_EMPTY and not is_empty(held)


def _is_filled(resolver: Resolver, kind: Kind, task: Task, entity: Entity, name: str) -> bool:
    return not is_empty(held_as(resolver, kind, name, task.values[name], entity))


def _leave(resolver: Resolver, kind: Kind, task: Task, entity: Entity, names: Sequence[str]) -> None:
    if not names:
        return
    task.kept = {name: held_as(resolver, kind, name, task.values[name], entity) for name in names}
    task.encoded = {name: value for name, value in task.encoded.items() if name not in task.kept}
    task.change.differences = [one for one in task.change.differences if one["field"] not in task.kept]
