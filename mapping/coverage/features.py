"""Free fields and statistics: which are features of the shop, and which might be."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.models import Client
from connectors.sage.records.kinds import decode_free
from mapping.choices.features import FEATURE, FeatureChoice
from mapping.choosing import common_choices
from mapping.coverage.mirror import article_rows
from mapping.coverage.rows import Coverage, Line, State, covered
from mapping.features import default_name, shown
from mapping.sources import FREE, SourceValue, as_text

_UNIT = re.compile(r"^(?P<name>.+?)\s*\((?P<unit>[^()]{1,8})\)\s*$")
_NUMBER = re.compile(r"[+-]?[\d\s]*\d(?:[.,]\d+)?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}")
_EXAMPLES, _LIST, _KEPT = 3, 30, 200
_OWN = 0.9
"""Above this share of distinct values a field names each article (a lot number): no feature."""


@dataclass(slots=True)
class _Seen:
    used: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    texts: Counter[str] = field(default_factory=Counter)

    def add(self, value: SourceValue) -> None:
        text = as_text(value)
        if not text:
            return
        self.used += 1
        self.kinds[_kind(value, text)] += 1
        if text in self.texts or len(self.texts) < _KEPT:
            self.texts[text] += 1


def features(client: Client, language: str = "fr") -> Coverage:
    """A line per free field and per statistic that at least one article fills in, and per feature that is published."""
    seen: dict[str, _Seen] = {}
    for row in article_rows(client):
        for source, value in _values(row):
            seen.setdefault(source, _Seen()).add(value)
    chosen = {FEATURE.split_key(key)[0]: one for key, one in common_choices(client).all(FEATURE, FeatureChoice).items()}
    sources = {source for source, one in seen.items() if one.used} | chosen.keys()
    return covered(_line(source, seen.get(source, _Seen()), chosen.get(source), language) for source in sources)


def _values(row: Mapping[str, Any]) -> Iterator[tuple[str, SourceValue]]:
    for label, value in decode_free(row.get("free_fields") or {}).items():
        yield FREE + label, value
    for rank, text in enumerate(row.get("statistics") or (), start=1):
        yield f"stat{rank}", text


def _line(source: str, seen: _Seen, chosen: FeatureChoice | None, language: str) -> Line:
    state: State = "unmapped" if chosen is None else "mapped" if chosen.published else "ignored"
    proposed = _proposal(source, seen) if chosen is None else {}
    like = chosen or FeatureChoice(**proposed)
    common = [text for text, _amount in sorted(seen.texts.items(), key=lambda pair: (-pair[1], pair[0]))[:_EXAMPLES]]
    return Line(
        kind=FEATURE.name,
        key=FEATURE.make_key(source),
        label=default_name(source, FeatureChoice(), language),
        used=seen.used,
        state=state,
        proposal=proposed,
        examples=tuple(shown(text, like, language) for text in common),
    )


def _proposal(source: str, seen: _Seen) -> dict[str, Any]:
    kind = next((kind for kind, amount in seen.kinds.items() if amount >= 0.95 * seen.used), "text")
    if kind == "text":
        if seen.used > 5 and len(seen.texts) >= min(_OWN * seen.used, _KEPT):
            return {"published": False}
        return {"type": "list"} if len(seen.texts) <= _LIST and seen.used >= 2 * len(seen.texts) else {"type": "text"}
    label = _UNIT.match(source.removeprefix(FREE))
    if kind == "number" and label:
        return {"type": "number", "unit": label["unit"], "name": {"fr": label["name"]}}
    return {"type": kind}


def _kind(value: SourceValue, text: str) -> str:
    if not isinstance(value, str):
        return "number" if not hasattr(value, "year") and not isinstance(value, bool) else "date"
    return "number" if _NUMBER.fullmatch(text) else "date" if _DAY.fullmatch(text) else "text"
