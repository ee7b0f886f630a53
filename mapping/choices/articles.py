"""Whether an article is shown at all, and what becomes of its page when it is not."""

from __future__ import annotations

from typing import Literal

from mapping.choices.base import ChoiceKind, ChoiceValue


class ArticleChoice(ChoiceValue):
    shown: Literal["rules", "always", "never"] = "rules"
    """As the shop's rules say; or shown, or kept out, whatever they say."""
    when_away: Literal["", "hide", "out_of_stock", "redirect"] = ""
    """When it sleeps or is unpublished; "": as the rules say."""
    redirect_to: str = ""
    """Reference of the article whose page stands in for it."""


ARTICLE = ChoiceKind("article", ArticleChoice, ("article",), per_article=True)
