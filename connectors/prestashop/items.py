"""What goes out and what became of it: entities with their position, and the comparisons between the two. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connectors.errors import ConnectorError, RejectedRecordError
from connectors.prestashop.batches import Result
from connectors.prestashop.filters import same_text
from connectors.prestashop.xml import Entity, MultiLang, Text, illegal_field


@dataclass(frozen=True)
class Outcome:
    """What became of the entity sent at `position`.

    `entity` is what the shop answered: of a create it echoes what was sent, not what is stored; with an error it is
    the entity as given. `warning` is set when the shop saved the entity although it answered an error (a PHP warning
    of one of its modules).
    """

    position: int
    id: int | None
    entity: Entity
    error: ConnectorError | None = None
    warning: ConnectorError | None = None


@dataclass(frozen=True)
class Item:
    position: int
    given: Entity
    sent: Entity


def outcome_of(position: int, given: Entity, result: Result) -> Outcome:
    entity = result.entity or given
    return Outcome(position, entity.id if result.entity else given.id, entity, result.error, result.warning)


def sendable(resource: str, items: Sequence[Item]) -> tuple[list[Item], list[Outcome]]:
    """Hold back what would break the whole batch's XML."""
    sendable: list[Item] = []
    refused: list[Outcome] = []
    for item in items:
        bad = illegal_field(item.sent)
        if bad is None:
            sendable.append(item)
            continue
        facts = {"resource": resource, "field": bad[0], "value": repr(bad[1])[:200], "message": "control character"}
        refused.append(
            outcome_of(item.position, item.given, Result(error=RejectedRecordError("shop.invalid_value", facts)))
        )
    return sendable, refused


def check_echo(resource: str, sent: Sequence[Item], answered: Sequence[Entity]) -> None:
    """Entities are paired by position; where both carry a key it must be the same one."""
    for item, entity in zip(sent, answered, strict=True):
        for name in ("reference", "email"):
            echoed = entity.fields.get(name)
            if name in item.sent.fields and echoed is not None and echoed != item.sent.fields[name]:
                facts = {"resource": resource, "field": name, "value": echoed, "message": "answer in another order"}
                raise RejectedRecordError("shop.refused", facts)


def holds(stored: Entity, wanted: Entity) -> bool:
    fields = all(_same(stored.fields.get(name), value) for name, value in wanted.fields.items())
    return fields and all(
        sorted(map(_row_key, rows)) == sorted(map(_row_key, (stored.associations or {}).get(name, [])))
        for name, rows in (wanted.associations or {}).items()
    )


def _same(stored: Text | MultiLang | None, wanted: Text | MultiLang) -> bool:
    if isinstance(wanted, str):
        return isinstance(stored, str) and same_text(stored, wanted)
    return isinstance(stored, dict) and all(stored.get(language) == text for language, text in wanted.items())


def _row_key(row: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(row.items()))


def with_value(error: ConnectorError, part: Sequence[Item]) -> ConnectorError:
    """Add the value that was refused, when the request held one entity: only then is it known whose it is."""
    name = error.facts.get("field", "")
    if len(part) == 1 and name in part[0].sent.fields and name != "passwd":
        value = part[0].sent.fields[name]
        error.facts["value"] = str(value if isinstance(value, str) else next(iter(value.values()), ""))[:200]
    return error
