"""A company's whole article base looked at: from the mirror into the table of findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models.fields.json import KT

from connectors.errors import RejectedRecordError
from connectors.models import Client
from connectors.sage.paths import PathRules
from mapping import choosing, loading, ordering, parts, quality, store, touches
from mapping.catalogue import CatalogueProduct
from mapping.derive import Company
from mapping.models import GroupSuggestion, QualityFinding, SourceRecord
from mapping.quality import Base, Finding
from mapping.rules import ShopRules
from mapping.selection import RESOURCES

_BATCH = 500
_LABEL_LENGTH = 255


def refresh(
    client: Client,
    rules: ShopRules,
    *,
    shop: str,
    paths: PathRules,
    today: date,
    now: datetime,
    is_a_mistake: Callable[[BaseException], bool],
    beat: Callable[[int], None] = lambda done: None,
) -> tuple[int, dict[str, Exception]]:
    """Look at every article and keep what is found; returns how many findings there are, and the articles on which our
    own program failed: what was found of those before stays.

    Articles of all states are looked at, sleeping and unpublished ones too (``facts["out"]``), except the resources of
    Sage, which nobody sells. ``shop``: name of the shop that they are looked at for. ``is_a_mistake`` says whether a
    failure is one of ours. ``beat`` is told how many articles are done.
    """
    choices = choosing.common_choices(client)
    common = loading.common_data(client, accounts=False)
    vocabulary = touches.vocabulary(client)
    files = store.folder_files(client, rules)
    company = Company(
        common,
        rules,
        today=today,
        vocabulary=vocabulary,
        choices=choices,
        files=files,
        shop=shop,
        ordered=ordering.of_client(client),
    )
    designs = quality.same_designs(_designs(client))
    looks_alike = _suggested(client)
    kept = done = 0
    failed: dict[str, Exception] = {}
    for part in parts.derived(client, company, common, loading.all_articles(client), is_a_mistake):
        failed |= part.failed
        rows: list[QualityFinding] = []
        for product in part.products:
            article = part.data.articles.get(product.key)
            if article is None or article.kind in RESOURCES:
                continue
            base = Base(designs, _missing_files(product, paths))
            found = quality.findings(product, article, rules, base)
            if suggestion := looks_alike.get(product.key):
                found.append(Finding("looks_like_variants", {"group": suggestion}))
            rows += [_row(client, product, article.label, article.family_code, one, now) for one in found]
        _write(rows)
        kept += len(rows)
        done += len(part.references)
        beat(done)
    _keep(client, sorted(failed), now)
    QualityFinding.objects.filter(client=client, found_at__lt=now).delete()
    return kept, failed


def _keep(client: Client, articles: Sequence[str], now: datetime) -> None:
    """What was found of these before stands."""
    for start in range(0, len(articles), _BATCH):
        rows = QualityFinding.objects.filter(client=client, article__in=articles[start : start + _BATCH])
        rows.update(found_at=now)


def _designs(client: Client) -> Iterator[tuple[str, str]]:
    rows = SourceRecord.objects.filter(client=client, stream="articles", deleted_at=None)
    return rows.values_list("subject", KT("data__label")).iterator()


def _suggested(client: Client) -> dict[str, str]:
    """Article -> the name of the group that is proposed for it and was not refused."""
    open_ones = GroupSuggestion.objects.filter(client=client, dismissed_at=None).order_by("score")
    return {member: name for name, members in open_ones.values_list("name", "members") for member in members}


def _missing_files(product: CatalogueProduct, paths: PathRules) -> frozenset[str]:
    named = {image.source_path for image in product.images if not image.uploaded}
    return frozenset(path for path in named if _is_missing(path, paths))


def _is_missing(path: str, paths: PathRules) -> bool:
    try:
        paths.resolve(path)
    except (RejectedRecordError, OSError):
        return True
    return False


def _row(
    client: Client, product: CatalogueProduct, label: str, family: str, finding: Finding, now: datetime
) -> QualityFinding:
    out = {"out": "1"} if product.readiness == "out" and not product.grouped_in else {}
    return QualityFinding(
        client=client,
        topic=finding.topic,
        article=product.key,
        name=label[:_LABEL_LENGTH],
        family=family,
        facts={**finding.facts, **out},
        found_at=now,
    )


def _write(rows: Iterable[QualityFinding]) -> None:
    with transaction.atomic():
        QualityFinding.objects.bulk_create(
            rows,
            batch_size=_BATCH,
            update_conflicts=True,
            unique_fields=["client", "topic", "article"],
            update_fields=["name", "family", "facts", "found_at"],
        )
