"""POST, PUT, PATCH and DELETE: one entity after the other, without a transaction around the batch."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from lxml import etree

from connectors.sandbox.shop import hooks, reading, render
from connectors.sandbox.shop.call import Call
from connectors.sandbox.shop.database import Row
from connectors.sandbox.shop.entity import Entity, Items, Value, from_row, to_row
from connectors.sandbox.shop.errors import WebserviceError
from connectors.sandbox.shop.query import full_display
from connectors.sandbox.shop.schema import Field, Resource
from connectors.sandbox.shop.validators import Validator
from connectors.sandbox.shop.values import whole, without_four_bytes

if TYPE_CHECKING:
    from connectors.sandbox.shop.shop import Shop

PHP_WARNING = "[PHP User warning #512] Something the shop's code complains about (/shop/modules/sandbox.php, line 1)"


def parse(body: bytes) -> Sequence[etree._Element]:
    """The entities of a body: the children of its root, whatever their names. WebserviceError 127 for no XML."""
    text = body.removeprefix(b"xml=") if body.startswith(b"xml=") else body
    # The sandbox reads bodies from tests and from the portal; entities and network access are off all the same.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    try:
        root = etree.fromstring(text, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        shown = text.decode("utf-8", errors="replace")
        message = f"XML error : String could not be parsed as XML\nXML length : {len(text)}\nOriginal XML : {shown}"
        raise WebserviceError(500, 127, message) from error
    return [child for child in root if isinstance(child.tag, str)]


def save(shop: Shop, call: Call, resource: Resource) -> tuple[str, str]:
    """POST, PUT or PATCH; (content type, body). An error leaves the entities before it saved."""
    nodes = parse(call.body)
    _check_ids(call.method, nodes)
    saved: list[Entity] = []
    for node in nodes:
        _wait_per_entity(call)
        saved.append(_save_one(shop, call, resource, node))
        rule = call.wrong("saved_500")
        if rule is not None and call.entities >= rule.entity:
            raise WebserviceError(500, 11, PHP_WARNING)
    display = full_display(resource)
    shown = reading.languages(shop, call)
    if call.wants_json:
        writer = render.JsonWriter(shown, drops_blanks=shop.major >= (8, 0))
        return render.JSON, writer.single(saved[-1], display, read=False) if saved else "[]"
    xml = render.XmlWriter(call.base, shown)
    return render.XML, render.document("".join(xml.entity(entity, display) for entity in saved))


def _wait_per_entity(call: Call) -> None:
    seconds = sum(rule.per_entity for rule in call.wrongs)
    if seconds:
        time.sleep(seconds)


def _check_ids(method: str, nodes: Sequence[etree._Element]) -> None:
    """Before anything is saved: codes 89, 90 and 91."""
    ids = [text for node in nodes if (text := (node.findtext("id") or "").strip())]
    if method == "POST":
        if ids:
            raise WebserviceError(400, 91, "id is forbidden when adding a new resource")
        return
    if len({whole(text) for text in ids}) != len(ids):
        raise WebserviceError(400, 89, "id is duplicate in request")
    if len(ids) != len(nodes):
        raise WebserviceError(400, 90, "id is required when modifying a resource")


def _save_one(shop: Shop, call: Call, resource: Resource, node: etree._Element) -> Entity:
    entity, before = _target(shop, call, resource, node)
    entity.shops = call.shops
    with shop.database.entity():
        if before is not None:
            before = shop.get(resource.name, entity.id)  # again, inside: another writer may have been faster
        _fill(shop, call, entity, node, before)
        behaviour = hooks.of(resource.name)
        behaviour.prepare(shop, entity, before)
        limit = whole(shop.configuration("PS_PRODUCT_SHORT_DESC_LIMIT")) if resource.name == "products" else 0
        Validator(
            resource, escaped=shop.major >= (8, 0), short_description_limit=limit, language=shop.default_language
        ).check(entity.values)
        _set_dates(shop, entity, before)
        behaviour.before_save(shop, entity, before)
        _store(shop, entity, before)
        behaviour.after_save(shop, entity, before)
    call.entities += 1
    return _set_associations(shop, entity, node, before)


def _target(shop: Shop, call: Call, resource: Resource, node: etree._Element) -> tuple[Entity, Row | None]:
    """A new entity, or the stored one that the XML's id names (the id in the URL is ignored)."""
    if call.method == "POST":
        return Entity(resource, 0, {}), None
    identity = whole(node.findtext("id"))
    before = shop.get(resource.name, identity)
    if before is None:
        raise WebserviceError(404, 92, "Invalid ID")
    return from_row(resource, before), before


def _fill(shop: Shop, call: Call, entity: Entity, node: etree._Element, before: Row | None) -> None:
    """Take the sent fields; what was not sent is blanked, except by PATCH."""
    entity.sent = frozenset(str(child.tag) for child in node)
    entity.plain = frozenset(str(child.tag) for child in node if len(child) == 0 and child.text)
    for known in entity.resource.fields:
        sent = node.find(known.name)
        if known.lang:
            if sent is not None or call.method != "PATCH":
                entity.values[known.name] = _texts(shop, entity, known, sent)
        elif sent is not None:
            if known.read_only:
                message = f'parameter "{known.name}" not writable. Please remove this attribute of this XML'
                raise WebserviceError(400, 93, message)
            entity.values[known.name] = sent.text or ""
        elif call.method != "PATCH":
            if known.required:
                raise WebserviceError(400, 41, f'parameter "{known.name}" required')
            entity.values[known.name] = None


def _texts(shop: Shop, entity: Entity, known: Field, sent: etree._Element | None) -> Value:
    """A text in several languages. The languages left out are blanked, unless the field is required."""
    languages = shop.languages()
    before = entity.texts(known.name) if known.required else {}
    texts: dict[int, str | None] = {language: before.get(language) for language in languages}
    if sent is None:
        return dict.fromkeys(languages, "") if known.required else texts
    nodes = sent.findall("language")
    if not nodes:
        if shop.major < (1, 7) and (sent.text or "") and known.required:
            return dict.fromkeys(languages, "")  # not taken: the field counts as empty
        if shop.major < (1, 7) and (sent.text or ""):
            arrow = f"{entity.resource.model}->{known.name}"
            raise WebserviceError(400, 84, f'Validation error: "Property {arrow} is not valid"')
        return dict.fromkeys(languages, sent.text or "")
    for node in nodes:
        language = whole(node.get("id"))
        if language in texts:
            texts[language] = node.text or ""
    return texts


def _set_dates(shop: Shop, entity: Entity, before: Row | None) -> None:
    """The shop's clock: date_add at creation (or when it was blanked), date_upd always."""
    now = shop.now()
    if "date_add" in entity.resource.by_name and (before is None or not entity.text("date_add")):
        entity.values["date_add"] = now
    if "date_upd" in entity.resource.by_name:
        entity.values["date_upd"] = now


def _store(shop: Shop, entity: Entity, before: Row | None) -> None:
    row = to_row(entity, shop.languages())
    row = hooks.of(entity.resource.name).stored(shop, entity, row, before)
    if shop.major < (1, 7):
        row = {name: without_four_bytes(value) for name, value in row.items()}
    if before is None:
        entity.id = shop.database.insert(entity.resource.table, row)
    else:
        shop.database.update(entity.resource.table, entity.id, row)


def _set_associations(shop: Shop, entity: Entity, node: etree._Element, before: Row | None) -> Entity:
    """After the entity is saved: an unknown association is refused too late to undo anything."""
    behaviour = hooks.of(entity.resource.name)
    groups = {str(group.tag): group for group in node.iterfind("associations/*") if group.tag != "i18n"}
    unknown = next((name for name in groups if entity.resource.association(name) is None), None)
    with shop.database.entity():
        for name, group in groups.items():
            if name == unknown:
                break
            behaviour.set_association(shop, entity, name, _items(group))
        behaviour.after_associations(shop, entity, frozenset(groups), before)
    if unknown is not None:
        behaviour.unknown_association(shop, entity, before)
        raise WebserviceError(400, 86, f'The association "{unknown}" does not exists')
    reading.complete(shop, [entity], full_display(entity.resource))
    return entity


def _items(group: etree._Element) -> Items:
    return [{str(child.tag): child.text or "" for child in item if isinstance(child.tag, str)} for item in group]


def delete(shop: Shop, call: Call, resource: Resource) -> None:
    """DELETE one or several (`?id=[5,6]`): all or, when one is unknown (code 87), none."""
    asked = call.segments[1:2] or [part for part in call.parameters.get("id", "").strip("[]").split(",") if part]
    if not asked:
        raise WebserviceError(404, 87, "Id(s) not exists: ")
    rows = [(whole(text), shop.get(resource.name, whole(text))) for text in asked]
    unknown = [str(identity) for identity, row in rows if row is None]
    if unknown:
        raise WebserviceError(404, 87, f"Id(s) not exists: {', '.join(unknown)}")
    for _, row in rows:
        _wait_per_entity(call)
        if row is not None:
            with shop.database.entity():
                hooks.of(resource.name).delete(shop, row | {"__resource": resource.name})
            call.entities += 1
