"""Which free fields and statistics of Sage are features of the shop."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from connectors.models import Client
from mapping.choices.features import FEATURE
from mapping.models import SourceRecord
from mapping.sources import FREE, column_of
from sync_portal.pages.exchange.columns import Column, among, number, yes_no
from sync_portal.pages.exchange.common import flat_names, info, name_columns, whole_names
from sync_portal.pages.exchange.sheet import Row, Sheet, unless_empty
from sync_portal.pages.labels import FEATURE_TYPES


def _columns(client: Client) -> list[Column]:
    return [
        Column("source", _("Key")),
        info("label", _("Field of Sage")),
        info("count", _("Articles")),
        yes_no("published", _("In the shop")),
        *name_columns(client),
        among("type", _("Kind of value"), {"": "", **FEATURE_TYPES}),
        Column("unit", _("Unit")),
        number("position", _("Position")),
    ]


def _rows(client: Client) -> Iterator[Row]:
    for source, count in sorted(_filled(client).items()):
        yield {"source": source, "label": column_of(source), "count": count}


def _filled(client: Client) -> Counter[str]:
    """Source -> the articles that have a value in it."""
    filled: Counter[str] = Counter()
    rows = SourceRecord.objects.filter(client=client, stream="articles", deleted_at=None)
    for data in rows.values_list("data", flat=True).iterator(chunk_size=1000):
        filled.update(f"{FREE}{name}" for name, value in (data.get("free_fields") or {}).items() if value)
        filled.update(f"stat{rank}" for rank, text in enumerate(data.get("statistics") or (), start=1) if text)
    return filled


def _flat(value: Row) -> Row:
    return {"published": True, **flat_names(value)}


def _whole(row: Row) -> Row | None:
    data = dict(whole_names(row))
    published = bool(data.pop("published", False))
    said = unless_empty({code: value for code, value in data.items() if (code, value) != ("type", "")})
    if published:
        return said or {}
    return {**said, "published": False} if said else None


FEATURES = Sheet(
    name="features",
    label=_("Features"),
    text=_("Free fields and statistics of Sage that are features of products, their names and units."),
    kind=FEATURE.name,
    keys=FEATURE.key,
    columns=_columns,
    rows=_rows,
    flat=_flat,
    whole=_whole,
)
