"""Entities as the webservice writes them, in XML and in JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from connectors.sandbox.shop.entity import Entity, Items
from connectors.sandbox.shop.query import Display
from connectors.sandbox.shop.schema import Association, Field, Kind, Resource

PROLOG = '<?xml version="1.0" encoding="UTF-8"?>\n<prestashop xmlns:xlink="http://www.w3.org/1999/xlink">\n'
END = "</prestashop>\n"
XML = "text/xml;charset=utf-8"
JSON = "application/json"


def _dump(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def document(body: str) -> str:
    """A whole XML answer around its body."""
    return f"{PROLOG}{body}{END}"


def cdata(text: object) -> str:
    return f"<![CDATA[{str(text).replace(']]>', ']]]]><![CDATA[>')}]]>"


def errors_xml(errors: Iterable[tuple[int, str]]) -> str:
    parts = "".join(
        f"<error>\n<code>{cdata(code)}</code>\n<message>{cdata(message)}</message>\n</error>\n"
        for code, message in errors
    )
    return document(f"<errors>\n{parts}</errors>\n")


def errors_json(errors: Iterable[tuple[int, str]]) -> str:
    return _dump({"errors": [{"code": code, "message": message} for code, message in errors]})


class XmlWriter:
    """Writes entities with links under `base`, the shop's address."""

    def __init__(self, base: str, languages: Sequence[int]) -> None:
        self.api = f"{base}/api"
        self.languages = languages

    def minimum(self, entity: Entity) -> str:
        node, name = entity.resource.node, entity.resource.name
        return f'<{node} id="{entity.id}" xlink:href="{self.api}/{name}/{entity.id}"/>\n'

    def listing(self, resource: Resource, parts: Iterable[str]) -> str:
        """`<products>...</products>` around entities already written."""
        return document(f"<{resource.list_node}>\n{''.join(parts)}</{resource.list_node}>\n")

    def entity(self, entity: Entity, display: Display) -> str:
        """One entity with the fields and associations of the display, virtual prices last."""
        node = entity.resource.node
        lines = [f"<{node}>"]
        if display.id:
            lines.append(f"\t<id>{cdata(entity.id)}</id>")
        lines += [self._field(entity, known) for known in display.fields]
        lines += [f"\t<{name}>{cdata(value)}</{name}>" for name, value in entity.extra.items()]
        if display.associations:
            lines.append("<associations>")
            lines += [self._association(entity, name, wanted) for name, wanted in display.associations.items()]
            lines.append("</associations>")
        return "\n".join([*lines, f"</{node}>\n"])

    def _field(self, entity: Entity, known: Field) -> str:
        value = entity.values.get(known.name)
        if known.kind is Kind.LANG:
            return f"\t<{known.name}>{self._texts(value)}</{known.name}>"
        attributes = self._link(entity, known, value) + (' notFilterable="true"' if known.dynamic else "")
        return f"\t<{known.name}{attributes}>{cdata('' if value is None else value)}</{known.name}>"

    def _texts(self, value: object) -> str:
        texts = value if isinstance(value, dict) else {}
        parts = []
        for language in self.languages:
            text = texts.get(language)
            link = "" if text is None else f' xlink:href="{self.api}/languages/{language}"'
            parts.append(f'<language id="{language}"{link}>{cdata(text or "")}</language>')
        return "".join(parts)

    def _link(self, entity: Entity, known: Field, value: object) -> str:
        if not known.link or value in {None, "", "0"}:
            return ""
        path = f"images/products/{entity.id}" if known.name == "id_default_image" else known.link
        return f' xlink:href="{self.api}/{path}/{value}"'

    def _association(self, entity: Entity, name: str, wanted: list[str]) -> str:
        association = entity.resource.association(name)
        if association is None:
            raise KeyError(name)
        attributes = f'nodeType="{association.item}"'
        attributes += ' virtualEntity="true"' if association.virtual else f' api="{association.api}"'
        items = entity.associations.get(name, [])
        if not items:
            return f"<{name} {attributes}/>"
        written = "\n".join(self._item(entity, association, item, wanted) for item in items)
        return f"<{name} {attributes}>\n{written}\n</{name}>"

    def _item(self, entity: Entity, association: Association, item: dict[str, str], wanted: list[str]) -> str:
        lines = [f"\t<{association.item}{self._item_link(entity, association, item)}>"]
        for known in association.fields:
            if wanted and known.name not in wanted:
                continue
            value = item.get(known.name, "")
            link = f' xlink:href="{self.api}/{known.link}/{value}"' if known.link else ""
            lines.append(f"\t<{known.name}{link}>{cdata(value)}</{known.name}>")
        return "\n".join([*lines, f"\t</{association.item}>"])

    def _item_link(self, entity: Entity, association: Association, item: dict[str, str]) -> str:
        if association.virtual:
            return ""
        path = association.api
        if association.name == "images":
            product = entity.id if entity.resource.name == "products" else entity.number("id_product")
            path = f"images/products/{product}"
        return f' xlink:href="{self.api}/{path}/{item.get("id", "")}"'


class JsonWriter:
    """Writes entities as JSON. 8.x leaves blank fields out of a single entity (PHP's sense: `"0"` is blank too)."""

    def __init__(self, languages: Sequence[int], *, drops_blanks: bool) -> None:
        self.languages = languages
        self.drops_blanks = drops_blanks

    def minimum(self, entity: Entity) -> dict[str, Any]:
        return {"id": entity.id}

    def listing(self, resource: Resource, entities: Sequence[dict[str, Any]]) -> str:
        """`{"products": [...]}`, but a bare `[]` when there is none."""
        return _dump({resource.list_node: entities} if entities else [])

    def single(self, entity: Entity, display: Display, *, read: bool) -> str:
        shown = self.entity(entity, display)
        if not read:
            shown["id"] = str(entity.id)
        if self.drops_blanks:
            shown = {name: value for name, value in shown.items() if value and value != "0"}
        return _dump({entity.resource.node: shown})

    def entity(self, entity: Entity, display: Display) -> dict[str, Any]:
        shown: dict[str, Any] = {"id": entity.id} if display.id else {}
        for known in display.fields:
            value = entity.values.get(known.name)
            shown[known.name] = self._texts(value) if known.kind is Kind.LANG else value
            if known.name == "id_default_combination" and self.drops_blanks:
                shown[known.name] = entity.number(known.name)
        shown |= entity.extra
        if display.associations:
            shown["associations"] = self._associations(entity, display)
        return shown

    def _texts(self, value: object) -> Any:
        texts = value if isinstance(value, dict) else {}
        if len(self.languages) == 1:
            return texts.get(self.languages[0]) or ""
        return [{"id": str(language), "value": texts.get(language) or ""} for language in self.languages]

    @staticmethod
    def _associations(entity: Entity, display: Display) -> dict[str, Items]:
        shown: dict[str, Items] = {}
        for name, wanted in display.associations.items():
            items = entity.associations.get(name, [])
            if items:
                shown[name] = [{k: v for k, v in item.items() if not wanted or k in wanted} for item in items]
        return shown


def schema(resource: Resource, kind: str, base: str, languages: Sequence[int]) -> str:
    """`?schema=blank` (an empty entity to fill) or `?schema=synopsis` (with the rules as attributes)."""
    synopsis = kind == "synopsis"
    lines = [f"<{resource.node}>"]
    if not synopsis:
        lines.append(f"\t<id>{cdata('')}</id>")
    lines += [
        _schema_field(known, synopsis, base, languages) for known in resource.fields if synopsis or not known.read_only
    ]
    if resource.associations:
        lines += ["<associations>", *(_schema_association(known, base) for known in resource.associations)]
        lines.append("</associations>")
    return document("\n".join([*lines, f"</{resource.node}>\n"]))


def _schema_field(known: Field, synopsis: bool, base: str, languages: Sequence[int]) -> str:
    attributes = ""
    if synopsis:
        attributes += ' required="true"' if known.required else ""
        attributes += f' maxSize="{known.max}"' if known.max else ""
        attributes += ' notFilterable="true"' if known.dynamic else ""
        attributes += ' read_only="true"' if known.read_only else ""
        attributes += f' format="{known.format}"' if known.format else ""
        attributes += ' readOnly="true"' if known.shown_read_only else ""
    content = cdata("")
    if known.lang:
        extra = ' format="isUnsignedId" ' if synopsis else ""
        content = "".join(
            f'<language id="{language}" xlink:href="{base}/api/languages/{language}"{extra}>{cdata("")}</language>'
            for language in languages
        )
    return f"\t<{known.name}{attributes}>{content}</{known.name}>"


def _schema_association(known: Association, base: str) -> str:
    attributes = f'nodeType="{known.item}"'
    attributes += ' virtualEntity="true"' if known.virtual else f' api="{known.api}"'
    fields = []
    for item in known.fields:
        link = f' xlink:href="{base}/api/{item.link}/"' if item.link else ""
        fields.append(f"\t<{item.name}{link}>{cdata('')}</{item.name}>")
    inner = "\n".join(fields)
    return f"<{known.name} {attributes}>\n\t<{known.item}>\n{inner}\n\t</{known.item}>\n</{known.name}>"


def root(resources: Iterable[Resource], rights: dict[str, list[str]], base: str, name: str, methods: list[str]) -> str:
    """`GET /api/`: the resources this key may use, each with its rights."""
    lines = [f'<api shopName="{escape(name)}">']
    for resource in resources:
        if resource.name not in rights:
            continue
        link = f'xlink:href="{base}/api/{resource.name}"'
        flags = " ".join(f'{verb.lower()}="{str(verb in rights[resource.name]).lower()}"' for verb in methods)
        lines.append(f"<{resource.name} {link} {flags}>")
        lines.append(f"<description {link} {flags}>\n{resource.description}</description>")
        if resource.fields:
            for kind in ("blank", "synopsis"):
                href = f"{base}/api/{resource.name}?schema={kind}"
                lines.append(f'<schema xlink:href="{href}" type="{kind}"/>')
        lines.append(f"</{resource.name}>")
    return document("\n".join([*lines, "</api>\n"]))
