"""The vocabulary between the mapping catalogue and the engine: what a shop resource should be, in local terms. Pure.

A value is text as the shop would give it back, a text by language, or references to other resources *by local key*: the
engine turns references into shop ids when it writes, and back when it confirms. So a plan can be made, stored, read and
compared without knowing a single shop id.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Ref:
    """Another resource, by kind and local key: ``Ref("categories", "FAM:VETEMENTS")``.

    Keys that begin with ``@`` name what every shop has by itself: ``@home`` (category), ``@visitor``, ``@guest``,
    ``@customer`` (groups), and rates or ISO codes for kinds that are only looked up (``Ref("taxes", "20")``,
    ``Ref("countries", "FR")``).
    """

    kind: str
    key: str


SHOPS_OWN = "#"
"""Keys that begin with it name what a shop has and nobody knows from Sage, by its id there: "#12"."""


def is_own(key: str) -> bool:
    """Whether a local key names something of the shop's own: "#12", or "POLO|#12" where it belongs to a product."""
    return key.rpartition("|")[2].startswith(SHOPS_OWN)


Value = str | Mapping[str, str] | Ref | Sequence[Ref] | None
"""Text, {"fr": text, ...}, one reference, an ordered list of references, or none (reference id 0)."""


@dataclass(frozen=True, slots=True)
class Held:
    """Why a resource is not to be written now: a cause code and the facts its sentence quotes."""

    cause: str
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Desired:
    """What one resource should be, as far as one flow owns it.

    ``fields`` are compared with the confirmed state at every run. ``at_creation`` are sent only when the resource is
    made (defaults the shop needs, first values of fields that belong to somebody else afterwards). ``update_only`` says
    that the flow does not create it: it waits until another flow has (a price waits for its product). ``cleared`` are
    fields that are wanted only where the shop holds something of ours in them: a redirection that is over, a text that
    Sage no longer has.
    """

    kind: str
    key: str
    label: str
    fields: Mapping[str, Value]
    reasons: Mapping[str, str] = field(default_factory=dict)
    at_creation: Mapping[str, Value] = field(default_factory=dict)
    update_only: bool = False
    held: Held | None = None
    cleared: Mapping[str, Value] = field(default_factory=dict)


def to_json(value: Value) -> Any:
    """The value as JSON: references become ``{"ref": [kind, key]}``."""
    if isinstance(value, Ref):
        return {"ref": [value.kind, value.key]}
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return dict(value)
    return [to_json(item) for item in value]


def from_json(data: Any) -> Value:
    """The value behind its JSON form."""
    if isinstance(data, dict):
        return Ref(*data["ref"]) if set(data) == {"ref"} else data
    if isinstance(data, list):
        return [Ref(*item["ref"]) for item in data]
    return data


def fingerprint(fields: Mapping[str, Value]) -> str:
    """A stable hash of wanted fields: what was refused is not sent again until this changes."""
    return fingerprint_of_json({name: to_json(value) for name, value in fields.items()})


def fingerprint_of_json(fields: Mapping[str, Any]) -> str:
    """`fingerprint` of fields that are JSON already."""
    return hashlib.sha256(json.dumps(fields, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
