"""Compares what a shop answers here with what was recorded, ids followed and clocks and hashes set aside."""

from __future__ import annotations

import re
from typing import Any

from tests.conformance.bodies import fields_of
from tests.conformance.ids import ITEMS, TARGETS, Ids

CLOCKS = frozenset(
    {"date_add", "date_upd", "invoice_date", "delivery_date", "last_passwd_gen", "newsletter_date_add", "date"}
)
SECRETS = frozenset({"passwd", "secure_key", "token", "file", "reset_password_token"})
CLOCK = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$")
HASH = re.compile(r"^(\$2y\$.*|[0-9a-f]{32,})$")
ORDER_REFERENCE = re.compile(r"^[A-Z]{9}$")
LOOSE = frozenset({"position", "position_in_category", "file_size", "@shopName"})
"""Ranks among neighbours that the exam does not put into the shop, sizes of files that were not recorded."""
UNIQUE = re.compile(r"^[0-9a-f]{14}\.\d{8}$")


def normalised(name: str, value: Any) -> Any:
    """A value without what changes from one shop, or one second, to the next."""
    if not isinstance(value, str):
        return value
    if name in CLOCKS and CLOCK.match(value) and not value.startswith("0000"):
        return "<clock>"
    if name in SECRETS and HASH.match(value):
        return "<hash>"
    if UNIQUE.match(value):
        return "<unique>"
    if name in {"reference", "order_reference"} and ORDER_REFERENCE.match(value):
        return "<reference>"
    return value


class Comparison:
    """Differences between a recorded answer and the one received; ids met for the first time are learnt."""

    def __init__(self, ids: Ids, given: frozenset[tuple[str, str]], *, resource: str, ordered: bool) -> None:
        self.ids = ids
        self.given = given
        self.resource = resource
        self.ordered = ordered
        self.differences: list[str] = []

    def answers(self, expected: dict[str, Any], got: dict[str, Any]) -> list[str]:
        names = ["status", "type", "codes"]
        if not is_cut(expected):
            names += ["fields", "text"]
        for name in names:
            if expected.get(name) != got.get(name):
                self.differences.append(f"{name}: recorded {expected.get(name)!r}, got {got.get(name)!r}")
        if not self.differences and "body" in expected:
            self._value("", expected["body"], got.get("body"), self.resource)
        return self.differences

    def _value(self, path: str, expected: Any, got: Any, resource: str) -> None:
        if isinstance(expected, dict) and isinstance(got, dict):
            self._fields(path, expected, got, resource)
        elif isinstance(expected, list) and isinstance(got, list):
            self._items(path, expected, got, resource)
        else:
            name = path.rpartition(".")[2]
            if not self._same(name, expected, got, resource):
                self.differences.append(f"{path or 'body'}: recorded {_short(expected)}, got {_short(got)}")

    def _fields(self, path: str, expected: dict[str, Any], got: dict[str, Any], resource: str) -> None:
        expected, got = fields_of(expected), fields_of(got)
        for name in expected.keys() | got.keys():
            if name in expected and name in got:
                self._value(f"{path}.{name}", expected[name], got[name], resource)
            else:
                where = "missing" if name in expected else "too much"
                self.differences.append(f"{path}.{name} is {where}: {_short(expected.get(name, got.get(name)))}")

    def _items(self, path: str, expected: list[Any], got: list[Any], resource: str) -> None:
        if not self.ordered or "associations" in path:
            expected = sorted(expected, key=lambda item: self._rank(item, resource, here=False))
            got = sorted(got, key=lambda item: self._rank(item, resource, here=True))
        if len(expected) != len(got):
            self.differences.append(f"{path or 'body'}: {len(expected)} items recorded, got {len(got)}")
            return
        for number, (one, other) in enumerate(zip(expected, got, strict=True)):
            if _is_node(one) and _is_node(other):
                if one[0] != other[0]:
                    self.differences.append(f"{path}[{number}]: <{one[0]}> recorded, got <{other[0]}>")
                    continue
                inner = ITEMS.get(one[0], resource) if "associations" in path or one[0] == "declination" else resource
                self._value(f"{path}[{number}]", one[1], other[1], inner)
            else:
                self._value(f"{path}[{number}]", one, other, resource)

    def _rank(self, item: Any, resource: str, *, here: bool) -> tuple[int, str]:
        """By id, recorded ones translated; by name where no id is shown."""
        content = item[1] if _is_node(item) else item
        found = (content.get("id") or content.get("@id") or 0) if isinstance(content, dict) else 0
        number = str(found) if here else self.ids.here(resource, str(found))
        name = (
            str(content.get("name", content.get("id_product_attribute", "")))
            if isinstance(content, dict)
            else str(item)
        )
        return (int(number) if number.isdigit() else 0), name

    def _same(self, name: str, expected: Any, got: Any, resource: str) -> bool:
        if name in LOOSE and expected and got:
            return True
        one, other = normalised(name, expected), normalised(name, got)
        if one == other:
            return True
        target = resource if name in {"id", "@id"} else TARGETS.get(name, "")
        is_id = target and str(expected).isdigit() and str(got).isdigit() and str(expected) != "0" and str(got) != "0"
        if not is_id or type(expected) is not type(got) or (target, str(expected)) in self.given:
            return False
        return self.ids.learn(target, str(expected), str(got))


def is_cut(expected: dict[str, Any]) -> bool:
    """Whether the recording kept only the beginning of an XML answer: its status, type and codes are left."""
    is_xml = expected["type"] == "text/xml"
    return is_xml and ("text" in expected or ("codes" in expected and "fields" not in expected))


def _is_node(item: Any) -> bool:
    return isinstance(item, list) and len(item) == 2 and isinstance(item[0], str)


def _short(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 90 else f"{shown[:90]}..."
