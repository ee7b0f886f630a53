"""The groups that the portal proposes: from the mirror into the table of suggestions, and what people refused kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from connectors.models import Client
from connectors.sage.records import Article, ArticleStock
from connectors.sage.streams import STREAMS
from mapping.choices.groups import GROUP, GroupChoice
from mapping.grouping.candidates import Candidate, candidates, sources_named
from mapping.grouping.suggest import Suggestion, suggest
from mapping.mirror import load_records
from mapping.models import Choice, GroupSuggestion, SourceRecord
from mapping.rules import GroupingRules, ShopRules
from mapping.source import SageData

_BATCH = 500
_COLUMNS = ("name", "score", "rule", "pattern", "joins", "master", "axes", "members", "reasons", "problems", "size")


def refresh(client: Client, rules: ShopRules, *, now: datetime) -> int:
    """Propose anew; returns how many proposals are open.

    What a person refused stays refused while its articles stay the same; what is proposed no more is forgotten; what is
    proposed again just so is left as it is.
    """
    found = suggest(candidates_of(client, rules.grouping), rules.grouping, approved_groups(client))
    with transaction.atomic():
        known = {row.key: row for row in GroupSuggestion.objects.filter(client=client)}
        kept = {one.key for one in found if _is_refused(known.get(one.key), one)}
        rows = [_row(client, one, now) for one in found if one.key not in kept]
        fresh = [row for row in rows if not _is_same(known.get(row.key), row)]
        GroupSuggestion.objects.bulk_create(
            fresh,
            batch_size=_BATCH,
            update_conflicts=True,
            unique_fields=["client", "key"],
            update_fields=[*_COLUMNS, "dismissed_at", "dismissed_by", "found_at"],
        )
        gone = sorted(row.pk for key, row in known.items() if key not in {one.key for one in found})
        for start in range(0, len(gone), _BATCH):
            GroupSuggestion.objects.filter(pk__in=gone[start : start + _BATCH]).delete()
    return len(rows)


def candidates_of(
    client: Client, rules: GroupingRules, references: Collection[str] | None = None
) -> Iterator[Candidate]:
    """These articles (None: all of the client) as the search sees them, one after the other: no record is kept."""
    named = sources_named(rules)
    streams = ["families", "catalogue_nodes"] if named else []
    streams += ["article_suppliers", "suppliers"] if named & {"supplier", "supplier_reference"} else []
    stock = _stock(client) if rules.master == "most_stock" else None
    yield from candidates(SageData(load_records(client, streams)), rules, _articles(client, references), stock=stock)


def approved_groups(client: Client) -> dict[str, GroupChoice]:
    """Anchor -> group, by anchor."""
    rows = Choice.objects.filter(client=client, kind=GROUP.name).order_by("key").values_list("key", "value")
    return {anchor: GroupChoice.model_validate(value) for anchor, value in rows.iterator()}


def _articles(client: Client, references: Collection[str] | None) -> Iterator[Article]:
    rows = SourceRecord.objects.filter(client=client, stream="articles", deleted_at=None)
    wanted = None if references is None else sorted(references)
    parts = (
        [rows]
        if wanted is None
        else [rows.filter(subject__in=wanted[start : start + _BATCH]) for start in range(0, len(wanted), _BATCH)]
    )
    for part in parts:
        for data in part.values_list("data", flat=True).iterator(chunk_size=_BATCH):
            record = STREAMS["articles"].record.from_json(data)
            assert isinstance(record, Article)
            yield record


def _stock(client: Client) -> dict[str, Decimal]:
    """Physical stock in all depots."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    rows = SourceRecord.objects.filter(client=client, stream="stock", deleted_at=None)
    for data in rows.values_list("data", flat=True).iterator(chunk_size=_BATCH):
        record = STREAMS["stock"].record.from_json(data)
        assert isinstance(record, ArticleStock)
        found[record.article] += record.physical
    return dict(found)


def _is_refused(known: GroupSuggestion | None, found: Suggestion) -> bool:
    return known is not None and known.dismissed_at is not None and set(known.members) == set(found.members)


def _is_same(known: GroupSuggestion | None, row: GroupSuggestion) -> bool:
    if known is None or known.dismissed_at is not None:
        return False
    return all(getattr(known, name) == getattr(row, name) for name in _COLUMNS)


def _row(client: Client, found: Suggestion, now: datetime) -> GroupSuggestion:
    return GroupSuggestion(
        client=client,
        key=found.key,
        name=found.name,
        score=found.score,
        rule=found.rule,
        pattern=found.pattern,
        joins=found.joins,
        master=found.master,
        axes=list(found.axes),
        members={reference: list(values) for reference, values in found.members.items()},
        reasons=[reason.to_json() for reason in found.reasons],
        problems=[problem.to_json() for problem in found.problems],
        size=len(found.members),
        dismissed_at=None,
        dismissed_by="",
        found_at=now,
    )
