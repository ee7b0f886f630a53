"""A company's articles derived part by part, each with just the rows and choices that it depends on."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from connectors.models import Client
from mapping import choosing, loading
from mapping.catalogue import CatalogueProduct
from mapping.derive import Company
from mapping.source import SageData


@dataclass(frozen=True, slots=True)
class Part:
    """Some articles, what was loaded for them, and what they are in the shop."""

    references: list[str]
    data: SageData
    products: tuple[CatalogueProduct, ...]


def derived(client: Client, company: Company, common: SageData, references: Collection[str]) -> Iterator[Part]:
    """These articles, and the products that they are sold as, in order and in constant memory."""
    groups = company.group_book
    for part in loading.in_parts(groups.with_anchors(references)):
        whole = groups.with_members(part)
        named = choosing.named_articles(choosing.choices_of(client, whole))
        data = loading.articles_data(client, common, {*whole, *named})
        chosen = choosing.choices_of(client, data.articles)
        yield Part(part, data, company.products(data, part, chosen))
