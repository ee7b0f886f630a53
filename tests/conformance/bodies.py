"""Answers of the webservice as plain data that can be compared: XML and JSON bodies, codes, fields in messages."""

from __future__ import annotations

import json
import re
from typing import Any

from lxml import etree

LEFT_OUT = frozenset({"nodeType", "api", "virtualEntity", "notFilterable", "{http://www.w3.org/1999/xlink}href"})
"""Attributes that only repeat what the schema says; links repeat the ids."""
PROPERTY = re.compile(r"(\w+)(?:->|-&gt;|-&amp;gt;)(\w+)")

SHORT = {"#blank": "", "#0": "0"}
Tree = Any
"""`[[tag, content], ...]`; a content is a text, `{field: value}`, or such a list again (entities, associations)."""


def parsed(content: bytes) -> etree._Element | None:
    """The root of an XML body, None when it is none."""
    try:
        return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
    except (etree.XMLSyntaxError, ValueError):
        return None


def tree(root: etree._Element) -> Tree:
    """The children of `<prestashop>`."""
    return [[str(child.tag), _content(child)] for child in root if isinstance(child.tag, str)]


def _content(node: etree._Element) -> Tree:
    children = [child for child in node if isinstance(child.tag, str)]
    own = {"@" + str(name): value for name, value in node.attrib.items() if name not in LEFT_OUT}
    if not children:
        text = "<base64>" if own.pop("@encode", None) else (node.text or "").strip("\n\t")
        return {**own, "": text} if own and text else own or text
    if all(child.tag == "language" for child in children):
        texts = {child.get("id", ""): child.text or "" for child in children}
        return own | texts if own or any(texts.values()) or len(texts) > 1 else ""
    if _is_list(node, children):
        items = [[str(child.tag), _content(child)] for child in children]
        return {**own, "": items} if own else items
    return own | _fields({str(child.tag): _content(child) for child in children})


def _fields(fields: dict[str, Tree]) -> Tree:
    """Fields that are blank or `0` are told by their names alone."""
    told = {name: value for name, value in fields.items() if value not in ("", "0")}
    for key, value in SHORT.items():
        if names := sorted(name for name in fields if fields[name] == value):
            told[key] = " ".join(names)
    return told


def fields_of(entity: dict[str, Tree]) -> dict[str, Tree]:
    """The fields of an entity in a tree, blanks and zeros in full."""
    told = {name: value for name, value in entity.items() if name not in SHORT}
    return told | {name: value for key, value in SHORT.items() for name in str(entity.get(key, "")).split()}


def _is_list(node: etree._Element, children: list[etree._Element]) -> bool:
    tags = {child.tag for child in children}
    return node.get("nodeType") is not None or (
        len(tags) == 1 and (len(children) > 1 or len(children[0]) > 0 or bool(children[0].get("id")))
    )


def codes(content: Tree) -> list[int]:
    """Error codes of an answer, in order."""
    if isinstance(content, dict) and isinstance(content.get("errors"), list):
        return [int(error["code"]) for error in content["errors"]]
    errors = _errors(content)
    return [int(error["code"]) for error in errors]


def _errors(content: Tree) -> list[dict[str, str]]:
    if not isinstance(content, list) or not content or content[0][0] != "errors":
        return []
    return [item[1] for item in content[0][1]]


def fields_named(content: Tree) -> list[str]:
    """The fields that error messages name: `Product->ean13` (also escaped, also in French)."""
    messages = " ".join(error.get("message", "") for error in _errors(content))
    quoted = re.findall(r'parameter "(\w+)"', messages)
    return quoted + [f"{model}.{field}" for model, field in PROPERTY.findall(messages)]


def summary(status: int, content_type: str, content: bytes) -> dict[str, Any]:
    """What an answer says: `status`, `type`, and `codes` with `fields`, or `body`, or whether there is any text."""
    said: dict[str, Any] = {"status": status, "type": content_type.partition(";")[0]}
    if said["type"] == "application/json":
        said |= _json(content)
    elif said["type"] != "text/html" and (root := parsed(content)) is not None:
        said |= _xml(tree(root))
    elif content.strip():
        found = [int(code) for code in re.findall(rb"<code><!\[CDATA\[(\d+)", content)]
        said |= {"codes": found} if found else {"text": True}
    return said


def _json(content: bytes) -> dict[str, Any]:
    try:
        body = json.loads(content)
    except ValueError:
        return {"text": True}
    found = codes(body)
    return {"codes": found} if found else {"body": body}


def _xml(body: Tree) -> dict[str, Any]:
    found = codes(body)
    if not found:
        return {"body": body}
    return {"codes": found, "fields": fields_named(body)}
