"""From our values to the shop's form and back for comparison. Pure: ids and languages come in as functions and
tables.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from connectors.prestashop.xml import Entity
from mapping.features import feature_of
from mapping.html_text import canonical
from mapping.state import Ref, Value
from sync_portal.sync import bundles
from sync_portal.sync.kinds import Form, Kind, ShopField

SIX_PLACES = Decimal("0.000001")

ShopValue = str | dict[int, str] | list[int] | list[tuple[int, int]] | list[tuple[int, int, int]]
"""What one field is in the shop: text, texts by language id, ids of an association, pairs, or the lines of a pack."""


def encode(
    kind: Kind, fields: Mapping[str, Value], id_of: Callable[[Ref], int], languages: Mapping[str, int]
) -> dict[str, ShopValue]:
    """Our fields in the shop's form, by *our* field names.

    Raises:
        LookupError: a reference is not in the shop yet (from `id_of`).
    """
    return {name: _encode(kind.fields[name], value, id_of, languages) for name, value in fields.items()}


def _encode(
    shop_field: ShopField, value: Value, id_of: Callable[[Ref], int], languages: Mapping[str, int]
) -> ShopValue:
    match shop_field.form:
        case Form.LANG | Form.HTML if isinstance(value, Mapping):
            return {languages[iso]: text for iso, text in value.items() if iso in languages}
        case Form.REF:
            return str(id_of(value)) if isinstance(value, Ref) else "0"
        case Form.REFS if not isinstance(value, str | Mapping | Ref) and value is not None:
            return [id_of(ref) for ref in value]
        case Form.PAIRS | Form.BUNDLE if not isinstance(value, str | Mapping | Ref) and value is not None:
            of_one = _pair if shop_field.form is Form.PAIRS else bundles.ids_of
            return [of_one(ref, id_of) for ref in value]  # type: ignore[return-value]
        case Form.NUMBER:
            return number(str(value))
    return "" if value is None else str(value)


def _pair(value: Ref, id_of: Callable[[Ref], int]) -> tuple[int, int]:
    """(id of the feature, id of the value); one that is nobody's we know is spelt "#<feature>:<value>"."""
    if value.key.startswith("#"):
        feature, _, own = value.key[1:].partition(":")
        return int(feature), int(own)
    return id_of(Ref("product_features", feature_of(value.key))), id_of(value)


def number(text: str) -> str:
    """A number as the shop keeps it, six places: "12.5" -> "12.500000"; what is no number stays as it is."""
    try:
        return str(Decimal(text or "0").quantize(SIX_PLACES))
    except InvalidOperation:
        return text


def to_entity(kind: Kind, encoded: Mapping[str, ShopValue], *, shop_id: int | None = None) -> Entity:
    """The entity to send: the encoded fields under the shop's names; with an id it is an update."""
    fields: dict[str, str | dict[int, str]] = {"id": str(shop_id)} if shop_id else _first_values(kind)
    associations: dict[str, list[dict[str, str]]] = {}
    for name, value in encoded.items():
        shop_field = kind.fields[name]
        if isinstance(value, list):
            associations[shop_field.name] = [_item(shop_field, item) for item in value]
        elif (
            shop_field.form is Form.NUMBER
            and shop_field.name in {"quantity", "from_quantity"}
            and isinstance(value, str)
        ):
            fields[shop_field.name] = str(int(Decimal(value)))
        else:
            fields[shop_field.name] = value
    return Entity(fields=fields, associations=associations or None)


def _item(shop_field: ShopField, item: int | tuple[int, int] | tuple[int, int, int]) -> dict[str, str]:
    if isinstance(item, int):
        return {"id": str(item)}
    if len(item) == 3:
        return bundles.to_item(item)
    return {"id": str(item[0]), shop_field.node: str(item[1])}


def _first_values(kind: Kind) -> dict[str, str | dict[int, str]]:
    return {**kind.constants, **{name: make() for name, make in kind.made_up.items()}}


def display_of(kind: Kind, names: Mapping[str, Any] | set[str] | frozenset[str]) -> list[str]:
    """The `display` list that reads these fields (and the id)."""
    display = ["id"]
    for name in names:
        shop_field = kind.fields[name]
        if shop_field.name == "id":
            continue
        display.append(shop_field.name + _DISPLAYED.get(shop_field.form, "").format(shop_field.node))
    return display


_DISPLAYED = {Form.REFS: "[id]", Form.PAIRS: "[id,{}]", Form.BUNDLE: "[id,id_product_attribute,quantity]"}


def held_value(kind: Kind, name: str, entity: Entity) -> ShopValue:
    """What the shop holds in one of our fields, in the form of `encode`."""
    shop_field = kind.fields[name]
    if shop_field.form is Form.REFS:
        return [int(item["id"]) for item in (entity.associations or {}).get(shop_field.name, [])]
    if shop_field.form is Form.PAIRS:
        items = (entity.associations or {}).get(shop_field.name, [])
        return [(int(item["id"]), int(item.get(shop_field.node) or 0)) for item in items]
    if shop_field.form is Form.BUNDLE:
        return [bundles.from_item(item) for item in (entity.associations or {}).get(shop_field.name, [])]
    value = entity.fields.get(shop_field.name, "")
    if isinstance(value, dict):
        return {language: _spelt(shop_field, text) for language, text in value.items()}
    if shop_field.form is Form.NUMBER:
        return number(value)
    return (value or "0") if shop_field.form in {Form.REF, Form.FLAG} else value


def _spelt(shop_field: ShopField, text: str) -> str:
    return canonical(text) if shop_field.form is Form.HTML else text


def same(sent: ShopValue, found: ShopValue) -> bool:
    """Whether the shop holds what was sent: only the languages that were sent, associations as sets."""
    if isinstance(sent, dict) and isinstance(found, dict):
        return all(found.get(language, "") == text for language, text in sent.items())
    if isinstance(sent, dict):  # one language only: the shop's answer may be plain text
        return found in sent.values()
    if isinstance(sent, list) and isinstance(found, list):
        lines = [one for one in (*sent, *found) if isinstance(one, tuple) and len(one) == 3]
        return bundles.same(sent, found) if lines else sorted(sent) == sorted(found)  # type: ignore[arg-type]
    return sent == found


def readable(value: ShopValue) -> str:
    """A shop value in a sentence."""
    if isinstance(value, dict):
        return " / ".join(value.values())
    if isinstance(value, list):
        return ", ".join(str(item) if isinstance(item, int) else ":".join(map(str, item)) for item in value)
    return value
