"""From the mirror, only the rows that some articles depend on: a catalogue is derived in parts of constant memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping

from django.db.models import QuerySet

from connectors.models import Client
from connectors.sage.records import ArticleText, KitComponent, Record
from connectors.sage.streams import STREAMS
from mapping.affected import ARTICLE_STREAMS, COMMON_STREAMS, CUSTOMER_STREAMS
from mapping.mirror import load_records
from mapping.models import SourceRecord
from mapping.source import SageData

PART = 500
"""Articles derived together."""
_BARCODES = ("articles", "combinations")
_JUDGED = (*_BARCODES, "article_texts", "article_suppliers")
"""What tells whether an article is for sale, as far as it concerns another one."""

Records = dict[str, list[Record]]


def common_data(client: Client, *, accounts: bool) -> SageData:
    """The small lists, and the customers where they are wanted."""
    return SageData(load_records(client, (*COMMON_STREAMS, *(CUSTOMER_STREAMS if accounts else ()))))


def articles_data(client: Client, common: SageData, references: Collection[str]) -> SageData:
    """All rows of these articles, and of others what they depend on.

    Those are the ones with the same barcode or a reference that the shop cannot tell apart, and the components of kits
    and articles linked to them: whether these are in the shop decides about a pack and about accessories.
    """
    rows = SourceRecord.objects.filter(client=client, deleted_at=None)
    loaded: Records = defaultdict(list)
    links: set[str] = set()
    same: set[str] = set()
    found = rows.filter(subject__in=references, stream__in=ARTICLE_STREAMS)
    for stream, data, link, twin in found.values_list("stream", "data", "link", "twin").iterator():
        loaded[stream].append(STREAMS[stream].record.from_json(data))
        if stream in _BARCODES:
            links.add(link or "")
            same.add(twin or "")
    _add_components(rows, loaded, set(references))
    _add_comparable(rows, loaded, links, same, set(references))
    _add_texts(rows, loaded)
    return common.joined(loaded)


def all_articles(client: Client) -> set[str]:
    """The references that Sage has."""
    rows = SourceRecord.objects.filter(client=client, stream="articles", deleted_at=None)
    return set(rows.values_list("subject", flat=True))


def in_parts(references: Collection[str]) -> Iterator[list[str]]:
    """In order, as many at a time as are derived together."""
    ordered = sorted(references)
    for start in range(0, len(ordered), PART):
        yield ordered[start : start + PART]


def _add_components(rows: QuerySet[SourceRecord], loaded: Records, known: set[str]) -> None:
    """All rows of what kits hold, however deep they are nested."""
    fresh = _components(loaded) - known
    while fresh:
        more = _load(rows.filter(subject__in=fresh, stream__in=ARTICLE_STREAMS))
        for stream, records in more.items():
            loaded[stream].extend(records)
        known |= fresh
        fresh = _components(more) - known


def _add_texts(rows: QuerySet[SourceRecord], loaded: Records) -> None:
    """The glossary texts that these articles use: a company may keep one long text per article."""
    keys = {str(row.text) for row in loaded.get("article_texts", ()) if isinstance(row, ArticleText)}
    if keys:
        loaded.update(_load(rows.filter(stream="glossary_texts", key__in=keys)))


def _components(records: Mapping[str, list[Record]]) -> set[str]:
    return {row.component for row in records.get("kit_components", ()) if isinstance(row, KitComponent)}


def _add_comparable(
    rows: QuerySet[SourceRecord], loaded: Records, links: set[str], twins: set[str], whole: set[str]
) -> None:
    """Articles with one of these barcodes or folded references; their other rows are not needed."""
    coded = rows.filter(stream__in=_BARCODES, link__in=links - {""}).values_list("subject", flat=True)
    alike = rows.filter(stream="articles", twin__in=twins - {""}).values_list("subject", flat=True)
    others = (set(coded) | set(alike)) - whole
    known = {(stream, row.key) for stream in _JUDGED for row in loaded.get(stream, ())}
    for stream, records in _load(rows.filter(subject__in=others, stream__in=_JUDGED)).items() if others else ():
        loaded[stream].extend(record for record in records if (stream, record.key) not in known)


def _load(rows: QuerySet[SourceRecord]) -> Records:
    loaded: Records = defaultdict(list)
    for stream, data in rows.values_list("stream", "data").iterator():
        loaded[stream].append(STREAMS[stream].record.from_json(data))
    return loaded
