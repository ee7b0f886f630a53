"""What every record of Sage shares: columns declared beside the fields, a business key, a JSON form and a fingerprint.

A field says where it comes from::

    @record("reference")
    class Article(Record):
        reference: str = column("AR_Ref")
        statistics: tuple[str, ...] = column("AR_Stat01", "AR_Stat02")

The annotation decides how the value is read and what stands for "nothing": ``""``, ``0``, ``Decimal(0)``, ``False``,
and None where the annotation allows it (a date, or a column that some versions do not have).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import Field, dataclass, field, fields, replace
from datetime import date, datetime
from decimal import Decimal
from hashlib import blake2b
from typing import Any, ClassVar, Self, TypeVar, dataclass_transform, get_type_hints

from connectors.sage import values
from connectors.sage.records.kinds import KINDS, Kind, decode_free, encode_free

FreeValue = str | Decimal | date | datetime | None
FREE_FIELDS = "free_fields"

T = TypeVar("T")


def column(*names: str, verbatim: bool = False) -> Any:
    """A field read from Sage's column, or a tuple read from several columns in this order.

    ``verbatim`` keeps trailing blanks: the form in which a key is written back.
    """
    return field(metadata={"columns": names, "verbatim": verbatim})


def free_fields() -> Any:
    """The field that holds the company's own "informations libres", by their label in Sage."""
    return field(default_factory=dict, hash=False, metadata={"columns": ()})


@dataclass_transform(frozen_default=True, kw_only_default=True)
def record(*key: str) -> Callable[[type[T]], type[T]]:
    """Makes a frozen, slotted, keyword-only dataclass whose business key is these fields."""

    def decorate(cls: type[T]) -> type[T]:
        hints = get_type_hints(cls)
        for name, declared in list(cls.__dict__.items()):
            if isinstance(declared, Field) and name not in key and name != FREE_FIELDS:
                declared.default = KINDS[hints[name]].nothing
        made: Any = dataclass(frozen=True, slots=True, kw_only=True)(cls)
        made.key_fields = key
        made.field_kinds = {declared.name: _kind(declared, hints) for declared in fields(made)}
        made.field_columns = {declared.name: declared.metadata["columns"] for declared in fields(made)}
        return made

    return decorate


def _kind(declared: Field[Any], hints: Mapping[str, Any]) -> Kind:
    if declared.name == FREE_FIELDS:
        return Kind(None, dict, encode_free, decode_free)
    kind = KINDS[hints[declared.name]]
    return replace(kind, read=values.verbatim) if declared.metadata.get("verbatim") else kind


class Record:
    """One row of Sage, typed. Equal content has an equal :meth:`fingerprint`, on every driver and version."""

    __slots__ = ()
    key_fields: ClassVar[tuple[str, ...]]
    field_kinds: ClassVar[Mapping[str, Kind]]
    """How each field is read, stored and restored."""
    field_columns: ClassVar[Mapping[str, tuple[str, ...]]]
    """Sage's columns behind each field; free fields have none."""

    @property
    def key(self) -> str:
        """The business key (never ``cbMarq``, which a maintenance of the base renumbers)."""
        return join_key(getattr(self, name) for name in self.key_fields)

    def to_json(self) -> dict[str, Any]:
        """JSON values only: decimals as text, dates in ISO form. :meth:`from_json` gives the record back."""
        return {name: kind.encode(getattr(self, name)) for name, kind in self.field_kinds.items()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The record of :meth:`to_json`. Fields that did not exist when it was stored take their "nothing" value."""
        known = cls.field_kinds
        return cls(**{name: known[name].decode(value) for name, value in data.items() if name in known})

    def fingerprint(self) -> str:
        """32 hexadecimal characters that change when, and only when, a value changes."""
        content = json.dumps(self.to_json(), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return blake2b(content.encode(), digest_size=16).hexdigest()


def join_key(parts: Iterable[object]) -> str:
    """The parts joined by "|"; a "|" inside a part is escaped, so that two keys are never spelt alike."""
    spelt = [values.plain_number(part) if isinstance(part, Decimal) else str(part) for part in parts]
    if len(spelt) == 1:
        return spelt[0]
    return "|".join(part.replace("\\", "\\\\").replace("|", "\\|") for part in spelt)
