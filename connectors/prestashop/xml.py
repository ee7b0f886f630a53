"""The shop's XML and our entities, both ways. Pure: bytes in, values out; no entities, no network, no recovery
guesswork.

Recorded facts behind it: a list answers ``<products><product>..``, a single resource and every write answer
``<product>..`` directly; an ids-only list carries the id as an attribute; 1.6 writes blank nodes without CDATA.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from lxml import etree

Text = str
"""A scalar field as the shop writes it: prices, booleans and dates are text here."""
MultiLang = dict[int, str]
"""Language id -> text."""

# Resources whose entity node is not the plain singular of their name (from ``?schema=synopsis`` of the three
# versions).
_ODD_NODES = {
    "content_management_system": "content",
    "product_customization_fields": "customization_field",
    "stock_movements": "stock_mvt",
    "order_discounts": "order_cart_rule",
}
_ODD_ASSOCIATION_NODES = {"accessories": "product", "product_bundle": "product"}

# XML 1.0 knows no other character; the shop answers 500 code 127 to a whole batch that holds one.
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class NotXml(ValueError):
    """The body is not an XML document of a PrestaShop webservice."""


class ShopError(NamedTuple):
    """One ``<error>`` of the shop. Compare `code`, never `message`: its language depends on the shop."""

    code: int
    message: str


class FieldSpec(NamedTuple):
    """What ``?schema=synopsis`` says of a field."""

    name: str
    required: bool = False
    max_size: int | None = None
    format: str = ""
    read_only: bool = False
    filterable: bool = True
    multilang: bool = False


class Schema(NamedTuple):
    """A resource's fields and associations (association -> the fields of its rows) on one shop."""

    fields: Mapping[str, FieldSpec]
    associations: Mapping[str, tuple[str, ...]]
    languages: tuple[int, ...] = ()


@dataclass
class Entity:
    """One entity of a resource.

    `associations` is ``{"categories": [{"id": "2"}]}``; None means "not sent" (the shop leaves them alone), an empty
    list empties that association.
    """

    fields: dict[str, Text | MultiLang] = field(default_factory=dict)
    associations: dict[str, list[dict[str, str]]] | None = None

    @property
    def id(self) -> int | None:
        value = self.fields.get("id")
        return int(value) if isinstance(value, str) and value.isdecimal() else None

    def text(self, name: str, language: int | None = None) -> str:
        """The field as text, blank when absent; of a multi-language field the given language, or the first one."""
        value = self.fields.get(name, "")
        if isinstance(value, str):
            return value
        if language is not None:
            return value.get(language, "")
        return next(iter(value.values()), "")


def node_name(resource: str) -> str:
    """The node of one entity: ``products`` -> ``product``, ``addresses`` -> ``address``."""
    return _ODD_NODES.get(resource) or _singular(resource)


def parse(body: bytes) -> list[Entity]:
    """The entities of an answer, in the shop's order. Raises `NotXml`."""
    return [_entity(node) for node in _entity_nodes(_document(body))]


def parse_errors(body: bytes) -> list[ShopError]:
    """The ``<errors>`` of an answer; empty when it has none. Raises `NotXml`."""
    errors = _document(body).iterfind("errors/error")
    return [ShopError(_number(node.findtext("code")), (node.findtext("message") or "").strip()) for node in errors]


def parse_root(body: bytes) -> dict[str, dict[str, bool]]:
    """``GET /api/``: resource -> verb -> allowed. Before 8.0 no resource has the verb ``patch``. Raises `NotXml`."""
    api = _document(body).find("api")
    if api is None:
        raise NotXml("no <api> node")
    verbs = ("get", "put", "post", "patch", "delete", "head")
    return {str(node.tag): {verb: node.get(verb) == "true" for verb in verbs if node.get(verb)} for node in api}


def parse_schema(body: bytes) -> Schema:
    """``?schema=synopsis`` of one resource. Raises `NotXml`."""
    nodes = list(_document(body))
    if not nodes or nodes[0].tag == "errors":
        raise NotXml("no schema")
    fields: dict[str, FieldSpec] = {"id": FieldSpec("id")}
    associations: dict[str, tuple[str, ...]] = {}
    languages: set[int] = set()
    for node in nodes[0]:
        if node.tag == "associations":
            associations = {str(a.tag): tuple(str(f.tag) for row in a for f in row) for a in node}
            continue
        languages.update(_number(child.get("id")) for child in node.iterfind("language"))
        fields[str(node.tag)] = _field_spec(node)
    return Schema(fields, associations, tuple(sorted(languages)))


def serialise(resource: str, entities: Sequence[Entity]) -> bytes:
    """The body of a write: the entities directly under ``<prestashop>`` (a wrapper node is refused with code 90).

    Raises ValueError when a text holds a character that XML cannot carry: see `illegal_field`.
    """
    root = etree.Element("prestashop")
    name = node_name(resource)
    for entity in entities:
        node = etree.SubElement(root, name)
        for field_name, value in entity.fields.items():
            _append_field(node, field_name, value)
        if entity.associations is not None:
            _append_associations(node, entity.associations)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def illegal_field(entity: Entity) -> tuple[str, str] | None:
    """The first ``(field, text)`` that holds a character XML cannot carry, or None."""
    for name, text in _texts(entity):
        if _ILLEGAL.search(text):
            return name, text
    return None


def _texts(entity: Entity) -> Iterator[tuple[str, str]]:
    for name, value in entity.fields.items():
        yield from ((name, text) for text in ([value] if isinstance(value, str) else value.values()))
    for name, rows in (entity.associations or {}).items():
        yield from ((name, text) for row in rows for text in row.values())


def _document(body: bytes) -> etree._Element:
    # A shop in debug mode prints PHP notices before the XML; lxml's recovery gives nothing at all on those.
    starts = [position for mark in (b"<?xml", b"<prestashop") if (position := body.find(mark)) >= 0]
    if not starts:
        raise NotXml("no <prestashop> document")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(body[min(starts) :].rstrip(), parser)
    except etree.XMLSyntaxError as error:
        raise NotXml(str(error)) from None
    if root.tag != "prestashop":
        raise NotXml(f"<{root.tag}> instead of <prestashop>")
    return root


def _entity_nodes(root: etree._Element) -> Iterator[etree._Element]:
    for node in root.iterchildren(tag=etree.Element):
        if node.tag in ("errors", "content"):
            # <content encode="base64"> follows the entity of an image answer; a page's <content> has an <id>.
            if node.find("id") is not None:
                yield node
        elif _singular(str(node.tag)) == node.tag and node.tag != "content_management_system":
            yield node
        else:
            yield from node.iterchildren(tag=etree.Element)


def _entity(node: etree._Element) -> Entity:
    entity = Entity()
    if (attribute := node.get("id")) is not None:
        entity.fields["id"] = attribute
    for child in node.iterchildren(tag=etree.Element):
        if child.tag == "associations":
            entity.associations = {str(a.tag): [_row(row) for row in a] for a in child}
        else:
            entity.fields[str(child.tag)] = _value(child)
    return entity


def _value(node: etree._Element) -> Text | MultiLang:
    # Most fields have no child at all, and asking for one costs more than the rest of the field.
    languages = node.findall("language") if len(node) else []
    if languages:
        return {_number(language.get("id")): language.text or "" for language in languages}
    return node.text or ""


def _row(node: etree._Element) -> dict[str, str]:
    return {str(child.tag): child.text or "" for child in node}


def _field_spec(node: etree._Element) -> FieldSpec:
    size = node.get("maxSize")
    return FieldSpec(
        name=str(node.tag),
        required=node.get("required") == "true",
        max_size=int(size) if size and size.isdecimal() else None,
        format=node.get("format") or "",
        read_only="true" in (node.get("readOnly"), node.get("read_only")),
        filterable=node.get("notFilterable") != "true",
        multilang=node.find("language") is not None,
    )


def _append_field(parent: etree._Element, name: str, value: Text | MultiLang) -> None:
    node = etree.SubElement(parent, name)
    if isinstance(value, str):
        node.text = value
        return
    for language, text in value.items():
        etree.SubElement(node, "language", id=str(language)).text = text


def _append_associations(parent: etree._Element, associations: Mapping[str, Sequence[Mapping[str, str]]]) -> None:
    node = etree.SubElement(parent, "associations")
    for name, rows in associations.items():
        group = etree.SubElement(node, name)
        for row in rows:
            item = etree.SubElement(group, _ODD_ASSOCIATION_NODES.get(name) or _singular(name))
            for field_name, text in row.items():
                etree.SubElement(item, field_name).text = text


def _singular(name: str) -> str:
    for ending, replacement in (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("ss", "ss"), ("s", "")):
        if name.endswith(ending):
            return name[: -len(ending)] + replacement
    return name


def _number(text: str | None) -> int:
    text = (text or "").strip()
    return int(text) if text.lstrip("-").isdecimal() else 0
