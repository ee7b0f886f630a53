"""Articles to add to a group: searched by reference or name, with what adding each of them means."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from connectors.models import Client
from mapping.group_drafts import Book, Draft
from mapping.models import Product
from sync_portal.pages.grouping_articles import Article, articles_of

SHOWN, SHORTEST = 12, 2


@dataclass(frozen=True, slots=True)
class Found:
    """One article that may be added. ``how``: "add"; "move" out of ``group``; "merge": it is the page of that group."""

    article: Article
    how: str
    group: str = ""
    size: int = 0
    """How many articles that group has."""


@dataclass(frozen=True, slots=True)
class Results:
    """What was found for a text; ``more``: there is more than is shown."""

    text: str
    found: list[Found]
    more: bool
    too_short: bool


def found(client: Client, text: str, draft: Draft, book: Book) -> Results:
    """Articles of this client that are not in the draft yet."""
    text = text.strip()
    if len(text) < SHORTEST:
        return Results(text, [], False, True)
    rows = Product.objects.filter(Q(reference__icontains=text) | Q(name__icontains=text), client=client)
    keys = list(rows.exclude(key__in=list(draft.members)).order_by("key").values_list("key", flat=True)[: SHOWN + 1])
    articles = articles_of(client, keys[:SHOWN])
    holders = {member: anchor for anchor, choice in book.items() for member in (anchor, *choice.members)}
    shown = [_found(articles[key], holders.get(key, ""), draft, book) for key in keys[:SHOWN]]
    return Results(text, shown, len(keys) > SHOWN, False)


def _found(article: Article, anchor: str, draft: Draft, book: Book) -> Found:
    if not anchor or anchor == draft.of or anchor in draft.merged:
        return Found(article, "add")
    how = "merge" if anchor == article.reference else "move"
    return Found(article, how, anchor, len(book[anchor].members))
