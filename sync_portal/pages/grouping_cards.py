"""Suggestions and groups as cards: articles, grid, reasons, what would happen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from connectors.models import Client
from mapping import group_drafts
from mapping.choices.groups import GroupChoice
from mapping.group_acts import draft_of
from mapping.group_drafts import Book, Draft
from mapping.grouped import published
from mapping.models import Choice, GroupSuggestion
from sync_portal.pages.grouping_articles import Article, articles_of
from sync_portal.pages.grouping_form import in_order
from sync_portal.pages.grouping_grid import GridTable, grid_table
from sync_portal.pages.grouping_words import effects, fault_words, problems_of, reasons_of, rule_words


@dataclass(frozen=True, slots=True)
class GroupCard:
    """One suggestion or one approved group."""

    name: str
    rule: str
    draft: Draft
    articles: list[Article]
    table: GridTable
    effects: list[str]
    faults: list[str]
    reasons: list[str]
    problems: list[str]
    suggestion: GroupSuggestion | None = None
    row: Choice | None = None

    @property
    def master(self) -> Article | None:
        return next((one for one in self.articles if one.reference == self.draft.master), None)

    @property
    def members(self) -> list[tuple[Article, str]]:
        """Each article with its values."""
        return [(one, " · ".join(value or "—" for value in self.draft.members[one.reference])) for one in self.articles]

    @property
    def references(self) -> str:
        return ", ".join(self.draft.members)

    @property
    def family(self) -> str:
        """The family that all of them share; "" where they differ."""
        families = {one.family for one in self.articles}
        return families.pop() if len(families) == 1 else ""

    @property
    def photos(self) -> list[Article]:
        """The first articles with a photo, each photo once."""
        shown = {one.photo: one for one in reversed(self.articles) if one.photo}
        return list(reversed(shown.values()))[:4]


def suggestion_cards(client: Client, suggestions: Sequence[GroupSuggestion], book: Book) -> list[GroupCard]:
    """The cards of these suggestions, in their order."""
    named = {one for suggestion in suggestions for one in (suggestion.joins, *suggestion.members)}
    pages = published(client, named)
    book = group_drafts.about(book, named)
    drafts = [in_order(draft_of(suggestion, book, pages)) for suggestion in suggestions]
    articles = articles_of(client, _references(drafts))
    return [
        _card(
            draft,
            book,
            articles,
            name=suggestion.name,
            rule=rule_words(suggestion.rule),
            suggestion=suggestion,
            faults=[fault_words(fault, draft) for fault in group_drafts.faults(draft, book)],
            reasons=reasons_of(suggestion),
            problems=problems_of(suggestion),
        )
        for suggestion, draft in zip(suggestions, drafts, strict=True)
    ]


def group_cards(client: Client, rows: Sequence[Choice]) -> list[GroupCard]:
    """The cards of these approved groups, in their order."""
    chosen = [(row, GroupChoice.model_validate(row.value)) for row in rows]
    drafts = [in_order(group_drafts.of_group(row.key, choice)) for row, choice in chosen]
    articles = articles_of(client, _references(drafts))
    book = {row.key: choice for row, choice in chosen}
    return [
        _card(draft, book, articles, name=name_of(draft, articles), rule=rule_words(draft.rule), row=row)
        for (row, _choice), draft in zip(chosen, drafts, strict=True)
    ]


def name_of(draft: Draft, articles: Mapping[str, Article]) -> str:
    """A group is called as the product that it is, or else as its master."""
    anchor, master = articles.get(draft.anchor), articles.get(draft.master)
    return (anchor and anchor.sold_as) or (master and master.name) or draft.master or draft.anchor


def _card(
    draft: Draft,
    book: Book,
    articles: Mapping[str, Article],
    *,
    name: str,
    rule: str,
    suggestion: GroupSuggestion | None = None,
    row: Choice | None = None,
    faults: Sequence[str] = (),
    reasons: Sequence[str] = (),
    problems: Sequence[str] = (),
) -> GroupCard:
    return GroupCard(
        name=name,
        rule=rule,
        draft=draft,
        articles=[articles[one] for one in draft.members],
        table=grid_table(draft.axes, draft.members),
        effects=effects(draft, book, articles),
        faults=list(faults),
        reasons=list(reasons),
        problems=list(problems),
        suggestion=suggestion,
        row=row,
    )


def _references(drafts: Iterable[Draft]) -> list[str]:
    return sorted({one for draft in drafts for one in (*draft.members, draft.master, draft.anchor) if one})
