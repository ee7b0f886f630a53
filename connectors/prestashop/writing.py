"""Writing to a shop: batches of entities, each with its own outcome, nothing ever done twice."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence

from connectors.errors import ConnectorError, RejectedRecordError, blameless
from connectors.prestashop.asking import Asker
from connectors.prestashop.batches import Result
from connectors.prestashop.items import Item, Outcome, check_echo, holds, outcome_of, with_value
from connectors.prestashop.lanes import Applied, Send, carry_out
from connectors.prestashop.reading import Reader
from connectors.prestashop.statuses import answer_lost, whole_request_refused
from connectors.prestashop.versions import (
    ShopCapabilities,
    for_create,
    for_patch,
    for_put,
    lacks_languages,
    merge_languages,
)
from connectors.prestashop.xml import Entity

Find = Callable[[Entity], Entity | None]
# How often the shop is looked at again, without anything new, before a request whose answer was lost counts as
# finished.
_LOOKS = 3


class Writer:
    """The write side of a shop."""

    def __init__(self, asker: Asker, reader: Reader) -> None:
        self._asker = asker
        self._reader = reader

    def create(self, resource: str, entities: Sequence[Entity], *, find: Find | None) -> list[Outcome]:
        """POST the entities; one outcome per entity, in order.

        `find` looks one up in the shop by what makes it unique (reference, e-mail, unique key), comparing exactly.
        It is called only when an answer was lost or a batch failed, before anything is sent again. Without it the
        entities go one by one and none is ever sent twice. Errors are in the outcomes, also a ConfigurationError:
        what was created before it must not be forgotten.
        """
        if resource == "attachments":
            # Answered 200, and nothing is created.
            refusal = RejectedRecordError("shop.refused", {"resource": resource, "message": "upload the file instead"})
            return [outcome_of(n, entity, Result(error=refusal)) for n, entity in enumerate(entities)]
        known = self._reader.capabilities()
        items = [Item(n, entity, for_create(resource, entity, known)) for n, entity in enumerate(entities)]

        def send(part: Sequence[Item]) -> list[Entity]:
            answered = self._send("POST", resource, part)
            check_echo(resource, part, answered)
            return answered

        def applied(part: Sequence[Item], error: ConnectorError) -> list[Entity]:
            return self._found(part, find, lost=answer_lost(error)) if find else []

        return self._carry_out("POST", resource, items, send, applied, one_by_one=find is None)

    def update(self, resource: str, entities: Sequence[Entity]) -> list[Outcome]:
        """Change the fields given (and the associations, where not None), leave all others; one outcome per entity,
        in order.

        PATCH from 8.0 on. On 1.6 and 1.7: read in full, merge, PUT. A multi-language field may hold some languages
        only. Orders are refused on 1.6, where each PUT adds a history row. Two entities with the same id: the later
        one is refused (the shop refuses the whole batch).
        """
        known = self._reader.capabilities()
        refused: dict[int, ConnectorError] = {}
        wanted: list[Item] = []
        seen: set[int] = set()
        for position, entity in enumerate(entities):
            if (error := _update_refused(resource, entity, seen, known)) is not None:
                refused[position] = error
            else:
                seen.add(entity.id or 0)
                wanted.append(Item(position, entity, for_patch(resource, entity, known)))
        outcomes = [outcome_of(n, entities[n], Result(error=error)) for n, error in refused.items()]
        for group in _in_order(resource, wanted):
            outcomes += self._update_group("PATCH" if known.has_patch else "PUT", resource, group, known)
        return sorted(outcomes, key=lambda outcome: outcome.position)

    def delete(self, resource: str, ids: Sequence[int]) -> list[Outcome]:
        """Delete by id; an id that is already gone is an outcome without error. One outcome per id, in order."""
        outcomes: list[Outcome] = []
        for part in _slices(list(ids), 100):
            outcomes += self._delete_part(resource, part, len(outcomes))
        return outcomes

    def _update_group(self, verb: str, resource: str, items: list[Item], known: ShopCapabilities) -> list[Outcome]:
        def send(part: Sequence[Item]) -> list[Entity]:
            ready = self._prepared(verb, resource, part, known)
            answered = self._send(verb, resource, ready)
            if [entity.id for entity in answered] != [item.given.id for item in part]:
                raise RejectedRecordError("shop.refused", {"resource": resource, "message": "answer in another order"})
            return answered

        def applied(part: Sequence[Item], error: ConnectorError) -> list[Entity]:
            if answer_lost(error):
                time.sleep(self._asker.transport.settings.settle)
            if error.cause == "shop.saved_with_warning" and len(part) == 1:
                # Saved, and perhaps not word for word: the shop cleans HTML.
                return list(self._stored(resource, part, None).values())
            return self._already_as_wanted(resource, part)

        return self._carry_out(verb, resource, items, send, applied)

    def _prepared(self, verb: str, resource: str, part: Sequence[Item], known: ShopCapabilities) -> Sequence[Item]:
        """The items as they may be sent: merged with what is stored where the verb would blank it otherwise."""
        if verb == "PATCH":
            partial = [item for item in part if lacks_languages(item.sent, known.languages)]
            if not partial:
                return part
            stored = self._stored(resource, partial, _multilang_names(partial))
            return [Item(i.position, i.given, merge_languages(i.sent, stored.get(i.given.id, Entity()))) for i in part]
        stored = self._stored(resource, part, None)
        missing = [item for item in part if item.given.id not in stored]
        if missing:
            raise _UnknownIdError(resource, missing[0].given)
        return [Item(i.position, i.given, for_put(resource, i.given, stored[i.given.id], known)) for i in part]

    def _stored(self, resource: str, part: Sequence[Item], names: list[str] | None) -> dict[int | None, Entity]:
        ids = [item.given.id or 0 for item in part]
        read = self._reader.read(resource, display=names if names is not None else "full", filters={"id": ids})
        return {entity.id: entity for entity in read}

    def _already_as_wanted(self, resource: str, part: Sequence[Item]) -> list[Entity]:
        """The leading entities that the shop holds as wanted: the ones done, or not needing to be."""
        associations = any(item.sent.associations for item in part)
        names = sorted({name for item in part for name in item.sent.fields})
        stored = self._stored(resource, part, None if associations else names)
        done: list[Entity] = []
        for item in part:
            entity = stored.get(item.given.id)
            if entity is None or not holds(entity, item.sent):
                break
            done.append(entity)
        return done

    def _found(self, part: Sequence[Item], find: Find, *, lost: bool) -> list[Entity]:
        """The leading entities that the shop has. After a lost answer it may still be at work, so it is given time."""
        done: list[Entity] = []
        looks = 0
        while len(done) < len(part):
            entity = find(part[len(done)].given)
            if entity is not None:
                done.append(entity)
                looks = 0
                continue
            looks += 1
            if not lost or looks >= _LOOKS:
                break
            time.sleep(self._asker.transport.settings.settle)
        return done

    def _send(self, verb: str, resource: str, part: Sequence[Item]) -> list[Entity]:
        try:
            return self._asker.write(verb, resource, [item.sent for item in part])
        except ConnectorError as error:
            if whole_request_refused(error):
                self._asker.sizes.too_big(verb, resource, entities=len(part))
            raise with_value(error, part) from None

    def _carry_out(
        self,
        verb: str,
        resource: str,
        items: Sequence[Item],
        send: Send,
        applied: Applied,
        *,
        one_by_one: bool = False,
    ) -> list[Outcome]:
        return carry_out(
            resource,
            items,
            send=send,
            applied=applied,
            size=lambda: 1 if one_by_one else self._asker.sizes.size(verb, resource),
            connections=self._asker.transport.settings.connections,
            again=not one_by_one,
        )

    def _delete_part(self, resource: str, ids: Sequence[int], start: int) -> list[Outcome]:
        try:
            if len(ids) == 1:
                self._asker.ask("DELETE", resource, f"/{ids[0]}", entities=1)
            else:
                self._asker.ask("DELETE", resource, query={"id": f"[{','.join(map(str, ids))}]"}, entities=len(ids))
        except ConnectorError as error:
            if not (answer_lost(error) or error.cause in ("shop.unknown_id", "shop.empty_500")):
                return [_deleted(start + n, entity_id, error) for n, entity_id in enumerate(ids)]
            return self._delete_rest(resource, ids, start, error)
        return [_deleted(start + n, entity_id, None) for n, entity_id in enumerate(ids)]

    def _delete_rest(self, resource: str, ids: Sequence[int], start: int, error: ConnectorError) -> list[Outcome]:
        """One unknown id and the shop deletes none of the list (87): delete those that are still there, one by one."""
        if answer_lost(error):
            time.sleep(self._asker.transport.settings.settle)
        try:
            there = {e.id for e in self._reader.read(resource, display=["id"], filters={"id": list(ids)})}
        except ConnectorError as unreadable:
            return [_deleted(start + n, entity_id, blameless(unreadable)) for n, entity_id in enumerate(ids)]
        if len(ids) == 1 and there:
            return [_deleted(start, ids[0], error)]
        outcomes: list[Outcome] = []
        for n, entity_id in enumerate(ids):
            gone = entity_id not in there
            outcomes += (
                [_deleted(start + n, entity_id, None)] if gone else self._delete_part(resource, [entity_id], start + n)
            )
        return outcomes


class _UnknownIdError(RejectedRecordError):
    def __init__(self, resource: str, entity: Entity) -> None:
        super().__init__("shop.unknown_id", {"resource": resource, "id": entity.id})


def _deleted(position: int, entity_id: int, error: ConnectorError | None) -> Outcome:
    return Outcome(position, entity_id, Entity({"id": str(entity_id)}), error)


def _update_refused(resource: str, entity: Entity, seen: set[int], known: ShopCapabilities) -> ConnectorError | None:
    if entity.id is None:
        return RejectedRecordError("shop.missing_field", {"resource": resource, "field": "id"})
    if entity.id in seen:
        return RejectedRecordError("shop.refused", {"resource": resource, "id": entity.id, "message": "same id twice"})
    if resource == "orders" and not known.puts_orders_safely:
        message = "PrestaShop 1.6 adds a history row at each change of an order: use order_histories"
        return RejectedRecordError("shop.refused", {"resource": resource, "id": entity.id, "message": message})
    return None


def _in_order(resource: str, items: list[Item]) -> Iterator[list[Item]]:
    """A product has one default combination at most, and a second one is refused: the old ones are taken away first."""
    if resource != "combinations":
        yield items
        return
    for default in (False, True):
        yield [item for item in items if (item.sent.text("default_on") == "1") is default]


def _multilang_names(items: Sequence[Item]) -> list[str]:
    return sorted({name for item in items for name, value in item.sent.fields.items() if isinstance(value, dict)})


def _slices(ids: list[int], size: int) -> Iterator[list[int]]:
    for start in range(0, len(ids), size):
        yield ids[start : start + size]
