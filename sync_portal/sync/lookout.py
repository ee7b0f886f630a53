"""What one run has to look at for one shop.

The articles that Sage's changes reached since the flow's last complete run (`mapping.touches`), those whose last change
was not confirmed, and those whose bindings or decisions moved since. Everything, when the rules, the day or this
program changed, or when it was asked for. Nothing, when there is nothing of all that.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cached_property

from connectors.models import ShopConnection
from mapping import store, touches
from mapping.models import DerivationMark
from mapping.photo_patterns import FolderFiles
from mapping.rules import ShopRules
from sync_portal.sync import marks
from sync_portal.sync import scope as scopes
from sync_portal.sync.asked_away import AskedAway
from sync_portal.sync.bindings import Place
from sync_portal.sync.context import RunContext
from sync_portal.sync.flows import Flow
from sync_portal.sync.looks import Look

PER_ARTICLE = frozenset({"products", "prices", "images"})
"""Parts of the catalogue that are made article by article; the others are made whole."""


class Lookout:
    """Looks, as often as it is asked to, from the mark of the flow's last complete run."""

    def __init__(
        self,
        context: RunContext,
        flow: Flow,
        shop: ShopConnection,
        rules: ShopRules,
        mark: DerivationMark | None,
        asked_away: AskedAway,
        *,
        today: date,
    ) -> None:
        """``mark``: None before the first run; ``asked_away``: notes what the questions name."""
        self._context, self._client = context, shop.client
        self._rules, self._mark, self._asked_away, self._today = rules, mark, asked_away, today
        self._parts = frozenset(flow.parts) or store.PARTS
        self.by_article = bool(self._parts & PER_ARTICLE)
        """Whether the flow makes anything article by article."""
        self.position = 0
        """How far Sage's changes were told when it last looked."""
        self.news = True
        """Whether Sage told of something since the mark."""

    def look(self) -> Look:
        """What there is to look at now; `position` and `news` are of this moment.

        Raises:
            PlanExpired: a person chose from a preview that is too old.
        """
        self.position = touches.position(self._client)
        return self._only_what_the_flow_makes(self._what_to_look_at())

    def _what_to_look_at(self) -> Look:
        scope, mark = self._context.run.scope, self._mark
        if "product" in scope:
            return Look(frozenset({str(scope["product"])}), accounts=False)
        if "retry" in scope:
            return self._with_places(Look(frozenset()), scopes.places_to_unpark(scope))
        if mark is None or mark.rules != marks.rules_fingerprint(self._rules):
            return Look(None)
        reached = touches.since(self._client, mark.position)
        if reached.everything or marks.lost_bindings(mark):
            return Look(None)
        self.news = bool(reached.articles or reached.accounts)
        files = self._moved_photos() if "images" in self._parts else set()
        part = Look(reached.articles | marks.to_repeat(mark) | files, mark.common_again, reached.accounts)
        part = self._with_places(part, marks.places_moved(mark) | set(scopes.places_to_unpark(scope)))
        if "plan" in scope:
            scopes.check_age(scope)
            for seen in scopes.chosen_parts(scope):
                part = self._with_places(part, [(one.kind, one.key) for one in seen])
        if mark.day != self._today or "full" in scope:
            return Look(None, expected=part.articles)
        return part

    def _moved_photos(self) -> set[str]:
        """The products whose photos Sage does not tell of: files that changed, are missing, or have come.

        A new file is told to the other flows too: the product may have been held for want of a photo.
        """
        fresh = store.new_files(self._client, self.files, self._rules)
        if fresh and not self._context.preview:
            touches.touch_articles(self._client, fresh)
        return fresh | store.moved_files(self._client)

    @cached_property
    def files(self) -> FolderFiles:
        """The media folders, listed once per run."""
        return store.folder_files(self._client, self._rules)

    def _with_places(self, look: Look, places: Iterable[Place]) -> Look:
        """That and whatever these resources belong to."""
        keys = {key for _kind, key in self._asked_away.noted(places)}
        if not keys:
            return look
        named = {name for key in keys for name in marks.possible_articles(key)}
        return Look((look.articles or frozenset()) | marks.known_articles(self._client, named))

    def _only_what_the_flow_makes(self, look: Look) -> Look:
        articles = look.articles if self.by_article or look.articles is None else frozenset()
        accounts = look.accounts and "customers" in self._parts
        common = look.common or articles is None or bool(articles) or accounts
        return Look(articles, common, accounts, look.expected)
