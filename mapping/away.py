"""What becomes of the page of an article that is no longer for this shop. Pure. Nothing is ever deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from connectors.sage.records import Article
from mapping.catalogue import Problem
from mapping.choices import ARTICLE, ArticleChoice

if TYPE_CHECKING:
    from mapping.articles import Workshop

Away = Literal["", "hide", "out_of_stock", "redirect"]
ALWAYS_HIDDEN = frozenset({"catalogue.not_sellable", "catalogue.person_left_out"})
"""Whoever keeps an article out by hand does not mean its page to stay, unless it says so for this article."""


def policy(shop: Workshop, article: Article, problem: Problem) -> tuple[Away, str]:
    """The policy and the key of the product whose page stands in; "": the article's category."""
    chosen = shop.choices.get(ARTICLE, ArticleChoice, article.reference) or ArticleChoice()
    by_rule: Away = "hide" if problem.cause in ALWAYS_HIDDEN else shop.rules.articles.away
    away: Away = chosen.when_away or ("redirect" if chosen.redirect_to else by_rule)
    if away != "redirect":
        return away, ""
    target = shop.groups.product_key(chosen.redirect_to) if chosen.redirect_to else ""
    return ("hide", "") if target == article.reference else ("redirect", target)


def said(away: Away, target: str) -> str:
    """The policy in French, for the sentence about the product's page."""
    match away:
        case "out_of_stock":
            return "page gardée, sans stock"
        case "redirect":
            return f"page redirigée vers {target or 'sa catégorie'}"
    return "page masquée"
