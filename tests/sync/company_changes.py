"""Random changes of a company's rows: values move from row to row, rows go and come."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from random import Random

from connectors.sage.records import Record

TELLING = {
    "articles": (
        *("published", "asleep", "kind", "barcode", "family_code", "label", "gamme1", "gamme2", "nomenclature"),
        *("sale_price", "purchase_price", "coefficient", "next_price_date", "next_sale_price", "catalogue_path"),
        *("stock_tracking", "kit_quantity", "photo", "reference", "free_fields", "statistics"),
    ),
    "customers": ("asleep", "email", "tariff_category", "buying_group", "name", "country", "number"),
}
"""Fields that decide something, where most of a row's do not."""


@dataclass
class Changes:
    """A company's records by stream, and the random changes that are made to them."""

    records: dict[str, dict[str, Record]]
    random: Random
    log: list[str] = field(default_factory=list)
    """What was done, for the message of a failed test."""

    def make(self) -> str:
        """Change one row; returns its stream."""
        stream = self.random.choice(sorted(name for name, rows in self.records.items() if rows))
        rows = self.records[stream]
        old = rows[self.random.choice(sorted(rows))]
        if self.random.random() < 0.15:
            del rows[old.key]
            self.log.append(f"{stream}: {old.key} deleted")
            return stream
        name = self.random.choice(TELLING.get(stream) or sorted(type(old).field_kinds))
        value = self._value(stream, name, old)
        new = replace(old, **{name: value})  # type: ignore[type-var]
        if new.key != old.key and self.random.random() < 0.5:
            del rows[old.key]
        rows[new.key] = new
        self.log.append(f"{stream}: {old.key} {name} = {value!r}")
        return stream

    def _value(self, stream: str, name: str, old: Record) -> object:
        """Another row's value, or its opposite: what Sage may well hold."""
        value = getattr(old, name)
        if isinstance(value, bool):
            return not value
        others = self.records[stream]
        found = getattr(others[self.random.choice(sorted(others))], name)
        if name == "reference" and stream == "articles":  # a twin, that the shop cannot tell apart
            return found.swapcase() if self.random.random() < 0.5 else f"{found}-{self.random.randrange(9)}"
        if isinstance(value, str) and name == "label" and self.random.random() < 0.5:
            return found.upper()
        return found
