"""A company's articles derived part by part, each with just the rows and choices that it depends on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from connectors.models import Client
from mapping import choosing, loading
from mapping.apart import taken_apart
from mapping.catalogue import CatalogueProduct
from mapping.derive import Company
from mapping.source import SageData


@dataclass(frozen=True, slots=True)
class Part:
    """Some articles, what was loaded for them, and what they are in the shop."""

    references: list[str]
    data: SageData
    products: tuple[CatalogueProduct, ...]
    failed: Mapping[str, Exception] = field(default_factory=dict)
    """Articles that could not be derived, and why; they are not among the references."""


def derived(
    client: Client,
    company: Company,
    common: SageData,
    references: Collection[str],
    is_a_mistake: Callable[[BaseException], bool],
    *,
    alone: Collection[str] = (),
    about_to: Callable[[Sequence[str]], None] = lambda part: None,
) -> Iterator[Part]:
    """These articles, and the products that they are sold as, in order and in constant memory.

    ``alone``: a part with one of these is derived article by article. ``about_to`` is told what comes next.

    A part that fails is taken apart: what could be derived comes in several parts, then the articles that could not.

    Raises:
        Exception: a failure that is no mistake of ours, or one that every article of a part has.
    """

    def act(part: Sequence[str]) -> Part:
        return _part(client, company, common, part)

    for part in _pieces(loading.in_parts(company.group_book.with_anchors(references)), frozenset(alone)):
        about_to(part)
        done, failed = taken_apart(part, act, is_a_mistake)
        yield from done
        if failed:
            yield Part([], common, (), dict(failed))


def _pieces(parts: Iterable[list[str]], alone: frozenset[str]) -> Iterator[list[str]]:
    for part in parts:
        if alone.isdisjoint(part):
            yield part
        else:
            yield from ([one] for one in part)


def _part(client: Client, company: Company, common: SageData, part: Sequence[str]) -> Part:
    whole = company.group_book.with_members(part)
    named = choosing.named_articles(choosing.choices_of(client, whole))
    data = loading.articles_data(client, common, {*whole, *named})
    chosen = choosing.choices_of(client, data.articles)
    return Part(list(part), data, company.products(data, part, chosen))
