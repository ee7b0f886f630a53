"""Looks for a resource in the shop before it is created: what is there already is adopted, never doubled.

The same look-up answers two questions: did the shop have it before us, and did an earlier attempt create it without our
learning of it (the answer was lost, the worker died)?
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from connectors.prestashop.xml import Entity
from sync_portal.sync import forms
from sync_portal.sync.forms import ShopValue
from sync_portal.sync.kinds import Form, Kind
from sync_portal.sync.resolver import Resolver


@dataclass(frozen=True, slots=True)
class Candidates:
    """The resources of the shop that carry the identity of a wanted one."""

    found: list[Entity]
    contradicted: bool = False
    """One of them carries another EAN: the same reference may mean another thing."""

    @property
    def certain(self) -> Entity | None:
        return self.found[0] if len(self.found) == 1 and not self.contradicted else None

    @property
    def uncertain(self) -> bool:
        return len(self.found) > 1 or self.contradicted

    def without(self, ids: Collection[int]) -> Candidates:
        """Those that a person did not rule out."""
        found = [entity for entity in self.found if entity.id not in ids]
        return Candidates(found, self.contradicted and bool(found))


def find_existing(
    resolver: Resolver, kind: Kind, wanted: Sequence[Mapping[str, ShopValue]], *, taken_too: bool = False
) -> list[Candidates]:
    """For each wanted resource (encoded fields) the shop's own that have the same identity and that no local key
    holds yet; ``taken_too``: also those that one holds.
    """
    rows = list(_rows(resolver, kind, wanted))
    taken = set() if taken_too else resolver.taken(kind.name)
    by_identity: dict[tuple[object, ...], list[Entity]] = {}
    for row in rows:
        if row.id not in taken and _may_be_ours(kind, row):
            held = {name: forms.held_value(kind, name, row) for name in kind.identity}
            by_identity.setdefault(identity(kind, held), []).append(row)
    found = [by_identity.get(identity(kind, fields), []) for fields in wanted]
    return [Candidates(some, _contradicted(kind, fields, some)) for fields, some in zip(wanted, found, strict=True)]


def _may_be_ours(kind: Kind, row: Entity) -> bool:
    """Whether it holds for the same buyers, countries and times; what an older shop leaves blank is nothing special."""
    return all(row.text(name) in {"", value} for name, value in kind.only_with.items())


def _contradicted(kind: Kind, wanted: Mapping[str, ShopValue], found: Sequence[Entity]) -> bool:
    held = ((wanted.get(name), forms.held_value(kind, name, row)) for name in kind.alternatives for row in found)
    return any(ours and theirs and ours != theirs for ours, theirs in held)


def find_alternatives(
    resolver: Resolver, kind: Kind, wanted: Sequence[Mapping[str, ShopValue]]
) -> list[list[tuple[str, Entity]]]:
    """For each wanted resource those that share another telling field (an EAN): (field, entity). Never certain."""
    found: list[list[tuple[str, Entity]]] = [[] for _ in wanted]
    taken = resolver.taken(kind.name)
    display = forms.display_of(kind, frozenset(kind.identity) | frozenset(kind.alternatives) | {"name"})
    for name in kind.alternatives:
        values = sorted({str(fields.get(name, "")) for fields in wanted} - {""})
        if not values:
            continue
        rows = list(resolver.webservice.read(kind.resource, display=display, filters={kind.fields[name].name: values}))
        for place, fields in enumerate(wanted):
            sought = fields.get(name)
            same = [row for row in rows if sought and forms.held_value(kind, name, row) == sought]
            found[place] += [(name, row) for row in same if row.id not in taken]
    return found


def identity(kind: Kind, fields: Mapping[str, ShopValue]) -> tuple[object, ...]:
    """What two resources must share to be the same: compared exactly, the shop's own comparison is too lax."""
    return tuple(_comparable(kind, name, fields.get(name, "")) for name in kind.identity)


def _comparable(kind: Kind, name: str, value: ShopValue) -> object:
    if isinstance(value, dict):
        return value[min(value)].strip() if value else ""  # the shop's first language, whatever others it shows
    if isinstance(value, list):
        return tuple(sorted(value))
    if kind.fields[name].form is Form.REF:
        return value or "0"
    return value.casefold() if name == "email" else value.strip()


def _rows(resolver: Resolver, kind: Kind, wanted: Sequence[Mapping[str, ShopValue]]) -> Iterable[Entity]:
    telling = frozenset(kind.identity) | frozenset(kind.alternatives)
    display = list(dict.fromkeys([*forms.display_of(kind, telling | _wanted_names(kind, wanted)), *kind.only_with]))
    if not kind.lookup:
        return resolver.webservice.read(kind.resource, display=display)
    values = sorted({str(fields.get(kind.lookup, "")) for fields in wanted} - {""})
    name = kind.fields[kind.lookup].name
    return resolver.webservice.read(kind.resource, display=display, filters={name: values})


def _wanted_names(kind: Kind, wanted: Sequence[Mapping[str, ShopValue]]) -> frozenset[str]:
    """The fields to compare once adopted; passwords and the like are not among our fields."""
    return frozenset().union(*(frozenset(fields) for fields in wanted)) if wanted else frozenset()
