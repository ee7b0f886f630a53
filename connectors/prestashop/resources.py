"""Entities checked and cleaned before they are sent: field, value, rule, and what to write instead. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from connectors.prestashop.cleaning import (
    PROPOSALS,
    clean_customer_name,
    clean_name,
    clean_reference,
    link_rewrite,
    without_controls,
)
from connectors.prestashop.rules import accepts, is_gtin
from connectors.prestashop.versions import ShopCapabilities
from connectors.prestashop.xml import Entity, FieldSpec, MultiLang, Schema, Text, illegal_field

__all__ = ["Problem", "check", "clean_customer_name", "clean_name", "clean_reference", "link_rewrite", "price_text"]

_TAGS = re.compile(r"<[^>]*>")
# The synopsis of 1.7 and 8 does not call them required, but a product without them is made nameless, or not at all
# on 1.6.
_NEEDED = {"products": ("name",)}


@dataclass(frozen=True)
class Problem:
    """A value that the shop would refuse. `rule` is the shop's word for it, or ``length 64``, ``required``, ``xml``."""

    field: str
    value: str
    rule: str
    proposal: str | None = None
    """A value that would pass, to be confirmed by a person; None when there is nothing sensible to propose."""
    language: int | None = None


def check(resource: str, entity: Entity, capabilities: ShopCapabilities) -> list[Problem]:
    """What the shop would refuse in an entity to be created (no id) or changed (with an id), by its own schema.

    Empty when the shop shows no schema. Fields that the version lacks are not looked at: the shop ignores them.
    """
    schema = capabilities.schema(resource)
    if schema is None:
        return []
    problems = list(_value_problems(resource, entity, schema, capabilities))
    if entity.id is None:
        problems += _missing(resource, entity, schema)
    illegal = illegal_field(entity)
    if illegal is not None:
        name, value = illegal
        problems.append(Problem(name, value, "xml", without_controls(value)))
    return problems


def price_text(amount: Decimal) -> str:
    """A price as the shop keeps it: decimal point, 6 decimals (a comma is refused)."""
    return f"{amount.quantize(Decimal('0.000001')):f}"


def _value_problems(resource: str, entity: Entity, schema: Schema, capabilities: ShopCapabilities) -> Iterator[Problem]:
    for name, value in entity.fields.items():
        spec = schema.fields.get(name)
        if spec is None or name in capabilities.never_written(resource) or spec.read_only:
            continue
        for language, text in _texts(value):
            # The shop wants a required text in its default language only.
            wanted = spec.required and language in (None, capabilities.default_language)
            problem = _problem(spec, text, language, wanted=wanted) or _special_problem(
                resource, spec, text, language, capabilities
            )
            if problem is not None:
                yield problem


def _texts(value: Text | MultiLang) -> list[tuple[int | None, str]]:
    return [(None, value)] if isinstance(value, str) else list(value.items())


def _problem(spec: FieldSpec, text: str, language: int | None, *, wanted: bool) -> Problem | None:
    if not text.strip():
        return Problem(spec.name, text, "required", None, language) if wanted else None
    if spec.max_size is not None and len(text) > spec.max_size:
        return Problem(spec.name, text, f"length {spec.max_size}", _proposal(spec, text), language)
    if not accepts(spec.format, text):
        return Problem(spec.name, text, spec.format, _proposal(spec, text), language)
    return None


def _special_problem(
    resource: str, spec: FieldSpec, text: str, language: int | None, capabilities: ShopCapabilities
) -> Problem | None:
    """What the synopsis does not say."""
    if spec.name == "description_short" and resource == "products":
        limit = capabilities.limits.short_description
        if len(_TAGS.sub("", text)) > limit:
            return Problem(spec.name, text, f"length {limit}", None, language)
    if spec.name == "ean13" and text and capabilities.major >= (9, 0) and not is_gtin(text):
        return Problem(spec.name, text, "isGtin", None, language)
    if capabilities.major <= (1, 6) and any(ord(character) > 0xFFFF for character in text):
        # Stored as "????" without any error.
        return Problem(spec.name, text, "no emoji", "".join(c for c in text if ord(c) <= 0xFFFF), language)
    if spec.name == "depends_on_stock" and text == "1" and capabilities.major < (9, 0):
        return Problem(spec.name, text, "depends_on_stock", "0", language)
    return None


def _missing(resource: str, entity: Entity, schema: Schema) -> list[Problem]:
    required = [name for name, spec in schema.fields.items() if spec.required]
    needed = dict.fromkeys([*required, *_NEEDED.get(resource, ())])
    return [
        Problem(name, "", "required", _made_from_name(name, entity)) for name in needed if name not in entity.fields
    ]


def _made_from_name(name: str, entity: Entity) -> str | None:
    return link_rewrite(entity.text("name")) if name == "link_rewrite" and entity.text("name") else None


def _proposal(spec: FieldSpec, text: str) -> str | None:
    """A value that passes the field's rules, or None."""
    length = spec.max_size or 255
    propose = PROPOSALS.get(spec.format)
    proposed = propose(text, length) if propose else ""
    good = proposed and len(proposed) <= length and accepts(spec.format, proposed) and proposed != text
    return proposed if good else None
